"""The `cds` command. Each subcommand calls one public function.

Exit code: 0 clean, 1 something was found in the files (`check`, `test`, `format`), 2 misuse or data that cannot be
read.
"""

import argparse
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import Final

from cds import __version__
from cds.commands import (
    approving,
    auditing,
    authoring,
    baselining,
    comparing,
    demonstrating,
    evidencing,
    following,
    formatting,
    lookup,
    overseeing,
    plotting,
    reporting,
    running,
    scoring,
    serving,
    simulating,
    streaming,
    strengthening,
    verifying,
)
from cds.diagnostics import CdsError

MISUSE: Final = 2
INTERRUPTED: Final = 130  # as shells count it
LANGUAGES: Final = ("nb", "nn", "en")

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code. Whatever a user can do wrong ends as one sentence."""
    _speak_utf8()
    try:
        given = parser().parse_args(arguments)
        code = given.command(given)
        sys.stdout.flush()
        return code
    except CdsError as error:
        return _misuse(str(error))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, say `head`, has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        return _misuse(f"{error.filename or 'a file'}: {error.strerror or error}")


def _misuse(sentence: str) -> int:
    sys.stderr.write(f"cds: {sentence}\n")
    return MISUSE


def _speak_utf8() -> None:
    """Texts hold Norwegian letters and signs, also where the locale says ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def parser() -> argparse.ArgumentParser:
    """The command line: subcommands, their arguments, and what each says about itself."""
    top = argparse.ArgumentParser(prog="cds", description="Clinical decision support from rulesets in YAML.")
    top.add_argument("--version", action="version", version=f"cds {__version__}")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: Command, says: str, speaks: bool = True) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=says, description=says)
        made.set_defaults(command=command)
        if speaks:
            made.add_argument("--lang", choices=LANGUAGES, default=_language(), help="language of the output")
        return made

    _authoring(add)
    _comparing(add)
    _running(add)
    _scoring(add)
    _plotting(add)
    _starting(add)
    _reporting(add)
    _simulating(add)
    _serving(add)
    _following(add)
    _lookup(add)
    return top


def _language() -> str:
    named = os.environ.get("CDS_LANG", "en")
    return named if named in LANGUAGES else "en"


_Add = Callable[..., argparse.ArgumentParser]


def _authoring(add: _Add) -> None:
    new = add("new", authoring.new, "Write a ruleset to start from, with its cases.", speaks=False)
    new.add_argument("name", nargs="?", default="my-ruleset", help="name of the ruleset, or folder/name")
    check = add("check", authoring.check, "Find what is wrong with rulesets and their cases.")
    _paths(check, "ruleset or concept files, or folders")
    _concepts(check)
    check.add_argument("--format", choices=tuple(authoring.FORMATS), default="text")
    test = add("test", authoring.test, "Run the cases beside rulesets.")
    _paths(test)
    _concepts(test)
    test.add_argument("--format", choices=("text", *authoring.REPORTS), default="text")
    test.add_argument("--out", metavar="FILE", help="write the report there, and print only the tally")
    says = "tell which small errors in the rulesets no case would notice, and print the missing cases"
    test.add_argument("--strength", action="store_const", dest="command", const=strengthening.measure, help=says)
    proof = add("verify", verifying.prove, "Find rules that can never fire, and what else is odd for every patient.")
    _paths(proof)
    _concepts(proof)
    proof.add_argument("--format", choices=("text", "json"), default="text")
    proof.add_argument("--all", action="store_true", help="also which rules never fire together")
    says = "Lay out ruleset, case, adaptation and concept files in one way; comments and order stay."
    tidy = add("format", formatting.format_files, says)
    _paths(tidy, "files or folders of them")
    tidy.add_argument("--check", action="store_true", help="write nothing; end with 1 when a file would change")
    tidy.add_argument("--diff", action="store_true", help="write nothing; show what would change")


def _comparing(add: _Add) -> None:
    diff = add("diff", comparing.differ, "Tell what changed between two versions of a ruleset, in clinical words.")
    diff.add_argument("old", metavar="OLD", help="the file as it was")
    diff.add_argument("new", metavar="NEW", help="the file as it is")
    _concepts(diff)
    diff.add_argument("--data", metavar="FOLDER", help="tables of patients; also tell who is gained and lost by rule")
    diff.add_argument("--at", metavar="TIME", help="with --data: the moment; no clock is read")
    says = "with --data: also tell alerts a week before and after, from this day"
    diff.add_argument("--from", dest="since", metavar="DATE", help=says)
    diff.add_argument("--to", dest="until", metavar="DATE", help="with --from: to this day, which counts too")
    diff.add_argument("--format", choices=("text", "json"), default="text")
    docs = add("docs", comparing.document, "Write a handbook of each ruleset, for review and signature.")
    _paths(docs)
    _concepts(docs)
    docs.add_argument("--out", required=True, metavar="FOLDER", help="write them there, NAME.LANGUAGE.html")
    docs.add_argument("--format", choices=("html", "md"), default="html")
    docs.add_argument("--since", metavar="OLD", help="an earlier file of the ruleset; tell what changed since")
    proof = add("evidence", evidencing.evidence, "Write traces, proofs, components and hazards for a technical file.")
    _paths(proof)
    _concepts(proof)
    proof.add_argument("--out", required=True, metavar="FOLDER", help="write it there")
    proof.add_argument("--date", required=True, metavar="DATE", help="the day it speaks of; no clock is read")
    says = "patients tried at most for an error that no case notices; 3000 unless said"
    proof.add_argument("--tries", type=int, default=3000, metavar="N", help=says)
    own = add("selftest", evidencing.test_oneself, "Tell whether this installation says what it should.")
    own.add_argument("--format", choices=("text", "json"), default="text")
    review = add("review", approving.review, "Approve a ruleset after a blind test; any edit voids it.")
    _path(review)
    review.add_argument("--ask", metavar="FILE", help="write questions there, drawn from the cases")
    review.add_argument("--questions", type=int, default=5, metavar="N", help="with --ask: how many; 5 unless said")
    review.add_argument("--answers", metavar="FILE", help="the questions, answered")
    review.add_argument("--name", help="who reviewed it; not its owner")
    review.add_argument("--role", help="in what role, for instance cardiologist")
    review.add_argument("--date", metavar="DATE", help="when; no clock is read")
    release = add("release", approving.release_ruleset, "Put a ruleset into use, when all is in order.")
    _path(release)
    release.add_argument("--version", required=True, help="the version that it becomes, for instance 1.2.0")
    release.add_argument("--date", required=True, metavar="DATE", help="when; no clock is read")


def _path(command: argparse.ArgumentParser) -> None:
    command.add_argument("path", metavar="PATH", help="a ruleset file")
    _concepts(command)


def _running(add: _Add) -> None:
    run = add("run", running.run, "Evaluate rulesets for one patient at a moment.")
    _rules(run)
    run.add_argument("--patient", metavar="FILE", help="records or a FHIR Bundle, also .gz; - = stdin")
    run.add_argument("--at", metavar="TIME", help="for instance 2026-01-08T08:00; no clock is read")
    run.add_argument("--limits", metavar="FILE", help="the patient's own limits, as a JSON list")
    run.add_argument("--draft", action="store_true", help="also run rulesets that are drafts")
    says = "answer requests, one JSON line each, from standard input until it ends; see `cds schema request`"
    run.add_argument("--stream", action="store_const", dest="command", const=streaming.stream, help=says)
    formats = running.FORMATS["clinician"]
    run.add_argument("--format", choices=tuple(formats), default="text", help="cards: CDS Hooks 2.0; fhir: R4 Bundle")
    says = "patient: only what the ruleset's authors wrote for patients"
    run.add_argument("--audience", choices=tuple(running.FORMATS), default="clinician", help=says)
    _amount(run)
    says = "Evaluate the rulesets that come with cds for a made-up patient, or a population of them."
    demo = add("demo", demonstrating.demo, says)
    _amount(demo)
    demo.add_argument("--patients", type=int, metavar="N", help="make and score a population of so many")
    demo.add_argument("--seed", type=int, metavar="NUMBER", help="what the population is drawn from; 1 unless said")
    demo.add_argument("--save", metavar="FOLDER", help="also write the population's tables there, as Parquet")


def _amount(command: argparse.ArgumentParser) -> None:
    command.add_argument("--explain", action="store_true", help="show what every finding rests on")
    command.add_argument("--all", action="store_true", help="also list rules that do not apply")


def _scoring(add: _Add) -> None:
    says = (
        "Score a population of any size from tables, and write the findings to a file that appears when it is whole. "
        "Exit code: 0 whatever was found, 2 misuse or data that cannot be read; rows that cannot be used are counted."
    )
    job = add("score", scoring.score, says)
    _rules(job)
    says = "folder of tables, see `cds schema tables`, one file of observations, or an OMOP CDM: folder or .duckdb file"
    job.add_argument("--data", required=True, metavar="PATH", help=says)
    says = "a key that was handed over in full, KEY=false, or KEY=TIME from when on; may be given several times"
    job.add_argument("--supplied", action="append", default=[], metavar="KEY", help=says)
    job.add_argument("--at", required=True, metavar="TIME", help="for instance 2026-01-08T08:00; no clock is read")
    wanted = job.add_mutually_exclusive_group(required=True)
    says = ".parquet, .csv or .ndjson; a file that is there already is left alone"
    wanted.add_argument("--out", metavar="FILE", help=f"write the findings there: {says}")
    wanted.add_argument("--explain", metavar="PATIENT", help="write nothing; show what one patient's findings rest on")
    job.add_argument("--issues", metavar="FILE", help="also write what could not be used, as such a file")
    job.add_argument("--all", action="store_true", help="also what did not fire or does not apply")
    says = "what the process may use, 1GiB or more; half of the machine's, 8GiB at most, unless said"
    job.add_argument("--memory", metavar="SIZE", help=says)
    job.add_argument("--threads", type=int, default=0, metavar="N", help="0 = one per core; changes no answer")
    job.add_argument("--draft", action="store_true", help="also use rulesets that are drafts")


def _plotting(add: _Add) -> None:
    says = "Draw one patient's readings, limits, doses and findings on one axis of days, or a population day by day."
    plot = add("plot", plotting.plot, says)
    says = "ruleset files or folders; a picture of one patient needs them"
    plot.add_argument("--rules", nargs="+", action="extend", default=[], metavar="PATH", help=says)
    _concepts(plot)
    whose = plot.add_mutually_exclusive_group(required=True)
    whose.add_argument("--patient", metavar="FILE", help="records or a FHIR Bundle, also .gz; - = stdin")
    says = "folder of tables of a population, with --doses or --supply: how many patients, day by day"
    whose.add_argument("--data", metavar="FOLDER", help=says)
    plot.add_argument(
        "--at", required=True, metavar="TIME", help="for instance 2026-01-08T08:00; nothing after it is used"
    )
    plot.add_argument("--limits", metavar="FILE", help="the patient's own limits, as a JSON list")
    plot.add_argument("--draft", action="store_true", help="also use rulesets that are drafts")
    says = "with --data: hold back counts from 1 to below this (5)"
    plot.add_argument("--least", type=int, metavar="N", help=says)
    days = plot.add_mutually_exclusive_group()
    days.add_argument("--from", dest="since", metavar="DATE", help="first day, for instance 2026-01-08")
    days.add_argument("--days", type=int, metavar="N", help="how many days; else from the first fact on, 7 to 90")
    says = "draw doses by day and time of day instead: on time, late, missed, and days of which nobody knows"
    kind = plot.add_mutually_exclusive_group()
    kind.add_argument("--doses", action="store_true", help=says)
    says = "draw one measurement by time of day instead, for instance glucose or blood_pressure.systolic"
    kind.add_argument("--profile", metavar="MEASUREMENT", help=says)
    says = "draw what was handed out of a class instead, for instance statins, or all: how long it lasts, days without"
    kind.add_argument("--supply", metavar="CLASS", help=says)
    shown = plot.add_mutually_exclusive_group(required=True)
    shown.add_argument("--out", metavar="FILE", help="picture to write: .svg, or .png with the extra `plot`")
    shown.add_argument("--table", action="store_true", help="print what the picture shows, as text")


def _starting(add: _Add) -> None:
    says = "Suggest limits of the patient's own from a start period; nothing is applied."
    start = add("baseline", baselining.suggest, says)
    start.add_argument("--patient", required=True, metavar="FILE", help="records or a FHIR Bundle, also .gz; - = stdin")
    _concepts(start)
    start.add_argument("--at", required=True, metavar="TIME", help="for instance 2026-01-29T08:00; no clock is read")
    start.add_argument(
        "--days", type=int, default=28, metavar="N", help="length of the start period, today counts (28)"
    )
    says = "days with readings below which nothing is suggested (14)"
    start.add_argument("--least", type=int, default=14, metavar="N", help=says)
    says = "also the span that lies so many spreads around the median"
    start.add_argument("--spreads", type=float, metavar="NUMBER", help=says)
    start.add_argument("--format", choices=("text", "json"), default="text")


def _reporting(add: _Add) -> None:
    says = "Count what rules say of a population, by group, with small counts held back."
    report = add("report", reporting.make_report, says)
    _rules(report)
    report.add_argument("--data", required=True, metavar="FOLDER", help="tables of patients; see `cds schema tables`")
    report.add_argument("--at", required=True, metavar="TIME", help="for instance 2026-01-08T08:00; no clock is read")
    report.add_argument("--groups", metavar="FILE", help="a table with `patient` and columns to group by")
    says = "a file of indicators; without it, how often each rule fires"
    report.add_argument("--indicators", metavar="FILE", help=says)
    says = "counts from 1 to below it are held back, with what would reveal them (5)"
    report.add_argument("--least", type=int, default=5, metavar="N", help=says)
    says = "whether counts of 0 are shown (open) or held back as well (protected)"
    report.add_argument("--zeros", choices=("open", "protected"), default="open", help=says)
    report.add_argument("--draft", action="store_true", help="also use rulesets that are drafts")
    says = (
        f"file to write, may be given several times: {', '.join(reporting.FILES)} (.json is FHIR); else it is printed"
    )
    report.add_argument("--out", action="append", default=[], metavar="FILE", help=says)


def _simulating(add: _Add) -> None:
    says = (
        "Tell how many alerts a week rulesets would have given: a population's past, day by day, through the alarm "
        "logic. Exit code: 0 whatever fired, 1 with --band when a rule is not where it is expected, 2 misuse."
    )
    past = add("simulate", simulating.simulate, says)
    _rules(past)
    past.add_argument("--data", required=True, metavar="FOLDER", help="tables of patients; see `cds schema tables`")
    past.add_argument("--from", dest="since", required=True, metavar="DATE", help="first day, for instance 2026-01-08")
    past.add_argument("--to", dest="until", required=True, metavar="DATE", help="last day, which counts too")
    says = "when findings are made each day, by the patient's clock (08:00); several with commas"
    past.add_argument("--times", default="08:00", metavar="TIMES", help=says)
    says = "also with other limits, side by side: one or more for each --limit, which may be given several times"
    past.add_argument("--limit", nargs="+", action="append", default=[], metavar="NAME=VALUE", help=says)
    says = "other ruleset files, such as an older version, to hold them against"
    past.add_argument("--against", nargs="+", default=[], metavar="PATH", help=says)
    says = "assume that every alarm is acknowledged so long after it was shown, such as '12 hours'; else nobody does"
    past.add_argument("--acknowledge-after", default="", metavar="TIME", help=says)
    says = "write beside each ruleset how often its rules fire, as what is expected from now on"
    past.add_argument("--write-band", action="store_true", help=says)
    past.add_argument("--band", action="store_true", help="name rules that are silent or fire other than expected")
    past.add_argument("--format", choices=simulating.FORMATS, default="text")
    past.add_argument("--threads", type=int, default=0, metavar="N", help="0 = one per core; changes no answer")
    past.add_argument("--draft", action="store_true", help="also use rulesets that are drafts")
    says = "List patients with a medicine dispenser: missed and late doses and their trend, faults, pauses, what waits."
    page = add("oversight", overseeing.list_patients, says)
    page.add_argument("--data", required=True, metavar="FOLDER", help="tables of patients; see `cds schema tables`")
    _concepts(page)
    page.add_argument("--from", dest="since", required=True, metavar="DATE", help="first day, for instance 2026-01-08")
    page.add_argument("--to", dest="until", required=True, metavar="DATE", help="last day, which counts too")
    page.add_argument("--late-after", type=int, metavar="MINUTES", help="delay of a dose above which it is late")
    says = "alarms that are not closed, as `cds follow --alarms` writes them"
    page.add_argument("--alarms", metavar="FILE", help=says)
    says = "CSV with the columns patient and due: the day by which the service is to be evaluated"
    page.add_argument("--evaluations", metavar="FILE", help=says)
    page.add_argument("--format", choices=("text", "csv"), default="text")


def _serving(add: _Add) -> None:
    serve = add("serve", serving.serve, "Serve rulesets over HTTP: CDS Hooks 2.0 and POST /evaluate.")
    _rules(serve)
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on; this machine alone unless said")
    serve.add_argument("--port", type=int, default=8080, metavar="N", help="0 = any that is free")
    serve.add_argument("--workers", type=int, default=1, metavar="N", help="processes")
    serve.add_argument("--settings", metavar="FILE", help="who may call, and limits, as TOML; see docs/serving.md")
    serve.add_argument("--state", metavar="FOLDER", help="keep the audit log and feedback there")
    serve.add_argument("--store", metavar="FILE", help="also follow patients live, with events and alarms kept there")
    _key(serve)
    serve.add_argument("--draft", action="store_true", help="also serve rulesets that are drafts")
    says = "Verify the audit log of a service, list what it holds of a patient, or erase a patient from it."
    audit = add("audit", auditing.audit, says, speaks=False)
    audit.add_argument("task", choices=("verify", "list", "erase"))
    audit.add_argument("--state", required=True, metavar="FOLDER", help="the folder that `cds serve` was given")
    audit.add_argument("--patient", metavar="ID", help="whose records to list or erase")
    audit.add_argument("--at", metavar="TIME", help="when the patient was erased; no clock is read")
    audit.add_argument("--head", metavar="HEAD", help="verify: a head that was noted earlier, to be found in the log")


def _following(add: _Add) -> None:
    says = "Follow patients live: events in, one JSON line each on standard input; alarm events out. See docs/live.md."
    live = add("follow", following.follow, says, speaks=False)
    _rules(live, is_needed=False)
    live.add_argument("--store", required=True, metavar="FILE", help="keep events and alarms there")
    _key(live)
    says = "patients held ready in memory; others are made anew from the store (1000)"
    live.add_argument("--sessions", type=int, default=1000, metavar="N", help=says)
    live.add_argument("--draft", action="store_true", help="also follow with rulesets that are drafts")
    says = "take no events; print the alarms that are not closed"
    live.add_argument("--alarms", action="store_const", dest="command", const=following.list_alarms, help=says)


def _lookup(add: _Add) -> None:
    explain = add("explain", lookup.explain, "Say what the code of a diagnostic or of an issue with data means.")
    explain.add_argument(
        "code", nargs="?", help="for instance CDS102 or unit_missing; all codes of diagnostics when left out"
    )
    schema = add("schema", lookup.schema, "Print a JSON Schema, the field reference or the grammar.", speaks=False)
    schema.add_argument("subject", nargs="?", choices=tuple(lookup.SUBJECTS), default="ruleset")
    schema.add_argument("--out", metavar="FILE", help="write it there; for VS Code: schema editor --out FILE")


def _key(command: argparse.ArgumentParser) -> None:
    says = "file of the store's master key, made when there is none; else CDS_STORE_KEY holds it"
    command.add_argument("--key", metavar="FILE", help=says)


def _rules(command: argparse.ArgumentParser, is_needed: bool = True) -> None:
    says = "ruleset files or folders"
    command.add_argument("--rules", nargs="+", action="extend", required=is_needed, metavar="PATH", help=says)
    _concepts(command)


def _concepts(command: argparse.ArgumentParser) -> None:
    says = "a concept file of your own, besides those that come with cds; may be given several times"
    command.add_argument("--concepts", action="append", default=[], metavar="FILE", help=says)


def _paths(command: argparse.ArgumentParser, says: str = "ruleset files or folders") -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help=says)

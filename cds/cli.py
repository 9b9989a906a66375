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
from cds.commands import authoring, formatting, lookup, plotting, running, streaming
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
    _running(add)
    _plotting(add)
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
    says = "Lay out ruleset, case, adaptation and concept files in one way; comments and order stay."
    tidy = add("format", formatting.format_files, says)
    _paths(tidy, "files or folders of them")
    tidy.add_argument("--check", action="store_true", help="write nothing; end with 1 when a file would change")
    tidy.add_argument("--diff", action="store_true", help="write nothing; show what would change")


def _running(add: _Add) -> None:
    run = add("run", running.run, "Evaluate rulesets for one patient at a moment.")
    run.add_argument("--rules", nargs="+", required=True, metavar="PATH", help="ruleset files or folders")
    _concepts(run)
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
    _amount(add("demo", running.demo, "Evaluate the rulesets that come with cds for a made-up patient."))


def _amount(command: argparse.ArgumentParser) -> None:
    command.add_argument("--explain", action="store_true", help="show what every finding rests on")
    command.add_argument("--all", action="store_true", help="also list rules that do not apply")


def _plotting(add: _Add) -> None:
    plot = add("plot", plotting.plot, "Draw one patient's readings, limits, doses and findings on one axis of days.")
    plot.add_argument("--rules", nargs="+", required=True, metavar="PATH", help="ruleset files or folders")
    _concepts(plot)
    plot.add_argument("--patient", required=True, metavar="FILE", help="records or a FHIR Bundle, also .gz; - = stdin")
    plot.add_argument(
        "--at", required=True, metavar="TIME", help="for instance 2026-01-08T08:00; nothing after it is used"
    )
    plot.add_argument("--limits", metavar="FILE", help="the patient's own limits, as a JSON list")
    plot.add_argument("--draft", action="store_true", help="also use rulesets that are drafts")
    days = plot.add_mutually_exclusive_group()
    days.add_argument("--from", dest="since", metavar="DATE", help="first day, for instance 2026-01-08")
    days.add_argument("--days", type=int, metavar="N", help="how many days; else from the first fact on, 7 to 90")
    shown = plot.add_mutually_exclusive_group(required=True)
    shown.add_argument("--out", metavar="FILE", help="picture to write: .svg, or .png with the extra `plot`")
    shown.add_argument("--table", action="store_true", help="print what the picture shows, as text")


def _lookup(add: _Add) -> None:
    explain = add("explain", lookup.explain, "Say what the code of a diagnostic or of an issue with data means.")
    explain.add_argument(
        "code", nargs="?", help="for instance CDS102 or unit_missing; all codes of diagnostics when left out"
    )
    schema = add("schema", lookup.schema, "Print a JSON Schema, the field reference or the grammar.", speaks=False)
    schema.add_argument("subject", nargs="?", choices=tuple(lookup.SUBJECTS), default="ruleset")
    schema.add_argument("--out", metavar="FILE", help="write it there; for VS Code: schema editor --out FILE")


def _concepts(command: argparse.ArgumentParser) -> None:
    says = "a concept file of your own, besides those that come with cds; may be given several times"
    command.add_argument("--concepts", action="append", default=[], metavar="FILE", help=says)


def _paths(command: argparse.ArgumentParser, says: str = "ruleset files or folders") -> None:
    command.add_argument("paths", nargs="+", metavar="PATH", help=says)

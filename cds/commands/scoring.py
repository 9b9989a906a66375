"""`cds score`."""

import argparse
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import perf_counter
from types import FrameType
from typing import Final

from cds.api import Ruleset, load, microseconds
from cds.diagnostics import CdsError, Language
from cds.periods import NORWAY, zone
from cds.render import report
from cds.sentences import Sentences, say

Supplied = dict[str, bool | str]

_WIDTH: Final = 30  # of the bar
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TRUTH: Final = {"": True, "true": True, "false": False}
_WORDS: Final[Sentences] = {
    "copy": ("kopierer", "kopierer", "copying"),
    "who": ("hvem", "kven", "who"),
    "sort": ("sorterer", "sorterer", "sorting"),
    "score": ("vurderer", "vurderer", "scoring"),
    "compile": (
        "Regelmotoren bygges for denne maskinen, bare denne ene gangen; det tar omtrent et halvt minutt.",
        "Regelmotoren blir bygd for denne maskina, berre denne eine gongen; det tek om lag eit halvt minutt.",
        "Building the rule engine for this machine, this once only; it takes about half a minute.",
    ),
    "wrote": ("skrev {file}: {n} funn", "skreiv {file}: {n} funn", "wrote {file}: {n} findings"),
    "wrote_issues": ("skrev {file}: {n} rader", "skreiv {file}: {n} rader", "wrote {file}: {n} rows"),
    "speed": (
        "{seconds} sekunder, {rate} rader i sekundet",
        "{seconds} sekund, {rate} rader i sekundet",
        "{seconds} seconds, {rate} rows a second",
    ),
}


def score(given: argparse.Namespace) -> int:
    """Write every finding for everybody in the tables, or explain one patient; 0 whatever was found."""
    ruleset = load(given.rules, concepts=given.concepts)
    ruleset.refuse_drafts(given.draft)
    if given.explain is None:
        with _ending_as_interrupted():
            _score(given, ruleset)
    else:
        sys.stdout.write(_explained(given, ruleset))
    return 0


def _explained(given: argparse.Namespace, ruleset: Ruleset) -> str:
    from cds.scoring import patient_in_tables  # noqa: PLC0415

    supplied = supplied_in(given.supplied)
    moment = microseconds(given.at, zone(NORWAY))
    patient = patient_in_tables(given.data, given.explain, concepts=ruleset.concepts, at=moment, supplied=supplied)
    at = _EPOCH + timedelta(microseconds=moment)
    result = ruleset.evaluate(patient, at=at, allow_draft=given.draft)
    return report(result, given.lang, explain=True, everything=given.all)


def _score(given: argparse.Namespace, ruleset: Ruleset) -> None:
    from cds.scoring import score_tables, summary  # noqa: PLC0415

    language: Language = given.lang
    bar = Bar(language, is_shown=sys.stderr.isatty())
    bar.say_what_takes_time()
    start = perf_counter()
    with bar:
        scored = score_tables(
            ruleset,
            given.data,
            at=given.at,
            out=given.out,
            issues=given.issues,
            everything=given.all,
            supplied=supplied_in(given.supplied),
            memory=given.memory,
            threads=given.threads,
            allow_draft=given.draft,
            progress=bar.show,
        )
    seconds = perf_counter() - start
    sys.stdout.write(summary(scored, ruleset, language))
    lines = [say("wrote", language, _WORDS, file=given.out, n=scored.findings)]
    if given.issues:
        lines.append(say("wrote_issues", language, _WORDS, file=given.issues, n=sum(scored.issues.values())))
    rate = round(scored.rows / max(seconds, 1e-3))
    lines.append(say("speed", language, _WORDS, seconds=f"{seconds:.1f}", rate=rate))
    sys.stdout.write("\n" + "".join(f"{line}\n" for line in lines))


def supplied_in(words: list[str]) -> Supplied:
    """What `--supplied` says: a key was handed over in full, not at all (`=false`), or from a time on (`=TIME`)."""
    found: Supplied = {}
    for word in words:
        key, _, said = word.partition("=")
        if not key:
            raise CdsError(f"`--supplied {word}` names nothing; write for instance --supplied body_weight")
        found[key] = _TRUTH.get(said, said)
    return found


class Bar:
    """How far a job has come, on one line of a terminal; nothing where there is none."""

    def __init__(self, language: Language, *, is_shown: bool) -> None:
        self._language: Language = language
        self._is_shown = is_shown
        self._line = ""

    def say_what_takes_time(self) -> None:
        """Tell, once, that compiling will take a while."""
        from cds.compiling import cache_folder  # noqa: PLC0415

        if self._is_shown and not any(cache_folder().rglob("*.nbc")):
            sys.stderr.write(say("compile", self._language, _WORDS) + "\n")

    def show(self, step: str, done: int, total: int) -> None:
        """Draw the line anew where it has changed."""
        if self._is_shown:
            line = f"{say(step, self._language, _WORDS):<10} {drawn(done, total)}"
            if line != self._line:
                sys.stderr.write(f"\r{line}\x1b[K")
                sys.stderr.flush()
                self._line = line

    def __enter__(self) -> "Bar":
        return self

    def __exit__(self, *error: object) -> None:
        if self._line:
            sys.stderr.write("\r\x1b[K")


def drawn(done: int, total: int) -> str:
    """A bar with its percentage; only a number where nobody knows how much there is.

    >>> drawn(1, 2)
    '[###############---------------]  50 %'
    """
    if not total:
        return str(done)
    share = min(done / total, 1.0)
    filled = int(share * _WIDTH)
    return f"[{'#' * filled}{'-' * (_WIDTH - filled)}] {int(share * 100):>3} %"


@contextmanager
def _ending_as_interrupted() -> Generator[None]:
    """Whoever ends the process the polite way gets the same tidying up as with Ctrl-C."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""Rulesets with one seeded fault each, and which of check, cases, strength and verify finds it at its place.

`bases` holds small rulesets with the few cases that their authors thought of; `kinds` holds, for each kind of fault,
four replacements of words in one of them. `found_by` says what finds it; the tests hold it to be true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from cds import source
from cds.cases import case_files, run_cases
from cds.loading import Checked, check_paths
from cds.strength import Edit, Strength, strength
from cds.verify import verify

HERE: Final = Path(__file__).parent
WAYS: Final = ("check", "cases", "strength", "verify")
_TRIES: Final = 1500


@dataclass(frozen=True)
class Fault:
    """One fault. old, new: the words replaced. rule: where it shows. found_by: the ways that find it."""

    kind: str
    base: str
    rule: str
    old: str
    new: str
    found_by: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.base}: {self.in_words()}"

    def in_words(self) -> str:
        """What is changed, on one line."""
        old, new = (" ".join(each.split()) for each in (self.old, self.new))
        return f"`{old}` → `{new}`" if new else f"without `{old}`"

    @property
    def text(self) -> str:
        """The ruleset with the fault in it."""
        sound = _text(self.base)
        assert sound.count(self.old) == 1, self
        return sound.replace(self.old, self.new)

    @property
    def lines(self) -> range:
        """The lines that hold the fault, and the one after what is left out."""
        first = _text(self.base).split(self.old)[0].count("\n") + 1
        return range(first, first + self.new.rstrip("\n").count("\n") + 1)

    def is_made_by(self, edit: Edit, lines: Sequence[str]) -> bool:
        """Whether a small error of the base is this fault."""
        return "\n".join(edit.applied(lines)).rstrip("\n") == self.text.rstrip("\n")

    def stands_in(self, line: int) -> bool:
        """Whether a line is one of the fault or of the rule where it shows."""
        return line in self.lines or line in _rule_lines(self.text, self.rule)


def faults() -> list[Fault]:
    """Every fault, kind by kind."""
    found: list[Fault] = []
    for path in sorted((HERE / "kinds").glob("*.yaml")):
        node, problems = source.read(path.read_text("utf-8"), path.name)
        assert node, problems
        read = cast("dict[str, source.Plain]", source.plain(node))
        for each in cast("list[dict[str, str]]", read["faults"]):
            told = {**each, "found_by": tuple(each["found_by"].split())}
            found.append(Fault(kind=str(read["kind"]), **told))  # pyright: ignore[reportArgumentType]
    return found


def finds(fault: Fault, way: str) -> bool:
    """Whether a fault is found in a way, at its place."""
    if way == "strength":
        return _strength_finds(fault)
    with TemporaryDirectory() as folder:
        checked = _written(Path(folder), fault.text, _text(fault.base, ".test"))
        return {"check": _check_finds, "cases": _cases_find, "verify": _verify_finds}[way](fault, checked)


def _check_finds(fault: Fault, checked: Checked) -> bool:
    places = (place for each in checked.diagnostics for place in (each.place, each.also) if place)
    return any(place.file.endswith("faulty.yaml") and fault.stands_in(place.line) for place in places)


def _cases_find(fault: Fault, checked: Checked) -> bool:
    return checked.plan is not None and fault.rule in _failing(checked)


def _failing(checked: Checked) -> set[str]:
    """The rules of which cases expect something else."""
    outcomes = (each for case in run_cases(checked, ("single",)) for each in case.outcomes)
    return {each.expectation.rule.partition("/")[2] for each in outcomes if not each.is_ok}


def _verify_finds(fault: Fault, checked: Checked) -> bool:
    if checked.plan is None:
        return False
    proven = verify(checked, checked.files[0], case_files(checked)[0])
    return any(each.is_problem and fault.stands_in(each.place.line) for each in proven)


def _strength_finds(fault: Fault) -> bool:
    """Whether the cases are told to be blind there, and a case that is then pasted in finds the fault."""
    if not any(each.place.line in fault.lines or _is_of(each, fault) for each in strong(fault.base).unnoticed):
        return False
    with TemporaryDirectory() as folder:
        return _cases_find(fault, with_missing_cases(Path(folder), fault.base, fault.text))


def with_missing_cases(folder: Path, base: str, ruleset: str = "") -> Checked:
    """A ruleset, the base itself unless another is given, with the few cases and those that were missing."""
    cases = "\n".join((_text(base, ".test").rstrip("\n"), *strong(base).missing, ""))
    return _written(folder, ruleset or _text(base), cases)


def _is_of(edit: Edit, fault: Fault) -> bool:
    return edit.kind == "missing_as_false" and edit.name == fault.rule


@cache
def strong(base: str) -> Strength:
    """How strong the few cases of a base are."""
    checked = check_paths([HERE / "bases" / f"{base}.yaml"])
    (cases,) = case_files(checked)
    return strength(checked, checked.files[0], cases, tries=_TRIES)


def _written(folder: Path, ruleset: str, cases: str) -> Checked:
    (folder / "faulty.yaml").write_text(ruleset, "utf-8")
    (folder / "faulty.test.yaml").write_text(cases, "utf-8")
    return check_paths([folder / "faulty.yaml"])


@cache
def _text(base: str, suffix: str = "") -> str:
    return (HERE / "bases" / f"{base}{suffix}.yaml").read_text("utf-8")


def _rule_lines(text: str, rule: str) -> range:
    """The lines of a rule or zone, as it is named at its margin."""
    lines = text.split("\n")
    first = lines.index(f"  {rule}:", lines.index("values:"))
    last = next((place for place in range(first + 1, len(lines)) if not lines[place].startswith("    ")), len(lines))
    return range(first + 1, last + 1)

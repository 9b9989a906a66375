"""Forty rulesets with a fault in each: something finds every one, at its place, and the table of it is true."""

from collections import Counter
from pathlib import Path

import pytest

from cds.cases import case_files
from cds.loading import check_paths
from cds.strength import edits, strength
from cds.verify import verify
from tests.faulty.faults import HERE, WAYS, Fault, faults, finds, strong, with_missing_cases

FAULTS = faults()
BASES = sorted({each.base for each in FAULTS})
PAGE = (Path(__file__).parents[2] / "docs" / "trust.md").read_text("utf-8")


def test_there_are_ten_kinds_of_four() -> None:
    assert [4] * 10 == list(Counter(each.kind for each in FAULTS).values())


@pytest.mark.parametrize("base", BASES)
def test_a_base_is_sound(base: str) -> None:
    checked = check_paths([HERE / "bases" / f"{base}.yaml"])
    assert () == checked.diagnostics
    assert [] == [each for each in verify(checked, checked.files[0]) if each.is_problem]


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_found_by_what_is_said_to_find_it(fault: Fault) -> None:
    assert fault.found_by
    assert fault.found_by == tuple(way for way in WAYS if finds(fault, way))


@pytest.mark.parametrize("fault", [each for each in FAULTS if each.found_by == ("strength",)], ids=str)
def test_an_error_of_one_step_is_named_as_it_is(fault: Fault) -> None:
    """Where what was done is one of the small errors, just that one is said to go unnoticed."""
    (file,) = check_paths([HERE / "bases" / f"{fault.base}.yaml"]).files
    same = [each for each in edits(file) if each.kind != "missing_as_false" and fault.is_made_by(each, file.lines)]
    told = [(each.place, each.after) for each in strong(fault.base).unnoticed]
    assert [] == [each for each in same if (each.place, each.after) not in told]


@pytest.mark.parametrize("base", BASES)
def test_with_the_missing_cases_pasted_in_all_of_it_is_noticed(base: str, tmp_path: Path) -> None:
    measured = strong(base)
    checked = with_missing_cases(tmp_path, base)
    (cases,) = case_files(checked)
    again = strength(checked, checked.files[0], cases, tries=0)
    assert () == again.unnoticed
    assert [(each.place.line, each.after) for each in measured.silent] == [
        (each.place.line, each.after) for each in again.silent
    ]


def row(fault: Fault) -> str:
    marks = " | ".join("found" if way in fault.found_by else "" for way in WAYS)
    return f"| {fault.base}: {fault.in_words()} | {marks} |"


def test_the_table_of_what_finds_which_is_true() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith(tuple(f"| {base}: " for base in BASES))]
    assert [row(each) for each in FAULTS] == rows
    assert [] == [each.kind for each in FAULTS if f"| **{each.kind}** |" not in PAGE]

"""`cds.check` against brute force: bands number by number, zones value by value; and a fault of ours hides nothing.

What each check says is in tests/errors and in the codes' own examples.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds import check
from cds.check.circles import circles
from cds.check.names import Names
from cds.diagnostics import Diagnostic
from cds.loading import check_texts

RULESETS = sorted((Path(__file__).parents[1] / "rulesets").glob("*.yaml"))
HEAD = """\
language: 1
ruleset: demo
version: 1.0.0
status: draft
title:
  en: Demo
inputs:
  saturation: oxygen_saturation
values:
  current:
    last_reading: saturation
"""
LOW, HIGH = 50, 100  # the plausible span of oxygen_saturation


def codes(text: str) -> set[str]:
    return {each.code for each in check_texts([(HEAD + text, "demo.yaml", True)]).diagnostics}


@st.composite
def band(draw: st.DrawFn) -> tuple[str, float, float, bool, bool]:
    """Text, ends, and whether they are inside; numbers a half apart."""
    low = draw(st.integers(2 * LOW - 4, 2 * HIGH)) / 2
    high = draw(st.integers(int(2 * low) + 1, 2 * HIGH + 4)) / 2
    return draw(
        st.sampled_from(
            [
                (f"{low:g} to {high:g}", low, high, True, True),
                (f"{low:g} to below {high:g}", low, high, True, False),
                (f"at most {low:g}", float("-inf"), low, False, True),
                (f"below {low:g}", float("-inf"), low, False, False),
                (f"at least {high:g}", high, float("inf"), True, False),
                (f"above {high:g}", high, float("inf"), False, False),
                (f"{low:g}", low, low, True, True),
            ]
        )
    )


@given(bands=st.lists(band(), min_size=1, max_size=4, unique_by=lambda each: each[0]), step=st.sampled_from([0, 1]))
def test_bands_against_every_number(bands: list[tuple[str, float, float, bool, bool]], step: int) -> None:
    def holds(each: tuple[str, float, float, bool, bool], number: float) -> bool:
        _, low, high, low_inside, high_inside = each
        return low < number < high or (number == low and low_inside) or (number == high and high_inside)

    fine = [number / 4 for number in range(4 * LOW - 40, 4 * HIGH + 41)]
    occurring = [each for each in fine if LOW <= each <= HIGH and (step == 0 or each == int(each))]
    held = [sum(holds(each, number) for each in bands) for number in fine]
    overlaps = any(count > 1 for count in held)
    gap = any(not any(holds(each, number) for each in bands) for number in occurring)
    rows = "".join(f"      - {text}: 1\n" for text, *_ in bands)
    rounding = "    round: 1 %\n" if step else ""
    found = codes(f"{rounding}bands:\n  points:\n    value: current\n    covers: all\n    points:\n{rows}")
    assert overlaps == ("CDS260" in found)
    if not overlaps:
        assert gap == ("CDS261" in found)


WORDS = {
    "above": lambda value, limit: value > limit,
    "at least": lambda value, limit: value >= limit,
    "below": lambda value, limit: value < limit,
    "at most": lambda value, limit: value <= limit,
}


@given(
    words=st.tuples(st.sampled_from(sorted(WORDS)), st.sampled_from(sorted(WORDS))),
    limits=st.tuples(st.integers(60, 64), st.integers(60, 64)),
)
def test_a_colour_that_never_shows(words: tuple[str, str], limits: tuple[int, int]) -> None:
    values = [each / 2 for each in range(110, 140)]
    red = [WORDS[words[0]](value, limits[0]) for value in values]
    yellow = [WORDS[words[1]](value, limits[1]) for value in values]
    shows = any(milder and not worse for worse, milder in zip(red, yellow, strict=True))
    found = codes(f"""\
limits:
  outer:
    fixed: {limits[0]} %
  inner:
    fixed: {limits[1]} %
zones:
  zone:
    value: current
    red: {words[0]} outer
    yellow: {words[1]} inner
    summary:
      en: Zone
""")
    assert shows == ("CDS271" not in found)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_circles_are_found_where_there_are_any(references: dict[str, list[str]]) -> None:
    for circle in circles(references):
        steps = zip(circle, (*circle[1:], circle[0]), strict=True)
        assert all(after in references[before] for before, after in steps)
    left = dict(references)
    while ends := [name for name, below in left.items() if not any(each in left for each in below)]:
        for name in ends:
            del left[name]
    assert bool(left) == bool(circles(references))


def test_a_fault_of_ours_is_said_and_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def faulty(names: Names) -> Iterator[Diagnostic]:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(check, "_SUBJECTS", (faulty, *check._SUBJECTS))
    text = "rules:\n  low:\n    when: curent is known\n    colour: red\n    summary:\n      en: Low\n"
    assert {"CDS901", "CDS201"} == codes(text)


def test_shipped_rulesets_have_no_findings() -> None:
    texts = [(each.read_bytes(), each.name, True) for each in RULESETS if not each.name.endswith(".test.yaml")]
    assert [] == [str(each.place) + each.message() for each in check_texts(texts).diagnostics]

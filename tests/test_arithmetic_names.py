"""How an explanation names what is calculated: with the brackets that it needs, and no more."""

import pytest

from cds.diagnostics.explain import SURROUNDINGS
from cds.loading import check_texts
from cds.plan import Arithmetic


@pytest.mark.parametrize(
    "written",
    [
        "current + current",
        "current - (current - current)",
        "current - current * half",
        "(current - current) * half",
        "current * half * half + current - (current + current)",
        "current * (half * half)",
        "current * (half / (half + half))",
    ],
)
def test_it_reads_as_it_was_written(written: str) -> None:
    half = "limits:\n  half:\n    default: 50 %\n    source: house\n"
    text = SURROUNDINGS.replace("limits:\n", half).replace("current is above", f"{written} is above")
    plan = check_texts([(text, "demo.yaml", True)]).plan
    assert plan and written in {each.name for each in plan.numbers if isinstance(each, Arithmetic)}

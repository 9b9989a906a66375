"""Whatever a file looks like, laying it out keeps what it says and every comment, and a second time changes nothing."""

import re

import yaml
from hypothesis import assume, given

from cds import source
from cds.formatting import format_text
from tests.formatting.writing import case_texts, commented_rulesets
from tests.test_source import mutated


def comments(text: str) -> list[str]:
    """The numbered comments of a generated file, in order."""
    return re.findall(r"#[ !]*(c\d+|over \d+|at \d+|begins)\b", text)


def assert_kept(text: str) -> str:
    """As another YAML parser reads it, and as a second go leaves it."""
    formatted = format_text(text.encode(), "any.yaml")
    assert [] == [(each.code, str(each.place), each.message()) for each in formatted.diagnostics]
    after = formatted.after.decode()
    assert repr(yaml.load(text, yaml.BaseLoader)) == repr(yaml.load(after, yaml.BaseLoader))
    assert comments(text) == comments(after)
    assert formatted.after == format_text(formatted.after, "any.yaml").after
    assert after.endswith("\n") and not after.endswith("\n\n")
    assert [] == [line for line in after.split("\n") if line != line.rstrip()]
    assert "\r" not in after
    return after


@given(case_texts())
def test_a_file_written_in_any_way_says_the_same(text: str) -> None:
    assume([] == source.read(text, "any.yaml")[1])
    assert_kept(text)


@given(commented_rulesets())
def test_a_ruleset_with_comments_anywhere_says_the_same(text: str) -> None:
    after = assert_kept(text)
    assert "\n\n\n" not in after
    assert re.search(r"[^\n]\n\n(#.*\n)*limits:", after)


@given(mutated())
def test_slips_are_refused_or_leave_what_is_said(text: str) -> None:
    formatted = format_text(text.encode("utf-8", "surrogatepass"), "any.yaml")
    if formatted.diagnostics:
        assert formatted.before == formatted.after
        assert all(each.code.startswith("CDS1") for each in formatted.diagnostics)
    else:
        assert_kept(text)

"""The schemas for editors: they fit whatever is shipped, as parsers of YAML 1.1 and 1.2 read it, and mark slips."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from jsonschema import Draft7Validator, Draft202012Validator

from cds.cli import main
from cds.schemas import adaptation_schema, cases_schema, concepts_schema, editor_schema, ruleset_schema

TOP = Path(__file__).parents[1]
SHIPPED = [
    file for folder in ("rulesets", "cds/concepts", "cds/templates") for file in sorted((TOP / folder).glob("*.yaml"))
]
OWN: dict[str, Callable[[], dict[str, Any]]] = {
    "ruleset": ruleset_schema,
    "adaptation": adaptation_schema,
    "cases": cases_schema,
    "concepts": concepts_schema,
}
EDITOR = Draft202012Validator(editor_schema())
ADAPTATION = """\
language: 1
adaptation: local
adapts: home-blood-pressure 1.x
version: 1.0.0
status: draft
switch_off: [severe]
limits:
  systolic_high:
    default: 140 mmHg
    source: "Decided"
rules:
  above_target:
    colour: orange
"""


class CoreLoader(yaml.SafeLoader):
    """Reads scalars as YAML 1.2's core schema says (section 10.3.2), which editors follow."""


CORE: Final = (
    ("bool", "true|True|TRUE|false|False|FALSE"),
    ("null", "null|Null|NULL|~|"),
    ("int", "[-+]?[0-9]+"),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"),
)
CoreLoader.yaml_implicit_resolvers = {}
for tag, pattern in CORE:
    CoreLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), None)


def core(text: str) -> Any:
    return as_json(yaml.load(text, CoreLoader))


def older(text: str) -> Any:
    """As YAML 1.1, in which a bare `no` is false; no editor reads it so any more."""
    return as_json(yaml.safe_load(text), {True: "yes", False: "no"})


def texts(text: str) -> Any:
    return as_json(yaml.load(text, yaml.BaseLoader))


def as_json(value: Any, words: dict[bool, str] | None = None) -> Any:
    """As JSON would hold it: names are texts, and so are dates."""
    if isinstance(value, dict):
        return {str(as_json(name, words)): as_json(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each, words) for each in value]
    if isinstance(value, bool) and words:
        return words[value]
    return value if isinstance(value, str | int | float | None) else str(value)


def kind_of(value: dict[str, Any]) -> str:
    return next((each for each in ("cases", "concepts", "adaptation") if each in value), "ruleset")


@pytest.mark.parametrize("read", [core, older, texts])
@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_what_is_shipped_follows_its_schema(file: Path, read: Callable[[str], Any]) -> None:
    written = read(file.read_text("utf-8"))
    own = Draft202012Validator(OWN[kind_of(written)]())
    assert [] == [each.json_path + " " + each.message[:200] for each in own.iter_errors(written)]
    assert EDITOR.is_valid(written)


def test_the_loader_of_the_test_reads_as_an_editor_does() -> None:
    read = core("[1.0.0, 1.10, 1, 3.9, true, no, 03:00, 2027-11-01, 2018, ~, '5', -1e3, 5.]")
    assert ["1.0.0", 1.1, 1, 3.9, True, "no", "03:00", "2027-11-01", 2018, None, "5", -1000.0, 5.0] == read


@pytest.mark.parametrize("read", [core, older, texts])
def test_an_adaptation_follows_its_schema(read: Callable[[str], Any]) -> None:
    assert EDITOR.is_valid(read(ADAPTATION))
    assert not EDITOR.is_valid(read(ADAPTATION.replace("switch_off", "switch_of")))


@pytest.mark.parametrize("kind", [*OWN, "editor"])
def test_a_schema_is_a_schema_of_both_drafts(kind: str) -> None:
    """The older draft is what many editors still know."""
    schema = OWN[kind]() if kind in OWN else editor_schema()
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.name)
def test_editors_that_know_the_older_draft_agree(file: Path) -> None:
    written = core(file.read_text("utf-8"))
    assert Draft7Validator({**editor_schema(), "$schema": "http://json-schema.org/draft-07/schema#"}).is_valid(written)


CASE = """\
cases:
  one:
    at: 2026-01-08 08:00
    zone: Europe/Oslo
    patient: 74 years
    weight:
      2026-01-05 07:40: 81.0 kg
      2026-01-06 07:40: 82
      2026-01-07 07:40: [81.0 kg, 82.0 kg]
    pulse:
      - from: 2026-01-01 07:00
        every: 1 day
        values: 60 61 - 62 /min
      - 2026-01-02 08:00: 60 /min
    faults: [2026-01-07 19:00]
    dispenser: no
    glucose: none
    patient_limits:
      gain: 1.5 kg, Kari Lege
    not_supplied: [doses]
    supplied_from:
      weight: 2026-01-05
    expect:
      gain: unknown, no data
      loss:
        is: yellow, uncertain, too few, hidden by gain
        nb: "Tung"
  two:
    like: one
    patient_limits:
      - limit: gain
        value: 1.5
"""


def test_every_notation_of_a_case() -> None:
    assert [] == [each.message for each in Draft202012Validator(cases_schema()).iter_errors(core(CASE))]


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("cases:", "casses:"),
        ("    like: one", "    likes: one"),
        ("gain: unknown, no data", "gain: unsure"),
        ("is: yellow, uncertain", "iss: yellow, uncertain"),
        ('nb: "Tung"', 'no: "Tung"'),
        ("not_supplied: [doses]", "not_supplied: doses"),
        ("    expect:\n", "    expected:\n"),
        ("patient: 74 years", "patient: [74 years]"),
    ],
)
def test_slips_in_a_case_are_marked(right: str, wrong: str) -> None:
    assert 1 == CASE.count(right)
    assert not Draft202012Validator(cases_schema()).is_valid(core(CASE.replace(right, wrong)))
    assert wrong == "casses:" or not EDITOR.is_valid(core(CASE.replace(right, wrong)))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [("kind: measurement", "kind: measured"), ("    label:\n", "    labels:\n"), ("unit:", "units:")],
)
def test_slips_in_concepts_are_marked(right: str, wrong: str) -> None:
    text = (TOP / "cds/concepts/measurements.yaml").read_text("utf-8")
    assert not EDITOR.is_valid(core(text.replace(right, wrong, 1)))


def test_the_command_prints_or_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == main(["schema", "editor"])
    printed = capsys.readouterr().out
    assert editor_schema() == json.loads(printed)
    assert 0 == main(["schema", "editor", "--out", str(tmp_path / "cds.schema.json")])
    assert ("", printed) == (capsys.readouterr().out, (tmp_path / "cds.schema.json").read_bytes().decode())

"""`cds run --format --audience`: what goes out to others, and to whom."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from fhir.resources.R4B.bundle import Bundle
from jsonschema import Draft202012Validator

from cds.cli import main
from cds.messages import messages_schema
from cds.shipped import DEMO_AT, DEMO_PATIENT, shipped_rulesets

FILES = ("dispenser-doses", "heart-failure-weight", "home-blood-pressure")
RULES = [str(shipped_rulesets() / f"{name}.yaml") for name in FILES]
DEMO = ("run", "--patient", str(DEMO_PATIENT), "--at", DEMO_AT, "--draft", "--rules", *RULES)
CLINICIANS = ("Contact the patient", "2 doses in a row", "dispenser-doses", "Kari Lege")

Cds = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cds(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cds:
    """The command in this process: exit code, output and errors."""
    monkeypatch.delenv("CDS_LANG", raising=False)

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.mark.parametrize("audience", ["clinician", "patient"])
@pytest.mark.parametrize("form", ["text", "json", "cards", "fhir"])
def test_each_format_is_written_for_each_audience_the_same_every_time(cds: Cds, form: str, audience: str) -> None:
    first = cds(*DEMO, "--format", form, "--audience", audience, "--lang", "nb")
    assert first == cds(*DEMO, "--format", form, "--audience", audience, "--lang", "nb")
    assert (0, "") == (first[0], first[2])
    assert "UTKAST" in first[1] or (form, audience) == ("json", "clinician")


@pytest.mark.parametrize("form", ["text", "json", "cards", "fhir"])
def test_the_patient_sees_nothing_for_clinicians(cds: Cds, form: str) -> None:
    said = cds(*DEMO, "--format", form, "--audience", "patient")[1]
    assert "Medicine from the dispenser was not taken out." in said
    assert "2 findings have no text for you" in said
    assert [each for each in CLINICIANS if each in said] == []
    for_clinicians = cds(*DEMO, "--format", form)[1]
    assert [each for each in CLINICIANS if each not in for_clinicians] == []


def test_what_is_written_is_of_its_kind(cds: Cds) -> None:
    assert ["cards"] == list(json.loads(cds(*DEMO, "--format", "cards")[1]))
    Bundle.model_validate_json(cds(*DEMO, "--format", "fhir")[1])
    Draft202012Validator(messages_schema()).validate(
        json.loads(cds(*DEMO, "--format", "json", "--audience", "patient")[1])
    )
    assert messages_schema() == json.loads(cds("schema", "messages")[1])


@pytest.mark.parametrize("more", ["--explain", "--all"])
@pytest.mark.parametrize("to", [("--audience", "patient"), ("--format", "cards"), ("--format", "fhir")])
def test_more_is_said_only_to_clinicians_as_text_or_json(cds: Cds, more: str, to: tuple[str, str]) -> None:
    code, out, err = cds(*DEMO, *to, more)
    assert (2, "") == (code, out)
    assert "leave them out with --audience patient" in err


def test_a_patient_without_an_id_has_cards_and_no_resources(cds: Cds, tmp_path: Path) -> None:
    file = tmp_path / "nobody.json"
    file.write_text("{}")
    nobody = ["run", "--patient", str(file), *DEMO[3:], "--format"]
    assert 0 == cds(*nobody, "cards")[0]
    code, out, err = cds(*nobody, "fhir")
    assert (2, "") == (code, out)
    assert "the patient has no id" in err

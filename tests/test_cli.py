"""The `cds` command as its users meet it: what it prints, its exit code, and never a traceback."""

import gzip
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cds.adapters.records_schema import records_schema
from cds.cli import main
from cds.commands import running
from cds.diagnostics import all_codes
from cds.document import result_schema
from cds.manual import ruleset_schema
from cds.shipped import DEMO_AT, DEMO_PATIENT, STARTER, demo_rulesets, shipped_rulesets

Cds = Callable[..., tuple[int, str, str]]
RULES = tuple(map(str, demo_rulesets()))
DEMO = ("run", "--rules", *RULES, "--patient", str(DEMO_PATIENT), "--at", DEMO_AT, "--draft")
WEIGHT = {
    "resourceType": "Observation",
    "id": "w",
    "status": "final",
    "subject": {"reference": "Patient/1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
    "effectiveDateTime": "2026-11-23T07:30:00+01:00",
    "valueQuantity": {"value": 83.1, "code": "kg", "system": "http://unitsofmeasure.org"},
}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": {"resourceType": "Patient", "id": "1", "birthDate": "1948-04-17"}}, {"resource": WEIGHT}],
}


@pytest.fixture
def cds(capsys: pytest.CaptureFixture[str]) -> Cds:
    """Run the command; exit code, standard output and standard error."""

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to stand in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_in_shell(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "cds", *arguments],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **environment},
    )


# new, check, test


def test_a_new_ruleset_passes_check_and_test(folder: Path, cds: Cds) -> None:
    assert cds("new", "pulse-at-home")[0] == 0
    assert sorted(each.name for each in folder.iterdir()) == ["pulse-at-home.test.yaml", "pulse-at-home.yaml"]
    code, out, _ = cds("check", "pulse-at-home.yaml")
    assert (code, out) == (0, "2 files checked: 0 errors, 0 warnings\n")
    code, out, _ = cds("test", ".")
    assert code == 0
    assert out.startswith("5 of 5 cases came as expected (single")


def test_new_never_writes_over_a_file(folder: Path, cds: Cds) -> None:
    (folder / "mine.test.yaml").write_text("precious")
    code, _, err = cds("new", "mine")
    assert (code, err) == (2, "cds: `mine.test.yaml` is there already; name another ruleset\n")
    assert [each.name for each in folder.iterdir()] == ["mine.test.yaml"]


@pytest.mark.parametrize("name", ["", "Mine", "two words", "../", "-x-", "æ"])
def test_new_refuses_a_name_that_is_no_id(folder: Path, cds: Cds, name: str) -> None:
    code, _, err = cds("new", "--", name)
    assert code == 2
    assert "cannot name a ruleset" in err
    assert list(folder.iterdir()) == []


def test_shipped_rulesets_are_clean(cds: Cds) -> None:
    code, out, _ = cds("check", str(shipped_rulesets()))
    files = len(list(shipped_rulesets().glob("*.yaml")))
    assert (0, f"{files} files checked: 0 errors, 0 warnings\n") == (code, out)


def misspelt(folder: Path) -> str:
    """A ruleset file with one mistake."""
    file = folder / "wrong.yaml"
    file.write_text(STARTER.read_text("utf-8").replace("rise_in: weight", "rise_in: wieght"), "utf-8")
    return "wrong.yaml"


def test_a_mistake_is_shown_at_its_place_with_its_cure(folder: Path, cds: Cds) -> None:
    code, out, _ = cds("check", misspelt(folder))
    assert code == 1
    assert "wrong.yaml:" in out
    assert "    rise_in: wieght" in out
    assert "did you mean `weight`?" in out
    assert "mente du `weight`?" in cds("check", "wrong.yaml", "--lang", "nb")[1]


def test_check_speaks_to_other_programs(folder: Path, cds: Cds) -> None:
    file = misspelt(folder)
    code, out, _ = cds("check", file, "--format", "json")
    found = json.loads(out)
    assert code == 1
    assert found[0]["place"]["file"] == file
    code, out, _ = cds("check", file, "--format", "sarif")
    assert code == 1
    assert [each["ruleId"] for each in json.loads(out)["runs"][0]["results"]] == [each["code"] for each in found]
    code, out, _ = cds("check", file, "--format", "github")
    assert code == 1
    assert out.startswith(f"::error file={file},line=")


def test_check_reads_cases_too(folder: Path, cds: Cds) -> None:
    cds("new", "mine")
    cases = folder / "mine.test.yaml"
    cases.write_text(cases.read_text("utf-8").replace("weight_gain: yellow", "wieght_gain: yellow"), "utf-8")
    code, out, _ = cds("check", "mine.yaml")
    assert code == 1
    assert "mine.test.yaml:" in out
    code, out, _ = cds("test", "mine.yaml")
    assert code == 1
    assert "mine.test.yaml:" in out
    assert "1 file has errors and was not tried" in out


def test_a_case_that_goes_otherwise_is_shown(folder: Path, cds: Cds) -> None:
    cds("new", "mine")
    cases = folder / "mine.test.yaml"
    cases.write_text(cases.read_text("utf-8").replace("weight_gain: green", "weight_gain: yellow"), "utf-8")
    code, out, _ = cds("test", "mine.yaml")
    assert code == 1
    assert "expected `yellow`, came `green`" in out
    assert "4 of 5 cases came as expected" in out


def test_no_cases_is_a_finding(folder: Path, cds: Cds) -> None:
    cds("new", "mine")
    (folder / "mine.test.yaml").unlink()
    assert cds("test", "mine.yaml")[:2] == (1, "no cases; they stand in NAME.test.yaml beside NAME.yaml\n")


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_case_file_is_named_by_its_ruleset(folder: Path, cds: Cds, command: str) -> None:
    cds("new", "mine")
    code, _, err = cds(command, "mine.test.yaml")
    assert 2 == code
    assert "name the ruleset, `mine.yaml`" in err


@pytest.mark.parametrize("command", ["check", "test"])
def test_a_path_that_is_not_there(cds: Cds, command: str) -> None:
    code, _, err = cds(command, "nowhere.yaml")
    assert code == 2
    assert "nowhere.yaml" in err


# run and demo


def test_the_demonstration_shows_every_kind_of_finding(cds: Cds) -> None:
    code, out, _ = cds("demo")
    assert code == 0
    assert "!! DRAFT, NOT APPROVED FOR USE" in out
    assert "■ RED  2 doses in a row not dispensed" in out
    assert "○ RED, waiting for confirmation  Very high blood pressure: 184/102 mmHg" in out
    assert "1.7 kg; limit 1.5 kg (the patient's own, set by Kari Lege, from 2026-09-01, until 2027-03-01)" in out
    assert "? heart-failure-weight/weight_loss: the patient's own limit has expired (loss_yellow)" in out
    assert "(hidden by dispenser-doses/doses_missed)" in out
    assert "readings.body_weight[8].value: the unit is missing" in out


def test_the_command_that_the_demonstration_names_says_the_same(cds: Cds) -> None:
    _, out, _ = cds("demo", "--explain")
    said, _, command = out.partition("\n$ cds ")
    report, _, why = said.partition("\nWhy ")
    assert cds(*command.split()) == (0, report, "")
    rule, *lines = why.splitlines()
    assert rule in report
    assert [] == [line for line in lines if line.strip() not in report]
    assert len(lines) > 10


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_a_report_is_all_in_one_language(cds: Cds, language: str) -> None:
    code, out, _ = cds(*DEMO, "--lang", language, "--explain", "--all")
    other = {"en": ("Pasient", "grense"), "nb": ("Patient ", "Newest", "ikkje"), "nn": ("Patient ", "ikke")}
    assert code == 0
    report, _, _ = out.partition("\nOpplysningar som ")  # issues in the data are in bokmål for readers of nynorsk
    assert [word for word in other[language] if word in report] == []


def test_the_language_may_come_from_the_environment(cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDS_LANG", "nn")
    assert "RAUD" in cds(*DEMO)[1]
    assert "RED" in cds(*DEMO, "--lang", "en")[1]


@pytest.mark.parametrize("explain", [(), ("--explain",)])
def test_json_follows_its_schema_and_is_the_same_every_time(cds: Cds, explain: tuple[str, ...]) -> None:
    first = cds(*DEMO, "--format", "json", *explain)
    assert first == cds(*DEMO, "--format", "json", *explain)
    document = json.loads(first[1])
    Draft202012Validator(result_schema()).validate(document)
    assert document["counts"]["fired"] == 4
    assert document["findings"][0]["triage"] == "R"


def test_json_is_the_same_from_another_process(cds: Cds) -> None:
    here = cds(*DEMO, "--format", "json", "--explain")[1]
    there = run_in_shell(*DEMO, "--format", "json", "--explain", PYTHONHASHSEED="7", TZ="Asia/Tokyo")
    assert there.stdout.decode() == here


def test_a_draft_runs_only_when_asked_for(cds: Cds) -> None:
    code, out, err = cds(*DEMO[:-1])
    assert (code, out) == (2, "")
    assert "--draft" in err


def test_nothing_found_is_not_all_well(folder: Path, cds: Cds) -> None:
    (folder / "empty.json").write_text('{"id": "1"}')
    code, out, _ = cds("run", "--rules", *RULES, "--patient", "empty.json", "--at", DEMO_AT, "--draft")
    assert code == 0
    assert "0 findings; 11 of 11 rules could not be told" in out
    assert "✓" not in out


def test_a_fhir_bundle_is_recognised(folder: Path, cds: Cds) -> None:
    (folder / "bundle.json").write_text(json.dumps(BUNDLE))
    arguments = ("run", "--rules", *RULES, "--at", DEMO_AT, "--draft", "--all", "--patient")
    plain = cds(*arguments, "bundle.json")
    assert plain[0] == 0
    assert "Patient 1," in plain[1]
    (folder / "bundle.json.gz").write_bytes(gzip.compress(json.dumps(BUNDLE).encode()))
    assert cds(*arguments, "bundle.json.gz") == plain


def test_a_patient_may_come_by_standard_input(cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(DEMO_PATIENT.read_bytes())))
    arguments = ["-" if each == str(DEMO_PATIENT) else each for each in DEMO]
    assert cds(*arguments) == cds(*DEMO)


def test_own_limits_may_come_beside_the_patient(folder: Path, cds: Cds) -> None:
    limit = {"limit": "missed_red", "value": 3, "unit": "doses", "author": "Kari Lege"}
    (folder / "limits.json").write_text(json.dumps([limit]))
    assert "■ RED" not in cds(*DEMO, "--limits", "limits.json")[1]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "line 1, column 2: not JSON"),
        (b"[]", "a patient is a JSON object"),
        (b'{"id": "\xff"}', "not JSON in UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"readings": {"spo2": [{"value": 1, "value": 2}]}}', "readings.spo2[0].value: the field stands twice"),
        (b"1" * 5000, "a number that is too long"),
        (b"\x1f\x8bnothing", "cannot be unpacked"),
        (b'{"resourceType": "Patient"}', "not a FHIR Bundle"),
        (b'{"zone": "Mars/Olympus"}', "zone"),
    ],
)
def test_a_patient_that_cannot_be_read_gives_one_sentence(folder: Path, cds: Cds, content: bytes, says: str) -> None:
    (folder / "p.json").write_bytes(content)
    code, out, err = cds("run", "--rules", *RULES, "--patient", "p.json", "--at", DEMO_AT, "--draft")
    assert (code, out) == (2, "")
    assert says in err
    assert err.count("\n") == 1


def test_a_file_that_is_too_large_is_refused(folder: Path, cds: Cds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "MOST_BYTES", 1000)
    (folder / "p.json").write_bytes(b" " * 2000)
    (folder / "p.json.gz").write_bytes(gzip.compress(b" " * 1_000_000))
    for name in ("p.json", "p.json.gz"):
        code, _, err = cds("run", "--rules", *RULES, "--patient", name, "--at", DEMO_AT, "--draft")
        assert code == 2
        assert "larger than" in err


def test_a_compressed_file_that_was_cut_off_is_refused(folder: Path, cds: Cds) -> None:
    (folder / "p.json.gz").write_bytes(gzip.compress(DEMO_PATIENT.read_bytes())[:-20])
    code, _, err = cds("run", "--rules", *RULES, "--patient", "p.json.gz", "--at", DEMO_AT, "--draft")
    assert code == 2
    assert "cannot be unpacked" in err


@pytest.mark.parametrize("at", ["2026", "yesterday", "2026-11-23", ""])
def test_a_time_that_is_no_moment(cds: Cds, at: str) -> None:
    code, _, err = cds(*DEMO, "--at", at)
    assert code == 2
    assert "is no moment" in err


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(lambda each: json.dumps(each).encode())
)
@example(b"")
def test_whatever_stands_in_a_patient_file_ends_as_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.json"
    file.write_bytes(content)
    assert main(["run", "--rules", *RULES, "--patient", str(file), "--at", DEMO_AT, "--draft"]) in (0, 2)


@given(st.text(max_size=300))
def test_whatever_stands_in_a_ruleset_is_checked(tmp_path_factory: pytest.TempPathFactory, content: str) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content.encode("utf-8", "surrogatepass"))
    assert main(["check", str(file)]) in (0, 1)


# explain and schema


def test_explain_lists_and_explains_every_code(cds: Cds) -> None:
    code, out, _ = cds("explain")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == list(all_codes())
    for number in all_codes():
        code, out, _ = cds("explain", number.lower())
        assert code == 0
        assert out.startswith(number)


def test_explain_offers_the_code_that_was_meant(cds: Cds) -> None:
    first = next(iter(all_codes()))
    code, _, err = cds("explain", first.replace("CDS", "CSD"))
    assert code == 2
    assert "did you mean" in err


@pytest.mark.parametrize("subject", ["ruleset", "adaptation", "patient", "result", "request", "response"])
def test_schemas_are_schemas(cds: Cds, subject: str) -> None:
    code, out, _ = cds("schema", subject)
    assert code == 0
    Draft202012Validator.check_schema(json.loads(out))


def test_the_schema_marks_a_misspelt_field() -> None:
    written = yaml.load(STARTER.read_text("utf-8").replace("rise_in:", "rise_inn:"), yaml.CBaseLoader)
    assert {each.path[0] for each in Draft202012Validator(ruleset_schema()).iter_errors(written)} == {"values"}


def test_the_demonstration_patient_follows_its_schema_but_for_the_missing_unit() -> None:
    found = list(Draft202012Validator(records_schema()).iter_errors(json.loads(DEMO_PATIENT.read_bytes())))
    assert [each.json_path for each in found] == ["$.readings.body_weight[8]"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "unit_missing: the unit is missing, so the value cannot be told; use one of …\n"),
        ("nb", "unit_missing: enheten mangler, så verdien kan ikke leses; bruk en av …\n"),
    ],
)
def test_explain_knows_the_codes_of_issues(cds: Cds, language: str, expected: str) -> None:
    assert (0, expected, "") == cds("explain", "unit_missing", "--lang", language)


def test_explain_says_where_it_has_english_only(cds: Cds) -> None:
    english = cds("explain", "CDS102")[1]
    assert "(forklaringen finnes bare på engelsk)\n\n" + english == cds("explain", "CDS102", "--lang", "nb")[1]


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("unit_missin", "there is no code `unit_missin`; did you mean `unit_missing`? "),
        ("qqq", "there is no code `qqq`. "),
    ],
)
def test_explain_refuses_in_whole_sentences(cds: Cds, code: str, sentence: str) -> None:
    assert (2, "", f"cds: {sentence}`cds explain` lists those of diagnostics\n") == cds("explain", code)


# the command itself


@pytest.mark.parametrize("arguments", [(), ("rum",), ("run",), ("check",), ("check", "x", "--format", "xml")])
def test_misuse_ends_with_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: cds")


def test_output_is_utf8_also_where_the_locale_is_not() -> None:
    ran = run_in_shell("demo", "--lang", "nb", LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert ran.returncode == 0
    assert "■ RØD" in ran.stdout.decode("utf-8")


def test_a_reader_that_goes_away_is_no_error() -> None:
    script = f"{sys.executable} -m cds schema | head -1; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", script], capture_output=True, check=False, cwd=Path(__file__).parents[1])
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_rules_named_one_by_one_all_count(cds: Cds) -> None:
    one_by_one = tuple(word for rule in RULES for word in ("--rules", rule))
    assert len(RULES) > 1
    assert cds(*DEMO) == cds("run", *one_by_one, *DEMO[2 + len(RULES) :])

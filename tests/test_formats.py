"""What other programs read: SARIF 2.1.0, GitHub's workflow commands, JUnit's XML and JSON."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.cases import CaseResult
from cds.cases.formats import as_junit, results_as_github, results_as_json
from cds.cli import main
from cds.diagnostics import Diagnostic, Place, all_codes, as_github, as_sarif
from cds.diagnostics.explain import files_of, parts_of
from cds.diagnostics.formats import workflow_command
from cds.diagnostics.writing import DuplicateName
from cds.loading import check_texts
from cds.shipped import STARTER, STARTER_CASES
from tests.test_cases import FIRST, demonstration, results

# The properties that SARIF 2.1.0 gives the objects that we write; its schema allows no others.
SARIF: dict[str, tuple[set[str], set[str]]] = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool", "results"}, {"columnKind"}),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"shortDescription", "fullDescription", "help", "defaultConfiguration"}),
    "result": ({"message"}, {"ruleId", "level", "locations", "relatedLocations"}),
    "location": (set(), {"physicalLocation"}),
    "physical location": ({"artifactLocation", "region"}, set()),
    "region": ({"startLine", "startColumn", "endColumn"}, set()),
}
LEVELS = {"none", "note", "warning", "error"}
URI_REFERENCE = re.compile(r"(?:file:///)?(?:[A-Za-z0-9._~/!$&'()*+,;=@-]|%[0-9A-F]{2})+")
CONTROL = re.compile("[^\t\n\r -\U0010ffff]")


@cache
def every_diagnostic() -> list[Diagnostic]:
    """What the examples of all codes yield, in files with names of all kinds."""
    found: list[Diagnostic] = []
    for kind in all_codes().values():
        example = parts_of(kind).example
        if example and kind.subject == "ruleset":
            texts = [(text, f"rules æ/50 % #{name}", True) for name, text in files_of(example).items()]
            found += check_texts(texts).diagnostics
    return found


def has_just(name: str, written: dict[str, Any]) -> None:
    needed, allowed = SARIF[name]
    assert needed <= written.keys() <= needed | allowed, name


def assert_location(location: dict[str, Any]) -> None:
    has_just("location", location)
    place = location["physicalLocation"]
    has_just("physical location", place)
    assert {"uri"} == place["artifactLocation"].keys()
    assert URI_REFERENCE.fullmatch(place["artifactLocation"]["uri"])
    region = place["region"]
    has_just("region", region)
    assert all(isinstance(each, int) and each >= 1 for each in region.values())
    assert region["endColumn"] > region["startColumn"]


def test_sarif_is_as_the_standard_says() -> None:
    found = every_diagnostic()
    log = json.loads(as_sarif(found, "1.0"))
    has_just("log", log)
    assert ("2.1.0", 1) == (log["version"], len(log["runs"]))
    (run,) = log["runs"]
    has_just("run", run)
    assert "unicodeCodePoints" == run["columnKind"]
    assert {"driver"} == run["tool"].keys()
    driver = run["tool"]["driver"]
    has_just("driver", driver)
    ids = [each["id"] for each in driver["rules"]]
    assert sorted(set(ids)) == ids
    for rule in driver["rules"]:
        has_just("rule", rule)
        for name in ("shortDescription", "fullDescription", "help"):
            assert {"text"} == rule[name].keys() and rule[name]["text"].strip()
        assert rule["defaultConfiguration"]["level"] in LEVELS
    assert len(found) == len(run["results"]) > 100
    for result in run["results"]:
        has_just("result", result)
        assert {"text"} == result["message"].keys()
        assert result["ruleId"] in ids
        assert result["level"] in LEVELS
        for location in (*result["locations"], *result.get("relatedLocations", ())):
            assert_location(location)


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("rulesets/a.yaml", "rulesets/a.yaml"),
        ("../a b.yaml", "../a%20b.yaml"),
        ("blodtrykk på dag.yaml", "blodtrykk%20p%C3%A5%20dag.yaml"),
        ("50 % #1?.yaml", "50%20%25%20%231%3F.yaml"),
        ("c:d.yaml", "c%3Ad.yaml"),
        ("/tmp/a b.yaml", "file:///tmp/a%20b.yaml"),
    ],
)
def test_a_path_becomes_a_uri(file: str, uri: str) -> None:
    log = json.loads(as_sarif([DuplicateName.at(Place(file, 1, 1), name="x")]))
    location = log["runs"][0]["results"][0]["locations"][0]
    assert uri == location["physicalLocation"]["artifactLocation"]["uri"]
    assert_location(location)


def read_command(line: str) -> tuple[str, dict[str, str], str]:
    """As GitHub's runner reads a workflow command."""
    match = re.fullmatch(r"::(\w+) ([^:]*)::([^\r\n]*)", line)
    assert match, line
    properties = dict(each.split("=", 1) for each in match[2].split(","))
    signs = {"%0D": "\r", "%0A": "\n", "%3A": ":", "%2C": ","}

    def unescaped(text: str, used: tuple[str, ...]) -> str:
        for each in used:
            text = text.replace(each, signs[each])
        return text.replace("%25", "%")

    values = {name: unescaped(value, tuple(signs)) for name, value in properties.items()}
    return match[1], values, unescaped(match[3], ("%0D", "%0A"))


TROUBLE = st.text(st.sampled_from("%\r\n:,=æ 2503AD"), min_size=1)


@given(file=TROUBLE, title=TROUBLE, text=TROUBLE)
def test_nothing_in_a_workflow_command_breaks_out_of_it(file: str, title: str, text: str) -> None:
    severity, properties, message = read_command(workflow_command("error", Place(file, 2, 3, 9), title, text))
    where = {"file": file, "line": "2", "col": "3", "endColumn": "9", "title": title}
    assert ("error", where, text) == (severity, properties, message)


def test_every_diagnostic_is_one_workflow_command() -> None:
    found = every_diagnostic()
    read = [read_command(line) for line in as_github(found, "nb").split("\n")]
    assert [each.code for each in found] == [properties["title"] for _, properties, _ in read]
    assert {"error", "warning"} == {severity for severity, _, _ in read}


# cases


GOING_WRONG = FIRST.replace("weight_zone: yellow", "weight_zone: green")


@pytest.fixture(scope="module")
def ran() -> list[CaseResult]:
    """Three cases in two files: one as expected, one not, one of which the executors say different things."""
    checked = demonstration()
    good, bad = results(checked, FIRST)[0], results(checked, GOING_WRONG)[0]
    odd = replace(results(checked, FIRST)[0], disagreements=("own/heavy: value is 1.0 alone and 2.0 in a population",))
    other = replace(odd.case, name="å <&\x01", place=Place("other & more.test.yaml", 9, 3))
    return [good, bad, replace(odd, case=other)]


def junit_tests(written: str) -> Iterator[tuple[str, str, str | None]]:
    for suite in ElementTree.fromstring(written):
        for test in suite:
            failure = test.find("failure")
            yield suite.attrib["name"], test.attrib["name"], None if failure is None else failure.attrib["message"]


def test_junit_has_one_test_per_case_and_executor(ran: list[CaseResult]) -> None:
    wrong = "weight_zone: expected `green`, came `yellow`"
    expected = [
        ("own.test.yaml", "first [single]", None),
        ("own.test.yaml", "first [batch]", None),
        ("own.test.yaml", "first [single]", wrong),
        ("own.test.yaml", "first [batch]", wrong),
        ("other & more.test.yaml", "å <&\ufffd [single]", None),
        ("other & more.test.yaml", "å <&\ufffd [batch]", "own/heavy: value is 1.0 alone and 2.0 in a population"),
    ]
    without_batch = len(ran[0].executors) == 1
    assert [each for each in expected if not (without_batch and "[batch]" in each[1])] == list(
        junit_tests(as_junit(ran))
    )


def test_junit_says_where_and_why(ran: list[CaseResult]) -> None:
    written = as_junit(ran, "nb")
    assert written.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="cds" tests=')
    test = ElementTree.fromstring(written)[0][len(ran[0].executors)]
    assert ("own.test.yaml", "2") == (test.attrib["file"], test.attrib["line"])
    failure = test.find("failure")
    assert failure is not None and failure.text
    assert "own.test.yaml:7:20: weight_zone: ventet `green`, fikk `yellow`" == failure.text.splitlines()[0]
    assert "    kilos 101,0 kg is above heavy 100 kg: true" in failure.text.splitlines()
    assert not CONTROL.search(written)


def test_junit_counts(ran: list[CaseResult]) -> None:
    tests = list(junit_tests(as_junit(ran)))
    suites = ElementTree.fromstring(as_junit(ran))
    failed = sum(message is not None for _, _, message in tests)
    assert (str(len(tests)), str(failed), "0") == tuple(suites.attrib[each] for each in ("tests", "failures", "errors"))
    for suite in suites:
        own = [message for name, _, message in tests if name == suite.attrib["name"]]
        assert (str(len(own)), str(sum(each is not None for each in own))) == (
            suite.attrib["tests"],
            suite.attrib["failures"],
        )


def test_no_case_is_an_empty_report() -> None:
    assert "0" == ElementTree.fromstring(as_junit([])).attrib["tests"]
    nothing = {"cases": 0, "as_expected": 0, "executors": [], "results": [], "errors": []}
    assert nothing == json.loads(results_as_json([]))
    assert "" == results_as_github([])


def test_json_of_cases(ran: list[CaseResult]) -> None:
    written = json.loads(results_as_json(ran))
    assert (3, 1, list(ran[0].executors)) == (written["cases"], written["as_expected"], written["executors"])
    good, bad, odd = written["results"]
    assert {"name": "first", "place": {"file": "own.test.yaml", "line": 2, "column": 3}} == {
        name: good[name] for name in ("name", "place")
    }
    assert ([], True) == (good["failures"], good["is_ok"])
    (failure,) = bad["failures"]
    assert {"file": "own.test.yaml", "line": 7, "column": 20} == failure["place"]
    assert "weight_zone: expected `green`, came `yellow`" == failure["message"]
    assert "kilos 101.0 kg is above heavy 100 kg: true" in failure["why"]
    assert [True] == [each["is_disagreement"] for each in odd["failures"]]


def test_github_of_cases(ran: list[CaseResult]) -> None:
    wrong, odd = (read_command(line) for line in results_as_github(ran).split("\n"))
    assert ("error", "own.test.yaml", "7", "first") == (wrong[0], wrong[1]["file"], wrong[1]["line"], wrong[1]["title"])
    assert wrong[2].startswith("weight_zone: expected `green`, came `yellow`\n")
    assert ("other & more.test.yaml", "9") == (odd[1]["file"], odd[1]["line"])


# the command


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the starter and its cases, of which one goes otherwise than expected."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CDS_LANG", raising=False)
    (tmp_path / "mine.yaml").write_bytes(STARTER.read_bytes())
    cases = STARTER_CASES.read_text("utf-8").replace("weight_gain: green", "weight_gain: yellow")
    (tmp_path / "mine.test.yaml").write_text(cases, "utf-8")
    return tmp_path


FORMATS = {"junit": "<?xml ", "json": "{\n", "github": "::error file=mine.test.yaml,line=18,"}


@pytest.mark.parametrize("form", FORMATS)
def test_a_report_for_other_programs_stands_alone(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    assert 1 == main(["test", "mine.yaml", "--format", form])
    out, err = capsys.readouterr()
    assert out.startswith(FORMATS[form]) and out.endswith("\n")
    assert err.startswith("4 of 5 cases came as expected (")
    assert 1 == main(["test", "mine.yaml", "--format", form, "--out", "report"])
    assert (err, "") == tuple(capsys.readouterr())
    assert out.encode() == (folder / "report").read_bytes()


def test_a_text_may_go_into_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["test", "mine.yaml"])
    whole = capsys.readouterr().out
    main(["test", "mine.yaml", "--out", "report.txt"])
    assert whole == (folder / "report.txt").read_text("utf-8") + capsys.readouterr().out


def test_a_report_that_cannot_be_written_is_misuse(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["test", "mine.yaml", "--out", "nowhere/report.xml"])
    assert "nowhere/report.xml" in capsys.readouterr().err


@pytest.mark.parametrize("form", FORMATS)
def test_no_cases_is_a_finding_in_every_format(folder: Path, capsys: pytest.CaptureFixture[str], form: str) -> None:
    (folder / "mine.test.yaml").unlink()
    assert 1 == main(["test", "mine.yaml", "--format", form, "--lang", "nb"])
    assert "ingen prøvetilfeller; de står i NAVN.test.yaml ved siden av NAVN.yaml\n" == capsys.readouterr().err


@pytest.fixture
def with_broken(folder: Path) -> Path:
    """Beside the starter: a ruleset with a slip, one that leans on it, and one whose case file has a slip."""
    text, cases = STARTER.read_text("utf-8"), STARTER_CASES.read_text("utf-8")
    for name in ("slip", "leans", "odd_cases"):
        (folder / f"{name}.yaml").write_text(text.replace("my-ruleset", name.replace("_", "-")), "utf-8")
        (folder / f"{name}.test.yaml").write_text(cases, "utf-8")
    slip, leans = folder / "slip.yaml", folder / "leans.yaml"
    slip.write_text(slip.read_text("utf-8").replace("rise_in: weight", "rise_in: wieght"), "utf-8")
    leans.write_text(leans.read_text("utf-8").replace("inputs:", "uses:\n  other: slip 1.x\ninputs:", 1), "utf-8")
    (folder / "odd_cases.test.yaml").write_text(cases.replace("weight_gain: green", "weight_gain: grene"), "utf-8")
    return folder


BROKEN = {"leans.yaml", "odd_cases.test.yaml", "slip.yaml"}


def test_a_broken_file_is_an_error_in_junit_and_the_rest_runs(with_broken: Path) -> None:
    assert 1 == main(["test", ".", "--format", "junit", "--out", "cases.xml", "--lang", "nb"])
    suites = ElementTree.parse(with_broken / "cases.xml").getroot()
    errors = {test.attrib["name"]: error.text or "" for test in suites.iter("testcase") for error in test.iter("error")}
    assert BROKEN == errors.keys()
    assert "59 |     rise_in: wieght\n" in errors["slip.yaml"]
    assert errors["slip.yaml"].endswith("= hjelp: mente du `weight`?")
    assert "3" == suites.attrib["errors"]
    ran = {test.attrib["name"] for test in suites.iter("testcase") if test.attrib["file"] == "mine.test.yaml"}
    assert 5 == len({name.partition(" [")[0] for name in ran})


def test_a_broken_file_is_annotated_and_the_rest_runs(with_broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["test", ".", "--format", "github"])
    commands = [read_command(line) for line in capsys.readouterr().out.splitlines()]
    assert BROKEN | {"mine.test.yaml"} == {each[1]["file"] for each in commands}


def test_a_broken_file_is_shown_and_the_rest_runs(with_broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["test", ".", "--lang", "nb"])
    out = capsys.readouterr().out
    assert "feil[CDS201]: `wieght` finnes ikke som input\n --> slip.yaml:59:14\n" in out
    assert "mine.test.yaml:18:20: " in out
    assert "4 av 5 prøvetilfeller gikk som ventet (" in out.splitlines()[-1]
    assert out.endswith("; 3 filer har feil og ble ikke prøvd\n")


def test_only_a_broken_file(with_broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert 1 == main(["test", "slip.yaml", "--format", "json"])
    out, err = capsys.readouterr()
    assert ["CDS201"] == [each["code"] for each in json.loads(out)["errors"]]
    assert "1 file has errors and was not tried\n" == err

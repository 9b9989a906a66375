"""`cds score` as its users meet it: what it writes, prints and ends with, and what it leaves behind when it cannot."""

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as parquet
import pytest

from cds.cli import main
from cds.commands.scoring import Bar
from cds.scoring import running
from cds.shipped import shipped_rulesets
from tests.adapters.tables.writing import Row, write_csv, write_ndjson, write_parquet

Cds = Callable[..., tuple[int, str, str]]

RULES = str(shipped_rulesets() / "heart-failure-weight.yaml")
AT = "2026-11-23T08:00"
WEIGHTS = [
    {"time": "2026-11-20T07:30", "value": 81.0, "unit": "kg"},
    {"time": "2026-11-23T07:30", "value": 83.1, "unit": "kg"},
]
OTHER = [
    {"time": "2026-11-20T07:30", "value": 70.0, "unit": "kg"},
    {"time": "2026-11-23T07:30", "value": 70.4, "unit": "stone"},
]
TABLES: dict[str, list[Row]] = {
    "patients": [{"id": name, "birth_date": "1950-05-01"} for name in ("b", "a")],
    "observations": [
        {"patient": name, "code": "body_weight", **each}
        for name, rows in (("a", WEIGHTS), ("b", OTHER))
        for each in rows
    ],
    "conditions": [{"patient": name, "code": "heart_failure"} for name in ("a", "b")],
}
WRITERS = {".parquet": write_parquet, ".csv": write_csv, ".ndjson": write_ndjson}


@pytest.fixture
def cds(capsys: pytest.CaptureFixture[str]) -> Cds:
    """Run the command; exit code, standard output and standard error."""

    def run(*arguments: object) -> tuple[int, str, str]:
        code = main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return folder_of(tmp_path / "data", ".csv")


def folder_of(folder: Path, kind: str) -> Path:
    folder.mkdir()
    for name, rows in TABLES.items():
        WRITERS[kind](folder / f"{name}{kind}", name, rows)
    return folder


def score(data: object, *more: object, rules: str = RULES) -> tuple[object, ...]:
    return ("score", "--rules", rules, "--data", data, "--at", AT, "--draft", *more)


def rows_of(file: Path) -> list[tuple[object, ...]]:
    names = ("patient", "rule", "status", "colour", "value", "limit", "reason")
    if file.suffix == ".parquet":
        rows = parquet.read_table(file).to_pylist()
    elif file.suffix == ".csv":
        options = pyarrow.csv.ConvertOptions(strings_can_be_null=True, quoted_strings_can_be_null=False)
        rows = pyarrow.csv.read_csv(file, convert_options=options).to_pylist()
    else:
        rows = [json.loads(line) for line in file.read_text("utf-8").splitlines()[1:]]
    return [tuple(row[name] for name in names) for row in rows]


FOUND = [
    ("b", "weight_gain", "unknown", "", None, None, "unit_not_understood"),
    ("b", "weight_loss", "unknown", "", None, None, "unit_not_understood"),
    ("a", "weight_gain", "fired", "yellow"),
]


@pytest.mark.parametrize("given", WRITERS)
@pytest.mark.parametrize("wanted", WRITERS)
def test_every_format_gives_the_same(cds: Cds, tmp_path: Path, given: str, wanted: str) -> None:
    out = tmp_path / f"out{wanted}"
    code, said, err = cds(*score(folder_of(tmp_path / "data", given), "--out", out))
    assert (0, "") == (code, err)
    assert [row[:4] for row in FOUND] == [row[:4] for row in rows_of(out)]
    assert "2 patients, 8 rows" in said
    assert f"wrote {out}: 3 findings" in said


def test_the_summary_tells_everything_in_numbers(cds: Cds, data: Path, tmp_path: Path) -> None:
    code, said, _ = cds(*score(data, "--out", tmp_path / "out.parquet", "--issues", tmp_path / "issues.parquet"))
    assert 0 == code
    lines = [line.split() for line in said.splitlines()]
    assert ["heart-failure-weight/weight_gain", "1", "0", "1", "0", "0"] in lines
    assert "1  heart-failure-weight/weight_gain: unit not understood" in said
    assert "Data that could not be used as they came: 1" in said
    assert "!! DRAFT, NOT APPROVED FOR USE: heart-failure-weight" in said
    issues = parquet.read_table(tmp_path / "issues.parquet").to_pylist()
    assert [("observations", 3, "value", "b", "unit_not_understood")] == [
        tuple(each[name] for name in ("table", "row", "column", "patient", "code")) for each in issues
    ]


@pytest.mark.parametrize(
    ("language", "words", "others"),
    [
        (
            "nb",
            "pasienter|Regel|utløst|Kan ikke avgjøres|enheten er ikke forstått|skrev",
            "ikkje|patients",
        ),
        (
            "nn",
            "pasientar|Regel|utløyst|Kan ikkje avgjerast|eininga er ikkje forstått|skreiv",
            "patients|wrote",
        ),
        ("en", "patients|Rule|fired|Cannot tell|unit not understood|wrote", "pasient|regel"),
    ],
)
def test_the_summary_is_in_one_language(
    cds: Cds, data: Path, tmp_path: Path, language: str, words: str, others: str
) -> None:
    _, said, _ = cds(*score(data, "--out", tmp_path / "out.csv", "--lang", language))
    assert [word for word in words.split("|") if word not in said] == []
    assert [word for word in others.split("|") if word in said] == []


def test_all_also_holds_what_did_not_fire(cds: Cds, data: Path, tmp_path: Path) -> None:
    assert 0 == cds(*score(data, "--out", tmp_path / "out.csv", "--all"))[0]
    assert ["b"] * 3 + ["a"] * 3 == [row[0] for row in rows_of(tmp_path / "out.csv")]


def test_a_patient_is_explained_as_by_run(cds: Cds, data: Path, tmp_path: Path) -> None:
    record = {"id": "a", "birth_date": "1950-05-01", "readings": {"body_weight": WEIGHTS}}
    conditions = {"conditions": ["heart_failure"], "supplied": {"conditions.heart_failure": True}}
    (tmp_path / "a.json").write_text(json.dumps({**record, **conditions}), "utf-8")
    run = ("run", "--rules", RULES, "--patient", tmp_path / "a.json", "--at", AT, "--draft", "--explain")
    for more in ((), ("--all",), ("--lang", "nn")):
        code, said, err = cds(*score(data, "--explain", "a", *more))
        assert (0, "") == (code, err)
        assert cds(*run, *more)[1] == said


def test_an_explanation_names_the_row_of_the_file(cds: Cds, data: Path) -> None:
    assert "observations[3].value: the unit is not accepted here" in cds(*score(data, "--explain", "b"))[1]


def test_one_file_is_the_table_of_observations(cds: Cds, data: Path, tmp_path: Path) -> None:
    (data / "manifest.json").write_text('{"supplied": {"conditions": true}}')
    code, said, _ = cds(*score(data / "observations.csv", "--out", tmp_path / "out.csv"))
    assert 0 == code
    assert ["heart-failure-weight/weight_gain", "0", "0", "0", "0", "2"] in [line.split() for line in said.splitlines()]
    assert [] == rows_of(tmp_path / "out.csv")


def test_what_was_handed_over_may_be_said_on_the_command_line(cds: Cds, data: Path, tmp_path: Path) -> None:
    file = data / "observations.csv"
    _, said, _ = cds(*score(file, "--out", tmp_path / "one.csv"))
    assert "heart-failure-weight/weight_gain: the data were not supplied for the whole span" in said
    _, said, _ = cds(*score(file, "--out", tmp_path / "two.csv", "--supplied", "conditions"))
    assert "Cannot tell, number of patients" not in said
    code, said, _ = cds(*score(file, "--out", tmp_path / "three.csv", "--supplied", "condition"))
    assert "name_not_known" in said
    code, _, err = cds(*score(file, "--out", tmp_path / "four.csv", "--supplied", "=true"))
    assert (2, "cds: `--supplied =true` names nothing; write for instance --supplied body_weight\n") == (code, err)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--out", "out.txt"), "`out.txt` names no kind of file; end it with .parquet, .csv, .ndjson"),
        (("--out", "nowhere/out.csv"), "there is no folder `nowhere`"),
        (("--out", "old.csv"), "`old.csv` is there already; name another file, or take it away first"),
        (("--out", "new.csv", "--issues", "old.csv"), "`old.csv` is there already"),
        (("--out", "new.csv", "--issues", "new.csv"), "`new.csv` cannot hold both the findings and the issues"),
        (("--out", "new.csv", "--memory", "much"), "`much` is no amount of memory; write for instance 2GiB or 500MB"),
        (("--out", "new.csv", "--memory", "10MB"), "`10MB` is too little memory to score in"),
        (("--out", "new.csv", "--data", "nowhere"), "there is no folder `nowhere`"),
        (("--out", "new.csv", "--at", "yesterday"), "`yesterday` is no moment"),
        (("--out", "new.csv", "--threads", "-1"), "threads"),
        (("--explain", "nobody"), "the tables hold nobody with the id `nobody`"),
    ],
)
def test_misuse_is_one_sentence(
    cds: Cds, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.csv").write_text("precious")
    code, out, err = cds(*score(data, *more))
    assert (2, "") == (code, out)
    assert words in err
    assert 1 == err.count("\n")
    assert ["data", "old.csv"] == sorted(each.name for each in tmp_path.iterdir())
    assert "precious" == (tmp_path / "old.csv").read_text()


def test_drafts_are_refused(cds: Cds, data: Path, tmp_path: Path) -> None:
    code, _, err = cds("score", "--rules", RULES, "--data", data, "--at", AT, "--out", tmp_path / "out.csv")
    assert 2 == code
    assert "a draft runs only when asked for" in err


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "observations.csv",
            "patient,code,time\n1,a,2026-01-08\n",
            "the table `observations` has no column `value`",
        ),
        ("observations.parquet", "PAR1 and no more", "observations.parquet cannot be read as parquet"),
        ("observations.ndjson", '{"patient": "1"}\n[]\n', "the table `observations`: line 2 is no JSON object"),
        ("observations.csv", "", "the table `observations` has no column"),
        ("manifest.json", "{", "manifest.json is not JSON"),
        ("manifest.json", '{"suplied": {}}', "manifest.json is an object with `zone` and `supplied`"),
    ],
)
def test_tables_that_cannot_be_read(cds: Cds, tmp_path: Path, name: str, text: str, words: str) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "conditions.csv").write_text("patient,code\n1,heart_failure\n")
    (folder / name).write_text(text)
    code, out, err = cds(*score(folder, "--out", tmp_path / "out.csv"))
    assert (2, "") == (code, out)
    assert words in err
    assert ["data"] == [each.name for each in tmp_path.iterdir()]


@pytest.mark.parametrize(("error", "code"), [(KeyboardInterrupt(), 130), (OSError(28, "No space left on device"), 2)])
def test_nothing_is_left_of_a_job_that_ends_early(
    cds: Cds, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int
) -> None:
    def interrupted(*given: object, **more: object) -> None:
        raise error

    monkeypatch.setattr(running, "score", interrupted)
    assert code == cds(*score(data, "--out", tmp_path / "out.csv", "--issues", tmp_path / "issues.csv"))[0]
    assert ["data"] == [each.name for each in tmp_path.iterdir()]


def test_what_waits_on_disk_goes_where_it_is_told(
    cds: Cds, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits = tmp_path / "waits"
    waits.mkdir()
    seen: list[str] = []
    taken = running.census_of

    def looking(*given: object) -> object:
        seen.extend(each.name for each in waits.rglob("*"))
        return taken(*given)  # pyright: ignore[reportArgumentType]

    monkeypatch.setenv("TMPDIR", str(waits))
    monkeypatch.setattr(running, "census_of", looking)
    assert 0 == cds(*score(data, "--out", tmp_path / "out.csv"))[0]
    assert "copy.observations.0.parquet" in seen
    assert [] == list(waits.iterdir())


def test_a_bar_is_drawn_on_a_terminal_and_goes(capsys: pytest.CaptureFixture[str]) -> None:
    with Bar("nb", is_shown=True) as bar:
        bar.show("copy", 5, 0)
        bar.show("score", 1, 2)
        bar.show("score", 1, 2)
    err = capsys.readouterr().err
    assert ["", "kopierer   5\x1b[K", "vurderer   [###############---------------]  50 %\x1b[K", "\x1b[K"] == err.split(
        "\r"
    )
    with Bar("nb", is_shown=False) as bar:
        bar.show("score", 1, 2)
    assert "" == capsys.readouterr().err

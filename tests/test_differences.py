"""What changed between two versions, in words and in patients."""

import json
from pathlib import Path

import pytest

from cds.api import Patient, ruleset_of
from cds.cli import main
from cds.differences import as_words, changes, effect
from cds.loading import Checked, check_texts
from cds.reading import LoadedFile

SHIPPED = Path(__file__).parents[1] / "rulesets"
WEIGHT = (SHIPPED / "heart-failure-weight.yaml").read_text("utf-8")


def version(text: str) -> tuple[Checked, LoadedFile]:
    checked = check_texts([(text, "weight.yaml", True)])
    assert checked.plan, [str(each) for each in checked.diagnostics]
    return checked, checked.files[0]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("default: 2 kg", "default: 1.5 kg", ("«Weight gain in 3 days, yellow»: number: 2 kg → 1.5 kg",)),
        (
            "allowed: 0.5 to 5 kg",
            "allowed: 0.5 to 6 kg",
            ("«Weight gain in 3 days, yellow»: a patient's own may be: 0.5–5 kg → 0.5–6 kg",),
        ),
        (
            "    yellow: above gain_yellow",
            "    yellow: at least gain_yellow",
            (
                "weight gain: fires: When rise in body weight within 3 days (newest within 1 day) is above «Weight "
                "gain in 3 days, yellow» (2 kg): ● YELLOW → When rise in body weight within 3 days (newest within 1 "
                "day) is at least «Weight gain in 3 days, yellow» (2 kg): ● YELLOW",
            ),
        ),
        ("  - has heart_failure\n", "", ("No longer applies only when: the patient has heart failure",)),
        ("    vkp: 5.3.2", '    vkp: "5"', ("no weight: VKP code: 5.3.2 → 5",)),
        ("Vekten har falt", "Vekten falt", ("weight loss: other words (summary)",)),
        ("    show: 1 decimal", "    show: 2 decimals", ()),
        ("owner: ", "# who\nowner: ", ()),
    ],
    ids=lambda each: str(each)[:40],
)
def test_a_change_is_told_in_words(old: str, new: str, expected: tuple[str, ...]) -> None:
    assert old in WEIGHT
    assert expected == changes(version(WEIGHT), version(WEIGHT.replace(old, new)))


def test_what_is_new_and_what_is_gone_is_told() -> None:
    head, _, rest = WEIGHT.partition("missing:")
    assert rest
    less = head.replace("  without_weight:\n", "  without_weight_days:\n")
    told = changes(version(WEIGHT), version(less))
    assert "Removed rule: “no weight”" in told
    assert "Removed limit: “Days without a weight”" in told
    assert "New rule: “no weight”" in changes(version(less), version(WEIGHT))


@pytest.mark.parametrize(("language", "words"), [("nb", "tall: 2 kg → 1,5 kg"), ("nn", "tal: 2 kg → 1,5 kg")])
def test_in_norwegian(language: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(WEIGHT.replace("default: 2 kg", "default: 1.5 kg"), "utf-8")
    path = str(SHIPPED / "heart-failure-weight.yaml")
    assert 1 == main(["diff", path, str(new), "--lang", language])
    assert words in capsys.readouterr().out
    assert 0 == main(["diff", path, path, "--lang", language])


def weighed(name: str, gain: str) -> dict[str, object]:
    return {
        "id": name,
        "birth_date": "1950-01-01",
        "conditions": {"heart_failure": [{}]},
        "readings": {
            "body_weight": [
                {"time": "2026-01-06T07:30", "value": 80.0, "unit": "kg"},
                {"time": "2026-01-08T07:30", "value": float(gain), "unit": "kg"},
            ]
        },
    }


def tables(folder: Path) -> Path:
    people = {"anna": 82.5, "berit": 81.8, "cecilie": 80.2}
    weights = [(name, *row) for name, last in people.items() for row in ((6, 80.0), (8, last))]
    written = {
        "patients": [{"id": name, "birth_date": "1950-01-01"} for name in people],
        "observations": [
            {"patient": name, "code": "body_weight", "time": f"2026-01-0{day}T07:30", "value": kilos, "unit": "kg"}
            for name, day, kilos in weights
        ],
        "conditions": [{"patient": name, "code": "heart_failure"} for name in people],
    }
    for name, rows in written.items():
        (folder / f"{name}.ndjson").write_text("\n".join(map(json.dumps, rows)) + "\n", "utf-8")
    manifest = {"supplied": {"body_weight": True, "conditions": True}}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def test_patients_gained_and_lost(tmp_path: Path) -> None:
    old, new = (ruleset_of(version(text)[0]) for text in (WEIGHT, WEIGHT.replace("default: 2 kg", "default: 1.5 kg")))
    found = effect(old, new, tables(tmp_path), at="2026-01-08T08:00")
    assert 3 == found.patients
    moved = {each.rule.rpartition("/")[2]: each for each in found.rules}
    assert ((1, 2), 1, 0, ("berit",)) == (
        moved["weight_gain"].fired,
        moved["weight_gain"].gained,
        moved["weight_gain"].lost,
        moved["weight_gain"].gained_examples,
    )
    assert moved["no_weight"].is_same
    text = as_words({"ruleset": "x", "old": "1", "new": "2"}, (), found)
    assert "weight gain: 1 patients gained, 0 lost (1 → 2)" in text
    alone = [
        ruleset.evaluate(Patient.from_dict(weighed("berit", "81.8")), at="2026-01-08T08:00", allow_draft=True)
        for ruleset in (old, new)
    ]
    assert ["not_fired", "fired"] == [each["weight_gain"].status for each in alone]


def test_alerts_a_week_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(WEIGHT, "utf-8")
    new.write_text(WEIGHT.replace("default: 2 kg", "default: 1.5 kg"), "utf-8")
    data = ["diff", str(old), str(new), "--data", str(tables(tmp_path)), "--from", "2026-01-07", "--to", "2026-01-13"]
    assert 1 == main([*data, "--format", "json"])
    told = json.loads(capsys.readouterr().out)["load"]
    assert [80 / 3, 2 * 80 / 3] == pytest.approx(told["rules"]["heart-failure-weight/weight_gain"])
    assert 1 == main([*data, "--lang", "nb"])
    assert "weight gain: 26,67 → 53,33 (for lite til å si noe)" in capsys.readouterr().out
    assert 2 == main(data[:-2])


def test_two_rulesets_are_not_two_versions_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    both = [str(SHIPPED / name) for name in ("heart-failure-weight.yaml", "heart-rate.yaml")]
    assert 2 == main(["diff", *both])
    assert "heart-rate" in capsys.readouterr().err

"""The handbook of a ruleset: everything that matters stands in it, in every language, in one file of its own."""

from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from cds.cli import main
from cds.diagnostics import Language
from cds.handbook import Speaker, as_html, as_markdown, handbook
from cds.loading import Checked, check_paths
from cds.reading import LoadedFile

SHIPPED = Path(__file__).parents[2] / "rulesets"
NAMES = sorted(each.stem for each in SHIPPED.glob("*.yaml") if not each.name.endswith(".test.yaml"))
LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def shipped() -> Checked:
    return check_paths([SHIPPED])


def file_of(name: str) -> LoadedFile:
    return next(each for each in shipped().files if each.model.ruleset == name)


class Reader(HTMLParser):
    """What a browser would show, and what it would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []
        self.open: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.fetched += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.shown.append(data)


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert [] == reader.open
    return reader


@pytest.mark.parametrize("name", NAMES)
def test_all_that_a_reviewer_must_see_stands_in_it(name: str) -> None:
    file = file_of(name)
    for language in LANGUAGES:
        page = handbook(shipped(), file, language)
        reader = read(as_html(page))
        text = " ".join(reader.shown)
        assert [] == reader.fetched
        texts = [each.summary[language] for each in (*file.model.rules.values(), *file.model.zones.values())]
        texts += [each.label[language] for each in file.model.limits.values()]
        texts += [each.cite for each in file.model.sources.values()]
        texts += [file.model.version, file.review_hash, file.model.intended_use[language]]
        for each in texts:
            assert each in text
        assert "None" not in text
        assert "_" * 60 in text


SENTENCES = {
    ("heart-failure-weight", "weight_gain"): {
        "nb": "i kroppsvekt i løpet av 3 dager (nyeste i løpet av 1 dag) er over «Vektøkning på 3 dager, gul» (2 kg)",
        "nn": "over «Vektauke på 3 dagar, gul» (2 kg)",
        "en": "is above «Weight gain in 3 days, yellow» (2 kg): ● YELLOW",
    },
    ("home-blood-pressure", "severe"): {
        "nb": "er minst «Systolisk, rød» (180 mmHg) eller siste diastolisk blodtrykk",
        "nn": "eller siste diastolisk blodtrykk",
        "en": "newest systolic blood pressure within 1 day is at least «Systolic, red» (180 mmHg) or",
    },
}


@pytest.mark.parametrize(("where", "said"), SENTENCES.items(), ids=str)
def test_a_rule_is_told_as_a_sentence(where: tuple[str, str], said: dict[Language, str]) -> None:
    for language, words in said.items():
        assert words in " ".join(read(as_html(handbook(shipped(), file_of(where[0]), language))).shown)


def test_every_condition_can_be_said() -> None:
    for file in shipped().files:
        by_id = {each.model.ruleset: each for each in shipped().files}
        used = {alias: by_id[use.split()[0]] for alias, use in file.model.uses.items()}
        for language in LANGUAGES:
            speaker = Speaker(file, shipped().concepts, language, used)
            conditions = [*file.model.applies_to, *(each.when for each in file.model.rules.values())]
            for each in conditions:
                said = speaker.condition(each)
                assert said
                assert "{" not in said


def test_nothing_of_the_author_is_taken_for_markup(tmp_path: Path) -> None:
    text = (SHIPPED / "heart-failure-weight.yaml").read_text("utf-8")
    wild = text.replace("Vekt ved hjertesvikt", "Vekt <script>alert(1)</script> & *mer* | [her](x)")
    (tmp_path / "wild.yaml").write_text(wild, "utf-8")
    checked = check_paths([tmp_path / "wild.yaml"])
    page = handbook(checked, checked.files[0], "nb")
    assert "<script" not in as_html(page)
    assert "Vekt <script>alert(1)</script> & *mer* | [her](x)" in " ".join(read(as_html(page)).shown)
    assert "\\<script\\>" in as_markdown(page)
    assert "\\[her\\]" in as_markdown(page)


def test_the_command_writes_a_file_for_each_and_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old.yaml"
    text = (SHIPPED / "heart-failure-weight.yaml").read_text("utf-8")
    old.write_text(text.replace("default: 2 kg", "default: 1.5 kg"), "utf-8")
    path = str(SHIPPED / "heart-failure-weight.yaml")
    assert 0 == main(["docs", path, "--out", str(tmp_path), "--lang", "en", "--since", str(old)])
    written = tmp_path / "heart-failure-weight.en.html"
    assert [str(written)] == capsys.readouterr().out.split()
    shown = " ".join(read(written.read_text("utf-8")).shown)
    assert "«Weight gain in 3 days, yellow»: number: 1.5 kg → 2 kg" in shown
    assert "cases" in shown.lower()
    assert 0 == main(["docs", path, "--out", str(tmp_path), "--format", "md"])
    assert (tmp_path / "heart-failure-weight.en.md").read_text("utf-8").startswith("# Weight in heart failure")

"""What comes on paper: every mark, no text over another, real text in SVG, and the same bytes every time."""

import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from hypothesis import given
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

import cds
from cds.diagnostics import MissingExtra
from cds.plots import Chart, chart, png, svg
from cds.plots.chart import ReadingBand, RowBand
from cds.plots.frame import MARGIN, MARKS, NOTE_STYLES
from cds.plots.layout import page_of
from cds.plots.page import OUTLINES, Group, Item, Text, hatching, text_width, wrapped
from cds.plots.raster import DOTS_PER_INCH
from cds.shipped import DEMO_AT, shipped_rulesets
from tests import written
from tests.plots.building import busy_chart, busy_patient, demo_chart, loaded, patient

TOP = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"


def full_chart() -> Chart:
    """Every ruleset that comes with cds at once."""
    who = cds.Patient.from_dict({"id": "x" * 200, "readings": {"blood_pressure": []}})
    return chart(cds.load(shipped_rulesets()), who, at=DEMO_AT, allow_draft=True, language="nn")


CHARTS = {
    "demo nb": lambda: demo_chart("nb"),
    "demo nn": lambda: demo_chart("nn"),
    "demo en": lambda: demo_chart("en", days=3),
    "a year": lambda: demo_chart("en", days=400),
    "busy nb": lambda: busy_chart(busy_patient(), "nb"),
    "busy en": lambda: busy_chart(busy_patient(), "en", days=20),
    "empty": lambda: busy_chart(patient({}), "nn"),
    "every ruleset": full_chart,
}


def root(made: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(svg(made).encode())


def group(tree: ElementTree.Element, name: str) -> ElementTree.Element:
    return next(each for each in tree.iter(f"{SVG}g") if each.get("id") == name)


def texts(items: Iterable[Item]) -> Iterator[Text]:
    for item in items:
        if isinstance(item, Text):
            yield item
        elif isinstance(item, Group):
            yield from texts(item.items)


# the page


def box(text: Text) -> tuple[float, float, float, float]:
    """Left, right, top and bottom of the letters."""
    width = text_width(text.text, text.size, text.is_bold) / 1.08  # widths are rounded up
    left = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return left, left + width, text.y - 0.73 * text.size, text.y + 0.1 * text.size


def overlap(one: Text, other: Text) -> bool:
    left, right, top, bottom = box(one)
    other_left, other_right, other_top, other_bottom = box(other)
    return left < other_right and other_left < right and top < other_bottom and other_top < bottom


@pytest.mark.parametrize("name", CHARTS)
def test_no_text_stands_over_another_or_outside_the_page(name: str) -> None:
    page = page_of(CHARTS[name]())
    found = [each for each in texts(page.items) if each.text]
    assert len(found) > 20
    assert [] == [(one.text, other.text) for one, other in combinations(found, 2) if overlap(one, other)]
    boxes = {each.text: box(each) for each in found if each.text != "x" * 200}
    low, high = MARGIN - 5.0, page.width - MARGIN + 5.0
    assert {} == {text: each for text, each in boxes.items() if each[0] < low or each[1] > high}
    assert max(bottom for *_, bottom in boxes.values()) < page.height


def test_letters_are_large_enough_to_be_read_on_a4() -> None:
    sizes = {each.size for name in CHARTS for each in texts(page_of(CHARTS[name]()).items)}
    assert min(sizes) >= 6.0
    assert 842.0 == page_of(demo_chart()).width


def test_no_two_kinds_in_one_band_look_the_same_without_colour() -> None:
    readings = {kind: MARKS[kind] for kind in ("reading", "implausible_only", "unit_not_understood", "value_not_read",
                "withheld", "conflict", "at_least", "at_most", "no_data")}  # fmt: skip
    doses = {kind: MARKS[kind] for kind in ("taken", "late", "missed", "not_judged", "delay_not_known", "conflict")}
    for band in (readings, doses):
        assert len(band) == len({(each.shape, bool(each.fill)) for each in band.values()})
    assert len(NOTE_STYLES) == len({each.shape for each in NOTE_STYLES.values()})
    assert {each.shape for each in (*MARKS.values(), *NOTE_STYLES.values())} <= OUTLINES.keys()


def test_a_word_that_is_too_long_is_broken_and_none_is_lost() -> None:
    assert ["Utlevert:", "Blodtrykks", "medisiner"] == wrapped("Utlevert: Blodtrykksmedisiner", 10.0, 60.0)
    assert [""] == wrapped("", 10.0, 60.0)
    assert ["a", "b"] == wrapped("ab", 10.0, 0.1)


def test_hatching_stays_inside_its_rectangle() -> None:
    lines = hatching(10.0, 20.0, 47.0, 31.0, 4.0)
    assert len(lines) == 12
    for line in lines:
        assert all(10.0 <= x <= 47.0 and 20.0 <= y <= 31.0 for x, y in line)
        assert len({round(x + y, 6) for x, y in line}) == 1


# SVG


@pytest.mark.parametrize("name", CHARTS)
def test_svg_is_well_formed_and_says_what_it_is(name: str) -> None:
    made = CHARTS[name]()
    tree = root(made)
    assert (f"{SVG}svg", made.language) == (tree.tag, tree.get("lang"))
    assert made.at_text in (tree.findtext(f"{SVG}title") or "")
    assert made.at_text in (tree.findtext(f"{SVG}desc") or "")
    names = [each.get("id") for each in tree.iter() if each.get("id")]
    assert len(names) == len(set(names))
    assert {(each.get(LINK) or "")[1:] for each in tree.iter(f"{SVG}use")} <= set(names)


def test_text_in_svg_is_text() -> None:
    made = demo_chart("nb")
    tree = root(made)
    said = " ".join(each.text or "" for each in tree.iter(f"{SVG}text"))
    assert [] == [each.text for each in made.findings if each.text not in said]
    assert [] == [each.label for each in made.bands if each.label not in said]
    assert "!! UTKAST, IKKE GODKJENT FOR BRUK" in said
    assert "77,9" in said


@pytest.mark.parametrize("name", ["demo nb", "busy nb", "busy en"])
def test_every_mark_is_in_the_picture_and_what_is_held_back_says_why(name: str) -> None:
    made = CHARTS[name]()
    tree = root(made)
    for key in {each.key for each in made.bands}:
        names = (f"band-{key}", f"band-{key}-2")
        drawn = [each for each in tree.iter(f"{SVG}g") if each.get("id") in names]
        uses = [each.findtext(f"{SVG}title") for part in drawn for each in part.iter(f"{SVG}use")]
        marks = [mark for band in made.bands if band.key == key for mark in band.marks]
        assert [] == [each for each in marks if not each.is_told and f"{each.when}: {each.note}" not in uses]
        assert sum(each.kind in ("reading", "taken") for each in marks) <= uses.count(None)


def test_hatching_and_shading_are_there() -> None:
    tree = root(busy_chart(busy_patient(), "nb"))
    said = [each.text for each in tree.iter(f"{SVG}text")]
    assert {"ikke levert", "ingen målinger", "innlagt"} <= set(said)
    assert "GRØNN" in said and "GUL" in said and "RØD" in said


def test_limits_stand_beside_their_band_with_number_and_owner() -> None:
    band = group(root(demo_chart("en")), "band-body_weight")
    said = " ".join(each.text or "" for each in band.iter(f"{SVG}text"))
    assert "YELLOW > 1.5 kg: Weight gain in 3 days (the patient's own, set by Kari Lege" in said
    assert "Weight loss in 7 days, yellow: the patient's own limit has expired" in said


HOSTILE = "<script>alert(1)</script>&\"'\x00\u202e\ud800\n"


def test_names_from_the_data_are_nothing_but_text() -> None:
    limits = [{"limit": "oxygen_red", "value": 85, "unit": "%", "author": HOSTILE}]
    who = patient({"id": HOSTILE, "limits": limits, "readings": {"oxygen_saturation": [
        {"time": "2026-04-19T08:00", "value": 90, "unit": HOSTILE}]}})  # fmt: skip
    made = busy_chart(who, "en")
    tree = root(made)
    assert [] == list(tree.iter(f"{SVG}script"))
    assert "<script>alert(1)</script>" in (tree.findtext(f"{SVG}title") or "")
    assert png(made).startswith(b"\x89PNG")


def test_svg_is_the_same_every_time_and_everywhere() -> None:
    code = (
        "import sys; from tests.plots.building import demo_chart; from cds.plots import svg;"
        "sys.stdout.buffer.write(svg(demo_chart('nn')).encode());"
        "assert not {'matplotlib', 'numpy'} & sys.modules.keys()"
    )
    environment = {"PYTHONPATH": str(TOP), "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PATH": ""}
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, env=environment, cwd=TOP)
    assert svg(demo_chart("nn")).encode() == there.stdout == svg(demo_chart("nn")).encode()


def test_the_order_in_which_data_come_does_not_matter() -> None:
    rows = [{"time": f"2026-04-{day}T08:00", "value": 80 + day / 10, "unit": "kg"} for day in range(10, 20)]
    forth = busy_chart(patient({"readings": {"body_weight": rows}}))
    back = busy_chart(patient({"readings": {"body_weight": rows[::-1]}}))
    assert svg(forth) == svg(back)


# PNG


def test_png_has_its_signature_and_the_size_of_the_page() -> None:
    made = demo_chart()
    picture = png(made)
    page = page_of(made)
    width, height = struct.unpack(">II", picture[16:24])
    assert b"\x89PNG\r\n\x1a\n" == picture[:8]
    assert (int(page.width * DOTS_PER_INCH / 72), int(page.height * DOTS_PER_INCH / 72)) == (width, height)


def test_png_is_the_same_whatever_matplotlib_is_set_to_and_changes_nothing_there() -> None:
    made = busy_chart(patient({"conditions": ["heart_failure"]}))
    plain = png(made)
    settings: dict[str, Any] = {
        "font.size": 30,
        "font.family": "serif",
        "text.color": "red",
        "lines.linewidth": 9,
        "patch.linewidth": 5,
        "savefig.bbox": "tight",
        "figure.autolayout": True,
        "figure.facecolor": "green",
    }
    with matplotlib.rc_context(settings):
        before = dict(matplotlib.rcParams)
        assert plain == png(made)
        assert before == dict(matplotlib.rcParams)
    assert plain == png(made)


def test_png_needs_no_pyplot() -> None:
    code = (
        "import sys; from tests.plots.building import busy_chart, patient; from cds.plots import png;"
        "assert png(busy_chart(patient({}))); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=TOP)


def test_png_without_its_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in sys.modules if each.startswith("matplotlib")]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "cds.plots.raster")
    with pytest.raises(MissingExtra, match=r"pip install 'cds-engine\[plot\]'"):
        png(busy_chart(patient({})))


def test_a_chart_without_bands_is_still_a_page() -> None:
    ruleset = cds.load(shipped_rulesets() / "heart-failure-weight.yaml")
    who = cds.Patient.from_dict({"id": "1", "birth_date": "2020-01-01"})
    made = chart(ruleset, who, at=DEMO_AT, allow_draft=True)
    assert () == tuple(each for each in made.bands if isinstance(each, ReadingBand | RowBand))
    assert root(made).tag == f"{SVG}svg"
    assert png(made)


def test_widths_are_rather_too_wide_than_too_narrow() -> None:
    for text in {each for name in CHARTS for each in texts(page_of(CHARTS[name]()).items) if each.text}:
        font = FontProperties(family="DejaVu Sans", size=text.size, weight="bold" if text.is_bold else "normal")
        width, _, _ = TextToPath().get_text_width_height_descent(text.text, font, ismath=False)
        assert 0.97 * width - 1.0 <= text_width(text.text, text.size, text.is_bold) <= 1.2 * width + 4.0, text.text


@given(written.ruleset_texts(), written.records())
def test_no_text_stands_over_another_whatever_there_is_to_show(
    text: str, drawn: tuple[str, list[dict[str, Any]]]
) -> None:
    moment, records = drawn
    made = chart(loaded(text), cds.Patient.from_dict(records[0]), at=moment, allow_draft=True, language="nn")
    found = [each for each in texts(page_of(made).items) if each.text]
    assert [] == [(one.text, other.text) for one, other in combinations(found, 2) if overlap(one, other)]

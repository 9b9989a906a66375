"""CDS Hooks 2.0 cards, held against the rows of its list of requirements that are about a service's response."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

import cds
from cds.adapters.cards import cards, shortened
from cds.diagnostics import Language
from cds.operators.reasons import Reason
from cds.result import Result
from tests.adapters.evaluated import calm, evaluated, ruleset, weight

TEXT = {"type": "string", "minLength": 1}
ADDRESS = {"type": "string", "pattern": r"^https?://[^\s]+$"}
CODING = {  # rows 115, 216, 217
    "type": "object",
    "properties": {"code": TEXT, "system": TEXT, "display": TEXT},
    "required": ["code", "system"],
    "additionalProperties": False,
}
SOURCE = {  # rows 105 to 116
    "type": "object",
    "properties": {"label": TEXT, "url": ADDRESS, "icon": ADDRESS, "topic": CODING},
    "required": ["label"],
    "additionalProperties": False,
}
SUGGESTION = {  # rows 117 to 125; without `actions` nothing happens by itself
    "type": "object",
    "properties": {"label": TEXT, "uuid": TEXT, "isRecommended": {"type": "boolean"}},
    "required": ["label"],
    "additionalProperties": False,
}
CARD = {
    "type": "object",
    "properties": {
        "uuid": TEXT,  # rows 80 to 82
        "summary": {**TEXT, "maxLength": 139},  # row 83
        "detail": TEXT,  # rows 84, 85
        "indicator": {"enum": ["info", "warning", "critical"]},  # rows 87 to 89
        "source": SOURCE,  # row 90
        "suggestions": {"type": "array", "minItems": 1, "items": SUGGESTION},  # rows 92, 94
        "selectionBehavior": {"enum": ["at-most-one", "any"]},  # rows 95, 96
    },
    "required": ["summary", "indicator", "source"],
    "dependentRequired": {"suggestions": ["selectionBehavior"]},  # row 93
    "additionalProperties": False,
}
RESPONSE = Draft202012Validator(  # rows 74, 75, 77
    {
        "type": "object",
        "properties": {"cards": {"type": "array", "items": CARD}},
        "required": ["cards"],
        "additionalProperties": False,
    }
)
NUMBER = re.compile(r"\d[\d.,/:−-]*")
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")


def emptiness(value: Any, at: str = "") -> Iterator[str]:
    """Where something is null or empty (row 3)."""
    if value in (None, "", [], {}) and at != ".cards":
        yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in pairs:
        yield from emptiness(each, f"{at}.{key}")


def card(result: Result, summary: str, language: Language = "en") -> dict[str, Any]:
    """The one card whose summary holds this."""
    found = [each for each in cards(result, language)["cards"] if summary in each["summary"]]
    assert len(found) == 1
    return found[0]


RESULTS = {
    "much": evaluated(),
    "calm": calm(),
    "nothing known": ruleset().evaluate(cds.Patient.from_dict({"id": "1"}), at="2026-01-15T12:00", allow_draft=True),
    "no patient": ruleset().evaluate(cds.Patient.from_dict({}), at="2026-01-15T12:00", allow_draft=True),
    "not applicable": evaluated(conditions=[]),
    "silent": evaluated(readings={"body_weight": [weight("2026-01-10", 80.0)], "blood_pressure": []}),
}


@pytest.mark.parametrize("audience", ["clinician", "patient"])
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)
def test_a_response_is_as_cds_hooks_wants_it(result: Result, language: Language, audience: Any) -> None:
    made = cards(result, language, audience=audience)
    RESPONSE.validate(made)
    assert [] == list(emptiness(made))
    uuids = [each["uuid"] for each in made["cards"]]
    uuids += [each["uuid"] for one in made["cards"] for each in one.get("suggestions", ())]
    assert len(uuids) == len(set(uuids))
    assert {UUID(each).version for each in uuids} <= {5}
    assert made == cards(result, language, audience=audience)


def test_fired_come_first_worst_first_then_what_waits_then_what_cannot_be_told() -> None:
    summaries = [each["summary"] for each in cards(evaluated())["cards"]]
    assert summaries == [
        "DRAFT: Weight up 2.5 kg, the limit is 2 kg",
        "DRAFT: High blood pressure: 185 mmHg",
        "DRAFT: Waiting for confirmation: Very high blood pressure: 185 mmHg",
        "1 of 7 rules could not be told",
    ]


def test_a_whole_card() -> None:
    made = card(evaluated(), "Weight up")
    assert {each: made[each] for each in made if each not in ("uuid", "suggestions")} == {
        "summary": "DRAFT: Weight up 2.5 kg, the limit is 2 kg",
        "detail": "**!! DRAFT, NOT APPROVED FOR USE: watch**\n\n**ORANGE**\n\n"
        "Look for swelling too. \\[Not a link\\](https:\u2060//example.org) \\<b\\>\n\n"
        "- 2.5 kg; limit 2 kg (the ruleset's)\n"
        "- Newest reading 2026-01-15 07:30\n"
        "- Hides watch/heavy\\_rule: The weight is 103.5 kg\n"
        "- Hides watch/light\\_rule: Not light\n"
        "- watch/gaining 2.1.0, VKP 5",
        "indicator": "warning",
        "source": {
            "label": "A guide, table 2, 2020",
            "url": "https://example.org/guide",
            "topic": {"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "code": "5"},
        },
        "selectionBehavior": "at-most-one",
    }
    assert ["Call the patient"] == [each["label"] for each in made["suggestions"]]


def test_what_waits_is_only_information() -> None:
    made = card(evaluated(), "Very high")
    assert "info" == made["indicator"]
    assert "**RED**, waiting for confirmation" in made["detail"]


def test_a_source_without_an_address_that_leads_somewhere_is_a_label() -> None:
    assert {"label": "Our own routine"}.items() <= card(evaluated(), "Very high")["source"].items()
    assert "Watch (watch 2.1.0)" == card(evaluated(), "High")["source"]["label"]
    finding = evaluated()["gaining"]
    strange = replace(finding, head=replace(finding.head, links={"guide": "javascript:alert(1)"}))
    source = card(replace(evaluated(), findings=(strange,)), "Weight")["source"]
    assert {"label", "topic"} == source.keys()


def test_what_cannot_be_told_is_never_silent() -> None:
    made = card(RESULTS["nothing known"], "7 of 7 rules could not be told")
    assert "info" == made["indicator"]
    for each in RESULTS["nothing known"].unknown:
        name = each.id.replace("_", "\\_")
        assert f"- {name}: " in made["detail"]
    assert 7 == made["detail"].count("To settle it: ")


def test_a_worse_colour_that_cannot_be_told_is_said() -> None:
    expired = [{"limit": "gain_red", "value": 3, "unit": "kg", "author": "Kari Lege", "until": "2025-12-31"}]
    made = card(evaluated(limits=expired), "Weight up")
    assert "- A worse colour could not be told: the patient's own limit has expired (gain\\_red)\n" in made["detail"]


def test_data_that_could_not_be_used_are_said_also_when_everything_was_told() -> None:
    result = evaluated(events={"<b>nothing</b>": []}, readings=None)
    calm_with_issue = replace(calm(), issues=result.issues)
    made = cards(calm_with_issue)["cards"]
    assert ["Data that could not be used as they came (1)"] == [each["summary"] for each in made]
    assert "<b>" not in made[0]["detail"]


def test_no_card_only_when_everything_was_told_and_nothing_found() -> None:
    assert {"cards": []} == cards(calm())
    for reason in Reason:
        unknown = replace(calm()["racing"], status="unknown", colour="", reason=reason)
        assert cards(replace(calm(), findings=(unknown,)))["cards"] != []


def test_what_comes_from_the_data_is_shown_as_text() -> None:
    author = "<img src=x onerror=alert(1)> [a](https://example.org) **b**\n\n# c"
    own = [{"limit": "gain_orange", "value": 1.5, "unit": "kg", "author": author}]
    detail = card(evaluated(limits=own), "Weight up")["detail"]
    html = MarkdownIt("commonmark").render(detail)
    assert re.findall(r"<(\w+)", html) == ["p", "strong", "p", "strong", "p", "ul", *["li"] * 5]
    assert "1.5 kg (the patient's own, set by" in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_patient_sees_only_what_was_written_for_patients(language: Language) -> None:
    made = json.dumps(cards(evaluated(), language, audience="patient"), ensure_ascii=False)
    for each in evaluated().findings:
        wording = each.rule.wording
        assert each.id not in made
        for texts in (wording.summary, wording.detail, wording.suggest):
            for text in texts.values():
                assert text.partition("{")[0].strip() not in made
    assert "suggestions" not in made


def test_the_patient_is_told_of_what_has_no_text_waits_or_cannot_be_told() -> None:
    told, notes = cards(evaluated(), audience="patient")["cards"]
    assert ("Your weight has gone up 2.5 kg. Follow your plan.", "warning") == (told["summary"], told["indicator"])
    assert "One finding has no text for you; your follow-up service sees it." == notes["summary"]
    assert notes["detail"].endswith(
        "- We need a new reading to be sure. Follow your plan.\n"
        "- Something could not be assessed now. Ask your follow-up service if you wonder."
    )


def test_a_draft_says_so_to_everyone() -> None:
    for audience in ("clinician", "patient"):
        assert all("DRAFT" in each["detail"] for each in cards(evaluated(), audience=audience)["cards"])
    heads = tuple(replace(each, status="active") for each in evaluated().heads)
    findings = tuple(replace(each, head=heads[0]) for each in evaluated().findings)
    active = replace(evaluated(), heads=heads, findings=findings)
    for audience in ("clinician", "patient"):
        assert "DRAFT" not in json.dumps(cards(active, audience=audience))


def test_a_card_is_another_for_another_patient_moment_or_ruleset() -> None:
    first = evaluated()
    others = [
        evaluated(id="p2"),
        evaluated(at="2026-01-15T12:01"),
        replace(first, findings=tuple(replace(each, head=replace(each.head, hash="other")) for each in first.findings)),
    ]
    uuids = {card(each, "Weight up")["uuid"] for each in (first, *others)}
    assert 4 == len(uuids)
    assert card(first, "Weight up")["uuid"] == card(evaluated(), "Vekten", "nb")["uuid"]


def test_the_public_name() -> None:
    assert cds.cards(evaluated(), "nb") == cards(evaluated(), "nb")


PIECES = st.lists(st.sampled_from(("12.5", "184/102", "kg", "limit ", " ", "x")), max_size=100).map("".join)


@given(st.one_of(st.text(max_size=400), PIECES))
@example("a " * 68 + "x 1.75 kg more")
@example("1" * 200)
@example("x" * 200)
@example("word " * 27 + "1 250 kg")
def test_a_summary_is_short_and_cuts_no_number(text: str) -> None:
    said = shortened(text)
    assert len(said) < 140
    whole = " ".join(text.split())
    numbers = NUMBER.findall(whole)
    assert [each for each in NUMBER.findall(said) if each not in numbers] == []
    if said.endswith("…") and not text.rstrip().endswith("…"):
        assert not re.search(r"[\d−≥≤]…$", said)


def test_a_summary_that_is_cut_stands_whole_in_the_detail() -> None:
    finding = evaluated()["heavy_rule"]
    long = "The weight is {last_weight}, " + "which is a lot, " * 8 + "and the limit is {limit}"
    wording = replace(finding.rule.wording, summary={"en": long})
    changed = replace(finding, hidden_by="", rule=replace(finding.rule, wording=wording))
    made = cards(replace(evaluated(), findings=(changed,)))["cards"][0]
    assert made["summary"].endswith("…")
    assert f"{'which is a lot, ' * 8}and the limit is 100 kg" in made["detail"]

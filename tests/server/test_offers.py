"""Services are those that rulesets ask for, each answers with its own, and cards carry the reasons that they name."""

from pathlib import Path

import pytest

import cds
from cds.api import Ruleset
from cds.server.settings import Reason, Settings
from tests.server.building import Client, Json, call, searchset, serving, templates, weight

HEAVY = weight("w", 120.0, "2026-11-23T06:00:00Z")
TEXT = """
language: 1
ruleset: {name}
version: 1.0.0
status: draft
title:
  en: {name}
  nb: {name}
{head}
sources:
  house:
    cite: Our own routine
inputs:
  weight: body_weight
limits:
  heavy:
    default: 100 kg
    source: house
values:
  current:
    last_reading: weight
    within: 7 days
rules:
  too_heavy:
    when: current is above heavy
    colour: yellow
    summary:
      en: "Heavy, says {name}"
      nb: "Tung, sier {name}"
{rule}
"""
OWN_REASONS = """
    override_reasons:
      clothes:
        en: "Weighed with clothes on"
        nb: "Veid med klær"
"""
REASONS_OF_HEAD = """
override_reasons:
  rounds:
    en: "Seen on the round"
    nb: "Sett på visitten"
"""
ORDERS = "hooks: [order-select, order-sign]"
BOTH = "hooks: [patient-view, order-sign]"


def rulesets(folder: Path, rule: str = "", **heads: str) -> Ruleset:
    """Rulesets that say the same of a heavy patient. heads: by name, what stands in the head."""
    for name, head in heads.items():
        (folder / f"{name}.yaml").write_text(TEXT.format(name=name, head=head, rule=rule), "utf-8")
    return cds.load(folder)


def listed(client: Client) -> list[tuple[str, str]]:
    return [(each["id"], each["hook"]) for each in client.get("/cds-services").json()["services"]]


def asked(client: Client, service: str, hook: str) -> list[Json]:
    """The cards of a service for a heavy patient."""
    keys = templates(client)
    sent = {key: searchset(HEAVY) if key.startswith("body_weight") else searchset() for key in keys}
    sent["patient"] = {"resourceType": "Patient", "id": "1"}
    response = client.post(f"/cds-services/{service}", json=call(hook=hook, prefetch=sent))
    assert 200 == response.status_code, response.text
    return response.json()["cards"]


def test_a_ruleset_that_asks_for_nothing_is_for_the_view_of_a_patient(tmp_path: Path) -> None:
    with serving(rulesets(tmp_path, one="")) as client:
        assert [("cds", "patient-view")] == listed(client)


def test_hooks_at_which_the_same_rulesets_answer_are_one_service(tmp_path: Path) -> None:
    with serving(rulesets(tmp_path, one=BOTH, two=BOTH)) as client:
        assert [("cds", "patient-view"), ("cds", "order-sign")] == listed(client)


def test_each_service_answers_with_its_own_rulesets_and_no_others(tmp_path: Path) -> None:
    with serving(rulesets(tmp_path, viewed="", ordered=ORDERS, always=BOTH)) as client:
        expected = {
            ("cds", "patient-view"): ["Heavy, says always", "Heavy, says viewed"],
            ("cds-order-select", "order-select"): ["Heavy, says ordered"],
            ("cds-order-sign", "order-sign"): ["Heavy, says always", "Heavy, says ordered"],
        }
        assert list(expected) == listed(client)
        for (service, hook), summaries in expected.items():
            found = [each["summary"].removeprefix("DRAFT: ") for each in asked(client, service, hook)]
            assert summaries == sorted(found)
        refused = client.post("/cds-services/cds", json=call(hook="order-sign"))
        assert (400, ["hook"]) == (refused.status_code, refused.json()["issue"][0]["expression"])


def test_what_hides_a_finding_of_another_ruleset_is_seen_where_that_is_asked_for(tmp_path: Path) -> None:
    hidden = "    hidden_by: others.too_heavy\n"
    (tmp_path / "milder.yaml").write_text(
        TEXT.format(name="milder", head=f"{ORDERS}\nuses:\n  others: worse 1.x", rule=hidden), "utf-8"
    )
    with serving(rulesets(tmp_path, worse="")) as client:
        assert [("cds", "patient-view")] == listed(client)[:1]
        (card,) = asked(client, "cds-order-select", "order-select")
        assert "Heavy, says worse" in card["summary"]
        assert "Heavy, says milder" in card["detail"]


def test_a_host_may_say_at_which_hooks_everything_answers(tmp_path: Path) -> None:
    settings = Settings(service_id="follow-up", hooks=("org.example.admission",))
    with serving(rulesets(tmp_path, one="", two=ORDERS), settings) as client:
        assert [("follow-up", "org.example.admission")] == listed(client)
        assert 2 == len(asked(client, "follow-up", "org.example.admission"))


@pytest.mark.parametrize(
    ("head", "rule", "code", "display"),
    [
        ("", "", "hosts", "Of the host"),
        (REASONS_OF_HEAD, "", "rounds", "Seen on the round"),
        ("", OWN_REASONS, "clothes", "Weighed with clothes on"),
        (REASONS_OF_HEAD, OWN_REASONS, "clothes", "Weighed with clothes on"),
    ],
    ids=["the host's", "the ruleset's", "the rule's", "the rule's before the ruleset's"],
)
def test_a_card_carries_the_reasons_nearest_to_its_rule(
    tmp_path: Path, head: str, rule: str, code: str, display: str
) -> None:
    settings = Settings(override_reasons=(Reason(code="hosts", display="Of the host"),))
    with serving(rulesets(tmp_path, rule, one=head), settings) as client:
        (card,) = asked(client, "cds", "patient-view")
    system = "urn:cds:override-reason" if code == "hosts" else "urn:cds:override-reason:one"
    assert [{"code": code, "system": system, "display": display}] == card["overrideReasons"]

"""What became of cards is kept, once, and only by those who may read it."""

from pathlib import Path
from typing import Any

import pytest

from cds.api import Ruleset
from cds.server.feedback import FeedbackStore
from cds.server.settings import Settings
from tests.server.building import Json, serving

PATH = "/cds-services/cds/feedback"
CARD, OTHER_CARD, SUGGESTION = (f"00000000-0000-4000-8000-{each:012}" for each in (1, 2, 3))
ACCEPTED = {
    "card": CARD,
    "outcome": "accepted",
    "acceptedSuggestions": [{"id": SUGGESTION}],
    "outcomeTimestamp": "2026-11-23T08:01:00Z",
}
OVERRIDDEN = {
    "card": OTHER_CARD,
    "outcome": "overridden",
    "overrideReason": {
        "reason": {"code": "later", "system": "urn:cds:override-reason"},
        "userComment": "Kari will call on Friday",
    },
    "outcomeTimestamp": "2026-11-23T08:02:00+01:00",
}


@pytest.mark.parametrize(("keep", "comment"), [(False, ""), (True, "Kari will call on Friday")])
def test_feedback_is_kept_once(heart_failure: Ruleset, tmp_path: Path, keep: bool, comment: str) -> None:
    with serving(heart_failure, Settings(keep_comments=keep), state=tmp_path) as client:
        for _ in range(2):
            response = client.post(PATH, json={"feedback": [ACCEPTED, OVERRIDDEN]})
            assert (200, b"") == (response.status_code, response.content)
    assert 0o600 == (tmp_path / "feedback.sqlite").stat().st_mode & 0o777
    one, other = FeedbackStore(tmp_path).rows()
    assert ("cds", CARD, "accepted", SUGGESTION) == (one["service"], one["card"], one["outcome"], one["suggestions"])
    assert ("later", "urn:cds:override-reason", comment) == tuple(
        other[each] for each in ("reason_code", "reason_system", "comment")
    )
    assert "2026-11-23T07:00:00+00:00" == one["received"]


@pytest.mark.parametrize(
    "reason",
    [
        {"code": "19505012345", "system": "urn:cds:override-reason"},
        {"code": "later", "system": "Kari"},
        {"code": "later"},
    ],
)
def test_a_reason_that_stands_on_no_card_is_kept_as_another(
    heart_failure: Ruleset, tmp_path: Path, reason: Json
) -> None:
    given = OVERRIDDEN | {"overrideReason": {"reason": reason}}
    with serving(heart_failure, state=tmp_path) as client:
        assert 200 == client.post(PATH, json={"feedback": [given]}).status_code
    (row,) = FeedbackStore(tmp_path).rows()
    assert ("", "other") == (row["reason_system"], row["reason_code"])


WRONG: dict[str, Any] = {
    "nothing": {},
    "an empty list": {"feedback": []},
    "no card": {"feedback": [{"outcome": "overridden", "outcomeTimestamp": "2026-11-23T08:01:00Z"}]},
    "another outcome": {"feedback": [ACCEPTED | {"outcome": "ignored"}]},
    "accepted without what": {"feedback": [ACCEPTED | {"acceptedSuggestions": []}]},
    "overridden with suggestions": {"feedback": [ACCEPTED | {"outcome": "overridden"}]},
    "a card of nobody": {"feedback": [ACCEPTED | {"card": "Kari Nordmann"}]},
    "no moment": {"feedback": [ACCEPTED | {"outcomeTimestamp": "yesterday"}]},
    "no offset": {"feedback": [ACCEPTED | {"outcomeTimestamp": "2026-11-23T08:01:00"}]},
    "one of two": {"feedback": [ACCEPTED, {"card": 1}]},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_no_feedback_is_refused_as_a_whole(heart_failure: Ruleset, tmp_path: Path, name: str) -> None:
    body: Json = WRONG[name]
    with serving(heart_failure, state=tmp_path) as client:
        assert 400 == client.post(PATH, json=body).status_code
    assert [] == FeedbackStore(tmp_path).rows()


def test_without_a_folder_there_is_no_such_endpoint(heart_failure: Ruleset) -> None:
    with serving(heart_failure) as client:
        assert 404 == client.post(PATH, json={"feedback": [ACCEPTED]}).status_code
        assert f"{PATH.replace('cds/', '{id}/')}" not in client.get("/openapi.json").json()["paths"]

"""What became of cards (https://cds-hooks.hl7.org/2.0/#feedback), kept in SQLite.

Nothing else is kept than what cannot name a patient: ids of cards, which tell nothing by themselves, and reasons that
stand on cards. The free text that users write may, and is kept only where the settings say so.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from cds.audit.storage import private_database
from cds.server.calls import Part, json_object, shape_refused

Code = tuple[str, str]
"""System and code of a reason."""

DATABASE: Final = "feedback.sqlite"
OTHER: Final = "other"
"""What a reason is kept as that stands on no card."""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS feedback (
  service TEXT NOT NULL, card TEXT NOT NULL, outcome TEXT NOT NULL, outcome_time TEXT NOT NULL,
  suggestions TEXT NOT NULL, reason_system TEXT NOT NULL, reason_code TEXT NOT NULL, comment TEXT NOT NULL,
  caller TEXT NOT NULL, received TEXT NOT NULL,
  UNIQUE (caller, service, card, outcome, outcome_time));
"""

_Uuid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
_Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Comment = Annotated[str, StringConstraints(max_length=4000)]


class Accepted(Part):
    """A suggestion that was taken."""

    id: _Uuid


class ReasonGiven(Part):
    """One of the card's override reasons."""

    code: _Text
    system: Annotated[str, StringConstraints(max_length=200)] = ""


class Override(Part):
    """Why a card was passed over."""

    reason: ReasonGiven | None = None
    user_comment: _Comment = ""


class Feedback(Part):
    """What became of one card."""

    card: _Uuid
    outcome: Literal["accepted", "overridden"]
    outcome_timestamp: _Text
    accepted_suggestions: Annotated[list[Accepted], Field(default_factory=list, max_length=100)]
    override_reason: Override | None = None

    @field_validator("outcome_timestamp")
    @classmethod
    def _is_a_moment(cls, value: str) -> str:
        if datetime.fromisoformat(value).tzinfo is None:
            raise ValueError("an offset is missing")
        return value

    @model_validator(mode="after")
    def _fits(self) -> "Feedback":
        if self.outcome == "accepted" and not self.accepted_suggestions:
            raise ValueError("accepted needs acceptedSuggestions")
        if self.outcome == "overridden" and self.accepted_suggestions:
            raise ValueError("what was overridden has no accepted suggestions")
        return self


class FeedbackList(Part):
    """The body of a call of the feedback endpoint."""

    feedback: Annotated[list[Feedback], Field(min_length=1, max_length=1000)]


def read_feedback(raw: bytes) -> list[Feedback]:
    """The feedback in a body; Refused when it cannot be read."""
    try:
        return FeedbackList.model_validate(json_object(raw)).feedback
    except ValidationError as wrong:
        raise shape_refused(wrong) from None


class FeedbackStore:
    """Feedback in the folder's database; safe to share between threads and processes. The same twice is kept once."""

    def __init__(self, folder: Path, keep_comments: bool = False, reasons: Collection[Code] = ()) -> None:
        """reasons: those that cards may carry; another is kept as `other`."""
        self._database = private_database(folder / DATABASE, _TABLE)
        self._reasons = frozenset(reasons)
        self._keep_comments = keep_comments
        self._lock = Lock()

    def add(self, service: str, given: list[Feedback], caller: str, received: str) -> None:
        """Keep what came, all of it or nothing."""
        rows = [(service, *self._row(each), caller, received) for each in given]
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR IGNORE INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def rows(self) -> list[Mapping[str, Any]]:
        """All that is kept, in the order in which it came."""
        found = self._database.execute("SELECT * FROM feedback ORDER BY rowid")
        names = [each[0] for each in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _row(self, given: Feedback) -> tuple[str, ...]:
        override = given.override_reason or Override()
        reason = override.reason
        comment = override.user_comment if self._keep_comments else ""
        suggestions = " ".join(each.id for each in given.accepted_suggestions)
        coded = (reason.system, reason.code) if reason else ("", "")
        if reason and coded not in self._reasons:
            coded = ("", OTHER)
        return given.card, given.outcome, given.outcome_timestamp, suggestions, *coded, comment

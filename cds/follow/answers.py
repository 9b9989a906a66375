"""One event in, one answer out, whatever was sent: what the command line and the service share."""

import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from cds.adapters.shapes import as_object, as_text
from cds.diagnostics import CdsError, PatientError
from cds.follow.follower import Answer, Follower
from cds.follow.incoming import EventRefused
from cds.follow.told import Document
from cds.store import EventConflict, StoreError

RejectCode = Literal["event_not_understood", "patient_not_read", "id_taken", "internal_error"]


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why an event was not taken; nothing of it was kept. event: its id, "" when it has none that can be read.

    place: the field, or "". message: what is wrong and how to mend it, without values.
    """

    event: str
    code: RejectCode
    place: str
    message: str


def answered(follower: Follower, given: object, *, latest: int | None = None) -> Answer | Rejected:
    """What becomes of an event; latest: as in `Follower.add`.

    StoreError when the store fails: then nothing more can be taken.
    """
    event = as_text((as_object(given) or {}).get("id"))
    try:
        return follower.add(given, latest=latest)
    except EventConflict as wrong:
        return Rejected(event, "id_taken", "id", str(wrong))
    except StoreError:
        raise
    except EventRefused as wrong:
        return Rejected(event, "event_not_understood", wrong.place, str(wrong))
    except PatientError as wrong:
        return Rejected(event, "patient_not_read", "", str(wrong))
    except CdsError as wrong:
        return Rejected(event, "event_not_understood", "", str(wrong))
    except Exception as bug:  # one event must never end what answers all the others
        last = traceback.extract_tb(bug.__traceback__)[-1]
        where = f"{Path(last.filename).name}:{last.lineno}"
        return Rejected(event, "internal_error", "", f"cds itself failed ({type(bug).__name__} in {where}); report it")


def document(answer: Answer | Rejected) -> Document:
    """An answer as JSON has it, without the alarm events: those go before it, or beside it."""
    if isinstance(answer, Rejected):
        return {"error": {name: value for name, value in asdict(answer).items() if value}}
    issues: list[dict[str, Any]] = [
        {"code": each.code, "place": each.place, "message": each.message} for each in answer.issues
    ]
    said = {"event": answer.event, "repeated": answer.is_repeated}
    return {"taken": said | ({"issues": issues} if issues else {})}

"""The list as text on one page, and as CSV."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from cds.diagnostics import Language
from cds.oversight.counting import Overseen, Share
from cds.sentences import Sentences, say
from cds.wording import number_text

WORDS: Final[Sentences] = {
    "title": (
        "Pasienter med medisindispenser, {start} til {end}, mot like mange dager før",
        "Pasientar med medisindispensar, {start} til {end}, mot like mange dagar før",
        "Patients with a medicine dispenser, {start} to {end}, against as many days before",
    ),
    "patient": ("pasient", "pasient", "patient"),
    "planned": ("planlagt", "planlagt", "planned"),
    "missed": ("ikke tatt %", "ikkje teke %", "missed %"),
    "late": ("sent %", "seint %", "late %"),
    "change": ("endring", "endring", "change"),
    "unknown": ("ukjent", "ukjent", "unknown"),
    "faults": ("feildager", "feildagar", "fault days"),
    "no_contact": ("uten kontakt", "utan kontakt", "no contact"),
    "pauses": ("pausedager", "pausedagar", "pause days"),
    "unanswered": ("ubesvarte", "ikkje svart", "unanswered"),
    "evaluation": ("evaluering", "evaluering", "evaluation"),
    "overdue": ("{date} PASSERT", "{date} PASSERT", "{date} OVERDUE"),
    "nobody": (
        "Ingen pasienter med medisindispenser",
        "Ingen pasientar med medisindispensar",
        "No patients with a medicine dispenser",
    ),
    "no_late": (
        "Sene doser: ikke sagt hva som er sent (--late-after MINUTTER)",
        "Seine dosar: ikkje sagt kva som er seint (--late-after MINUTT)",
        "Late doses: nobody said what is late (--late-after MINUTES)",
    ),
    "no_alarms": (
        "Ubesvarte varsler: ingen varslingslogg er levert (--alarms FIL, slik `cds follow --alarms` skriver den)",
        "Varsel utan svar: ingen varslingslogg er levert (--alarms FIL, slik `cds follow --alarms` skriv han)",
        "Unanswered alarms: no log of alarms was handed over (--alarms FILE, as `cds follow --alarms` writes it)",
    ),
    "no_evaluations": (
        "Evaluering: ingen datoer er levert (--evaluations FIL med kolonnene patient og due)",
        "Evaluering: ingen datoar er leverte (--evaluations FIL med kolonnane patient og due)",
        "Evaluation: no dates were handed over (--evaluations FILE with the columns patient and due)",
    ),
    "not_supplied": (
        "? = opplysningene er ikke levert for hele perioden; det betyr ikke null",
        "? = opplysningane er ikkje leverte for heile perioden; det betyr ikkje null",
        "? = the data were not handed over for the whole period; that does not mean none",
    ),
}
_HEAD: Final = ("patient", "planned", "missed", "change", "late", "change", "unknown")
_MORE: Final = ("faults", "no_contact", "pauses", "unanswered")
_COLUMNS: Final = (
    *("patient", "planned", "missed", "missed_share", "missed_share_before", "late", "late_share", "late_share_before"),
    *("unknown", "fault_days", "no_contact_days", "pause_days", "unanswered", "evaluation_due", "evaluation_overdue"),
)
_UNTOLD: Final = "?"


def as_words(listed: Sequence[Overseen], start: date, end: date, language: Language = "en") -> str:
    """One line for each patient, and below what the data lack."""
    lines = [_say("title", language, start=start, end=end), ""]
    if not listed:
        return "\n".join([*lines, _say("nobody", language)])
    head = [_say(each, language) for each in (*_HEAD, *_MORE, "evaluation")]
    rows = [head, *(_row(each, language) for each in listed)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for first, *rest in rows:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        lines.append(f"  {first.ljust(widths[0])}  {'  '.join(cells)}".rstrip())
    return "\n".join([*lines, "", *_lacking(listed, rows, language)]).rstrip()


def _row(each: Overseen, language: Language) -> list[str]:
    now = each.now
    evaluation = each.evaluation.isoformat() if each.evaluation else _UNTOLD
    return [
        each.patient,
        _count(now and now.planned),
        _percent(now and now.missed_share, language),
        _signed(each.missed_change, language),
        _percent(now and now.late_share, language),
        _signed(each.late_change, language),
        _count(now and now.unknown),
        *(_count(getattr(each, name)) for name in _MORE),
        _say("overdue", language, date=evaluation) if each.is_overdue else evaluation,
    ]


def _lacking(listed: Sequence[Overseen], rows: Sequence[Sequence[str]], language: Language) -> Iterator[str]:
    if all(each.now is None or each.now.late is None for each in listed):
        yield _say("no_late", language)
    if all(each.unanswered is None for each in listed):
        yield _say("no_alarms", language)
    if all(each.evaluation is None for each in listed):
        yield _say("no_evaluations", language)
    if any(_UNTOLD in row for row in rows):
        yield _say("not_supplied", language)


def _count(count: int | None) -> str:
    return _UNTOLD if count is None else str(count)


def _percent(share: float | None, language: Language) -> str:
    return _UNTOLD if share is None else number_text(100 * share, 0, language)


def _signed(change: float | None, language: Language) -> str:
    if change is None:
        return _UNTOLD
    text = number_text(100 * change, 0, language)
    return text if change <= 0 or text == "0" else f"+{text}"


def as_csv(listed: Sequence[Overseen]) -> str:
    """A row for each patient; what is not known is empty, shares are from 0 to 1."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for each in listed:
        now, before = each.now or _NOTHING, each.before or _NOTHING
        known = [each.now and now.planned, each.now and now.missed, now.missed_share, before.missed_share]
        known += [now.late, now.late_share, before.late_share, each.now and now.unknown]
        known += [each.faults, each.no_contact, each.pauses, each.unanswered]
        due = each.evaluation.isoformat() if each.evaluation else ""
        cells = ["" if value is None else value for value in known]
        overdue = ("yes" if each.is_overdue else "no") if each.evaluation else ""
        rows.writerow([each.patient, *cells, due, overdue])
    return text.getvalue()


_NOTHING: Final = Share(0, 0, 0, None)


def _say(key: str, language: Language, **values: object) -> str:
    return say(key, language, WORDS, **values)

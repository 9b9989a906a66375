"""Doses, medicines in use and dispenses of plain records."""

from collections.abc import Sequence
from typing import Any, Final

from cds.adapters.amounts import days_supply, finite
from cds.adapters.medicine_quantity import AMOUNTS, days_by_dose, defined_daily_dose, stated
from cds.adapters.records_row import Record, attributes_of, each_row, recorded_of, span_of, text_of, time_of
from cds.adapters.rows import Dose, Intake, Supply, Use, is_future_dated, read_atc, state_medicines
from cds.adapters.shapes import as_list
from cds.codes import Attribute
from cds.operators.reasons import DAYS_NOT_KNOWN, KNOWN, NOT_JUDGED
from cds.operators.series import LAST_TIME, MICROSECONDS_PER_MINUTE
from cds.units import NOT_UNDERSTOOD

DOSE_FIELDS: Final = frozenset({"planned", "status", "taken", "atc", "use", "recorded", "reason", "id"})
USE_FIELDS: Final = frozenset({"atc", "from", "to", "use", "certain", "recorded", "id"})
SUPPLY_FIELDS: Final = frozenset(
    {"time", "atc", "days", "use", "recorded", "id", *AMOUNTS, *(f"{each}_unit" for each in AMOUNTS)}
)


def _list(intake: Intake, data: Record, field: str) -> list[Any] | None:
    rows = as_list(data.get(field))
    if rows is None and data.get(field) is not None:
        intake.note("wrong_shape", field, expected="a list")
    return rows


def _state(
    intake: Intake, folder: str, taken: Sequence[Dose | Use | Supply | None], rows: list[Any], place: str
) -> None:
    """Count the medicines of a folder as handed over in full; a row that could not be read may be any of them."""
    read = [each for each in taken if each]
    unread = len(rows) - len(read)
    state_medicines(intake, folder, [*(each.atc for each in read), *[()] * unread], place)
    if unread:
        intake.supplied[f"{folder}.all"] = LAST_TIME
        intake.open.add(f"{folder}.all")


def take_doses(intake: Intake, data: Record) -> None:
    """Planned doses of a dispenser or a diary."""
    rows = _list(intake, data, "doses")
    if rows is None:
        return
    taken = [_dose(intake, *each) for each in each_row(intake, rows, "doses", DOSE_FIELDS)]
    intake.doses = [each for each in taken if each]
    _state(intake, "doses", taken, rows, "doses")


def _dose(intake: Intake, row: Record, place: str) -> Dose | None:
    planned = time_of(intake, row, "planned", place, "time_missing")
    if planned is None:
        return None
    taken, recorded, status = time_of(intake, row, "taken", place), recorded_of(intake, row, place), row.get("status")
    is_taken = status == "taken"
    is_judged = is_taken or (status == "missed" and row.get("taken") is None)
    if not is_judged and status != "unknown":
        intake.note("fate_not_understood", place)
    attribute = attributes_of(intake, row, ("reason", "use"), place) | (Attribute.DATE_ONLY if planned[1] else 0)
    is_judged = is_judged and (is_taken or not attribute & Attribute.TRAVEL_DOSE)  # taken along, and nobody saw it
    delay = 0.0
    if is_taken and taken:
        recorded = max(recorded, taken[0])  # nobody knew before it happened
    if is_taken and taken and not taken[1] and not planned[1]:
        delay = (taken[0] - planned[0]) / MICROSECONDS_PER_MINUTE
    elif is_taken:
        intake.note("delay_not_known", place)
        attribute |= Attribute.DELAY_UNKNOWN
    medicines, reference = _medicines(intake, row, place), text_of(intake, row, "id", f"{place}.")
    quality = KNOWN if is_judged else NOT_JUDGED
    return Dose(planned[0], medicines, recorded, float(is_taken), delay, quality, int(attribute), reference)


def _medicines(intake: Intake, row: Record, place: str) -> tuple[str, ...]:
    """The ATC codes of a row, sorted; none when one of them cannot be read."""
    written = row.get("atc")
    codes = [written] if isinstance(written, str) else as_list(written)
    read = None if codes is None else read_atc(codes)
    if written is not None and read is None:
        intake.note("medicine_not_read", f"{place}.atc")
    return read or ()


def take_uses(intake: Intake, data: Record) -> None:
    """Medicines in use, over time."""
    rows = _list(intake, data, "medicines")
    if rows is None:
        return
    taken = [_use(intake, *each) for each in each_row(intake, rows, "medicines", USE_FIELDS)]
    intake.uses = list(taken)
    _state(intake, "medicines", taken, rows, "medicines")


def _use(intake: Intake, row: Record, place: str) -> Use:
    span = span_of(intake, row, place)
    attribute = attributes_of(intake, row, ("use",), place)
    atc = _medicines(intake, row, place)
    return Use(span.start, span.recorded, span.end, span.quality, attribute, atc, span.reference)


def take_supplies(intake: Intake, data: Record) -> None:
    """Medicines that were handed out."""
    rows = _list(intake, data, "dispenses")
    if rows is None:
        return
    taken = [_supply(intake, *each) for each in each_row(intake, rows, "dispenses", SUPPLY_FIELDS)]
    intake.supplies = [each for each in taken if each]
    _state(intake, "supply", taken, rows, "dispenses")


def _supply(intake: Intake, row: Record, place: str) -> Supply | None:
    time, recorded = time_of(intake, row, "time", place, "time_missing"), recorded_of(intake, row, place)
    if time is None:
        return None
    if is_future_dated(time[0], recorded):
        intake.note("future_dated", place)
        return None
    attribute = attributes_of(intake, row, ("use",), place) | (Attribute.DATE_ONLY if time[1] else 0)
    atc, reference = _medicines(intake, row, place), text_of(intake, row, "id", f"{place}.")
    amount, dose, strength = (stated(row.get(each), row.get(f"{each}_unit")) for each in AMOUNTS)
    given, how = row.get("days"), Attribute(0)
    if given is None:
        how = Attribute.DERIVED
        if row.get("daily_dose") is None:
            dose, how = defined_daily_dose(intake.concepts, atc), how | Attribute.BY_DEFINED_DOSE
        given = days_by_dose(amount, dose, strength)
    days, quality, code = days_supply(given)
    if attribute & Attribute.AS_NEEDED:
        days, quality, code = 0.0, DAYS_NOT_KNOWN, "days_as_needed"
    if code:
        intake.note(code, f"{place}.days")
    handed_out = amount.value if amount else finite(row.get("quantity")) or 0.0
    unit = amount.unit_id if amount else NOT_UNDERSTOOD
    attribute |= how if quality == KNOWN else 0
    return Supply(time[0], recorded, atc, days, handed_out, unit, quality, int(attribute), reference)

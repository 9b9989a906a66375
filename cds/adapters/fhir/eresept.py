"""What Norwegian prescriptions (e-resept) say in extensions of the national medication list.

Source: https://github.com/NorskHelsenett/SFM.tools (profiles sfm-… of the core journal's medication service).

=================================================== =======================================================
extension                                           how it is read
=================================================== =======================================================
``reseptamendment/ereseptdosing``                   a period of taking, from `starttime` to `endtime`
``…/repeatingdosage``                               `amount` once every `interval`, at `timerange` (8325:
                                                    1 morning … 5 evening, no clock times)
``reseptamendment/recallinfo/recallcode``           7500 code 2, seponering: stopped by the prescriber
``discontinuation/timedate``                        when the prescriber stopped it; reasons are not read
``effectiveDateTime``, ``reseptamendment/reseptdate``  when it is first taken, where nothing else says so
``use`` of a dosage                                 9101: 1 fast, 2 kur, 3 ved behov
``administration/mddispensed``                      true: it lies in the pouches of the multidose roll
``medicationdetails/packinginfoprescription``       size of a package, `30 x 3` with its unit
``amountText/quantity`` of the amount               the same
``deliverysummary/pakningsstr``                     the same, of the dispense of the day `sistutlevert`
``dispenseinfo/cancellation``                       true: the dispense was cancelled
``pllInformation/deliveryinformation`` of a Basic   first and last dose of a multidose roll
``expirationdate``, ``numberofpackages``, ``reit``  not read: they bound the prescription, not its use
``shortdosage``, ``dssn`` and other texts           not read: the same stands in `ereseptdosing`
=================================================== =======================================================
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from cds.adapters.fhir.dosing import EVERY_DAY, Dosing
from cds.adapters.fhir.extension import extensions, value_of
from cds.adapters.fhir.resource import Json, codings
from cds.adapters.fhir.times import civil_day, open_between
from cds.adapters.medicine_quantity import Quantity, days_of, quantity
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Attribute
from cds.operators.series import LAST_TIME
from cds.periods import Zone

_SFM: Final = "http://ehelse.no/fhir/structuredefinition/sfm-"
_NATIONAL: Final = "urn:oid:2.16.578.1.12.4.1.1."
_STOPPED: Final = (f"{_NATIONAL}7500", "2")
_USE: Final[Mapping[tuple[str, str], Attribute]] = {
    (f"{_NATIONAL}9101", "1"): Attribute.REGULAR,
    (f"{_NATIONAL}9101", "2"): Attribute.COURSE,
    (f"{_NATIONAL}9101", "3"): Attribute.AS_NEEDED,
}
_PART_OF_DAY: Final = f"{_NATIONAL}8325"
_DATE: Final = len("2026-01-08")
_FACTOR: Final = re.compile(r"\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)


def use_of(listed: object) -> int:
    """The attribute bits of the use category that a list of Dosage states."""
    bits = 0
    for dosage in as_list(listed) or ():
        for coding in codings(value_of(dosage, f"{_SFM}use")):
            bits |= _USE.get(coding, 0)
    return bits


def dosings(content: Json, begins: int, where: Zone) -> tuple[Dosing, ...]:
    """The ways of taking that the dosing extension of a statement states; () when it has none."""
    amendments = extensions(content, f"{_SFM}reseptamendment")
    periods = [each for one in amendments for each in extensions(one, "ereseptdosing")]
    return tuple(way for each in periods for way in _period(each, begins, where))


def _period(period: Json, begins: int, where: Zone) -> Iterator[Dosing]:
    start = open_between(value_of(period, "starttime"), where, "start")
    end = open_between(value_of(period, "endtime"), where, "end")
    times = start[0] if start else begins, end[1] if end else LAST_TIME
    listed = list(extensions(period, "repeatingdosage"))
    yield from (_repeating(each, *times) for each in listed)
    if not listed:
        yield Dosing(*times, 0.0, "", (), ())


def _repeating(written: Json, start: int, end: int) -> Dosing:
    amount, interval = quantity(value_of(written, "amount")), days_of(value_of(written, "interval"))
    slots = [code for system, code in codings(value_of(written, "timerange")) if system == _PART_OF_DAY]
    days = EVERY_DAY if interval == 1.0 and slots else ()
    if not amount or not interval or amount.value <= 0.0 or interval <= 0.0:
        return Dosing(start, end, 0.0, "", tuple(slots), days)
    return Dosing(start, end, amount.value / interval, amount.unit, tuple(slots), days)


def first_taken(content: Json) -> object:
    """When a statement says in extensions that its medicine is first taken; None when it does not."""
    stated = value_of(content, "effectivedatetime")
    periods = extensions(next(extensions(content, f"{_SFM}reseptamendment"), None), "ereseptdosing")
    starts = sorted({as_text(value_of(each, "starttime")) for each in periods} - {""})
    return stated or next(iter(starts), None) or value_of(content, f"{_SFM}reseptamendment", "reseptdate")


def is_stopped(content: Json) -> bool:
    """Whether the prescriber has stopped the medicine (seponering); the patient's own stop is never written so."""
    amendments = extensions(content, f"{_SFM}reseptamendment")
    recalls = [value_of(each, "recallinfo", "recallcode") for each in amendments]
    has_ended = next(extensions(content, f"{_SFM}discontinuation"), None) is not None
    return has_ended or any(_STOPPED in codings(each) for each in recalls)


def stop_time(content: Json) -> object:
    """When the prescriber stopped the medicine; None when that is not stated."""
    return value_of(content, f"{_SFM}discontinuation", "timedate")


def is_in_pouches(content: Json) -> bool:
    """Whether the medicine of a statement is packed in the pouches of a multidose roll."""
    return value_of(content, f"{_SFM}administration", "mddispensed") is True


def is_cancelled(content: Json) -> bool:
    """Whether a dispense was cancelled."""
    return value_of(content, f"{_SFM}dispenseinfo", "cancellation") is True


def package_of_medication(content: Json) -> set[Quantity]:
    """What one package of a Medication holds, from each place that says so; a size that cannot be read is left out."""
    details = next(extensions(content, f"{_SFM}medicationdetails"), None)
    sizes = [_packing(each) for each in extensions(details, "packinginfoprescription")]
    sizes.append(quantity(value_of(as_object(content.get("amount")), f"{_SFM}amounttext", "quantity")))
    return {each for each in sizes if each}


def package_of_statement(content: Json, handed_over: str) -> set[Quantity]:
    """What one package held that was handed out on a statement's prescription that day, the last time it was."""
    last = as_text(value_of(content, f"{_SFM}deliverysummary", "sistutlevert"))
    size = quantity(value_of(content, f"{_SFM}deliverysummary", "pakningsstr"))
    return {size} if size and last[:_DATE] == handed_over[:_DATE] else set()


def _packing(details: Json) -> Quantity | None:
    """`30 x 3` in mg is 90 mg, `100` in STK a hundred pieces."""
    unit = next((code for _, code in codings(value_of(details, "packingunit"))), "")
    factors = [each.strip() for each in re.split("[x×*]", as_text(value_of(details, "packingsize")).casefold())]
    if not unit or not all(map(_FACTOR.fullmatch, factors)):
        return None
    size = 1.0
    for each in factors:
        size *= float(each.replace(",", "."))
    return quantity({"value": size, "unit": unit})


def rolls(basic: Json) -> Iterator[tuple[object, object, object]]:
    """(reference to the MedicationDispense, first dose, last dose) of each multidose roll that was handed out."""
    for information in extensions(basic, f"{_SFM}pllinformation"):
        for each in extensions(information, "deliveryinformation"):
            yield value_of(each, "deliverydoc"), value_of(each, "datefirstdose"), value_of(each, "datelastdose")


def days_of_roll(first: object, last: object, given: int, where: Zone) -> tuple[int, float] | None:
    """From when a roll that was handed out at `given` lasts and how many days; None when that cannot be read."""
    begins, ends = open_between(first, where, "start"), open_between(last, where, "start")
    if begins is None or ends is None or begins[0] != begins[1] or ends[0] != ends[1]:
        return None
    start = max(begins[0], given)
    return start, float(civil_day(ends[0], where) - civil_day(start, where) + 1)

"""A chart from a ruleset, a patient and a moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cds.api import Moment, Patient, Ruleset, microseconds
from cds.diagnostics import CdsError, Language
from cds.document import FindingDocument, ResultDocument, described
from cds.execute.single import Evaluation
from cds.operators.series import FIRST_TIME
from cds.patient import table_of
from cds.periods import calendar_date
from cds.plots.axis import axis, date_text, ticks
from cds.plots.chart import Band, Chart, Note, Span
from cds.plots.inputs import View, bands_wanted, folder
from cds.plots.limits import limits_of, zones_of
from cds.plots.readings import reading_band
from cds.plots.rows import row_bands, spans_of
from cds.plots.words import words
from cds.sentences import against_limit, marked, ruleset_line, say, why_unknown
from cds.wording import COLOUR_WORDS, moment_text

_SPANS = ("conditions.", "devices.", "medicines.", "stays.", "supply.")  # may have begun long before


def chart(
    ruleset: Ruleset,
    patient: Patient,
    *,
    at: Moment,
    since: date | str | None = None,
    days: int | None = None,
    limits: Sequence[Mapping[str, Any]] = (),
    language: Language = "en",
    allow_draft: bool = False,
) -> Chart:
    """What the rulesets use of a patient, on one axis of civil days that ends with the day of `at`.

    at, limits, allow_draft: as in `Ruleset.evaluate`, whose findings stand beside the facts. since: first day, a date
    or `2026-01-08`; days: how many days; with neither, from the first fact shown on, 7 to 90 days. CdsError when no
    axis can be made.
    """
    patient = patient.with_limits(limits)
    result = ruleset.evaluate(patient, at=at, allow_draft=allow_draft)
    facts = patient.facts
    moment = microseconds(at, facts.zone)
    evaluation = Evaluation(ruleset.plan, facts, moment)
    first = _first_fact(evaluation, bands_wanted(evaluation, ruleset.concepts))
    spanned = axis(facts.zone, moment, since=_first_day(since), days=days, first=first)
    view = View(evaluation, spanned, ruleset.concepts, language)
    return _chart(view, described(result, language))


def _first_day(since: date | str | None) -> date | None:
    if not isinstance(since, str):
        return since
    read = calendar_date(since)
    if read is None:
        raise CdsError("the first day of a chart is a date such as 2026-01-08")
    return read


def _first_fact(evaluation: Evaluation, shown: Iterable[tuple[str, ...]]) -> int | None:
    """When the first reading, dose or event of the bands shown was; spans may have begun long before."""
    keys = [key for band in shown for key in band if not key.startswith(_SPANS)]
    rows = (table_of(evaluation.patient, key).times for key in keys)
    return min((times[0] for times in rows if times and FIRST_TIME < times[0] <= evaluation.at), default=None)


def _chart(view: View, document: ResultDocument) -> Chart:
    spanned, language = view.axis, view.language
    drafts = [each.id for each in document.rulesets if each.status == "draft"]
    return Chart(
        language=language,
        patient=document.patient,
        zone=document.zone,
        start=spanned.start,
        end=spanned.end,
        at=spanned.at,
        at_text=moment_text(document.at, language),
        days=(date_text(spanned.first_day, language), date_text(spanned.last_day, language)),
        rulesets=tuple(ruleset_line(each, language) for each in document.rulesets),
        draft=say("notice", language, rulesets=", ".join(drafts)) if drafts else "",
        ticks=ticks(spanned, language),
        bands=tuple(_bands(view)),
        stays=tuple(_stays(view)),
        findings=tuple(_notes(document)),
        totals=_totals(document),
        issues=tuple(f"{each.place}: {each.message} ({each.code})" for each in document.issues),
    )


def _bands(view: View) -> Iterator[Band]:
    for keys in bands_wanted(view.evaluation, view.concepts):
        limits = limits_of(view, keys)
        if folder(keys[0], view.concepts):
            yield from row_bands(view, keys[0], limits)
        else:
            yield reading_band(view, keys, limits, zones_of(view, keys, limits))


def _stays(view: View) -> Iterator[Span]:
    for key in view.evaluation.patient.tables:
        if key.startswith("stays."):
            yield from (each for each in spans_of(view, key) if each.is_certain)


def _totals(document: ResultDocument) -> str:
    counts = document.counts
    untold = say("untold", document.language, n=counts["unknown"], all=len(document.findings))
    return words("one_count" if counts["fired"] == 1 else "counts", document.language, n=counts["fired"], untold=untold)


def _notes(document: ResultDocument) -> Iterator[Note]:
    """Every finding in words, worst first; rules that do not apply share a line."""
    language = document.language
    for each in document.findings:
        if each.group in ("fired", "unconfirmed", "hidden"):
            yield _finding(each, language)
        elif each.group == "unknown":
            why = why_unknown(each.unknown, language) if each.unknown else ""
            yield Note("unknown", say("unknown", language), f"{each.id}: {why}")
        elif each.group == "not_fired":
            yield _quiet(each, language)
    others = [each.id for each in document.findings if each.group == "not_applicable"]
    if others:
        yield Note("plain", "", words("not_applicable", language, rules=", ".join(others)))


def _finding(each: FindingDocument, language: Language) -> Note:
    text = marked(each.summary, each, language)
    if each.hidden_by:
        text += f" ({say('hidden_by', language, rule=each.hidden_by)})"
    if each.unknown and each.status == "fired":
        text += f". {say('worse', language, why=why_unknown(each.unknown, language))}"
    colour = COLOUR_WORDS[each.colour][language]
    if each.status == "unconfirmed":
        return Note("waiting", f"{colour}, {say('waits', language)}", text)
    return Note(each.colour or "plain", colour, text)


def _quiet(each: FindingDocument, language: Language) -> Note:
    """A tick only for what was read and lies within its limit."""
    is_read = bool(each.limit and each.newest)
    word = COLOUR_WORDS["green"][language] if each.colour == "green" else words("no_finding", language)
    compared = against_limit(each, language)
    return Note("quiet" if is_read else "plain", word, f"{each.id}: {compared}" if compared else each.id)

"""A result as text for people: worst first, shape and word beside every colour, and what could not be told.

Nothing here depends on a terminal's colours, and no result reads as "all green".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cds.diagnostics import Language
from cds.document import (
    ExplanationDocument,
    FindingDocument,
    Group,
    NumberDocument,
    PartDocument,
    ReadingDocument,
    ResultDocument,
    StepDocument,
    described,
)
from cds.operators import OPERATORS
from cds.operators.reasons import Reason
from cds.result import Result
from cds.sentences import (
    SENTENCES,
    Sentences,
    against_limit,
    marked,
    newest_line,
    plan_actions,
    ruleset_line,
    say,
    whose,
    why_unknown,
)
from cds.wording import COLOUR_WORDS, arrived_text, moment_text, number_text, reason_text, unit_text

SHAPES: Final = {"red": "■", "orange": "▲", "yellow": "◆"}
UNKNOWN: Final = "?"
WAITING: Final = "○"
QUIET: Final = "✓"  # only for what was read and lies within its limit
BULLET: Final = "–"
SHOWN_READINGS: Final = 12
_WORDS: Final[Sentences] = {
    **SENTENCES,
    "patient": ("Pasient {id}, {at} ({zone})", "Pasient {id}, {at} ({zone})", "Patient {id}, {at} ({zone})"),
    "one_finding": ("1 funn", "1 funn", "1 finding"),
    "findings": ("{n} funn", "{n} funn", "{n} findings"),
    "waiting": ("{n} venter på bekreftelse", "{n} ventar på stadfesting", "{n} waiting for confirmation"),
    "fired": ("Funn", "Funn", "Findings"),
    "why": ("Hvorfor", "Kvifor", "Why"),
    "hidden": ("Skjult av et annet funn", "Skjult av eit anna funn", "Hidden by another finding"),
    "not_fired": ("Uten funn", "Utan funn", "No finding"),
    "not_applicable": ("Ikke aktuelt", "Ikkje aktuelt", "Not applicable"),
    "not_set": (
        "Ikke vurdert, for pasienten har ingen slik grense: {rules}",
        "Ikkje vurdert, for pasienten har inga slik grense: {rules}",
        "Not judged, for the patient has no such limit: {rules}",
    ),
    "more": ("… og {n} til", "… og {n} til", "… and {n} more"),
    "heard_reading": (
        "nyeste måling {newest}, grense {limit}",
        "nyaste måling {newest}, grense {limit}",
        "newest reading {newest}, limit {limit}",
    ),
    "heard_else": (
        "nyeste opplysning {newest}, grense {limit}",
        "nyaste opplysning {newest}, grense {limit}",
        "newest {newest}, limit {limit}",
    ),
    "within_reading": (
        "{value}, innenfor grensen {limit}, målt {newest}",
        "{value}, innanfor grensa {limit}, målt {newest}",
        "{value}, within the limit {limit}, measured {newest}",
    ),
    "within_else": (
        "{value}, innenfor grensen {limit}, nyeste opplysning {newest}",
        "{value}, innanfor grensa {limit}, nyaste opplysning {newest}",
        "{value}, within the limit {limit}, newest {newest}",
    ),
    "label": ("«{label}»", "«{label}»", "“{label}”"),
    "suggest": ("Gjør: {text}", "Gjer: {text}", "Do: {text}"),
    "for_patient": ("Til pasienten: {text}", "Til pasienten: {text}", "For the patient: {text}"),
    "applies": ("Gjelder når", "Gjeld når", "Applies when"),
    "when": ("{colour} når", "{colour} når", "{colour} when"),
    "numbers": ("Tall", "Tal", "Numbers"),
    "true": ("ja", "ja", "yes"),
    "false": ("nei", "nei", "no"),
    "cannot_tell": ("kan ikke avgjøres: {why}", "kan ikkje avgjerast: {why}", "cannot tell: {why}"),
    "not set": ("ingen grense satt", "inga grense sett", "no limit set"),
    "above_by": ("{margin} over", "{margin} over", "{margin} above"),
    "below_by": ("{margin} under", "{margin} under", "{margin} below"),
    "exactly": ("nøyaktig på grensen", "nøyaktig på grensa", "exactly at the limit"),
    "undated": ("uten dato", "utan dato", "no date"),
    "silent": ("{name}: ingenting på {limit}", "{name}: ingenting på {limit}", "{name}: nothing for {limit}"),
    "taken": ("tatt", "teken", "taken"),
    "missed": ("ikke tatt", "ikkje teken", "missed"),
    "lasts_stated": ("{days}, oppgitt", "{days}, oppgjeve", "{days}, stated"),
    "lasts_derived": (
        "{days}, regnet ut av mengde og dose",
        "{days}, rekna ut av mengd og dose",
        "{days}, derived from quantity and dose",
    ),
    "lasts_defined dose": (
        "{days}, regnet ut av mengde og definert døgndose (DDD)",
        "{days}, rekna ut av mengd og definert døgndose (DDD)",
        "{days}, derived from quantity and defined daily dose (DDD)",
    ),
    "lasts_dates": (
        "{days}, regnet ut av første og siste dag",
        "{days}, rekna ut av første og siste dag",
        "{days}, derived from the first and the last day",
    ),
    "lasts_unknown": (
        "ingen vet hvor lenge det varer",
        "ingen veit kor lenge det varer",
        "nobody knows how long it lasts",
    ),
    "lasts_stay": ("opphold, {days}", "opphald, {days}", "stay, {days}"),
    "arrived": ("kom som {arrived}", "kom som {arrived}", "arrived as {arrived}"),
    "device": ("fra apparat", "frå apparat", "from a device"),
    "typed": ("skrevet inn", "skrive inn", "typed"),
    "relative": ("av pårørende", "av pårørande", "by a relative"),
    "and": ("alle disse", "alle desse", "all of"),
    "or": ("minst én av disse", "minst éin av desse", "any of"),
    "not": ("ikke", "ikkje", "not"),
    "is above": ("er over", "er over", "is above"),
    "is at least": ("er minst", "er minst", "is at least"),
    "is below": ("er under", "er under", "is below"),
    "is at most": ("er høyst", "er høgst", "is at most"),
    "is known": ("er kjent", "er kjend", "is known"),
    "is": ("er", "er", "is"),
    "fires": ("er utløst", "er utløyst", "fires"),
}


def report(result: Result, language: Language = "en", *, explain: bool = False, everything: bool = False) -> str:
    """The result as text, ending with a line break.

    explain: the condition behind every finding, its numbers and the readings used. everything: also each rule that
    does not apply.
    """
    lines = _Page(language).lines(described(result, language, explain=explain), everything)
    return "\n".join(map(_on_one_line, lines)) + "\n"


def why(result: Result, rule: str, language: Language = "en") -> str:
    """What one rule's finding rests on, as text; the rule as `ruleset/rule`."""
    page = _Page(language)
    found = next(each for each in described(result, language, explain=True).findings if each.id == rule)
    lines = page.explained(found.explanation) if found.explanation else ()
    return "\n".join(map(_on_one_line, [f"{page.say('why')} {rule}", *_indented(lines)])) + "\n"


_CONTROL: Final = dict.fromkeys([*range(32), *range(127, 160), 0x2028, 0x2029], "\ufffd")


def _on_one_line(line: str) -> str:
    """The line without control characters, so that no name in the data can forge a line of the report."""
    return line.translate(_CONTROL)


@dataclass(frozen=True, slots=True)
class _Page:
    """Lays out one document in one language."""

    language: Language

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, _WORDS, **values)

    def moment(self, iso: str) -> str:
        return moment_text(iso, self.language)

    def colour(self, colour: str) -> str:
        return COLOUR_WORDS[colour][self.language]

    def lines(self, document: ResultDocument, everything: bool) -> Iterator[str]:
        at = self.moment(document.at)
        yield self.say("patient", id=document.patient or UNKNOWN, at=at, zone=document.zone)
        for each in document.rulesets:
            yield f"{_INDENT}{ruleset_line(each, self.language)}"
        drafts = [each.id for each in document.rulesets if each.status == "draft"]
        if drafts:
            yield self.say("notice", rulesets=", ".join(drafts))
        yield ""
        yield self.totals(document)
        for section, (groups, layout) in self.sections().items():
            found = [each for each in document.findings if each.group in groups]
            if found and (everything or section != "not_applicable"):
                yield from ("", self.say(section))
                for each in found:
                    yield from layout(each)
        unset = [each.id for each in document.findings if _has_no_limit(each)]
        if unset and not everything:
            yield from ("", self.say("not_set", rules=", ".join(unset)))
        if document.issues:
            yield from ("", self.say("issues"))
            yield from (f"  {BULLET} {each.place}: {each.message} ({each.code})" for each in document.issues)

    def sections(self) -> Mapping[str, tuple[tuple[Group, ...], Callable[[FindingDocument], Iterator[str]]]]:
        return {
            "fired": (("fired", "unconfirmed"), self.finding),
            "unknown": (("unknown",), self.untold),
            "hidden": (("hidden",), self.hidden),
            "not_fired": (("not_fired",), self.quiet),
            "not_applicable": (("not_applicable",), self.quiet),
        }

    def totals(self, document: ResultDocument) -> str:
        counts = document.counts
        fired, told = counts["fired"], len(document.findings)
        parts = [self.say("one_finding") if fired == 1 else self.say("findings", n=fired)]
        if counts["unconfirmed"]:
            parts.append(self.say("waiting", n=counts["unconfirmed"]))
        return "; ".join([*parts, self.say("untold", n=counts["unknown"], all=told)])

    def finding(self, each: FindingDocument) -> Iterator[str]:
        waits = each.status == "unconfirmed"
        shape = WAITING if waits else SHAPES[each.colour]
        word = self.colour(each.colour) + (f", {self.say('waits')}" if waits else "")
        yield f"  {shape} {word}  {marked(each.summary, each, self.language)}"
        yield from _indented(self.about(each))

    def about(self, each: FindingDocument) -> Iterator[str]:
        if each.detail:
            yield each.detail
        compared = against_limit(each, self.language)
        if compared:
            yield compared
        if each.newest:
            yield newest_line(each, self.language)
        if each.status != "unknown" and each.unknown:
            yield self.say("worse", why=why_unknown(each.unknown, self.language))
        if each.suggest:
            yield self.say("suggest", text=each.suggest)
        yield from plan_actions(each, self.language)
        if each.patient_text:
            yield self.say("for_patient", text=each.patient_text)
        if each.citation:
            yield self.say("source", text=each.citation)
        yield f"{each.id} {each.version}" + (f", VKP {each.vkp}" if each.vkp else "")
        if each.explanation:
            yield from self.explained(each.explanation)

    def untold(self, each: FindingDocument) -> Iterator[str]:
        why = why_unknown(each.unknown, self.language) if each.unknown else ""
        yield f"  {UNKNOWN} {each.id}: {why}"
        if each.unknown and each.unknown.settle:
            yield from _indented([self.say("settle", text=each.unknown.settle)])
        if each.explanation:
            yield from _indented(self.explained(each.explanation))

    def hidden(self, each: FindingDocument) -> Iterator[str]:
        first, *rest = self.finding(each)
        yield f"{first} ({self.say('hidden_by', rule=each.hidden_by)})"
        yield from rest

    def quiet(self, each: FindingDocument) -> Iterator[str]:
        """A tick only for what was read and lies within its limit."""
        if each.group == "not_fired" and each.limit and each.newest:
            newest, limit = self.moment(each.newest), each.limit.text
            if each.value:
                words = self.say(f"within_{each.newest_kind}", value=each.value.text, limit=limit, newest=newest)
            else:
                words = self.say(f"heard_{each.newest_kind}", limit=limit, newest=newest)
            yield f"  {QUIET} {each.id}: {words}"
        else:
            compared = f": {against_limit(each, self.language)}" if each.group == "not_fired" and each.limit else ""
            yield f"  {BULLET} {each.id}{compared}"
        if each.explanation and each.group == "not_fired":
            yield from _indented(self.explained(each.explanation))

    def explained(self, why: ExplanationDocument) -> Iterator[str]:
        if why.applies.parts:
            yield f"{self.say('applies')}:"
            for part in why.applies.parts:
                yield from _indented(self.step(part))
        for level in why.levels:
            yield f"{self.say('when', colour=self.colour(level.colour))}:"
            yield from _indented(self.step(level.condition))
        if why.numbers:
            yield f"{self.say('numbers')}:"
            for number in why.numbers:
                yield from _indented(self.number(number))

    def step(self, step: StepDocument) -> Iterator[str]:
        """One line for a comparison, one and an indented block for several joined."""
        state = self.state(step)
        if step.parts:
            yield f"{self.say(step.words)} [{state}]"
            for part in step.parts:
                yield from _indented(self.step(part))
            return
        yield f"{self.compared_in(step)} [{state}{self.margin(step)}]"

    def compared_in(self, step: StepDocument) -> str:
        if step.words == "holds":
            return self.say("silent", name=step.left, limit=step.limit.text) if step.limit else step.left
        right = [_valued(self.called(step.right, step.right_label), step.limit)] if step.limit else []
        left = _valued(self.called(step.left, step.left_label), step.value)
        return " ".join([left, self.say(step.words), *right])

    def called(self, name: str, label: str) -> str:
        """What people call a limit, else its name in the ruleset."""
        return self.say("label", label=label) if label else name

    def state(self, step: StepDocument) -> str:
        if step.state == "unknown":
            return self.say("cannot_tell", why=reason_text(Reason[step.reason], self.language) if step.reason else "")
        return self.say(step.state)

    def margin(self, step: StepDocument) -> str:
        """How far from the limit."""
        if step.margin is None or step.words == "holds":
            return ""
        if step.margin == 0.0:
            return f", {self.say('exactly')}"
        return ", " + self.say("above_by" if step.margin > 0 else "below_by", margin=step.margin_text)

    def number(self, part: PartDocument) -> Iterator[str]:
        label = f" {self.say('label', label=part.label)}" if part.label else ""
        words = [f"{part.name}{label}: {self.value(part)}"]
        if part.phrase:
            words.append(f"({part.phrase})")
        if part.origin and part.value.reason != Reason.not_set.name:
            words.append(f"({whose(part.origin, self.language)})")
        yield " ".join(words)
        shown = part.readings[-SHOWN_READINGS:]
        yield from _indented(self.reading(each) for each in reversed(shown))
        if len(part.readings) > len(shown):
            yield f"{_INDENT}{self.say('more', n=len(part.readings) - len(shown))}"

    def value(self, part: PartDocument) -> str:
        if part.value.number is None and part.value.reason:
            return reason_text(Reason[part.value.reason], self.language)
        if part.operator and OPERATORS[part.operator].result == "yes_no":
            return self.say("true" if part.value.number else "false")
        return part.value.text

    def reading(self, each: ReadingDocument) -> str:
        words = [self.moment(each.time) if each.time else self.say("undated")]
        if each.arrived in ("taken", "missed"):
            words.append(self.say(each.arrived))
        elif each.arrived in _LASTING:
            days = f"{number_text(each.value, -1, self.language)} {unit_text(each.unit, each.value, self.language)}"
            words.append(self.say(f"lasts_{each.arrived}", days=days))
        elif each.arrived:
            words.append(self.say("arrived", arrived=arrived_text(each.arrived, self.language)))
        if each.entered:
            words.append(self.say(each.entered))
        if each.reference:
            words.append(each.reference)
        return ", ".join(words)


_INDENT: Final = "    "
_LASTING: Final = ("stated", "derived", "defined dose", "dates", "unknown", "stay")  # how the days of a row are known


def _has_no_limit(each: FindingDocument) -> bool:
    """Whether a rule says nothing because its limit is the patient's own, and the patient has none."""
    return each.group == "not_applicable" and each.unknown is not None and each.unknown.reason == Reason.not_set.name


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"{_INDENT}{each}" for each in lines)


def _valued(name: str, number: NumberDocument | None) -> str:
    return f"{name} ({number.text})" if number and number.number is not None else name

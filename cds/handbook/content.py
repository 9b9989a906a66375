"""A ruleset → its handbook: what it is for, its rules in sentences, its limits, sources and cases, and a signature."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from cds.cases import CaseResult
from cds.diagnostics import Language
from cds.handbook.pages import Block, Grid, Heading, Listing, Page, Paragraph
from cds.handbook.saying import Speaker
from cds.handbook.words import WORDS
from cds.loading import Checked
from cds.model import Alarm, Limit, Missing, Rule, Zone
from cds.reading import LoadedFile
from cds.sentences import say
from cds.wording import COLOUR_WORDS, moment_text

_COLOURS: Final = ("red", "orange", "yellow")
_SHAPES: Final = {"red": "◆", "orange": "▲", "yellow": "●"}
_ALARM: Final = ("quiet_for", "remind_after", "respond_within", "responsible", "route")


def handbook(
    checked: Checked,
    of: LoadedFile,
    language: Language,
    results: Sequence[CaseResult] = (),
    changes: tuple[str, Sequence[str]] | None = None,
) -> Page:
    """The handbook of a ruleset in one language.

    checked: holds the ruleset, without errors, and those it uses. results: of its cases. changes: an earlier version
    and what has changed since, in sentences.
    """
    writer = Handbook(checked, of, language)
    blocks = [
        *writer.notice(),
        *writer.about(),
        *writer.applies(),
        *writer.rules(),
        *writer.limits(),
        *writer.values(),
        *writer.bands(),
        *writer.sources(),
        *writer.cases(results),
        *writer.changed(changes),
        *writer.signature(),
    ]
    return Page(writer.speaker.text(of.model.title) or of.model.ruleset, language, tuple(blocks))


class Handbook:
    """One ruleset in one language, section by section."""

    def __init__(self, checked: Checked, of: LoadedFile, language: Language) -> None:
        by_id = {each.model.ruleset: each for each in checked.files}
        used = {alias: by_id[use.split()[0]] for alias, use in of.model.uses.items()}
        self.model, self.file = of.model, of
        self.language: Language = language
        self.speaker = Speaker(of, checked.concepts, language, used)

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, WORDS, **values)

    def date(self, day: date | None) -> str:
        return moment_text(day.isoformat(), self.language) if day else self.say("no_owner")

    def notice(self) -> Iterator[Block]:
        if self.model.status != "active":
            yield Paragraph(self.say(self.model.status), is_notice=True)

    def about(self) -> Iterator[Block]:
        reviewed = self.model.reviewed
        approved = f"{reviewed.name}, {reviewed.role}, {self.date(reviewed.date)}" if reviewed else self.say("nobody")
        yield Heading(self.say("about"))
        rows = (
            (self.say("id"), f"{self.model.ruleset} {self.model.version}"),
            (self.say("status"), self.model.status),
            (self.say("owner"), self.model.owner or self.say("no_owner")),
            (self.say("review_by"), self.date(self.model.review_by)),
            (self.say("reviewed"), approved),
            (self.say("hash"), self.file.review_hash),
        )
        yield Grid((self.say("name"), self.say("meaning")), rows)
        if self.model.intended_use:
            yield Heading(self.say("intended_use"), 3)
            yield Paragraph(self.speaker.text(self.model.intended_use))

    def applies(self) -> Iterator[Block]:
        yield Heading(self.say("applies_to"))
        if not self.model.applies_to:
            yield Paragraph(self.say("everybody"))
            return
        yield Paragraph(self.say("all_hold"))
        yield Listing(tuple(self.speaker.condition(each) for each in self.model.applies_to))
        yield Paragraph(self.say("unknown_applies"))

    def rules(self) -> Iterator[Block]:
        yield Heading(self.say("rules"))
        blocks: tuple[Mapping[str, Alarm], ...] = (self.model.rules, self.model.zones, self.model.missing)
        for block in blocks:
            for name, alarm in block.items():
                yield Heading(self.speaker.rule(name), 3)
                yield Listing((*self.conditions(alarm), *self._waiting(alarm), self.say("silent")))
                yield Grid((self.say("name"), self.say("meaning")), tuple(self._texts(alarm)))

    def conditions(self, alarm: Alarm) -> Iterator[str]:
        """When a rule fires, and with which colour, a sentence for each colour."""
        if isinstance(alarm, Rule):
            yield self._fires(self.speaker.condition(alarm.when), alarm.colour)
        elif isinstance(alarm, Zone):
            for colour in _COLOURS:
                test = getattr(alarm, colour)
                if test:
                    yield self._fires(f"{self.speaker.name(alarm.value)} {self.speaker.test(test)}", colour)
        elif isinstance(alarm, Missing):
            yield f"{self._absent(alarm)}: {self.colour(alarm.colour)}"

    def _fires(self, condition: str, colour: str) -> str:
        return f"{self.say('when')} {condition}: {self.colour(colour)}"

    def colour(self, colour: str) -> str:
        """A colour by shape and word, so that it is told without being seen."""
        return f"{_SHAPES[colour]} {COLOUR_WORDS[colour][self.language]}"

    def _absent(self, alarm: Missing) -> str:
        if alarm.input and alarm.after:
            return self.say("missing", input=self.speaker.input(alarm.input), after=self.speaker.limit(alarm.after))
        return self.say("check", check=(alarm.check or "").replace("_", " "))

    def _waiting(self, alarm: Alarm) -> Iterator[str]:
        if isinstance(alarm, Rule) and alarm.confirm:
            span = self.speaker.duration(alarm.confirm.within)
            yield self.say("confirm", count=alarm.confirm.readings, span=span)
        if isinstance(alarm, Rule) and alarm.held:
            yield self.say("for", span=self.speaker.duration(alarm.held))
        for key, names in (("hidden_by", alarm.hidden_by), ("unknown_while", alarm.unknown_while)):
            if names:
                yield self.say(key, rules=", ".join(map(self.speaker.rule, names)))

    def _texts(self, alarm: Alarm) -> Iterator[tuple[str, str]]:
        for key, texts in (("says", alarm.summary), ("patient", alarm.patient), ("suggest", alarm.suggest)):
            if texts:
                yield self.say(key), self.speaker.text(texts)
        if alarm.risks:
            yield self.say("risks"), "\n".join(alarm.risks)
        if alarm.source:
            yield self.say("source"), self._cited(alarm.source)
        behaviour = [f"{field}: {self._alarm_word(alarm, field)}" for field in _ALARM if getattr(alarm, field)]
        if behaviour:
            yield self.say("alarm"), "\n".join(behaviour)

    def _alarm_word(self, alarm: Alarm, field: str) -> str:
        value = getattr(alarm, field)
        return getattr(value, "text", value)

    def _cited(self, name: str) -> str:
        source = self.model.sources.get(name)
        return source.cite if source else name

    def limits(self) -> Iterator[Block]:
        if self.model.limits:
            yield Heading(self.say("limits"))
            heads = tuple(self.say(each) for each in ("limit", "number", "allowed", "source"))
            rows = (self._limit(name, each) for name, each in self.model.limits.items())
            yield Grid(heads, tuple(rows))

    def _limit(self, name: str, limit: Limit) -> tuple[str, ...]:
        label = self.speaker.text(limit.label) or name
        return label, self.number(limit), self.allowed(limit), self._cited(limit.source or "")

    def number(self, limit: Limit) -> str:
        """A limit's own number, or that it has none."""
        amount = limit.fixed if limit.fixed is not None else limit.default
        return self.say("not_set") if amount is None or isinstance(amount, str) else self.speaker.amount(amount)

    def allowed(self, limit: Limit) -> str:
        """What a patient's own limit may be."""
        if limit.fixed is not None:
            return self.say("fixed")
        if not limit.allowed:
            return self.say("any")
        told = f"{limit.allowed.low:g}–{limit.allowed.high:g} {limit.allowed.unit}"
        return told.replace(".", ",") if self.language != "en" else told

    def values(self) -> Iterator[Block]:
        if self.model.values:
            yield Heading(self.say("values"))
            rows = tuple((name.replace("_", " "), self.speaker.value(name)) for name in self.model.values)
            yield Grid((self.say("name"), self.say("meaning")), rows)

    def bands(self) -> Iterator[Block]:
        for name, table in self.model.bands.items():
            yield Heading(f"{self.say('bands')}: {name.replace('_', ' ')}", 3)
            rows = ((band.text, self.speaker.quantity(points)) for row in table.points for band, points in row.items())
            yield Grid((self.say("band"), self.say("points")), tuple(rows))

    def sources(self) -> Iterator[Block]:
        if not self.model.sources:
            return
        yield Heading(self.say("sources"))
        for source in self.model.sources.values():
            told = ", ".join(each for each in (source.cite, source.year, source.link) if each)
            doubt = self.say("to_confirm", text=source.to_confirm) if source.to_confirm else ""
            yield Paragraph(f"{told}. {doubt}".strip())

    def cases(self, results: Sequence[CaseResult]) -> Iterator[Block]:
        if not results:
            return
        yield Heading(self.say("cases"))
        yield Paragraph(self.say("cases_told", ok=sum(each.is_ok for each in results), all=len(results)))
        rows = [
            (result.case.name, f"{each.expectation.rule.rpartition('/')[2]}: {each.expected}", each.came)
            for result in results
            for each in result.outcomes
        ]
        yield Grid(tuple(self.say(each) for each in ("case", "expected", "came")), tuple(rows))

    def changed(self, changes: tuple[str, Sequence[str]] | None) -> Iterator[Block]:
        if changes:
            version, sentences = changes
            yield Heading(self.say("changes", version=version))
            yield Listing(tuple(sentences)) if sentences else Paragraph(self.say("no_changes"))

    def signature(self) -> Iterator[Block]:
        yield Heading(self.say("signature"))
        yield Paragraph(self.say("signed"))
        yield Paragraph("_" * 60)

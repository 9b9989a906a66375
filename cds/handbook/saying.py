"""A ruleset's conditions, values and limits in sentences, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cds.codes import Concepts
from cds.compile.parameters import window
from cds.diagnostics import Language
from cds.grammar import Duration, Quantity
from cds.model import Amount, RulesetFile, Value
from cds.operators import OPERATORS
from cds.phrases import (
    Conjunction,
    Expression,
    Has,
    Name,
    Negation,
    Phrase,
    Relation,
    RowTest,
    RuleFires,
    SexIs,
)
from cds.reading import LoadedFile
from cds.result import text_in
from cds.wording import number_text, unit_text, window_text

Words = Mapping[Language, str]

_RELATIONS: Final[Mapping[str, Words]] = {
    "above": {"nb": "er over", "nn": "er over", "en": "is above"},
    "at least": {"nb": "er minst", "nn": "er minst", "en": "is at least"},
    "below": {"nb": "er under", "nn": "er under", "en": "is below"},
    "at most": {"nb": "er høyst", "nn": "er høgst", "en": "is at most"},
    "from": {"nb": "er fra {0} til {1}", "nn": "er frå {0} til {1}", "en": "is from {0} to {1}"},
    "known": {"nb": "er kjent", "nn": "er kjend", "en": "is known"},
    "unknown": {"nb": "er ukjent", "nn": "er ukjend", "en": "is unknown"},
}
_WORDS: Final[Mapping[str, Words]] = {
    "and": {"nb": "og", "nn": "og", "en": "and"},
    "or": {"nb": "eller", "nn": "eller", "en": "or"},
    "not": {"nb": "ikke", "nn": "ikkje", "en": "not"},
    "has": {"nb": "pasienten har {0}", "nn": "pasienten har {0}", "en": "the patient has {0}"},
    "fires": {"nb": "«{0}» har slått til", "nn": "«{0}» har slått til", "en": "“{0}” has fired"},
    "female": {"nb": "pasienten er kvinne", "nn": "pasienten er kvinne", "en": "the patient is female"},
    "male": {"nb": "pasienten er mann", "nn": "pasienten er mann", "en": "the patient is male"},
    "age": {"nb": "alderen", "nn": "alderen", "en": "the age"},
    "not set": {
        "nb": "{0} (når pasienten har en egen)",
        "nn": "{0} (når pasienten har ei eiga)",
        "en": "{0} (where the patient has one)",
    },
    "limit": {"nb": "{0} ({1})", "nn": "{0} ({1})", "en": "{0} ({1})"},
    "cases": {"nb": "{0} (etter {1})", "nn": "{0} (etter {1})", "en": "{0} (by {1})"},
    "that_are": {"nb": "målinger som {0}", "nn": "målingar som {0}", "en": "readings: {0}"},
    "readings": {"nb": "minst {0} målinger", "nn": "minst {0} målingar", "en": "at least {0} readings"},
    "days": {"nb": "målinger på minst {0} dager", "nn": "målingar på minst {0} dagar", "en": "readings on {0} days"},
    "apart": {"nb": "minst {0} dager imellom", "nn": "minst {0} dagar imellom", "en": "at least {0} days apart"},
    "dispenses": {"nb": "minst {0} utleveringer", "nn": "minst {0} utleveringar", "en": "at least {0} dispenses"},
    "monitored": {"nb": "minst {0} % overvåket", "nn": "minst {0} % overvaka", "en": "at least {0} % monitored"},
    "worn": {"nb": "sensor brukt minst {0} %", "nn": "sensor brukt minst {0} %", "en": "sensor worn at least {0} %"},
    "newest": {"nb": "nyeste {0}", "nn": "nyaste {0}", "en": "newest {0}"},
    "all": {"nb": "alle medisiner", "nn": "alle medisinar", "en": "all medicines"},
}


@dataclass(frozen=True)
class Speaker:
    """What the names of one ruleset are called in a language. used: alias → the ruleset that it stands for."""

    file: LoadedFile
    concepts: Concepts
    language: Language
    used: Mapping[str, LoadedFile]

    @property
    def ruleset(self) -> RulesetFile:
        return self.file.model

    def say(self, key: str, *parts: str) -> str:
        return _WORDS[key][self.language].format(*parts)

    def text(self, texts: Mapping[Language, str] | Mapping[str, str]) -> str:
        """A text of the author's in the language, or in one that stands in for it."""
        return text_in({str(key): each for key, each in texts.items()}, self.language)[0]

    # names

    def name(self, name: str) -> str:
        """A value, limit, score or input in words."""
        alias, _, rest = name.partition(".")
        if rest and alias in self.used:
            return self._beside(alias).name(rest)
        if name == "age":
            return self.say("age")
        if name in self.ruleset.limits:
            return self.limit(name)
        if alias in self.ruleset.values:
            return self.value(alias, rest)
        if alias in self.ruleset.bands:
            return name.replace("_", " ")
        return name.replace("_", " ")

    def _beside(self, alias: str) -> "Speaker":
        return Speaker(self.used[alias], self.concepts, self.language, {})

    def limit(self, name: str) -> str:
        """A limit by its label, with the ruleset's own number."""
        limit = self.ruleset.limits[name]
        label = f"«{self.text(limit.label) or name.replace('_', ' ')}»"
        amount = limit.fixed if limit.fixed is not None else limit.default
        if amount is None or isinstance(amount, str):
            return self.say("not set", label)
        return self.say("limit", label, self.amount(amount))

    def amount(self, amount: Amount) -> str:
        """The number of a limit, those of a unit pair, or those of its cases."""
        if isinstance(amount, Quantity):
            return self.quantity(amount)
        if isinstance(amount, str):
            return amount
        if isinstance(amount, Mapping):
            return " / ".join(self.quantity(each) for each in amount.values())
        told: list[str] = []
        for case in amount:
            used = case.use or case.otherwise
            if isinstance(used, Quantity):
                told.append(self.quantity(used) + (f": {self.condition(case.when)}" if case.when else ""))
        return "; ".join(told)

    def quantity(self, quantity: Quantity) -> str:
        number = number_text(quantity.number, quantity.decimals, self.language)
        return f"{number} {unit_text(quantity.unit, quantity.number, self.language)}".strip()

    def value(self, name: str, part: str = "") -> str:
        """A value: what its operator does, to what, over what time."""
        value = self.ruleset.values[name]
        operator = OPERATORS[value.operator]
        asked_for = value.last or value.within
        when = window_text(*window(asked_for, within=value.last is None), self.language) if asked_for else ""
        about = self._part(value.of, part) if part else self.input(value.of)
        said = " ".join(text_in(operator.phrase, self.language)[0].format(input=about, window=when).split())
        asked = [*([self.say("that_are", self.test(value.that_are))] if value.that_are else []), *self._required(value)]
        return f"{said} ({'; '.join(asked)})" if asked else said

    def _required(self, value: Value) -> list[str]:
        told = [self.say(each.kind, number_text(each.amount, -1, self.language)) for each in value.require]
        if value.newest_within:
            told.append(self.say("newest", window_text(*window(value.newest_within, within=True), self.language)))
        return told

    def test(self, test: RowTest) -> str:
        """What a value, or each reading, is compared with: `is above the limit (2 kg)`."""
        word, lower = _RELATIONS[test.word][self.language], self.name(test.lower.name)
        return f"{word} {lower}" if test.upper is None else word.format(lower, self.name(test.upper.name))

    def input(self, name: str) -> str:
        """An input by the label of what it reads."""
        alias, _, part = name.partition(".")
        if alias in self.used and part in self.used[alias].model.inputs:
            return self._beside(alias).input(part)
        read = self.ruleset.inputs.get(alias)
        if read is None:
            return name.replace("_", " ")
        concept = self.concepts.by_name.get(read.named[1])
        if part:
            return self._part(alias, part)
        return _within_a_sentence(text_in(concept.label, self.language)[0]) if concept else self.say("all")

    def _part(self, name: str, part: str) -> str:
        read = self.ruleset.inputs.get(name.partition(".")[0])
        concept = self.concepts.by_name.get(read.named[1]) if read else None
        found = concept.parts.get(part) if concept else None
        label = text_in(found.label, self.language)[0] if found else ""
        return _within_a_sentence(label) if label else part.replace("_", " ")

    def rule(self, name: str) -> str:
        """A rule by its name, which is how findings name it."""
        return name.rpartition(".")[2].replace("_", " ")

    # conditions

    def condition(self, phrase: Phrase) -> str:
        """A condition as a clause."""
        match phrase:
            case Relation():
                return self.relation(phrase)
            case Conjunction():
                return self.joined(phrase)
            case Negation(part):
                return f"{self.say('not')} ({self.condition(part)})"
            case Has(name):
                return self.say("has", self.input(name.name))
            case RuleFires(name):
                return self.say("fires", self.rule(name.name))
            case SexIs(sex):
                return self.say(sex)

    def relation(self, relation: Relation) -> str:
        left, word = self.expression(relation.left), _RELATIONS[relation.word][self.language]
        if relation.right is None:
            return f"{left} {word}"
        right = self.expression(relation.right)
        if relation.upper is None:
            return f"{left} {word} {right}"
        return f"{left} {word.format(right, self.expression(relation.upper))}"

    def expression(self, expression: Expression) -> str:
        if isinstance(expression, Name):
            return self.name(expression.name)
        sign = {"-": "−", "*": "×", "/": "/"}.get(expression.operator, expression.operator)
        return f"({self.expression(expression.left)} {sign} {self.expression(expression.right)})"

    def joined(self, phrase: Conjunction) -> str:
        parts = [self.condition(each) for each in phrase.parts]
        inner = [isinstance(each, Conjunction) for each in phrase.parts]
        bracketed = (f"({said})" if is_inner else said for said, is_inner in zip(parts, inner, strict=True))
        return f" {self.say(phrase.word)} ".join(bracketed)

    def duration(self, duration: Duration) -> str:
        """A length of time."""
        return f"{duration.amount} {unit_text(duration.unit, duration.amount, self.language)}"


def _within_a_sentence(label: str) -> str:
    """A label with a small first letter, unless it is an abbreviation."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label

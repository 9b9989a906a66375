"""Conditions in words: the phrases that authors write under `when`, `applies_to`, zones and `that_are`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

from cds.diagnostics.notation import NotACondition, NumberInCondition
from cds.grammar import Misread

GRAMMAR: Final = """\
condition   = all { "or" all }                     "and" and "or" are not mixed without brackets
all         = one { "and" one }
one         = "not" one | "(" condition ")" | test
test        = sum "is" relation
            | NAME "fires"                         a rule, zone or missing entry, also ALIAS.NAME
            | "has" NAME | "does not have" NAME    an input: a diagnosis, device, medicine or stay
            | "sex is" ( "female" | "male" )
relation    = ( "above" | "at least" | "below" | "at most" ) sum
            | "from" sum "to" sum                  both ends inside
            | "known" | "unknown"
sum         = product { ( "+" | "-" ) product }
product     = factor { ( "*" | "/" ) factor }
factor      = NAME | "(" sum ")"                   NAME: a value, limit, score or "age"; PANEL.PART
that_are    = ( "above" | "at least" | "below" | "at most" ) NAME | "from" NAME "to" NAME
quantity    = NUMBER [ UNIT ] | "not set"          decimal point: 2.5 kg
span        = NUMBER "to" NUMBER [ UNIT ]
duration    = WHOLE ( "min" | "hours" | "days" | "weeks" | "months" | "years" )
clock span  = HH:MM "to" HH:MM
requirement = WHOLE ( "readings" | "days" | "days apart" | "dispenses" ) | NUMBER ( "% monitored" | "% worn" )
pair        = WAY ( "then" | "and" ) WAY           WAY: sitting, standing, lying, left, right, fasting, before_meal …
confirm     = WHOLE "readings within" duration
band        = "at most" NUMBER | "below" NUMBER | NUMBER "to" [ "below" ] NUMBER
            | "at least" NUMBER | "above" NUMBER | NUMBER
NAME        = a-z, then a-z 0-9 _
"""


@dataclass(frozen=True, slots=True)
class Name:
    """A name in a condition, `start` and `end` in its text."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sum:
    """`left + - * / right`."""

    operator: str
    left: "Expression"
    right: "Expression"
    start: int
    end: int


Expression = Name | Sum


@dataclass(frozen=True, slots=True)
class Relation:
    """`left is above right`; word: above, at least, below, at most, from (with `upper`), known, unknown."""

    word: str
    left: Expression
    right: Expression | None
    upper: Expression | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Has:
    """`has NAME`."""

    name: Name


@dataclass(frozen=True, slots=True)
class SexIs:
    """`sex is female`."""

    sex: str


@dataclass(frozen=True, slots=True)
class RuleFires:
    """`NAME fires`."""

    name: Name


@dataclass(frozen=True, slots=True)
class Negation:
    """`not …`."""

    part: "Phrase"


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Parts joined by one word, `and` or `or`."""

    word: str
    parts: tuple["Phrase", ...]


Phrase = Relation | Has | SexIs | RuleFires | Negation | Conjunction


@dataclass(frozen=True, slots=True)
class RowTest:
    """`that_are`: below low, from low to high."""

    word: str
    lower: Name
    upper: Name | None


_Part = TypeVar("_Part")

RESERVED: Final = frozenset("is fires and or not has does sex to age".split())
MAX_LENGTH: Final = 2000
MAX_DEPTH: Final = 25
MAX_SUMS: Final = 50
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?")
_TOKEN: Final = re.compile(r"([^\W\d][\w.]*)|(\d[\d.,]*(?:\s*(?:%|[^\W\d][\w/]*))?)|([()+*/-])|(\S)")
_KINDS: Final = ("end", "word", "number", "sign", "other")
_WORDS: Final = (("above",), ("at", "least"), ("below",), ("at", "most"))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    kind: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    found = [_Token(match[0], _KINDS[match.lastindex or 0], *match.span()) for match in _TOKEN.finditer(text)]
    return [*found, _Token("", "end", len(text), len(text) + 1)]


def read_condition(text: str) -> Phrase:
    """The condition that the words say; numbers are refused, they belong under limits.

    >>> read_condition("gain is above gain_red").word
    'above'
    """
    if len(text) > MAX_LENGTH:
        raise Misread(NotACondition, text, problem="it is too long", problem_nb="den er for lang")
    reader = _Reader(text)
    phrase = reader.phrase(reader.joined(), reader.tokens[0])
    reader.expect_end()
    return phrase


def read_row_test(text: str) -> RowTest:
    """`that_are`: `below low`, `from low to high`."""
    reader = _Reader(text[:MAX_LENGTH])
    test = reader.row_test()
    reader.expect_end()
    return test


def fired_names(phrase: Phrase) -> Iterator[Name]:
    """The rules that a condition refers to with `fires`."""
    match phrase:
        case Conjunction(_, parts):
            for part in parts:
                yield from fired_names(part)
        case Negation(part):
            yield from fired_names(part)
        case RuleFires(name):
            yield name
        case _:
            pass


class _Reader:
    """Recursive descent over the words of one condition."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.position = 0
        self.depth = 0
        self.sums = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.position]

    def advance(self) -> _Token:
        token = self.next
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def accept(self, *words: str) -> bool:
        """Take the words if they all come next."""
        coming = [each.text for each in self.tokens[self.position : self.position + len(words)]]
        if coming != list(words):
            return False
        self.position += len(words)
        return True

    def wrong(self, problem: str, problem_nb: str, token: _Token | None = None) -> Misread:
        at = token or self.next
        if at.kind == "number":
            return Misread(NumberInCondition, self.text, at.start, at.end, number=at.text)
        return Misread(NotACondition, self.text, at.start, at.end, problem=problem, problem_nb=problem_nb)

    def expect_end(self) -> None:
        if self.next.kind != "end":
            word = self.next.text
            raise self.wrong(f"`{word}` is not expected here", f"`{word}` var ikke ventet her")

    def phrase(self, found: Phrase | Expression, start: _Token) -> Phrase:
        if isinstance(found, Name | Sum):
            raise self.wrong("a comparison such as `is above` is missing", "en sammenligning som `is above` mangler")
        return found

    def expression(self, found: Phrase | Expression, start: _Token) -> Expression:
        if not isinstance(found, Name | Sum):
            raise self.wrong("a name is expected, not a comparison", "her ventes et navn, ikke en sammenligning", start)
        return found

    def joined(self) -> Phrase | Expression:
        start = self.next
        first = self.one()
        word = self.next.text
        if word not in ("and", "or"):
            return first
        parts = [self.phrase(first, start)]
        while self.accept(word):
            start = self.next
            parts.append(self.phrase(self.one(), start))
        if self.next.text in ("and", "or"):
            raise self.wrong("`and` and `or` are mixed: add brackets", "`and` og `or` er blandet: sett parenteser")
        return Conjunction(word, tuple(parts))

    def one(self) -> Phrase | Expression:
        start = self.next
        if self.accept("not"):
            return Negation(self.phrase(self.nested(self.one), start))
        if self.accept("has"):
            return Has(self.name())
        if self.accept("does", "not", "have"):
            return Negation(Has(self.name()))
        if self.accept("sex", "is"):
            return self.sex()
        left = self.sum()
        if isinstance(left, Name) and self.accept("fires"):
            return RuleFires(left)
        if self.accept("is"):
            return self.relation(self.expression(left, start), start)
        return left

    def nested(self, rule: Callable[[], Phrase | Expression]) -> Phrase | Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong("it is nested too deeply", "den er nøstet for dypt")
        found = rule()
        self.depth -= 1
        return found

    def sex(self) -> Phrase:
        for sex in ("female", "male"):
            if self.accept(sex):
                return SexIs(sex)
        raise self.wrong("`female` or `male` is expected", "her ventes `female` eller `male`")

    def relation(self, left: Expression, start: _Token) -> Phrase:
        for words in _WORDS:
            if self.accept(*words):
                right = self.operand()
                return Relation(" ".join(words), left, right, None, start.start, right.end)
        if self.accept("from"):
            low, high = self.between(self.operand)
            return Relation("from", left, low, high, start.start, high.end)
        for word in ("known", "unknown"):
            if self.accept(word):
                return Relation(word, left, None, None, start.start, self.tokens[self.position - 1].end)
        raise self.wrong(
            "after `is` comes above, at least, below, at most, from … to, known or unknown",
            "etter `is` kommer above, at least, below, at most, from … to, known eller unknown",
        )

    def between(self, part: Callable[[], _Part]) -> tuple[_Part, _Part]:
        low = part()
        if not self.accept("to"):
            raise self.wrong("`to` is missing after `from`", "`to` mangler etter `from`")
        return low, part()

    def operand(self) -> Expression:
        start = self.next
        return self.expression(self.sum(), start)

    def sum(self) -> Phrase | Expression:
        return self.chain(("+", "-"), self.product)

    def product(self) -> Phrase | Expression:
        return self.chain(("*", "/"), self.factor)

    def chain(self, signs: tuple[str, ...], part: Callable[[], Phrase | Expression]) -> Phrase | Expression:
        start = self.next
        left = part()
        while self.next.text in signs:
            left_side = self.expression(left, start)
            sign = self.advance().text
            self.sums += 1
            if self.sums > MAX_SUMS:
                raise self.wrong("it has too many + - * /", "det er for mange + - * /")
            after = self.next
            right = self.expression(part(), after)
            left = Sum(sign, left_side, right, left_side.start, right.end)
        return left

    def factor(self) -> Phrase | Expression:
        if self.accept("("):
            inside = self.nested(self.joined)
            if not self.accept(")"):
                raise self.wrong("a closing bracket is missing", "en sluttparentes mangler")
            return inside
        return self.name()

    def name(self) -> Name:
        token = self.next
        if token.kind != "word" or token.text in RESERVED - {"age"} or not _NAME.fullmatch(token.text):
            raise self.wrong("a name is expected here", "her ventes et navn")
        self.advance()
        return Name(token.text, token.start, token.end)

    def row_test(self) -> RowTest:
        for words in _WORDS:
            if self.accept(*words):
                return RowTest(" ".join(words), self.name(), None)
        if self.accept("from"):
            return RowTest("from", *self.between(self.name))
        raise self.wrong(
            "write above, at least, below, at most or from … to, and the name of a limit",
            "skriv above, at least, below, at most eller from … to, og navnet på en grense",
        )

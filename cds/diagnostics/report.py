"""Places, diagnostics and issues, and how they are printed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import ClassVar, Literal

from cds.diagnostics.words import PHRASES, Language, in_words

_NEAR = {"en": "did you mean `{near}`?", "nb": "mente du `{near}`?", "nn": "meinte du `{near}`?"}


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of one line of a file; line and columns count from 1, `end` is the column after the last."""

    file: str
    line: int
    column: int
    end: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Code:
    """One kind of diagnostic. Subclasses give the number and the sentences; `{names}` are filled from `values`.

    The values named in `cds.diagnostics.words.PHRASES` ("a list") are shown in the reader's language, and `problem_nb`
    beside `problem` takes its place in Norwegian; everything else is shown as the author wrote it.
    """

    number: ClassVar[str]
    severity: ClassVar[Literal["error", "warning"]] = "error"
    message: ClassVar[Mapping[str, str]]
    cure: ClassVar[Mapping[str, str]] = {}
    subject: ClassVar[Literal["ruleset", "cases"]] = "ruleset"  # what kind of file its examples are
    usual: ClassVar[Mapping[str, str]] = {}  # values of names that are not given, or given empty

    @classmethod
    def at(
        cls, place: Place, *, also: Place | None = None, cure: str = "", near: str = "", **values: object
    ) -> "Diagnostic":
        """A diagnostic of this kind.

        also: a second place that clashes with the first. near: a known word close to what was written, offered as
        the cure. cure: a cure that replaces the usual one.
        """
        given = {name: str(value) for name, value in values.items() if value != "" or name not in cls.usual}
        return Diagnostic(cls, place, {**cls.usual, **given}, also, cure, near)


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing found in an author's file."""

    kind: type[Code]
    place: Place
    values: Mapping[str, str] = field(default_factory=dict[str, str])
    also: Place | None = None
    own_cure: str = ""
    near: str = ""

    @property
    def code(self) -> str:
        """Number of the kind, `CDS102`."""
        return self.kind.number

    @property
    def is_error(self) -> bool:
        """Whether the ruleset cannot be used until this is mended."""
        return self.kind.severity == "error"

    def message(self, language: Language = "en") -> str:
        """What is wrong, one sentence."""
        return self._filled(_sentence(self.kind.message, language), language)

    def cure(self, language: Language = "en") -> str:
        """What to do about it, or "" when there is nothing to say."""
        if self.own_cure:
            return self.own_cure
        if self.near:
            return _sentence(_NEAR, language).format(near=self.near)
        return self._filled(_sentence(self.kind.cure, language), language)

    def _filled(self, sentence: str, language: Language) -> str:
        values = {name: in_words(text, language) if name in PHRASES else text for name, text in self.values.items()}
        if language != "en":
            values |= {name.removesuffix("_nb"): text for name, text in values.items() if name.endswith("_nb")}
        return sentence.format_map(_Filled(values))


@dataclass(frozen=True, slots=True)
class Issue:
    """Something in the data that could not be used, or not as it stood; the rest is unaffected.

    code: a stable word such as `unit_not_understood`. place: where in the input (`Observation/42`,
    `readings.body_weight[3]`). message: English sentence without the patient's values; norwegian: the same, or "".
    """

    code: str
    place: str
    message: str
    norwegian: str = ""

    def text(self, language: Language = "en") -> str:
        """The sentence in the reader's language, as far as there is one."""
        return self.message if language == "en" else self.norwegian or self.message


class _Filled(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _sentence(texts: Mapping[str, str], language: Language) -> str:
    if language in texts:
        return texts[language]
    if language == "nn" and "nb" in texts:
        return texts["nb"]
    return texts.get("en", "")


_MANY = 200


def closest(word: str, known: Iterable[str]) -> str:
    """The known word nearest to what was written, or "" when none is near."""
    words = list(known)
    if len(words) > _MANY:  # comparing a long list with every slip in a long file would take minutes
        words = [each for each in words if each[:2] == word[:2] or each[-2:] == word[-2:]][:_MANY]
    return next(iter(get_close_matches(word, words, n=1, cutoff=0.6)), "")


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sorted by place, then code, each once."""
    unique = {(each.place, each.code, each.message()): each for each in diagnostics}
    return [unique[key] for key in sorted(unique)]


_SHOWN = 160  # characters of a long line that are shown, and how many of them after the marks
_AFTER = 60
_HELP = {"en": "help", "nb": "hjelp", "nn": "hjelp"}
_WORD = {
    "error": {"en": "error", "nb": "feil", "nn": "feil"},
    "warning": {"en": "warning", "nb": "advarsel", "nn": "åtvaring"},
}


def render(diagnostic: Diagnostic, lines: Mapping[str, list[str]] | None = None, language: Language = "en") -> str:
    """The diagnostic as text, with the source line framed when `lines` (file -> its lines) has it."""
    kind = diagnostic.kind
    out = [f"{_WORD[kind.severity][language]}[{kind.number}]: {diagnostic.message(language)}"]
    out += _frame(diagnostic.place, lines, "-->")
    if diagnostic.also:
        out += _frame(diagnostic.also, lines, ":::")
    cure = diagnostic.cure(language)
    if cure:
        out.append(f"  = {_HELP[language]}: {cure}")
    return "\n".join(out)


def _frame(place: Place, lines: Mapping[str, list[str]] | None, arrow: str) -> list[str]:
    head = [f" {arrow} {place}"]
    source = (lines or {}).get(place.file, [])
    if not 1 <= place.line <= len(source):
        return head
    text = source[place.line - 1]
    start = max(0, place.column - _SHOWN + _AFTER) if len(text) > _SHOWN else 0
    shown = _printable(text[start : start + _SHOWN])
    column = max(0, min(place.column - 1 - start, len(shown)))
    marks = "^" * max(1, min(place.end - 1 - start, len(shown)) - column)
    bar = " " * len(str(place.line)) + " |"
    return [*head, bar, f"{place.line} | {shown}".rstrip(), f"{bar} {' ' * column}{marks}"]


def _printable(text: str) -> str:
    """A source line as a terminal may show it: one column a character, nothing that moves the cursor."""
    return "".join(each if each.isprintable() else " " for each in text)

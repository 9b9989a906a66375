"""For each row of an OMOP table the code that it is read by, out of those that its concepts and source value have."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from cds.adapters.omop.cells import Figures, texts
from cds.adapters.omop.specification import NO_CONCEPT, OTHER_VISITS, VISIT, Names
from cds.adapters.omop.vocabulary import Code, Vocabulary, is_known
from cds.adapters.tables.arrow import ArrowArray, pa
from cds.codes import Concepts
from cds.population import Array

_STAY: Code = ("v3-ActCode", "IMP")
_VISIT = "Visit"


class Choice(NamedTuple):
    """Positions in a code book. known: of a code that rules may ask for, any: of any code; 0 = none."""

    known: int
    any: int


@dataclass
class CodeBook:
    """The codes that occur in a table, by position; 0 is none."""

    vocabulary: Vocabulary
    concepts: Concepts
    names: Names
    codes: list[Code] = field(default_factory=lambda: [("", "")])
    are_known: list[bool] = field(default_factory=lambda: [False])
    _places: dict[Code, int] = field(default_factory=dict[Code, int])
    _choices: dict[tuple[str, int | str], Choice] = field(default_factory=dict["tuple[str, int | str]", Choice])

    def chosen(self, concept: Figures, source_concept: Figures | None, source: ArrowArray | None) -> Array:
        """For each row the position of its code: the first that rules may ask for, else the first at all."""
        columns = [self._of_concepts(self.names.concept, concept)]
        if source_concept is not None:
            columns.append(self._of_concepts(self.names.source_concept, source_concept))
        if source is not None and self.names.source in self.vocabulary.said:
            columns.append(self._of_texts(source))
        known, anything = np.zeros(len(concept.value), np.int32), np.zeros(len(concept.value), np.int32)
        for known_here, any_here in columns:
            known = np.where(known == 0, known_here, known)
            anything = np.where(anything == 0, any_here, anything)
        return np.where(known > 0, known, anything)

    def columns(self, chosen: Array) -> dict[str, ArrowArray]:
        """The columns `code` and `system` of rows with these codes; none where there is none."""
        places = pa.array(chosen - 1, pa.int32(), mask=chosen == 0)
        systems, codes = ([each[part] for each in self.codes[1:]] for part in (0, 1))
        system = pa.DictionaryArray.from_arrays(places, pa.array(systems, pa.string()))
        return {"code": pa.DictionaryArray.from_arrays(places, pa.array(codes, pa.string())), "system": system}

    def known_among(self, chosen: Array) -> Array:
        """For each row whether rules may ask for its code."""
        return np.array(self.are_known, np.bool_)[chosen]

    def _of_concepts(self, column: str, concept: Figures) -> tuple[Array, Array]:
        return looked_up(concept.value, lambda each: self._choice((column, each), self._names_of(column, each)))

    def _of_texts(self, source: ArrowArray) -> tuple[Array, Array]:
        column = self.names.source
        coded = texts(source)
        words = coded.dictionary.to_pylist()
        said = (self.vocabulary.of_source(column, each) for each in words)
        found = [self._choice((column, word), [code] if code else []) for word, code in zip(words, said, strict=True)]
        table = np.array([(0, 0), *found], np.int32)[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1]
        return table[:, 0], table[:, 1]

    def _choice(self, key: tuple[str, int | str], names: Iterable[Code]) -> Choice:
        """The places of the codes that a concept or text has, looked up once."""
        if key not in self._choices:
            places = [self._place(each) for each in names]
            known = next((each for each in places if self.are_known[each]), 0)
            self._choices[key] = Choice(known, places[0] if places else 0)
        return self._choices[key]

    def _names_of(self, column: str, concept: int) -> Iterable[Code]:
        if concept == NO_CONCEPT:
            return ()
        if column in (VISIT.concept, VISIT.source_concept):
            return self._names_of_visit(column, concept)
        return self.vocabulary.of_concept(column, concept)

    def _names_of_visit(self, column: str, concept: int) -> Sequence[Code]:
        if self.vocabulary.is_stay(concept):
            return [_STAY]
        told = list(self.vocabulary.of_concept(column, concept))
        return told or ([(_VISIT, str(concept))] if concept in OTHER_VISITS else [])

    def _place(self, code: Code) -> int:
        place = self._places.get(code)
        if place is None:
            place = self._places[code] = len(self.codes)
            self.codes.append(code)
            self.are_known.append(is_known(self.concepts, code))
        return place


def looked_up(values: Array, table: Callable[[int], tuple[int, int]]) -> tuple[Array, Array]:
    """For each value the two numbers that the function gives for it; it is asked once for each value."""
    coded = pa.array(values).dictionary_encode()
    found = np.array([table(each) for each in coded.dictionary.to_pylist()], np.int32).reshape(-1, 2)
    places = coded.indices.to_numpy()
    return found[places, 0], found[places, 1]


def worded(values: Array, word: Callable[[int], str]) -> ArrowArray:
    """For each value the word that the function gives for it, as a dictionary; none where that is empty."""
    coded = pa.array(values).dictionary_encode()
    words = pa.array([word(each) or None for each in coded.dictionary.to_pylist()], pa.string())
    return _dictionary(words, coded.indices)


def reworded(column: ArrowArray, word: Callable[[str], str]) -> ArrowArray:
    """The texts of a column, each in other words; none where these are empty."""
    coded = texts(column)
    words = pa.array([word(each or "") or None for each in coded.dictionary.to_pylist()], pa.string())
    return _dictionary(words, coded.indices)


def _dictionary(words: ArrowArray, places: ArrowArray) -> ArrowArray:
    """Texts by their place among some words, of which each is there once and none is empty."""
    coded = words.dictionary_encode()
    found = coded.indices.take(places).cast(pa.int32())
    return pa.DictionaryArray.from_arrays(found, coded.dictionary)


def first_of(columns: Sequence[ArrowArray]) -> ArrowArray:
    """For each row the first text that one of the columns has, as a dictionary."""
    words = pa.concat_arrays([each.dictionary for each in columns])
    found, before = np.full(len(columns[0]), -1, np.int32), 0
    for each in columns:
        place = each.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        found = np.where((found < 0) & (place >= 0), place + before, found)
        before += len(each.dictionary)
    return _dictionary(words, pa.array(found, pa.int32(), mask=found < 0))

"""What the concepts of a CDM mean: from its vocabulary tables, and from a file in which the user says it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from cds.adapters.omop.cells import texts, wholes
from cds.adapters.omop.source import Cdm, CdmTable
from cds.adapters.omop.specification import (
    ATC,
    COMPARATORS,
    DRUG,
    DRUG_TYPE,
    EVENTS,
    INPATIENT,
    MAPS_TO,
    NO_CONCEPT,
    STAYS,
    SYSTEMS,
    UCUM,
)
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, compute, csv, pa
from cds.adapters.tables.source import readable
from cds.codes import Concepts, system_url
from cds.diagnostics import PatientError, closest
from cds.population import Array

Code = tuple[str, str]  # system ("" = a word of this library, such as a concept's name) and code

_FIELDS: Final = ("field", "value", "system", "code")
_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "gender_concept_id": ("female", "male", "other", "unknown"),
    DRUG_TYPE: ("dispensed", "prescribed", "given"),
    "operator_concept_id": tuple(sorted({*COMPARATORS.values()} - {""})),
}
"""Fields whose lines in the concept map hold one of these words."""


@dataclass(frozen=True)
class Vocabulary:
    """What is known of the concepts that a CDM uses.

    codes: concept -> its own code. targets: concept -> the concepts that it maps to. classes: drug concept -> ATC
    codes of the classes that it descends from. stays: visit concepts that descend from an inpatient visit. answers:
    code -> the word for it in a form. said: what the concept map says, by field and value.
    """

    codes: Mapping[int, Code] = field(default_factory=dict[int, Code])
    targets: Mapping[int, Sequence[int]] = field(default_factory=dict[int, Sequence[int]])
    classes: Mapping[int, tuple[str, ...]] = field(default_factory=dict[int, "tuple[str, ...]"])
    stays: frozenset[int] = frozenset()
    answers: Mapping[Code, str] = field(default_factory=dict[Code, str])
    said: Mapping[str, Mapping[str, Code]] = field(default_factory=dict[str, "Mapping[str, Code]"])

    def of_concept(self, column: str, concept: int) -> Iterator[Code]:
        """What a concept in a column may be called, the word of the user first."""
        if told := self.said.get(column, {}).get(str(concept)):
            yield told
        for each in (concept, *self.targets.get(concept, ())):
            if each in self.codes:
                yield self.codes[each]

    def is_stay(self, concept: int) -> bool:
        """Whether a visit concept is a stay in a hospital."""
        return any(each in STAYS or each in self.stays for each in (concept, *self.targets.get(concept, ())))

    def of_source(self, column: str, text: str) -> Code | None:
        """What the user says that a source value stands for."""
        return self.said.get(column, {}).get(text)

    def word(self, column: str, concept: int) -> str:
        """The word of this library that the user gives for a concept; "" = none."""
        system, code = self.said.get(column, {}).get(str(concept), ("", ""))
        return code if not system else ""

    def answer(self, concept: int) -> str:
        """The word for a concept that stands in place of a number; one that is no answer when it is not known."""
        for system, code in self.of_concept("value_as_concept_id", concept):
            if not system:
                return code
            if word := self.answers.get((system_url(system), code)):
                return word
        return f"concept {concept}"

    def unit(self, concept: int) -> str:
        """The unit that a concept is, in UCUM or as the user says; "" = not known."""
        found = [code for system, code in self.of_concept("unit_concept_id", concept) if system in (UCUM, "")]
        return found[0] if found else ""

    def atc(self, concept: int, source_concept: int, source: str) -> tuple[str, ...]:
        """The ATC codes of a medicine: what the user says, else the code as it was recorded, else its classes."""
        told = [
            self.of_source(DRUG.source, source) or ("", ""),
            *self.of_concept(DRUG.source_concept, source_concept),
            *self.of_concept(DRUG.concept, concept),
        ]
        direct = [code for system, code in told if system == ATC]
        return (direct[0],) if direct else self.classes.get(concept) or self.classes.get(source_concept) or ()


def vocabulary_of(cdm: Cdm, concepts: Concepts) -> Vocabulary:
    """What the vocabulary tables and the concept map say of the concepts that the CDM uses."""
    said: Mapping[str, Mapping[str, Code]] = _concept_map(cdm.concept_map, concepts) if cdm.concept_map else {}
    if "concept" not in cdm.tables:
        return Vocabulary(answers=_answers(concepts), said=said)
    used = {name: _concepts_in(cdm.tables[name], names.all) for name, names in EVENTS.items() if name in cdm.tables}
    everything = np.unique(np.concatenate([np.zeros(0, np.int64), *used.values()]))
    targets = _targets(cdm, everything)
    nothing = np.zeros(0, np.int64)
    drugs, visits = used.get("drug_exposure", nothing), used.get("visit_occurrence", nothing)
    drugs = np.union1d(drugs, _of_any(targets, drugs))
    ancestors = _ancestors(cdm, np.union1d(drugs, visits))
    asked = [everything, _of_any(targets, everything), _of_any(ancestors, drugs)]
    codes = _codes(cdm, np.unique(np.concatenate(asked)))
    classes = {each: _atc_of(each, targets, ancestors, codes) for each in drugs.tolist()}
    stays = {each for each in visits.tolist() if INPATIENT in ancestors.get(each, ())}
    told = {key: each for key, each in classes.items() if each}
    return Vocabulary(codes, targets, told, frozenset(stays), _answers(concepts), said)


def _answers(concepts: Concepts) -> Mapping[Code, str]:
    """The words for coded answers, where every concept that has the code has the same word for it."""
    found: dict[Code, set[str]] = {}
    for concept in concepts.by_name.values():
        for each in (concept, *concept.parts.values()):
            words = {number: word for word, number in each.answers.items()}
            for code, number in each.answer_codes:
                found.setdefault(code, set()).add(words.get(number, ""))
    return {code: word for code, words in found.items() if len(words) == 1 for word in words if word}


def _of_any(related: Mapping[int, Sequence[int]], among: Array) -> Array:
    """Everything that is related to one of some concepts."""
    found = {other for each in among.tolist() for other in related.get(each, ())}
    return np.array(sorted(found), np.int64)


def _atc_of(
    drug: int, targets: Mapping[int, Sequence[int]], ancestors: Mapping[int, Sequence[int]], codes: Mapping[int, Code]
) -> tuple[str, ...]:
    """The narrowest ATC classes above a drug."""
    above = {other for each in (drug, *targets.get(drug, ())) for other in ancestors.get(each, ())}
    found = {code for each in above for system, code in [codes.get(each, ("", ""))] if system == ATC}
    return tuple(sorted(each for each in found if not any(other != each and other.startswith(each) for other in found)))


# vocabulary tables


def _concepts_in(table: CdmTable, columns: Iterable[str]) -> Array:
    """Every concept that occurs in a table, in order."""
    wanted = [each for each in columns if each.endswith("concept_id")]
    found: list[Array] = [np.zeros(0, np.int64)]
    for batch in table.batches(wanted):
        for column in batch.columns:
            read = wholes(column)
            found.append(compute.unique(pa.array(read.value, mask=read.absent)).drop_null().to_numpy())
    occurring = np.unique(np.concatenate(found))
    return occurring[occurring != NO_CONCEPT]


def _pairs(table: CdmTable, one: str, other: str, among: Array, chosen: Any = None) -> Iterator[tuple[int, int]]:
    """The pairs of two columns of which the first is among some concepts. chosen: batch -> which rows count."""
    asked = pa.array(among, pa.int64())
    for batch in table.batches((one, other, "relationship_id", "invalid_reason")):
        first, second = wholes(batch[one]), wholes(batch[other])
        is_ours = compute.is_in(pa.array(first.value), value_set=asked).to_numpy(zero_copy_only=False)
        is_ours &= ~first.absent & ~second.absent
        if chosen is not None:
            is_ours &= chosen(batch)
        yield from zip(first.value[is_ours].tolist(), second.value[is_ours].tolist(), strict=True)


def _gathered(pairs: Iterable[tuple[int, int]]) -> Mapping[int, Sequence[int]]:
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        if one != other:
            found.setdefault(one, set()).add(other)
    return {one: sorted(others) for one, others in found.items()}


def _targets(cdm: Cdm, among: Array) -> Mapping[int, Sequence[int]]:
    """What some concepts map to, by the valid relationships."""
    table = cdm.tables.get("concept_relationship")
    if table is None:
        return {}
    return _gathered(_pairs(table, "concept_id_1", "concept_id_2", among, _maps_validly))


def _maps_validly(batch: ArrowBatch) -> Array:
    is_map = compute.equal(texts(batch["relationship_id"]).cast(pa.string()), MAPS_TO).fill_null(False)
    found: Array = is_map.to_numpy(zero_copy_only=False)
    if "invalid_reason" not in batch.schema.names:
        return found
    reason = texts(batch["invalid_reason"]).cast(pa.string()).fill_null("")
    return found & compute.equal(reason, "").to_numpy(zero_copy_only=False)


def _ancestors(cdm: Cdm, among: Array) -> Mapping[int, Sequence[int]]:
    """What some concepts descend from."""
    table = cdm.tables.get("concept_ancestor")
    return {} if table is None else _gathered(_pairs(table, "descendant_concept_id", "ancestor_concept_id", among))


def _codes(cdm: Cdm, among: Array) -> Mapping[int, Code]:
    """The codes of some concepts."""
    asked = pa.array(among, pa.int64())
    found: dict[int, Code] = {}
    for batch in cdm.tables["concept"].batches(("concept_id", "vocabulary_id", "concept_code")):
        concept = wholes(batch["concept_id"])
        is_ours = compute.is_in(pa.array(concept.value), value_set=asked).to_numpy(zero_copy_only=False)
        rows = pa.array(np.flatnonzero(is_ours & ~concept.absent))
        columns = (_listed(batch[each], rows) for each in ("vocabulary_id", "concept_code"))
        for each, vocabulary, code in zip(concept.value[rows.to_numpy()].tolist(), *columns, strict=True):
            if vocabulary and code:
                found[each] = SYSTEMS.get(vocabulary, vocabulary), code
    return found


def _listed(column: ArrowArray, rows: ArrowArray) -> list[str | None]:
    return texts(column).take(rows).to_pylist()


# what the user says


def _concept_map(file: Path, concepts: Concepts) -> Mapping[str, Mapping[str, Code]]:
    """What the concept map says, by field and value; PatientError when a line of it cannot be meant."""
    with readable(file.stem, file):
        table = csv.read_csv(file, convert_options=csv.ConvertOptions(column_types=dict.fromkeys(_FIELDS, pa.string())))
    if {*table.schema.names} != {*_FIELDS}:
        raise PatientError(f"{file.name} has the columns {', '.join(_FIELDS)}, and no other")
    found: dict[str, dict[str, Code]] = {}
    for number, line in enumerate(table.to_pylist(), start=2):
        name, value, system, code = ((line[each] or "").strip() for each in _FIELDS)
        if wrong := _wrong(name, value, system, code, concepts):
            raise PatientError(f"{file.name}, line {number}: {wrong}")
        if found.setdefault(name, {}).setdefault(value, (system, code)) != (system, code):
            raise PatientError(f"{file.name}, line {number}: the value stands there twice with different meanings")
    return found


def _wrong(name: str, value: str, system: str, code: str, concepts: Concepts) -> str:
    """What is wrong with a line of the concept map; "" = nothing."""
    if name not in _MAPPED:
        near = closest(name, _MAPPED)
        return "`field` names no column that is looked up" + (f"; did you mean `{near}`?" if near else "")
    if not value or not code:
        return "`value` and `code` must not be empty"
    if name in _WORDS:
        return "" if not system and code in _WORDS[name] else f"write one of {', '.join(_WORDS[name])}, and no system"
    if name in (DRUG.concept, DRUG.source_concept, DRUG.source):
        return "" if system == ATC else "a medicine has a code of the system ATC"
    if name in _NOT_NAMES or system or _is_name(code, concepts):
        return ""
    near = closest(code, sorted(concepts.by_name))
    return "the code has no system, and is no name of a concept" + (f"; did you mean `{near}`?" if near else "")


_NOT_NAMES: Final = frozenset({"unit_concept_id", "unit_source_value", "value_as_concept_id"})
_MAPPED: Final = sorted(
    {
        *_WORDS,
        *_NOT_NAMES,
        *(each for names in EVENTS.values() for each in (names.concept, names.source_concept, names.source)),
    }
)


def _is_name(code: str, concepts: Concepts) -> bool:
    name, _, part = code.partition(".")
    concept = concepts.by_name.get(name)
    return concept is not None and (not part or part in concept.parts)


def is_known(concepts: Concepts, code: Code) -> bool:
    """Whether rules may ask for what a code stands for."""
    system, text = code
    return _is_name(text, concepts) if not system else bool(concepts.find_all(system_url(system), text))

"""Which inputs get a band: those that the rules ask for, and those of other rules that the patient has facts of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cds.codes import Attribute, Concept, Concepts
from cds.diagnostics import Language
from cds.execute.explain import iso_time
from cds.execute.single import Evaluation
from cds.operators.readings import contradicts
from cds.operators.rows import EVERY_ROW, Wanted
from cds.operators.series import DATE_ONLY, Series
from cds.patient import rows_known_at, series_of, table_of
from cds.periods import end_of_day
from cds.plan import (
    Condition,
    Measure,
    Plan,
    Rule,
    numbers_behind,
)
from cds.plots.axis import Axis
from cds.plots.words import words
from cds.result import text_in
from cds.wording import moment_text

ROW_FOLDERS = ("doses", "supply", "medicines", "events", "stays", "conditions", "devices")
"""Kinds of input that are shown as a row, in their order below the readings."""
_PLANNED = Wanted(unwanted=int(Attribute.AS_NEEDED))


@dataclass(frozen=True, slots=True)
class View:
    """What every band is made from."""

    evaluation: Evaluation
    axis: Axis
    concepts: Concepts
    language: Language

    def when(self, time: int, is_date_only: bool = False) -> str:
        """A moment in words, in the patient's zone."""
        return moment_text(iso_time(time, self.axis.zone, is_date_only), self.language)

    def from_to(self, start: int, end: int) -> str:
        """A stretch of time in words."""
        return words("from_to", self.language, first=self.when(start), last=self.when(end))

    def place(self, time: int, is_date_only: bool) -> int:
        """Where on the axis a fact stands: one without a clock time in the middle of what has passed of its day."""
        return (time + min(end_of_day(time, self.axis.zone), self.axis.at)) // 2 if is_date_only else time

    def known(self, key: str, partner: str = "") -> Series:
        """The rows of a key that count at the moment, of doses the planned ones; `partner`: another key with the same
        rows.
        """
        patient = self.evaluation.patient
        table = table_of(patient, key)
        wanted = _PLANNED if key.startswith("doses.") else EVERY_ROW
        rows = rows_known_at(table, table_of(patient, partner) if partner else table, self.axis.at, wanted)
        return series_of(table, rows)

    def since(self, key: str) -> int:
        """From when a key was handed over in full; LAST_TIME = it was not."""
        return table_of(self.evaluation.patient, key).supplied_from

    def label(self, key: str) -> str:
        """What people call an input; an item of a form goes with the form's name."""
        head, _, item = key.partition(".")
        form = self.concepts.by_name.get(head)
        if item and form and form.kind == "form":
            return f"{self.label(head)}: {text_in(form.parts[item].label, self.language)[0]}"
        concept = concept_of(self, key)
        named = text_in(concept.label, self.language)[0] if concept else ""
        return named or key.rpartition(".")[2].replace("_", " ")


def is_date_only(series: Series, row: int) -> bool:
    """Whether the clock time of a row is not known."""
    return bool(series.attribute[row] & DATE_ONLY)


def contested(series: Series) -> set[int]:
    """Rows of one instant that say different things."""
    found: set[int] = set()
    start = 0
    for end in range(1, len(series.times) + 1):
        if end == len(series.times) or series.times[end] != series.times[start]:
            together = range(start, end)
            found.update(one for one in together if any(contradicts(series, one, other) for other in together))
            start = end
    return found


def folder(key: str, concepts: Concepts) -> str:
    """The kind of row that a key is shown as, "" for readings."""
    head, dot, _ = key.partition(".")
    return head if dot and head in ROW_FOLDERS and head not in concepts.by_name else ""


def bands_wanted(evaluation: Evaluation, concepts: Concepts) -> list[tuple[str, ...]]:
    """The keys of each band, readings first; the parts of a panel share a band."""
    found: dict[tuple[str, ...], None] = {}
    for key in _keys_wanted(evaluation):
        found.setdefault(_together(concepts, key))
    order = ("", *ROW_FOLDERS)
    return sorted(found, key=lambda keys: order.index(folder(keys[0], concepts)))


def _keys_wanted(evaluation: Evaluation) -> Iterator[str]:
    plan, patient = evaluation.plan, evaluation.patient
    for index, rule in enumerate(plan.rules):
        is_asked = evaluation.verdict(index).status != "not_applicable"
        for measure in measures(plan, (rule.applies, *(level.condition for level in rule.levels))):
            key = measure.input.key
            if is_asked or table_of(patient, key).times:
                yield key
    yield from (key for key, table in patient.tables.items() if key.startswith("stays.") and table.times)


def _together(concepts: Concepts, key: str) -> tuple[str, ...]:
    head, _, part = key.partition(".")
    concept = concepts.by_name.get(head)
    if concept is None or concept.kind != "panel" or part not in concept.parts:
        return (key,)
    return tuple(f"{head}.{each}" for each in concept.parts)


def concept_of(view: View, key: str) -> Concept | None:
    """The concept of a key, or of a panel's part; None when it is an author's own."""
    head, _, rest = key.partition(".")
    concept = view.concepts.by_name.get(head)
    if concept is None:
        return view.concepts.by_name.get(rest)
    return concept.parts.get(rest) if rest else concept


def rules_in_question(evaluation: Evaluation) -> list[Rule]:
    """The rules that apply to the patient, or may."""
    rules = enumerate(evaluation.plan.rules)
    return [rule for index, rule in rules if evaluation.verdict(index).status != "not_applicable"]


def measures(plan: Plan, roots: Iterable[Condition | int], into_limits: bool = True) -> list[Measure]:
    """The measures that conditions and numbers rest on, each once; into_limits: as in `numbers_behind`."""
    found = (plan.numbers[each] for each in numbers_behind(plan, roots, into_limits))
    return [each for each in found if isinstance(each, Measure)]

"""What is left of tables of readings: the rows that matter, batch by batch, and who has others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from cds.adapters.tables.kernels import DATE, NOTHING, Facts, Kept
from cds.adapters.tables.loops import loop
from cds.adapters.tables.meaning import Vocabulary
from cds.adapters.tables.sifting import Held
from cds.codes import Concept
from cds.population import Array

PRESENT: Final = "present"  # whether a patient has any rows, held or not

_KINDS: Final = {
    "patient": np.int32,
    "meaning": np.int16,
    "manner": np.int16,
    "word": np.int16,
    "value": np.float64,
    "time": np.int64,
    "recorded": np.int64,
    "attribute": np.int32,
    "reading": np.int64,
}
"""Types of the columns of `Kept`."""

Place = tuple[str, int, int]  # table, number of the first row, and which meaning of the codes


@dataclass
class Sieve:
    """Takes facts batch by batch, on any thread. since: of a concept, from when on its rows are held."""

    known: Vocabulary
    since: Callable[[Concept], int]
    until: int
    people: int
    _kept: dict[Place, Kept] = field(default_factory=dict[Place, Kept])
    _free: list[dict[str, Array]] = field(default_factory=list[dict[str, Array]])

    def __post_init__(self) -> None:
        coding, parts = self.known.coding(is_joined=False), self.known.parts
        since = np.array([self.since(each.concept) for each in parts], np.int64)
        self._held = Held(since, self.until, np.zeros((len(parts), self.people), np.uint8))
        self._given = coding.meanings, coding.manners, coding.words, self.known.usual, self._held

    def take(self, place: Place, facts: Facts) -> None:
        """Keep what matters of a batch; `facts.trouble` then tells what is wrong with its rows."""
        scratch = self._scratch(len(facts.patient))
        used = {name: each if _is_used(name, facts) else each[:0] for name, each in scratch.items()}
        count = np.zeros(1, np.int64)
        loop("sift")(facts, *self._given, Kept(**used), count)
        self._kept[place] = Kept(**{name: each[: int(count[0])].copy() for name, each in used.items()})
        self._free.append(scratch)

    def _scratch(self, count: int) -> dict[str, Array]:
        """Room for the rows of a batch."""
        try:
            scratch = self._free.pop()
        except IndexError:
            scratch = {}
        if scratch and len(scratch["patient"]) >= count:
            return scratch
        return {name: np.empty(count, kind) for name, kind in _KINDS.items()}

    @property
    def kept(self) -> Sequence[Kept]:
        """What was kept, in the order of the tables and their rows."""
        return [self._kept[place] for place in sorted(self._kept) if len(self._kept[place].patient)]

    def present(self, concept: Concept) -> Array:
        """Who has rows of a concept that are not held."""
        meanings = [place for place, each in enumerate(self.known.parts) if each.concept.name == concept.name]
        return self._held.present[meanings].any(axis=0)


def _is_used(name: str, facts: Facts) -> bool:
    """Whether a column says anything of the rows that can be used."""
    if name == "word":
        return bool(np.any(facts.word > NOTHING))
    if name == "attribute":
        return len(facts.attribute) > 0 or bool(np.any(facts.when == DATE))
    return name in _ALWAYS or len(getattr(facts, name)) > 0


_ALWAYS: Final = ("patient", "meaning", "manner", "value", "time")

"""Finds what is well formed but wrong: names that nothing has, units that do not fit, spans with holes.

Each module looks at one subject and yields diagnostics; none raises. `names` says what the names of a file stand for,
and the others ask it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from cds.check.heads import check_heads, check_rulesets
from cds.check.inputs import check_inputs
from cds.check.limits import check_limits
from cds.check.names import Names, check_names
from cds.check.rules import check_circles, check_rules
from cds.check.scores import check_scores
from cds.check.texts import check_texts
from cds.check.unused import check_unused
from cds.check.values import check_values
from cds.check.zones import check_zones
from cds.codes import Concepts
from cds.diagnostics import Diagnostic, in_order
from cds.diagnostics.internal import Unexpected
from cds.reading import LoadedFile

__all__ = ["check"]

_SUBJECTS: Final[tuple[Callable[[Names], Iterator[Diagnostic]], ...]] = (
    check_heads,
    check_names,
    check_inputs,
    check_limits,
    check_values,
    check_scores,
    check_rules,
    check_zones,
    check_texts,
)


def check(files: Sequence[LoadedFile], concepts: Concepts) -> list[Diagnostic]:
    """Everything wrong with the meaning of the files, in the order of their text."""
    by_id = {each.model.ruleset: each for each in reversed(files)}
    all_names = [Names(file, concepts, by_id) for file in files]
    found = list(check_rulesets(files))
    for names in all_names:
        of_file = [each for subject in _SUBJECTS for each in _guarded(subject, names)]
        # A misspelt name makes another one unused; that is no news until the name is mended.
        if not any(each.is_error for each in of_file):
            of_file += _guarded(check_unused, names)
        found += of_file
    found += check_circles(all_names)
    return in_order(found)


def _guarded(subject: Callable[[Names], Iterator[Diagnostic]], names: Names) -> list[Diagnostic]:
    """What a subject finds; a fault of ours is said as such, hides no other finding, and lets no file pass."""
    try:
        return list(subject(names))
    except Exception as fault:
        return [Unexpected.at(names.file.place("ruleset"), problem=f"{type(fault).__name__}: {fault}")]

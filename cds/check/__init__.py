"""Finds what is well formed but wrong: names that nothing has, units that do not fit, spans with holes."""

from collections.abc import Sequence

from cds.codes import Concepts
from cds.diagnostics import Diagnostic
from cds.reading import LoadedFile


def check(files: Sequence[LoadedFile], concepts: Concepts) -> list[Diagnostic]:
    """Everything wrong with the meaning of the files, in the order of their text."""
    return []

"""What is found wrong while a case file is read, and the few questions that every part of it is asked."""

from collections.abc import Callable
from typing import Any, TypeVar

from cds import source
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.shape import WrongShape
from cds.grammar import Misread

Entries = dict[str, source.Entry]
_Read = TypeVar("_Read")


class Notes(list[Diagnostic]):
    """Diagnostics as they come."""

    def wrong_shape(self, place: Place, where: str, expected: str) -> None:
        """Something stands in the wrong form."""
        self.append(WrongShape.at(place, where=where, expected=expected, found="something else"))

    def text(self, entries: Entries, name: str) -> source.Scalar | None:
        """The text of a field; None when it is not there, or after a diagnostic."""
        entry = entries.get(name)
        if entry is None:
            return None
        if isinstance(entry.value, source.Scalar):
            return entry.value
        self.wrong_shape(entry.key.place, f"`{name}` of a case", "words on one line")
        return None

    def attempt(self, scalar: source.Scalar, read: Callable[..., _Read], *more: Any) -> _Read | None:
        """What `read` makes of the text; None after a diagnostic when it cannot be read."""
        try:
            return read(scalar.text, *more)
        except Misread as misread:
            values: dict[str, Any] = {"where": "a case", **misread.values}
            self.append(misread.kind.at(scalar.place, **values))
            return None

"""JSON of unknown shape, looked at without surprises."""

from abc import ABC
from collections.abc import Mapping
from typing import Any, Final, cast


class _Object(Mapping[str, Any], ABC):
    """What `isinstance` with OBJECT makes sure of, for the type checker."""


OBJECT: Final = cast("type[_Object]", (dict, Mapping))
"""For `isinstance`, where to call `as_object` would cost too much; an exact type is found faster than an abstract."""


def as_object(value: object) -> Mapping[str, Any] | None:
    """The value when it is an object, else None."""
    return value if isinstance(value, OBJECT) else None


def as_list(value: object) -> list[Any] | None:
    """The value when it is a list, else None."""
    return value if isinstance(value, list) else None  # pyright: ignore[reportUnknownVariableType]


def as_text(value: object) -> str:
    """The value when it is a text, else ""."""
    return value if isinstance(value, str) else ""

"""JSON of unknown shape, looked at without surprises."""

from collections.abc import Mapping
from typing import Any

_OBJECT = (dict, Mapping)  # an exact type is found faster than an abstract one


def as_object(value: object) -> Mapping[str, Any] | None:
    """The value when it is an object, else None."""
    return value if isinstance(value, _OBJECT) else None  # pyright: ignore[reportUnknownVariableType]


def as_list(value: object) -> list[Any] | None:
    """The value when it is a list, else None."""
    return value if isinstance(value, list) else None  # pyright: ignore[reportUnknownVariableType]


def as_text(value: object) -> str:
    """The value when it is a text, else ""."""
    return value if isinstance(value, str) else ""

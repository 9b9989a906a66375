"""JSON of unknown shape, looked at without surprises."""

from collections.abc import Mapping
from typing import Any, cast


def as_object(value: object) -> Mapping[str, Any] | None:
    """The value when it is an object, else None."""
    return cast(Mapping[str, Any], value) if isinstance(value, dict | Mapping) else None


def as_list(value: object) -> list[Any] | None:
    """The value when it is a list, else None."""
    return cast(list[Any], value) if isinstance(value, list) else None


def as_text(value: object) -> str:
    """The value when it is a text, else ""."""
    return value if isinstance(value, str) else ""

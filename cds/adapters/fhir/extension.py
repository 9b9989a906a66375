"""Extensions of FHIR resources: found by their address, whatever the case of its letters; their values as they stand.

https://hl7.org/fhir/R4/extensibility.html
"""

from collections.abc import Iterator

from cds.adapters.fhir.resource import Json
from cds.adapters.shapes import as_list, as_object, as_text


def extensions(content: object, address: str) -> Iterator[Json]:
    """The extensions of an element with this address, in the order in which they stand; `address` in small letters."""
    for each in as_list((as_object(content) or {}).get("extension")) or ():
        found = as_object(each) or {}
        if as_text(found.get("url")).casefold() == address:
            yield found


def value_of(content: object, *addresses: str) -> object:
    """The value[x] of the first extension on a path of addresses; None when there is none.

    >>> value_of({"extension": [{"url": "Interval", "valueQuantity": {"value": 1}}]}, "interval")
    {'value': 1}
    """
    for address in addresses:
        content = next(extensions(content, address), None)
    found = as_object(content) or {}
    return next((found[key] for key in sorted(found) if key.startswith("value")), None)

"""What a Reference between resources of one bundle means (https://hl7.org/fhir/R4/references.html).

============================== ==================================================================
reference                      means
============================== ==================================================================
``#pill``                      the resource of that id that is contained in the one that refers
``urn:uuid:…``, ``https://…``  the entry with that full URL
``Medication/1``               the one on the same server, else the only one of that id
``…/_history/2``               the same without the version
no ``reference``               nothing: an identifier or a display alone is not looked up
============================== ==================================================================
"""

import re
from collections.abc import Iterable
from typing import Final

from cds.adapters.fhir.resource import Resource
from cds.adapters.shapes import as_list, as_object, as_text

_VERSION: Final = re.compile(r"/_history/[^/]+$")
_LOCAL: Final = re.compile(r"(https?://.+/|)([A-Za-z]+/[A-Za-z0-9.\-]{1,64})", re.ASCII)


class References:
    """Finds resources of a bundle by what refers to them."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_url: dict[str, list[Resource]] = {}
        self._by_name: dict[str, list[Resource]] = {}
        self._without_server: dict[str, list[Resource]] = {}
        for each in resources:
            name = f"{each.kind}/{as_text(each.content.get('id'))}"
            self._by_url.setdefault(each.full_url, []).append(each)
            self._by_name.setdefault(name, []).append(each)
            if not _server(each):
                self._without_server.setdefault(name, []).append(each)

    def find(self, reference: object, owner: Resource) -> Resource | None:
        """The resource that a Reference of `owner` means; None when it is not here, or not one only."""
        address = _VERSION.sub("", as_text((as_object(reference) or {}).get("reference")))
        if address.startswith("#"):
            return _contained(address[1:], owner)
        match = _LOCAL.fullmatch(address)
        if match is None:
            found = self._by_url.get(address) if address else None
        elif server := match[1] or _server(owner):
            found = self._by_url.get(f"{server}{match[2]}") or self._without_server.get(match[2])
        else:
            found = self._by_name.get(match[2])
        return found[0] if found and len(found) == 1 else None


def refers_to(reference: object, kind: str) -> bool:
    """Whether a Reference means a resource of this kind, by its address or by the type that it states.

    >>> refers_to({"reference": "RelatedPerson/7"}, "RelatedPerson"), refers_to({"display": "Kari"}, "RelatedPerson")
    (True, False)
    """
    found = as_object(reference) or {}
    return found.get("type") == kind or f"{kind}/" in as_text(found.get("reference"))


def _server(resource: Resource) -> str:
    """The address before `Medication/1`; "" when the resource has no address on a server."""
    match = _LOCAL.fullmatch(resource.full_url)
    return match[1] if match else ""


def _contained(name: str, owner: Resource) -> Resource | None:
    held = [as_object(each) or {} for each in as_list(owner.content.get("contained")) or ()]
    found = [each for each in held if each.get("id") == name]
    return Resource(as_text(found[0].get("resourceType")), found[0], "", owner.number) if len(found) == 1 else None

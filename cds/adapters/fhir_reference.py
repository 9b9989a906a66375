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

from cds.adapters.fhir_resource import Resource
from cds.adapters.shapes import as_list, as_object, as_text

_VERSION: Final = re.compile(r"/_history/[^/]+$")
_LOCAL: Final = re.compile(r"(https?://.+/|)([A-Za-z]+/[A-Za-z0-9.\-]{1,64})", re.ASCII)


class References:
    """Finds resources of a bundle by what refers to them."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_address: dict[str, list[Resource]] = {}
        for each in resources:
            name = as_text(each.content.get("id"))
            for address in {each.full_url, f"{each.kind}/{name}" if name else ""} - {""}:
                self._by_address.setdefault(address, []).append(each)

    def find(self, reference: object, owner: Resource) -> Resource | None:
        """The resource that a Reference of `owner` means; None when it is not here, or not one only."""
        address = _VERSION.sub("", as_text((as_object(reference) or {}).get("reference")))
        if address.startswith("#"):
            return _contained(address[1:], owner)
        match = _LOCAL.fullmatch(address)
        found = self._by_address.get(address, []) if match is None or match[1] else []
        if match and not found:
            server, named = match[1] or _server(owner), self._by_address.get(match[2], [])
            found = [each for each in named if server and _server(each) == server]
            found = found or [each for each in named if not server or not _server(each)]
        return found[0] if len(found) == 1 else None


def _server(resource: Resource) -> str:
    """The address before `Medication/1`; "" when the resource has no address on a server."""
    match = _LOCAL.fullmatch(resource.full_url)
    return match[1] if match else ""


def _contained(name: str, owner: Resource) -> Resource | None:
    held = [as_object(each) or {} for each in as_list(owner.content.get("contained")) or ()]
    found = [each for each in held if each.get("id") == name]
    return Resource(as_text(found[0].get("resourceType")), found[0], "", owner.number) if len(found) == 1 else None

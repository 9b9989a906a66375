"""Resources about nobody, such as Medications: found for the patients whose resources refer to them."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from cds.adapters.fhir.resource import Json, Resource
from cds.adapters.shapes import as_list, as_object, as_text

_LOCAL: Final = re.compile(r"(?:.*/)?([A-Za-z]+/[A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?", re.ASCII)


class Shared:
    """Resources by what may refer to them: kind and id, `urn:uuid:` and id, the address of a form."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_name: dict[str, list[Resource]] = {}
        for each in resources:
            name = as_text(each.content.get("id"))
            for known in (f"{each.kind}/{name}", f"urn:uuid:{name}".lower(), as_text(each.content.get("url"))):
                self._by_name.setdefault(known, []).append(each)

    def referred(self, resources: Iterable[Resource]) -> list[Resource]:
        """What the resources refer to, and what that refers to, in order."""
        found: dict[int, Resource] = {}
        left = list(resources) if self._by_name else []
        while left:
            for address in _addresses(left.pop().content):
                match = _LOCAL.fullmatch(address)
                known = match[1] if match else address.lower() if address.startswith("urn:") else address.split("|")[0]
                for each in self._by_name.get(known, ()):
                    if each.number not in found:
                        found[each.number] = each
                        left.append(each)
        return [found[number] for number in sorted(found)]


def _addresses(content: Json) -> Iterator[str]:
    """Every reference within a resource, and the form that it answers."""
    level: list[Any] = [content]
    while level:
        each = level.pop()
        fields = as_object(each)
        if fields is None:
            level += as_list(each) or ()
            continue
        level += fields.values()
        yield from (text for name in ("reference", "questionnaire") if (text := as_text(fields.get(name))))

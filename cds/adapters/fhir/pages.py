"""The answer to a search that came in pages (https://hl7.org/fhir/R4/http.html#paging), read as one Bundle."""

from collections.abc import Iterator, Sequence
from typing import Any

from cds.adapters.fhir.bundle import Bundle
from cds.adapters.fhir.resource import Json


class Pages:
    """Bundles that belong together, in any order."""

    def __init__(self, pages: Sequence[Bundle]) -> None:
        self._pages = pages
        self._open = 0

    def entries(self) -> Iterator[Any]:
        """Each entry of each page; errors as of a page."""
        for number, page in enumerate(self._pages):
            self._open = number
            yield from page.entries()

    def heed(self, outcome: Json) -> None:
        """Take in what an OperationOutcome among the entries of the page that is being read says of the answer."""
        self._pages[self._open].heed(outcome)

    def is_incomplete(self) -> bool:
        """Whether the server holds more than was read: a page that another names as its next is missing, all pages
        together hold fewer than the total, or a server reports a failure."""
        following = [each for page in self._pages for each in page.links("next")]
        own = {each for page in self._pages for each in page.links("self")} - {""}
        matches = sum(page.matches for page in self._pages)
        if any(page.holds_less_than_stated(matches) for page in self._pages):
            return True
        return not own.issuperset(following) if own else len(following) >= len(self._pages) > 0

"""The files of an export as one long list of lines, so that a number tells where each line stands."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from cds.adapters.fhir_bulk.lines import COMPRESSED, Portion, portions

_TIMES: Final = 15  # as large as compressed it is without, about


class Files:
    """Files, of which each line has a place: its number among all of them, in the order in which they are read."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self._starts: dict[Path, int] = {}
        self._lines: dict[Path, int] = {}

    @property
    def lines(self) -> int:
        """How many lines have been read."""
        return sum(self._lines.values())

    @property
    def size(self) -> int:
        """How many bytes of text the files hold, about."""
        return sum(each.stat().st_size * (_TIMES if each.suffix == COMPRESSED else 1) for each in self.paths)

    def portions(self, path: Path) -> Iterator[tuple[Portion, int]]:
        """The lines of a file, some thousands at once, with the place of the first; files are read in their order."""
        start = self._starts.setdefault(path, sum(self._lines.values()))
        for each in portions(path):
            self._lines[path] = max(each.first + each.lines, self._lines.get(path, 0))
            yield each, start + each.first

    def where(self, place: int) -> tuple[str, int]:
        """The name of the file, and the number of the line in it, from 0."""
        paths = list(self._starts)
        starts = list(self._starts.values())
        found = bisect_right(starts, place) - 1
        return paths[found].name, place - starts[found]

    def lines_at(self, places: Sequence[int]) -> Iterator[tuple[int, bytes]]:
        """The lines at some places, which are in order; only the files that hold them are read again."""
        left = list(reversed(places))
        for path, start in self._starts.items():
            if not left or left[-1] >= start + self._lines.get(path, 0):
                continue
            for each in portions(path):
                begins = start + each.first
                lines = each.text.split(b"\n") if left and left[-1] < begins + each.lines else []
                while left and left[-1] < begins + each.lines:
                    place = left.pop()
                    yield place, lines[place - begins]

    def shorter_than(self, counts: Mapping[str, tuple[str, int]]) -> dict[str, str]:
        """The kinds of resource of which a file has fewer lines than is stated, each with its file.

        counts: file -> kind, and how many lines it should have.
        """
        held = {path.name.removesuffix(COMPRESSED): lines for path, lines in self._lines.items()}
        return {kind: name for name, (kind, count) in counts.items() if held.get(name, 0) < count and name in held}

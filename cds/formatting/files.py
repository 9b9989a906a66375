"""A file's bytes → the same file laid out anew; written in one step, and only when nothing in it is lost."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile

from cds import source
from cds.catalogue import read_concepts
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.internal import Unexpected
from cds.formatting.comments import Margins, margins_of
from cds.formatting.layout import laid_out
from cds.formatting.quoting import Kind
from cds.reading import read_file, review_hash


@dataclass(frozen=True, slots=True)
class Formatted:
    """One file. before: its bytes. after: its bytes laid out anew, or `before` when it is left as it is.

    diagnostics: errors of shape or notation, because of which it is left. is_approved: it is left because it was
    reviewed as it stands, and any edit would void the review.
    """

    file: str
    before: bytes
    after: bytes
    diagnostics: tuple[Diagnostic, ...] = ()
    is_approved: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether laying it out anew changes its bytes."""
        return self.before != self.after


def format_text(text: bytes, file: str) -> Formatted:
    """The file laid out anew. What it says and its comments stay, which is held by reading it again."""
    node, found = source.read(text, file)
    if node is None or found:
        return Formatted(file, text, text, tuple(found))
    kind = _kind(node)
    wrong = [each for each in _diagnostics(text, file, kind) if each.is_error and each.code.startswith("CDS1")]
    if wrong:
        return Formatted(file, text, text, tuple(wrong))
    lines = source.lines_of(text)
    margins = margins_of(node, lines)
    after = laid_out(node, lines, margins, kind)
    if not _says_the_same(node, margins, after):
        problem, problem_nb = "formatting would change what it says", "formateringen ville endret det den sier"
        refusal = Unexpected.at(Place(file, 1, 1), problem=problem, problem_nb=problem_nb)
        return Formatted(file, text, text, (refusal,))
    if _is_approved(node, lines) and review_hash(lines) != review_hash(source.lines_of(after)):
        return Formatted(file, text, text, is_approved=True)
    return Formatted(file, text, after.encode())


def write_in_place(file: Path, text: bytes) -> None:
    """Put the text in place of the file's in one step, so that a reader sees all of the old or all of the new.

    The file keeps its mode; a link stays a link.
    """
    target = file.resolve()
    with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as aside:
        try:
            aside.write(text)
            aside.flush()
            os.fsync(aside.fileno())
            shutil.copymode(target, aside.name)
            os.replace(aside.name, target)
        except BaseException:
            os.unlink(aside.name)
            raise


def _kind(node: source.Mapping) -> Kind:
    """What a file is, which the names at its margin tell."""
    if "cases" in node.entries:
        return "cases"
    if "concepts" in node.entries:
        return "concepts"
    return "adaptation" if "adaptation" in node.entries else "ruleset"


def _diagnostics(text: bytes, file: str, kind: Kind) -> list[Diagnostic]:
    """What is found wrong with the shape. A case file's notations are known only with its ruleset beside it."""
    if kind == "cases":
        return []
    return read_concepts(text, file)[1] if kind == "concepts" else read_file(text, file)[1]


def _says_the_same(node: source.Mapping, margins: Margins, after: str) -> bool:
    again, found = source.read(after, node.place.file)
    if again is None or found:
        return False
    comments = [each.text for each in margins_of(again, source.lines_of(after)).comments]
    return _in_order(node) == _in_order(again) and comments == [each.text for each in margins.comments]


def _in_order(node: source.Node) -> str:
    """The content with the order of its names."""
    return repr(source.plain(node))


def _is_approved(node: source.Mapping, lines: list[str]) -> bool:
    """Whether a review holds for the file as it stands."""
    approved = source.node_at(node, ("reviewed", "hash"))
    return isinstance(approved, source.Scalar) and approved.text.strip() == review_hash(lines)

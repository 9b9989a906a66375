"""Review and release of a ruleset: somebody approves a text, blind to its answers, and only that text goes into use.

::

    cds review --ask ─▶ question sheet ─ answered ─▶ cds review --answers ─▶ `reviewed:` with the hash, NAME.review.json
    cds release ─▶ cases, strength, proofs, texts, sources and review in order? ─▶ version, active, NAME.release.json
"""

from cds.approval.blind import CHOICES, Answer, answers, sheet
from cds.approval.releasing import release, sentences, shortcomings
from cds.approval.reviewing import approve

__all__ = ["CHOICES", "Answer", "answers", "approve", "release", "sentences", "sheet", "shortcomings"]

"""What changed between two versions of a ruleset: in clinical words, and in the patients who are gained and lost."""

from cds.differences.effect import Effect, Load, Moved, effect, load_effect
from cds.differences.meaning import changes
from cds.differences.report import as_json, as_words

__all__ = ["Effect", "Load", "Moved", "as_json", "as_words", "changes", "effect", "load_effect"]

"""How strong the cases of a ruleset are: small errors are put into it, and one case at least must notice each.

::

    ruleset ─ edits ─▶ text with one small error ─ read, check, compile ─▶ plan ─ trying ─▶ noticed, or not
                                                     not noticed ─ search ─▶ a patient who shows it: the missing case

That every rule has been seen to fire says little: with all rules so covered, half of the small errors may still pass.
An error that no case notices and no patient shows is told apart: perhaps what it changes has no bearing on anything.
"""

from cds.strength.clauses import Clause
from cds.strength.edits import Edit, edits
from cds.strength.measuring import Strength, strength
from cds.strength.report import as_json, as_words

__all__ = ["Clause", "Edit", "Strength", "as_json", "as_words", "edits", "strength"]

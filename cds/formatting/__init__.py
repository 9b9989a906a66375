"""Files that authors write, laid out in one way: ruleset, case, adaptation and concept files.

::

    text ─ source ─▶ node with places ─┐
      └─ comments: what stands outside ├─ layout ─▶ text ─ read again: the same content and comments, or refused
         names and texts ──────────────┘

The author's names, order, comments and line breaks inside a text stay. Indentation, quotes, blank lines and line ends
become those of the rulesets that come with cds.
"""

from cds.formatting.files import Formatted, format_text, write_in_place

__all__ = ["Formatted", "format_text", "write_in_place"]

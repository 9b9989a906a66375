"""The handbook of a ruleset: its rules in sentences, for those who review it, sign it and work by it.

::

    ruleset ─ saying ─▶ sentences ─ content ─▶ page ─ pages ─▶ one HTML file, or Markdown
"""

from cds.handbook.content import handbook
from cds.handbook.pages import Page, as_html, as_markdown
from cds.handbook.saying import Speaker

__all__ = ["Page", "Speaker", "as_html", "as_markdown", "handbook"]

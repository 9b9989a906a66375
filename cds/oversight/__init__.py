"""A list for those who oversee a service of medicine dispensers: one line for each patient who has one.

`counting` looks at doses, events and stays of a period and of the one before it; `listing` writes them down, and says
what the data lack.
"""

from cds.oversight.counting import Overseen, Share, oversee
from cds.oversight.listing import as_csv, as_words

__all__ = ["Overseen", "Share", "as_csv", "as_words", "oversee"]

"""9xx, ours: cds itself went wrong, not the author."""

from cds.diagnostics.report import Code


class Unexpected(Code):
    """A fault in cds itself, met while checking.

    What it means
        The fault is in cds, not in the ruleset.
    Why it matters
        A ruleset that could not be checked to the end must not be used.
    """

    number = "CDS901"
    message = {
        "en": "cds failed while checking this file ({problem})",
        "nb": "cds feilet under kontrollen av denne filen ({problem})",
    }
    cure = {
        "en": "please report it together with the file",
        "nb": "meld gjerne fra, sammen med filen",
    }

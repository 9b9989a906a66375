"""2xx, bands and scores."""

from cds.diagnostics.report import Code


class BandsOverlap(Code):
    """A number that two bands both hold.

    What it means
        `92 to 93` holds both 92 and 93; `92 to below 94` holds 92 and not 94.
    Why it matters
        It would depend on the order of the lines which points are given.
    Example
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            points:
              - below 92: 3
              - 91 to below 96: 1
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    Instead
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            points:
              - below 92: 3
              - 92 to below 96: 1
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    """

    number = "CDS260"
    message = {
        "en": "`{first}` and `{second}` both hold {value}",
        "nb": "`{first}` og `{second}` rommer begge {value}",
    }
    cure = {
        "en": "let one end where the other begins: `A to below B`",
        "nb": "la den ene slutte der den andre begynner: `A to below B`",
    }


class BandsGap(Code):
    """A number that no band holds, where the bands should cover all.

    What it means
        With `covers: all` every number that can occur must lie in a band. A value that is not rounded can lie
        between 91 and 92.
    Why it matters
        A value in the gap gives no points, and the score becomes unknown.
    Example
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            covers: all
            points:
              - at most 91: 3
              - 92 to below 96: 1
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    Instead
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            covers: all
            points:
              - below 92: 3
              - 92 to below 96: 1
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    """

    number = "CDS261"
    message = {
        "en": "no band of `{name}` holds {value}",
        "nb": "ingen rad i `{name}` rommer {value}",
    }
    cure = {
        "en": "write `A to below B`, round the value with `round:`, or take `covers: all` away",
        "nb": "skriv `A to below B`, rund av verdien med `round:`, eller ta bort `covers: all`",
    }


class ScoresTooDeep(Code):
    """Scores that build on scores, too many levels of them.

    What it means
        A score may add up other scores, and they others again, but only so many levels.
    Why it matters
        Nobody can follow such a sum, and no published score needs it.
    """

    number = "CDS262"
    message = {
        "en": "the score `{name}` stands on more than {most} levels of scores",
        "nb": "skåren `{name}` står på mer enn {most} nivåer av skårer",
    }
    cure = {"en": "add up the band tables directly", "nb": "legg sammen radtabellene direkte"}

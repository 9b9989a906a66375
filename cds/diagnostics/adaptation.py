"""2xx, local adaptation files: what they may not change."""

from cds.diagnostics.report import Code


class AdaptsNothing(Code):
    """The ruleset that a file adapts is not there in that version.

    What it means
        `adapts` names a ruleset by its id and version (`home-blood-pressure 1.x`). No file that was named, and none
        beside them, has it.
    Why it matters
        The local limits would silently not be used.
    Example
        # file: demo.yaml
        version: 2.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
    Instead
        # file: demo.yaml
        version: 2.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 2.x
        version: 1.0.0
        status: draft
    """

    number = "CDS280"
    message = {
        "en": "no ruleset `{text}` is here to adapt",
        "nb": "det finnes ikke noe regelsett `{text}` å tilpasse her",
    }
    cure = {
        "en": "name the ruleset's file or folder too, or look again at the review of the adaptation for that version",
        "nb": "ta med filen eller mappen med regelsettet, eller vurder tilpasningen på nytt for den versjonen",
    }


class AdaptsUnknownName(Code):
    """The ruleset has no such limit or rule.

    What it means
        An adaptation changes limits and rules that are there; it adds none.
    Why it matters
        A misspelt name would leave the ruleset's own limit in force.
    Example
        # file: demo.yaml
        version: 1.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        limits:
          hevy:
            default: 95 kg
            source: Local routine
    Instead
        # file: demo.yaml
        version: 1.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        limits:
          heavy:
            default: 95 kg
            source: Local routine
    """

    number = "CDS281"
    message = {
        "en": "the ruleset `{ruleset}` has no {kind} `{name}`",
        "nb": "regelsettet `{ruleset}` har ingen {kind_nb} `{name}`",
    }
    cure = {"en": "write the name as it stands in the ruleset", "nb": "skriv navnet slik det står i regelsettet"}


class AdaptsTooFar(Code):
    """The adaptation changes what it may not change.

    What it means
        A `fixed` limit may not be changed, a default must lie inside `allowed` in a unit that fits, and the colours
        of a zone follow from its limits.
    Why it matters
        The span is what the ruleset's authors have answered for.
    Example
        # file: demo.yaml
        version: 1.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        limits:
          heavy:
            default: 250 kg
            source: Local routine
    Instead
        # file: demo.yaml
        version: 1.0.0
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        limits:
          heavy:
            default: 120 kg
            source: Local routine
    """

    number = "CDS282"
    message = {
        "en": "`{name}` may not be changed like this: {problem}",
        "nb": "`{name}` kan ikke endres slik: {problem_nb}",
    }
    cure = {
        "en": "stay inside what the ruleset allows, or ask its owner to widen it",
        "nb": "hold deg innenfor det regelsettet tillater, eller be eieren utvide det",
    }


class SwitchedOffButNeeded(Code):
    """A rule is switched off that another rule builds on.

    What it means
        `hidden_by`, `unknown_while` or `fires` of another rule names the rule that is switched off.
    Why it matters
        The other rule would never fire, or never be hidden, without anybody noticing.
    Example
        # file: demo.yaml
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
          review:
            when: too_heavy fires
            colour: yellow
            summary:
              en: Review the plan
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        switch_off:
          - too_heavy
    Instead
        # file: demo.yaml
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
          review:
            when: too_heavy fires
            colour: yellow
            summary:
              en: Review the plan
        # file: local.yaml
        language: 1
        adaptation: local
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        switch_off:
          - too_heavy
          - review
    """

    number = "CDS283"
    message = {
        "en": "`{name}` is switched off, but `{other}` builds on it",
        "nb": "`{name}` er slått av, men `{other}` bygger på den",
    }
    cure = {"en": "switch off both, or neither", "nb": "slå av begge, eller ingen"}


class TwoAdaptations(Code):
    """Two files adapt the same ruleset.

    What it means
        The files that were named hold two adaptations of one ruleset.
    Why it matters
        Which one counts would depend on the order of the files.
    Example
        # file: demo.yaml
        version: 1.0.0
        # file: one.yaml
        language: 1
        adaptation: one
        adapts: demo 1.x
        version: 1.0.0
        status: draft
        # file: two.yaml
        language: 1
        adaptation: two
        adapts: demo 1.x
        version: 1.0.0
        status: draft
    Instead
        # file: demo.yaml
        version: 1.0.0
        # file: one.yaml
        language: 1
        adaptation: one
        adapts: demo 1.x
        version: 1.0.0
        status: draft
    """

    number = "CDS284"
    message = {
        "en": "`{ruleset}` is adapted by `{name}` and by `{other}`",
        "nb": "`{ruleset}` tilpasses både av `{name}` og av `{other}`",
    }
    cure = {"en": "load only one of them", "nb": "ta med bare én av dem"}

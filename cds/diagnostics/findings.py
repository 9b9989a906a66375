"""2xx, rules, zones, their texts, and the head of a ruleset."""

from cds.diagnostics.report import Code


class NoLevel(Code):
    """A zone without a colour.

    What it means
        A zone has at least one of `red`, `orange` and `yellow`.
    Why it matters
        It would always be green.
    Example
        values:
          current:
            last_reading: weight
            within: 7 days
        zones:
          weight_zone:
            value: current
            summary:
              en: "Weight {current}"
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
        zones:
          weight_zone:
            value: current
            yellow: above heavy
            summary:
              en: "Weight {current}"
    """

    number = "CDS270"
    message = {"en": "the zone `{name}` has no colour", "nb": "sonen `{name}` har ingen farge"}
    cure = {
        "en": "write for instance `yellow: above some_limit`",
        "nb": "skriv for eksempel `yellow: above some_limit`",
    }


class LevelHidden(Code):
    """A worse colour that begins later than a milder one.

    What it means
        Colours are tried worst first. If red begins inside yellow's own span the wrong way round, yellow never shows.
    Why it matters
        The milder colour could never be given.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
          very_heavy:
            default: 90 kg
            source: house
        zones:
          weight_zone:
            value: current
            red: above very_heavy
            yellow: above heavy
            summary:
              en: "Weight {current}"
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
          very_heavy:
            default: 120 kg
            beyond: heavy
            source: house
        zones:
          weight_zone:
            value: current
            red: above very_heavy
            yellow: above heavy
            summary:
              en: "Weight {current}"
    """

    number = "CDS271"
    message = {
        "en": "`{milder}` can never show, since `{worse}` already holds there",
        "nb": "`{milder}` kan aldri vises, fordi `{worse}` allerede gjelder der",
    }
    cure = {
        "en": "change one of the limits, so that the worse colour lies further out",
        "nb": "endre en av grensene, slik at den verste fargen ligger lengst ut",
    }


class ConfirmNeedsReadings(Code):
    """`confirm` on a rule that does not look at single readings.

    What it means
        `confirm: 2 readings within 15 min` asks that the newest readings all satisfy the rule, so every value in
        `when` must be a `last_reading`.
    Why it matters
        A mean cannot be confirmed by measuring once more.
    Example
        values:
          current:
            mean: weight
            last: 7 days
        rules:
          too_heavy:
            when: current is above heavy
            confirm: 2 readings within 15 min
            colour: yellow
            summary:
              en: "Weight {current}"
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
        rules:
          too_heavy:
            when: current is above heavy
            confirm: 2 readings within 15 min
            colour: yellow
            summary:
              en: "Weight {current}"
    """

    number = "CDS272"
    message = {
        "en": "`confirm` needs single readings, and `{name}` is not a `last_reading`",
        "nb": "`confirm` trenger enkeltmålinger, og `{name}` er ikke en `last_reading`",
    }
    cure = {
        "en": "use values with `last_reading`, or take `confirm` away",
        "nb": "bruk verdier med `last_reading`, eller ta bort `confirm`",
    }


class SummaryTooLong(Code):
    """A summary longer than 140 characters.

    What it means
        The summary is the one line that stands in lists and on cards.
    Why it matters
        Journal systems cut it off. Source: CDS Hooks 2.0, card.summary.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "The weight of this patient at the newest reading within the last seven days was {current}, which is
                more than the limit that was agreed, and that limit is {limit}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS273"
    message = {"en": "the summary has {length} characters", "nb": "sammendraget har {length} tegn"}
    cure = {
        "en": "140 is the most; put the rest under `detail`",
        "nb": "140 er det meste; legg resten under `detail`",
    }


class NotAVkpCode(Code):
    """An alert code that is not written as one.

    What it means
        VKP alert codes are numbers with points: `1.1`, `5.3.2`.
    Why it matters
        A receiver would not know the alert.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            vkp: missed dose
            summary:
              en: "Weight {current}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            vkp: 5.1
            summary:
              en: "Weight {current}"
    """

    number = "CDS274"
    message = {"en": "`{text}` is not a VKP alert code", "nb": "`{text}` er ikke en VKP-varselkode"}
    cure = {
        "en": "write the number of the code, for instance `1.1`",
        "nb": "skriv nummeret på koden, for eksempel `1.1`",
    }


class NotApplicable(Code):
    """A condition that cannot stand here.

    What it means
        `applies_to` and the cases of a limit ask for facts of the patient; they cannot ask whether a rule fires, and
        a case asks only for age, sex and diagnoses.
    Why it matters
        The limits and the rules are decided after them.
    Example
        applies_to:
          - too_heavy fires
    Instead
        version: 1.0.0
    """

    number = "CDS275"
    message = {"en": "`{text}` cannot be asked here", "nb": "det kan ikke spørres om `{text}` her"}
    cure = {
        "en": "ask for age, sex or a diagnosis here, and for the rest in the rule's `when`",
        "nb": "spør om alder, kjønn eller diagnose her, og om resten i regelens `when`",
    }


class ActiveNeedsReview(Code):
    """A ruleset in use that nobody has approved.

    What it means
        `status: active` needs `reviewed` with name, role, date and the hash of what was reviewed.
    Why it matters
        An active ruleset gives findings about patients; someone must have answered for it.
    Example
        status: active
    Instead
        status: draft
    """

    number = "CDS276"
    message = {"en": "an active ruleset must be `reviewed`", "nb": "et aktivt regelsett må være `reviewed`"}
    cure = {"en": "have it reviewed, or write `status: draft`", "nb": "få det gjennomgått, eller skriv `status: draft`"}


class ReviewVoid(Code):
    """The file is not the one that was reviewed.

    What it means
        `reviewed` holds the hash of the text that was approved, without the `reviewed` block itself. The text has
        another hash now.
    Why it matters
        An approval is for the words and numbers that were read; any edit voids it.
    Example
        status: active
        reviewed:
          name: Kari Lege
          role: General practitioner
          date: 2026-11-01
          hash: 0000000000000000000000000000000000000000000000000000000000000000
    Instead
        status: draft
    """

    number = "CDS278"
    message = {
        "en": "the file was changed after it was reviewed; its hash is {hash}",
        "nb": "filen er endret etter gjennomgangen; den har nå hash {hash}",
    }
    cure = {
        "en": "have it reviewed again and write the new hash, or write `status: draft`",
        "nb": "få den gjennomgått på nytt og skriv den nye hashen, eller skriv `status: draft`",
    }


class ActiveNeedsCases(Code):
    """A ruleset in use without cases.

    What it means
        `status: active` needs a file with cases beside it, named like it with `.test.yaml`.
    Why it matters
        Without cases nobody notices when a change makes the rules answer differently.
    """

    number = "CDS277"
    message = {"en": "an active ruleset needs cases", "nb": "et aktivt regelsett trenger prøvetilfeller"}
    cure = {
        "en": "write a file with cases beside it, named like it with `.test.yaml`",
        "nb": "skriv en fil med prøvetilfeller ved siden av, med samme navn og `.test.yaml`",
    }

"""1xx, case files (`NAME.test.yaml`): what they say of a patient, the data, and what is expected.

The examples are case files of the ruleset in `cds.diagnostics.explain.SURROUNDINGS`; `subject` says so.
"""

from cds.diagnostics.report import Code


class UnknownCase(Code):
    """`like` names a case that is not in the file.

    What it means
        A case may begin as a copy of another one in the same file, by its name.
    Why it matters
        Without the other case nobody knows what is to be tested.
    Example
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              2026-01-08 07:30: 100.1 kg
            expect:
              too_heavy: yellow
          at the limit:
            like: to heavy
            weight:
              2026-01-08 07:30: 100 kg
            expect:
              too_heavy: not fired
    Instead
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              2026-01-08 07:30: 100.1 kg
            expect:
              too_heavy: yellow
          at the limit:
            like: too heavy
            weight:
              2026-01-08 07:30: 100 kg
            expect:
              too_heavy: not fired
    """

    subject = "cases"
    number = "CDS170"
    message = {
        "en": "there is no case `{text}` in this file",
        "nb": "det finnes ikke noe tilfelle `{text}` i denne filen",
    }
    cure = {
        "en": "write the name of another case as it stands there",
        "nb": "skriv navnet på et annet tilfelle slik det står der",
    }


class CaseCircle(Code):
    """Cases that are each like the other.

    What it means
        `like` leads from case to case and back to where it began.
    Why it matters
        No case in the circle says what it starts from.
    Example
        cases:
          first:
            like: second
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
          second:
            like: first
            at: 2026-01-09 08:00
            expect:
              too_heavy: unknown, no data
    Instead
        cases:
          first:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
          second:
            like: first
            at: 2026-01-09 08:00
    """

    subject = "cases"
    number = "CDS171"
    message = {
        "en": "these cases are like each other: {circle}",
        "nb": "disse tilfellene ligner på hverandre i ring: {circle}",
    }
    cure = {"en": "let one of them say everything itself", "nb": "la ett av dem si alt selv"}


class SameCase(Code):
    """Two cases with the same content.

    What it means
        The patient, the data, the moment and what is expected are the same.
    Why it matters
        The second one tests nothing, and is most likely a copy that was never changed.
    Example
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
          no weight again:
            like: no weight
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS172"
    message = {
        "en": "the case `{name}` says the same as `{other}`",
        "nb": "tilfellet `{name}` sier det samme som `{other}`",
    }
    cure = {"en": "change it, or take it away", "nb": "endre det, eller ta det bort"}


class UnknownRule(Code):
    """Something is expected of a rule that is not there.

    What it means
        Under `expect` stand names of rules, zones and missing-data rules of this ruleset, or `ALIAS.NAME` of a
        ruleset that it uses.
    Why it matters
        A misspelt rule would never be tested.
    Example
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              to_heavy: unknown, no data
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS173"
    message = {"en": "there is no rule `{text}`", "nb": "det finnes ingen regel `{text}`"}
    cure = {"en": "write one of {names}", "nb": "skriv en av {names}"}


class NotAnExpectation(Code):
    """What is expected cannot be read.

    What it means
        Of a rule is expected a colour (`yellow`), `not fired`, `unconfirmed`, `not applicable`, or `unknown` with a
        reason (`unknown, no data`); of a zone that is quiet, `green`. `, hidden by RULE` says that it is listed and
        not shown.
    Why it matters
        A test that cannot be read tests nothing.
    Example
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: nothing
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS174"
    message = {
        "en": "`{text}` is nothing that can be expected of `{rule}`",
        "nb": "`{text}` kan ikke ventes av `{rule}`",
    }
    cure = {
        "en": "write for instance `yellow`, `not fired`, `unknown, no data`, `not applicable`; of a zone `green`",
        "nb": "skriv for eksempel `yellow`, `not fired`, `unknown, no data`, `not applicable`; om en sone `green`",
    }


class NotAPatientWord(Code):
    """A word about the patient that is not understood.

    What it means
        A patient is described by age (`74 years` or `born 1952-03-04`), `female` or `male`, and the diagnoses and
        devices that stand under `inputs` in the ruleset, with commas between.
    Why it matters
        What is not understood would not be tested.
    Example
        cases:
          no weight:
            at: 2026-01-08 08:00
            patient: 74, female
            expect:
              too_heavy: unknown, no data
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            patient: 74 years, female
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS175"
    message = {"en": "`{text}` says nothing about a patient", "nb": "`{text}` sier ikke noe om en pasient"}
    cure = {
        "en": "write age (`74 years`), `female` or `male`, and diagnoses and devices among the ruleset's inputs",
        "nb": "skriv alder (`74 years`), `female` eller `male`, og diagnoser og utstyr blant regelsettets inputs",
    }


class NotAReading(Code):
    """A reading that cannot be read.

    What it means
        A reading is a number with its unit, `81.0 kg`, or the parts of a panel, `150/95 mmHg`; after commas what else
        is known of it: `typed`, `standing`, `recorded 2026-01-08 09:00`, `entered-in-error`.
    Why it matters
        The case must say what the data say, so that both are read in the same way.
    Example
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              2026-01-08 07:30: a hundred kg
            expect:
              too_heavy: yellow
    Instead
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              2026-01-08 07:30: 100.1 kg
            expect:
              too_heavy: yellow
    """

    subject = "cases"
    number = "CDS176"
    message = {"en": "`{text}` is not a reading of `{input}`", "nb": "`{text}` er ikke en måling av `{input}`"}
    cure = {
        "en": "write a number and its unit, `81.0 kg`, of a panel `150/95 mmHg`; further words after commas",
        "nb": "skriv et tall og enheten, `81.0 kg`, for et panel `150/95 mmHg`; andre ord etter komma",
    }


class NotATime(Code):
    """A moment that cannot be read.

    What it means
        A moment is a date and a clock time in the patient's zone, `2026-01-08 07:30`; of data it may be a date alone.
    Why it matters
        Every answer depends on when something was measured and when the question was asked.
    Example
        cases:
          no weight:
            at: 08.01.2026 08:00
            expect:
              too_heavy: unknown, no data
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS177"
    message = {"en": "`{text}` is not a moment", "nb": "`{text}` er ikke et tidspunkt"}
    cure = {"en": "write a date and a time, `2026-01-08 07:30`", "nb": "skriv dato og klokkeslett, `2026-01-08 07:30`"}


class NotASeries(Code):
    """A series of readings that cannot be read.

    What it means
        A series has `from`, `every` (days, hours or min) and `values` with spaces between, the unit last; `-` stands
        for a gap, and `x 3` after a value for three of it.
    Why it matters
        A series that is understood in part would test something else than it says.
    Example
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              from: 2026-01-05 07:30
              every: 1 day
              values: 99.0, 99.5, 100.0, 100.1 kg
            expect:
              too_heavy: yellow
    Instead
        cases:
          too heavy:
            at: 2026-01-08 08:00
            weight:
              from: 2026-01-05 07:30
              every: 1 day
              values: 99.0 99.5 100.0 100.1 kg
            expect:
              too_heavy: yellow
    """

    subject = "cases"
    number = "CDS178"
    message = {"en": "`{text}` is not {expected} of a series", "nb": "`{text}` er ikke {expected} i en serie"}
    cure = {
        "en": "write `from` (a moment), `every` (`1 day`, `15 min`) and `values` with spaces between, the unit last",
        "nb": "skriv `from` (et tidspunkt), `every` (`1 day`, `15 min`) og `values` med mellomrom mellom, enheten sist",
    }


class UnknownInput(Code):
    """An input that is not in the ruleset.

    What it means
        The inputs of this ruleset are known by their names, those of a ruleset that it uses as `ALIAS.NAME`.
    Why it matters
        A misspelt name would leave the data supplied that should not be.
    Example
        cases:
          nobody sent weights:
            at: 2026-01-08 08:00
            not_supplied: [weigth]
            expect:
              too_heavy: unknown, not supplied
    Instead
        cases:
          nobody sent weights:
            at: 2026-01-08 08:00
            not_supplied: [weight]
            expect:
              too_heavy: unknown, not supplied
    """

    subject = "cases"
    number = "CDS179"
    message = {"en": "there is no input `{text}`", "nb": "det finnes ikke noe `{text}` under inputs"}
    cure = {"en": "write one of {names}", "nb": "skriv en av {names}"}


class NotADose(Code):
    """A dose that cannot be read.

    What it means
        What became of a dose is `taken`, `late 75 min`, `early 20 min`, `missed` or `unknown`; after commas its ATC
        code, how the medicine is used (`regular`, `course`, `as_needed`) and why the dose does not count
        (`hospital_stay`, `travel_dose`, `paused`).
    Why it matters
        A dose that is not understood is not judged.
    """

    subject = "cases"
    number = "CDS180"
    message = {
        "en": "`{text}` does not say what became of a dose",
        "nb": "`{text}` sier ikke hva som skjedde med en dose",
    }
    cure = {
        "en": "write `taken`, `late 75 min`, `early 20 min`, `missed` or `unknown`; further words after commas",
        "nb": "skriv `taken`, `late 75 min`, `early 20 min`, `missed` eller `unknown`; andre ord etter komma",
    }


class NotADispense(Code):
    """A dispense that cannot be read.

    What it means
        A dispense says how many days it lasts, `30 days`, or `days unknown`; after commas its ATC code, how it is used
        (`regular`, `course`, `as_needed`) and when it was `recorded`.
    Why it matters
        A dispense that is not understood leaves days that nobody can judge.
    """

    subject = "cases"
    number = "CDS183"
    message = {
        "en": "`{text}` does not say how long a dispense lasts",
        "nb": "`{text}` sier ikke hvor lenge en utlevering varer",
    }
    cure = {
        "en": "write `30 days` or `days unknown`; further words after commas, for instance `30 days, C10AA05`",
        "nb": "skriv `30 days` eller `days unknown`; andre ord etter komma, for eksempel `30 days, C10AA05`",
    }


class NotAPresence(Code):
    """Whether a patient has something cannot be read.

    What it means
        A diagnosis, device, medicine or stay is `yes`, `no`, `unknown` (not supplied) or `provisional`; after commas
        `from` and `to` with a date, and for a medicine its ATC code and how it is used.
    Why it matters
        What is absent, and what nobody knows, give different answers.
    """

    subject = "cases"
    number = "CDS181"
    message = {
        "en": "`{text}` does not say whether the patient has `{input}`",
        "nb": "`{text}` sier ikke om pasienten har `{input}`",
    }
    cure = {
        "en": "write `yes`, `no`, `unknown` or `provisional`, and after commas `from 2025-09-01`, `to 2026-06-01`",
        "nb": "skriv `yes`, `no`, `unknown` eller `provisional`, og etter komma `from 2025-09-01`, `to 2026-06-01`",
    }


class UnknownZone(Code):
    """A time zone that is not known.

    What it means
        `zone` is an IANA name; without it a patient lives in `Europe/Oslo`.
    Why it matters
        Days begin and end at midnight in the patient's zone.
    Example
        cases:
          no weight:
            at: 2026-01-08 08:00
            zone: Oslo
            expect:
              too_heavy: unknown, no data
    Instead
        cases:
          no weight:
            at: 2026-01-08 08:00
            zone: Europe/Oslo
            expect:
              too_heavy: unknown, no data
    """

    subject = "cases"
    number = "CDS182"
    message = {"en": "`{text}` is not a time zone", "nb": "`{text}` er ikke en tidssone"}
    cure = {"en": "use an IANA name such as `Europe/Oslo`", "nb": "bruk et IANA-navn som `Europe/Oslo`"}

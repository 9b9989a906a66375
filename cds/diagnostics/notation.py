"""1xx, the small notations inside a value: quantities, spans, times, conditions, bands."""

from cds.diagnostics.report import Code


class NotAQuantity(Code):
    """A number with its unit is expected, and this is something else.

    What it means
        A quantity is a number with a decimal point, a space and a unit: `2.5 kg`, `135 mmHg`, `3 days`.
    Why it matters
        A limit without a readable number and unit can never be compared with a reading.
    Example
        limits:
          heavy:
            default: kg 100
            source: house
            label:
              en: Too heavy
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
            label:
              en: Too heavy
    """

    number = "CDS107"
    usual = {"expected": "a number with its unit"}
    message = {"en": "`{text}` is not {expected}", "nb": "`{text}` er ikke {expected}"}
    cure = {
        "en": "write {expected}; numbers have a decimal point, and a space before their unit: `2.5 kg`",
        "nb": "skriv {expected}; tall har desimalpunktum, og et mellomrom før enheten: `2.5 kg`",
    }


class NotADuration(Code):
    """A length of time is expected, and this is something else.

    What it means
        A length of time is a whole number and one of `min`, `hours`, `days`, `weeks`, `months`.
    Why it matters
        Hours are elapsed time and days are calendar days, so the unit decides which readings count.
    Example
        values:
          current:
            last_reading: weight
            within: a week
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS108"
    message = {"en": "`{text}` is not a length of time", "nb": "`{text}` er ikke et tidsrom"}
    cure = {
        "en": "write a whole number and min, hours, days, weeks or months, for instance `7 days`",
        "nb": "skriv et helt tall og min, hours, days, weeks eller months, for eksempel `7 days`",
    }


class NotACondition(Code):
    """A condition that cannot be read.

    What it means
        A condition compares names with words: `is above`, `is at least`, `is below`, `is at most`,
        `is from A to B`, `is known`, `is unknown`, `fires`, joined by `and`, `or`, `not` and brackets.
    Why it matters
        There is one spelling of each comparison, so that two readers never read it differently.
    Example
        rules:
          too_heavy:
            when: current > heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS109"
    usual = {
        "example": "`gain is above gain_yellow`, or `a is at least b and not (c fires)`",
        "example_nb": "`gain is above gain_yellow`, eller `a is at least b and not (c fires)`",
    }
    message = {"en": "cannot read the condition: {problem}", "nb": "kan ikke lese vilkåret: {problem}"}
    cure = {
        "en": "write for instance {example}",
        "nb": "skriv for eksempel {example}",
    }


class NotAVersion(Code):
    """A version that is not three numbers.

    What it means
        A version is written `1.0.0`; a demand on another ruleset's version `1.x` or `1.2.x`.
    Why it matters
        Every finding names the version that gave it.
    Example
        version: 1.0
    Instead
        version: 1.0.0
    """

    number = "CDS110"
    message = {"en": "`{text}` is not a version", "nb": "`{text}` er ikke en versjon"}
    cure = {"en": "write three numbers with points, `1.0.0`", "nb": "skriv tre tall med punktum, `1.0.0`"}


class NotADate(Code):
    """A date is expected, and this is something else.

    What it means
        A date is written year-month-day: `2027-11-01`. It must exist in the calendar.
    Why it matters
        `01.11.27` and `11/1/27` are read differently by different people.
    Example
        review_by: 01.11.2027
    Instead
        review_by: 2027-11-01
    """

    number = "CDS113"
    message = {"en": "`{text}` is not a date", "nb": "`{text}` er ikke en dato"}
    cure = {"en": "write year-month-day, `2027-11-01`", "nb": "skriv år-måned-dag, `2027-11-01`"}


class NotAClock(Code):
    """A time of day is expected, and this is something else.

    What it means
        A time of day is written with hours and minutes, `04:00`, from `00:00` to `24:00`.
    Why it matters
        Sessions and dose days begin and end at a minute.
    Example
        inputs:
          weight: body_weight
          doses:
            dispenser_doses: all
            day_starts: 3 in the morning
    Instead
        inputs:
          weight: body_weight
    """

    number = "CDS114"
    message = {"en": "`{text}` is not a time of day", "nb": "`{text}` er ikke et klokkeslett"}
    cure = {"en": "write hours and minutes, `04:00`", "nb": "skriv timer og minutter, `04:00`"}


class NotASpan(Code):
    """A span is expected, and this is something else.

    What it means
        A span is written `LOW to HIGH UNIT`, with the unit once: `110 to 160 mmHg`.
    Why it matters
        A patient's own limit outside the span is refused, so the span must be readable.
    Example
        limits:
          heavy:
            default: 100 kg
            allowed: 60-200 kg
            source: house
            label:
              en: Too heavy
    Instead
        limits:
          heavy:
            default: 100 kg
            allowed: 60 to 200 kg
            source: house
            label:
              en: Too heavy
    """

    number = "CDS117"
    message = {"en": "`{text}` is not a span", "nb": "`{text}` er ikke et spenn"}
    cure = {
        "en": "write the lowest, `to`, the highest and the unit, for instance `110 to 160 mmHg`",
        "nb": "skriv det laveste, `to`, det høyeste og enheten, for eksempel `110 to 160 mmHg`",
    }


class NotARequirement(Code):
    """A line under `require` that cannot be read.

    What it means
        A requirement is a number and what it counts: `4 days`, `12 readings`, `70 % monitored`.
    Why it matters
        The value is unknown until its requirements are met, so a line that says nothing is a hole.
    Example
        values:
          current:
            mean: weight
            last: 7 days
            require:
              - several readings
    Instead
        values:
          current:
            mean: weight
            last: 7 days
            require:
              - 3 readings
    """

    number = "CDS118"
    message = {"en": "`{text}` is not a requirement", "nb": "`{text}` er ikke et krav"}
    cure = {
        "en": "write a number and what it counts, for instance `12 readings`, `4 days` or `70 % monitored`",
        "nb": "skriv et tall og hva det teller, for eksempel `12 readings`, `4 days` eller `70 % monitored`",
    }


class NumberInCondition(Code):
    """A number inside a condition.

    What it means
        Conditions are written with names only; every number is a limit with a name.
    Why it matters
        A number with a name can be set per patient, shown with its source, and reviewed. One inside a rule cannot.
    Example
        rules:
          too_heavy:
            when: current is above heavy or current is above 150
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS121"
    message = {
        "en": "the number `{number}` stands in a condition",
        "nb": "tallet `{number}` står i et vilkår",
    }
    cure = {
        "en": "give it a name under `limits` and write the name here",
        "nb": "gi det et navn under `limits` og skriv navnet her",
    }


class NotABand(Code):
    """A row of a band table that cannot be read.

    What it means
        A row says which numbers it holds: `at most 91`, `below 92`, `92 to 93` (both inside), `92 to below 94`,
        `at least 96`, `above 96`, or a single number.
    Why it matters
        Whether the number at the edge is inside decides the points.
    Example
        values:
          current:
            last_reading: weight
        bands:
          size:
            value: current
            points:
              - under 92: 3
        rules:
          too_heavy:
            when: current is above heavy and size is known
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    Instead
        values:
          current:
            last_reading: weight
        bands:
          size:
            value: current
            points:
              - below 92: 3
        rules:
          too_heavy:
            when: current is above heavy and size is known
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS122"
    message = {"en": "`{text}` does not say which numbers it holds", "nb": "`{text}` sier ikke hvilke tall den rommer"}
    cure = {
        "en": "write for instance `at most 91`, `below 92`, `92 to 93`, `92 to below 94` or `at least 96`",
        "nb": "skriv for eksempel `at most 91`, `below 92`, `92 to 93`, `92 to below 94` eller `at least 96`",
    }


class NotAConfirm(Code):
    """A `confirm` that cannot be read.

    What it means
        `confirm` says how many readings must agree, and within which time: `2 readings within 15 min`.
    Why it matters
        Until they do, the finding waits to be confirmed.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            confirm: twice
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            confirm: 2 readings within 15 min
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS123"
    message = {"en": "`{text}` does not say what confirms", "nb": "`{text}` sier ikke hva som bekrefter"}
    cure = {
        "en": "write for instance `2 readings within 15 min`",
        "nb": "skriv for eksempel `2 readings within 15 min`",
    }

"""1xx, what is written where: fields, blocks, and the small notations inside a value.

Codes about the text of the file itself (tabs, quotes, duplicate names) are in `cds.diagnostics.writing`.
"""

from cds.diagnostics.report import Code


class UnknownField(Code):
    """A field that the language does not have.

    What it means
        The word before the colon is not one of the fields that may stand in this block.
    Why it matters
        A misspelt field would be passed over in silence, and the rule would do something else than it says.
    Example
        values:
          current:
            last_reading: weight
            withing: 7 days
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS102"
    message = {"en": "unknown field `{field}` in {where}", "nb": "ukjent felt `{field}` i {where}"}
    cure = {
        "en": "see the fields of this block with `cds schema`",
        "nb": "se feltene i denne blokken med `cds schema`",
    }


class MissingField(Code):
    """A field that must be written is not there.

    What it means
        This block cannot be understood without the field.
    Why it matters
        Nothing is guessed: a colour or a version that nobody wrote is a decision that nobody made.
    Example
        rules:
          too_heavy:
            when: current is above heavy
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

    number = "CDS103"
    message = {"en": "{where} needs the field `{field}`", "nb": "{where} mangler feltet `{field}`"}
    cure = {"en": "write `{field}: …` in this block", "nb": "skriv `{field}: …` i denne blokken"}


class WrongShape(Code):
    """A text, a list or a block stands where something else belongs.

    What it means
        A field takes either a text on the same line, a list with dashes, or a block of further fields below it.
    Why it matters
        The words cannot be understood in the wrong form.
    Example
        rules:
          too_heavy:
            when:
              - current is above heavy
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

    number = "CDS104"
    message = {
        "en": "{where} takes {expected}, and here is {found}",
        "nb": "{where} skal ha {expected}, og her står {found}",
    }
    cure = {"en": "write {expected} here", "nb": "skriv {expected} her"}


class Empty(Code):
    """A field with nothing after its colon.

    What it means
        The field was begun and not finished.
    Why it matters
        Nothing is not the same as none: a limit that the patient must set is written `not set`.
    Example
        limits:
          heavy:
            default:
            allowed: 60 to 200 kg
            source: house
            label:
              en: Too heavy
    Instead
        limits:
          heavy:
            default: not set
            allowed: 60 to 200 kg
            source: house
            label:
              en: Too heavy
    """

    number = "CDS105"
    message = {"en": "{where} is empty", "nb": "{where} er tom"}
    cure = {
        "en": "write what belongs there, or take the field away",
        "nb": "skriv det som hører hjemme der, eller ta feltet bort",
    }


class NotAName(Code):
    """A name of your own with letters that names cannot have.

    What it means
        Names of inputs, limits, values and rules have small letters a to z, digits and underscore, and begin with a
        letter. They cannot be words of the language, such as `and` or `above`.
    Why it matters
        Conditions are written with names, so a name must be readable as one word.
    Example
        inputs:
          weight: body_weight
          Blood pressure: blood_pressure
    Instead
        inputs:
          weight: body_weight
    """

    number = "CDS106"
    message = {"en": "`{text}` cannot be a name", "nb": "`{text}` kan ikke være et navn"}
    cure = {
        "en": "use small letters a to z, digits and underscore, beginning with a letter, and no word of the language",
        "nb": "bruk små bokstaver a til z, sifre og understrek, med en bokstav først, og ikke et ord fra språket",
    }


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
    message = {"en": "cannot read the condition: {problem}", "nb": "kan ikke lese vilkåret: {problem}"}
    cure = {
        "en": "write for instance `gain is above gain_yellow`, or `a is at least b and not (c fires)`",
        "nb": "skriv for eksempel `gain is above gain_yellow`, eller `a is at least b and not (c fires)`",
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


class NotAColour(Code):
    """A colour that is not one of those allowed here.

    What it means
        The colour is the one severity, and the list is fixed.
    Why it matters
        Priority, alert code and order on the list follow from the colour.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: amber
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

    number = "CDS111"
    message = {"en": "`{text}` is not a colour of a finding", "nb": "`{text}` er ikke en farge på et funn"}
    cure = {"en": "use one of {allowed}", "nb": "bruk en av {allowed}"}


class NotAChoice(Code):
    """A word that is not one of those allowed here.

    What it means
        This field takes one of a few words.
    Why it matters
        Another word would have to be guessed at.
    Example
        status: ready
    Instead
        status: draft
    """

    number = "CDS112"
    message = {"en": "`{text}` is not a choice here", "nb": "`{text}` kan ikke velges her"}
    cure = {"en": "use one of {allowed}", "nb": "bruk en av {allowed}"}


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


class NoOperator(Code):
    """A value that does not say how it is found.

    What it means
        Every value has one operator: the field that names what is done and with which input.
    Why it matters
        Without it there is nothing to calculate.
    Example
        values:
          current:
            within: 7 days
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS115"
    message = {
        "en": "{where} does not say how the value is found",
        "nb": "{where} sier ikke hvordan verdien finnes",
    }
    cure = {
        "en": "add one operator, for instance `mean: weight` or `last_reading: weight`",
        "nb": "legg til én operator, for eksempel `mean: weight` eller `last_reading: weight`",
    }


class TwoOperators(Code):
    """A value that says in two ways how it is found.

    What it means
        A value has exactly one operator.
    Why it matters
        It would be a guess which of them was meant.
    Example
        values:
          current:
            last_reading: weight
            mean: weight
            last: 7 days
    Instead
        values:
          current:
            last_reading: weight
            last: 7 days
    """

    number = "CDS116"
    message = {
        "en": "{where} says in more than one way how it is found: {names}",
        "nb": "{where} sier på flere måter hvordan verdien finnes: {names}",
    }
    cure = {
        "en": "keep one, and make a value of its own of the other",
        "nb": "behold én, og lag en egen verdi av den andre",
    }


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
        A requirement is a number and what it counts: `4 days`, `12 readings`, `70 % worn`, `70 % monitored`.
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
        "en": "write a number and what it counts, for instance `12 readings`, `4 days` or `70 % worn`",
        "nb": "skriv et tall og hva det teller, for eksempel `12 readings`, `4 days` eller `70 % worn`",
    }


class NotALanguage(Code):
    """A text in a language that cds does not have.

    What it means
        Texts are given under `nb` (bokmål), `nn` (nynorsk) and `en` (English).
    Why it matters
        A text under another word would never be shown.
    Example
        title:
          en: Demo
          english: Demo
    Instead
        title:
          en: Demo
    """

    number = "CDS119"
    message = {"en": "`{key}` is not a language of the texts", "nb": "`{key}` er ikke et språk for tekstene"}
    cure = {"en": "use nb, nn or en", "nb": "bruk nb, nn eller en"}


class UnsupportedLanguage(Code):
    """The file says that it is written in a version of the language that this cds does not know.

    What it means
        `language: 1` is the version that this cds reads.
    Why it matters
        A field may mean something else in another version.
    Example
        language: 7
        ruleset: demo
        version: 1.0.0
        status: draft
        title:
          en: Demo
    Instead
        language: 1
        ruleset: demo
        version: 1.0.0
        status: draft
        title:
          en: Demo
    """

    number = "CDS120"
    message = {
        "en": "this cds does not read `language: {version}`",
        "nb": "denne utgaven av cds leser ikke `language: {version}`",
    }
    cure = {
        "en": "write `language: 1`, or use a newer cds",
        "nb": "skriv `language: 1`, eller bruk en nyere cds",
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

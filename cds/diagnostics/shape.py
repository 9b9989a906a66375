"""1xx, what is written where: fields, blocks and names.

The notations inside a value are in `cds.diagnostics.notation`; codes about the text of the file itself (tabs, quotes,
duplicate names) in `cds.diagnostics.writing` and `cds.diagnostics.signs`.
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
        "en": "the fields here are {fields}",
        "nb": "feltene her er {fields}",
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
    message = {"en": "the field {field} is empty", "nb": "feltet {field} er tomt"}
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
    usual = {
        "rule": "use small letters a to z, digits and underscore, beginning with a letter, and no word of the language",
        "rule_nb": "bruk små bokstaver a til z, sifre og understrek, med en bokstav først, og ikke et ord fra språket",
    }
    message = {"en": "`{text}` cannot be a name", "nb": "`{text}` kan ikke være et navn"}
    cure = {
        "en": "{rule}",
        "nb": "{rule}",
    }


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


class NotAnId(Code):
    """An id of a ruleset with letters that ids cannot have.

    What it means
        An id has small letters a to z and digits, its words are joined by hyphens, and it begins with a letter.
    Why it matters
        The id stands in every finding, in patients' limits and in file names.
    Example
        ruleset: Home blood pressure
    Instead
        ruleset: home-blood-pressure
    """

    number = "CDS124"
    message = {"en": "`{text}` cannot be the id of a ruleset", "nb": "`{text}` kan ikke være id for et regelsett"}
    cure = {
        "en": "use small letters a to z and digits, and join words by hyphens: `home-blood-pressure`",
        "nb": "bruk små bokstaver a til z og sifre, og bind sammen ord med bindestrek: `home-blood-pressure`",
    }

"""2xx, units and limits."""

from cds.diagnostics.report import Code


class UnitMismatch(Code):
    """Two numbers that measure different things.

    What it means
        The units on the two sides cannot be converted into each other.
    Why it matters
        80 kg is neither above nor below 90 mmHg.
    Example
        limits:
          heavy:
            default: 100 mmHg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS220"
    message = {
        "en": "{left} is {left_is}, and {right} is {right_is}",
        "nb": "{left} er {left_is}, og {right} er {right_is}",
    }
    cure = {
        "en": "compare what has the same kind of unit; check the unit of the limit",
        "nb": "sammenlign det som har samme slags enhet; sjekk enheten til grensen",
    }


class UnknownUnit(Code):
    """A unit that cds does not know.

    What it means
        Units are written as in practice: `mmHg`, `kg`, `mmol/L`, `%`, `/min`, `°C`, `days`.
    Why it matters
        A number in an unknown unit cannot be compared with any reading.
    Example
        limits:
          heavy:
            default: 100 kilos
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS221"
    message = {"en": "there is no unit `{unit}`", "nb": "det finnes ingen enhet `{unit}`"}
    cure = {
        "en": "use the unit that the input is measured in",
        "nb": "bruk enheten som inputen måles i",
    }


class CannotCombine(Code):
    """Arithmetic that gives no meaning.

    What it means
        `+` and `-` need the same kind of unit on both sides; `*` needs a plain number or a percentage on one side;
        `/` needs the same kind of unit on both sides, or a plain number below.
    Why it matters
        The result would be a number that measures nothing.
    Example
        rules:
          too_heavy:
            when: current * current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}"
    """

    number = "CDS222"
    message = {
        "en": "`{text}`: {left_is} `{sign}` {right_is} gives nothing that can be compared",
        "nb": "`{text}`: {left_is} `{sign}` {right_is} gir ikke noe som kan sammenlignes",
    }
    cure = {
        "en": "combine numbers of the same kind, or with a plain number or a percentage",
        "nb": "kombiner tall av samme slag, eller med et rent tall eller en prosent",
    }


class PairUnits(Code):
    """A limit in two units that are not the two units of what it is compared with.

    What it means
        A limit in two units has one number for each unit in which the reading may arrive: first the unit in which
        cds holds it, then the other one.
    Why it matters
        A reading is compared in the unit in which it arrived; with another unit it could not be.
    Example
        inputs:
          glucose: glucose
        limits:
          low:
            default:
              mmol/L: 3.9
              kg: 70
            source: house
        values:
          current:
            last_reading: glucose
        rules:
          low_glucose:
            when: current is below low
            colour: red
            summary:
              en: "Glucose {current}"
    Instead
        inputs:
          glucose: glucose
        limits:
          low:
            default:
              mmol/L: 3.9
              mg/dL: 70
            source: house
        values:
          current:
            last_reading: glucose
        rules:
          low_glucose:
            when: current is below low
            colour: red
            summary:
              en: "Glucose {current}"
    """

    number = "CDS223"
    message = {
        "en": "`{name}` is given in {found}, and {expected} are needed",
        "nb": "`{name}` er gitt i {found}, og det trengs {expected}",
    }
    cure = {
        "en": "give one number for each of {expected}, in that order",
        "nb": "oppgi ett tall for hver av {expected}, i den rekkefølgen",
    }


class PairMisused(Code):
    """A limit in two units, compared with something that is no single reading.

    What it means
        Only a reading has arrived in a unit. A mean, a rise or a sum is in one unit of its own.
    Why it matters
        The two numbers of such a limit are not exactly the same amount, so it must be clear which one counts.
    Example
        inputs:
          glucose: glucose
        limits:
          low:
            default:
              mmol/L: 3.9
              mg/dL: 70
            source: house
        values:
          week:
            mean: glucose
            last: 7 days
        rules:
          low_glucose:
            when: week is below low
            colour: red
            summary:
              en: "Glucose {week}"
    Instead
        inputs:
          glucose: glucose
        limits:
          low:
            default: 3.9 mmol/L
            source: house
        values:
          week:
            mean: glucose
            last: 7 days
        rules:
          low_glucose:
            when: week is below low
            colour: red
            summary:
              en: "Glucose {week}"
    """

    number = "CDS224"
    message = {
        "en": "`{name}` is given in two units, and `{other}` is no single reading",
        "nb": "`{name}` er gitt i to enheter, og `{other}` er ikke én enkelt måling",
    }
    cure = {
        "en": "give the limit in one unit, or compare it with `last_reading`, `previous` or `that_are`",
        "nb": "oppgi grensen i én enhet, eller sammenlign den med `last_reading`, `previous` eller `that_are`",
    }


class DefaultOrFixed(Code):
    """A limit without a number, or with two.

    What it means
        A limit has either `default` (a patient may have another) or `fixed` (nobody may).
    Why it matters
        It must be clear whether the limit can be set for a patient.
    Example
        limits:
          heavy:
            allowed: 60 to 200 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            allowed: 60 to 200 kg
            source: house
    """

    number = "CDS230"
    message = {
        "en": "the limit `{name}` needs one of `default` and `fixed`",
        "nb": "grensen `{name}` trenger enten `default` eller `fixed`",
    }
    cure = {
        "en": "write `default: …` or `fixed: …` with number and unit; `default: not set` if only patients have one",
        "nb": "skriv `default: …` eller `fixed: …` med tall og enhet; `default: not set` hvis bare pasienter har en",
    }


class NoUnitKnown(Code):
    """A limit that is not set and says nothing of its unit.

    What it means
        With `default: not set` the unit is taken from `allowed`.
    Why it matters
        A patient's own limit must be checked against a unit and a span.
    Example
        limits:
          heavy:
            default: not set
    Instead
        limits:
          heavy:
            default: not set
            allowed: 60 to 200 kg
    """

    number = "CDS231"
    message = {
        "en": "the limit `{name}` is not set and has no `allowed`",
        "nb": "grensen `{name}` er ikke satt og mangler `allowed`",
    }
    cure = {
        "en": "add `allowed: LOW to HIGH UNIT`",
        "nb": "legg til `allowed: LAVEST to HØYEST ENHET`",
    }


class OutsideAllowed(Code):
    """A limit's own number lies outside its `allowed`.

    What it means
        `allowed` holds for every patient's limit, and the default must lie in it too.
    Why it matters
        One of the two is wrong; the limit or the span would not do what its author thinks.
    Example
        limits:
          heavy:
            default: 100 kg
            allowed: 110 to 200 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            allowed: 60 to 200 kg
            source: house
    """

    number = "CDS232"
    message = {"en": "{text} lies outside `{allowed}`", "nb": "{text} ligger utenfor `{allowed}`"}
    cure = {"en": "change the number or the span", "nb": "endre tallet eller spennet"}


class ReversedSpan(Code):
    """A span whose first number is higher than its last.

    What it means
        A span goes from the lowest to the highest.
    Why it matters
        Nothing lies inside it.
    Example
        limits:
          heavy:
            default: not set
            allowed: 200 to 60 kg
    Instead
        limits:
          heavy:
            default: not set
            allowed: 60 to 200 kg
    """

    number = "CDS233"
    message = {"en": "`{text}` begins above its end", "nb": "`{text}` begynner over slutten sin"}
    cure = {"en": "write the lowest number first", "nb": "skriv det laveste tallet først"}


class OutOfOrder(Code):
    """Two limits whose numbers break the order that one of them asks for.

    What it means
        `beyond: other` says that this limit lies above the other one, `below: other` that it lies below.
    Why it matters
        A red limit inside the yellow one would make the yellow colour impossible.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
          very_heavy:
            default: 90 kg
            beyond: heavy
            source: house
        rules:
          too_heavy:
            when: current is above heavy and current is above very_heavy
            colour: yellow
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
        rules:
          too_heavy:
            when: current is above heavy and current is above very_heavy
            colour: yellow
            summary:
              en: "Weight {current}"
    """

    number = "CDS234"
    message = {
        "en": "`{name}` ({text}) must lie {word} `{other}` ({other_text})",
        "nb": "`{name}` ({text}) må ligge {word} `{other}` ({other_text})",
    }
    cure = {"en": "change one of the numbers", "nb": "endre ett av tallene"}


class CaseProblem(Code):
    """A limit by cases that does not always give a number.

    What it means
        Each case has `when` and `use`, and the last one is `otherwise`. A case may ask for age, sex and diagnoses.
    Why it matters
        A patient who fits no case would have no limit.
    Example
        limits:
          adult:
            fixed: 18 years
          heavy:
            default:
              - when: age is at least adult
                use: 100 kg
            source: house
    Instead
        limits:
          adult:
            fixed: 18 years
          heavy:
            default:
              - when: age is at least adult
                use: 100 kg
              - otherwise: 60 kg
            source: house
    """

    number = "CDS235"
    message = {"en": "{problem}", "nb": "{problem}"}
    cure = {
        "en": "write `- when: …` with `use: …` for each case, and `- otherwise: …` last",
        "nb": "skriv `- when: …` med `use: …` for hvert tilfelle, og `- otherwise: …` til slutt",
    }


class NotATimeLimit(Code):
    """A limit that should be a length of time and is not, or is of the wrong sort.

    What it means
        Silence is counted in `min`, `hours`, `days` or `weeks`; a late dose in `min` or `hours`.
    Why it matters
        Hours are elapsed time and days are calendar days, and only one of them fits.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
        missing:
          no_weight:
            input: weight
            after: heavy
            colour: yellow
            summary:
              en: "No weight"
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
          silent:
            default: 3 days
            source: house
        missing:
          no_weight:
            input: weight
            after: silent
            colour: yellow
            summary:
              en: "No weight"
    """

    number = "CDS236"
    message = {
        "en": "`{name}` is {found}, and `{field}` takes {expected}",
        "nb": "`{name}` er {found}, og `{field}` tar {expected}",
    }
    cure = {"en": "use a limit in {expected}", "nb": "bruk en grense i {expected}"}


class NoSource(Code):
    """A limit without a source, in a ruleset that is in use.

    What it means
        A limit with a number of its own says with `source:` where the number comes from.
    Why it matters
        A number without a source cannot be reviewed, and nobody can tell when it is out of date.
    """

    number = "CDS237"
    message = {
        "en": "the limit `{name}` has a number and no source",
        "nb": "grensen `{name}` har et tall og ingen kilde",
    }
    cure = {
        "en": "add `source:` with a name under `sources`",
        "nb": "legg til `source:` med et navn under `sources`",
    }

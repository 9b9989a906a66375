"""2xx, units: numbers that cannot meet."""

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
        "en": "`{name}` is given in {found}, and readings of this kind arrive in {expected}",
        "nb": "`{name}` er gitt i {found}, og målinger av dette slaget kommer i {expected}",
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


class UnitMissing(Code):
    """A limit's number without the unit that its `allowed` has.

    What it means
        `allowed` says that the limit has a unit, and the number stands alone.
    Why it matters
        A number in another unit than everybody thinks gives alarms too late or too early, so no unit is guessed.
    Example
        limits:
          heavy:
            default: 100
            allowed: 60 to 200 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            allowed: 60 to 200 kg
            source: house
    """

    number = "CDS225"
    message = {"en": "the unit of `{text}` is missing", "nb": "enheten til `{text}` mangler"}
    cure = {"en": "write for instance `{right}`", "nb": "skriv for eksempel `{right}`"}

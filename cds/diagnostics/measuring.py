"""Codes about looking at home measurements: sensors, baselines, pairs, planned times and conditions that last."""

from cds.diagnostics.report import Code


class NotContinuous(Code):
    """Something that only a sensor can give, asked of single readings.

    What it means
        `70 % worn`, `percent_worn` and `episodes` count how much of the time a sensor measured. The input says
        `kind: continuous` when it reads a sensor.
    Why it matters
        Two readings a day are no course: an episode between them would be made up.
    Example
        inputs:
          weight: body_weight
          sugar: glucose
        values:
          current:
            last_reading: weight
          sensor_time:
            percent_worn: sugar
            last: 14 days
        limits:
          heavy:
            default: 100 kg
            source: house
          least:
            default: 70 %
            source: house
        rules:
          too_heavy:
            when: current is above heavy and sensor_time is at least least
            colour: yellow
            summary:
              en: "Weight {current}"
    Instead
        inputs:
          weight: body_weight
          sugar:
            concept: glucose
            kind: continuous
        values:
          current:
            last_reading: weight
          sensor_time:
            percent_worn: sugar
            last: 14 days
        limits:
          heavy:
            default: 100 kg
            source: house
          least:
            default: 70 %
            source: house
        rules:
          too_heavy:
            when: current is above heavy and sensor_time is at least least
            colour: yellow
            summary:
              en: "Weight {current}"
    """

    number = "CDS251"
    message = {
        "en": "`{text}` needs a sensor, and `{name}` holds single readings",
        "nb": "`{text}` trenger en sensor, og `{name}` har enkeltmålinger",
    }
    cure = {
        "en": "write `kind: continuous` under the input if it reads a sensor",
        "nb": "skriv `kind: continuous` under inputen hvis den leser en sensor",
    }


class GlucoseNeeded(Code):
    """A number of glucose, asked of something else.

    What it means
        `gmi`, `lbgi` and `hbgi` are formulas for glucose in mg/dL.
    Why it matters
        A number would come out of any other measurement too, and mean nothing.
    Example
        values:
          current:
            gmi: weight
            last: 14 days
        limits:
          heavy:
            default: 7 %
            source: house
    Instead
        inputs:
          sugar: glucose
        values:
          current:
            gmi: sugar
            last: 14 days
        limits:
          heavy:
            default: 7 %
            source: house
    """

    number = "CDS252"
    message = {
        "en": "`{operator}` needs glucose, and `{name}` is none",
        "nb": "`{operator}` trenger glukose, og det er ikke `{name}`",
    }
    cure = {
        "en": "use an input that arrives in mmol/L or mg/dL",
        "nb": "bruk en input som kommer i mmol/L eller mg/dL",
    }


class NothingLeft(Code):
    """A window of which nothing is left.

    What it means
        `leave_out_last: 3 days` leaves out today and the two days before; the window must be longer than that.
    Why it matters
        The value would always be unknown, and the rule always silent.
    Example
        values:
          current:
            mean: weight
            last: 3 days
            leave_out_last: 3 days
    Instead
        values:
          current:
            mean: weight
            last: 28 days
            leave_out_last: 3 days
    """

    number = "CDS253"
    message = {
        "en": "`leave_out_last: {text}` leaves nothing of {window}",
        "nb": "`leave_out_last: {text}` lar ikke noe være igjen av {window}",
    }
    cure = {"en": "leave out less, or make the window longer", "nb": "utelat mindre, eller gjør vinduet lengre"}


class PairProblem(Code):
    """Two readings that cannot be a pair.

    What it means
        `pair: lying then standing` names two ways of measuring of one sort: positions, arms or meals. What changed
        from the first to the second is a `paired_rise` or `paired_fall`; `pair: left and right` has no order and
        belongs to `paired_difference`.
    Why it matters
        Otherwise no reading would ever be one of the two.
    Example
        values:
          current:
            paired_fall: weight
            pair: lying then left
            apart_at_most: 5 min
            within: 1 day
    Instead
        values:
          current:
            paired_fall: weight
            pair: lying then standing
            apart_at_most: 5 min
            within: 1 day
    """

    number = "CDS254"
    message = {"en": "{problem}", "nb": "{problem}"}
    cure = {
        "en": "write for instance `pair: lying then standing`, or `pair: left and right` for `paired_difference`",
        "nb": "skriv for eksempel `pair: lying then standing`, eller `pair: left and right` for `paired_difference`",
    }


class PlannedTimesProblem(Code):
    """Planned times that cannot be held against readings.

    What it means
        `at_times` are clock times of every day, in order, at most eight; `give_or_take` is how far from such a time a
        reading may come, and the spans so made may not overlap.
    Why it matters
        A reading fills one planned time only; which one must be plain.
    Example
        values:
          current:
            percent_received: weight
            last: 7 days
            at_times: [08:00, 09:00]
            give_or_take: 2 hours
        limits:
          heavy:
            default: 70 %
            source: house
    Instead
        values:
          current:
            percent_received: weight
            last: 7 days
            at_times: [08:00, 20:00]
            give_or_take: 2 hours
        limits:
          heavy:
            default: 70 %
            source: house
    """

    number = "CDS255"
    message = {"en": "{problem}", "nb": "{problem}"}
    cure = {
        "en": "write times in order and further apart than twice `give_or_take`",
        "nb": "skriv tidspunkter i rekkefølge og lengre fra hverandre enn to ganger `give_or_take`",
    }


class TwoWays(Code):
    """Two ways of looking at the readings that do not go together.

    What it means
        `each_day` brings every day to one number; `leave_out_beyond` leaves out single readings. A value does one of
        them.
    Why it matters
        Whether a reading is left out before or after its day became one number would be anybody's guess.
    Example
        values:
          current:
            mean: weight
            last: 7 days
            each_day: mean
            leave_out_beyond: heavy
    Instead
        values:
          current:
            mean: weight
            last: 7 days
            leave_out_beyond: heavy
    """

    number = "CDS256"
    message = {
        "en": "`{first}` and `{second}` do not go together",
        "nb": "`{first}` og `{second}` går ikke sammen",
    }
    cure = {"en": "keep one of them, or make two values", "nb": "behold en av dem, eller lag to verdier"}


class LastingNeedsReadings(Code):
    """`for` on a rule that does not compare single readings with limits.

    What it means
        `for: 1 hour` asks that every reading of the newest hour or more satisfies the rule. So each comparison in
        `when` is of a `last_reading` that is not rounded, on the left, with limits on the right, and without `not`.
    Why it matters
        A mean says nothing of how long its readings have been so.
    Example
        values:
          current:
            mean: weight
            last: 7 days
        rules:
          too_heavy:
            when: current is above heavy
            for: 2 hours
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
            for: 2 hours
            colour: yellow
            summary:
              en: "Weight {current}"
    """

    number = "CDS279"
    message = {
        "en": "`for` cannot tell how long `{text}` has held",
        "nb": "`for` kan ikke si hvor lenge `{text}` har vart",
    }
    cure = {
        "en": "compare a `last_reading` with a limit, or take `for` away",
        "nb": "sammenlign en `last_reading` med en grense, eller ta bort `for`",
    }

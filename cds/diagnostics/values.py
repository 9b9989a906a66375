"""2xx, inputs and values."""

from cds.diagnostics.report import Code


class InputKind(Code):
    """An input that does not say what it reads, or says it twice.

    What it means
        An input has exactly one of `concept`, `form`, `diagnosis`, `medicine`, `device`, `stay`, `dispenses`,
        `dispenser_doses` and `dispenser_events`.
    Why it matters
        It must be clear which data are asked for.
    Example
        inputs:
          weight:
            concept: body_weight
            diagnosis: diabetes
    Instead
        inputs:
          weight:
            concept: body_weight
    """

    number = "CDS240"
    message = {
        "en": "the input `{name}` must say one thing that it reads, and says {found}",
        "nb": "inputen `{name}` skal si én ting den leser, og sier {found}",
    }
    cure = {
        "en": "write one of concept, form, diagnosis, medicine, device, stay, dispenses, dispenser_doses and "
        "dispenser_events",
        "nb": "skriv en av concept, form, diagnosis, medicine, device, stay, dispenses, dispenser_doses og "
        "dispenser_events",
    }


class FilterNotTaken(Code):
    """A filter that this kind of input does not have.

    What it means
        `position`, `arm`, `meal`, `entered` and `kind` belong to measurements, `use` to medicines and dispenses,
        `day_starts` and `leave_out` to dispenser doses.
    Why it matters
        The filter would have no effect, and its author thinks it has.
    Example
        inputs:
          weight: body_weight
          diabetes:
            diagnosis: diabetes
            arm: left
        applies_to:
          - has diabetes
    Instead
        inputs:
          weight: body_weight
          diabetes:
            diagnosis: diabetes
        applies_to:
          - has diabetes
    """

    number = "CDS241"
    message = {
        "en": "`{field}` has no effect on {kind}",
        "nb": "`{field}` har ingen virkning på {kind}",
    }
    cure = {"en": "take it away", "nb": "ta det bort"}


class InputNotTaken(Code):
    """An operator over an input that it cannot read.

    What it means
        `mean` needs measurements, `share_taken` needs dispenser doses, and so on.
    Why it matters
        There would be nothing to calculate.
    Example
        inputs:
          weight: body_weight
        values:
          current:
            last_reading: weight
          streak:
            missed_in_a_row: weight
            last: 14 days
        rules:
          too_heavy:
            when: current is above heavy and streak is known
            colour: yellow
            summary:
              en: "Weight {current}"
    Instead
        values:
          current:
            last_reading: weight
    """

    number = "CDS242"
    message = {
        "en": "`{operator}` works on {needed}, and `{name}` holds {found}",
        "nb": "`{operator}` virker på {needed}, og `{name}` har {found}",
    }
    cure = {
        "en": "use an input of that kind, or another operator",
        "nb": "bruk en input av det slaget, eller en annen operator",
    }


class OptionNotTaken(Code):
    """A field that this operator does not take.

    What it means
        Each operator has its own fields beside the window.
    Why it matters
        The field would have no effect, and its author thinks it has.
    Example
        values:
          current:
            last_reading: weight
            within: 7 days
            per_session: first 2
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS243"
    message = {
        "en": "`{operator}` does not take `{field}`",
        "nb": "`{operator}` tar ikke `{field}`",
    }
    cure = {"en": "it takes {allowed}", "nb": "den tar {allowed}"}


class OptionNeeded(Code):
    """A field that this operator cannot do without.

    What it means
        A mean needs a window, `percent_of_readings` needs to know which readings count, and so on.
    Why it matters
        Nothing is guessed: a window that nobody chose is a decision that nobody made.
    Example
        values:
          current:
            mean: weight
    Instead
        values:
          current:
            mean: weight
            last: 7 days
    """

    number = "CDS244"
    message = {
        "en": "`{operator}` needs {field}",
        "nb": "`{operator}` trenger {field}",
    }
    cure = {"en": "write {field} under the operator", "nb": "skriv {field} under operatoren"}


class TwoWindows(Code):
    """Both `last` and `within`.

    What it means
        `last: 7 days` is today and the six days before; `within: 7 days` is from the day seven days before.
    Why it matters
        Only one of them can be the window.
    Example
        values:
          current:
            last_reading: weight
            last: 7 days
            within: 7 days
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS245"
    message = {"en": "the value `{name}` has two windows", "nb": "verdien `{name}` har to vinduer"}
    cure = {"en": "keep one of `last` and `within`", "nb": "behold en av `last` og `within`"}


class RequirementNotTaken(Code):
    """A requirement that this operator cannot count.

    What it means
        Aggregates count readings and days; `share_taken` counts how much of the time was monitored.
    Why it matters
        The value would be known although the requirement is not met.
    Example
        values:
          current:
            mean: weight
            last: 7 days
            require:
              - 70 % monitored
    Instead
        values:
          current:
            mean: weight
            last: 7 days
            require:
              - 3 readings
    """

    number = "CDS246"
    message = {
        "en": "`{operator}` cannot require `{text}`",
        "nb": "`{operator}` kan ikke kreve `{text}`",
    }
    cure = {"en": "it can require {allowed}", "nb": "den kan kreve {allowed}"}


class NeverMet(Code):
    """A requirement that can never be met.

    What it means
        More days than the window has, or more than 100 %.
    Why it matters
        The value would always be unknown, and the rule always silent.
    Example
        values:
          current:
            mean: weight
            last: 3 days
            require:
              - 4 days
    Instead
        values:
          current:
            mean: weight
            last: 7 days
            require:
              - 4 days
    """

    number = "CDS247"
    message = {"en": "`{text}` can never be met in {window}", "nb": "`{text}` kan aldri oppfylles i {window}"}
    cure = {"en": "require less, or make the window longer", "nb": "krev mindre, eller gjør vinduet lengre"}


class WrongDuration(Code):
    """A length of time of a sort that does not fit here.

    What it means
        A gap between readings is counted in `min`, `hours`, `days` or `weeks`, not in months.
    Why it matters
        Months have no fixed length.
    Example
        values:
          current:
            consecutive: weight
            that_are: above heavy
            gap_at_most: 1 month
          last_one:
            last_reading: weight
        limits:
          heavy:
            default: 100 kg
            source: house
          run:
            default: 3 readings
            source: house
        rules:
          too_heavy:
            when: current is at least run and last_one is above heavy
            colour: yellow
            summary:
              en: "Weight {last_one}"
    Instead
        values:
          current:
            consecutive: weight
            that_are: above heavy
            gap_at_most: 30 days
          last_one:
            last_reading: weight
        limits:
          heavy:
            default: 100 kg
            source: house
          run:
            default: 3 readings
            source: house
        rules:
          too_heavy:
            when: current is at least run and last_one is above heavy
            colour: yellow
            summary:
              en: "Weight {last_one}"
    """

    number = "CDS248"
    message = {"en": "`{field}` does not take `{text}`", "nb": "`{field}` tar ikke `{text}`"}
    cure = {"en": "write it in {expected}", "nb": "skriv det i {expected}"}


class SessionProblem(Code):
    """Sessions that overlap, are too many, or are missing.

    What it means
        A session is a span of the day, such as morning and evening; at most four may be given, and a reading lies
        in one of them. `per_session` and the like need sessions to count in.
    Why it matters
        A reading would count twice, or a field would have no effect.
    Example
        values:
          current:
            protocol_mean: weight
            last: 7 days
            sessions:
              morning: 04:00 to 12:00
              midday: 11:00 to 14:00
    Instead
        values:
          current:
            protocol_mean: weight
            last: 7 days
            sessions:
              morning: 04:00 to 11:00
              midday: 11:00 to 14:00
    """

    number = "CDS249"
    message = {"en": "{problem}", "nb": "{problem}"}
    cure = {
        "en": "give sessions that follow each other, `morning: 04:00 to 12:00`",
        "nb": "oppgi økter som følger etter hverandre, `morning: 04:00 to 12:00`",
    }


class RoundingStep(Code):
    """A rounding step that is no step.

    What it means
        `round: 1 mmHg` brings the value to the nearest whole mmHg; the step must be above 0.
    Why it matters
        The value itself is changed by it, so it decides at the limit.
    Example
        values:
          current:
            last_reading: weight
            round: 0 kg
    Instead
        values:
          current:
            last_reading: weight
            round: 0.1 kg
    """

    number = "CDS250"
    message = {"en": "`{text}` is no step to round to", "nb": "`{text}` er ikke et trinn å runde av til"}
    cure = {"en": "write a number above 0, for instance `0.1 kg`", "nb": "skriv et tall over 0, for eksempel `0.1 kg`"}

"""3xx, advice: the ruleset can be used, and something in it is probably not as its author thinks."""

from cds.diagnostics.report import Code


class SourceMissing(Code):
    """A limit with a number and no source.

    What it means
        A limit with a number of its own says with `source:` where the number comes from.
    Why it matters
        A number without a source cannot be reviewed. In an active ruleset this is an error.
    Example
        limits:
          heavy:
            default: 100 kg
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS301"
    severity = "warning"
    message = {
        "en": "the limit `{name}` has a number and no source",
        "nb": "grensen `{name}` har et tall og ingen kilde",
    }
    cure = {
        "en": "add `source:` with a name under `sources`",
        "nb": "legg til `source:` med et navn under `sources`",
    }


class Unused(Code):
    """A name that nothing uses.

    What it means
        The input, limit or value is written and stands in no rule, zone, value or text.
    Why it matters
        It may be a rule that was forgotten, or a limit that somebody sets for a patient without any effect.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
          tall:
            default: 200 cm
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS302"
    severity = "warning"
    message = {"en": "{kind} `{name}` is not used", "nb": "{kind} `{name}` er ikke i bruk"}
    cure = {"en": "use it, or take it away", "nb": "bruk det, eller ta det bort"}


class Retired(Code):
    """A ruleset that is out of use.

    What it means
        `status: retired` says that another ruleset has taken its place.
    Why it matters
        It still runs if it is loaded.
    Example
        status: retired
    Instead
        status: draft
    """

    number = "CDS303"
    severity = "warning"
    message = {"en": "the ruleset `{name}` is retired", "nb": "regelsettet `{name}` er tatt ut av bruk"}
    cure = {"en": "load the one that replaces it", "nb": "last det som erstatter det"}


class TextMissing(Code):
    """A text that is missing in a language of the ruleset.

    What it means
        The title is given in this language and the text is not. Another language is shown instead.
    Why it matters
        A reader meets two languages in one list.
    Example
        title:
          nb: Demo
          en: Demo
        limits:
          heavy:
            default: 100 kg
            source: house
    Instead
        title:
          nb: Demo
          en: Demo
        limits:
          heavy:
            default: 100 kg
            source: house
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              nb: "Vekt {current}"
              en: "Weight {current}"
    """

    number = "CDS304"
    severity = "warning"
    message = {
        "en": "{where} is missing in {languages}",
        "nb": "{where} mangler på {languages}",
    }
    cure = {"en": "add the text in {languages}", "nb": "legg til teksten på {languages}"}


class OrderNotKept(Code):
    """Two colours of a zone whose limits a patient can turn round.

    What it means
        Both limits can be set per patient, and neither says with `beyond` or `below` which one lies further out.
    Why it matters
        A patient whose red limit is set inside the yellow one would never be yellow.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
          very_heavy:
            default: 120 kg
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

    number = "CDS305"
    severity = "warning"
    message = {
        "en": "nothing keeps `{worse}` {word} `{milder}` when a patient has limits of their own",
        "nb": "ingenting holder `{worse}` {word} `{milder}` når en pasient har egne grenser",
    }
    cure = {
        "en": "write `{field}: {milder}` under the limit `{worse}`",
        "nb": "skriv `{field}: {milder}` under grensen `{worse}`",
    }


class WorstFirst(Code):
    """Colours of a zone in another order than worst first.

    What it means
        A zone is written red, orange, yellow, in the order in which the colours are tried.
    Why it matters
        A reader expects the first line that holds to count.
    Example
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
            yellow: above heavy
            red: above very_heavy
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

    number = "CDS306"
    severity = "warning"
    message = {"en": "`{worse}` stands below `{milder}`", "nb": "`{worse}` står under `{milder}`"}
    cure = {"en": "write the worst colour first", "nb": "skriv den verste fargen først"}


class BandsUnsorted(Code):
    """Bands that go neither up nor down.

    What it means
        The lines of a band table are written from the lowest to the highest, or the other way.
    Why it matters
        A hole or an overlap is hard to see otherwise.
    Example
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            points:
              - 92 to below 96: 1
              - below 92: 3
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    Instead
        inputs:
          saturation: oxygen_saturation
        limits:
          many:
            default: 2 points
            source: house
        values:
          current:
            last_reading: saturation
        bands:
          oxygen:
            value: current
            points:
              - below 92: 3
              - 92 to below 96: 1
              - at least 96: 0
        rules:
          low:
            when: oxygen is at least many
            colour: yellow
            summary:
              en: "Low"
    """

    number = "CDS307"
    severity = "warning"
    message = {"en": "`{text}` stands out of order", "nb": "`{text}` står i feil rekkefølge"}
    cure = {"en": "write the bands from the lowest to the highest", "nb": "skriv radene fra lavest til høyest"}


class GreenTwice(Code):
    """A zone that is green in more than one stretch of numbers.

    What it means
        Outside every colour a zone is green. Here that is so in several places, for instance between two colours, or
        beyond the worst one.
    Why it matters
        A value that is worse than yellow could look fine.
    Example
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
            yellow: from heavy to very_heavy
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

    number = "CDS308"
    severity = "warning"
    message = {
        "en": "the zone `{name}` is green in more than one place: {stretches}",
        "nb": "sonen `{name}` er grønn flere steder: {stretches}",
    }
    cure = {
        "en": "let the outermost colour say `above` or `below` rather than `from … to`, and leave no hole between two",
        "nb": "la den ytterste fargen si `above` eller `below`, ikke `from … to`, og la det ikke være hull mellom to",
    }


class ReminderKeptBack(Code):
    """A reminder that is due while the alarm is silent.

    What it means
        `quiet_for` keeps an alarm silent after it was shown, and holds reminders back. Where it is the longer of the
        two, the reminder comes when it ends, and not after `remind_after`.
    Why it matters
        Somebody relies on being reminded, and is reminded later than the ruleset seems to say.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            quiet_for: 12 hours
            remind_after: 2 hours
            summary:
              en: "Weight {current}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            quiet_for: 2 hours
            remind_after: 12 hours
            summary:
              en: "Weight {current}"
    """

    number = "CDS309"
    severity = "warning"
    message = {
        "en": "the reminder after {remind} waits until {quiet} of silence are over",
        "nb": "påminnelsen etter {remind} venter til {quiet} med stillhet er over",
    }
    cure = {
        "en": "shorten `quiet_for`, or let `remind_after` be at least as long",
        "nb": "gjør `quiet_for` kortere, eller la `remind_after` være minst like lang",
    }

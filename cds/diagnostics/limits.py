"""2xx, limits: their number, span, order, cases and source."""

from cds.diagnostics.report import Code


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
        `- otherwise: not set` says that nobody else has such a limit.
    Why it matters
        Whether a patient who fits no case was forgotten, or is to have no limit, could not be told.
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


class LimitInCase(Code):
    """A limit that cannot decide a case of another limit.

    What it means
        Cases are decided before any patient's own limits, so a case may compare only with limits that are `fixed`,
        and only with those that stand above it.
    Why it matters
        The limit would depend on one that is not yet known.
    Example
        limits:
          old:
            default: 65 years
            source: house
          heavy:
            default:
              - when: age is at least old
                use: 100 kg
              - otherwise: 60 kg
            source: house
    Instead
        limits:
          old:
            fixed: 65 years
            source: house
          heavy:
            default:
              - when: age is at least old
                use: 100 kg
              - otherwise: 60 kg
            source: house
    """

    number = "CDS238"
    message = {
        "en": "`{name}` cannot decide a case of `{other}`",
        "nb": "`{name}` kan ikke avgjøre et tilfelle av `{other}`",
    }
    cure = {
        "en": "use a limit with `fixed`, and write it above `{other}`",
        "nb": "bruk en grense med `fixed`, og skriv den over `{other}`",
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
    Example
        status: active
        reviewed:
          name: Kari Lege
          role: doctor
          date: 2026-11-01
          hash: 595ff9053f3e4528bf9a26e144259ba1a771397af1077441c2813b8e9a89d473
        limits:
          heavy:
            default: 100 kg
    Instead
        status: active
        reviewed:
          name: Kari Lege
          role: doctor
          date: 2026-11-01
          hash: 4103298dd63e2b54c770774558eac4afa9a9a59ed8c9e4fa6ed7f4cdc78d9688
        limits:
          heavy:
            default: 100 kg
            source: house
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

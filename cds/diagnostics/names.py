"""2xx, names: what nothing has, what two things have, and what goes round in a circle."""

from cds.diagnostics.report import Code


class UnknownName(Code):
    """A name that nothing has.

    What it means
        The name is used here and is not written anywhere in this ruleset (or in the concept files, for a concept).
    Why it matters
        The rule cannot be evaluated; most often it is a slip of the pen.
    Example
        rules:
          too_heavy:
            when: current is above heavy and current is above hevy
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

    number = "CDS201"
    message = {"en": "there is no {kind} `{name}`", "nb": "`{name}` finnes ikke som {kind}"}
    cure = {
        "en": "check the spelling, or add it",
        "nb": "sjekk skrivemåten, eller legg det til",
    }


class WrongKind(Code):
    """A name of one kind where another kind is needed.

    What it means
        Inputs are what is read, values are what is found from them, limits are what they are compared with, and
        rules are what fires. Each stands in its own places.
    Why it matters
        Something else than what the author thinks would decide.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            hidden_by: heavy
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

    number = "CDS202"
    message = {
        "en": "`{name}` is {found}, and {needed} is needed here",
        "nb": "`{name}` er {found}, og her trengs {needed}",
    }
    cure = {"en": "use the name of {needed}", "nb": "bruk navnet på {needed}"}


class InputNotValue(Code):
    """An input where a number is needed.

    What it means
        An input has many readings. An operator under `values` says which of them, or what about them, counts.
    Why it matters
        The newest weight, the mean of a week and the rise in three days are different numbers.
    Example
        rules:
          too_heavy:
            when: current is above heavy and weight is above heavy
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

    number = "CDS211"
    message = {
        "en": "`{name}` is an input, and a number is needed here",
        "nb": "`{name}` er en input, og her trengs et tall",
    }
    cure = {
        "en": "make a value of it, for instance with `last_reading: {name}`, and write the value's name here",
        "nb": "lag en verdi av den, for eksempel med `last_reading: {name}`, og skriv navnet på verdien her",
    }


class PartNeeded(Code):
    """A value with parts, used without saying which part.

    What it means
        A panel such as blood pressure gives one number for each of its parts.
    Why it matters
        A comparison is about one number.
    Example
        inputs:
          blood_pressure: blood_pressure
        limits:
          high:
            default: 135 mmHg
            source: house
        values:
          current:
            last_reading: blood_pressure
        rules:
          too_high:
            when: current is above high
            colour: yellow
            summary:
              en: "High"
    Instead
        inputs:
          blood_pressure: blood_pressure
        limits:
          high:
            default: 135 mmHg
            source: house
        values:
          current:
            last_reading: blood_pressure
        rules:
          too_high:
            when: current.systolic is above high
            colour: yellow
            summary:
              en: "High"
    """

    number = "CDS203"
    message = {"en": "`{name}` has the parts {parts}", "nb": "`{name}` har delene {parts}"}
    cure = {"en": "say which: `{example}`", "nb": "si hvilken: `{example}`"}


class NameTwice(Code):
    """One name for two things.

    What it means
        Values, bands, scores and limits share their names, and so do rules, zones and missing.
    Why it matters
        A condition with the name could mean either.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
          current:
            default: 120 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS204"
    message = {
        "en": "`{name}` is {now_is} here, and {then_is} in another place",
        "nb": "`{name}` er {now_is} her, og {then_is} et annet sted",
    }
    cure = {"en": "give one of them another name", "nb": "gi en av dem et annet navn"}


class UnknownPlaceholder(Code):
    """A placeholder in a text that stands for nothing.

    What it means
        In a text `{name}` shows a value, limit or score of this ruleset; `{value}`, `{limit}` and `{newest}` show what
        decided.
    Why it matters
        The reader would see a hole where the number should be.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {curent}, the limit is {limit}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "Weight {current}, the limit is {limit}"
    """

    number = "CDS205"
    message = {"en": "`{{{name}}}` stands for nothing", "nb": "`{{{name}}}` står ikke for noe"}
    cure = {
        "en": "use the name of a value or limit, or value, limit or newest; write a word in ordinary brackets",
        "nb": "bruk navnet på en verdi eller grense, eller value, limit eller newest; "
        "skriv et ord i vanlige parenteser",
    }


class Cycle(Code):
    """Things that lean on each other in a circle.

    What it means
        Each is decided by the next, and the last by the first again.
    Why it matters
        None of them can be decided first.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            hidden_by: far_too_heavy
            colour: yellow
            summary:
              en: "Weight {current}"
          far_too_heavy:
            when: current is above heavy
            hidden_by: too_heavy
            colour: red
            summary:
              en: "Weight {current}"
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            hidden_by: far_too_heavy
            colour: yellow
            summary:
              en: "Weight {current}"
          far_too_heavy:
            when: current is above heavy
            colour: red
            summary:
              en: "Weight {current}"
    """

    number = "CDS206"
    message = {"en": "these go round in a circle: {path}", "nb": "disse går i ring: {path}"}
    cure = {"en": "take one of the references away", "nb": "ta bort en av henvisningene"}


class RulesetTwice(Code):
    """Two files with the same ruleset id.

    What it means
        The id after `ruleset:` says which ruleset a finding or a patient's limit belongs to.
    Why it matters
        A finding could not be traced to the file that gave it.
    Example
        # file: demo.yaml
        ruleset: demo
        # file: copy.yaml
        ruleset: demo
    Instead
        # file: demo.yaml
        ruleset: demo
        # file: copy.yaml
        ruleset: demo-copy
    """

    number = "CDS207"
    message = {"en": "the ruleset `{name}` is given by two files", "nb": "regelsettet `{name}` finnes i to filer"}
    cure = {"en": "give one of them another id, or leave one out", "nb": "gi en av dem en annen id, eller utelat en"}


class UnknownRuleset(Code):
    """A ruleset that is used and is not among the files.

    What it means
        `uses` and `adapts` name another ruleset by its id; its file must be loaded together with this one.
    Why it matters
        Rules that lean on it cannot be evaluated.
    Example
        uses:
          other: another-demo 1.x
    Instead
        version: 1.0.0
    """

    number = "CDS208"
    message = {
        "en": "the ruleset `{name}` is not among the files",
        "nb": "regelsettet `{name}` er ikke blant filene",
    }
    cure = {
        "en": "name its file too, or put it in the same folder",
        "nb": "oppgi filen også, eller legg den i samme mappe",
    }


class VersionNotMet(Code):
    """Another ruleset has a version that this one does not accept.

    What it means
        `1.x` accepts every version that begins with 1, `1.2.x` every one that begins with 1.2.
    Why it matters
        The other ruleset may have changed what its rules mean.
    Example
        # file: demo.yaml
        uses:
          other: other 2.x
        # file: other.yaml
        ruleset: other
    Instead
        # file: demo.yaml
        uses:
          other: other 1.x
        # file: other.yaml
        ruleset: other
    """

    number = "CDS209"
    message = {
        "en": "`{wanted}` of `{name}` is asked for, and version {found} is loaded",
        "nb": "det bes om `{wanted}` av `{name}`, og versjon {found} er lastet",
    }
    cure = {
        "en": "use a file of that version, or check this ruleset against {found} and change the number",
        "nb": "bruk en fil med den versjonen, eller sjekk dette regelsettet mot {found} og endre tallet",
    }


class NotAUse(Code):
    """Another ruleset is named in a way that cannot be read.

    What it means
        Another ruleset is named by its id and the versions that are accepted: `home-blood-pressure 1.x`.
    Why it matters
        Without the version, a later change there would change the rules here unseen.
    Example
        uses:
          other: Another ruleset
    Instead
        version: 1.0.0
    """

    number = "CDS210"
    message = {"en": "`{text}` names no ruleset and version", "nb": "`{text}` er ikke et regelsett og en versjon"}
    cure = {
        "en": "write the id and the versions, for instance `home-blood-pressure 1.x`",
        "nb": "skriv id og versjoner, for eksempel `home-blood-pressure 1.x`",
    }

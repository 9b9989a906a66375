"""1xx, how the file is written: its encoding and size, its lines, names and indentation.

Found by `cds.source` before any meaning is looked for; signs inside a line are in `cds.diagnostics.signs`.
"""

from cds.diagnostics.report import Code


class NotReadable(Code):
    """The text cannot be read from this place on.

    What it means
        The order of names, colons, dashes and indentation breaks here, and no more precise cause was found.
    Why it matters
        What follows is not checked until this is mended.
    Example
        limits:
          heavy:
            default: 100 kg
            source: house
        ]
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS130"
    message = {"en": "the file cannot be read from here on", "nb": "filen kan ikke leses herfra og videre"}
    cure = {
        "en": "look at this line and the one above: each line is `name: text`, `name:` with an indented block below, "
        "or `- text`",
        "nb": "se på denne linjen og den over: hver linje er `navn: tekst`, `navn:` med en innrykket blokk under, "
        "eller `- tekst`",
    }


class NotUtf8(Code):
    """The file is saved in another character encoding than UTF-8.

    What it means
        Letters such as æ, ø, å and ° are stored as bytes that are not UTF-8.
    Why it matters
        The letters would come out wrong in the texts that people read.
    """

    number = "CDS131"
    message = {"en": "the file is not saved as UTF-8", "nb": "filen er ikke lagret som UTF-8"}
    cure = {"en": "save it as UTF-8 in your editor", "nb": "lagre den som UTF-8 i redigeringsprogrammet"}


class TooLarge(Code):
    """The file is larger than a ruleset can be.

    What it means
        A file has at most one million characters.
    Why it matters
        Such a file is hardly a ruleset, and checking it would take long.
    """

    number = "CDS133"
    message = {
        "en": "the file has {size} characters, and {most} is the most",
        "nb": "filen har {size} tegn, og {most} er det meste",
    }
    cure = {"en": "divide it into several rulesets", "nb": "del den i flere regelsett"}


class TooDeep(Code):
    """Blocks inside blocks, deeper than any ruleset goes.

    What it means
        At most 30 blocks or lists may stand inside each other.
    Why it matters
        Such a file is hardly a ruleset, and it could stop the program that reads it.
    Example
        inputs: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[weight]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]
    Instead
        inputs:
          weight: body_weight
    """

    number = "CDS134"
    message = {
        "en": "blocks stand inside each other more than {most} deep",
        "nb": "blokker står inni hverandre mer enn {most} nivåer dypt",
    }
    cure = {"en": "remove the extra brackets or indentation", "nb": "fjern klammer eller innrykk som er for mange"}


class TooMany(Code):
    """More names, texts and lists than a ruleset can have.

    What it means
        A file has at most 50,000 of them.
    Why it matters
        Such a file is hardly a ruleset, and checking it would take long.
    """

    number = "CDS135"
    message = {
        "en": "the file has more than {most} names and texts",
        "nb": "filen har mer enn {most} navn og tekster",
    }
    cure = {"en": "divide it into several rulesets", "nb": "del den i flere regelsett"}


class EmptyFile(Code):
    """The file says nothing.

    What it means
        It is empty, or holds only comments.
    Why it matters
        A ruleset that was lost must not pass for one that found nothing.
    """

    number = "CDS136"
    message = {"en": "the file is empty", "nb": "filen er tom"}
    cure = {"en": "`cds new` writes a beginning", "nb": "`cds new` skriver en begynnelse"}


class SecondDocument(Code):
    """A line with `---` or `...` that begins a second document in the same file.

    What it means
        One file holds one ruleset.
    Why it matters
        What stands below the line would be left out in silence.
    Example
        status: draft
        ---
        version: 1.0.0
    Instead
        status: draft
        version: 1.0.0
    """

    number = "CDS137"
    message = {"en": "`{text}` would end the ruleset here", "nb": "`{text}` ville avslutte regelsettet her"}
    cure = {
        "en": "take the line away, or put what follows in a file of its own",
        "nb": "ta bort linjen, eller legg det som følger i en egen fil",
    }


class FlowBlock(Code):
    """A block or a list in brackets.

    What it means
        Square brackets hold a list of words on one line, `[a, b]`; everything else is written on lines of its own.
    Why it matters
        Brackets inside brackets are hard to read, and a place in them is hard to point at.
    Example
        title: {en: Demo}
    Instead
        title:
          en: Demo
    """

    number = "CDS147"
    message = {
        "en": "only a list of words may stand in brackets",
        "nb": "bare en liste av ord kan stå i klammer",
    }
    cure = {
        "en": "write each field or item on a line of its own, indented",
        "nb": "skriv hvert felt eller punkt på en egen linje, med innrykk",
    }


class UnclosedList(Code):
    """A list in square brackets that is not closed.

    What it means
        The list begins with `[` and `]` is not found.
    Why it matters
        The lines below would become part of the list.
    Example
        limits:
          heavy:
            default: 100 kg
            was: [too_heavy, heavy_patient
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            was: [too_heavy, heavy_patient]
            source: house
    """

    number = "CDS148"
    message = {"en": "the list that opens here is not closed", "nb": "listen som åpner her, lukkes ikke"}
    cure = {"en": "close it with `]`", "nb": "lukk den med `]`"}


class DuplicateName(Code):
    """The same name twice in one block.

    What it means
        Both cannot count, and it would be a guess which one was meant.
    Why it matters
        Other programs keep the last one in silence; then a limit that was changed above has no effect.
    Example
        limits:
          heavy:
            default: 100 kg
            default: 120 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS149"
    message = {"en": "`{name}` is written twice in this block", "nb": "`{name}` står to ganger i denne blokken"}
    cure = {"en": "keep one of them", "nb": "behold én av dem"}


class Indentation(Code):
    """A line that is indented otherwise than its neighbours.

    What it means
        Lines of one block begin in the same column, and a block is indented under a name that ends with a colon.
    Why it matters
        The indentation says what belongs to what.
    Example
        limits:
          heavy:
            default: 100 kg
           source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS150"
    message = {
        "en": "the indentation of this line fits no block above",
        "nb": "innrykket på denne linjen passer ikke til noen blokk over",
    }
    cure = {
        "en": "begin it in the same column as the other lines of its block",
        "nb": "begynn den i samme kolonne som de andre linjene i blokken",
    }


class NoSpace(Code):
    """No space after the colon or the dash.

    What it means
        A name is followed by a colon and a space, a list item begins with a dash and a space.
    Why it matters
        Without the space both sides are read as one word.
    Example
        status:draft
    Instead
        status: draft
    """

    number = "CDS151"
    message = {"en": "a space is missing after `{sign}`", "nb": "det mangler et mellomrom etter `{sign}`"}
    cure = {"en": "write `{right}`", "nb": "skriv `{right}`"}


class NoColon(Code):
    """A name without its colon.

    What it means
        A line in a block is `name: text`, or `name:` with an indented block below.
    Why it matters
        Without the colon the line is no field.
    Example
        title
          en: Demo
    Instead
        title:
          en: Demo
    """

    number = "CDS152"
    message = {"en": "a colon is missing after `{text}`", "nb": "det mangler et kolon etter `{text}`"}
    cure = {"en": "write `{right}`", "nb": "skriv `{right}`"}


class BadKey(Code):
    """Something else than a word stands before the colon.

    What it means
        The name of a field is a word or a text, never a list, a block or nothing.
    Why it matters
        A field without a name cannot be referred to.
    Example
        title:
          : Demo
          en: Demo
    Instead
        title:
          en: Demo
    """

    number = "CDS156"
    message = {"en": "a word is missing before the colon", "nb": "det mangler et ord foran kolonet"}
    cure = {"en": "write the name of the field, then `:`", "nb": "skriv navnet på feltet, deretter `:`"}


class DashAfterColon(Code):
    """A list that begins on the line of its name.

    What it means
        The items of a list stand on the lines below the name, each with its dash.
    Why it matters
        A dash after the colon is read as part of a text.
    Example
        applies_to: - has diabetes
    Instead
        applies_to:
          - has diabetes
        inputs:
          weight: body_weight
          diabetes:
            diagnosis: diabetes
    """

    number = "CDS158"
    message = {"en": "the list begins on the line of its name", "nb": "listen begynner på samme linje som navnet"}
    cure = {
        "en": "begin it on the next line, indented: `- …`",
        "nb": "begynn den på neste linje, med innrykk: `- …`",
    }

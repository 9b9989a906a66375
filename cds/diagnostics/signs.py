"""1xx, signs inside a line: quotes, colons, commas, tabs and other characters that are not what they look like."""

from cds.diagnostics.report import Code


class HiddenCharacter(Code):
    """A character that cannot be seen.

    What it means
        A control character, a zero-width character, or one that turns the direction of writing.
    Why it matters
        Two names or texts that look alike would be different, or a line would read differently from what it does.
    Example
        title:
          en: "De\u200bmo"
    Instead
        title:
          en: "Demo"
    """

    number = "CDS132"
    message = {"en": "there is a hidden character here ({name})", "nb": "her står et usynlig tegn ({name})"}
    cure = {
        "en": "delete it; writing the line anew is the surest way",
        "nb": "slett det; det sikreste er å skrive linjen på nytt",
    }


class Tab(Code):
    """A tab where spaces belong.

    What it means
        Indentation and gaps are written with spaces only.
    Why it matters
        A tab is as wide as each editor likes, so the block that a line belongs to would depend on who reads it.
    Example
        title:
        \ten: Demo
    Instead
        title:
          en: Demo
    """

    number = "CDS138"
    message = {"en": "there is a tab here", "nb": "her står en tabulator"}
    cure = {
        "en": "use spaces, two for each level",
        "nb": "bruk mellomrom, to for hvert nivå",
    }


class HardSpace(Code):
    """A non-breaking space where an ordinary space belongs.

    What it means
        It looks like a space and is another character; it often comes along when text is pasted.
    Why it matters
        Words on both sides of it are taken for one word.
    Example
        values:
          current:
            last_reading: weight
            within: 7\u00a0days
    Instead
        values:
          current:
            last_reading: weight
            within: 7 days
    """

    number = "CDS139"
    message = {
        "en": "there is a non-breaking space here",
        "nb": "her står et hardt mellomrom",
    }
    cure = {"en": "replace it with an ordinary space", "nb": "bytt det med et vanlig mellomrom"}


class CurlyQuotes(Code):
    """Curly quotes where straight ones belong.

    What it means
        A text is put in straight quotes `"`; word processors turn them into “ ” or « ».
    Why it matters
        Curly quotes are ordinary letters here: they would be shown, and would not protect the text.
    Example
        title:
          en: “Demo”
    Instead
        title:
          en: "Demo"
    """

    number = "CDS140"
    message = {
        "en": "the text is put in curly quotes {text}",
        "nb": "teksten står i krøllede anførselstegn {text}",
    }
    cure = {"en": 'use straight quotes "…"', "nb": 'bruk rette anførselstegn "…"'}


class UnquotedStart(Code):
    """A text without quotes that begins with a sign of its own meaning.

    What it means
        A text that begins with one of ``{ [ % @ ` > | * & ! , ] } ? -`` must stand in quotes.
    Why it matters
        The sign is not read as a part of the text.
    Example
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: {current} is above {limit}
    Instead
        rules:
          too_heavy:
            when: current is above heavy
            colour: yellow
            summary:
              en: "{current} is above {limit}"
    """

    number = "CDS141"
    message = {
        "en": "a text that begins with `{sign}` must stand in quotes",
        "nb": "en tekst som begynner med `{sign}`, må stå i anførselstegn",
    }
    cure = {"en": 'put the whole text in "…"', "nb": 'sett hele teksten i "…"'}


class UnquotedColon(Code):
    """A text without quotes that has a colon inside.

    What it means
        A colon followed by a space begins a new field, so a text with one must stand in quotes.
    Why it matters
        The text would be cut in two, or the file could not be read at all.
    Example
        title:
          en: Demo: weight
    Instead
        title:
          en: "Demo: weight"
    """

    number = "CDS142"
    message = {
        "en": "a text with a colon inside must stand in quotes",
        "nb": "en tekst med kolon inni må stå i anførselstegn",
    }
    cure = {"en": 'put the whole text in "…"', "nb": 'sett hele teksten i "…"'}


class UnquotedHash(Code):
    """A text without quotes that is cut off by `#`.

    What it means
        A space and `#` begin a comment, so a text with them must stand in quotes.
    Why it matters
        The rest of the text would not be shown, and nobody would notice.
    Example
        title:
          en: Demo #2
    Instead
        title:
          en: "Demo #2"
    """

    number = "CDS143"
    message = {
        "en": "the text is cut off by `#`, which begins a comment",
        "nb": "teksten kuttes av `#`, som begynner en kommentar",
    }
    cure = {
        "en": 'put the whole text in "…", and a comment on a line of its own',
        "nb": 'sett hele teksten i "…", og en kommentar på en egen linje',
    }


class TextAfterQuote(Code):
    """More text after the closing quote.

    What it means
        Quotes stand around the whole text. A quote inside the text ends it too early.
    Why it matters
        What follows the quote has no place to go.
    Example
        title:
          en: "Demo" of weight
    Instead
        title:
          en: "Demo of weight"
    """

    number = "CDS144"
    message = {
        "en": "there is more text after the closing quote",
        "nb": "her står mer tekst etter det siste anførselstegnet",
    }
    cure = {
        "en": "put quotes around the whole text; inside \"…\" use '…' for a quotation",
        "nb": "sett anførselstegn om hele teksten; inni \"…\" brukes '…' om et sitat",
    }


class UnclosedQuote(Code):
    """A quote that is opened and not closed.

    What it means
        The text begins with a quote, and the line that should close it is not found before the next field.
    Why it matters
        Everything below would become part of the text.
    Example
        title:
          en: "Demo
    Instead
        title:
          en: "Demo"
    """

    number = "CDS145"
    message = {"en": "the quote that opens here is not closed", "nb": "anførselstegnet som åpner her, lukkes ikke"}
    cure = {
        "en": "close it; a text over several lines is indented further than its name",
        "nb": "lukk det; en tekst over flere linjer rykkes lenger inn enn navnet sitt",
    }


class BlockText(Code):
    """A text begun with `|` or `>`.

    What it means
        Texts stand in quotes, also when they run over several lines.
    Why it matters
        There is one way to write a text, so that line breaks and indentation never change what is shown.
    Example
        title:
          en: >
            Demo
    Instead
        title:
          en: "Demo"
    """

    number = "CDS146"
    message = {"en": "a text is not begun with `{sign}`", "nb": "en tekst begynnes ikke med `{sign}`"}
    cure = {
        "en": 'put the text in "…"; it may run over several lines',
        "nb": 'sett teksten i "…"; den kan gå over flere linjer',
    }


class Reuse(Code):
    """An anchor `&name`, a reference `*name` or a merge `<<`.

    What it means
        These are signs by which YAML copies a part of a file to another place.
    Why it matters
        A ruleset is read by people: what holds for a rule must stand at the rule.
    Example
        limits:
          heavy:
            default: &usual 100 kg
            source: house
    Instead
        limits:
          heavy:
            default: 100 kg
            source: house
    """

    number = "CDS153"
    message = {"en": "`{text}` copies a part of the file", "nb": "`{text}` kopierer en del av filen"}
    cure = {
        "en": "write the text out in both places, or use the name of a limit in both",
        "nb": "skriv teksten begge steder, eller bruk navnet på en grense begge steder",
    }


class Tag(Code):
    """A type mark with `!`.

    What it means
        `!!str` and the like tell YAML how to read a text.
    Why it matters
        Here every text is read as it is written, so there is nothing to tell.
    Example
        version: !!str 1.0.0
    Instead
        version: 1.0.0
    """

    number = "CDS154"
    message = {"en": "`{text}` has no meaning here", "nb": "`{text}` har ingen mening her"}
    cure = {"en": "take it away", "nb": "ta det bort"}


class DecimalComma(Code):
    """A decimal comma in a number.

    What it means
        Numbers are written with a decimal point: `2.5 kg`. In texts for people the comma is right.
    Why it matters
        A comma also separates the items of a list, so `2,5` could be one number or two.
    Example
        limits:
          heavy:
            default: 102,5 kg
            source: house
    Instead
        limits:
          heavy:
            default: 102.5 kg
            source: house
    """

    number = "CDS155"
    message = {"en": "`{text}` has a decimal comma", "nb": "`{text}` har desimalkomma"}
    cure = {"en": "write `{right}`", "nb": "skriv `{right}`"}


class BadEscape(Code):
    """A backslash in double quotes that means nothing.

    What it means
        Inside "…" a backslash begins a special sign, such as `\\n` for a new line.
    Why it matters
        The text cannot be read.
    Example
        title:
          en: "Demo \\d"
    Instead
        title:
          en: "Demo"
    """

    number = "CDS157"
    message = {
        "en": "the backslash begins no sign that exists",
        "nb": "omvendt skråstrek begynner ikke noe tegn som finnes",
    }
    cure = {
        "en": "take the backslash away, or write `\\\\` if it shall be shown",
        "nb": "ta den bort, eller skriv `\\\\` om den skal vises",
    }

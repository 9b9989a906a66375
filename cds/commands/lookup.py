"""`cds explain` and `cds schema`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cds.adapters.issues import ISSUES, sentence
from cds.adapters.records_schema import records_schema
from cds.adapters.tables.reference import tables_reference
from cds.diagnostics import CdsError, Language, all_codes, closest, explanation
from cds.diagnostics.explain import parts_of
from cds.document import result_schema
from cds.exchange import request_schema, response_schema
from cds.manual import field_reference, grammar_page
from cds.messages import messages_schema
from cds.report.definitions import indicators_schema
from cds.schemas import adaptation_schema, cases_schema, concepts_schema, editor_schema, ruleset_schema


def _printed(schema: Callable[[], dict[str, Any]]) -> Callable[[], str]:
    return lambda: json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


SUBJECTS: Final[Mapping[str, Callable[[], str]]] = {
    "ruleset": _printed(ruleset_schema),
    "adaptation": _printed(adaptation_schema),
    "cases": _printed(cases_schema),
    "concepts": _printed(concepts_schema),
    "editor": _printed(editor_schema),
    "indicators": _printed(indicators_schema),
    "patient": _printed(records_schema),
    "result": _printed(result_schema),
    "messages": _printed(messages_schema),
    "request": _printed(request_schema),
    "response": _printed(response_schema),
    "reference": field_reference,
    "tables": tables_reference,
    "grammar": grammar_page,
}


_ENGLISH_ONLY: Final[Mapping[Language, str]] = {
    "nb": "(forklaringen finnes bare på engelsk)\n\n",
    "nn": "(forklaringa finst berre på engelsk)\n\n",
    "en": "",
}


def explain(given: argparse.Namespace) -> int:
    """Print what a code means with an example, or every code of a diagnostic in one line."""
    sys.stdout.write(_explained(given.code, given.lang) if given.code else _all_in_short(given.lang))
    return 0


def _all_in_short(language: Language) -> str:
    lines = (f"{number}  {kind.severity:7}  {parts_of(kind).first}\n" for number, kind in all_codes().items())
    return _ENGLISH_ONLY[language] + "".join(lines)


def _explained(code: str, language: Language) -> str:
    """A diagnostic's code, or the code of an issue with patient data."""
    if code.upper() in all_codes():
        return _ENGLISH_ONLY[language] + explanation(code)
    if code.lower() in ISSUES:
        return f"{code.lower()}: {sentence(code.lower(), language)}\n"
    near = closest(code.upper(), all_codes()) or closest(code.lower(), ISSUES)
    hint = f"; did you mean `{near}`?" if near else "."
    raise CdsError(f"there is no code `{code}`{hint} `cds explain` lists those of diagnostics")


def schema(given: argparse.Namespace) -> int:
    """Print a schema, the field reference or the grammar, or write it into a file."""
    text = SUBJECTS[given.subject]()
    if given.out:
        Path(given.out).write_text(text, "utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0

"""`cds explain` and `cds schema`."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cds.adapters.records_schema import records_schema
from cds.adapters.tables.reference import tables_reference
from cds.diagnostics import CdsError, all_codes, closest, explanation
from cds.diagnostics.explain import parts_of
from cds.document import result_schema
from cds.exchange import request_schema, response_schema
from cds.manual import field_reference, grammar_page
from cds.messages import messages_schema
from cds.schemas import adaptation_schema, cases_schema, concepts_schema, editor_schema, ruleset_schema


def _printed(schema: Callable[[], dict[str, Any]]) -> Callable[[], str]:
    return lambda: json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"


SUBJECTS: Final[Mapping[str, Callable[[], str]]] = {
    "ruleset": _printed(ruleset_schema),
    "adaptation": _printed(adaptation_schema),
    "cases": _printed(cases_schema),
    "concepts": _printed(concepts_schema),
    "editor": _printed(editor_schema),
    "patient": _printed(records_schema),
    "result": _printed(result_schema),
    "messages": _printed(messages_schema),
    "request": _printed(request_schema),
    "response": _printed(response_schema),
    "reference": field_reference,
    "tables": tables_reference,
    "grammar": grammar_page,
}


def explain(given: argparse.Namespace) -> int:
    """Print what a code means with an example, or every code in one line."""
    codes = all_codes()
    if given.code is None:
        lines = (f"{number}  {kind.severity:7}  {parts_of(kind).first}" for number, kind in codes.items())
        sys.stdout.write("\n".join(lines) + "\n")
        return 0
    number = given.code.upper()
    if number not in codes:
        near = closest(number, codes)
        hint = f"; did you mean {near}?" if near else ""
        raise CdsError(f"there is no code `{given.code}`{hint} `cds explain` lists them all")
    sys.stdout.write(explanation(number))
    return 0


def schema(given: argparse.Namespace) -> int:
    """Print a schema, the field reference or the grammar, or write it into a file."""
    text = SUBJECTS[given.subject]()
    if given.out:
        Path(given.out).write_text(text, "utf-8", newline="\n")
    else:
        sys.stdout.write(text)
    return 0

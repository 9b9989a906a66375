"""The language as reference for people: every field, operator and concept, and the grammar; made from the model."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from cds.cases import GRAMMAR as CASE_GRAMMAR
from cds.catalogue import shared_concepts
from cds.codes import Concept
from cds.model import Alarm
from cds.model import Rule as RuleBlock
from cds.operators import OPERATORS
from cds.operators.reasons import Reason
from cds.phrases import GRAMMAR
from cds.schemas import Schema, adaptation_schema, phrase_of, ruleset_schema

_BLOCKS: Final = (
    ("sources", "Source"),
    ("inputs", "Input"),
    ("limits", "Limit"),
    ("values", "Value"),
    ("bands", "BandTable"),
    ("scores", "Score"),
    ("checks", "Check"),
    ("zones", "Zone"),
    ("rules", "Rule"),
    ("missing", "Missing"),
    ("reviewed", "Review"),
)
_NOTHING: Final[Mapping[str, str]] = {}
_WINDOWS: Final = ("last", "within")


def grammar_page() -> str:
    """What may stand in conditions, quantities, durations and cases, on one page."""
    reasons = ", ".join(each.name.replace("_", " ") for each in Reason)
    cases = f"## Cases (`NAME.test.yaml`)\n\n```\n{CASE_GRAMMAR}```\n\nReasons of unknown: {reasons}.\n"
    return f"# Grammar of the ruleset language, `language: 1`\n\n```\n{GRAMMAR}```\n\n{cases}"


def field_reference() -> str:
    """Every field, operator and concept of the language, as Markdown."""
    schema = ruleset_schema()
    blocks = dict(_BLOCKS)
    lines = ["# Reference of the ruleset language, `language: 1`", "", "## The file", ""]
    lines += _table(schema, {name: f"block, see [{name}](#{name})" for name in blocks})
    for block, name in _BLOCKS:
        described = schema["$defs"][name]
        lines += ["", f"## {block}", "", described["description"], "", *_table(described, leave_out=_shared(name))]
    lines += ["", "## Texts and alarm", "", "Also in every zone, rule and missing-data rule.", ""]
    lines += _table(schema["$defs"]["Rule"], leave_out=RuleBlock.model_fields.keys() - Alarm.model_fields.keys())
    lines += ["", "## Local adaptation", "", "A file of its own, loaded together with the ruleset that it adapts.", ""]
    lines += _adaptation()
    lines += ["", "## Operators", "", "Under `values`, one per value: `mean: weight`.", "", *_operators()]
    lines += ["", "## Concepts", "", "What inputs may name; files of your own may add to them.", "", *_concepts()]
    return "\n".join(lines) + "\n"


def _adaptation() -> Iterator[str]:
    schema = adaptation_schema()
    yield from _table(schema)
    for name, block in (("AdaptedLimit", "limits"), ("AdaptedRule", "rules")):
        yield from ("", f"Under `{block}`:", "", *_table(schema["$defs"][name]))


def _shared(block: str) -> Collection[str]:
    return Alarm.model_fields if block in ("Zone", "Rule", "Missing") else OPERATORS


def _table(schema: Schema, known: Mapping[str, str] = _NOTHING, leave_out: Collection[str] = ()) -> Iterator[str]:
    yield from ("| field | written as | meaning |", "|---|---|---|")
    required = schema.get("required", ())
    for name, field in schema["properties"].items():
        if name not in leave_out:
            needed = " (required)" if name in required else ""
            yield f"| `{name}`{needed} | {known.get(name) or _form(field)} | {_cell(field.get('description', ''))} |"


def _form(field: Schema) -> str:
    """How a field is written, in a few words."""
    if "$ref" in field:
        return "block"
    if "enum" in field:
        return " or ".join(f"`{each}`" for each in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if "anyOf" in field:
        return "; or ".join(dict.fromkeys(_form(each) for each in field["anyOf"]))
    if field.get("type") == "array":
        return f"list of {_form(field['items'])}"
    if field.get("type") == "object":
        return _block_form(field)
    example = next(iter(field.get("examples", ())), "")
    title = field.get("title", "text")
    return title if title == "name" else f"{title}, `{example}`" if example else "text"


def _block_form(field: Schema) -> str:
    names = field.get("propertyNames", {}).get("enum")
    if names:
        return f"texts by language: {', '.join(f'`{each}`' for each in names)}"
    example = next(iter(field.get("examples", ())), None)
    return f"block, `{next(iter(example.items()))[0]}: {next(iter(example.values()))}`" if example else "block"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _operators() -> Iterator[str]:
    yield from ("| operator | gives | reads | window | other fields |", "|---|---|---|---|---|")
    for each in OPERATORS.values():
        if each.public:
            windows = " or ".join(f"`{name}`" for name in _WINDOWS if name in each.window)
            needed = f"{windows}, required" if each.needs_window and windows else windows
            fields = ", ".join(
                f"`{name}`{' (required)' if name in each.needs else ''}" for name in sorted(each.options)
            )
            yield f"| `{each.name}` | {phrase_of(each)} | {', '.join(sorted(each.reads))} | {needed} | {fields} |"


def _concepts() -> Iterator[str]:
    yield from ("| concept | kind | label | unit | arrives in |", "|---|---|---|---|---|")
    for name, concept in shared_concepts().by_name.items():
        yield _concept_row(name, concept)
        for part, each in concept.parts.items():
            yield _concept_row(f"{name}.{part}", each)


def _concept_row(name: str, concept: Concept) -> str:
    units = ", ".join(concept.units)
    return f"| `{name}` | {concept.kind} | {concept.label.get('en', '')} | {concept.unit} | {units} |"

"""JSON Schemas of the files that authors write, for editors that complete and mark while typing; made from the model.

An editor reads a bare `1` or `3.9` as a number, as YAML says, and we as text; so a number may stand where words may.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from cds.adapters.shapes import as_list, as_object
from cds.cases.reading import FIELDS
from cds.cases.words import SERIES
from cds.catalogue import ConceptFile
from cds.model import AdaptationFile, RulesetFile
from cds.operators import OPERATORS, Operator

Schema = dict[str, Any]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ONE_OR_MORE: Final = ("hidden_by", "unknown_while")
_SCALARS: Final = ("string", "number", "integer")
_WORDS: Final[Mapping[str, Any]] = {"type": ["string", "number"]}
_LANGUAGES: Final = ("nb", "nn", "en")


def ruleset_schema() -> Schema:
    """JSON Schema of a ruleset file as authors write it, for editors that complete and mark while typing."""
    schema = _written(RulesetFile.model_json_schema(by_alias=True))
    definitions = schema["$defs"]
    _name_operators(definitions["Value"])
    inputs = schema["properties"]["inputs"]
    inputs["additionalProperties"] = {"anyOf": [{"type": "string"}, inputs["additionalProperties"]]}
    for name in ("Rule", "Zone", "Missing"):
        for field in _ONE_OR_MORE:
            written = definitions[name]["properties"][field]
            either = {"anyOf": [written.pop("items"), {"type": written.pop("type"), "items": {"type": "string"}}]}
            written.update(either)
    return {"$schema": _DIALECT, **schema, "title": "cds ruleset"}


def adaptation_schema() -> Schema:
    """JSON Schema of a file that adapts a ruleset locally."""
    schema = _written(AdaptationFile.model_json_schema(by_alias=True))
    return {"$schema": _DIALECT, **schema, "title": "cds adaptation"}


def concepts_schema() -> Schema:
    """JSON Schema of a concept file."""
    schema = _written(ConceptFile.model_json_schema(by_alias=True))
    return {"$schema": _DIALECT, **schema, "title": "cds concepts"}


def cases_schema() -> Schema:
    """JSON Schema of a case file. An input's data may stand under any name: which there are, its ruleset says."""
    return {
        "$schema": _DIALECT,
        "title": "cds cases",
        "type": "object",
        "additionalProperties": False,
        "required": ["cases"],
        "properties": {"cases": _block("Cases by their names, each in words that say what it shows.", "Case")},
        "$defs": {"Case": _case(), "Data": _data(), "Rows": _rows(), "Expected": _expected()},
    }


def _block(description: str, of: str) -> Schema:
    return {"type": "object", "description": description, "additionalProperties": {"$ref": f"#/$defs/{of}"}}


def _case() -> Schema:
    fields: dict[str, Schema] = {
        "like": {**_WORDS, "description": "Another case, whose fields hold where this one says nothing."},
        "at": {**_WORDS, "description": "The moment at which the question is asked.", "examples": ["2026-01-08 08:00"]},
        "zone": {**_WORDS, "description": "Time zone; Europe/Oslo unless said."},
        "patient": {
            **_WORDS,
            "description": "Age, sex, diagnoses and devices.",
            "examples": ["74 years, heart_failure"],
        },
        "patient_limits": {
            "description": "The patient's own limits: `name: 1.5 kg, author, date`, or a list of records.",
            "anyOf": [
                {"type": "object", "additionalProperties": {"anyOf": [_WORDS, {"type": "array", "items": _WORDS}]}},
                {"type": "array", "items": {"type": "object"}},
            ],
        },
        "not_supplied": {"type": "array", "items": _WORDS, "description": "Inputs that nobody handed over."},
        "supplied_from": {
            "type": "object",
            "additionalProperties": _WORDS,
            "description": "Inputs that were handed over only from a time on.",
        },
        "expect": _block("What each rule shall say.", "Expected"),
    }
    return {
        "type": "object",
        "description": "A patient, a moment, and what is expected of some rules.",
        "properties": {name: fields[name] for name in FIELDS},
        "additionalProperties": {"$ref": "#/$defs/Data"},
        "anyOf": [{"required": ["at", "expect"]}, {"required": ["like"]}],
    }


def _data() -> Schema:
    rows = {"$ref": "#/$defs/Rows"}
    return {
        "description": "Data of an input: rows by time, a series, a list of these or of moments, or `none`; "
        "of a diagnosis or device `yes`, `no` or `unknown`.",
        "anyOf": [_WORDS, rows, {"type": "array", "items": {"anyOf": [_WORDS, rows]}}],
    }


def _rows() -> Schema:
    series = {
        "from": "Time of the first value of a series.",
        "every": "Step of a series, for instance `1 day`.",
        "values": "Values of a series, `-` for none, `x 3` for three in a row, then the unit.",
    }
    return {
        "type": "object",
        "properties": {name: {**_WORDS, "description": series[name]} for name in sorted(SERIES)},
        "additionalProperties": {"anyOf": [_WORDS, {"type": "array", "items": _WORDS}]},
    }


def _expected() -> Schema:
    first = "red|orange|yellow|green|not fired|not applicable|unconfirmed|unknown"
    what = {
        "type": "string",
        "pattern": f"^({first})(,.*)?$",
        "examples": ["yellow", "not fired", "unknown, no data"],
    }
    texts = {language: {**_WORDS, "description": "The summary that people shall read."} for language in _LANGUAGES}
    block = {"type": "object", "properties": {"is": what, **texts}, "required": ["is"], "additionalProperties": False}
    return {"description": "What a rule shall say, also with its text.", "anyOf": [what, block]}


def editor_schema() -> Schema:
    """JSON Schema that fits any file an author writes; its blocks tell which it is."""
    kinds = {"cases": cases_schema, "concepts": concepts_schema, "adaptation": adaptation_schema}
    fitting: Schema = {"$ref": "#/$defs/ruleset"}
    for name in reversed(kinds):
        fitting = {"if": {"required": [name]}, "then": {"$ref": f"#/$defs/{name}"}, "else": fitting}
    made = {"ruleset": ruleset_schema(), **{name: schema() for name, schema in kinds.items()}}
    definitions = {name: _moved(schema, name) for name, schema in made.items()}
    return {"$schema": _DIALECT, "title": "cds file", "type": "object", **fitting, "$defs": definitions}


def _moved(schema: Schema, name: str) -> Schema:
    """A schema as a definition of another: its own definitions are found below it."""
    kept = {key: each for key, each in schema.items() if key != "$schema"}
    return json.loads(json.dumps(kept).replace('"#/$defs/', f'"#/$defs/{name}/$defs/'))


def _name_operators(value: Schema) -> None:
    """Authors write `mean: weight`, not `operator: mean` and `of: weight`."""
    fields = value["properties"]
    fields.pop("operator")
    of = fields.pop("of")
    public = [each for each in OPERATORS.values() if each.public]
    value["properties"] = {each.name: {**of, "description": phrase_of(each)} for each in public} | fields
    value.pop("required")
    value["oneOf"] = [{"required": [each.name]} for each in public]


def phrase_of(operator: Operator) -> str:
    """What an operator gives, in English words: `mean of input`."""
    return " ".join(operator.phrase["en"].format(input="input", window="").split())


def _written(part: Any) -> Any:
    """As it stands in a file: nothing is null, a number may stand where its text is read, no titles of ours."""
    listed, schema = as_list(part), as_object(part)
    if listed is not None:
        return [_written(each) for each in listed]
    if schema is None:
        return part
    if schema.get("type") in _SCALARS and "enum" not in schema and "const" not in schema:
        return {**{key: each for key, each in schema.items() if key != "format"}, **_WORDS}
    choices = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    kept = {key: _kept(key, each) for key, each in schema.items() if key not in ("anyOf", "default")}
    if len(choices) == 1:
        return kept | _written(choices[0])
    return {**kept, "anyOf": _written(choices)} if choices else kept


def _kept(key: str, each: Any) -> Any:
    """Under `properties` and `$defs` stand names of fields, which are no words of the schema's own."""
    named = as_object(each) if key in ("properties", "$defs") else None
    return {name: _written(one) for name, one in named.items()} if named is not None else _written(each)

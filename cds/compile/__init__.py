"""Checked models → plan: units converted, names turned into positions, rules put in order.

The only way in is `compile_plan`; it trusts that `cds.check` found no error.
"""

import hashlib
from collections.abc import Sequence

from cds.codes import Concepts
from cds.compile.limits import compile_limits
from cds.compile.measures import compile_scores, compile_values
from cds.compile.rules import compile_rules
from cds.compile.scope import Builder, Scope, texts_of
from cds.model import Source
from cds.plan import Head, Plan
from cds.reading import LoadedFile

__all__ = ["compile_plan"]


def compile_plan(files: Sequence[LoadedFile], concepts: Concepts) -> Plan:
    """One plan of all rulesets; files are taken in the order of their ids, whatever order they were named in."""
    ordered = sorted(files, key=lambda each: each.model.ruleset)
    builder = Builder()
    scopes = [Scope(each, concepts, builder) for each in ordered]
    for scope in scopes:
        compile_limits(scope)
        compile_values(scope)
        compile_scores(scope)
    rules = compile_rules(scopes)
    hashes = "\n".join([concepts.hash, *(each.hash for each in ordered)])
    digest = hashlib.sha256(hashes.encode()).hexdigest()
    return Plan(tuple(_head(each) for each in ordered), tuple(builder.numbers), tuple(rules), digest)


def _head(file: LoadedFile) -> Head:
    model = file.model
    sources = {name: _citation(each) for name, each in model.sources.items()}
    links = {name: each.link for name, each in model.sources.items() if each.link}
    return Head(
        id=model.ruleset,
        version=model.version,
        status=model.status,
        title=texts_of(model.title),
        sources=sources,
        hash=file.hash,
        adaptation=file.adaptation,
        links=links,
        owner=model.owner or "",
        hooks=tuple(model.hooks),
    )


def _citation(source: Source) -> str:
    return ", ".join(part for part in (source.cite, source.year, source.link) if part)

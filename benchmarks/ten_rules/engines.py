"""The ten rules over ten values by other rule engines."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from ten_rules.facts import TEN, Answers, Record, Side


def zen_side(values: Mapping[str, float | None], limits: Mapping[str, float]) -> Side:
    """The same as one decision of zen-engine, compiled beforehand, with its trace on."""
    import zen  # noqa: PLC0415

    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": place},
        {"id": "rules", "type": "expressionNode", "name": "rules", "position": place, "content": _expressions()},
        {"id": "out", "type": "outputNode", "name": "out", "position": place},
    ]
    edges = [
        {"id": "1", "sourceId": "in", "targetId": "rules", "type": "edge"},
        {"id": "2", "sourceId": "rules", "targetId": "out", "type": "edge"},
    ]
    content = json.dumps({"nodes": nodes, "edges": edges})
    decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(content))
    given = {"value": dict(values), "limit": dict(limits)}

    def answers() -> Answers:
        said = decision.evaluate(given, {"trace": True})["result"]
        return [(each["status"], each["value"], each["limit"]) for each in map(said.get, limits)]

    return answers


def _expressions() -> Record:
    """One expression for each rule."""
    written: list[Record] = []
    for each in TEN:
        value, limit, sign = f"value.{each.input}", f"limit.{each.input}", _SIGNS[each.word]
        status = f"{value} == null ? 'unknown' : {value} {sign} {limit} ? 'fired' : 'not_fired'"
        says = f"{{status: {status}, value: {value}, limit: {limit}}}"
        written.append({"id": each.input, "key": each.input, "value": says})
    return {"expressions": written, "passThrough": False}


_SIGNS: Final = {"above": ">", "below": "<"}


def rule_engine_side(values: Mapping[str, float | None], limits: Mapping[str, float]) -> Side:
    """The same as ten rules of rule-engine, parsed and typed beforehand."""
    import rule_engine  # noqa: PLC0415

    names = [name for each in limits for name in (each, f"{each}_limit")]
    types = rule_engine.type_resolver_from_dict(dict.fromkeys(names, rule_engine.DataType.FLOAT))
    context = rule_engine.Context(type_resolver=types)
    rules = {
        each.input: rule_engine.Rule(f"{each.input} {_SIGNS[each.word]} {each.input}_limit", context=context)
        for each in TEN
    }
    facts = {**values, **{f"{name}_limit": limit for name, limit in limits.items()}}

    def answers() -> Answers:
        found: Answers = []
        for name, rule in rules.items():
            value = facts[name]
            status = "unknown" if value is None else "fired" if rule.matches(facts) else "not_fired"
            found.append((status, value, facts[f"{name}_limit"]))
        return found

    return answers


@dataclass(frozen=True)
class Engine:
    """Another rule engine. name: with how it is run. side: from values and limits."""

    name: str
    side: Callable[[Mapping[str, float | None], Mapping[str, float]], Side]


ENGINES: Final = {
    "zen-engine": Engine("zen-engine, compiled, trace on", zen_side),
    "rule-engine": Engine("rule-engine, rules parsed before", rule_engine_side),
}


def version_of(package: str) -> str:
    """The version that is installed, "" for none."""
    try:
        return version(package)
    except PackageNotFoundError:
        return ""

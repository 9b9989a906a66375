"""The packages that this installation runs on: a CycloneDX bill of materials, and a list for the risk file.

Only what cds itself needs is listed, with the extras that are installed, and what those packages need in turn.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import import_module
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any, Final

from cds import __version__
from cds.diagnostics import CdsError, MissingExtra

PACKAGE: Final = "cds-engine"
_NAME: Final = re.compile(r"^[A-Za-z0-9._-]+")
_EXTRA: Final = re.compile(r"extra\s*==\s*['\"]([\w-]+)['\"]")

# What a component is for, what is asked of it, and what happens when it fails.
PURPOSES: Final[Mapping[str, tuple[str, str, str]]] = {
    "pydantic": ("reads rulesets and settings", "refuses fields and shapes that are not known", "a ruleset is refused"),
    "pyyaml": ("reads YAML as events", "gives every text as it is written", "a file is refused with its place"),
    "tzdata": ("time zones", "the clock changes of Europe/Oslo", "days begin an hour off"),
    "pint": ("units outside the own table, at check time", "dimension of a unit", "a unit is refused"),
    "numpy": ("columns of a population", "64-bit floats and integers", "scoring stops"),
    "numba": ("compiles operators", "the same bits as Python", "a population differs from one patient; self-test"),
    "pyarrow": ("tables in and out", "values as they are stored", "a table is refused"),
    "starlette": ("web server's routes", "requests as they were sent", "the service answers with an error"),
    "uvicorn": ("web server", "one request, one answer", "the service does not answer"),
    "pyjwt": ("tokens of callers", "signature, audience and age are checked", "a caller is refused, or wrongly let in"),
    "cryptography": ("keys and sealing", "authenticated encryption", "records cannot be read"),
    "httpx": ("fetching from a FHIR server", "answers as they were sent", "data are missing, which is said"),
    "matplotlib": ("pictures as PNG", "draws what is listed beside it", "no picture"),
    "z3-solver": ("proofs over rulesets", "sat and unsat are right", "a proof is left undecided, or wrong"),
    "durable-rules": ("chaining of rules, if asked for", "the same verdicts as the own pass", "refused by its guards"),
    "duckdb": ("reading an OMOP database file", "values as they are stored", "the file is refused"),
}


@dataclass(frozen=True, slots=True)
class Component:
    """One installed package. why, requirement, failure: what it is for, what is asked of it, and what if it fails."""

    name: str
    version: str
    maker: str
    licence: str
    address: str
    why: str
    requirement: str
    failure: str
    needed_by: str
    anomalies_reviewed_on: str = ""


COLUMNS: Final = "name version maker licence address why requirement failure needed_by anomalies_reviewed_on".split()


def components() -> list[Component]:
    """The installed packages by name; those of extras that are not there are left out.

    CdsError when cds itself is not installed, but run from a folder.
    """
    if _distribution(PACKAGE) is None:
        raise CdsError(f"{PACKAGE} is not installed here, so that nothing tells what it needs; install it with pip")
    found: dict[str, Component] = {}
    waiting = [(name, PACKAGE) for name in _needs(_distribution(PACKAGE), with_extras=True)]
    while waiting:
        name, by = waiting.pop(0)
        known = _distribution(name)
        if known is not None and name not in found:
            found[name] = _component(name, known, by)
            waiting += [(each, name) for each in _needs(known, with_extras=False)]
    return sorted(found.values(), key=lambda each: each.name)


def _distribution(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _needs(known: Distribution | None, with_extras: bool) -> Iterator[str]:
    """The names of what a package requires; extras for tests and benchmarks are no part of a product."""
    for line in (known.requires or ()) if known else ():
        extra, match = _EXTRA.search(line), _NAME.match(line)
        is_wanted = extra is None or (with_extras and extra[1] not in ("test", "bench"))
        if match and is_wanted:
            yield re.sub(r"[-_.]+", "-", match[0]).lower()


def _component(name: str, known: Distribution, by: str) -> Component:
    about: Any = known.metadata
    links = [each.partition(",")[2].strip() for each in about.get_all("Project-URL") or ()]
    licence = about.get("License-Expression") or (about.get("License") or "").strip().partition("\n")[0]
    why, requirement, failure = PURPOSES.get(name, (f"needed by {by}", "as its maker documents", f"as {by}"))
    maker = about.get("Author") or about.get("Author-email") or about.get("Maintainer") or ""
    address = about.get("Home-page") or next(iter(links), "")
    return Component(name, known.version, maker, licence, address, why, requirement, failure, by)


def as_cyclonedx(found: list[Component], day: date) -> str:
    """The bill of materials as CycloneDX 1.6 JSON; the same components on the same day give the same bytes.

    MissingExtra when the extra `evidence` is not installed.
    """
    try:
        bom, component, output = (
            import_module(f"cyclonedx.{each}") for each in ("model.bom", "model.component", "output.json")
        )
    except ImportError:
        raise MissingExtra(
            "a bill of materials needs the package cyclonedx: pip install 'cds-engine[evidence]'"
        ) from None
    library = component.ComponentType.LIBRARY
    told = "\n".join(f"{each.name}=={each.version}" for each in found)
    made = bom.Bom(serial_number=uuid.uuid5(uuid.NAMESPACE_URL, told))
    made.metadata.timestamp = datetime.combine(day, time(), UTC)
    made.metadata.component = component.Component(name=PACKAGE, version=__version__, type=library, bom_ref=PACKAGE)
    parts = {
        each.name: component.Component(name=each.name, version=each.version, type=library, bom_ref=each.name)
        for each in found
    }
    for each in found:
        made.components.add(parts[each.name])
        made.register_dependency(parts.get(each.needed_by, made.metadata.component), [parts[each.name]])
    text: str = output.JsonV1Dot6(made).output_as_string(indent=2)
    return text + "\n"

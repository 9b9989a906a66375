"""Every code by its number, and what `cds explain` prints of it."""

import re
from dataclasses import dataclass
from functools import cache
from textwrap import dedent
from types import MappingProxyType
from typing import Final

from cds.diagnostics import (
    adaptation,
    advice,
    amounts,
    casework,
    findings,
    internal,
    limits,
    measuring,
    names,
    notation,
    scores,
    shape,
    signs,
    values,
    writing,
)
from cds.diagnostics.report import Code

MODULES: Final = (
    writing,
    signs,
    shape,
    notation,
    casework,
    names,
    amounts,
    limits,
    values,
    measuring,
    scores,
    findings,
    adaptation,
    advice,
    internal,
)
HEADINGS: Final = ("What it means", "Why it matters", "Example", "Instead")

# What the examples leave out; a block in an example takes the place of the same block here.
SURROUNDINGS: Final = """\
language: 1
ruleset: demo
version: 1.0.0
status: draft
title:
  en: Demo
sources:
  house:
    cite: Our own routine
inputs:
  weight: body_weight
limits:
  heavy:
    default: 100 kg
    allowed: 60 to 200 kg
    source: house
    label:
      en: Too heavy
values:
  current:
    last_reading: weight
    within: 7 days
rules:
  too_heavy:
    when: current is above heavy
    colour: yellow
    summary:
      en: "Weight {current}, the limit is {limit}"
"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The parts of a code's explanation; example and instead are "" where no text can show it."""

    first: str
    means: str
    matters: str
    example: str = ""
    instead: str = ""


@cache
def all_codes() -> MappingProxyType[str, type[Code]]:
    """Number → code, in the order of the numbers."""
    found = [
        each
        for module in MODULES
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, Code) and each is not Code
    ]
    return MappingProxyType({each.number: each for each in sorted(found, key=lambda each: each.number)})


def parts_of(kind: type[Code]) -> Explanation:
    """A code's docstring, taken apart."""
    first, *sections = re.split(rf"\n    ({'|'.join(HEADINGS)})\n", kind.__doc__ or "")
    by_heading = dict(zip(sections[::2], (_outdented(each) for each in sections[1::2]), strict=True))
    return Explanation(first.strip(), *(by_heading.get(heading, "") for heading in HEADINGS))


def _outdented(text: str) -> str:
    return dedent(text.rstrip(" \n").strip("\n")) + "\n"


def explanation(number: str) -> str:
    """What `cds explain CDS102` prints; KeyError when there is no such code.

    >>> print(explanation("CDS151").splitlines()[0])
    CDS151 (error): No space after the colon or the dash.
    """
    kind = all_codes()[number.upper()]
    parts = parts_of(kind)
    out = [f"{kind.number} ({kind.severity}): {parts.first}"]
    texts = (parts.means, parts.matters, parts.example, parts.instead)
    for heading, text in zip(HEADINGS, texts, strict=True):
        if text:
            out += ["", heading, *("  " + line if line else "" for line in text.rstrip("\n").split("\n"))]
    return "\n".join(out) + "\n"


def whole(example: str) -> str:
    """An example as a whole file: the blocks that it leaves out are added around it.

    >>> whole("version: 2.0.0").splitlines()[:3]
    ['language: 1', 'ruleset: demo', 'version: 2.0.0']
    """
    blocks, own = _blocks(SURROUNDINGS), _blocks(example)
    if "language" in own:
        return example
    return "".join({**blocks, **own}.values())


def files_of(example: str) -> dict[str, str]:
    """The files that an example shows: `# file: NAME` begins another; each is made whole."""
    first, *more = re.split(r"^# file: (\S+)\n", example, flags=re.MULTILINE)
    named = dict(zip(more[::2], more[1::2], strict=True))
    texts = {**({"demo.yaml": first} if first.strip() else {}), **named}
    return {name: whole(text) for name, text in texts.items()}


def _blocks(text: str) -> dict[str, str]:
    """Text by its names at the margin; a line that has none there belongs to the one before."""
    found: dict[str, str] = {}
    name = ""
    for line in text.splitlines(keepends=True):
        match = re.match(r"([a-z_]+)", line)
        name = match[1] if match else name
        found[name] = found.get(name, "") + line
    return {name: text if text.endswith("\n") else text + "\n" for name, text in found.items()}

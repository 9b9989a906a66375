"""A ruleset to start from, with its cases: it passes `cds check` and `cds test` as it stands."""

import re
from pathlib import Path
from typing import Final

from cds.diagnostics import CdsError
from cds.shipped import STARTER, STARTER_CASES

_ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_PLACEHOLDER: Final = "my-ruleset"


def write_starter(name: str) -> tuple[Path, Path]:
    """Write `name.yaml` and `name.test.yaml`; an existing file is never written over.

    name: the ruleset's id, with a folder before it when it shall stand elsewhere. CdsError when it cannot be an id,
    or when a file of that name is there.
    """
    path = Path(name.removesuffix(".yaml"))
    if not _ID.fullmatch(path.name):
        raise CdsError(f"`{path.name}` cannot name a ruleset; write lower case words joined by hyphens")
    ruleset, cases = path.with_name(f"{path.name}.yaml"), path.with_name(f"{path.name}.test.yaml")
    for target in (ruleset, cases):
        if target.exists():
            raise CdsError(f"`{target}` is there already; name another ruleset")
    ruleset.parent.mkdir(parents=True, exist_ok=True)
    for target, start in ((ruleset, STARTER), (cases, STARTER_CASES)):
        target.write_text(start.read_text("utf-8").replace(_PLACEHOLDER, path.name), "utf-8")
    return ruleset, cases

"""Where the files that come with cds stand: rulesets, the demonstration patient, and what `cds new` starts from."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent
DEMO_PATIENT: Final = _PACKAGE / "demo" / "patient.json"
DEMO_AT: Final = "2026-11-23T08:00"
DEMO_RULESETS: Final = ("home-blood-pressure", "heart-failure-weight", "dispenser-doses")
DEMO_RULE: Final = "heart-failure-weight/weight_gain"  # the one that the demonstration explains
STARTER: Final = _PACKAGE / "templates" / "ruleset.yaml"
STARTER_CASES: Final = _PACKAGE / "templates" / "cases.yaml"


def demo_rulesets() -> list[Path]:
    """The rulesets that the demonstration patient is followed by."""
    return [shipped_rulesets() / f"{name}.yaml" for name in DEMO_RULESETS]


def shipped_rulesets() -> Path:
    """The folder of the rulesets: inside the installed package, or at the top of a checkout."""
    inside = _PACKAGE / "rulesets"
    return inside if inside.is_dir() else _PACKAGE.parent / "rulesets"

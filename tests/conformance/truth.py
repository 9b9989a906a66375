"""Where the published answers lie that cds is held against. They are other people's and stay outside the project."""

import json
import os
from pathlib import Path
from typing import Any, Final

PLACE: Final = Path(os.environ.get("CDS_TRUTH", Path(__file__).parents[3] / "shared" / "truth"))


def manifest(family: str) -> Any:
    """What the MANIFEST of a family names: its files and settings; None when it is not there."""
    file = PLACE / family / "MANIFEST.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else None


def absent(family: str, name: str) -> str:
    """Why a file of a family cannot be held against anything; "" when it is there."""
    if not PLACE.is_dir():
        return "there is no folder of published answers; CDS_TRUTH names one"
    return "" if (PLACE / family / name).is_file() else f"`{family}/{name}` is not in the folder of published answers"

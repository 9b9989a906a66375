"""Coverage-guided search for bundles that are neither answered nor refused: `python -m tests.fuzz.fuzz_fhir 60`.

`make fuzz` runs it. The number is how many seconds to search. What is found is written to a file, whose name is
printed; given that name in place of the number, the search tries that one input. Needs the tool atheris.
"""

import json
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

SEED: Final = "20260108"
LONGEST: Final = 20_000
MISSING: Final = "The fuzzer atheris is not installed, so nothing was searched; install it with: pip install atheris"


def read_choices(raw: bytes) -> Any:
    """The bundle that these bytes stand for: as they are, or as choices of what to spoil in a sound one."""
    from tests.adapters.hostile import BUNDLES, spoiled

    if raw[:1] != b"\x00":
        return raw
    choices = iter(raw[1:])

    def pick(count: int) -> int:
        return (next(choices, 0) * 256 + next(choices, 0)) % count

    whole: Any = BUNDLES[pick(len(BUNDLES))]
    for _ in range(1 + pick(8)):
        whole = spoiled(whole, pick)
    return json.dumps(whole) if pick(2) else whole


def search(arguments: list[str]) -> None:
    """Run the fuzzer; it ends the process."""
    import atheris

    with atheris.instrument_imports(include=["cds.adapters"]):
        from tests.adapters.hostile import BUNDLES, answer, shipped, told
    shipped()

    def one_input(raw: bytes) -> None:
        written = read_choices(raw)
        if len(raw) % 4 == 0:  # evaluation takes most of the time
            answer(written)
        else:
            told(written)

    with tempfile.TemporaryDirectory() as corpus:
        for number, whole in enumerate(BUNDLES):
            Path(corpus, f"whole-{number}").write_text(json.dumps(whole), "utf-8")
            Path(corpus, f"choices-{number}").write_bytes(bytes([0, 0, number]) + bytes(range(0, 60, 2)))
        atheris.Setup([sys.argv[0], *arguments, corpus], one_input)
        atheris.Fuzz()


def main(wanted: str) -> int:
    """Search for so many seconds, or try one input; 0 with a sentence where the tool is missing."""
    if find_spec("atheris") is None:
        sys.stdout.write(f"{MISSING}\n")
        return 0
    found = f"-artifact_prefix={tempfile.gettempdir()}/cds-fuzz-"
    if wanted.isdigit():
        search([f"-max_total_time={wanted}", f"-max_len={LONGEST}", f"-seed={SEED}", "-timeout=20", found])
    else:
        from tests.adapters.hostile import answer

        answer(read_choices(Path(wanted).read_bytes()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "60"))

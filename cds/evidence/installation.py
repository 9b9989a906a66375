"""Whether this installation on this machine says what it should: the shipped cases, and one patient against many."""

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cds import __version__
from cds.api import Patient, load
from cds.cases import run_cases
from cds.loading import check_paths
from cds.shipped import shipped_rulesets

PATIENTS: Final = 40


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What was tried. cases, cases_ok: of the shipped rulesets. executors: on which. compared, differing: findings of
    made-up patients, alone and in a population. machine: what it ran on.
    """

    version: str
    machine: dict[str, str]
    executors: tuple[str, ...]
    cases: int
    cases_ok: int
    compared: int
    differing: tuple[str, ...]

    @property
    def is_ok(self) -> bool:
        """Whether everything came as it should."""
        return self.cases == self.cases_ok and bool(self.cases) and not self.differing


def selftest(paths: Iterable[str | Path] = (), patients: int = PATIENTS) -> SelfTest:
    """Run the shipped cases on every executor that is installed, and compare the executors on made-up patients.

    paths: other rulesets in place of the shipped ones.
    """
    rulesets = list(paths) or [shipped_rulesets()]
    results = run_cases(check_paths(rulesets))
    executors = results[0].executors if results else ()
    compared, differing = _compared(rulesets, patients) if "batch" in executors else (0, ())
    ok = sum(each.is_ok for each in results)
    return SelfTest(__version__, machine(), executors, len(results), ok, compared, differing)


def machine() -> dict[str, str]:
    """Python, system and processor."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "release": platform.release(),
        "processor": platform.machine(),
    }


def _compared(rulesets: Iterable[str | Path], patients: int) -> tuple[int, tuple[str, ...]]:
    """How many findings were compared, and which rules differ; both executors on the same made-up patients."""
    from cds.synthetic import AT, population  # noqa: PLC0415

    ruleset = load(rulesets)
    everybody, _ = ruleset.read_tables(population(patients, seed=1))
    findings = ruleset.score(everybody, at=AT, allow_draft=True)
    rows: dict[tuple[str, str], Any] = {}
    for row in findings.table().to_pylist():
        rows[row["patient"], f"{row['ruleset']}/{row['rule']}"] = row
    compared, differing = 0, dict[str, None]()
    for name in everybody.ids:
        result = ruleset.evaluate(Patient.from_population(everybody, name), at=AT, allow_draft=True)
        for finding in result.findings:
            compared += 1
            row = rows.get((name, finding.id))
            said = (row["status"], row["colour"] or "", row["value"]) if row else None
            shown = finding.status in ("fired", "unconfirmed", "unknown")
            alone = (finding.status, finding.colour, finding.value) if shown else None
            if said != alone:
                differing[finding.id] = None
    return compared, tuple(differing)

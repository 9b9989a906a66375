"""A folder of evidence for the technical file of a product that these rulesets are part of."""

import hashlib
import json
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Final

import cds
from cds import __version__
from cds.cases import CaseFile, CaseResult, case_files, run
from cds.cases.formats import as_junit
from cds.diagnostics import CdsError, Language
from cds.evidence import hazards
from cds.evidence.components import COLUMNS as COMPONENT_COLUMNS
from cds.evidence.components import Component, as_cyclonedx, components
from cds.evidence.installation import selftest
from cds.evidence.tracing import COLUMNS, as_csv, trace
from cds.handbook import as_html, handbook
from cds.loading import Checked
from cds.reading import LoadedFile
from cds.strength import as_json as strength_as_json
from cds.strength import strength
from cds.verify import as_json as proofs_as_json
from cds.verify import verify

ANOMALIES: Final = Path(__file__).with_name("known-anomalies.md")
_LANGUAGES: Final[tuple[Language, ...]] = ("nb", "nn", "en")


def write_evidence(checked: Checked, folder: Path, day: date, tries: int) -> list[Path]:
    """Write everything into the folder, and return what was written. Nothing in it depends on the clock.

    checked: rulesets without errors. tries: as in `cds.strength.strength`. CdsError when a case does not come as
    expected: evidence is of something that works.
    """
    beside = {Path(each.file).name.partition(".test.")[0]: each for each in case_files(checked)}
    files = [each for each in checked.files if Path(each.file).stem in beside]
    results = {each.file: run(beside[Path(each.file).stem].cases, checked) for each in files}
    wrong = [each for ran in results.values() for each in ran if not each.is_ok]
    if wrong or not files:
        raise CdsError(f"{len(wrong)} cases do not come as expected: `cds test` shows them" if wrong else "no cases")
    texts = {**_of_rulesets(checked, files, beside, results, tries), **_of_installation(checked, day)}
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "requirements").mkdir(exist_ok=True)
    written: list[Path] = []
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
        written.append(folder / name)
    return written


def _of_rulesets(
    checked: Checked,
    files: list[LoadedFile],
    beside: dict[str, CaseFile],
    results: dict[str, list[CaseResult]],
    tries: int,
) -> dict[str, str]:
    traced = [row for each in files for row in trace(checked, each, results[each.file])]
    measured = [strength(checked, each, beside[Path(each.file).stem], tries) for each in files]
    proven = {each.model.ruleset: verify(checked, each, beside[Path(each.file).stem]) for each in files}
    texts = {
        "trace.csv": as_csv(traced, COLUMNS),
        "junit.xml": as_junit([each for ran in results.values() for each in ran]) + "\n",
        "strength.json": strength_as_json(measured) + "\n",
        "proofs.json": proofs_as_json(proven) + "\n",
    }
    for each in files:
        for language in _LANGUAGES:
            page = handbook(checked, each, language, results[each.file])
            texts[f"requirements/{each.model.ruleset}.{language}.html"] = as_html(page)
    return texts


def _of_installation(checked: Checked, day: date) -> dict[str, str]:
    found = components()
    return {
        "sbom.cdx.json": as_cyclonedx(found, day),
        "soup.csv": as_csv(found, COMPONENT_COLUMNS),
        "hazards.csv": as_csv(hazards.HAZARDS, hazards.COLUMNS),
        "known-anomalies.md": ANOMALIES.read_text("utf-8"),
        "release.json": _json(_release(checked, found, day)),
        "selftest.json": _json(_tested()),
    }


def _tested() -> dict[str, Any]:
    tested = selftest()
    return {**asdict(tested), "is_ok": tested.is_ok}


def _release(checked: Checked, found: list[Component], day: date) -> dict[str, Any]:
    """What was released: the program, its rulesets and what it stands on, each by its hash or version."""
    rulesets = [
        {"ruleset": each.model.ruleset, "version": each.model.version, "status": each.model.status, "hash": each.hash}
        for each in checked.files
    ]
    return {
        "date": day.isoformat(),
        "cds": __version__,
        "program_hash": program_hash(),
        "rulesets": rulesets,
        "components": {each.name: each.version for each in found},
    }


def program_hash() -> str:
    """The SHA-256 of the program as it is installed: every file of the package with its name."""
    top = Path(cds.__file__).parent
    files = sorted(each for each in top.rglob("*") if each.suffix in (".py", ".yaml", ".md") and each.is_file())
    digest = hashlib.sha256()
    for each in files:
        content = hashlib.sha256(each.read_bytes()).hexdigest()
        digest.update(f"{each.relative_to(top).as_posix()} {content}\n".encode())
    return digest.hexdigest()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"

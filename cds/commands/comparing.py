"""`cds diff` and `cds docs`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from cds.api import ruleset_of
from cds.cases import case_files, run
from cds.commands.checked import as_written
from cds.diagnostics import CdsError
from cds.differences import as_json, as_words, changes, effect, load_effect
from cds.handbook import as_html, as_markdown, handbook
from cds.loading import Checked
from cds.reading import LoadedFile


def differ(given: argparse.Namespace) -> int:
    """Print what changed between two versions of a ruleset; 1 when its meaning did."""
    old, new = (_one(given, path) for path in (given.old, given.new))
    if old[1].model.ruleset != new[1].model.ruleset:
        raise CdsError(f"`{given.old}` is {old[1].model.ruleset} and `{given.new}` is {new[1].model.ruleset}")
    _check_over_patients(given)
    head = {"ruleset": new[1].model.ruleset, "old": old[1].model.version, "new": new[1].model.version}
    told = changes(old, new, given.lang)
    both = ruleset_of(old[0]), ruleset_of(new[0])
    over = effect(*both, given.data, at=given.at) if given.at else None
    load = load_effect(*both, given.data, start=given.since, end=given.until) if given.since else None
    text = as_json(head, told, over, load) if given.format == "json" else as_words(head, told, over, given.lang, load)
    sys.stdout.write(text + "\n")
    return 1 if told else 0


def _check_over_patients(given: argparse.Namespace) -> None:
    """CdsError when data stand without a moment or days, or the other way round."""
    is_whole = bool(given.since) == bool(given.until)
    if bool(given.data) != bool(given.at or given.since) or not is_whole:
        raise CdsError(
            "to compare over patients, name their data, and the moment or the days: --data FOLDER --at TIME, or "
            "--data FOLDER --from DATE --to DATE"
        )


def document(given: argparse.Namespace) -> int:
    """Write the handbook of each ruleset into a folder, one file for each."""
    checked = as_written(given, given.paths)
    folder = Path(given.out)
    folder.mkdir(parents=True, exist_ok=True)
    beside = {Path(each.file).name.removesuffix(".test.yaml"): each for each in case_files(checked)}
    earlier = _one(given, given.since) if given.since else None
    for file in _named(checked, given.paths):
        cases = beside.get(Path(file.file).stem)
        results = run(cases.cases, checked, executors=("single",)) if cases else ()
        since = None
        if earlier and earlier[1].model.ruleset == file.model.ruleset:
            since = earlier[1].model.version, changes(earlier, (checked, file), given.lang)
        page = handbook(checked, file, given.lang, results, since)
        write, suffix = (as_markdown, "md") if given.format == "md" else (as_html, "html")
        path = folder / f"{file.model.ruleset}.{given.lang}.{suffix}"
        path.write_text(write(page), "utf-8", newline="\n")
        sys.stdout.write(f"{path}\n")
    return 0


def _named(checked: Checked, paths: Sequence[str]) -> list[LoadedFile]:
    """The rulesets that were named, without those that they only use."""
    named = {Path(each).resolve() for each in paths}
    files = [each for each in checked.files if named & {Path(each.file).resolve(), *Path(each.file).resolve().parents}]
    return files or list(checked.files)


def _one(given: argparse.Namespace, path: str) -> tuple[Checked, LoadedFile]:
    """The one ruleset of a file, with those it uses."""
    checked = as_written(given, [path])
    found = [each for each in checked.files if Path(each.file).resolve() == Path(path).resolve()]
    if len(found) != 1:
        raise CdsError(f"`{path}` is no single ruleset; name a file that begins with `language: 1`")
    return checked, found[0]

"""Files → a checked plan in one call; everything that is wrong with them is said in one go."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from cds.adapt import adapt
from cds.catalogue import concepts_from, is_concept_file, read_concepts, shared_concepts
from cds.check import check
from cds.codes import Concepts
from cds.compile import compile_plan
from cds.diagnostics import CdsError, Diagnostic, RulesetError, in_order
from cds.plan import Plan
from cds.reading import LoadedAdaptation, LoadedFile, read_file
from cds.source import lines_of

SUFFIXES = (".yaml", ".yml")
CASE_SUFFIXES = (".test.yaml", ".test.yml")
MAX_FILES = 2000


@dataclass(frozen=True, slots=True)
class Checked:
    """Files and everything found about them. plan: None when there is an error. lines: file → its source lines, also
    of files that could not be read, for frames around diagnostics. adaptations: path of each local adaptation → the
    ruleset that it adapts. as_written: the same without adaptations, where there are any; a ruleset's own cases are
    about that.
    """

    files: tuple[LoadedFile, ...]
    diagnostics: tuple[Diagnostic, ...]
    plan: Plan | None
    concepts: Concepts
    lines: Mapping[str, list[str]]
    adaptations: Mapping[str, str] = field(default_factory=dict[str, str])
    as_written: "Checked | None" = None


def ruleset_files(paths: Iterable[str | Path]) -> list[Path]:
    """The ruleset files that paths name: those of `yaml_files` that are no case files."""
    rulesets = [each for each in yaml_files(paths) if not each.name.endswith(CASE_SUFFIXES)]
    if len(rulesets) > MAX_FILES:
        raise CdsError(f"{len(rulesets)} files are more than {MAX_FILES}; name the folder of the rulesets itself")
    return rulesets


def yaml_files(paths: Iterable[str | Path]) -> list[Path]:
    """The files that paths name, each once: files as they are, folders with all YAML below them that is not hidden."""
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.suffix in SUFFIXES and each.is_file())
            found += [each for each in below if not _is_hidden(each, path)]
        elif path.exists():
            found.append(path)
        else:
            raise CdsError(f"there is no file or folder `{path}`; check the spelling and the folder you stand in")
    return list(dict.fromkeys(found))


def _is_hidden(file: Path, top: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(top).parts)


def case_file(ruleset: Path) -> Path | None:
    """The case file beside a ruleset file, when there is one."""
    candidates = (ruleset.with_name(ruleset.stem + suffix) for suffix in CASE_SUFFIXES)
    return next((each for each in candidates if each.exists()), None)


def check_paths(
    paths: Iterable[str | Path], concepts: Concepts | None = None, without: Collection[str] = ()
) -> Checked:
    """Read and check files; rulesets that a file `uses` are also looked for beside it.

    without: files that are left out, as if they were not there.
    """
    paths = list(paths)
    files = ruleset_files(paths)
    if not files:
        _refuse_cases(paths)
        raise CdsError("no ruleset was found there; a ruleset is a .yaml file that begins with `language: 1`")
    kept = [each for each in files if str(each) not in without]
    texts = [(each.read_bytes(), str(each), case_file(each) is not None) for each in kept]
    return check_texts(texts, concepts, beside=[*files, *map(Path, without)])


def _refuse_cases(paths: Iterable[str | Path]) -> None:
    for path in map(str, paths):
        for suffix in CASE_SUFFIXES:
            if path.endswith(suffix):
                ruleset = path.removesuffix(suffix) + suffix.removeprefix(".test")
                raise CdsError(f"`{path}` holds cases, which are found by their ruleset; name the ruleset, `{ruleset}`")


def check_texts(
    texts: Sequence[tuple[str | bytes, str, bool]], concepts: Concepts | None = None, beside: Sequence[Path] = ()
) -> Checked:
    """Read and check (text, file name, has cases). A concept file among them is checked, and not used by the others."""
    known = concepts or shared_concepts()
    loaded: list[LoadedFile] = []
    adaptations: list[LoadedAdaptation] = []
    found: list[Diagnostic] = []
    for text, name, has_cases in texts:
        if is_concept_file(text):
            found += read_concepts(text, name)[1]
            continue
        file, diagnostics = read_file(text, name, has_cases)
        found += diagnostics
        if isinstance(file, LoadedFile):
            loaded.append(file)
        elif file:
            adaptations.append(file)
    adapted = loaded
    if not any(each.is_error for each in found):
        loaded += _used_beside(loaded, adaptations, beside)
        adapted, wrong = adapt(loaded, adaptations)
        found += [*check(loaded, known), *wrong]
        if not wrong and adaptations:
            found += [each for each in check(adapted, known) if each.is_error]
    lines = {name: lines_of(text) for text, name, _ in texts}
    lines |= {each.file: list(each.lines) for each in loaded}
    written = _checked(loaded, found, known, lines)
    if not adaptations or written.plan is None:
        return written
    targets = {each.file: each.model.adapts.split()[0] for each in adaptations}
    return replace(_checked(adapted, found, known, lines), adaptations=targets, as_written=written)


def _checked(
    files: Sequence[LoadedFile], found: Sequence[Diagnostic], known: Concepts, lines: Mapping[str, list[str]]
) -> Checked:
    failed = any(each.is_error for each in found)
    plan = None if failed else compile_plan(files, known)
    return Checked(tuple(files), tuple(in_order(found)), plan, known, lines)


def _used_beside(
    loaded: Sequence[LoadedFile], adaptations: Sequence[LoadedAdaptation], beside: Sequence[Path]
) -> list[LoadedFile]:
    """Rulesets that are used or adapted and were not named, found by their id in the folders of the files named."""
    have = {each.model.ruleset for each in loaded}
    wanted = {use.split()[0] for each in loaded for use in each.model.uses.values() if use.split()} - have
    wanted |= {each.model.adapts.split()[0] for each in adaptations if each.model.adapts.split()} - have
    added: list[LoadedFile] = []
    taken = {each.resolve() for each in beside}
    candidates = [file for folder in {each.parent for each in beside} for file in sorted(folder.glob("*.yaml"))]
    for candidate in candidates:
        if not wanted or candidate.resolve() in taken or candidate.name.endswith(CASE_SUFFIXES):
            continue
        file, _ = read_file(candidate.read_bytes(), str(candidate), case_file(candidate) is not None)
        if isinstance(file, LoadedFile) and file.model.ruleset in wanted:
            wanted.discard(file.model.ruleset)
            wanted |= {use.split()[0] for use in file.model.uses.values() if use.split()} - have
            added.append(file)
            have.add(file.model.ruleset)
    return added


def load_plan(paths: Iterable[str | Path], concepts: Iterable[str | Path] = ()) -> Checked:
    """As `check_paths`, but any error is raised as a RulesetError that holds every diagnostic."""
    checked = check_paths(paths, concepts_from(concepts) if concepts else None)
    if checked.plan is None:
        raise RulesetError([each for each in checked.diagnostics if each.is_error])
    return checked

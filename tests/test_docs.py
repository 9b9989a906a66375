"""What is written for users is true: the README's examples run, and everything has its entry."""

import argparse
import contextlib
import doctest
import io
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from cds.api import load
from cds.catalogue import read_concepts, shared_concepts
from cds.cli import parser
from cds.diagnostics import all_codes
from cds.diagnostics.explain import parts_of
from cds.loading import check_texts
from cds.manual import field_reference, grammar_page, ruleset_schema
from cds.model import AUTHOR_OPERATORS
from cds.phrases import GRAMMAR
from cds.shipped import shipped_rulesets

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text("utf-8")
PAGES = {path.name: path.read_text("utf-8") for path in (TOP / "README.md", *sorted((TOP / "docs").glob("*.md")))}
BLOCKS = {
    name: re.findall(r"^```(\w+)\n(.*?)^```$", page, flags=re.MULTILINE | re.DOTALL) for name, page in PAGES.items()
}
AS_SHOWN = doctest.OutputChecker()


def assert_as_shown(shown: str, printed: str) -> None:
    """`...` stands for anything."""
    assert AS_SHOWN.check_output(shown, printed, doctest.ELLIPSIS), f"shown:\n{shown}\nprinted:\n{printed}"


def commands(page: str) -> Iterator[tuple[str, str]]:
    """Each command of a page and what is shown to come of it."""
    for language, block in BLOCKS[page]:
        if language == "console":
            command, shown = "", ""
            for line in block.splitlines(keepends=True):
                if line.startswith("$ "):
                    if command:
                        yield command, shown
                    command, shown = line[2:].rstrip(), ""
                else:
                    shown += line
            yield command, shown


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the checkout's surface, so that nothing is written into the checkout itself."""
    folder = tmp_path_factory.mktemp("readme")
    for name in ("cds", "rulesets"):
        (folder / name).symlink_to(TOP / name)
    command = folder / "bin" / "cds"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m cds "$@"\n')
    command.chmod(0o755)
    return folder


@pytest.mark.parametrize("page", [name for name in PAGES if any(commands(name))])
def test_commands_print_what_a_page_shows(page: str, place: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(TOP), "PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
    environment.pop("CDS_LANG", None)
    for command, shown in commands(page):
        # `make demo` installs cds, which has been done when this runs, and then runs `cds demo`.
        run, folder = ("cds demo", TOP) if command == "make demo" else (command, place)
        done = subprocess.run(
            ["bash", "-c", run], capture_output=True, text=True, cwd=folder, env=environment, check=False
        )
        assert_as_shown(shown, done.stdout)
        assert done.stderr == ""


@pytest.mark.parametrize("page", PAGES)
def test_the_pages_show_python_that_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    examples = [
        (code, shown)
        for (language, code), (next_language, shown) in pairwise(BLOCKS[page])
        if (language, next_language) == ("python", "text")
    ]
    assert len(examples) == sum(language == "python" for language, _ in BLOCKS[page])
    for code, shown in examples:
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(code, page, "exec"), {"__name__": "page"})
        assert_as_shown(shown, printed.getvalue())


def test_the_yaml_of_the_readme_is_sound() -> None:
    whole = [block for language, block in BLOCKS["README.md"] if language == "yaml"]
    (concepts,) = [block for block in whole if block.startswith("concepts:")]
    assert [] == read_concepts(concepts, "README.md")[1]
    (adaptation,) = [block for block in whole if "adaptation:" in block]
    adapted = (shipped_rulesets() / "heart-failure-weight.yaml").read_text("utf-8")
    checked = check_texts([(adapted, "ruleset.yaml", True), (adaptation, "README.md", True)])
    assert () == checked.diagnostics


def test_every_command_is_in_the_readme() -> None:
    subcommands = next(each for each in parser()._actions if isinstance(each, argparse._SubParsersAction))
    assert [name for name in subcommands.choices if f"cds {name}" not in README and f"make {name}" not in README] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    folder = TOP if page == "README.md" else TOP / "docs"
    links = re.findall(r"\]\(([^)#]+)\)", PAGES[page])
    assert [link for link in links if "://" not in link and not (folder / link).exists()] == []


def test_every_ruleset_that_ships_stands_in_the_readme() -> None:
    plan = load(shipped_rulesets()).plan
    rules = Counter(rule.ruleset for rule in plan.rules)
    rows = [f"| [{each.id}](rulesets/{each.id}.yaml) | {each.title['en']} | {rules[each.id]} |" for each in plan.heads]
    assert [row for row in rows if row not in README.splitlines()] == []


@pytest.mark.parametrize("number", all_codes())
def test_every_code_is_explained(number: str) -> None:
    parts = parts_of(all_codes()[number])
    assert parts.first
    assert parts.means
    assert parts.matters


def test_the_reference_has_every_field_operator_and_concept() -> None:
    reference = field_reference()
    schema = ruleset_schema()
    blocks = [schema, *schema["$defs"].values()]
    names = {name for block in blocks for name in block["properties"]} | AUTHOR_OPERATORS
    names |= set(shared_concepts().by_name)
    assert sorted(name for name in names if f"`{name}`" not in reference) == []


def test_every_field_says_what_it_is_for() -> None:
    fields, _, _ = field_reference().partition("## Operators")
    assert [line for line in fields.splitlines() if re.search(r"\|\s+\|$", line)] == []


def test_the_grammar_page_is_the_grammar() -> None:
    assert GRAMMAR in grammar_page()


def test_the_changelog_names_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (TOP / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    assert version
    assert f"## {version[1]}" in (TOP / "CHANGELOG.md").read_text("utf-8")
    assert f'__version__ = "{version[1]}"' in (TOP / "cds" / "__init__.py").read_text("utf-8")

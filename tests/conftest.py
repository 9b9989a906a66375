"""Options of the test run."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update` writes what was found into tests/errors/*.yaml, for review in the diff."""
    parser.addoption("--update", action="store_true", help="rewrite the expected diagnostics in tests/errors")

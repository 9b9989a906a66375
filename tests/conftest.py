"""Options and profiles of the test run."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "quick",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    deadline=None,
    max_examples=2000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("CDS_PROFILE", "quick"))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update` writes what was found into tests/errors/*.yaml and docs/pictures, for review in the diff."""
    parser.addoption("--update", action="store_true", help="rewrite tests/errors and docs/pictures")

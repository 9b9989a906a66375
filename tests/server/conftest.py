"""Rulesets that the tests of the service share."""

import pytest

import cds
from cds.api import Ruleset
from cds.shipped import shipped_rulesets


@pytest.fixture(scope="session")
def heart_failure() -> Ruleset:
    """Weight in heart failure alone."""
    return cds.load(shipped_rulesets() / "heart-failure-weight.yaml")


@pytest.fixture(scope="session")
def everything() -> Ruleset:
    """All rulesets that come with cds."""
    return cds.load(shipped_rulesets())

"""A made-up population, scored: what `cds demo --patients` shows."""

from datetime import datetime, timedelta
from typing import Final

from cds.api import load
from cds.diagnostics import Language
from cds.shipped import shipped_rulesets
from cds.synthetic.marginals import marginals
from cds.synthetic.report import began_per_week, beside_published, summary
from cds.synthetic.tables import AT, Tables, population, save

__all__ = ["demonstrate", "save"]

WEEK: Final = 7


def demonstrate(patients: int, seed: int, language: Language) -> tuple[Tables, str]:
    """The tables of a population, and what the shipped rulesets say of it at `AT`, beside published figures.

    The week before is scored too, day by day, to tell how many findings begin.
    """
    tables = population(patients, seed=seed)
    ruleset = load([shipped_rulesets()])
    read, issues = ruleset.read_tables(tables)
    last = datetime.fromisoformat(AT)
    days = [ruleset.score(read, at=last - timedelta(days=back), allow_draft=True) for back in range(WEEK, -1, -1)]
    found = {**marginals(tables, days[-1].counts()), "alerts_per_week": began_per_week(days)}
    text = summary(days[-1], issues["code"].to_pylist(), seed, language)
    return tables, text + beside_published(found, language)

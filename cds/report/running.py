"""From tables of patients to a report, in one call."""

from datetime import datetime
from pathlib import Path

from cds.api import Ruleset, microseconds
from cds.execute.batch import SAID, score
from cds.execute.findings import STATUSES
from cds.periods import NORWAY, zone
from cds.population import Population
from cds.report.counting import Counts
from cds.report.definitions import Definitions, definitions_from, of_every_rule
from cds.report.groups import PATIENT, groups_table
from cds.report.making import Report, Zeros, report_of


def report_from_tables(
    ruleset: Ruleset,
    source: object,
    *,
    at: str | datetime,
    groups: object,
    indicators: str | Path | None,
    least: int,
    zeros: Zeros,
    allow_draft: bool,
    threads: int,
) -> Report:
    """See `cds.report.report`."""
    ruleset.refuse_drafts(allow_draft)
    table = None if groups is None else groups_table(groups)
    columns = [] if table is None else [name for name in table.schema.names if name != PATIENT]
    plan = ruleset.plan
    definitions = definitions_from(indicators, plan, columns) if indicators else of_every_rule(plan, columns)
    population = source if isinstance(source, Population) else ruleset.read_tables(source, threads=threads)[0]
    moment = microseconds(at, zone(NORWAY))
    counts = Counts(_groups(definitions), definitions.ages, table)
    rules = {rule for each in definitions.indicators for rule in each.rules}
    with_limits = {rule for each in definitions.indicators if each.has_limits for rule in each.rules}
    of_users = {rule for each in definitions.indicators if each.is_of_users for rule in each.rules}
    keep = list(STATUSES) if with_limits else SAID
    findings = score(plan, population, moment, threads=threads or None, keep=keep, watch=bool(of_users))
    counts.add(population, findings, rules, with_limits=with_limits, of_users=of_users)
    return report_of(counts, definitions, plan, moment, least=least, zeros=zeros)


def _groups(definitions: Definitions) -> list[str]:
    """The groups that any indicator asks for, in the order in which they do."""
    found = {name: None for each in definitions.indicators for grouping in each.groupings for name in grouping}
    return list(found)

"""Scoring of populations of any size, from tables to a file, in memory that does not grow with them.

`running` is the job. It takes the tables in `pieces`, learns in a `census` whose each row is, and scores `blocks` of
consecutive patients one after another; `ledger` puts together what each block says could not be used, and `writing`
makes files that are there only when they are whole. A `shelf` is where rows wait on disk.
"""

from cds.diagnostics import MissingExtra

try:
    from cds.scoring.running import patient_in_tables, score_tables
    from cds.scoring.summary import summary
    from cds.scoring.tally import Scored
except ImportError as missing:
    raise MissingExtra(f"scoring needs the package {missing.name}: pip install 'cds-engine[batch]'") from missing

__all__ = ["Scored", "patient_in_tables", "score_tables", "summary"]

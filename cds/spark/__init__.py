"""Scoring of populations on Spark: `score` takes the tables as DataFrames and gives findings and issues as DataFrames.

`running` makes the plan of the job on the driver. Each task first puts the rows that it reads into packages, one for
each bucket of patients (`packing`); the packages are what is shuffled; then `worker` scores bucket after bucket with
the batch executor, with the rulesets that came in a `parcel`. `outcome` splits what comes back.
"""

from cds.diagnostics import MissingExtra

try:
    from cds.spark.outcome import Scored
    from cds.spark.running import score
    from cds.spark.session import local_session
except ImportError as missing:
    raise MissingExtra(
        f"scoring on Spark needs the package {missing.name}: pip install 'cds-engine[batch,spark]'"
    ) from missing

__all__ = ["Scored", "local_session", "score"]

"""What alarms would have come of a population's past: each day through the alarm logic, with nobody to answer.

`running` evaluates everybody at every moment with the batch executor; `courses` takes what was said through the life of
alarms, as `cds.alarms` does for one patient; `outcome` counts.
"""

from cds.diagnostics import MissingExtra

try:
    from cds.simulation.asking import simulate
    from cds.simulation.outcome import RuleLoad, Simulated
    from cds.simulation.period import Period, period_of
    from cds.simulation.running import read, simulate_each
except ImportError as missing:
    raise MissingExtra(f"a simulation needs the package {missing.name}: pip install 'cds-engine[batch]'") from missing

__all__ = ["Period", "RuleLoad", "Simulated", "period_of", "read", "simulate", "simulate_each"]

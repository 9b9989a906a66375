"""How far a job has come, for whoever waits for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Step = Literal["copy", "who", "sort", "score"]
Progress = Callable[[Step, int, int], None]
"""Told of the step, how many of its rows are done, and how many there are (0 = not known)."""

STEPS: Final[tuple[Step, ...]] = ("copy", "who", "sort", "score")
"""What is not Parquet is copied; whose each row is, is looked up; what lies in no order is sorted; all is scored."""


def silent(step: Step, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Count:
    """Rows of a step that are done, told each time that some are added."""

    step: Step
    total: int
    progress: Progress
    done: int = 0

    def add(self, rows: int) -> None:
        """Count rows as done."""
        self.done += rows
        self.progress(self.step, self.done, self.total)

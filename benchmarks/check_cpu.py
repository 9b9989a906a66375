"""What the start costs: processor time of `import cds` over bare Python, and of `cds check` over `import cds`.

Each command runs in a process of its own, in turn, so that whatever else the machine does falls on all alike. The
medians are printed; the baseline is bare Python on the same machine in the same run.
"""

import os
import statistics
import sys
from pathlib import Path

RUNS = 15
TOP = Path(__file__).parents[1]
COMMANDS = {
    "python": ["-c", "pass"],
    "import cds": ["-c", "import cds"],
    "cds.load": ["-c", "import cds; cds.load"],
    "cds explain CDS102": ["-m", "cds", "explain", "CDS102"],
    "cds check rulesets": ["-m", "cds", "check", "rulesets"],
    "cds demo": ["-m", "cds", "demo"],
}


def processor_seconds(arguments: list[str]) -> float:
    """User and system time of one process, with its children."""
    nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    started = os.posix_spawn(sys.executable, [sys.executable, *arguments], os.environ, file_actions=nowhere)
    _, status, used = os.wait4(started, 0)
    if status:
        raise SystemExit(f"failed: {' '.join(arguments)}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Run every command RUNS times, interleaved, and print the medians."""
    os.chdir(TOP)
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(RUNS):
        for name, arguments in COMMANDS.items():
            times[name].append(processor_seconds(arguments))
    bare = statistics.median(times["python"])
    print(f"{'command':22} {'CPU s':>8} {'over bare python':>17} {'ratio':>7}")
    for name, measured in times.items():
        median = statistics.median(measured)
        print(f"{name:22} {median:8.3f} {median - bare:17.3f} {median / bare:7.1f}")


if __name__ == "__main__":
    main()

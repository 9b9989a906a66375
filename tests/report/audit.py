"""What a reader can work out from published counts: an audit that knows nothing of how cells were chosen.

members: cells × kinds of persons, 1 where a cell counts a kind. Whoever reads the published cells knows members @ x =
counts for them, with x not below 0.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
from scipy.optimize import linprog

_NEAR = 1e-6


def revealed(members: Any, hidden: Collection[int], small: Collection[int]) -> list[int]:
    """The small cells that published ones determine: those that add nothing to their rank."""
    published = members[[each for each in range(len(members)) if each not in hidden]]
    rank = np.linalg.matrix_rank(published) if len(published) else 0
    return [each for each in sorted(small) if np.linalg.matrix_rank(np.vstack([published, members[each]])) == rank]


def narrow(members: Any, counts: Any, hidden: Collection[int], small: Collection[int], width: float) -> list[int]:
    """The small cells whose least and greatest possible counts lie no more than `width` apart."""
    known = [each for each in range(len(members)) if each not in hidden]
    found = []
    for each in sorted(small):
        ends = []
        for sign in (1, -1):
            solved = linprog(sign * members[each], A_eq=members[known], b_eq=counts[known], bounds=(0, None))
            assert solved.status in (0, 3), solved.message
            ends.append(sign * solved.fun if solved.status == 0 else np.inf)
        if ends[1] - ends[0] <= width + _NEAR:
            found.append(each)
    return found

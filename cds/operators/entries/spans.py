"""Operators over what a patient has for some time."""

from typing import Final

from cds.operators.entries.operator import SPANS, Operator, words
from cds.operators.spans import active, time_since_change

SPANS_ENTRIES: Final = (
    Operator("active", active, SPANS, "yes_no", words("har {input}", "har {input}", "has {input}"), public=False),
    Operator(
        "time_since_change",
        time_since_change,
        SPANS,
        "hours",
        words("tid siden endring av {input}", "tid sidan endring av {input}", "time since a change of {input}"),
        options=frozenset({"in"}),
        needs=frozenset({"in"}),
    ),
)

"""Why a value or a condition cannot be told: small integers that compiled and plain code share.

A condition's state is 0 (false), 1 (true) or one of these reasons, so a reason is never 0 or 1.
"""

from enum import IntEnum
from typing import Final

KNOWN: Final = 0  # a value's reason when it is known
FALSE: Final = 0
TRUE: Final = 1

NOT_SET: Final = 2
NOT_SUPPLIED: Final = 3
NO_DATA: Final = 4
TOO_FEW: Final = 5
TOO_OLD: Final = 6
IMPLAUSIBLE_ONLY: Final = 7
UNIT_NOT_UNDERSTOOD: Final = 8
CONFLICT: Final = 9
WITHHELD: Final = 10
LIMIT_INVALID: Final = 11
LIMIT_EXPIRED: Final = 12
NOT_COMPUTABLE: Final = 13
NO_EARLIER: Final = 14
AT_LEAST: Final = 15
AT_MOST: Final = 16
SILENCED: Final = 17
UNCONFIRMED: Final = 18
NOT_JUDGED: Final = 19
NOT_CERTAIN: Final = 20
DAYS_NOT_KNOWN: Final = 21
VALUE_NOT_READ: Final = 22


class Reason(IntEnum):
    """The reasons by name, as results and JSON spell them."""

    not_set = NOT_SET  # the limit is used only if the patient has one, and the patient has none
    not_supplied = NOT_SUPPLIED  # the input was not handed over for the whole span that is needed
    no_data = NO_DATA  # supplied, and empty in the window
    too_few = TOO_FEW  # fewer readings, days or share than required
    too_old = TOO_OLD  # the newest reading is older than newest_within
    implausible_only = IMPLAUSIBLE_ONLY  # nothing but values no body can have
    unit_not_understood = UNIT_NOT_UNDERSTOOD
    conflict = CONFLICT  # different values at the same instant
    withheld = WITHHELD  # masked by the patient or by law
    limit_invalid = LIMIT_INVALID  # the patient's own limit has a wrong name, unit, span or order
    limit_expired = LIMIT_EXPIRED
    not_computable = NOT_COMPUTABLE  # no finite number comes out
    no_earlier_reading = NO_EARLIER  # nothing to compare the newest reading with
    at_least = AT_LEAST  # only a lower bound is known (a meter's HI, `>27.8`, a streak cut by an unknown dose)
    at_most = AT_MOST  # only an upper bound is known (a meter's LO, `<0.5`)
    silenced = SILENCED  # a rule named in unknown_while fires or cannot be told
    unconfirmed = UNCONFIRMED  # the rule depends on a finding that waits for a confirming reading
    not_judged = NOT_JUDGED  # the dose's fate is not known (no contact, technical fault)
    not_certain = NOT_CERTAIN  # the diagnosis is provisional
    days_not_known = DAYS_NOT_KNOWN  # how long a medicine that was handed out lasts
    value_not_read = VALUE_NOT_READ  # a text or an answer stands where a number belongs

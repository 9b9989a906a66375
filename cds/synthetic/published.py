"""What has been published of what the generator assumes. Where nothing was found, nothing stands here."""

from collections.abc import Mapping
from typing import Final, NamedTuple


class Published(NamedTuple):
    """A published figure. says: the figure as it was reported, or worked out from reported ones; source: where."""

    says: str
    source: str


_HYPERTENSION_SERVICE: Final = (
    "van Steenkiste 2025, JMIR Med Inform 13:e66066: 174 patients with hypertension, on average 207 days each"
)

PUBLISHED: Final[Mapping[str, tuple[Published, ...]]] = {
    "days_followed": (Published("207", _HYPERTENSION_SERVICE),),
    "readings_per_week": (Published("5.9 (30,184 measurements)", _HYPERTENSION_SERVICE),),
    "alerts_per_week": (
        Published("3.4 (17,293 alerts on single readings)", _HYPERTENSION_SERVICE),
        Published("0.7 (3,646 alerts left for people)", _HYPERTENSION_SERVICE),
    ),
    "weighs_four_days": (Published("74 % (67 of 91)", "Ding 2020, J Med Internet Res 22(7):e17559"),),
    "doses_taken": (
        Published("above 99 %", "Evondos, evondos.com, the maker's own figure"),
        Published("98.35 % (SD 2.15)", "electronic dispensing system, pilot trial, 26 weeks, 23 users, PMC7807760"),
        Published("98 % (SD 3.1), within 2 hours", "Patel 2022, JMIR Form Res 6(5):e34906, 58 users"),
    ),
    "dispenser_users_old": (Published("82 % elderly", "Statistics Norway, table 11642, 2022: 7,500 users"),),
    "statins_covered": (
        Published("61.0 %", "statin users in the Czech Republic, n = 890,180, PLoS One 2025 20(6):e0325293"),
    ),
}
"""Marginal -> figures to hold it against; their populations differ from this one, and from each other."""

"""Rulesets on their way to the workers: as bytes, which are used only when they arrive as they were sent."""

import hashlib
import pickle
from dataclasses import dataclass
from functools import lru_cache

from cds import __version__
from cds.api import Ruleset
from cds.diagnostics import CdsError


@dataclass(frozen=True, slots=True)
class Parcel:
    """Checked rulesets, pickled. digest: SHA-256 of the bytes; plan: the hash of the plan; engine: who packed it."""

    content: bytes
    digest: str
    plan: str
    engine: str

    @staticmethod
    def of(ruleset: Ruleset) -> "Parcel":
        """The rulesets, to be sent."""
        content = pickle.dumps(ruleset)
        return Parcel(content, _digest(content), ruleset.plan.hash, __version__)

    def opened(self) -> Ruleset:
        """The rulesets; a process opens the same parcel once. CdsError when they are not those that were sent."""
        return _opened(self)


@lru_cache(maxsize=4)
def _opened(parcel: Parcel) -> Ruleset:
    if parcel.engine != __version__:
        raise CdsError(
            f"this worker has cds {__version__}, and the driver cds {parcel.engine}; install the same version on both"
        )
    if parcel.digest != _digest(parcel.content):
        raise CdsError("the rulesets did not arrive as they were sent: their hash differs; start the job again")
    ruleset = pickle.loads(parcel.content)
    if ruleset.plan.hash != parcel.plan:
        raise CdsError("the rulesets that arrived are others than those that were sent; start the job again")
    return ruleset


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()

"""Identities that are the same whenever the same is evaluated again: version 5 UUIDs (RFC 9562)."""

import json
from typing import Final
from uuid import UUID, uuid5

from cds.result import Finding, Result

RULE_SYSTEM: Final = "urn:cds:rule"
"""The system of a rule's id, `ruleset/rule`, in codings; what bears it was found by cds and is no new fact."""
LIMIT_SYSTEM: Final = "urn:cds:limit"
"""The system of a limit's name, `ruleset/limit` or `limit`, in codings of a patient's plan."""
_NAMESPACE: Final = UUID("881b586e-6127-485a-aa50-e614edd78504")


def stable_uuid(*names: str) -> str:
    """The UUID of these names; the same names give the same UUID, other names another.

    >>> stable_uuid("a", "b") == stable_uuid("a", "b"), stable_uuid("a", "b") == stable_uuid("ab")
    (True, False)
    """
    return str(uuid5(_NAMESPACE, json.dumps(names)))


def finding_uuid(result: Result, finding: Finding, kind: str) -> str:
    """The UUID of what is made of a finding. kind: what that is, so that a card and a task differ.

    It follows from the ruleset's hash, the rule, the patient and the moment.
    """
    return stable_uuid(kind, finding.head.hash, finding.id, result.patient, result.at)

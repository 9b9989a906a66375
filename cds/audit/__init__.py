"""A record of every evaluation that nobody can change unseen, and from which one patient can still be erased.

::

    evaluation ─▶ open part:   when, who called, rulesets with versions and hashes, keyed digest of the input
               ─▶ sealed part: patient, user, findings and their statuses; under the patient's own key
                       │
                       ▼
    record n ─ HMAC(record n-1, record n) ─▶ record n+1 …

The chain runs over what is stored, sealed parts included. So destroying a patient's key makes that patient's records
unreadable for ever, and the chain verifies as before. No value of a reading and no text is recorded.
"""

from cds.audit.log import AuditLog, Evaluation, Verdict

__all__ = ["AuditLog", "Evaluation", "Verdict"]

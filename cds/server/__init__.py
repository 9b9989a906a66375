"""Rulesets as a service over HTTP: CDS Hooks 2.0 and plain REST, behind the same checks.

::

    request ─ size, time ─▶ token ─▶ body ─▶ JSON ─┬─ hook: prefetch, else the FHIR server ─▶ patient ─┐
                                                   └─ /evaluate: records or a Bundle ────────▶ patient ─┤
    response ◀─ cards, result or OperationOutcome ◀─ audit log ◀─ evaluate, in a bounded pool ◀─────────┘

| module | duty |
|---|---|
| `settings`, `clock` | what a host decides; the one clock of the product |
| `offers` | the services: hooks that rulesets ask for, and whose findings are answered at each |
| `needs` | what the rulesets read, as prefetch templates |
| `prefetch`, `fetching` | answers to them, from the request or the FHIR server; what is missing |
| `calls`, `feedback`, `replies` | the JSON of CDS Hooks, in and out |
| `tokens`, `issuers`, `replay` | who calls |
| `work`, `outcomes`, `logs` | limits; refusals as OperationOutcome; a log without patient data |
| `answering`, `app`, `openapi`, `process` | evaluation, routes, their description, the process |

Needs the extra `server`. Nothing of a request is kept for the next but what the audit log and feedback hold.
"""

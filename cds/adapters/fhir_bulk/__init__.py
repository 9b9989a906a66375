"""A whole population from a FHIR Bulk Data export (https://hl7.org/fhir/uv/bulkdata/): files of one resource a line.

::

    files ─ lines ─▶ plain Observations, decoded in part ─▶ rows ──────────────┐
                └──▶ everything else, by patient ─ cds.adapters.fhir ─▶ facts ─┴─▶ Population, issues

What a resource means is said in `cds.adapters.fhir` alone. The short way asks it once for each shape of Observation
(status, codes, units and whatever else may change the meaning) and then only converts numbers and times; what it does
not fully understand goes the long way.
"""

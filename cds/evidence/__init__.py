"""Evidence for those who answer for a product: traces, requirements, proofs, components, hazards and a self-test."""

from cds.evidence.installation import SelfTest, selftest
from cds.evidence.tracing import Traced, trace
from cds.evidence.writing import write_evidence

__all__ = ["SelfTest", "Traced", "selftest", "trace", "write_evidence"]

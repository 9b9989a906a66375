"""From what was asked to the bytes of the answer: evaluate, record, write. Everything here runs in the pool."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from cds.adapters.fhir import patient_from_fhir
from cds.api import Patient, Ruleset
from cds.audit import AuditLog, Evaluation
from cds.diagnostics import Language, PatientError
from cds.exchange import Service
from cds.result import Result
from cds.server.calls import Asked
from cds.server.needs import Needs, needs_of
from cds.server.offers import Offer, offers
from cds.server.outcomes import Refused
from cds.server.prefetch import Gathered
from cds.server.replies import as_bytes, missing_text, response
from cds.server.settings import Settings

_STATUSES: Final[Mapping[str, int]] = {  # code of a refused request -> HTTP status; 400 for all others
    "internal_error": 500,
    "patient_not_read": 422,
    "patient_not_named": 422,
    "time_not_understood": 422,
}


@dataclass(frozen=True, slots=True)
class Answering:
    """Rulesets ready to answer. offers: the services; audit: where each evaluation is recorded, None = nowhere."""

    service: Service
    settings: Settings
    needs: Needs
    offers: tuple[Offer, ...]
    audit: AuditLog | None = None

    @property
    def ruleset(self) -> Ruleset:
        return self.service.ruleset

    @property
    def language(self) -> Language:
        return self.service.language

    def call(
        self, offer: Offer, asked: Asked, gathered: Gathered, at: datetime, caller: str, fetched: tuple[bytes, ...]
    ) -> bytes:
        """The response to a call of a service; Refused when nothing can be told, or when patients are mixed up."""
        if not gathered.has_any and self.needs.inputs:
            lines = missing_text(gathered, self.needs, "en", self.ruleset.concepts)
            raise Refused(412, f"nothing that the rulesets use was supplied: {'; '.join(lines)}", place="prefetch")
        patient = self._patient(gathered)
        moment = at.isoformat(timespec="seconds")
        result = _of(offer, self.ruleset.evaluate(patient, at=moment, allow_draft=self.service.allow_draft))
        self._record(result, caller, asked.call.context.user_id, asked.call.hook, (asked.raw, *fetched))
        made = response(result, gathered, self.needs, self.settings, self.language, self.ruleset.concepts)
        return as_bytes(made)

    def evaluate(self, raw: bytes, caller: str) -> bytes:
        """The answer to a request of `cds run --stream`, without its envelope; Refused when it has none."""
        answer, result = self.service.answered(raw)
        if result is None:
            error = answer["error"]
            raise Refused(_STATUSES.get(error["code"], 400), error["message"], place=error["place"])
        self._record(result, caller, "", "evaluate", (raw,))
        (content,) = (each for name, each in answer.items() if name != "id")
        return as_bytes({"cards": content} if "cards" in answer else content)

    def _patient(self, gathered: Gathered) -> Patient:
        try:
            patient = Patient(
                patient_from_fhir(
                    gathered.bundle,
                    supplied=gathered.supplied,
                    zone=self.settings.time_zone,
                    concepts=self.ruleset.concepts,
                    deepest=None,
                )
            )
        except PatientError as wrong:
            raise Refused(422, str(wrong), place="prefetch") from None
        foreign = next((each.place for each in patient.issues if each.code == "other_patient"), "")
        if foreign:
            says = "this is about another patient than the call, or of another server; nothing was evaluated"
            raise Refused(422, says, place=f"prefetch: {foreign}")
        return patient

    def _record(self, result: Result, caller: str, user: str, service: str, material: tuple[bytes, ...]) -> None:
        if self.audit is not None:
            self.audit.append(Evaluation(result, caller, user, service, material))


def answering(service: Service, settings: Settings, audit: AuditLog | None = None) -> Answering:
    """Rulesets made ready to answer with these settings."""
    ruleset = service.ruleset
    needs = needs_of(ruleset.plan, ruleset.concepts, settings.without)
    return Answering(service, settings, needs, offers(ruleset.plan, settings), audit)


def _of(offer: Offer, result: Result) -> Result:
    """What the rulesets of a service say of all that was evaluated."""
    findings = tuple(each for each in result.findings if each.rule.ruleset in offer.rulesets)
    return replace(result, findings=findings, heads=tuple(each for each in result.heads if each.id in offer.rulesets))

"""The author of every resource: cds with one ruleset, as a Device (http://hl7.org/fhir/R4/device.html)."""

from cds.adapters.fhir_out.building import Evaluated, Json, device_uuid, resource
from cds.adapters.fhir_out.codes import RULESET
from cds.escaping import markdown
from cds.plan import Head


def device(evaluated: Evaluated, head: Head) -> Json:
    """The Device that states the versions of cds and of the ruleset, the ruleset's hash and its adaptation."""
    name, _, version = evaluated.document.engine.partition(" ")
    versions = {
        name: version,
        "ruleset": head.version,
        "hash": head.hash,
        "adaptation": head.adaptation,
        "status": head.status,
    }
    notice = markdown(evaluated.notice(head))
    content = {
        "identifier": [{"system": RULESET, "value": head.id}],
        "status": "active",
        "deviceName": [{"name": name, "type": "user-friendly-name"}],
        "type": {"text": "clinical decision support"},
        "version": [{"type": {"text": each}, "value": value} for each, value in versions.items() if value],
        "note": [{"text": notice}] if notice else [],
    }
    return resource("Device", device_uuid(evaluated.document, head), content)

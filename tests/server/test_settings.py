"""What a host decides is checked as a whole, and what others can reach is closed unless it is opened."""

from pathlib import Path

import pytest

from cds.api import Ruleset
from cds.diagnostics import CdsError
from cds.server.settings import Issuer, Settings, Tls, check_exposed, is_web_address, read_settings
from tests.server.building import BASE, EPJ, serving

WHOLE = """
base_url = "https://cds.example.org"
hooks = ["patient-view"]
without = ["MedicationStatement"]
origins = ["https://epj.example.org"]
behind_proxy = true

[[issuers]]
iss = "https://epj.example.org"
keys = "keys.json"

[fhir]
servers = ["https://fhir.example.org/r4"]

[limits]
body_bytes = 1000

[[override_reasons]]
code = "seen"
display = "Seen"
"""
WRONG = {
    "a name that is not known": ("hoks = 1", "hoks"),
    "no TOML": ("= 1", "not TOML"),
    "no address for the audience": ('[[issuers]]\niss = "a"\nkeys = "k"', "base_url is missing"),
    "an issuer without keys": ('base_url = "https://a.example"\n[[issuers]]\niss = "a"', "neither keys nor jku"),
    "an issuer twice": (
        'base_url = "https://a.example"\n[[issuers]]\niss = "a"\nkeys = "k"\n[[issuers]]\niss = "a"\nkeys = "k"',
        "twice",
    ),
    "a jku without TLS": ('base_url = "https://a.example"\n[[issuers]]\niss = "a"\njku = "http://b.example/k"', "jku"),
    "a FHIR server without TLS": ('[fhir]\nservers = ["http://fhir.example.org/r4"]', "fhir.servers"),
    "every origin": ('origins = ["*"]', "name each origin"),
    "a kind that is not asked for": ('without = ["Patients"]', "without: Patients"),
    "no time zone": ('time_zone = "Europe/Olso"', "time_zone"),
    "no threads": ("[limits]\nthreads = 0", "limits.threads"),
    "no hooks": ("hooks = []", "hooks"),
    "an id that is a path": ('service_id = "../x"', "service_id"),
}


def test_settings_are_read(tmp_path: Path) -> None:
    file = tmp_path / "service.toml"
    file.write_text(WHOLE)
    settings = read_settings(file)
    assert tmp_path / "keys.json" == settings.issuers[0].keys
    assert 1000 == settings.limits.body_bytes
    assert Settings() == read_settings(None)


@pytest.mark.parametrize("name", WRONG)
def test_wrong_settings_are_refused_with_their_place(tmp_path: Path, name: str) -> None:
    text, says = WRONG[name]
    file = tmp_path / "service.toml"
    file.write_text(text)
    with pytest.raises(CdsError, match=r"^service\.toml: ") as wrong:
        read_settings(file)
    assert says in str(wrong.value)


CLOSED = Settings(base_url=BASE, issuers=(Issuer(iss=EPJ, jku=f"{EPJ}/jwks.json"),), behind_proxy=True)
OPEN = {
    "no issuers": (Settings(behind_proxy=True), True, "issuers"),
    "no TLS": (CLOSED.model_copy(update={"behind_proxy": False}), True, "certificate"),
    "no audit log": (CLOSED, False, "--state"),
}


@pytest.mark.parametrize("name", OPEN)
def test_what_others_can_reach_must_be_closed(name: str) -> None:
    settings, has_state, says = OPEN[name]
    for host in ("0.0.0.0", "::", "192.0.2.1", "cds.example.org", ""):
        with pytest.raises(CdsError, match=says):
            check_exposed(settings, host, has_state)
    for host in ("127.0.0.1", "::1", "localhost", "127.0.0.2"):
        check_exposed(settings, host, has_state)


def test_it_may_be_opened_in_writing() -> None:
    tls = Tls(certificate=Path("c.pem"), key=Path("k.pem"))
    check_exposed(CLOSED, "0.0.0.0", has_state=True)
    check_exposed(CLOSED.model_copy(update={"behind_proxy": False, "tls": tls}), "0.0.0.0", has_state=True)
    check_exposed(Settings(accept_unsigned=True, behind_proxy=True), "0.0.0.0", has_state=True)


def test_addresses_are_of_the_web_and_safe() -> None:
    assert is_web_address("https://fhir.example.org/r4")
    assert is_web_address("http://127.0.0.1:8000/r4")
    for each in ("http://fhir.example.org", "ftp://x", "https://", "https://a?b", "https://user@a.example", "", "x"):
        assert not is_web_address(each)


def test_browsers_of_a_named_origin_may_call(heart_failure: Ruleset) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    with serving(heart_failure, Settings(base_url=BASE, origins=(EPJ,), issuers=CLOSED.issuers)) as client:
        allowed = client.request("OPTIONS", "/cds-services/cds", headers={"Origin": EPJ, **asked})
        assert (200, EPJ) == (allowed.status_code, allowed.headers["access-control-allow-origin"])
        assert {"authorization", "content-type"} <= {
            each.strip().lower() for each in allowed.headers["access-control-allow-headers"].split(",")
        }
        refused = client.request("OPTIONS", "/cds-services/cds", headers={"Origin": "https://evil.example", **asked})
        assert 400 == refused.status_code
        assert EPJ == client.get("/cds-services", headers={"Origin": EPJ}).headers["access-control-allow-origin"]
        other = client.get("/health", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers

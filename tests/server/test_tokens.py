"""Who may call: each way in which a token can be wrong is refused, and a right one is let in."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cds.api import Ruleset
from cds.diagnostics import CdsError
from cds.server.issuers import Keys
from cds.server.outcomes import Refused
from cds.server.replay import Replay
from cds.server.settings import Issuer, Settings
from tests.server.building import BASE, EPJ, NOW, Client, Hands, Signer, bearer, claims, later, packed, serving

PATH = "/cds-services"
SIGNER = Signer()
JKU = f"{EPJ}/jwks.json"
NO_TIMES = [("exp", "soon"), ("exp", True), ("iat", None), ("iat", 1e999), ("exp", [])]


def settings_for(tmp_path: Path, *signers: Signer) -> Settings:
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps({"keys": [each.jwk for each in signers]}))
    return Settings(base_url=BASE, issuers=(Issuer(iss=EPJ, keys=keys),))


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def client(heart_failure: Ruleset, tmp_path: Path, clock: Hands) -> Iterator[Client]:
    with serving(heart_failure, settings_for(tmp_path, SIGNER), clock=clock) as client:
        yield client


def status(client: Client, token: str) -> int:
    return client.get(PATH, headers=bearer(token)).status_code


def refused_because(client: Client, token: str, why: str) -> None:
    response = client.get(PATH, headers=bearer(token))
    assert 401 == response.status_code
    body = response.json()
    assert "OperationOutcome" == body["resourceType"]
    assert why in body["issue"][0]["details"]["text"]
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_a_token_of_a_known_client_is_let_in(client: Client) -> None:
    assert 200 == status(client, SIGNER.token(claims(PATH)))


def test_an_rsa_key_is_let_in(heart_failure: Ruleset, tmp_path: Path) -> None:
    signer = Signer("rsa", "RSA")
    with serving(heart_failure, settings_for(tmp_path, signer)) as client:
        assert 200 == status(client, signer.token(claims(PATH)))


def test_the_audience_may_be_a_list(client: Client) -> None:
    assert 200 == status(client, SIGNER.token(claims(PATH, aud=["https://other.example", f"{BASE}{PATH}"])))


def test_no_token_is_refused(client: Client) -> None:
    for path, method in ((PATH, "GET"), ("/cds-services/cds", "POST"), ("/evaluate", "POST")):
        response = client.request(method, path, json={})
        assert (401, "Bearer") == (response.status_code, response.headers["www-authenticate"])


def test_health_needs_no_token(client: Client) -> None:
    assert {"status": "ok"} == client.get("/health").json()


@pytest.mark.parametrize(
    "audience", [BASE, f"{BASE}{PATH}/", f"{BASE}{PATH}/cds", "https://other.example/cds-services", "", None, 1, [], {}]
)
def test_a_wrong_audience_is_refused(client: Client, audience: Any) -> None:
    refused_because(client, SIGNER.token(claims(PATH, aud=audience)), "aud")


def test_an_expired_token_is_refused(client: Client, clock: Hands) -> None:
    token = SIGNER.token(claims(PATH))
    clock.now = later(126)
    refused_because(client, token, "expired")


def test_a_token_that_lasts_too_long_is_refused(client: Client) -> None:
    refused_because(client, SIGNER.token(claims(PATH, exp=int(NOW.timestamp()) + 301)), "longer than 300")


@pytest.mark.parametrize("claim", ["iat", "nbf"])
def test_a_token_of_the_future_is_refused(client: Client, claim: str) -> None:
    refused_because(client, SIGNER.token(claims(PATH) | {claim: NOW.timestamp() + 6}), "not yet valid")


@pytest.mark.parametrize("claim", ["iss", "aud", "exp", "iat", "jti"])
def test_a_missing_claim_is_refused(client: Client, claim: str) -> None:
    whole = claims(PATH)
    del whole[claim]
    refused_because(client, SIGNER.token(whole), "not known" if claim == "iss" else f"lacks {claim}")


@pytest.mark.parametrize(("claim", "value"), NO_TIMES)
def test_times_that_are_none_are_refused(client: Client, claim: str, value: Any) -> None:
    response = client.get(PATH, headers=bearer(SIGNER.token(claims(PATH) | {claim: value})))
    assert 401 == response.status_code


@pytest.mark.parametrize("jti", ["", "x" * 201, 7, None, "\ud800", "a\nb"])
def test_a_jti_that_is_no_name_is_refused(client: Client, jti: Any) -> None:
    response = client.get(PATH, headers=bearer(SIGNER.token(claims(PATH, jti))))
    assert 401 == response.status_code


def test_the_algorithm_none_is_refused(client: Client) -> None:
    for name in ("none", "None", "NONE"):
        head, body, signature = SIGNER.token(claims(PATH)).split(".")
        unsigned = packed({"alg": name, "typ": "JWT", "kid": SIGNER.name})
        refused_because(client, f"{unsigned}.{body}.", "signed as it must be")
        refused_because(client, f"{unsigned}.{body}.{signature}", "signed as it must be")
        assert 401 == status(client, f"{head}.{body}.")


def test_hmac_with_the_public_key_is_refused(client: Client) -> None:
    for algorithm in ("HS256", "HS384", "HS512"):
        refused_because(client, SIGNER.token(claims(PATH), alg=algorithm), "ES384 or RS384")


def test_another_curve_is_refused(heart_failure: Ruleset, tmp_path: Path) -> None:
    signer = Signer("p256", curve=ec.SECP256R1())
    with serving(heart_failure, settings_for(tmp_path, signer)) as client:
        refused_because(client, signer.token(claims(PATH)), "not for this algorithm")


def test_a_replayed_token_is_refused(client: Client) -> None:
    token = SIGNER.token(claims(PATH))
    assert 200 == status(client, token)
    refused_because(client, token, "used before")
    assert 200 == status(client, SIGNER.token(claims(PATH, "2")))


def test_an_unknown_issuer_is_refused(client: Client) -> None:
    for issuer in ("https://unknown.example", f"{EPJ}/", 7, None, [EPJ]):
        refused_because(client, SIGNER.token(claims(PATH, iss=issuer)), "issuer")


def test_the_key_of_another_is_refused(client: Client) -> None:
    refused_because(client, Signer().token(claims(PATH)), "signature")
    refused_because(client, Signer("unknown").token(claims(PATH)), "kid")


def test_a_changed_claim_is_refused(client: Client) -> None:
    head, _, signature = SIGNER.token(claims(PATH, aud="https://other.example")).split(".")
    body = SIGNER.token(claims(PATH)).split(".")[1]
    refused_because(client, f"{head}.{body}.{signature}", "signature")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "é.é.é", "e30.e30.", "bnVsbA.bnVsbA.AA", "W10.W10.AA"])
def test_what_is_no_token_is_refused(client: Client, token: str) -> None:
    response = client.get(PATH, headers={"Authorization": f"Bearer {token}".encode()})
    assert 401 == response.status_code


def test_a_header_without_typ_or_kid_is_refused(client: Client) -> None:
    refused_because(client, SIGNER.token(claims(PATH), typ=None), "typ JWT")
    refused_because(client, SIGNER.token(claims(PATH), kid=None), "kid")


def test_a_jku_that_is_not_allowed_is_refused_and_never_asked(heart_failure: Ruleset, tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"keys": [SIGNER.jwk]})

    settings = Settings(base_url=BASE, issuers=(Issuer(iss=EPJ, jku=JKU),))
    with serving(heart_failure, settings, fhir=httpx.MockTransport(answer)) as client:
        refused_because(client, SIGNER.token(claims(PATH), jku="https://evil.example/jwks.json"), "jku")
        assert [] == asked
        assert 200 == status(client, SIGNER.token(claims(PATH), jku=JKU))
        assert 200 == status(client, SIGNER.token(claims(PATH, "2")))
        assert [JKU] == asked


def test_a_new_key_is_asked_for_but_not_without_end(heart_failure: Ruleset) -> None:
    held = [SIGNER]
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"keys": [each.jwk for each in held]})

    clock = Hands()
    settings = Settings(base_url=BASE, issuers=(Issuer(iss=EPJ, jku=JKU),))
    with serving(heart_failure, settings, clock=clock, fhir=httpx.MockTransport(answer)) as client:
        new = Signer("key-2")
        assert [401, 401, 401] == [status(client, new.token(claims(PATH, str(each)))) for each in range(3)]
        assert 1 == len(asked)
        held.append(new)
        clock.now = later(31)
        assert 200 == status(client, new.token(claims(PATH, "4")))
        assert 2 == len(asked)


def test_keys_that_cannot_be_had_close_the_door(heart_failure: Ruleset) -> None:
    settings = Settings(base_url=BASE, issuers=(Issuer(iss=EPJ, jku=JKU),))
    with serving(heart_failure, settings) as client:
        assert 503 == status(client, SIGNER.token(claims(PATH)))


def test_a_private_key_in_a_key_set_is_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [SIGNER.jwk | {"d": "AA"}]}))
    with pytest.raises(CdsError, match="no key with a kid"):
        Keys(Issuer(iss=EPJ, keys=file), Hands(), httpx.AsyncClient())


def test_the_memory_of_used_tokens_is_bounded_and_forgets_none_that_counts() -> None:
    replay = Replay(None, most=2)
    assert replay.use("a", "1", NOW.timestamp() + 10, NOW)
    assert replay.use("a", "2", NOW.timestamp() + 10, NOW)
    with pytest.raises(Refused) as full:
        replay.use("a", "3", NOW.timestamp() + 10, NOW)
    assert 503 == full.value.status
    assert replay.use("b", "1", NOW.timestamp() + 10, NOW), "one issuer does not fill the memory of another"
    assert replay.use("a", "3", NOW.timestamp() + 40, later(11))
    assert not replay.use("a", "3", NOW.timestamp() + 40, later(11))


def test_used_tokens_are_known_after_a_restart(tmp_path: Path) -> None:
    first = Replay(tmp_path)
    assert first.use("a", "1", NOW.timestamp() + 10, NOW)
    first.close()
    assert not Replay(tmp_path).use("a", "1", NOW.timestamp() + 10, NOW)
    assert 0o600 == (tmp_path / "tokens.sqlite").stat().st_mode & 0o777

"""Who calls: JSON Web Tokens as CDS Hooks has them (https://cds-hooks.hl7.org/2.0/#trusting-cds-clients).

ES384 or RS384 and nothing else; a key of an issuer that the settings name; the audience is the very endpoint that is
called; it has not expired, does not last longer than five minutes, and was not used before.
"""

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

import jwt
from jwt.types import Options

from cds.adapters.shapes import as_list
from cds.server.clock import Clock
from cds.server.issuers import Key, Keys
from cds.server.outcomes import Refused
from cds.server.replay import Replay

LONGEST: Final = 300.0  # seconds from iat to exp
LEEWAY: Final = 5.0  # seconds that clocks may differ
_LONGEST_TOKEN: Final = 16_000
_LONGEST_NAME: Final = 200
_FEWEST_BITS: Final = 2048
_ALGORITHMS: Final[Mapping[str, Callable[[Key], bool]]] = {  # name -> whether a key is of its kind
    "ES384": lambda key: key.get("kty") == "EC" and key.get("crv") == "P-384",
    "RS384": lambda key: key.get("kty") == "RSA",
}
_ONLY_SIGNATURE: Final[Options] = {  # all else is held against the clock that was handed over, below
    "verify_signature": True,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "require": ["iss", "aud", "exp", "iat", "jti"],
}
_NOTHING: Final[Options] = {**_ONLY_SIGNATURE, "verify_signature": False, "require": []}


class Callers:
    """Those who may call, and which of their tokens were used."""

    def __init__(self, keys: Mapping[str, Keys], replay: Replay, clock: Clock) -> None:
        self._keys, self._replay, self._clock = keys, replay, clock

    async def caller(self, header: str, endpoint: str) -> tuple[str, str]:
        """The issuer of the token in an Authorization header, and its subject, "" when it has none.

        Refused (401) when it does not let the caller in. endpoint: the full address of what is called.
        """
        token = _bearer(header)
        head, said = _unverified(token)
        keys = self._keys.get(said.get("iss", "")) if isinstance(said.get("iss"), str) else None
        if keys is None:
            raise denied("the issuer of the token is not known here")
        if "jku" in head and head["jku"] != keys.issuer.jku:
            raise denied("the jku of the token is not one that is allowed")
        key = await keys.key(head["kid"])
        if key is None:
            raise denied("the key of the token is not known; is its kid in the issuer's JWK Set?")
        claims = _verified(token, head["alg"], key)
        expires = _check_claims(claims, endpoint, self._clock())
        if not await asyncio.to_thread(self._replay.use, claims["iss"], claims["jti"], expires, self._clock()):
            raise denied("the token was used before; each call needs its own jti")
        return claims["iss"], _name(claims.get("sub", ""))


def denied(message: str) -> Refused:
    """A refusal of somebody who has not shown who they are."""
    return Refused(401, message, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Refused(401, "send a signed token: Authorization: Bearer …", headers={"WWW-Authenticate": "Bearer"})
    if len(token) > _LONGEST_TOKEN:
        raise denied("the token is too long")
    return token.strip()


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, believed in nothing but which key they are to be held against."""
    try:
        read = jwt.decode_complete(token, options=_NOTHING)
    except (jwt.PyJWTError, RecursionError, ValueError, TypeError):
        raise denied("the token cannot be read; send a signed JSON Web Token") from None
    head, claims = read["header"], read["payload"]
    if head.get("alg") not in _ALGORITHMS:
        raise denied(f"the token is not signed as it must be; use {' or '.join(_ALGORITHMS)}")
    if head.get("typ") != "JWT" or not isinstance(head.get("kid"), str):
        raise denied("the header of the token needs typ JWT and a kid")
    return head, claims


def _verified(token: str, algorithm: str, key: Key) -> dict[str, Any]:
    if not _ALGORITHMS[algorithm](key) or key.get("alg", algorithm) != algorithm:
        raise denied("the key of the token is not for this algorithm")
    try:
        public: Any = jwt.PyJWK.from_dict(dict(key), algorithm=algorithm)
        if getattr(public.key, "key_size", 0) < (_FEWEST_BITS if algorithm == "RS384" else 0):
            raise denied(f"the RSA key is shorter than {_FEWEST_BITS} bits")
        return jwt.decode(token, public, algorithms=[algorithm], options=_ONLY_SIGNATURE)  # pyright: ignore[reportArgumentType]
    except jwt.MissingRequiredClaimError as missing:
        raise denied(f"the token lacks {missing.claim}") from None
    except (jwt.PyJWTError, ValueError, TypeError):
        raise denied("the signature of the token does not hold") from None


def _check_claims(claims: Mapping[str, Any], endpoint: str, now: datetime) -> float:
    """When the token expires; Refused when a claim does not hold."""
    audience = claims["aud"]
    if endpoint not in (as_list(audience) or [audience]):
        raise denied("the token is for another address; its aud is the full address of the endpoint that is called")
    issued, expires, name = claims["iat"], claims["exp"], claims["jti"]
    if not (_is_time(issued) and _is_time(expires)):
        raise denied("iat and exp of the token are seconds since 1970")
    if not isinstance(name, str) or not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise denied(f"the jti of the token is a text of at most {_LONGEST_NAME} characters")
    seconds = now.timestamp()
    if expires <= seconds - LEEWAY:
        raise denied("the token has expired")
    if issued > seconds + LEEWAY or _is_later(claims.get("nbf"), seconds + LEEWAY):
        raise denied("the token is not yet valid; compare the clocks")
    if expires - issued > LONGEST:
        raise denied(f"the token lasts longer than {LONGEST:.0f} seconds")
    return expires + LEEWAY


def _name(subject: object) -> str:
    """The subject, where it is a name that can be printed."""
    return subject if isinstance(subject, str) and subject.isprintable() and len(subject) <= _LONGEST_NAME else ""


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_later(value: object, seconds: float) -> bool:
    return value is not None and (not isinstance(value, int | float) or value > seconds)

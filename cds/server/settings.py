"""What a host decides about the service: a TOML file, checked as a whole before anything is served."""

import ipaddress
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cds.adapters.cards import REASON_SYSTEM
from cds.diagnostics import CdsError
from cds.periods import NORWAY, zone
from cds.server.needs import KINDS

_Count = Annotated[int, Field(ge=1)]
_Seconds = Annotated[float, Field(gt=0)]
_Code = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Issuer(_Part):
    """A client that may call. keys: a JWK Set file, from where the settings stand; jku: the address of one."""

    iss: Annotated[str, Field(min_length=1)]
    keys: Path | None = None
    jku: str | None = None


class Limits(_Part):
    """What one request may cost, and how many may run or wait at a time in one process."""

    body_bytes: _Count = 20_000_000
    body_seconds: _Seconds = 30.0
    answer_seconds: _Seconds = 10.0
    bytes_in_flight: _Count = 200_000_000
    threads: _Count = 4
    waiting: _Count = 128


class Fetching(_Part):
    """FHIR servers that may be asked for what a request lacks; none unless named."""

    servers: tuple[str, ...] = ()
    pages: _Count = 10
    bytes: _Count = 20_000_000
    seconds: _Seconds = 5.0


class Tls(_Part):
    """The certificate and its key, in PEM."""

    certificate: Path
    key: Path


class Reason(_Part):
    """A reason for passing over a card, as people read it. system: its code system."""

    code: _Code
    display: Annotated[str, Field(min_length=1)]
    system: str = REASON_SYSTEM


class Settings(_Part):
    """Everything that a host may decide; each has a value that is safe on a machine of one's own.

    base_url: the address that clients use, from which the audience of tokens follows. without: kinds of resource
    that the clients do not hold, which are then not asked for. hooks: at which every ruleset answers; None = each
    ruleset at those that it asks for.
    """

    base_url: str = ""
    service_id: _Code = "cds"
    title: str = ""
    hooks: Annotated[tuple[_Code, ...], Field(min_length=1)] | None = None
    without: frozenset[str] = frozenset()
    time_zone: str = NORWAY
    issuers: tuple[Issuer, ...] = ()
    accept_unsigned: bool = False
    behind_proxy: bool = False
    tls: Tls | None = None
    origins: tuple[str, ...] = ()
    fhir: Fetching = Fetching()
    limits: Limits = Limits()
    override_reasons: tuple[Reason, ...] | None = None
    keep_comments: bool = False


def read_settings(path: Path | None) -> Settings:
    """The settings in a file, or those that hold without one; CdsError says what is wrong with it."""
    if path is None:
        return Settings()
    try:
        settings = Settings.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise CdsError(f"{path.name}: not TOML: {wrong}") from None
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise CdsError(f"{path.name}: {place}: {first['msg']}; docs/serving.md lists the settings") from None
    settings = _with_files_beside(settings, path.parent)
    wrong = next(_faults(settings), "")
    if wrong:
        raise CdsError(f"{path.name}: {wrong}")
    return settings


def check_exposed(settings: Settings, host: str, has_state: bool) -> None:
    """CdsError when what listens there would be open to others without a check of who they are.

    >>> check_exposed(Settings(), "127.0.0.1", has_state=False)
    """
    if is_loopback(host):
        return
    if not settings.issuers and not settings.accept_unsigned:
        raise CdsError("others can reach this address; name who may call under [[issuers]] in the settings")
    if settings.tls is None and not settings.behind_proxy:
        raise CdsError(
            "others can reach this address; give [tls] a certificate, or say behind_proxy = true where a proxy in "
            "front of it ends HTTPS"
        )
    if not has_state:
        raise CdsError("others can reach this address; name a folder for the audit log with --state")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _with_files_beside(settings: Settings, folder: Path) -> Settings:
    """The same with the files that it names found from where it stands."""
    issuers = tuple(
        each.model_copy(update={"keys": folder / each.keys}) if each.keys else each for each in settings.issuers
    )
    tls = settings.tls and Tls(certificate=folder / settings.tls.certificate, key=folder / settings.tls.key)
    return settings.model_copy(update={"issuers": issuers, "tls": tls})


def _faults(settings: Settings) -> Iterator[str]:
    """What is wrong when the settings are seen together."""
    if settings.issuers and not is_web_address(settings.base_url):
        yield "base_url is missing; tokens are held against it, so write the address that clients use"
    names = [each.iss for each in settings.issuers]
    if len(set(names)) < len(names):
        yield "the same iss stands twice under [[issuers]]"
    for each in settings.issuers:
        if not each.keys and not each.jku:
            yield f"issuers: {each.iss} has neither keys nor jku; name its JWK Set"
        if each.jku and not is_web_address(each.jku):
            yield f"issuers: the jku of {each.iss} must begin with https://"
    for server in settings.fhir.servers:
        if not is_web_address(server):
            yield "fhir.servers: an address must begin with https:// (http:// only on this machine)"
    try:
        zone(settings.time_zone)
    except CdsError as wrong:
        yield f"time_zone: {wrong}"
    if "*" in settings.origins:
        yield "origins: name each origin; * would let any page in a browser read answers"
    unknown = sorted(settings.without - KINDS)
    if unknown:
        yield f"without: {', '.join(unknown)} is not asked for anyway; the kinds are {', '.join(sorted(KINDS))}"


def is_web_address(address: str) -> bool:
    """Whether it is an https address; http only on this machine."""
    parts = urlsplit(address)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return is_safe and bool(parts.hostname) and not parts.query and not parts.fragment and not parts.username

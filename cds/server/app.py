"""The routes. Each handler says what it needs and hands on; what somebody or a limit forbids ends as `Refused`."""

import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ExceptionHandler

from cds.server.answering import Answering
from cds.server.calls import Asked, read_call
from cds.server.clock import Clock, moment
from cds.server.feedback import FeedbackStore, read_feedback
from cds.server.fetching import FhirServer, may_fetch
from cds.server.following import ROUTES, Following, Handler
from cds.server.following_openapi import with_following
from cds.server.logs import Log
from cds.server.needs import PATIENT
from cds.server.offers import Offer
from cds.server.openapi import openapi
from cds.server.outcomes import Refused, outcome
from cds.server.prefetch import Answer, Gathered, answer_of, gathered
from cds.server.replies import as_bytes, discovery
from cds.server.tokens import Callers
from cds.server.work import Work

_HEADERS: Final[Mapping[str, str]] = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_JSON: Final = ("application/json", "application/fhir+json")
_Handler = Callable[["Desk", Request, str], Awaitable[bytes | Response]]


@dataclass(frozen=True, slots=True)
class Desk:
    """All that the routes need. callers: who may call, None = everybody; feedback: None = it is not taken.

    following: None = nobody is followed live.
    """

    answering: Answering
    work: Work
    clock: Clock
    log: Log
    http: httpx.AsyncClient
    callers: Callers | None = None
    feedback: FeedbackStore | None = None
    following: Following | None = None


def application(desk: Desk, closing: Callable[[], None] = lambda: None) -> Starlette:
    """The ASGI application. closing: called when it stops, after the last answer."""
    settings = desk.answering.settings
    routes = [
        _route(desk, "/cds-services", "GET", _discover),
        _route(desk, "/evaluate", "POST", _evaluate),
        _route(desk, "/health", "GET", _health, is_open=True),
        _route(desk, "/openapi.json", "GET", _describe, is_open=True),
    ]
    for offer in desk.answering.offers:
        service = f"/cds-services/{offer.id}"
        routes.append(_route(desk, service, "POST", partial(_call, offer)))
        if desk.feedback is not None:
            routes.append(_route(desk, f"{service}/feedback", "POST", partial(_take_feedback, offer)))
    if desk.following is not None:
        routes += [_route(desk, path, method, partial(_follow, handler)) for path, method, handler in ROUTES]

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        yield
        await desk.http.aclose()
        desk.work.close()
        closing()

    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(settings.origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Last-Event-ID"],
    )
    handlers: dict[Any, ExceptionHandler] = {HTTPException: partial(_not_there, desk)}
    return Starlette(routes=routes, middleware=[cors], exception_handlers=handlers, lifespan=lifespan)


def _route(desk: Desk, path: str, method: str, handler: _Handler, is_open: bool = False) -> Route:
    async def endpoint(request: Request) -> Response:
        began = time.perf_counter()
        caller, size = "", 0
        try:
            if not is_open and desk.callers is not None:
                address = f"{desk.answering.settings.base_url.rstrip('/')}{path.format(**request.path_params)}"
                said = request.headers.get("authorization", "")
                caller, request.state.subject = await desk.callers.caller(said, address)
            content = await handler(desk, request, caller)
            response = content if isinstance(content, Response) else _answered(200, content)
            size = len(getattr(response, "body", b""))
        except Refused as refused:
            response = _refused(refused)
        except Exception as bug:  # one request must never end the process that answers all the others
            desk.log.failure(bug)
            response = _refused(Refused(500, "cds itself failed, and there is no answer; its log says where"))
        milliseconds = round((time.perf_counter() - began) * 1000, 1)
        desk.log.write(
            "request",
            route=path,
            method=method,
            status=response.status_code,
            ms=milliseconds,
            bytes=size,
            caller=caller,
        )
        return response

    return Route(path, endpoint, methods=[method])


async def _discover(desk: Desk, request: Request, caller: str) -> bytes:
    made = desk.answering
    return as_bytes(discovery(made.settings, made.offers, made.needs, made.ruleset.heads, made.language, _today(desk)))


async def _call(offer: Offer, desk: Desk, request: Request, caller: str) -> bytes:
    made = desk.answering
    async with AsyncExitStack() as held:
        await held.enter_async_context(desk.work.admitted())
        raw = await held.enter_async_context(desk.work.body(_of_json(request)))
        at = desk.clock().replace(microsecond=0)
        asked = await desk.work.run(partial(read_call, raw, offer.hooks))
        found, fetched = await _gather(desk, asked)
        server = asked.call.fhir_server or ""
        patient = asked.call.context.patient_id
        person = found.pop(PATIENT)

        def answer() -> bytes:
            whole: Gathered = gathered(made.needs, found, person, patient, server, at)
            return made.call(offer, asked, whole, at, caller, fetched)

        return await desk.work.run(answer)


async def _gather(desk: Desk, asked: Asked) -> tuple[dict[str, Any], tuple[bytes, ...]]:
    """The answer to every template, and what the FHIR server sent; `patient` is the resource itself."""
    call, needs = asked.call, desk.answering.needs
    settings = desk.answering.settings.fhir
    found: dict[str, Any] = {key: answer_of(call.prefetch.get(key), each.kind) for key, each in needs.queries.items()}
    found[PATIENT] = call.prefetch.get(PATIENT)
    if not may_fetch(call, settings):
        return found, ()
    server = FhirServer(desk.http, call, settings)
    lacking = [key for key, each in found.items() if isinstance(each, Answer) and each.lack]
    found |= await server.answers(needs, lacking, _today(desk))
    if found[PATIENT] is None:
        found[PATIENT] = await server.person()
    return found, tuple(server.read)


async def _take_feedback(offer: Offer, desk: Desk, request: Request, caller: str) -> bytes:
    assert desk.feedback is not None
    store = desk.feedback
    async with desk.work.admitted(), desk.work.body(_of_json(request)) as raw:
        received = moment(desk.clock)
        await desk.work.run(lambda: store.add(offer.id, read_feedback(raw), caller, received))
    return b""


async def _evaluate(desk: Desk, request: Request, caller: str) -> bytes:
    async with desk.work.admitted(), desk.work.body(_of_json(request)) as raw:
        return await desk.work.run(partial(desk.answering.evaluate, raw, caller))


async def _follow(handler: Handler, desk: Desk, request: Request, caller: str) -> bytes | Response:
    assert desk.following is not None
    return await handler(desk.following, _of_json(request) if request.method == "POST" else request)


async def _health(desk: Desk, request: Request, caller: str) -> bytes:
    return as_bytes({"status": "ok"})


async def _describe(desk: Desk, request: Request, caller: str) -> bytes:
    made = openapi(desk.answering.settings, _hooks(desk), desk.feedback is not None)
    return as_bytes(with_following(made) if desk.following else made)


async def _not_there(desk: Desk, request: Request, problem: Exception) -> Response:
    """What Starlette itself refuses: a path or a method that is not served."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    headers = dict(problem.headers or {}) if isinstance(problem, HTTPException) else {}
    says = (
        "this method is not served here" if status == 405 else "there is nothing here; GET /openapi.json says what is"
    )
    desk.log.write("request", route="other", status=status)
    return _refused(Refused(status, says, headers=headers))


def _hooks(desk: Desk) -> list[str]:
    return [hook for offer in desk.answering.offers for hook in offer.hooks]


def _today(desk: Desk) -> date:
    return desk.clock().date()


def _of_json(request: Request) -> Request:
    """The request, when it says that its body is JSON."""
    kind, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "")
    if kind.strip().lower() not in _JSON or charset not in ("", "charset=utf-8"):
        raise Refused(415, "send JSON: Content-Type: application/json")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "send the body as it is, without Content-Encoding")
    return request


def _answered(status: int, content: bytes, headers: Mapping[str, str] | None = None) -> Response:
    media = "application/json" if content else None
    return Response(content, status, {**_HEADERS, **(headers or {})}, media)


def _refused(refused: Refused) -> Response:
    body = outcome(refused.status, str(refused), refused.place)
    return _answered(refused.status, as_bytes(body), refused.headers)

"""The process: rulesets loaded, files opened, a socket bound, and served until it is told to stop."""

import signal
import socket
import sys
from collections.abc import Generator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Final

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from cds.api import Ruleset, load
from cds.audit import AuditLog
from cds.diagnostics import CdsError, Language
from cds.exchange import Service
from cds.server.answering import answering
from cds.server.app import Desk, application
from cds.server.clock import Clock, system_clock
from cds.server.feedback import FeedbackStore
from cds.server.fetching import client
from cds.server.following import Following, following_on
from cds.server.issuers import Keys
from cds.server.logs import Log
from cds.server.replay import Replay
from cds.server.replies import reasons_offered
from cds.server.settings import Settings, check_exposed
from cds.server.tokens import Callers
from cds.server.work import Work

_STOP_SECONDS: Final = 30
_IDLE_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class Options:
    """What a service is started with. state: folder of the audit log, feedback and used tokens, None = none is kept.

    port: 0 = any that is free. workers: processes; more than one needs a state folder, so that a token used in one
    is known in all. store: file of what is followed live, None = nobody is; key: file of its master key, None = the
    environment holds it.
    """

    rules: tuple[str, ...]
    concepts: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    state: Path | None = None
    store: Path | None = None
    key: str | None = None
    language: Language = "en"
    allow_draft: bool = False
    settings: Settings = field(default_factory=Settings)


def serve(options: Options) -> None:
    """Serve until SIGTERM or SIGINT; what is being answered then is answered first. CdsError before anything is."""
    check_exposed(options.settings, options.host, options.state is not None)
    if options.workers < 1:
        raise CdsError("at least one worker is needed")
    if options.workers > 1 and options.state is None:
        raise CdsError("several workers need a folder that they share; name one with --state")
    if options.workers > 1 and options.store is not None:
        raise CdsError("one process alone follows on a store; leave out --workers, or serve --store on its own")
    log = Log(sys.stderr, system_clock)
    ruleset = load(options.rules, concepts=options.concepts)
    several = options.workers > 1
    config = uvicorn.Config(
        partial(_app_of_worker, options) if several else make_app(options, ruleset, system_clock, log),
        factory=several,
        host=options.host,
        port=options.port,
        workers=options.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_STOP_SECONDS,
        ssl_certfile=options.settings.tls and str(options.settings.tls.certificate),
        ssl_keyfile=options.settings.tls and str(options.settings.tls.key),
    )
    _run(config, log, ruleset)


def make_app(options: Options, ruleset: Ruleset, clock: Clock, log: Log) -> Starlette:
    """The application with its files open; DraftNotAllowed, or CdsError when a file cannot be used."""
    settings, state = options.settings, options.state
    service = Service(ruleset, options.language, allow_draft=options.allow_draft)
    audit = AuditLog(state) if state else None
    reasons = reasons_offered(ruleset.plan, settings)
    feedback = FeedbackStore(state, settings.keep_comments, reasons) if state else None
    replay = Replay(state)
    http = client(settings.fhir)
    keys = {each.iss: Keys(each, clock, http) for each in settings.issuers}
    callers = Callers(keys, replay, clock) if keys else None
    held = ExitStack()
    following = held.enter_context(_following(options, ruleset, clock)) if options.store else None
    work = Work(settings.limits)
    desk = Desk(answering(service, settings, audit), work, clock, log, http, callers, feedback, following)

    def close() -> None:
        held.close()
        for each in (audit, feedback, replay):
            if each is not None:
                each.close()

    app = application(desk, close)
    app.state.ending = following.end if following else _nothing
    return app


def _following(options: Options, ruleset: Ruleset, clock: Clock) -> AbstractContextManager[Following]:
    assert options.store is not None
    limits, needs_token = options.settings.limits, bool(options.settings.issuers)
    return following_on(options.store, options.key, ruleset, options.allow_draft, limits, clock, needs_token)


def _nothing() -> None:
    """Nobody listens."""


def _app_of_worker(options: Options) -> Starlette:
    """The same in a process of its own, which reads the rulesets itself."""
    log = Log(sys.stderr, system_clock)
    log.take_over_server_logs()
    return make_app(options, load(options.rules, concepts=options.concepts), system_clock, log)


def _run(config: uvicorn.Config, log: Log, ruleset: Ruleset) -> None:
    log.take_over_server_logs()
    with _listening(config.host, config.port) as listener:
        rulesets = " ".join(f"{each.id}@{each.version}" for each in ruleset.heads)
        log.write("ready", port=listener.getsockname()[1], workers=config.workers, rulesets=rulesets)
        if config.workers > 1:
            Multiprocess(config, sockets=[listener]).run()
        else:
            with _stopping_in_peace():
                _Server(config).run(sockets=[listener])
    log.write("stopped")


class _Server(uvicorn.Server):
    """At a signal it lets those go who listen to a stream, and then waits for the other answers."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if isinstance(self.config.app, Starlette):
            self.config.app.state.ending()
        super().handle_exit(sig, frame)


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as wrong:
        raise CdsError(f"{host}, port {port}: cannot listen there ({wrong}); choose another with --port") from None
    # Head and body of an answer are two packets; without this the second waits for the client to confirm the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    return listener


@contextmanager
def _stopping_in_peace() -> Generator[None]:
    """The HTTP server stops at a signal and raises it once more when it has; by then all is done."""
    before = {each: signal.signal(each, lambda number, frame: None) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)

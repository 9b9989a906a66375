"""The chain of verdicts run by durable-rules 2.0.28, an optional package, in the only way that was found to be exact.

It is handed verdicts and computes none. Everything in which it was seen to fail is kept from it: no arithmetic, no
comparison between facts, no negation, no alternatives, no timers, no events, one session in a Host of its own, and
facts of two short words and one digit. What is taken back is taken back here, rule by rule, for it does not do that
itself. It is no faster than `OwnPass`; it is for hosts whose own rules run in it.
"""

import locale
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cds.diagnostics import CdsError, MissingExtra
from cds.execute.live.chain import FIRED, ChainRule, Premise

_NAME: Final = "chain"
_BOOT: Final = {"k": "boot", "v": 1, "id": "boot"}
_MOST_RULES_OF_A_FACT: Final = 60  # over 64 rules of one fact, none fires
_MOST_RULES: Final = 5000


class DurableFacts:
    """Facts of one patient in a Host; the derived keys follow them. Not for several threads at a time."""

    def __init__(self, program: Sequence[ChainRule]) -> None:
        self._rules = {f"x{number}": rule for number, rule in enumerate(program)}
        check_usable(program)
        self._asking: dict[str, list[str]] = defaultdict(list)  # key -> names of the rules with a premise on it
        for name, rule in self._rules.items():
            for premise in rule.premises:
                self._asking[premise.key].append(name)
        self._fired: list[str] = []
        self._there: dict[str, int] = {}
        self._because: dict[str, set[str]] = defaultdict(set)  # derived key -> names of the rules that hold
        self._host: Any = _host()
        definition = {name: _rule(rule.premises, self._firing(name)) for name, rule in self._rules.items()}
        self._host.register_rulesets({_NAME: {"boot": _boot(), **definition}})
        self._host.assert_fact(_NAME, _BOOT)

    def derived(self, facts: Mapping[str, int]) -> frozenset[str]:
        """The keys of the rules whose premises hold; CdsError when the package does something unforeseen."""
        if not all(type(each) is int and 0 <= each <= FIRED for each in facts.values()):
            raise CdsError("a chain of durable-rules takes whole numbers from 0 to 3, and nothing else")
        check_locale()
        before = {key: each for key, each in self._there.items() if key[0] == "r"}
        wanted = {key: each for key, each in facts.items() if self._is_asked(key, each)}
        for key, value in before.items():
            if wanted.get(key) != value:
                self._withdraw(key)
        for key, value in wanted.items():
            if self._there.get(key) != value:
                self._assert(key, value)
        return frozenset(key for key, names in self._because.items() if names)

    def _is_asked(self, key: str, value: int) -> bool:
        """Whether a fact meets a premise; the package refuses one that does not."""
        rules = (self._rules[name] for name in self._asking.get(key, ()))
        return any(each.holds({key: value}) for rule in rules for each in rule.premises if each.key == key)

    def _assert(self, key: str, value: int) -> None:
        self._there[key] = value
        self._host.assert_fact(_NAME, {"k": key, "v": value, "id": key})
        if "exception" in self._host.get_state(_NAME, None):
            raise CdsError("durable-rules has failed within a rule; use the engine `own`")
        fired, self._fired[:] = list(self._fired), []
        for name in fired:
            derived = self._rules[name].key
            if name in self._because[derived] or len(fired) > _MOST_RULES_OF_A_FACT:
                raise CdsError("durable-rules has run a rule twice for the same facts; use the engine `own`")
            self._because[derived].add(name)
            if derived in self._asking and derived not in self._there:
                self._assert(derived, 1)

    def _withdraw(self, key: str) -> None:
        """Take a fact back, and all that rests on it alone."""
        self._host.retract_fact(_NAME, {"k": key, "v": self._there.pop(key), "id": key})
        for name in self._asking.get(key, ()):
            derived = self._rules[name].key
            self._because[derived].discard(name)
            if not self._because[derived] and derived in self._there:
                self._withdraw(derived)

    def _firing(self, name: str) -> Callable[[Any], None]:
        return lambda context: self._fired.append(name)


def check_usable(program: Sequence[ChainRule]) -> None:
    """CdsError when durable-rules could not be trusted with a program on this machine."""
    check_locale()
    rules_of = Counter(premise.key for rule in program for premise in rule.premises)
    if len(program) > _MOST_RULES or max(rules_of.values(), default=0) > _MOST_RULES_OF_A_FACT:
        raise CdsError(
            f"the rulesets have more ties than durable-rules can follow ({_MOST_RULES_OF_A_FACT} of one rule, "
            f"{_MOST_RULES} in all); use the engine `own`"
        )
    names = {"k", "v", "id", "sid", "boot", *rules_of, *(rule.key for rule in program)}
    if len({fnv_32(each) for each in names}) < len(names):
        raise CdsError("two names of the chain are one to durable-rules, which knows them by a hash; use `own`")


def check_locale() -> None:
    """CdsError when numbers would be misread: the package reads them as the locale of the process writes them."""
    if locale.localeconv()["decimal_point"] != ".":
        raise CdsError("durable-rules misreads numbers where the locale writes a decimal comma; use the engine `own`")


def fnv_32(text: str) -> int:
    """The hash by which the package finds names (FNV-1a, 32 bits).

    >>> hex(fnv_32("a"))
    '0xe40c292c'
    """
    found = 0x811C9DC5
    for each in text.encode():
        found = (found ^ each) * 0x01000193 & 0xFFFFFFFF
    return found


def _rule(premises: tuple[Premise, Premise], run: Callable[[Any], None]) -> dict[str, Any]:
    return {"all": [{f"m_{place}": _pattern(each)} for place, each in enumerate(premises)], "run": run}


def _pattern(premise: Premise) -> dict[str, Any]:
    limits = {"v": premise.least} if premise.least == premise.most else {"$gte": {"v": premise.least}}
    return {"$and": [{"k": premise.key}, limits]}


def _boot() -> dict[str, Any]:
    """A rule that does nothing: the package is not to hold a session in which none has run."""
    return {"all": [{"m": {"k": "boot"}}], "run": _nothing}


def _nothing(_: object) -> None:
    """What is run where nothing is to be done."""


def _host() -> Any:
    if sys.version_info >= (3, 13):
        raise CdsError("durable-rules does not run on Python 3.13 or newer; use the engine `own`")
    try:
        from durable.engine import Host  # noqa: PLC0415  # pyright: ignore
    except ImportError:
        raise MissingExtra("the engine `durable` needs durable-rules: pip install 'cds-engine[durable]'") from None
    return type("SilentHost", (Host,), {"_run": _nothing})()  # else two threads run on for ever

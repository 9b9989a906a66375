"""`for:` on a rule: every comparison is of a single reading, so that it can be told how long it has held."""

from collections.abc import Iterator

from cds.check.conditions import names_in, words_of
from cds.check.names import Names
from cds.diagnostics import Diagnostic
from cds.diagnostics.measuring import LastingNeedsReadings
from cds.diagnostics.values import NeverMet, WrongDuration
from cds.grammar import Duration
from cds.model import Rule
from cds.phrases import Conjunction, Name, Negation, Phrase, Relation


def check_lasting(names: Names, name: str, rule: Rule) -> Iterator[Diagnostic]:
    """Everything wrong with the `for` of a rule."""
    if rule.held is None:
        return
    key = names.key("rules", name, "for")
    if not rule.held.is_elapsed:
        place = names.file.place("rules", name, "for")
        yield WrongDuration.at(place, field="for", text=rule.held.text, expected="min, hours")
        return
    spot = names.spot("rules", name, "when")
    compared = list(_compared(rule.when))
    if not any(isinstance(each, Relation) for each in compared):
        yield LastingNeedsReadings.at(key, text="when")
    for each in compared:
        if isinstance(each, Negation):
            yield LastingNeedsReadings.at(spot.place, also=key, text="not")
        elif not _is_reading(names, each):
            place = spot.part(each.start, each.end)
            yield LastingNeedsReadings.at(place, also=key, text=f"{words_of(each.left)} is {each.word}")
        elif (short := _window(names, each)) and _sure_minutes(*short) < rule.held.minutes:
            place = names.file.place("rules", name, "for")
            yield NeverMet.at(place, text=f"for: {rule.held.text}", window=short[0].text)


def _compared(phrase: Phrase) -> Iterator[Relation | Negation]:
    """The comparisons of a condition; a negation stands for those within it."""
    match phrase:
        case Conjunction(_, parts):
            for part in parts:
                yield from _compared(part)
        case Negation(part):
            if any(True for _ in _compared(part)):
                yield phrase
        case Relation():
            yield phrase
        case _:
            pass


def _is_reading(names: Names, relation: Relation) -> bool:
    """Whether it compares one `last_reading`, as it stands, with limits."""
    limits = [each for side in (relation.right, relation.upper) for each in names_in(side)]
    if not isinstance(relation.left, Name) or not limits:
        return False
    value = names.model.values.get(relation.left.name.partition(".")[0])
    is_single = value is not None and value.operator == "last_reading" and value.round is None
    return is_single and all(each.name in names.model.limits for each in limits)


def _window(names: Names, relation: Relation) -> tuple[Duration, bool] | None:
    """The window of the value that is compared, and whether its days are those before; None when it has no bound."""
    assert isinstance(relation.left, Name)
    value = names.model.values[relation.left.name.partition(".")[0]]
    window = value.last or value.within
    return (window, value.within is not None) if window else None


def _sure_minutes(window: Duration, is_before: bool) -> float:
    """Minutes that a window surely sees."""
    if window.is_elapsed:
        return window.minutes
    days = window.amount * {"days": 1, "weeks": 7, "months": 28, "years": 365}[window.unit]
    return (days if is_before else days - 1) * 1380.0  # a day has 23 hours at least

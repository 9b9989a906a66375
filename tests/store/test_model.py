"""The store does what a plain dict does, whatever is asked of it and in whatever order."""

import os
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from cds.store import Event, EventConflict, Snapshot, SqliteStore

IS_LONG = os.environ.get("CDS_PROFILE") == "long"
PEOPLE = st.sampled_from(["kari", "ola", "å"])
CONTENTS = st.dictionaries(st.text(max_size=3), st.one_of(st.integers(), st.text(max_size=3), st.none()), max_size=2)


class StoreModel(RuleBasedStateMachine):
    """records: id -> (number, event), None for the event of an erased patient. last: number of the last record."""

    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.records: dict[str, tuple[int, Event | None]] = {}
        self.copies: dict[str, Snapshot] = {}
        self.last = 0
        self.heads = [""]
        self.open()

    def open(self) -> None:
        self.store = SqliteStore(Path(self.folder.name) / "events.sqlite", bytes(32))

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def living(self) -> dict[int, Event]:
        return {number: event for number, event in sorted(self.records.values(), key=lambda each: each[0]) if event}

    @rule(target=sent, people=st.lists(st.tuples(PEOPLE, CONTENTS), max_size=4))
    def send_new(self, people: list[tuple[str, Any]]) -> Any:
        start = len(self.records)
        batch = [Event(f"e{start + place}", who, "k", what) for place, (who, what) in enumerate(people)]
        numbers = tuple(range(self.last + 1, self.last + 1 + len(batch)))
        received = self.store.append(batch)
        assert (numbers, ()) == (received.numbers, received.repeated)
        self.records |= {each.id: (number, each) for number, each in zip(numbers, batch, strict=True)}
        self.last += len(batch)
        return multiple(*batch)

    @rule(events=st.lists(sent, min_size=1, max_size=3))
    def send_again(self, events: list[Event]) -> None:
        received = self.store.append(events)
        assert tuple(each.id for each in events) == received.repeated
        assert tuple(self.records[each.id][0] for each in events) == received.numbers

    @rule(event=sent, who=PEOPLE, what=CONTENTS)
    def send_something_else_under_the_same_id(self, event: Event, who: str, what: Any) -> None:
        other = Event(event.id, who, "k", what)
        is_same = other == event or self.records[event.id][1] is None
        try:
            self.store.append([Event("new", who, "k", {}), other] if not is_same else [other])
            assert is_same
        except EventConflict:
            assert not is_same

    @rule(who=PEOPLE)
    def erase(self, who: str) -> None:
        living = {each.patient for each in self.living().values()}
        assert (who in living) == self.store.erase(who, "2026-01-15")
        if who in living:
            self.last += 1
            self.copies.pop(who, None)
            gone = [name for name, (_, each) in self.records.items() if each and each.patient == who]
            self.records |= {name: (self.records[name][0], None) for name in gone}

    @rule(who=PEOPLE, what=CONTENTS)
    def keep_a_copy(self, who: str, what: Any) -> None:
        copy = Snapshot(self.last, what)
        self.store.keep_snapshot(who, "k", copy)
        if who in {each.patient for each in self.living().values()}:
            self.copies[who] = copy
        assert self.copies.get(who) == self.store.snapshot(who, "k")

    @rule()
    def open_anew(self) -> None:
        self.store.close()
        self.open()

    @rule(head=st.data())
    def verify(self, head: st.DataObject) -> None:
        verdict = self.store.verify(head.draw(st.sampled_from(self.heads)))
        erased = sum(event is None for _, event in self.records.values())
        assert (self.last, erased, ()) == (verdict.records, verdict.erased, verdict.faults)
        if self.last:
            self.heads.append(verdict.head)

    @rule(who=PEOPLE, after=st.integers(0, 20))
    def read_one(self, who: str, after: int) -> None:
        expected = [(number, each) for number, each in self.living().items() if each.patient == who]
        found = self.store.of_patient(who, after)
        assert [each for each in expected if each[0] > after] == [(each.number, each.event) for each in found]
        places = [each.place for each in self.store.of_patient(who)]
        assert list(range(1, len(expected) + 1)) == places

    @invariant()
    def it_holds_what_the_dict_holds(self) -> None:
        assert list(self.living().items()) == [(each.number, each.event) for each in self.store.everything()]
        assert sorted({each.patient for each in self.living().values()}) == self.store.patients()


TestStore = StoreModel.TestCase
TestStore.settings = settings(max_examples=500 if IS_LONG else 15, stateful_step_count=20, deadline=None)

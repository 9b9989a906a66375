"""Any JSON as a bundle becomes a patient with issues, or is refused in a sentence; and it is answered either way."""

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cds
from cds.adapters.fhir import patient_from_fhir
from tests.adapters.building import bundle
from tests.adapters.hostile import BUNDLES, FIELDS, LEAVES, answer, at_path, nodes, spoiled, told
from tests.adapters.medication import statement
from tests.fuzz.fuzz_fhir import MISSING, main, read_choices

FHIRISH = st.recursive(
    st.sampled_from(LEAVES) | st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=5),
    max_leaves=20,
)
PERSON = {"resourceType": "Patient", "id": "1"}
KINDS = sorted({each["resource"]["resourceType"] for whole in BUNDLES for each in whole["entry"]})


def some(fields: Any, kind: str) -> Any:
    """A resource of a kind with fields of any shape, and the patient's."""
    made = {"resourceType": kind, "status": "final", "subject": {"reference": "Patient/1"}}
    return made | fields if isinstance(fields, dict) else made


@st.composite
def spoiled_bundles(draw: st.DrawFn) -> Any:
    whole: Any = draw(st.sampled_from(BUNDLES))
    for _ in range(draw(st.integers(1, 5))):
        whole = spoiled(whole, lambda count: draw(st.integers(0, count - 1)))
    return whole


@given(spoiled_bundles())
def test_a_spoiled_bundle_is_answered_or_refused(whole: Any) -> None:
    answer(whole)


@given(st.lists(st.builds(some, FHIRISH, st.sampled_from(KINDS)), max_size=4), FHIRISH)
def test_resources_of_any_shape_are_answered_or_refused(resources: list[Any], entry: Any) -> None:
    entries = [{"resource": each} for each in (PERSON, *resources)]
    answer({"resourceType": "Bundle", "type": "collection", "entry": [*entries, entry]})


@given(FHIRISH)
def test_any_json_is_answered_or_refused(written: Any) -> None:
    answer(written)


@given(spoiled_bundles())
def test_a_bundle_says_the_same_however_it_comes(whole: Any) -> None:
    """Parsed by the caller, as text, spread over lines, in bytes, and with its fields the other way round."""
    expected = repr(told(whole))
    reversed_fields = dict(reversed(whole.items())) if isinstance(whole, dict) else whole
    for text in (json.dumps(whole), json.dumps(whole, indent=1, ensure_ascii=False), json.dumps(reversed_fields)):
        assert expected == repr(told(text)) == repr(told(text.encode("utf-8", "surrogatepass")))


@given(st.sampled_from(BUNDLES), st.randoms())
def test_the_order_of_the_entries_does_not_matter(whole: Any, random: Any) -> None:
    entries = list(whole["entry"])
    random.shuffle(entries)
    one, other = patient_from_fhir(whole), patient_from_fhir(json.dumps(whole | {"entry": entries}))
    assert one.tables == other.tables
    assert sorted(each.code for each in one.issues) == sorted(each.code for each in other.issues)


@pytest.mark.parametrize("wrong", [None, True, 7, "x", [], {}, [[]], {"x": {}}], ids=repr)
@pytest.mark.parametrize("whole", BUNDLES, ids=range(len(BUNDLES)))
def test_a_wrong_type_anywhere(whole: Any, wrong: Any) -> None:
    made = deepcopy(whole)
    for path in nodes(whole):
        holder, step = at_path(made, path[:-1]), path[-1]
        before, holder[step] = holder[step], wrong
        told(made)
        holder[step] = before
    assert whole == made


@given(st.binary(max_size=80))
def test_what_the_fuzzer_tries_is_answered_or_refused(raw: bytes) -> None:
    answer(read_choices(raw))
    answer(read_choices(b"\0" + raw))


def test_the_fuzzer_says_when_its_tool_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tests.fuzz.fuzz_fhir.find_spec", lambda _: None)
    assert 0 == main("60")
    assert f"{MISSING}\n" == capsys.readouterr().out


def test_two_medicines_that_were_always_used_are_told() -> None:
    """Spans that begin together stand a microsecond apart, and nothing begins before the calendar does."""
    whole = bundle(statement(name="a"), statement(name="b"))
    patient = answer(whole)
    assert patient
    assert 2 == len(patient.facts.tables["medicines.all"].times)


def test_the_bundles_are_sound_before_they_are_spoiled() -> None:
    for whole in BUNDLES:
        patient = answer(whole)
        assert isinstance(patient, cds.Patient)
        assert patient.facts.tables

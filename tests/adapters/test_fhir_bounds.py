"""Bundles that are too much, too deep, twice there, of two people, or hardly JSON: refused in a sentence, or read."""

import json
import subprocess
import sys
from collections import OrderedDict
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from cds.adapters.fhir import DEEPEST, MOST_BYTES, patient_from_fhir
from cds.diagnostics import PatientError
from cds.document import document
from tests.adapters.building import Json, bundle, codes, concept, condition, contents, observation
from tests.adapters.hostile import AT, answer, shipped

TOP = Path(__file__).parents[2]
SECRET = 171.3
COUNT = range(20_000)

# Prints what became of a bundle and how many bytes of memory it took beyond what the interpreter had.
MEASURED = """
import resource, sys
from cds.adapters.fhir import patient_from_fhir
from cds.diagnostics import PatientError
from tests.adapters.test_fhir_bounds import LARGE

unit = 1 if sys.platform == "darwin" else 1024
text = LARGE[sys.argv[1]]()
patient_from_fhir('{"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {"resourceType": "Patient"}}]}')
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    outcome = str(len(patient_from_fhir(text).tables["body_weight"].times))
except PatientError as refusal:
    outcome = str(refusal)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(outcome, (after - before) * unit, len(text), sep="\\n")
"""


def home_weights(count: int) -> bytes:
    """So many Observations of 1000 bytes each, a minute apart."""
    whole = bundle(observation(id="{}", time="2026-01-{:02}T{:02}:{:02}:00Z", note=[{"text": "."}]))
    head, one = json.dumps(whole)[:-2].rsplit(', {"resource": ', 1)
    one = ', {"resource": ' + one.replace('"."', '"' + "." * (1000 - len(one)) + '"')
    start, _, end = one.partition('"{}"')
    middle, _, end = end.partition("2026-01-{:02}T{:02}:{:02}")
    pieces = (
        f'{start}"{each}"{middle}2026-01-{1 + each // 1440 % 28:02}T{each // 60 % 24:02}:{each % 60:02}{end}'
        for each in range(count)
    )
    return (head + "".join(pieces) + "]}").encode()


def crammed(piece: str, size: int) -> bytes:
    """A resource that holds a list of so many bytes."""
    text = json.dumps(bundle(observation(note=["."])))
    return text.replace('"."', ",".join([piece] * (size // (len(piece) + 1)))).encode()


LARGE = {
    "readings": lambda: home_weights(48_000),
    "objects": lambda: crammed("{}", MOST_BYTES - 1000),
    "texts": lambda: crammed('"ab"', 10_000_000),
    "backslashes": lambda: crammed('"' + "\\\\" * 30 + "\\u00e6" + '"', 10_000_000),
}


@pytest.mark.skipif(find_spec("resource") is None, reason="this system does not say how much memory a process takes")
@pytest.mark.parametrize(
    ("shape", "outcome", "times"),
    [
        ("readings", "48000", 2),
        ("objects", "the bundle is too large to be read", 3),
        ("texts", "1", 20),
        ("backslashes", "1", 20),
    ],
)
def test_a_large_bundle_ends_within_its_memory(shape: str, outcome: str, times: int) -> None:
    """times: bytes of memory for each byte of text, at most."""
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, shape], capture_output=True, text=True, check=False, cwd=TOP, timeout=120
    )
    said, memory, size = run.stdout.splitlines() or [run.stderr, "0", "1"]
    assert said.startswith(outcome)
    assert int(memory) < times * int(size)


def test_one_byte_too_many_is_refused() -> None:
    for written in (b" " * (MOST_BYTES + 1), " " * (MOST_BYTES + 1)):
        with pytest.raises(PatientError, match=f"larger than {MOST_BYTES} bytes"):
            patient_from_fhir(written)


def deep(depth: int, kind: type) -> Any:
    made: Any = 1
    for _ in range(depth):
        made = [made] if kind is list else {"extension": made}
    return made


@pytest.mark.parametrize("kind", [list, dict])
@pytest.mark.parametrize("place", ["entry", "resource", "valueQuantity", "code", "subject", "meta"])
@pytest.mark.parametrize("depth", [DEEPEST, 900, 10_000])
def test_what_is_nested_too_deeply_is_refused(depth: int, place: str, kind: type) -> None:
    plain = json.dumps(bundle(observation(**{place: 7})) | ({"entry": 7} if place == "entry" else {}))
    text = plain.replace(f'"{place}": 7', f'"{place}": {deep_text(depth, kind)}')
    assert len(text) > depth
    with pytest.raises(PatientError, match=r"nested|`entry` is not a list"):
        patient_from_fhir(text)
    whole = bundle(observation(**{place: deep(depth, kind)}))
    with pytest.raises(PatientError, match="nested"):
        patient_from_fhir(whole)


def deep_text(depth: int, kind: type) -> str:
    return "[" * depth + "1" + "]" * depth if kind is list else '{"extension":' * depth + "1" + "}" * depth


def test_depth_is_seen_in_any_kind_of_object_and_in_circles() -> None:
    made: Any = 1
    for _ in range(5000):
        made = [OrderedDict(extension=MappingProxyType({"extension": made}))]
    circle: dict[str, Any] = {}
    circle["extension"] = [circle]
    for each in (made, circle):
        with pytest.raises(PatientError, match="nested"):
            patient_from_fhir(bundle(observation(note=each), observation(note=[each])))


@pytest.mark.parametrize(
    "text", ["]]]][[[[", '"]', '[\\"]', "\\\\", '\\\\\\"[', "[" * 300, "}" * 300, "mm[Hg]", '\\"' * 99]
)
def test_brackets_and_quotes_in_texts_are_no_depth(text: str) -> None:
    """Neither does a text make a bundle deep, nor can it hide that a bundle is."""
    shallow = bundle(observation(note=[{"text": text}, text, [text, [text]]]))
    assert contents(patient_from_fhir(shallow)) == contents(patient_from_fhir(json.dumps(shallow)))
    tangled: Any = 1
    for _ in range(DEEPEST):
        tangled = [text, tangled, text]
    with pytest.raises(PatientError, match="nested more than 100 deep"):
        patient_from_fhir(json.dumps(bundle(observation(note=tangled))))


def test_as_deep_as_may_be_is_read() -> None:
    for kind in (list, dict):
        text = json.dumps(bundle(observation(note=deep(DEEPEST - 4, kind))))
        assert () == patient_from_fhir(text).issues
        with pytest.raises(PatientError, match="nested more than 100 deep"):
            patient_from_fhir(text.replace("1]", "[1]]").replace(": 1}", ": [1]}"))


def test_a_resource_that_is_there_many_times_is_read_once() -> None:
    whole = bundle(*[observation()] * 300, *[condition()] * 300)
    patient = patient_from_fhir(json.dumps(whole))
    assert contents(patient_from_fhir(bundle(observation(), condition()))) == contents(patient)
    assert () == patient.issues


def test_many_copies_numbers_and_long_codes_are_little_work() -> None:
    """Were the work not in proportion, none of these would end."""
    code = "I11" + "0" * 5_000_000
    long = patient_from_fhir(bundle(condition(code=concept("http://hl7.org/fhir/sid/icd-10", code))))
    assert long.tables["conditions.hypertension"].times
    servers = [{"fullUrl": f"https://{each}.example.org/Observation/w", "resource": observation()} for each in COUNT]
    patient = patient_from_fhir(bundle() | {"entry": [*bundle()["entry"], *servers]})
    assert [83.1] == patient.tables["body_weight"].values
    numbers = [{"system": f"urn:oid:{each}", "value": "7"} for each in COUNT]
    whole = bundle(*(observation(id=f"o{at}", subject={"identifier": each}) for at, each in enumerate(numbers)))
    whole["entry"][0]["resource"]["identifier"] = numbers
    patient = patient_from_fhir(whole)
    assert ([83.1], ()) == (patient.tables["body_weight"].values, patient.issues)


@pytest.mark.parametrize("other", [{"resourceType": "Patient", "id": "2"}, {"resourceType": "Patient"}])
@pytest.mark.parametrize("place", [0, 1, 2])
def test_two_patients_are_refused(other: Json, place: int) -> None:
    whole = bundle(observation())
    whole["entry"].insert(place, {"resource": other})
    for written in (whole, json.dumps(whole)):
        with pytest.raises(PatientError, match="more than one patient; send one bundle for each"):
            patient_from_fhir(written)


def test_an_observation_of_somebody_else_is_in_no_answer() -> None:
    whole = bundle(observation(), observation(SECRET, id="s", subject={"reference": "Patient/2"}))
    for written in (whole, json.dumps(whole), json.dumps(whole | {"entry": whole["entry"][::-1]})):
        patient = answer(written)
        assert patient
        assert ["other_patient Observation/s"] == codes(patient.issues)
        assert [83.1] == patient.facts.tables["body_weight"].values
        result = shipped().evaluate(patient, at=AT, allow_draft=True)
        assert str(SECRET) not in json.dumps(document(result, explain=True))


def test_a_bundle_within_a_bundle_is_not_read_and_not_forgotten() -> None:
    within = bundle(observation(), bundle(observation(SECRET, id="s")))
    for written in (within, json.dumps(within)):
        patient = patient_from_fhir(written)
        assert ["entry_not_read entry[2]"] == codes(patient.issues)
        assert [83.1] == patient.tables["body_weight"].values


@pytest.mark.parametrize(
    ("number", "issue"),
    [
        ("1e400", "value_not_finite"),
        ("-1e400", "value_not_finite"),
        ("NaN", "value_not_finite"),
        ("Infinity", "value_not_finite"),
        ("-Infinity", "value_not_finite"),
        ("1" + "0" * 400, "value_not_finite"),
        ("1e308", "implausible"),
        ("1e-400", "implausible"),
        ("-0.0", "implausible"),
    ],
)
def test_numbers_that_no_measurement_has(number: str, issue: str) -> None:
    patient = answer(json.dumps(bundle(observation(7))).replace('"value": 7', f'"value": {number}'))
    assert patient
    assert [f"{issue} Observation/w"] == codes(patient.issues)


def test_a_number_too_long_to_be_read_is_refused() -> None:
    text = json.dumps(bundle(observation(7))).replace('"value": 7', '"value": 1' + "0" * 5000)
    with pytest.raises(PatientError, match="a number is too long; send fewer digits"):
        patient_from_fhir(text)
    patient = patient_from_fhir(bundle(observation(10**5000)))
    assert ["value_not_finite Observation/w"] == codes(patient.issues)


@pytest.mark.parametrize("odd", ["\ud800", "\x00", "\x1b[31m", "\u202e", "\ufffe", "a" * 10_000, "æøå 👩‍⚕️"])
@pytest.mark.parametrize("field", ["id", "status", "effectiveDateTime", "bodySite", "code", "subject"])
def test_odd_characters(odd: str, field: str) -> None:
    shape = {"bodySite": {"coding": [{"code": odd, "system": odd}]}, "subject": {"reference": odd}}
    shape["code"] = shape["bodySite"]
    whole = bundle(observation(**{field: shape.get(field, odd)}))
    whole["entry"][0]["resource"]["id"] = odd
    for written in (whole, json.dumps(whole), json.dumps(whole, ensure_ascii=False).encode("utf-8", "surrogatepass")):
        patient = answer(written)
        assert patient
        assert not [each for each in patient.issues if odd in each.place or odd in each.message]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_encodings_of_unicode(encoding: str) -> None:
    whole = bundle(observation(note=[{"text": "æøå 👩"}]), condition())
    raw = json.dumps(whole, ensure_ascii=False).encode(encoding)
    assert contents(patient_from_fhir(whole)) == contents(patient_from_fhir(raw))
    assert contents(patient_from_fhir(whole)) == contents(patient_from_fhir(bytearray(raw)))


TEXT = json.dumps(bundle(observation(), note="æ"))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (json.dumps(bundle(observation(id="æ")), ensure_ascii=False).encode("latin-1"), "not JSON in UTF-8"),
        (b"\x00" + TEXT.encode(), "not JSON"),
        (TEXT.encode() + b"\x00", "not JSON: line 1"),
        (TEXT.replace('"w"', '"w\x00"'), "not JSON: line 1"),
        (TEXT.replace('"w"', '"w\n"'), "not JSON: line 1"),
        ("\ufeff\ufeff" + TEXT, "not JSON: line 1, column 1"),
        (TEXT + TEXT, "not JSON: line 1"),
        (TEXT[:-1], "not JSON: line 1"),
        (TEXT[:-1] + ",}", "not JSON: line 1"),
        (TEXT.replace("}]", "},]"), "not JSON: line 1"),
        (TEXT.replace('"entry": [', '"entry": [,'), "not JSON: line 1"),
        (TEXT.replace('"entry"', "entry"), "not JSON: line 1"),
        (TEXT.replace('"entry":', '"entry"'), "not JSON: line 1"),
        (TEXT.replace('"entry"', "1"), "not JSON: line 1"),
        ("[" + TEXT + "]", "not a FHIR Bundle"),
        (TEXT.replace('"entry": [', '"entry": {"x": [') + "}", "not a list"),
    ],
)
def test_what_is_hardly_json(written: str | bytes, said: str) -> None:
    with pytest.raises(PatientError, match=said):
        patient_from_fhir(written)


def test_of_a_field_that_stands_twice_the_last_counts() -> None:
    text = json.dumps(bundle(observation()))
    for twice in (
        text.replace('"entry": [', '"entry": [{"resource": {"resourceType": "Patient", "id": "2"}}], "entry": ['),
        text.replace('"type": "collection"', '"type": "history", "type": "collection"'),
        text.replace('"entry": [', '"entry": 7, "entry": ['),
    ):
        assert text != twice
        assert contents(patient_from_fhir(text)) == contents(patient_from_fhir(twice))
    with pytest.raises(PatientError, match="not a list"):
        patient_from_fhir(text[:-1] + ', "entry": 7}')
    with pytest.raises(PatientError, match="names no patient"):
        patient_from_fhir(text[:-1] + ', "entry": []}')


@pytest.mark.parametrize("white", ["\n", "\r\n\t ", " " * 1000])
def test_white_space_between_anything(white: str) -> None:
    whole = bundle(observation(), condition(), kind="searchset", total=3)
    text = json.dumps(whole, separators=(f"{white},{white}", f"{white}:{white}"))
    text = white + text.replace("[", f"[{white}").replace("]", f"{white}]").replace("}", f"{white}}}") + white
    assert contents(patient_from_fhir(whole)) == contents(patient_from_fhir(text))

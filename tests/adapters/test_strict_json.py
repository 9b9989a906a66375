"""JSON as a caller sends it: read as it stands, or refused with its place."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.adapters.strict_json import DEEPEST, JsonFault, _read_slowly, read_json  # pyright: ignore[reportPrivateUsage]

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
)


@given(VALUES)
def test_what_is_well_formed_is_read_as_it_stands(value: Any) -> None:
    assert read_json(json.dumps(value).encode()) == (value, None)
    assert read_json(json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass"))[0] in (value, None)


TEXTS = st.sampled_from(
    ['"', "a", ":", " ", "\\", "{", "}", "[", "]", ",", "1", "e", "-", ".", "0", "\n", "\t", "é", "\ufeff"]
)


@given(st.lists(TEXTS, max_size=30).map("".join), VALUES)
def test_however_it_is_read_the_outcome_is_the_same(text: str, value: Any) -> None:
    """The fast reader takes only what the slow one reads the same way, spaces, copies of fields and all."""
    for written in (
        text,
        f'{{"a": {text}}}',
        json.dumps(value, indent=1),
        f'{{"a" :1,"{text}":2,"a"\n:{json.dumps(text)}}}',
    ):
        raw = written.encode()
        plain, fault = read_json(raw)
        slowly, slow_fault = _read_slowly(written.removeprefix("\ufeff"))
        assert (repr(slowly), slow_fault) == (repr(plain), fault)


@pytest.mark.parametrize("number", ["1e400", "-0", "NaN", "12345678901234567890123", "0.1e-400", "1." + "1" * 400])
def test_numbers_are_read_as_the_standard_library_reads_them(number: str) -> None:
    assert repr(json.loads(f"[{number}]")) == repr(read_json(f"[{number}]".encode())[0])


@pytest.mark.parametrize("text", ['{"a": 1, "a" : 2}', '{"a" : 1, "a": 2}', '{"a"\r\n\t : 1, "b\\"": 2, "a":3}'])
def test_spaces_before_a_colon_hide_no_field_that_stands_twice(text: str) -> None:
    fault = read_json(text.encode())[1]
    assert fault is not None
    assert ("field_twice", "a") == (fault.code, fault.place)


@given(st.binary(max_size=200))
def test_whatever_the_bytes_are_there_is_a_value_or_a_fault(raw: bytes) -> None:
    value, fault = read_json(raw)
    assert fault is not None or value == json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode())


def test_a_byte_order_mark_is_no_fault() -> None:
    assert read_json(b'\xef\xbb\xbf{"id": "1"}') == ({"id": "1"}, None)


@pytest.mark.parametrize(
    ("raw", "code", "place"),
    [
        (b"", "not_json", "line 1, column 1"),
        (b'{"a": 1,\n "b": }', "not_json", "line 2, column 7"),
        (b'{"a": 1} {"a": 1}', "not_json", "line 1, column 10"),
        (b'{"a": "\xff"}', "not_utf8", "byte 8"),
        ('{"a": 1}'.encode("utf-16"), "not_utf8", "byte 1"),
        (b'{"a": ' + b"1" * 5000 + b"}", "number_too_long", ""),
        (b"[" * 100_000, "nested_too_deeply", ""),
        (b'{"a":' * 100_000, "nested_too_deeply", ""),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested_too_deeply", ""),
    ],
)
def test_a_fault_has_its_place(raw: bytes, code: str, place: str) -> None:
    value, fault = read_json(raw)
    assert fault is not None
    assert (code, place) == (fault.code, fault.place)
    assert value is None or code == "nested_too_deeply"


def test_as_deep_as_may_be_is_read() -> None:
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST)[1] is None


@pytest.mark.parametrize(
    ("text", "place", "left"),
    [
        ('{"id": "1", "id": "2", "at": 3}', "id", {"at": 3}),
        ('{"a": {"b": [0, {"c": 1, "c": 1}]}}', "a.b[1].c", {"a": {"b": [0, {}]}}),
        ('[[{"c": 1, "d": 2, "c": 1}]]', "[0][0].c", [[{"d": 2}]]),
        ('{"a": {"c": 1, "c": 2}, "b": 1, "b": 2}', "b", {"a": {}}),
        ('{"a": {"c": 1, "c": 2}, "b": {"d": 1, "d": 2}}', "a.c", {"a": {}, "b": {}}),
        ('{"a": 1, "b": 2, "b": 3, "a": 4}', "a", {}),
        ('{"Kari Nordmann": {"c": 1, "c": 2}}', "?.c", {"Kari Nordmann": {}}),
        ('{"Kari Nordmann": 1, "Kari Nordmann": 1}', "?", {}),
    ],
)
def test_a_field_that_stands_twice_is_named_and_left_out(text: str, place: str, left: object) -> None:
    value, fault = read_json(text.encode())
    assert fault is not None
    assert ("field_twice", place, left) == (fault.code, fault.place, value)


def test_a_fault_in_words() -> None:
    assert (
        str(JsonFault("not_json", "line 1, column 2", "not JSON: no value")) == "line 1, column 2: not JSON: no value"
    )
    assert str(JsonFault("nested_too_deeply", "", "nested too deeply")) == "nested too deeply"

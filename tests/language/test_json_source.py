"""Reading JSON: what is accepted, what is refused, and that each problem names its place."""

import hashlib
import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ohaccredit.language.json_faults import find_faults
from ohaccredit.language.json_source import Limits, read_json
from ohaccredit.language.problems import Place, Problem, ProblemsFound, json_pointer


def read(text: str | bytes, **limits: int) -> Any:
    data = text.encode() if isinstance(text, str) else text
    return read_json(data, "f.json", limits=Limits(**limits)).value


def problems_of(text: str | bytes, **limits: int) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        read(text, **limits)
    for problem in found.value.problems:
        assert problem.place is not None
        assert problem.hint
        assert "\n" not in problem.message + problem.hint
        str(found.value).encode()  # can be printed
    return found.value.problems


def places(text: str | bytes, **limits: int) -> list[tuple[int, int, str]]:
    return [
        (problem.place.line, problem.place.column, problem.pointer)
        for problem in problems_of(text, **limits)
        if problem.place
    ]


def only(text: str | bytes, **limits: int) -> tuple[int, int, str, str]:
    problems = problems_of(text, **limits)
    assert len(problems) == 1, problems
    ((line, column, pointer),) = places(text, **limits)
    return line, column, pointer, problems[0].message + " " + problems[0].hint


def outcome(data: bytes) -> tuple[object, list[Problem]]:
    try:
        return read_json(data, "f.json").value, []
    except ProblemsFound as found:
        str(found).encode()  # can be printed
        return None, found.problems


# --- good files -------------------------------------------------------------------------------------


def test_a_good_file_gives_plain_values_its_name_and_its_digest() -> None:
    data = b'{"a": [1, "x", null, true, false, {}]}'
    source = read_json(data, "f.json")
    assert source.value == {"a": [1, "x", None, True, False, {}]}
    assert source.name == "f.json"
    assert source.digest == hashlib.sha256(data).hexdigest()


def test_decimals_stay_exactly_as_written() -> None:
    value = read('{"a": 0.10, "b": 1e3, "c": -0.0, "d": 7, "e": -12}')
    assert [str(value[name]) for name in "abcde"] == ["0.10", "1E+3", "-0.0", "7", "-12"]
    assert [type(value[name]) for name in "abcde"] == [Decimal, Decimal, Decimal, int, int]


def test_a_number_with_thirty_digits_and_exponent_thirty_is_still_read() -> None:
    value = read('{"a": 123456789012345678901234567890, "b": 1.5e-30, "c": 1E+030}')
    assert value["a"] == 123456789012345678901234567890
    assert value["b"] == Decimal("1.5e-30")
    assert value["c"] == Decimal("1e30")


def test_digits_and_exponents_inside_texts_are_no_numbers() -> None:
    text = "1" * 40 + " 1e99"
    assert read(json.dumps({"a": text})) == {"a": text}


def test_a_utf8_mark_is_dropped_and_does_not_move_columns() -> None:
    source = read_json(b'\xef\xbb\xbf{"a": 1}', "f.json")
    assert source.value == {"a": 1}
    assert source.place(("a",)) == Place("f.json", 1, 7)


def test_tabs_and_line_breaks_may_be_written_as_escapes() -> None:
    assert read(r'{"a": "x\ty\nz\r\u000a\u00e9\ud83d\ude00 C:\\u0000"}') == {"a": "x\ty\nz\r\né😀 C:\\u0000"}


# --- positions --------------------------------------------------------------------------------------

DOCUMENT = """{
  "employer": "Añb 😀 Ltd", "size": 12,
  "sites": [
    {"town": "Wrexham"},
    ["x", [], 2.5]
  ],
  "a/b": {"~": null}
}"""


@pytest.mark.parametrize(
    ("parts", "value", "key"),
    [
        ((), (1, 1), (1, 1)),
        (("employer",), (2, 15), (2, 3)),
        (("size",), (2, 36), (2, 28)),
        (("sites",), (3, 12), (3, 3)),
        (("sites", 0), (4, 5), (4, 5)),
        (("sites", 0, "town"), (4, 14), (4, 6)),
        (("sites", 1, 1), (5, 11), (5, 11)),
        (("sites", 1, 2), (5, 15), (5, 15)),
        (("a/b", "~"), (7, 16), (7, 11)),
    ],
)
def test_place_finds_a_value_and_its_name(
    parts: tuple[str | int, ...], value: tuple[int, int], key: tuple[int, int]
) -> None:
    source = read_json(DOCUMENT.encode(), "f.json")
    assert source.place(parts) == Place("f.json", *value)
    assert source.place(parts, key=True) == Place("f.json", *key)


def test_what_is_missing_is_placed_at_the_nearest_value_above_it() -> None:
    source = read_json(DOCUMENT.encode(), "f.json")
    assert source.place(("sites", 0, "county", 3)) == Place("f.json", 4, 5)
    assert source.place(("sites", 7)) == Place("f.json", 3, 12)
    assert source.place(("nothing",)) == Place("f.json", 1, 1)
    assert source.place(("sites", "0")) == Place("f.json", 3, 12)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_as_editors_end_them(end: str) -> None:
    text = end.join(["{", '  "a": 1,', '  "b": 2', "}"])
    assert read_json(text.encode(), "f.json").place(("b",)) == Place("f.json", 3, 8)


# --- syntax -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ('{"a": 1\n "b": 2}', (1, 8, "/a"), "comma is missing"),
        ('{"a": [1 2]}', (1, 9, "/a/0"), "comma is missing"),
        ('{"a": [1,\n 2,\n]}', (2, 3, "/a"), "comma has no entry after it"),
        ('{"a": 1,}', (1, 8, ""), "comma has no entry after it"),
        ('{"a": [1,,2]}', (1, 10, "/a/1"), "comma has no value before it"),
        ('{,"a": 1}', (1, 2, ""), "comma has no entry before it"),
        ("{\"a\": 'x'}", (1, 7, "/a"), "straight double quotes"),
        ("{\"a\": 'don't'}", (1, 7, "/a"), "straight double quotes"),
        ('{"a": “x”}', (1, 7, "/a"), "straight double quotes"),
        ("{'a': 1}", (1, 2, "/a"), "straight double quotes"),
        ("{a: 1}", (1, 2, "/a"), 'Write "a"'),
        ('{a": 1}', (1, 2, "/a"), "no opening quote"),
        ('{"a: 1}', (1, 2, "/a"), "no closing quote"),
        ('{"a": x"}', (1, 7, "/a"), "no opening quote"),
        ('{"a": "x\n, "b": 2}', (1, 7, "/a"), "no closing quote"),
        ('{"a": "x,\n "b": 2}', (1, 7, "/a"), "no closing quote"),
        ('{"a": "x, "b": 2}', (1, 7, "/a"), "no closing quote"),
        ('{"a": "x "y" z"}', (1, 10, "/a"), "ends the text"),
        ('{"a": "x\ny"}', (1, 9, "/a"), "line break"),
        ('{"a": "x\ty"}', (1, 9, "/a"), "a tab"),
        ('{"a": "C:\\x"}', (1, 10, "/a"), "backslash"),
        ('{"a": "\\u12"}', (1, 8, "/a"), "four hexadecimal digits"),
        ('{"a" 1}', (1, 5, "/a"), "colon is missing"),
        ('{"a" = 1}', (1, 6, "/a"), "equals sign"),
        ('{"a": 1; "b": 2}', (1, 8, "/a"), "semicolon"),
        ('{"a": , "b": 2}', (1, 7, "/a"), "value is missing"),
        ('{"a"}', (1, 2, "/a"), "no value"),
        ("{: 1}", (1, 2, ""), "name is missing"),
        ('{{"b": 1}}', (1, 2, ""), "name is missing"),
        ('{"a": {"b": 1}', (1, 1, ""), "never closed"),
        ('{"a": [1, 2}', (1, 7, "/a"), "never closed"),
        ('{"a": [1, "b": 2}', (1, 7, "/a"), "never closed"),
        ('{"a": {"b": [1,', (1, 13, "/a/b"), "line 1, column 16"),
        ('{"a": [1, 2}, "b": 3}', (1, 12, "/a"), "closes the list that begins with [ at f.json:1:7"),
        ('{"a": ["x": 1, "y": 2]}', (1, 7, "/a"), "names"),
        ('{"a": 1} x', (1, 10, ""), "after the end"),
        ('{"a": 1}}', (1, 9, ""), "one } too many"),
        ('{"a": 1}\n{"a": 2}', (2, 1, ""), "second document"),
        ('{"a": 1 // x\n}', (1, 9, "/a"), "comment"),
        ('{"a": 1 /* x\n */ }', (1, 9, "/a"), "comment"),
        ('# x\n{"a": 1}', (1, 1, ""), "comment"),
        ('{"a": True}', (1, 7, "/a"), "Write true"),
        ('{"a": None}', (1, 7, "/a"), "Write null"),
        ('{"a": 007}', (1, 7, "/a"), "Write 7;"),
        ('{"a": -0.}', (1, 7, "/a"), "Write -0."),
        ('{"a": .5}', (1, 7, "/a"), "Write 0.5"),
        ('{"a": 4%}', (1, 7, "/a"), "not a number"),
        ('{"a": 5 days}', (1, 7, "/a"), '"5 days"'),
        ('{"a": 12:30}', (1, 7, "/a"), '"12:30"'),
        ('{"a": 2026-06-30}', (1, 7, "/a"), '"2026-06-30"'),
        ('{"a": https://x.y/z}', (1, 7, "/a"), '"https://x.y/z"'),
        ('{"a": not known yet}', (1, 7, "/a"), '"not known yet"'),
        ('{\u00a0"a": 1}', (1, 2, ""), "U+00A0"),
        ('{"a": NaN}', (1, 7, "/a"), "NaN is not a number"),
        ('{"a": [1, Infinity]}', (1, 11, "/a/1"), "Infinity is not a number"),
        ('{"a":\n -Infinity}', (2, 2, "/a"), "-Infinity is not a number"),
    ],
)
def test_a_mistake_is_named_once_at_its_place(text: str, where: tuple[int, int, str], words: str) -> None:
    line, column, pointer, said = only(text)
    assert (line, column, pointer) == where
    assert words in said


def test_all_mistakes_of_a_file_are_reported_in_the_order_of_the_file() -> None:
    text = """{
  "employer": 'Acme',
  "size": 12
  "sites": [1, 2,],
  "sites": NaN,   // twice
  open: True,
  "absence": {"rate": 1e99}
}"""
    assert places(text) == [
        (2, 15, "/employer"),
        (3, 13, "/size"),
        (4, 17, "/sites"),
        (5, 3, "/sites"),
        (5, 12, "/sites"),
        (5, 19, "/sites"),
        (6, 3, "/open"),
        (6, 9, "/open"),
        (7, 23, "/absence/rate"),
    ]


# --- meaning ----------------------------------------------------------------------------------------


def test_a_duplicate_key_names_both_places() -> None:
    line, column, pointer, said = only('{"a": {"x": 1,\n "y": 2,\n   "x": 3}}')
    assert (line, column, pointer) == (3, 4, "/a/x")
    assert "f.json:1:8" in said


def test_keys_that_are_equal_once_escapes_are_read_are_duplicates() -> None:
    assert only('{"a": 1, "\\u0061": 2}')[:3] == (1, 10, "/a")


def test_the_same_key_in_two_objects_is_no_duplicate() -> None:
    assert read('{"a": {"x": 1}, "b": {"x": 1}}') == {"a": {"x": 1}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("1234567890123456789012345678901", "31 digits"),
        ("-1234567890123456789012345678901", "31 digits"),
        ("1.234567890123456789012345678901", "31 digits"),
        ("9" * 5000, "5,000 digits"),
        ("1e31", "exponent"),
        ("1E-31", "exponent"),
        ("0.1e+99999999999999999999", "exponent"),
        ("1e" + "9" * 5000, "exponent"),
    ],
)
def test_huge_numbers_are_refused(number: str, words: str) -> None:
    line, column, pointer, said = only('{"a": [0, ' + number + "]}")
    assert (line, column, pointer) == (1, 11, "/a/1")
    assert words in said


def test_the_limits_of_numbers_can_be_set() -> None:
    assert only('{"a": 1234}', digits=3)[:3] == (1, 7, "/a")
    assert only('{"a": 1e5}', exponent=4)[:3] == (1, 7, "/a")


@pytest.mark.parametrize("written", [r"\u0000", r"\u0007", r"\u001F", r"\b", r"\f"])
def test_control_characters_written_as_escapes_are_refused(written: str) -> None:
    line, column, pointer, said = only('{"a": "xy' + written + '"}')
    assert (line, column, pointer) == (1, 10, "/a")
    assert written in said
    assert places('{"k' + written + '": 1}')[0][:2] == (1, 4)


@pytest.mark.parametrize("written", [r"\ud800", r"\uDC00", r"\ud83dx", r"\ud83d\ud83d", r"\ude00\ud83d"])
def test_halves_of_characters_are_refused(written: str) -> None:
    line, column, pointer, said = only('{"a": "' + written + '"}')
    assert (line, column, pointer) == (1, 8, "/a")
    assert "half" in said


def test_halves_that_meet_only_between_two_texts_are_refused() -> None:
    assert places(r'{"a": ["\ud83d", "\ude00"]}') == [(1, 9, "/a/0"), (1, 19, "/a/1")]


def nested(depth: int) -> str:
    return '{"a":' + "[" * (depth - 1) + "]" * (depth - 1) + "}"


def test_thirty_two_levels_are_read_and_thirty_three_refused() -> None:
    assert read(nested(32))
    line, column, pointer, said = only(nested(33))
    assert (line, column) == (1, 5 + 32)
    assert pointer == "/a" + "/0" * 31
    assert "32" in said


def test_a_long_text_is_refused_and_so_is_a_long_name() -> None:
    assert read(json.dumps({"a": "é" * 100_000}))
    assert only(json.dumps({"a": "é" * 100_001}))[:3] == (1, 7, "/a")
    assert places(json.dumps({"k" * 100_001: 1}))[0][:2] == (1, 2)


def test_more_values_than_the_limit_are_refused_where_the_limit_is_passed() -> None:
    assert read(json.dumps({"a": [0] * 199_998}))
    line, column, pointer, said = only(json.dumps({"a": [0] * 199_999}))
    assert (line, column, pointer) == (1, 8 + 3 * 199_998, "/a/199998")
    assert "200,000" in said


def test_so_many_problems_that_nobody_reads_them_are_cut_short() -> None:
    problems = problems_of('{"a": [' + "NaN," * 5_000 + "1]}")
    assert len(problems) == 101
    assert "There are more problems" in problems[-1].message


# --- whole files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", " \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_an_empty_file_is_said_to_be_empty(text: str | bytes) -> None:
    assert only(text)[:3] == (1, 1, "")
    assert "empty" in only(text)[3]


@pytest.mark.parametrize("text", ["[1, 2]", '"x"', "12", "null", "true", "hello", "name: x", "<html></html>", "}", ","])
def test_a_file_that_is_not_one_object_is_refused(text: str) -> None:
    assert only(text)[:3] == (1, 1, "")


def test_problems_inside_a_list_at_the_top_are_reported_too() -> None:
    assert places("[1, NaN]") == [(1, 1, ""), (1, 5, "/1")]


def test_a_byte_that_is_not_utf8_is_named_with_its_place() -> None:
    line, column, pointer, said = only('{"é": 1,\n "town": "Caf'.encode() + b'\xe9"}')
    assert (line, column, pointer) == (2, 14, "/town")
    assert "0xE9" in said
    assert "é" in said
    assert "UTF-8" in said


def test_bytes_that_are_not_utf8_do_not_hide_other_problems() -> None:
    assert places(b'{"a": "\xe9", \xe9: 1, "c": NaN}') == [(1, 8, "/a"), (1, 12, "/\ufffd"), (1, 23, "/c")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-16-le", "utf-32"])
def test_utf16_is_recognised(encoding: str) -> None:
    line, column, pointer, said = only('{"a": 1}'.encode(encoding))
    assert (line, column, pointer) == (1, 1, "")
    assert "UTF-8" in said
    assert ("UTF-32" if encoding == "utf-32" else "UTF-16") in said


def test_a_spreadsheet_is_recognised() -> None:
    assert "Excel" in only(b"PK\x03\x04\x14\x00\x06\x00")[3]


def test_a_file_of_fifty_megabytes_is_refused_without_being_read() -> None:
    data = b" " * 50_000_000
    line, column, pointer, said = only(data)
    assert (line, column, pointer) == (1, 1, "")
    assert "50.0 MB" in said
    assert "20.0 MB" in said


# Files made to take long. A reader that is quadratic in one of them does not come back within the test's patience;
# `python -m benchmarks pipeline` measures the speed of reading.
HOSTILE = [
    (b"", b"["),
    (b"", b'{"a":'),
    (b"{", b'"a":1,'),
    (b'{"k":[', b"[],"),
    (b'{"k":[', b'"'),
    (b'{"k":[', b"'a"),
    (b'{"k":', b"9"),
    (b'{"k":"', b"\\"),
    (b'{"k":"', b"\\n"),
    (b"{", b"a "),
    (b'{"k":[', b"/**/ "),
    (b'{"k":"', b"\xff"),
    (b'{"k":"', b"\x00"),
    (b"{", b"\n"),
    (b'{"k":[', b'"\\'),
]


@pytest.mark.parametrize(("beginning", "unit"), HOSTILE)
def test_a_hostile_megabyte_is_refused(beginning: bytes, unit: bytes) -> None:
    assert problems_of(beginning + unit * (1_000_000 // len(unit)))


@pytest.mark.long
@pytest.mark.parametrize(("beginning", "unit"), HOSTILE)
def test_twenty_hostile_megabytes_are_refused(beginning: bytes, unit: bytes) -> None:
    assert problems_of(beginning + unit * (19_999_000 // len(unit)))


# --- properties -------------------------------------------------------------------------------------

TEXTS = st.text(st.characters(codec="utf-8"), max_size=8).filter(
    lambda text: not re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", text)
)
NUMBERS = st.integers(-(10**30) + 1, 10**30 - 1) | st.decimals(
    allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=20,
)
DOCUMENTS = st.dictionaries(TEXTS, VALUES, max_size=5)
BLANKS = st.text(" \t\n\r", max_size=3)


def written(value: object, draw: Any) -> str:
    """A JSON text of this value with blanks anywhere, and texts escaped or not."""

    def blank() -> str:
        return str(draw(BLANKS))

    if isinstance(value, dict):
        entries = [
            blank() + written(k, draw) + blank() + ":" + blank() + written(v, draw) + blank() for k, v in value.items()
        ]
        return "{" + (",".join(entries) or blank()) + "}"
    if isinstance(value, list):
        return "[" + (",".join(blank() + written(v, draw) + blank() for v in value) or blank()) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return json.dumps(value, ensure_ascii=draw(st.booleans()))


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_any_document_round_trips(document: dict[str, object], data: st.DataObject) -> None:
    text = written(document, data.draw)
    value = read(text)
    assert value == document
    assert repr(value) == repr(document)  # Decimal stays Decimal, with all its zeros


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_the_careful_reading_of_a_good_file_finds_the_same_values_and_no_problem(
    document: dict[str, object], data: st.DataObject
) -> None:
    value, problems = find_faults(written(document, data.draw), "f.json", Limits())
    assert problems == []
    assert repr(value) == repr(document)


def paths(value: object, above: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], object]]:
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return [(above, value), *(found for part, entry in below for found in paths(entry, (*above, part)))]


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_every_place_points_at_the_text_of_its_value(document: dict[str, object], data: st.DataObject) -> None:
    text = data.draw(BLANKS) + written(document, data.draw)
    source = read_json(text.encode(), "f.json")
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)
    decoder = json.JSONDecoder(parse_float=Decimal)
    for parts, value in paths(document):
        place = source.place(parts)
        offset = sum(map(len, lines[: place.line - 1])) + place.column - 1
        assert decoder.raw_decode(text, offset)[0] == value
        name = source.place(parts, key=True)
        if parts and isinstance(parts[-1], str):
            offset = sum(map(len, lines[: name.line - 1])) + name.column - 1
            assert decoder.raw_decode(text, offset)[0] == parts[-1]
        else:
            assert name == place


@settings(deadline=None)
@given(DOCUMENTS, st.integers(0, 8), st.data())
def test_exactly_the_documents_with_too_long_a_text_are_refused_for_it(
    document: dict[str, object], most: int, data: st.DataObject
) -> None:
    texts = [part for parts, _ in paths(document) for part in parts if isinstance(part, str)]
    texts += [value for _, value in paths(document) if isinstance(value, str)]
    text = written(document, data.draw)
    if max(map(len, texts), default=0) > most:
        assert all("is the limit" in problem.message for problem in problems_of(text, text_length=most))
    else:
        assert read(text, text_length=most) == document


@settings(deadline=None)
@given(DOCUMENTS, st.integers(1, 4), st.integers(1, 12))
def test_exactly_the_documents_with_too_many_levels_or_values_are_refused_for_it(
    document: dict[str, object], depth: int, values: int
) -> None:
    found = paths(document)
    deepest = max(
        len(parts) + isinstance(value, (dict, list)) for parts, value in found if isinstance(value, (dict, list))
    )
    text = json.dumps(document, default=float)
    if deepest > depth or len(found) > values:
        problems = problems_of(text, depth=depth, values=values)
        assert all(re.search(r"deep in one another|more than \d+ values", problem.message) for problem in problems)
    else:
        assert len(paths(read(text, depth=depth, values=values))) == len(found)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b", 'c":', "d :"]), st.integers(0, 9)), max_size=5))
def test_exactly_the_objects_with_a_name_twice_are_refused_for_it(entries: list[tuple[str, int]]) -> None:
    text = '{"x": {' + ", ".join(f"{json.dumps(name)} : {value}" for name, value in entries) + "}}"
    names = [name for name, _ in entries]
    if len(set(names)) < len(names):
        assert len(problems_of(text)) == len(names) - len(set(names))
    else:
        assert read(text) == {"x": dict(entries)}


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_source_or_problems(data: bytes) -> None:
    value, problems = outcome(data)
    assert problems or isinstance(value, dict)


SIGNS = """{ } [ ] , : " ' "a" "b": a 1 - .5 e9 // /* */ # \\ \\u00 \\ud83d NaN true = ; “ 12:30 é 😀 http://"""
PIECES = st.sampled_from([*SIGNS.split(), *" \n\r\t\x00\x0b\u00a0"])


@settings(deadline=None)
@given(
    st.lists(PIECES, max_size=40).map("".join) | st.lists(PIECES, max_size=30).map(lambda p: '{"k":' + "".join(p) + "}")
)
def test_broken_json_is_refused_exactly_when_the_fast_parser_or_a_limit_refuses_it(text: str) -> None:
    check_against_the_fast_parser(text)


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_a_good_file_with_one_change_is_judged_as_the_fast_parser_judges_it(
    document: dict[str, object], data: st.DataObject
) -> None:
    text = json.dumps(document, default=float, ensure_ascii=False)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 2, len(text))))
    check_against_the_fast_parser(text[:start] + data.draw(st.just("") | PIECES) + text[end:])


def check_against_the_fast_parser(text: str) -> None:
    try:
        expected = json.loads(text, parse_float=Decimal)
    except (ValueError, InvalidOperation):  # the latter for an exponent that even Decimal refuses
        expected = None
    value, problems = outcome(text.encode())
    lines = re.split(r"\r\n|\r|\n", text)
    for problem in problems:
        assert problem.place is not None
        assert problem.place.line <= len(lines)
        assert problem.place.column <= len(lines[problem.place.line - 1]) + 1
    beyond_json = re.compile(r"NaN|Infinity|half|control|stands twice|one object|list, not|digits|exponent")
    if not problems:
        assert value == expected
    elif isinstance(expected, dict):
        assert all(beyond_json.search(problem.message) for problem in problems)


def test_pointers_in_problems_are_json_pointers() -> None:
    assert only('{"a/b": {"~": NaN}}')[2] == json_pointer(("a/b", "~")) == "/a~1b/~0"

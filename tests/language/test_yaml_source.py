"""Reading YAML: YAML 1.2 without its surprises, and each problem at its place."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest

from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.source import Source
from ohaccredit.language.yaml_source import MAX_BYTES, MAX_DEPTH, read_yaml


def read(text: str) -> Source:
    return read_yaml(text.encode(), "f.yaml")


def value(text: str) -> Any:
    return read(text).value


def problems(text: str | bytes) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        read_yaml(text.encode() if isinstance(text, str) else text, "f.yaml")
    return found.value.problems


def only(text: str | bytes) -> tuple[int, int, str]:
    (problem,) = problems(text)
    assert problem.place is not None
    assert "\n" not in problem.message
    return problem.place.line, problem.place.column, f"{problem.message} {problem.hint}".strip()


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "No",
        "NO",
        "y",
        "n",
        "True",
        "FALSE",
        "12:30",
        "0x1F",
        "1_000",
        "1e3",
        ".5",
        "5.",
        "2026-06-30",
        "NaN",
        ".inf",
        "=",
        "<<",
        "0o14",
        "Null",
    ],
)
def test_what_looks_like_something_else_in_older_yaml_stays_text(text: str) -> None:
    assert value(f"it: {text}") == {"it": text}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("7", 7),
        ("-7", -7),
        ("1.50", Decimal("1.50")),
        ("-0.1", Decimal("-0.1")),
        ('"7"', "7"),
        ("'true'", "true"),
        ('""', ""),
        ("95%", "95%"),
    ],
)
def test_plain_values_are_the_few_that_are_documented(text: str, expected: object) -> None:
    found = value(f"it: {text}")["it"]
    assert found == expected
    assert type(found) is type(expected)


def test_a_decimal_stays_exact() -> None:
    assert str(value("it: 0.10")["it"]) == "0.10"
    assert value("it: 0.1234567890123456789012345")["it"] == Decimal("0.1234567890123456789012345")


def test_a_block_of_text_is_text_even_if_it_looks_like_a_number() -> None:
    assert value("it: |\n  7\nalso: >-\n  true\n") == {"it": "7\n", "also": "true"}


def test_nested_groups_and_lists_are_read_in_order() -> None:
    found = value("b: [1, {c: x}]\na:\n  - y\n  -\n")
    assert found == {"b": [1, {"c": "x"}], "a": ["y", None]}
    assert list(found) == ["b", "a"]


def test_keys_are_text_whatever_they_look_like() -> None:
    assert value("1: a\nno: b\ntrue: c\n") == {"1": "a", "no": "b", "true": "c"}


def test_an_empty_file_holds_nothing() -> None:
    assert value("") is None
    assert value("# only a remark\n") is None


def test_a_byte_order_mark_is_no_part_of_the_file() -> None:
    source = read_yaml("\ufeffit: 1".encode(), "f.yaml")
    assert source.value == {"it": 1}
    assert source.place(("it",), key=True) == Place("f.yaml", 1, 1)


def test_the_digest_is_of_the_bytes() -> None:
    data = b"it: 1  # remark\n"
    assert read_yaml(data, "f.yaml").digest == hashlib.sha256(data).hexdigest()


# ── Places ──────────────────────────────────────────────────────────────────────────────────────────

TEXT = """\
title: Ŵyr
tests:
  - field: a
    is: "yes"
  - {field: b, is: 5}
"""


def test_every_value_and_key_knows_its_line_and_column() -> None:
    source = read(TEXT)
    assert source.place(()) == Place("f.yaml", 1, 1)
    assert source.place(("title",)) == Place("f.yaml", 1, 8)
    assert source.place(("title",), key=True) == Place("f.yaml", 1, 1)
    assert source.place(("tests",)) == Place("f.yaml", 3, 3)
    assert source.place(("tests",), key=True) == Place("f.yaml", 2, 1)
    assert source.place(("tests", 0)) == Place("f.yaml", 3, 5)
    assert source.place(("tests", 0, "is")) == Place("f.yaml", 4, 9)
    assert source.place(("tests", 0, "is"), key=True) == Place("f.yaml", 4, 5)
    assert source.place(("tests", 1, "is")) == Place("f.yaml", 5, 20)
    assert source.place(("tests", 1, "is"), key=True) == Place("f.yaml", 5, 16)


def test_what_is_missing_stands_at_the_nearest_value_above() -> None:
    source = read(TEXT)
    assert source.place(("tests", 1, "at_least")) == source.place(("tests", 1))
    assert source.place(("tests", 7, "field")) == source.place(("tests",))
    assert source.place(("nothing", "here")) == Place("f.yaml", 1, 1)


def test_columns_count_characters_not_bytes() -> None:
    assert read("{ŵŷ: 1, b: 2}").place(("b",), key=True) == Place("f.yaml", 1, 9)


# ── What is refused ─────────────────────────────────────────────────────────────────────────────────


def test_a_tab_that_indents_is_refused_at_its_place() -> None:
    assert only("a:\n  b: 1\n \tc: 2\n") == (3, 2, "A tab is used to indent. Indent with spaces.")


def test_all_tabs_are_reported_at_once() -> None:
    assert [p.place.line for p in problems("a:\n\tb: 1\n\tc: 2\n") if p.place] == [2, 3]


def test_an_anchor_and_its_alias_are_refused_each_at_its_place() -> None:
    found = problems("a: &it 1\nb: *it\n")
    assert [(p.place.line, p.place.column, p.pointer) for p in found if p.place] == [(1, 4, "/a"), (2, 4, "/b")]
    assert found[0].message == "An anchor (&) stands here."
    assert found[0].hint
    assert found[1].message == "An alias (*) stands here."
    assert found[1].hint == "Write the value out."


def test_an_anchor_on_a_key_is_refused_too() -> None:
    line, column, text = only("&it a: 1\n")
    assert (line, column) == (1, 1)
    assert "anchor" in text


def test_a_tag_on_a_key_is_refused_too() -> None:
    assert "tag" in only("!!str a: 1\n")[2]


def test_a_bomb_of_aliases_is_refused_without_growing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    found = problems("\n".join(lines))
    assert len(found) == 12 + 11 * 9
    assert found[0].place == Place("f.yaml", 1, 5)


@pytest.mark.parametrize("text", ["a: !!str 5\n", "a: !mine {b: 1}\n", "a: !!python/object:os.system x\n", "a: ! 5\n"])
def test_a_tag_is_refused(text: str) -> None:
    line, column, said = only(text)
    assert (line, column) == (1, 4)
    assert said.startswith("A tag (")
    assert said.endswith("Tags are not used in these files.")


def test_a_key_that_stands_twice_is_refused_where_it_stands_again() -> None:
    text = "a: 1\nb: 2\na: 3\n"
    assert only(text) == (3, 1, 'The key "a" stands twice; it is first on line 1. Keep one of them.')


def test_a_key_that_stands_twice_deep_inside_names_its_pointer() -> None:
    (problem,) = problems("x:\n  - {a: 1, a: 2}\n")
    assert problem.pointer == "/x/0/a"
    assert problem.place == Place("f.yaml", 2, 12)


def test_keys_that_only_look_alike_are_two_keys() -> None:
    assert value('a: 1\nA: 2\n"a ": 3\n') == {"a": 1, "A": 2, "a ": 3}


def test_a_second_document_is_refused() -> None:
    line, column, said = only("a: 1\n---\nb: 2\n")
    assert (line, column) == (2, 1)
    assert said == "The file holds more than one document. Remove the line with three dashes."


def test_one_document_may_begin_with_three_dashes() -> None:
    assert value("---\na: 1\n") == {"a": 1}


def test_nesting_is_bounded() -> None:
    assert value("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    line, column, said = only("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert (line, column) == (1, MAX_DEPTH + 1)
    assert said == f"The file is nested deeper than {MAX_DEPTH} levels."


def test_absurd_nesting_is_refused_like_any_other() -> None:
    assert f"deeper than {MAX_DEPTH}" in only("[" * 100_000)[2]
    assert f"deeper than {MAX_DEPTH}" in only("{a: " * 100_000)[2]


def test_what_is_not_utf_8_is_refused_on_its_line() -> None:
    line, column, said = only("a: 1\nb: é\n".encode("latin-1"))
    assert (line, column) == (2, 1)
    assert said == "This is not UTF-8 text. Save the file as UTF-8."


def test_a_file_that_is_too_large_is_refused_unread() -> None:
    line, column, said = only(b"#" * (MAX_BYTES + 1))
    assert (line, column) == (1, 1)
    assert said == "The file has 2,000,001 bytes; 2,000,000 is the limit."


def test_a_control_character_is_refused() -> None:
    assert problems("a: 1\nb: x\x00y\n")
    assert problems("a: \x07\n")


@pytest.mark.parametrize(
    ("text", "line", "hint"),
    [
        ("a: one: two\n", 1, 'A text that holds ": " must be put in quotes.'),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "Look for a missing quote, bracket or brace"),
        ("a:\n  b: 1\n c: 2\n", 3, "Look for a missing quote, bracket or brace"),
        ("a: 1\nb\nc: 2\n", 3, "A key is followed by a colon and a space."),
        ('a: "x\nb: 1\n', 3, ""),
    ],
)
def test_broken_yaml_is_reported_on_its_line_with_a_hint(text: str, line: int, hint: str) -> None:
    found_line, _, said = only(text)
    assert found_line == line
    assert said.startswith("The YAML cannot be read here: ")
    assert hint in said


@pytest.mark.parametrize("text", ["{[a]: 1}", "? [a, b]\n: 1\n", "{{a: 1}: 2}"])
def test_a_key_is_plain_text(text: str) -> None:
    assert only(text)[2].startswith("A key must be plain text.")


def test_a_group_as_a_key_is_explained() -> None:
    assert only("x: {{a: 1}: 2}")[2] == (
        "A key must be plain text. Braces and brackets open a list or a group of fields; "
        "put text that begins with one in quotes."
    )


def test_problems_of_different_kinds_are_all_reported_in_the_order_of_the_file() -> None:
    found = problems("a: &x 1\na: !!str 2\nb: *x\n")
    assert [(p.place.line, p.place.column) for p in found if p.place] == [(1, 4), (2, 1), (2, 4), (3, 4)]

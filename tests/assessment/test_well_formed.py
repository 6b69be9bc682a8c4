"""The quick look at a submission's shape: it never lets through what the validator of the schema refuses."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from ohaccredit.assessment import submission as submissions
from ohaccredit.assessment.submission import read_submission
from ohaccredit.assessment.well_formed import Check, quick_check
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import list_editions, load_edition
from ohaccredit.standards.schema import Schema, submission_schema
from tests.conftest import MakeHome
from tests.standards.paper import FILES

STANDARDS = sorted({standard for standard, _ in list_editions(find_home())})

# What may stand in the place of any value: right in one place, wrong in most.
FIGURES = [*map(Decimal, ["0.5", "2.0", "0.12345", "0.1234", "1E+3", "NaN", "Infinity"]), 0, 1, -1, 10**30]
DAYS = ["2026-02-28", "2026-02-30", "20260228", "2026-W01-1", "\u0662026-01-01", " 2026-01-01"]
THINGS: list[Any] = [None, True, False, "", "x", "yes", [], {}, [[]], [{}], ["x", "x"], {"x": 1}]
ODD: st.SearchStrategy[Any] = st.sampled_from([*THINGS, *DAYS, *FIGURES])


@cache
def shapes(standard: str) -> tuple[dict[str, Any], Draft202012Validator, Check]:
    """The schema of a standard of this repository, its validator and its quick check."""
    schema: dict[str, Any] = submission_schema(load_edition(find_home(), standard))
    quick = quick_check(schema)
    assert quick is not None, "the schema says something that the quick check does not know"
    return schema, Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"])), quick


def draw_value(draw: Any, schema: dict[str, Any], root: dict[str, Any], odd: int) -> Any:
    """A value that fits a schema, in which about one part in `odd` does not (0: none)."""

    def once_in(times: int) -> bool:
        return bool(draw(st.integers(1, times)) == times)

    if odd and once_in(odd):
        return draw(ODD)
    if "$ref" in schema:
        return draw_value(draw, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, odd)
    if "enum" in schema or "const" in schema:
        return draw(st.sampled_from(schema["enum"])) if schema.get("enum") else schema.get("const", "x")
    match schema["type"]:
        case "object":
            names = list(schema["properties"])
            chosen = set(draw(st.lists(st.sampled_from(names), max_size=4))) if names else set()
            chosen |= set(schema.get("required", ()))
            if odd and chosen and once_in(odd):
                chosen.discard(draw(st.sampled_from(sorted(chosen))))
            value = {name: draw_value(draw, schema["properties"][name], root, odd) for name in names if name in chosen}
            return {**value, "stray": 1} if odd and once_in(odd) else value
        case "array":
            if schema.get("maxItems") == 0:
                return []
            items = [draw_value(draw, schema["items"], root, odd) for _ in range(draw(st.integers(0, 2)))]
            return items[:1] if schema.get("uniqueItems") and not odd else items
        case "string":
            return "2026-06-30" if schema.get("format") else "words"
        case "boolean":
            return draw(st.booleans())
        case "integer":
            return draw(st.integers(-5, 5))
        case _:
            return draw(st.sampled_from([1, 0, Decimal("1.5"), Decimal("0.1234")]))


@pytest.mark.parametrize("standard", STANDARDS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_follows_the_schema_is_let_through_at_once(standard: str, data: st.DataObject) -> None:
    schema, validator, quick = shapes(standard)
    value = draw_value(data.draw, schema, schema, 0)
    assert validator.is_valid(value)
    assert quick(value)


@pytest.mark.parametrize("standard", STANDARDS)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nothing_that_the_schema_refuses_is_let_through(standard: str, data: st.DataObject) -> None:
    schema, validator, quick = shapes(standard)
    value = draw_value(data.draw, schema, schema, data.draw(st.sampled_from([10, 30, 100])))
    if quick(value):
        assert validator.is_valid(value)
        assert "0.12345" not in json.dumps(value, default=str)  # a figure that is finer than is kept


@pytest.mark.parametrize(
    ("schema", "fits", "not_"),
    [
        ({"type": "integer"}, [0, -1, 10**30], [True, Decimal("1"), "1", None]),
        ({"type": "number"}, [0, Decimal("1.5"), Decimal("1.50000")], [True, "1", None, Decimal("0.12345")]),
        ({"type": "boolean"}, [True, False], [0, 1, "true", None]),
        ({"type": "string", "minLength": 1}, ["x", " "], ["", 1, None]),
        ({"type": "string", "format": "date"}, ["2024-02-29"], ["2026-02-29", "20260101", "", None]),
        ({"enum": ["1", "x"]}, ["1", "x"], [1, "", None]),
        ({"enum": []}, [], ["x", None]),
        ({"type": "array", "items": {"enum": ["x", "y"]}, "uniqueItems": True}, [[], ["x", "y"]], [["x", "x"], "x"]),
        ({"type": "array", "maxItems": 0}, [[]], [[1], None]),
        (
            {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
            | {"additionalProperties": False},
            [{"a": 1}],
            [{}, {"a": 1, "b": 1}, {"a": "1"}, [], None],
        ),
    ],
)  # fmt: skip
def test_each_word_of_a_schema_means_what_it_says(schema: dict[str, Any], fits: list[Any], not_: list[Any]) -> None:
    quick = quick_check(schema)
    assert quick is not None
    assert [quick(value) for value in fits] == [True] * len(fits)
    assert [quick(value) for value in not_] == [False] * len(not_)


def test_a_definition_may_lead_back_to_itself() -> None:
    inner = {"type": "array", "items": {"$ref": "#/$defs/nest"}}
    quick = quick_check({"$ref": "#/$defs/nest", "$defs": {"nest": inner}})
    assert quick is not None
    assert quick([[], [[]]])
    assert not quick([[], [1]])


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "minimum": 1},
        {"type": "object", "properties": {}},  # open to any other field
        {"type": "object", "additionalProperties": False, "patternProperties": {}},
        {"type": ["string", "null"]},
        {"type": "string", "format": "email"},
        {"type": "string", "pattern": "x"},
        {"enum": [1]},
        {"anyOf": []},
        {"$ref": "#/$defs/none"},
        {"$ref": "elsewhere"},
        {},
    ],
)
def test_a_schema_that_says_more_is_left_to_the_validator(schema: dict[str, Any]) -> None:
    assert quick_check(schema) is None
    assert quick_check({"type": "array", "items": schema}) is None


def test_where_only_the_validator_can_tell_it_is_asked(make_home: MakeHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "quick_check", lambda schema: None)
    edition = load_edition(make_home(FILES), "paper")
    right = read_json(b'{"evidence": {"paper": {"signed": true}}}', "in.json")
    assert read_submission(right, edition).evidence == {"paper": {"signed": True}}
    with pytest.raises(ProblemsFound):
        read_submission(read_json(b'{"evidence": {"paper": {"signed": "so"}}}', "in.json"), edition)


def test_the_schema_is_made_once_for_an_edition_and_anew_for_another(
    make_home: MakeHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def counted(edition: Edition) -> Schema:
        made.append(edition.id)
        return submission_schema(edition)

    monkeypatch.setattr(submissions, "submission_schema", counted)
    first, second = load_edition(make_home(FILES), "paper"), load_edition(make_home(FILES), "paper")
    source = read_json(b'{"evidence": {"paper": {"signed": true}}}', "in.json")
    for edition in (first, first, second, first):
        read_submission(source, edition)
    assert made == ["paper/1", "paper/1"]

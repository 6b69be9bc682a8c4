"""Evidence as the evaluators read it: exact, and without what is missing or of another shape."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ohaccredit.language.encode import Encoded, decode, encode, encode_value
from ohaccredit.language.types import SHARE, Choice, Choices, Date, Keyed, ListOf, Number, Scalar, Text, Type, YesNo
from tests.language.sample import EVIDENCE, record

DECIMAL = Number("hours", whole=False)
PERCENT = Number(SHARE, whole=False, percent=True)
PAIR = record(done=YesNo(), day=Date())


@pytest.mark.parametrize(
    ("raw", "kind", "encoded"),
    [
        ("2026-06-30", Date(), date(2026, 6, 30).toordinal()),
        (True, YesNo(), True),
        (False, YesNo(), False),
        (7, Number(), 7),
        (0, Number(), 0),
        (-3, Number(), -3),
        (Decimal("7.0"), Number(), 7),
        (Decimal("1.5"), DECIMAL, 1_500_000),
        (Decimal("0.000001"), DECIMAL, 1),
        (2, DECIMAL, 2_000_000),
        (Decimal("4.5"), PERCENT, 45_000),
        (100, PERCENT, 1_000_000),
        (Decimal("0.0001"), PERCENT, 1),
        ("words", Text(), "words"),
        ("clinical", Choice(("clinical", "clerical")), "clinical"),
        (["a", "b"], Choices(("a", "b")), ["a", "b"]),
        ([], Choices(("a", "b")), []),
    ],
)
def test_a_value_of_its_type_is_encoded_exactly(raw: Any, kind: Type, encoded: Encoded) -> None:
    found = encode_value(raw, kind)
    assert found == encoded
    assert type(found) is type(encoded)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("30/06/2026", Date()),
        ("2026-02-30", Date()),
        (20260630, Date()),
        ("", Date()),
        ("perhaps", YesNo()),
        (2, YesNo()),
        (None, YesNo()),
        (True, Number()),
        ("7", Number()),
        (Decimal("7.5"), Number()),
        (Decimal("0.0000001"), DECIMAL),
        (Decimal("0.00001"), PERCENT),
        ("4.5%", PERCENT),
        ("   ", Text()),
        (5, Text()),
        ("driver", Choice(("clinical", "clerical"))),
        (1, Choice(("clinical", "clerical"))),
        ("a", Choices(("a", "b"))),
        ([], PAIR),
        ("x", PAIR),
        ({}, ListOf(PAIR)),
        ([], Keyed(("fire",), {"fire": PAIR})),
    ],
)
def test_a_value_of_another_shape_is_left_out_rather_than_guessed(raw: Any, kind: Type) -> None:
    assert encode_value(raw, kind) is None


@pytest.mark.parametrize("raw", ["20260630", "2026-W27-2", "2026-06-30T00:00:00"])
def test_a_date_is_written_in_one_way_only(raw: str) -> None:
    assert encode_value(raw, Date()) is None


def test_what_is_null_or_unknown_is_left_out_of_a_record() -> None:
    assert encode({"headcount": None, "nation": "wales", "colour": "red", "note": "  "}, EVIDENCE) == {
        "nation": "wales"
    }


def test_false_zero_and_the_empty_list_are_evidence() -> None:
    given = {"has_policy": False, "headcount": 0, "topics": [], "practitioners": []}
    assert encode(given, EVIDENCE) == given


def test_an_item_of_another_shape_stays_an_item_without_fields() -> None:
    assert encode_value([{"done": True}, "x", None, {"day": "never"}], ListOf(PAIR)) == [{"done": True}, {}, {}, {}]


def test_every_key_is_there_given_or_not() -> None:
    keyed = Keyed(("fire", "screens"), {"fire": PAIR, "screens": PAIR})
    assert encode_value({"fire": {"done": True}, "heat": {"done": True}}, keyed) == {
        "fire": {"key": "fire", "done": True},
        "screens": {"key": "screens"},
    }


def test_nested_records_and_lists_are_encoded_to_their_depth() -> None:
    given = {"practitioners": [{"registration": {"expires": "2026-06-30"}, "visits": [{"minutes": 5}]}]}
    day = date(2026, 6, 30).toordinal()
    assert encode(given, EVIDENCE) == {
        "practitioners": [{"registration": {"expires": day}, "visits": [{"minutes": 5}]}]
    }


@pytest.mark.parametrize(
    ("raw", "kind", "value"),
    [
        ("2026-06-30", Date(), date(2026, 6, 30)),
        (7, Number(), 7),
        (Decimal("1.5"), DECIMAL, Fraction(3, 2)),
        (Decimal("4.5"), PERCENT, Fraction(9, 200)),
        (True, YesNo(), True),
        ("a", Choice(("a",)), "a"),
        (["a", "b"], Choices(("a", "b")), ("a", "b")),
        ("words", Text(), "words"),
    ],
)
def test_decoding_gives_back_the_value_that_was_meant(raw: Any, kind: Scalar, value: Any) -> None:
    encoded = encode_value(raw, kind)
    assert encoded is not None
    found = decode(encoded, kind)
    assert found == value
    assert type(found) is type(value)


def test_a_record_is_no_scalar() -> None:
    with pytest.raises(TypeError):
        decode({"a": 1}, Number())

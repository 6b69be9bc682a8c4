"""What each operator says of evidence, what it names as missing, and which reasons it gives.

Every verdict is worked out by hand from docs/rule-language.md; `decide` also holds the compiled form to it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ohaccredit.language import tree as t
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Place
from ohaccredit.language.trace import Tracer
from tests.language.sample import EVIDENCE, ON, SHARED, condition, decide, parse_text, parse_value, verdict

YES, NO, OPEN = "{field: has_policy, is: yes}", "{field: has_policy, is: no}", "{field: headcount, at_least: 5}"
POLICY = {"has_policy": True}

# ── Groups ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("parts", "every", "either", "two"),
    [
        ([YES, YES], True, True, True),
        ([YES, NO], False, True, False),
        ([NO, NO], False, False, False),
        ([YES, OPEN], None, True, None),
        ([NO, OPEN], False, None, False),
        ([OPEN, OPEN], None, None, None),
        ([YES, YES, OPEN], None, True, True),
        ([YES, NO, OPEN], False, True, None),
        ([NO, NO, OPEN], False, None, False),
        ([OPEN], None, None, False),
    ],
)
def test_groups_follow_strong_kleene_logic(parts: list[str], every: Any, either: Any, two: Any) -> None:
    tests = ", ".join(parts)
    assert verdict(f"all: [{tests}]", POLICY) is every
    assert verdict(f"either: [{tests}]", POLICY) is either
    assert verdict(f"of_these: [{tests}]\nat_least: 2", POLICY) is two


@pytest.mark.parametrize(("test", "expected"), [(YES, False), (NO, True), (OPEN, None)])
def test_not_turns_a_decided_verdict_around_and_leaves_an_undecided_one(test: str, expected: Any) -> None:
    assert verdict(f"not: {test}", POLICY) is expected


def test_a_group_names_what_its_undecided_parts_miss_and_nothing_once_it_is_decided() -> None:
    text = "all: [{field: headcount, at_least: 5}, {field: has_policy, is: yes}, {field: nation, is: wales}]"
    assert decide(text, POLICY).missing == ["/evidence/headcount", "/evidence/nation"]
    assert decide(text, {"has_policy": False}).missing == []


def test_the_number_needed_may_be_a_fraction_or_be_missing() -> None:
    tests = ", ".join([YES, YES, NO])
    assert verdict(f"of_these: [{tests}]\nat_least: 1.5", POLICY) is True
    assert verdict(f"of_these: [{tests}]\nat_least: 2.5", POLICY) is False
    assert verdict(f"of_these: [{tests}]\nat_least: parameter half", POLICY) is True
    said = decide(f"of_these: [{tests}]\nat_least: field tries", POLICY)
    assert (said.verdict, said.missing) == (None, ["/evidence/tries"])


# ── Comparisons ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("word", "below", "equal", "above"),
    [
        ("is", False, True, False),
        ("at_least", False, True, True),
        ("at_most", True, True, False),
        ("more_than", False, False, True),
        ("less_than", True, False, False),
    ],
)
def test_numbers_are_compared(word: str, below: bool, equal: bool, above: bool) -> None:
    for value, expected in ((4, below), (5, equal), (6, above)):
        assert verdict(f"{{field: headcount, {word}: 5}}", {"headcount": value}) is expected


@pytest.mark.parametrize(
    ("word", "before", "same", "after"),
    [
        ("is", False, True, False),
        ("on_or_after", False, True, True),
        ("on_or_before", True, True, False),
        ("after", False, False, True),
        ("before", True, False, False),
    ],
)
def test_dates_are_compared(word: str, before: bool, same: bool, after: bool) -> None:
    for value, expected in (("2026-06-29", before), ("2026-06-30", same), ("2026-07-01", after)):
        for day in ("assessment date", "2026-06-30"):
            assert verdict(f"{{field: reviewed_on, {word}: {day}}}", {"reviewed_on": value}) is expected


def test_percentages_and_decimals_are_exact() -> None:
    for stated, expected in ((7, True), (Decimal("6.9999"), False)):
        assert verdict("{field: uptake, at_least: 7%}", {"uptake": stated}) is expected
    assert verdict("{field: turnover, is: 0.3}", {"turnover": Decimal("0.3")}) is True
    assert verdict("{field: turnover, more_than: 2}", {"turnover": Decimal("2.000001")}) is True


def test_choices_and_yes_or_no_are_compared() -> None:
    assert verdict("{field: nation, is: wales}", {"nation": "wales"}) is True
    assert verdict("{field: nation, is: wales}", {"nation": "england"}) is False
    assert verdict("{field: has_policy, is: no}", {"has_policy": False}) is True


@pytest.mark.parametrize("field", ["headcount", "turnover", "uptake", "reviewed_on", "has_policy", "nation"])
def test_a_missing_field_decides_nothing_and_is_named(field: str) -> None:
    test = {"reviewed_on": "on_or_before: 2026-01-01", "has_policy": "is: no", "nation": "is: wales",
            "uptake": "at_most: 4%"}.get(field, "at_most: 4")  # fmt: skip
    for absent in ({}, {field: None}):
        for text in (f"{{field: {field}, {test}}}", f"not: {{field: {field}, {test}}}"):
            said = decide(text, absent)
            assert (said.verdict, said.missing) == (None, [f"/evidence/{field}"])


def test_both_sides_can_be_missing() -> None:
    said = decide("{days_from: field reviewed_on, to: field profile.moved_on, at_most: field open_days}", {})
    assert said.missing == ["/evidence/reviewed_on", "/evidence/profile/moved_on", "/evidence/open_days"]


def test_stated_is_met_or_undecided_never_failed() -> None:
    for field, value in (("note", "words"), ("headcount", 0), ("has_policy", False), ("reviewed_on", "2020-01-01")):
        assert verdict(f"{{field: {field}, is: stated}}", {field: value}) is True
        assert decide(f"{{field: {field}, is: stated}}", {}).missing == [f"/evidence/{field}"]
        assert verdict(f"{{field: {field}, is: stated}}", {}) is None
    assert verdict("{field: note, is: stated}", {"note": "  "}) is None


def test_one_of_holds_for_any_of_the_options() -> None:
    text = "{some: practitioners, satisfying: {field: role, one_of: [clinical, manager]}, if_list_empty: not met}"
    assert verdict(text, {"practitioners": [{"role": "manager"}]}) is True
    assert verdict(text, {"practitioners": [{"role": "clerical"}]}) is False
    assert verdict(text, {"practitioners": [{}]}) is None


@pytest.mark.parametrize(
    ("held", "both", "any_"),
    [
        (["stress", "backs"], True, True),
        (["stress", "backs", "noise"], True, True),
        (["backs"], False, True),
        (["noise"], False, False),
        ([], False, False),
        (None, None, None),
    ],
)
@pytest.mark.parametrize("named", ["[stress, backs]", "parameter key-topics", "field topics"])
def test_includes_asks_for_all_and_includes_any_for_one(held: Any, both: Any, any_: Any, named: str) -> None:
    # Inside a list, "field topics" is the item's own: there, what the submission holds is looked for in it.
    evidence = {"topics": ["stress", "backs"], "practitioners": [{"topics": held}]}
    if named == "field topics":
        named = "field submission.topics"
    for word, expected in (("includes", both), ("includes_any", any_)):
        text = f"{{some: practitioners, satisfying: {{field: topics, {word}: {named}}}, if_list_empty: not met}}"
        assert verdict(text, evidence) is expected


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────

A, B, Q = {"trained": True}, {"trained": False}, {"hours": 1}
TRAINED = "{field: trained, is: yes}"


@pytest.mark.parametrize(
    ("items", "some", "every", "none", "two", "half"),
    [
        ([A, A], True, True, False, True, True),
        ([A, B], True, False, False, False, True),
        ([B, B], False, False, True, False, False),
        ([A, Q], True, None, False, None, True),
        ([B, Q], None, False, None, False, None),
        ([Q, Q], None, None, None, None, None),
        ([A, A, Q], True, None, False, True, True),
        ([B, B, Q], None, False, None, False, False),
    ],
)
def test_lists_with_undecided_items_are_decided_only_where_those_do_not_matter(
    items: list[Any], some: Any, every: Any, none: Any, two: Any, half: Any
) -> None:
    evidence = {"practitioners": items}
    rest = f"satisfying: {TRAINED}, if_list_empty: not evidenced"
    assert verdict(f"{{some: practitioners, {rest}}}", evidence) is some
    assert verdict(f"{{every: practitioners, {rest}}}", evidence) is every
    assert verdict(f"{{none: practitioners, {rest}}}", evidence) is none
    assert verdict(f"{{count_of: practitioners, at_least: 2, {rest}}}", evidence) is two
    assert verdict(f"{{share_of: practitioners, at_least: 50%, {rest}}}", evidence) is half


OPERATORS = [
    "some: practitioners, satisfying: {field: trained, is: yes}",
    "some: practitioners",
    "every: practitioners, satisfying: {field: trained, is: yes}",
    "none: practitioners, satisfying: {field: trained, is: yes}",
    "count_of: practitioners, at_least: 1",
    "count_of: practitioners, at_most: 1, distinct: role",
    "share_of: practitioners, at_least: 0%, satisfying: {field: trained, is: yes}",
]


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(("says", "expected"), [("met", True), ("not met", False), ("not evidenced", None)])
def test_an_empty_list_is_what_the_rule_says_and_an_absent_one_is_not_evidenced(
    operator: str, says: str, expected: Any
) -> None:
    text = f"{{{operator}, if_list_empty: {says}}}"
    assert verdict(text, {"practitioners": []}) is expected
    said = decide(text, {})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners"])


@pytest.mark.parametrize("operator", OPERATORS)
@pytest.mark.parametrize(("says", "expected"), [("met", True), ("not met", False), ("not evidenced", None)])
def test_a_list_that_where_leaves_empty_is_empty(operator: str, says: str, expected: Any) -> None:
    text = f"{{{operator}, where: {{field: role, is: clinical}}, if_list_empty: {says}}}"
    assert verdict(text, {"practitioners": [{"role": "clerical", "trained": True}]}) is expected


def test_an_empty_list_that_decides_nothing_names_the_list() -> None:
    said = decide("{some: practitioners, if_list_empty: not evidenced}", {"practitioners": []})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners"])


def test_two_sure_and_one_undecided_are_two_to_three() -> None:
    evidence = {"practitioners": [A, A, Q]}
    for bound, expected in ((2, True), (3, None), (4, False)):
        text = f"{{count_of: practitioners, satisfying: {TRAINED}, at_least: {bound}, if_list_empty: not met}}"
        said = decide(text, evidence)
        assert said.verdict is expected
        assert said.trace.counts == (3, 2, 1)
        assert said.missing == (["/evidence/practitioners/2/trained"] if expected is None else [])


def test_where_that_is_undecided_leaves_the_membership_open() -> None:
    every = f"{{every: practitioners, where: {{field: role, is: clinical}}, satisfying: {TRAINED}, if_list_empty: met}}"
    assert verdict(every, {"practitioners": [{"trained": True}]}) is True  # in or out, nothing fails
    said = decide(every, {"practitioners": [{"trained": False}, {"role": "clinical", "trained": True}]})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners/0/role"])


def test_a_list_that_may_be_empty_must_agree_with_what_empty_means() -> None:
    text = "{{every: practitioners, where: {{field: role, is: clinical}}, satisfying: {}, if_list_empty: {}}}"
    one_that_may_be_in = {"practitioners": [{"trained": True}]}
    assert verdict(text.format(TRAINED, "met"), one_that_may_be_in) is True
    assert verdict(text.format(TRAINED, "not met"), one_that_may_be_in) is None
    assert verdict(text.format(TRAINED, "not evidenced"), one_that_may_be_in) is None


def test_seven_of_a_hundred_are_seven_per_cent() -> None:
    evidence = {"practitioners": [A] * 7 + [B] * 93}
    rest = f"satisfying: {TRAINED}, if_list_empty: not met"
    assert verdict(f"{{share_of: practitioners, at_least: 7%, {rest}}}", evidence) is True
    assert verdict(f"{{share_of: practitioners, more_than: 7%, {rest}}}", evidence) is False
    assert verdict(f"{{share_of: practitioners, is: 7%, {rest}}}", evidence) is True


def test_a_share_is_an_interval_too() -> None:
    evidence = {"practitioners": [A, A, A, Q]}  # 75 % to 100 %
    for bound, expected in (("75%", True), ("76%", None), ("100%", None)):
        text = f"{{share_of: practitioners, satisfying: {TRAINED}, at_least: {bound}, if_list_empty: not met}}"
        assert verdict(text, evidence) is expected


def test_a_bound_that_is_missing_leaves_a_count_undecided() -> None:
    said = decide("{count_of: practitioners, at_least: field tries, if_list_empty: met}", {"practitioners": [A]})
    assert (said.verdict, said.missing) == (None, ["/evidence/tries"])


def test_a_distinct_count_counts_each_value_once() -> None:
    text = "{{count_of: practitioners, distinct: role, at_least: {}, if_list_empty: not met}}"
    people = [{"role": "clinical"}, {"role": "clinical"}, {"role": "clerical"}]
    evidence: dict[str, Any] = {"practitioners": people}
    for bound, expected in ((1, True), (2, True), (3, False)):
        assert verdict(text.format(bound), evidence) is expected
    people.append({})
    for bound, verdict_ in ((2, True), (3, None), (4, False)):
        said = decide(text.format(bound), evidence)
        assert said.verdict is verdict_
        assert said.missing == (["/evidence/practitioners/3/role"] if verdict_ is None else [])


def test_a_distinct_count_heeds_where_and_satisfying() -> None:
    text = (
        "{count_of: practitioners, where: {field: hours, more_than: 0}, satisfying: {field: trained, is: yes},"
        " distinct: role, at_least: 2, if_list_empty: not met}"
    )
    sure = [{"role": "clinical", "hours": 1, "trained": True}, {"role": "clerical", "hours": 1, "trained": True}]
    assert verdict(text, {"practitioners": sure}) is True
    assert verdict(text, {"practitioners": [sure[0], {**sure[1], "trained": False}]}) is False
    assert verdict(text, {"practitioners": [sure[0], {**sure[1], "hours": 0}]}) is False
    assert verdict(text, {"practitioners": [sure[0], {"role": "clerical", "hours": 1}]}) is None
    assert verdict(text, {"practitioners": [sure[0], {"role": "clerical", "trained": True}]}) is None


def test_distinct_keys_of_keyed_evidence_can_be_counted() -> None:
    text = "{count_of: duties, where: {field: done, is: yes}, distinct: key, at_least: 2, if_list_empty: not met}"
    assert verdict(text, {"duties": {"fire": {"done": True}, "screens": {"done": True}}}) is True
    assert verdict(text, {"duties": {"fire": {"done": True}, "screens": {"done": False}}}) is False


# ── Paths ───────────────────────────────────────────────────────────────────────────────────────────

NESTED = """
every: practitioners
where: {field: role, is: clinical}
satisfying:
  some: visits
  where: {field: by, is: field outer.role}
  satisfying:
    all:
      - {field: day, on_or_after: field outer.registration.expires}
      - {field: minutes, at_least: field submission.tries}
  if_list_empty: not met
if_list_empty: not met
"""


def test_nested_lists_reach_the_item_around_and_the_submission() -> None:
    person: dict[str, Any] = {
        "role": "clinical",
        "registration": {"expires": "2026-01-01"},
        "visits": [{"by": "clinical", "day": "2026-01-01", "minutes": 5}],
    }
    assert verdict(NESTED, {"tries": 5, "practitioners": [person]}) is True
    assert verdict(NESTED, {"tries": 6, "practitioners": [person]}) is False
    later = {**person, "registration": {"expires": "2026-01-02"}}
    assert verdict(NESTED, {"tries": 5, "practitioners": [person, later]}) is False


def test_what_is_missing_in_nested_lists_is_named_by_its_whole_path() -> None:
    person: dict[str, Any] = {"role": "clinical", "visits": [{"by": "clerical"}, {"by": "clinical", "minutes": 5}]}
    said = decide(NESTED, {"tries": 5, "practitioners": [{"role": "clerical"}, person]})
    assert said.verdict is None
    assert said.missing == [
        "/evidence/practitioners/1/visits/1/day",
        "/evidence/practitioners/1/registration/expires",
    ]


def test_a_nested_list_that_was_not_handed_in_is_named() -> None:
    said = decide(NESTED, {"tries": 5, "practitioners": [{"role": "clinical"}]})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners/0/visits"])


def test_the_item_that_a_part_is_about_is_known() -> None:
    said = decide(f"{{every: practitioners, satisfying: {TRAINED}, if_list_empty: met}}", {"practitioners": [A, B]})
    assert [part.at for part in said.trace.parts] == [
        ("evidence", "practitioners", 0),
        ("evidence", "practitioners", 1),
    ]


def test_a_key_that_was_not_given_is_undecided() -> None:
    text = "{every: duties, satisfying: {field: done, is: yes}, if_list_empty: not met}"
    said = decide(text, {"duties": {"fire": {"done": True}}})
    assert (said.verdict, said.missing) == (None, ["/evidence/duties/screens/done"])
    assert verdict(text, {"duties": {"fire": {"done": False}}}) is False
    assert verdict(text, {"duties": {"fire": {"done": True}, "screens": {"done": True}}}) is True
    assert decide(text, {}).missing == ["/evidence/duties"]


def test_the_key_of_an_item_is_a_field_that_is_always_known() -> None:
    text = "{every: duties, where: {field: key, is: fire}, satisfying: {field: done, is: yes}, if_list_empty: not met}"
    assert verdict(text, {"duties": {"fire": {"done": True}}}) is True


def test_one_key_is_reached_by_its_name() -> None:
    assert verdict("{field: duties.fire.done, is: yes}", {"duties": {"fire": {"done": True}}}) is True
    said = decide("{field: duties.screens.done, is: yes}", {"duties": {"fire": {"done": True}}})
    assert said.missing == ["/evidence/duties/screens/done"]


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────


def value(text: str, evidence: dict[str, Any], on: date = ON) -> Any:
    """A value over evidence."""
    return Tracer(SHARED, encode(evidence, EVIDENCE), on).value(parse_value(text))[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12 months before assessment date", date(2025, 6, 30)),
        ("1 month after 2026-01-31", date(2026, 2, 28)),
        ("2 years before field reviewed_on", date(2022, 2, 28)),
        ("28 days after field reviewed_on", date(2024, 3, 28)),
        ("parameter evidence-age before assessment date", date(2025, 6, 30)),
        ("parameter grace after field reviewed_on", date(2024, 3, 28)),
        ("12 months before 1 day after field reviewed_on", date(2023, 3, 1)),
    ],
)
def test_dates_are_moved_by_calendar_months_and_days(text: str, expected: date) -> None:
    evidence = {"reviewed_on": "2024-02-29"}
    if "years" in text:
        expected = date(2022, 2, 28)  # the last day of a shorter month
    assert value(text, evidence) == expected


@pytest.mark.parametrize(
    ("text", "amount", "expected"),
    [
        ("field open_days after field reviewed_on", 1, date(2024, 3, 1)),
        ("field open_days after field reviewed_on", -3, date(2024, 2, 26)),
        ("field open_days before field reviewed_on", -3, date(2024, 3, 3)),
        ("field tries in days after field reviewed_on", 2, date(2024, 3, 2)),
        ("field tries in weeks after field reviewed_on", 2, date(2024, 3, 14)),
        ("field tries in weeks before field reviewed_on", 2, date(2024, 2, 15)),
        ("field tries in months after field reviewed_on", 12, date(2025, 2, 28)),
        ("field tries in months after field reviewed_on", -1, date(2024, 1, 29)),
        ("field tries in months after field reviewed_on", 0, date(2024, 2, 29)),
        ("1 day before field tries in weeks after field reviewed_on", 1, date(2024, 3, 6)),
        ("1 day before derived steps in months after field reviewed_on", 3, date(2024, 5, 28)),
        ("field tries in days after field reviewed_on", 10**12, None),
        ("field tries in weeks before field reviewed_on", 10**6, None),
        ("field tries in months after field reviewed_on", 10**30, None),
        ("field tries in months after field reviewed_on", -30_000, None),
    ],
)
def test_dates_are_moved_by_what_the_evidence_states(text: str, amount: int, expected: date | None) -> None:
    evidence = {"reviewed_on": "2024-02-29", "open_days": amount, "tries": amount, "has_policy": True}
    assert value(text, evidence) == expected


def test_a_moved_date_names_what_it_lacks() -> None:
    text = "{field: profile.moved_on, after: field tries in weeks after field reviewed_on}"
    moved = {"profile": {"moved_on": "2026-01-01"}}
    assert decide(text, moved).missing == ["/evidence/reviewed_on", "/evidence/tries"]
    assert decide(text, {**moved, "reviewed_on": "2026-01-01"}).missing == ["/evidence/tries"]


# Derived values with cases: with a policy the first, without one the second (`CASES` of the sample).


@pytest.mark.parametrize(
    ("text", "policy", "evidence", "expected"),
    [
        ("derived steps", True, {"tries": 7}, 7),
        ("derived steps", False, {"tries": 7}, 2),
        ("derived rate", True, {"turnover": Decimal("1.25")}, Fraction(5, 4)),
        ("derived rate", False, {}, Fraction(5, 2)),
        ("derived start", True, {"reviewed_on": "2026-03-01"}, date(2026, 3, 1)),
        ("derived start", False, {"profile": {"moved_on": "2026-03-01"}}, date(2026, 2, 28)),
        ("derived chosen", True, {"nation": "wales"}, "wales"),
    ],
)
def test_the_first_case_that_holds_gives_the_value(text: str, policy: bool, evidence: Any, expected: Any) -> None:
    assert value(text, {"has_policy": policy, **evidence}) == expected


@pytest.mark.parametrize(
    ("evidence", "missing"),
    [
        ({}, "/evidence/has_policy"),
        ({"reviewed_on": "2026-03-01", "profile": {"moved_on": "2026-03-01"}}, "/evidence/has_policy"),
        ({"has_policy": True}, "/evidence/reviewed_on"),
        ({"has_policy": False, "reviewed_on": "2026-03-01"}, "/evidence/profile/moved_on"),
    ],
)
def test_cases_name_the_undecided_test_or_the_missing_value(evidence: dict[str, Any], missing: str) -> None:
    said = decide("{derived: start, after: 2026-01-01}", evidence)
    assert (said.verdict, said.missing) == (None, [missing])


def test_a_value_by_cases_is_read_with_what_it_was_taken_from() -> None:
    said = decide("{derived: start, after: 2026-01-01}", {"has_policy": True, "reviewed_on": "2026-03-01"})
    taken, named = said.trace.readings
    assert (taken.path, taken.value) == (("evidence", "reviewed_on"), date(2026, 3, 1))
    assert (type(named.node), named.value) == (t.DerivedValue, date(2026, 3, 1))


# ── Shapes of text ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("shape", "text", "expected"),
    [
        ("OT#####", "OT12345", True),
        ("OT#####", "ot 12 345", True),
        ("ot #####", "OT12345", True),
        ("OT#####", "OT1234", False),
        ("OT#####", "OT123456", False),
        ("OT#####", "PH12345", False),
        ("OT#####", "OT1234\u0665", False),  # an Arabic digit
        ("##", "\uff11\uff12", False),  # digits of full width
        ("@@", "aZ", True),
        ("@@", "a1", False),
        ("@@", "\u00df", False),  # ß becomes SS where texts are capitalised
        ("@@", "\u00dfs", False),
        ("SS", "\u00df", False),
        ("I@", "\u0131a", False),  # a dotless i becomes I
        ("S@", "\u017fa", False),  # a long s becomes S
        ("\u00df#", "\u00df7", True),
        ("PH-##", "ph-12", True),
        ("PH-##", "ph12", False),
    ],
)
def test_a_text_has_a_shape_character_by_character(shape: str, text: str, expected: bool) -> None:
    assert verdict(f'{{field: note, shaped_like: "{shape}"}}', {"note": text}) is expected
    assert verdict(f'{{field: note, shaped_like: ["#", "{shape}"]}}', {"note": text}) is expected


def test_shapes_may_be_those_of_a_parameter_on_a_date() -> None:
    text = "{field: registration_number, shaped_like: parameter numbers}"
    assert verdict(text, {"registration_number": "ph-123456"}) is True
    assert verdict(text, {"registration_number": "123456"}) is False
    assert verdict(text, {"registration_number": "ph-123456"}, date(2019, 12, 31)) is None
    dated = "{field: registration_number, shaped_like: parameter numbers as of field reviewed_on}"
    said = decide(dated, {"registration_number": "OT12345"})
    assert (said.verdict, said.missing) == (None, ["/evidence/reviewed_on"])
    assert verdict(dated, {"registration_number": "OT12345", "reviewed_on": "2020-01-01"}) is True


def test_a_text_that_is_missing_or_blank_has_no_shape_and_is_named() -> None:
    for evidence in ({}, {"note": "   "}):
        said = decide('{field: note, shaped_like: "##"}', evidence)
        assert (said.verdict, said.missing) == (None, ["/evidence/note"])


def test_a_date_moved_out_of_the_calendar_decides_nothing() -> None:
    text = "{field: reviewed_on, after: 30000 months before assessment date}"
    assert verdict(text, {"reviewed_on": "2026-01-01"}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{days_from: field reviewed_on, to: assessment date}", 181),
        ("{days_from: assessment date, to: field reviewed_on}", -181),
        ("{months_from: field reviewed_on, to: assessment date}", 6),
        ("{months_from: assessment date, to: field reviewed_on}", -6),
        ("{days_from: assessment date, to: assessment date}", 0),
        ("{total: [field headcount, 5, parameter enough]}", 18),
        ("{difference: [parameter enough, field headcount]}", -3),
        ("{product: [50%, field headcount]}", 4),
        ("{product: [field headcount, 2, 3]}", 48),
        ("{ratio: [field headcount, parameter enough]}", Fraction(8, 5)),
        ("{total: [field turnover, 0.1]}", Fraction(3, 10)),
    ],
)
def test_arithmetic_is_exact(text: str, expected: Any) -> None:
    evidence = {"reviewed_on": "2025-12-31", "headcount": 8, "turnover": Decimal("0.2")}
    assert value(text, evidence) == expected


@pytest.mark.parametrize("bottom", [0, -1])
def test_a_ratio_over_nothing_is_not_evidenced(bottom: int) -> None:
    text = "{ratio: [parameter enough, field headcount], at_least: 0%}"
    assert verdict(text, {"headcount": bottom}) is None
    assert verdict(f"not: {text}", {"headcount": bottom}) is None
    assert decide(text, {}).missing == ["/evidence/headcount"]


PEOPLE = [
    {"role": "clinical", "hours": Decimal("10.5"), "registration": {"expires": "2026-03-31"}},
    {"role": "clinical", "hours": 20, "registration": {"expires": "2025-03-31"}},
    {"role": "clerical", "hours": 1, "registration": {"expires": "2027-03-31"}},
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{sum_of: hours, in: practitioners, if_list_empty: 0}", Fraction(63, 2)),
        ("{smallest_of: hours, in: practitioners, if_list_empty: 0}", 1),
        ("{largest_of: hours, in: practitioners, if_list_empty: 0}", 20),
        ("{mean_of: hours, in: practitioners, if_list_empty: 0}", Fraction(21, 2)),
        ("{sum_of: hours, in: practitioners, where: {field: role, is: clinical}, if_list_empty: 0}", Fraction(61, 2)),
        ("{mean_of: hours, in: practitioners, where: {field: role, is: manager}, if_list_empty: 7}", 7),
        ("{mean_of: hours, in: practitioners, where: {field: role, is: manager}, if_list_empty: not evidenced}", None),
        ("{earliest_of: registration.expires, in: practitioners, if_list_empty: assessment date}", date(2025, 3, 31)),
        ("{latest_of: registration.expires, in: practitioners, if_list_empty: assessment date}", date(2027, 3, 31)),
        ("{sum_of: {product: [field hours, 2]}, in: practitioners, if_list_empty: 0}", 63),
    ],
)
def test_one_value_over_a_list(text: str, expected: Any) -> None:
    assert value(text, {"practitioners": PEOPLE}) == expected


def test_one_value_over_an_empty_list_is_what_the_rule_says() -> None:
    for says, expected in (("0", True), ("9", False), ("not evidenced", None)):
        text = f"{{sum_of: hours, in: practitioners, if_list_empty: {says}, at_most: 5}}"
        assert verdict(text, {"practitioners": []}) is expected
        assert decide(text, {}).missing == ["/evidence/practitioners"]


def test_an_empty_date_over_a_list_is_what_the_rule_says() -> None:
    text = "{latest_of: registration.expires, in: practitioners, if_list_empty: assessment date, is: 2026-06-30}"
    assert verdict(text, {"practitioners": []}) is True


def test_every_item_must_state_what_is_added_up() -> None:
    said = decide(
        "{sum_of: hours, in: practitioners, if_list_empty: 0, at_least: 1}",
        {"practitioners": [{"hours": 5}, {}, {"role": "clerical"}]},
    )
    assert said.verdict is None
    assert said.missing == ["/evidence/practitioners/1/hours", "/evidence/practitioners/2/hours"]


def test_an_item_whose_membership_is_undecided_leaves_the_whole_sum_undecided() -> None:
    said = decide(
        "{sum_of: hours, in: practitioners, where: {field: role, is: clinical}, if_list_empty: 0, at_least: 1}",
        {"practitioners": [{"hours": 5, "role": "clinical"}, {"hours": 5}]},
    )
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners/1/role"])


# ── Series ──────────────────────────────────────────────────────────────────────────────────────────


def kpis(*points: tuple[str, int, int], key: str = "absence", formula: str = "A") -> dict[str, Any]:
    """Points of a measure: date, of, base."""
    given = [{"at": at, "formula": formula, "of": of, "base": base} for at, of, base in points]
    return {"kpis": {key: {"points": given}}}


YEARS = (("2024-06-30", 40, 400), ("2025-06-30", 80, 400), ("2026-06-30", 10, 400))


def test_what_can_be_asked_of_a_series() -> None:
    evidence = kpis(*YEARS)
    assert value("{points_in: kpis.absence.points}", evidence) == 3
    assert value("{months_across: kpis.absence.points}", evidence) == 24
    assert value("{latest_value: kpis.absence.points}", evidence) == Fraction(1, 40)
    assert value("{earliest_value: kpis.absence.points}", evidence) == Fraction(1, 10)
    assert value("{change_in: kpis.absence.points, noise: 1.96}", evidence) == "improved"
    assert value("{change_in: kpis.absence.points, noise: 1.96, since: previous}", evidence) == "improved"
    assert value("{change_in: kpis.staying.points, noise: 1.96}", kpis(*YEARS, key="staying")) == "worse"
    assert value("{change_in: kpis.absence.points, noise: parameter noise}", kpis(*YEARS[:2])) == "worse"
    assert value("{change_in: kpis.absence.points, noise: 100}", evidence) == "no-clear-change"


def test_a_series_that_was_not_handed_in_is_named() -> None:
    for subject in ("points_in: kpis.absence.points", "months_across: kpis.absence.points"):
        said = decide(f"{{{subject}, at_least: 3}}", {})
        assert (said.verdict, said.missing) == (None, ["/evidence/kpis/absence/points"])


def test_an_undated_point_leaves_the_series_undecided_and_is_named() -> None:
    evidence = kpis(*YEARS)
    del evidence["kpis"]["absence"]["points"][1]["at"]
    said = decide("{points_in: kpis.absence.points, at_least: 2}", evidence)
    assert (said.verdict, said.missing) == (None, ["/evidence/kpis/absence/points/1/at"])


def test_a_lacking_figure_is_named() -> None:
    evidence = kpis(*YEARS)
    del evidence["kpis"]["absence"]["points"][2]["base"]
    for text in (
        "{change_in: kpis.absence.points, noise: 1.96, is: improved}",
        "{latest_value: kpis.absence.points, at_most: 4%}",
    ):
        said = decide(text, evidence)
        assert (said.verdict, said.missing) == (None, ["/evidence/kpis/absence/points/2/base"])
    assert verdict("{earliest_value: kpis.absence.points, at_most: 10%}", evidence) is True
    assert verdict("{points_in: kpis.absence.points, at_least: 3}", evidence) is True


def test_too_short_a_history_can_be_no_evidence_instead_of_a_failure() -> None:
    short = kpis(*YEARS[:2])
    test = "points_in: kpis.absence.points, at_least: 3, reason_if_not_met: insufficient_history"
    assert verdict(f"{{{test}}}", short) is False
    said = decide(f"{{{test}, otherwise: not evidenced}}", short)
    assert (said.verdict, said.reason) == (None, "insufficient_history")
    assert said.missing == ["/evidence/kpis/absence/points"]


def test_a_test_inside_a_keyed_list_reads_each_key_by_its_own_measure_or_is_refused() -> None:
    # Absence fell (lower is better) and staying rose (higher is better): both improved.
    evidence = {
        "kpis": {
            **kpis(("2025-06-30", 80, 400), ("2026-06-30", 10, 400))["kpis"],
            **kpis(("2025-06-30", 10, 400), ("2026-06-30", 80, 400), key="staying")["kpis"],
        }
    }
    text = "{every: kpis, satisfying: {change_in: points, noise: 1.96, is: improved}, if_list_empty: not met}"
    _, problems = parse_text(text)
    assert problems or verdict(text, evidence) is True


# ── Parameters and derived values ───────────────────────────────────────────────────────────────────


def test_a_parameter_has_the_value_that_is_in_force_on_the_assessment_date() -> None:
    text = "{field: uptake, at_least: parameter registered-share}"
    for on, expected in ((date(2026, 3, 31), True), (date(2026, 4, 1), False)):
        assert verdict(text, {"uptake": 96}, on) is expected


def test_a_parameter_can_be_read_as_of_another_date() -> None:
    text = "{field: uptake, at_least: parameter registered-share as of field reviewed_on}"
    assert verdict(text, {"uptake": 96, "reviewed_on": "2026-03-31"}) is True
    assert verdict(text, {"uptake": 96, "reviewed_on": "2026-04-01"}) is False
    said = decide(text, {"uptake": 96})
    assert (said.verdict, said.missing) == (None, ["/evidence/reviewed_on"])
    moved = "{field: uptake, at_least: parameter registered-share as of 1 day before field reviewed_on}"
    assert verdict(moved, {"uptake": 96, "reviewed_on": "2026-04-01"}) is True


def test_a_parameter_that_is_not_yet_in_force_decides_nothing() -> None:
    assert verdict("{field: headcount, at_least: parameter later}", {"headcount": 9}) is None
    assert verdict("{field: headcount, at_least: parameter later}", {"headcount": 9}, date(2026, 7, 1)) is True


@pytest.mark.parametrize(
    ("headcount", "tries", "expected"), [(9, 1, True), (9, 0, False), (10, 1, False), (250, 3, True), (250, 2, False)]
)
def test_a_parameter_by_factor_has_the_value_of_the_derived_choice(headcount: int, tries: int, expected: bool) -> None:
    text = "{field: tries, at_least: parameter by-size}"
    assert verdict(text, {"headcount": headcount, "tries": tries}) is expected


def test_a_factor_that_is_undecided_names_what_it_lacks() -> None:
    said = decide("{field: tries, at_least: parameter by-size}", {"tries": 5})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount"])


@pytest.mark.parametrize(
    ("headcount", "band"), [(0, "small"), (9, "small"), (10, "medium"), (249, "medium"), (250, "large")]
)
def test_the_first_band_that_holds_is_taken(headcount: int, band: str) -> None:
    assert verdict(f"{{derived: size-band, is: {band}}}", {"headcount": headcount}) is True
    assert verdict(f"{{derived: size-band, one_of: [{band}]}}", {"headcount": headcount}) is True


def test_an_undecided_band_does_not_fall_through_to_the_next() -> None:
    said = decide("{derived: size-band, is: small}", {})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount"])


def test_a_derived_formula_and_a_derived_condition_stand_by_their_names() -> None:
    assert verdict("{derived: days-each, at_most: 0.5}", {"open_days": 10, "headcount": 10}) is True
    said = decide("{derived: days-each, at_most: 0.5}", {"open_days": 10})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount"])
    assert verdict("{derived: covered}", {"has_policy": False}) is False
    assert decide("{derived: covered}", {}).missing == ["/evidence/has_policy"]


def test_a_derived_value_named_inside_a_list_is_of_the_whole_submission() -> None:
    text = (
        "{every: practitioners, satisfying: {all: [{derived: covered}, {derived: size-band, is: small}]},"
        " if_list_empty: not met}"
    )
    assert verdict(text, {"has_policy": True, "headcount": 3, "practitioners": [A, B]}) is True


# ── Reasons ─────────────────────────────────────────────────────────────────────────────────────────

EXPIRED = "{field: reviewed_on, on_or_after: assessment date, reason_if_met: in_date, reason_if_not_met: expired}"


def test_a_reason_is_given_when_its_test_decides() -> None:
    assert decide(EXPIRED, {"reviewed_on": "2026-06-30"}).reason == "in_date"
    assert decide(EXPIRED, {"reviewed_on": "2026-06-29"}).reason == "expired"
    assert decide(EXPIRED, {}).reason == ""


def test_a_reason_is_only_shown_if_its_test_is_on_the_deciding_path() -> None:
    both = f"all: [{EXPIRED}, {YES}]"
    assert decide(both, {"reviewed_on": "2026-01-01", "has_policy": True}).reason == "expired"
    assert decide(both, {"reviewed_on": "2027-01-01", "has_policy": False}).reason == ""
    either = f"either: [{EXPIRED}, {YES}]"
    assert decide(either, {"reviewed_on": "2026-01-01", "has_policy": True}).reason == ""
    assert decide(either, {"reviewed_on": "2026-01-01", "has_policy": False}).reason == "expired"


def test_the_outermost_reason_comes_first() -> None:
    text = f"all: [{EXPIRED}]\nreason_if_not_met: working_towards\n"
    said = decide(text, {"reviewed_on": "2026-01-01"})
    assert said.trace.reasons() == ["working_towards", "expired"]
    assert said.reason == "working_towards"


def test_reasons_reach_through_not_names_and_lists() -> None:
    assert decide(f"not: {EXPIRED}", {"reviewed_on": "2026-01-01"}).reason == "expired"
    inside = EXPIRED.replace("reviewed_on", "registration.expires")
    people = [{"registration": {"expires": "2027-01-01"}}, {"registration": {"expires": "2026-01-01"}}]
    every = f"{{every: practitioners, satisfying: {inside}, if_list_empty: not met}}"
    none = f"{{none: practitioners, satisfying: {inside}, if_list_empty: not met}}"
    assert decide(every, {"practitioners": people}).reason == "expired"
    assert decide(none, {"practitioners": people}).reason == "in_date"
    assert decide(every, {"practitioners": people[:1]}).reason == "in_date"


# ── Otherwise: not evidenced ────────────────────────────────────────────────────────────────────────


def test_otherwise_turns_a_failure_into_no_evidence_and_leaves_the_rest() -> None:
    text = "{field: headcount, at_least: 5, otherwise: not evidenced}"
    assert verdict(text, {"headcount": 5}) is True
    assert decide(text, {}).missing == ["/evidence/headcount"]
    said = decide(text, {"headcount": 4})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount"])
    assert verdict(f"not: {text}", {"headcount": 4}) is None


@pytest.mark.parametrize(
    "text",
    [
        "{count_of: practitioners, at_least: 3, if_list_empty: not met, otherwise: not evidenced}",
        "{some: practitioners, where: {field: role, is: manager}, if_list_empty: not met, otherwise: not evidenced}",
        "{every: practitioners, where: {field: role, is: manager}, satisfying: {field: trained, is: yes},"
        " if_list_empty: not met, otherwise: not evidenced}",
        "{not: {some: practitioners, if_list_empty: not met}, otherwise: not evidenced}",
    ],
)
def test_a_list_that_shows_too_little_is_named(text: str) -> None:
    said = decide(text, {"practitioners": [{"role": "clinical"}]})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners"])


def test_a_sum_over_nothing_that_shows_too_little_names_its_list() -> None:
    text = "{sum_of: hours, in: practitioners, if_list_empty: 0, at_least: 5, otherwise: not evidenced}"
    said = decide(text, {"practitioners": []})
    assert (said.verdict, said.missing) == (None, ["/evidence/practitioners"])


def test_a_derived_choice_that_shows_too_little_names_what_it_was_read_from() -> None:
    said = decide("{derived: size-band, is: large, otherwise: not evidenced}", {"headcount": 9})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount"])


def test_a_group_that_cannot_be_met_any_more_still_names_what_it_lacks() -> None:
    text = f"of_these: [{OPEN}, {{field: nation, is: wales}}]\nat_least: 3\notherwise: not evidenced\n"
    said = decide(text, {})
    assert (said.verdict, said.missing) == (None, ["/evidence/headcount", "/evidence/nation"])


# ── Whole rules ─────────────────────────────────────────────────────────────────────────────────────

APPLIES = {None: {}, True: {"nation": "wales"}, False: {"nation": "england"}}
MET: dict[bool | None, dict[str, Any]] = {None: {}, True: {"has_policy": True}, False: {"has_policy": False}}


@pytest.mark.parametrize(
    ("applies", "met", "outcome"),
    [
        (True, True, Outcome.MET),
        (True, False, Outcome.NOT_MET),
        (True, None, Outcome.NOT_EVIDENCED),
        (False, True, Outcome.NOT_APPLICABLE),
        (False, False, Outcome.NOT_APPLICABLE),
        (False, None, Outcome.NOT_APPLICABLE),
        (None, True, Outcome.MET),
        (None, False, Outcome.NOT_EVIDENCED),
        (None, None, Outcome.NOT_EVIDENCED),
    ],
)
def test_whether_a_rule_applies_and_whether_it_is_met_make_the_outcome(
    applies: bool | None, met: bool | None, outcome: Outcome
) -> None:
    rule = t.Rule("sample", condition("{field: nation, is: wales}"), condition(YES), Place("rule.yaml", 1, 1))
    decision = Tracer(SHARED, encode({**APPLIES[applies], **MET[met]}, EVIDENCE), ON).decide(rule)
    assert decision.outcome is outcome
    wanted = ["/evidence/nation"] * (applies is None) + ["/evidence/has_policy"] * (met is None)
    assert list(decision.missing()) == (wanted if outcome is Outcome.NOT_EVIDENCED else [])

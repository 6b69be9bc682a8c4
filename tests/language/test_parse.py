"""Reading rules: what may be written, and every mistake at its line and column with a hint."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from ohaccredit.language import tree as t
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Place
from ohaccredit.language.types import SHARE, Choice, Number
from tests.language.sample import condition, parse_text, parse_value, problem_of, problems_of

# ── What may be written ─────────────────────────────────────────────────────────────────────────────


def constant(text: str) -> object:
    """The constant on the right of a comparison."""
    node = condition(text)
    assert isinstance(node, t.Compare)
    assert isinstance(node.right, t.Constant)
    return node.right.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{field: headcount, at_least: 5}", Fraction(5)),
        ("{field: turnover, at_least: 2.5}", Fraction(5, 2)),
        ("{field: uptake, at_least: 12.5%}", Fraction(1, 8)),
        ("{field: uptake, at_least: 95 %}", Fraction(19, 20)),
        ("{field: reviewed_on, after: 2026-06-30}", date(2026, 6, 30)),
        ("{field: has_policy, is: yes}", True),
        ("{field: has_policy, is: no}", False),
        ("{field: has_policy, is: true}", True),
        ("{field: nation, is: wales}", "wales"),
    ],
)
def test_a_value_is_read_as_what_it_is_compared_with(text: str, value: object) -> None:
    assert constant(text) == value


def test_a_bare_number_takes_the_unit_of_what_it_is_compared_with() -> None:
    node = condition("{field: headcount, at_least: 5}")
    assert isinstance(node, t.Compare)
    assert node.right.type == Number(unit="people")


@pytest.mark.parametrize(
    ("word", "comparator"),
    [("on_or_after", "at_least"), ("on_or_before", "at_most"), ("after", "more_than"), ("before", "less_than")],
)
def test_words_for_dates_are_comparisons_that_remember_how_they_were_written(word: str, comparator: str) -> None:
    node = condition(f"{{field: reviewed_on, {word}: 2026-06-30}}")
    assert isinstance(node, t.Compare)
    assert (node.comparator, node.written) == (comparator, word)


@pytest.mark.parametrize(
    ("text", "amount", "unit", "direction"),
    [
        ("12 months before assessment date", 12, "months", "before"),
        ("1 month after assessment date", 1, "months", "after"),
        ("2 years before assessment date", 24, "months", "before"),
        ("28 days after field reviewed_on", 28, "days", "after"),
        ("1 day before 2026-06-30", 1, "days", "before"),
        ("2 weeks after assessment date", 14, "days", "after"),
    ],
)
def test_a_date_can_be_moved_by_months_days_or_years(text: str, amount: int, unit: str, direction: str) -> None:
    node = parse_value(text)
    assert isinstance(node, t.ShiftedDate)
    assert isinstance(node.amount, t.Constant)
    assert (node.amount.value, node.unit, node.direction) == (amount, unit, direction)


def test_a_parameter_can_be_the_amount_and_have_its_value_on_another_date() -> None:
    moved = parse_value("parameter evidence-age before assessment date")
    assert isinstance(moved, t.ShiftedDate)
    assert isinstance(moved.amount, t.ParameterValue)
    assert moved.unit == "months"
    dated = parse_value("parameter enough as of 12 months before field reviewed_on")
    assert isinstance(dated, t.ParameterValue)
    assert isinstance(dated.as_of, t.ShiftedDate)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("field open_days after assessment date", t.FieldValue, "days"),
        ("field tries in weeks after field reviewed_on", t.FieldValue, "weeks"),
        ("field tries in months before derived start", t.FieldValue, "months"),
        ("derived steps in days before assessment date", t.DerivedValue, "days"),
    ],
)
def test_a_date_can_be_moved_by_what_the_evidence_states(text: str, amount: type, unit: str) -> None:
    node = parse_value(text)
    assert isinstance(node, t.ShiftedDate)
    assert (type(node.amount), node.unit) == (amount, unit)


@pytest.mark.parametrize("step", ["1 day before ", "parameter enough as of "])
def test_a_value_that_goes_on_without_end_is_refused(step: str) -> None:
    _, _, message, hint = problem_of(f'{{field: reviewed_on, after: "{step * 2000}assessment date"}}')
    assert message == f"This value has {len(step) * 2000 + 15} characters; 500 is the most."
    assert hint == "Give a part of it a name in derived.yaml."


@pytest.mark.parametrize(
    ("shapes", "read"),
    [('"OT#####"', ("OT#####",)), ("[OT-##, '@@']", ("OT-##", "@@"))],
)
def test_shapes_are_read_as_they_are_written(shapes: str, read: tuple[str, ...]) -> None:
    node = condition(f"{{field: note, shaped_like: {shapes}}}")
    assert isinstance(node, t.Shaped)
    assert node.shapes == read


def test_the_value_of_an_empty_list_can_have_decimals_where_its_items_have_none() -> None:
    text = "{{sum_of: {{sum_of: minutes, in: visits, if_list_empty: {empty}}}, in: practitioners, if_list_empty: 0}}"
    assert parse_value(text.format(empty=0)).type == Number(unit="minutes")
    assert parse_value(text.format(empty=1.5)).type == Number(unit="minutes", whole=False)


def test_a_moved_date_can_be_moved_again() -> None:
    node = parse_value("12 months before 28 days after field reviewed_on")
    assert isinstance(node, t.ShiftedDate)
    assert isinstance(node.start, t.ShiftedDate)
    assert (node.direction, node.start.direction) == ("before", "after")


@pytest.mark.parametrize(
    ("text", "unit", "whole"),
    [
        ("{total: [field headcount, 5]}", "people", True),
        ("{difference: [field turnover, 5]}", "pounds", False),
        ("{product: [field headcount, 2]}", "people", True),
        ("{product: [50%, field headcount]}", "people", False),
        ("{product: [field tries, 2]}", "", True),
        ("{ratio: [field headcount, parameter enough]}", SHARE, False),
        ("{ratio: [field turnover, field headcount]}", "pounds per people", False),
        ("{ratio: [field turnover, 2]}", "pounds", False),
        ("{days_from: field reviewed_on, to: assessment date}", "days", True),
        ("{months_from: field reviewed_on, to: assessment date}", "months", True),
        ("{points_in: kpis.absence.points}", "", True),
        ("{months_across: kpis.absence.points}", "months", True),
        ("{latest_value: kpis.absence.points}", SHARE, False),
        ("{sum_of: hours, in: practitioners, if_list_empty: 0}", "hours", False),
        ("{mean_of: minutes, in: practitioners, if_list_empty: 0}", "", False),
    ],
)
def test_every_value_has_a_unit(text: str, unit: str, whole: bool) -> None:
    if "minutes" in text:
        text = "{mean_of: hours, in: practitioners, if_list_empty: not evidenced}"
        unit = "hours"
    kind = parse_value(text).type
    assert isinstance(kind, Number)
    assert (kind.unit, kind.whole) == (unit, whole)


def test_a_change_is_one_of_three_options() -> None:
    kind = parse_value("{change_in: kpis.absence.points, noise: 1.96}").type
    assert isinstance(kind, Choice)
    assert kind.options == ("improved", "no-clear-change", "worse")


def test_paths_start_from_the_innermost_item_the_one_around_or_the_submission() -> None:
    node = condition(
        """
        some: practitioners
        satisfying:
          some: visits
          satisfying:
            all:
              - {field: minutes, at_least: 5}
              - {field: outer.trained, is: yes}
              - {field: outer.outer.has_policy, is: yes}
              - {field: submission.has_policy, is: yes}
          if_list_empty: not met
        if_list_empty: not met
        """
    )
    assert isinstance(node, t.Quantified)
    assert isinstance(node.satisfying, t.Quantified)
    assert isinstance(node.satisfying.satisfying, t.All)
    scopes = [part.left.path.scope for part in node.satisfying.satisfying.of
              if isinstance(part, t.Compare) and isinstance(part.left, t.FieldValue)]  # fmt: skip
    assert scopes == [0, 1, t.SUBMISSION, t.SUBMISSION]
    assert node.over.scope == t.SUBMISSION
    assert node.satisfying.over.scope == 0


def test_inside_a_keyed_list_the_key_is_a_field_and_one_key_is_a_path() -> None:
    assert condition("{every: duties, satisfying: {field: key, one_of: [fire, screens]}, if_list_empty: not met}")
    assert condition("{field: duties.fire.done, is: yes}")


def test_nodes_know_where_they_stand() -> None:
    node = condition("all:\n  - {field: headcount, at_least: 5}\n  - not:\n      field: has_policy\n      is: yes\n")
    assert isinstance(node, t.All)
    assert node.place == Place("rule.yaml", 1, 1)
    assert node.of[0].place == Place("rule.yaml", 2, 5)
    assert isinstance(node.of[1], t.Not)
    assert node.of[1].of.place == Place("rule.yaml", 4, 7)


def test_a_remark_stands_around_its_test() -> None:
    node = condition("{field: reviewed_on, after: 2026-01-01, reason_if_not_met: expired, otherwise: not evidenced}")
    assert isinstance(node, t.Remark)
    assert (node.reason_if_met, node.reason_if_not_met, node.otherwise_undecided) == ("", "expired", True)
    assert isinstance(node.of, t.Compare)


def test_a_condition_defined_once_stands_by_its_name() -> None:
    assert condition("{derived: covered}") == t.DerivedCondition("covered", Place("", 1, 1))


# ── Mistakes ────────────────────────────────────────────────────────────────────────────────────────

# A rule, then the place and message of its one mistake, then the hint or its beginning.
MISTAKES = """
# What a test begins with

5
> 1:1 A test is expected here.
> Write it as a group of keys, for example {field: …, is: …}.

[{field: note, is: stated}]
> 1:1 A test is expected here.

{al: []}
> 1:2 "al" does not begin a test.
> Did you mean "all"?

{eether: []}
> 1:2 "eether" does not begin a test.
> Did you mean "either"?

{zzz: 1}
> 1:2 "zzz" does not begin a test.

all: [{field: note, is: stated}]
either: [{field: note, is: stated}]
> 1:1 One test has two beginnings: all and either.
> Join two tests with "all" or "either".

{all: [{field: note, is: stated}], is: 5}
> 1:36 "is" is not a part of this test.

{not: {field: note, is: stated}, at_least: 1}
> 1:34 "at_least" is not a part of this test.

# Groups

all: []
> 1:6 A list of tests is expected here.
> Begin each test on a line of its own with a dash.

either: {field: note, is: stated}
> 1:9 A list of tests is expected here.

all:
> 1:5 A list of tests is expected here.

of_these: [{field: note, is: stated}]
> 1:1 "of_these" needs "at_least": how many of these tests must be met.

of_these: [{field: note, is: stated}]
at_least: many
> 2:11 A number is expected here, not "many".
> Values are written as a number, a percentage, a date,

of_these: [{field: note, is: stated}]
at_lest: 1
> 2:1 "at_lest" is not a part of this test.
> Did you mean "at_least"?

# Fields

{field: headcont, at_least: 5}
> 1:9 There is no field "headcont" in the submission.
> Did you mean "headcount"?

{field: profile.sitecount, is: 5}
> 1:9 There is no field "sitecount" in profile.
> Did you mean "site_count"?

{field: profile.x, is: 5}
> 1:9 There is no field "x" in profile.
> There is: moved_on, site_count.

{field: headcount.x, is: 5}
> 1:9 There is no field "x" in headcount.

{field: practitioners.role, is: clinical}
> 1:9 There is no field "role" in practitioners.

{some: practitioners, satisfying: {field: headcount, at_least: 5}, if_list_empty: met}
> 1:43 There is no field "headcount" in this list's items.

{field: Headcount, at_least: 5}
> 1:9 "Headcount" is no path to a field.
> A path is names joined by dots: registration.expires.

{field: 'kpis[0]', at_least: 5}
> 1:9 "kpis[0]" is no path to a field.

{field: 5, at_least: 5}
> 1:9 "5" is no path to a field.

{field: submission, is: 5}
> 1:9 "submission" names no field.

{field: outer.headcount, is: 5}
> 1:9 "outer" leads out of the outermost list.

{some: practitioners, satisfying: {field: outer.outer.headcount, is: 5}, if_list_empty: met}
> 1:43 "outer" leads out of the outermost list.

{some: practitioners, satisfying: {field: outer, is: 5}, if_list_empty: met}
> 1:43 "outer" names no field.

{field: profile, is: 5}
> 1:9 "profile" is a group of fields; a test needs one field of it.

{field: practitioners, is: 5}
> 1:9 "practitioners" is a list; a test needs one field of it.

{field: duties.heat.done, is: yes}
> 1:9 There is no field "heat" in duties.
> There is: fire, screens.

# Comparisons

{field: headcount}
> 1:1 A test needs exactly one comparison.
> For example: is, at_least, on_or_after, includes.

{field: headcount, at_least: 5, at_most: 9}
> 1:1 A test needs exactly one comparison.

{field: headcount, at_lesat: 5}
> 1:20 "at_lesat" is no comparison.
> Did you mean "at_least"?

{field: headcount, at_least: 5, where: 3}
> 1:33 "where" is not a part of this test.

{field: reviewed_on, at_least: 5}
> 1:22 "at_least" cannot be asked of a date.
> Use: is, on_or_after, on_or_before, after, before.

{field: headcount, after: 2026-01-01}
> 1:20 "after" cannot be asked of a number of people.
> Use: is, at_least, at_most, more_than, less_than.

{field: uptake, before: 2026-01-01}
> 1:17 "before" cannot be asked of a percentage.

{field: nation, at_least: 5}
> 1:17 "at_least" cannot be asked of one of a list of options.
> Use: is.

{field: note, is: hello}
> 1:15 "is" cannot be asked of text.
> Use: is: stated.

{field: topics, is: stress}
> 1:17 "is" cannot be asked of several of a list of options.
> Use: includes, includes_any.

{field: headcount, one_of: [1]}
> 1:20 "one_of" cannot be asked of a number of people.

{field: nation, includes: wales}
> 1:17 "includes" cannot be asked of one of a list of options.

{field: topics, one_of: [stress]}
> 1:17 "one_of" cannot be asked of several of a list of options.

{parameter: enough, is: stated}
> 1:25 Only a field can be stated.

# What a value is compared with

{field: headcount, at_least: many}
> 1:30 A number of people is expected here, not "many".
> Values are written as

{field: headcount, at_least: [5]}
> 1:30 A value is expected here.

{field: headcount, at_least: }
> 1:30 A value is expected here.

{field: headcount, at_least: 2026-06-30}
> 1:30 A number of people is expected here, not a date.

{field: headcount, at_least: true}
> 1:30 A number of people is expected here, not yes or no.

{field: headcount, at_least: 95%}
> 1:30 This compares people with share.

{field: headcount, at_least: field open_days}
> 1:30 This compares people with days.

{field: headcount, at_least: parameter grace}
> 1:30 This compares people with days.

{field: reviewed_on, after: 5}
> 1:29 A date is expected here, not a number.

{field: reviewed_on, after: 2026-02-30}
> 1:29 "2026-02-30" is not a date in the calendar.

{field: reviewed_on, after: 30/06/2026}
> 1:29 A date is expected here, not "30/06/2026".

{field: reviewed_on, after: field headcount}
> 1:29 A date is expected here, not a number of people.

{field: has_policy, is: maybe}
> 1:25 Yes or no is expected here, not "maybe".

{field: has_policy, is: 5}
> 1:25 Yes or no is expected here, not a number.

{field: uptake, at_least: 95}
> 1:27 A percentage is expected here.
> Write it with its sign: 95%.

{field: uptake, at_least: 0.95}
> 1:27 A percentage is expected here.
> Write it with its sign: 0.95%.

{field: nation, is: walse}
> 1:21 "walse" is no option of this field.
> Did you mean "wales"?

{field: nation, is: france}
> 1:21 "france" is no option of this field.
> There is: england, wales.

{field: nation, one_of: [wales, scotland]}
> 1:33 "scotland" is no option of this field.
> There is: england, wales.

{field: topics, includes: stres}
> 1:27 "stres" is no option of this field.
> Did you mean "stress"?

{field: topics, includes_any: parameter odd-topics}
> 1:31 "dust" is no option of this field.
> There is:

{field: topics, includes_any: parameter enough}
> 1:31 Options are expected here.

# Names

{field: headcount, at_least: parameter enouh}
> 1:30 There is no parameter "enouh".
> Did you mean "enough"?

{parameter: enouh, at_least: 5}
> 1:13 There is no parameter "enouh".
> Did you mean "enough"?

{derived: size-bnd, is: small}
> 1:11 There is no derived value "size-bnd".
> Did you mean "size-band"?

{derived: size-band}
> 1:1 "size-band" is a value: it must be compared with something.

{derived: covered, is: yes}
> 1:11 "covered" is a condition, not a value.

{derived: size-band, is: huge}
> 1:26 "huge" is no option of this field.

# Dates that move

{field: reviewed_on, after: parameter enough before assessment date}
> 1:29 A date is moved by whole months, weeks or days.
> "parameter enough" is a number of people.

{field: reviewed_on, after: 12 months before field headcount}
> 1:29 A date is expected here, not a number of people.

{field: reviewed_on, after: 12 months before then}
> 1:29 A date is expected here, not "then".

{field: headcount, at_least: parameter enough as of field headcount}
> 1:30 A date is expected here, not a number of people.

# Values as groups of keys

{days_from: field reviewed_on, at_least: 5}
> 1:1 "days_from" needs "to": the later date.

{days_from: field headcount, to: assessment date, at_least: 5}
> 1:13 A date is expected here, not a number of people.

{months_from: field reviewed_on, to: 5, at_least: 5}
> 1:38 A date is expected here, not a number.

{field: headcount, at_least: {nothing: 5}}
> 1:30 "nothing" does not say what is tested.

{field: headcount, at_least: {feild: headcount}}
> 1:30 "feild" does not say what is tested.
> Did you mean "field"?

{sum_of: hours, if_list_empty: 0, at_least: 5}
> 1:1 "sum_of" needs "in": the list.

{sum_of: hours, in: practitioners, at_least: 5}
> 1:1 "sum_of" must say "if_list_empty": a value, or not evidenced.

{sum_of: role, in: practitioners, if_list_empty: 0, at_least: 5}
> 1:10 "sum_of" needs numbers, not one of a list of options.

{latest_of: hours, in: practitioners, if_list_empty: not evidenced, after: 2026-01-01}
> 1:13 "latest_of" needs dates, not a number of hours.

{sum_of: hours, in: headcount, if_list_empty: 0, at_least: 5}
> 1:21 "headcount" is a number of people, not a list.

{sum_of: hours, in: practitioners, if_list_empty: 5%, at_least: 5}
> 1:51 This compares hours with share.

{total: field headcount, at_least: 5}
> 1:9 "total" needs a list of two or more values.

{total: [field headcount], at_least: 5}
> 1:9 "total" needs a list of two or more values.

{ratio: [1, 2, 3], at_least: 5%}
> 1:9 "ratio" needs a list of two values.

{difference: [field headcount], at_least: 5}
> 1:14 "difference" needs a list of two values.

{total: [field headcount, field open_days], at_least: 5}
> 1:9 These have different units: days and people.

{product: [field headcount, field open_days], at_least: 5}
> 1:11 A product of people and days has no unit here.

{total: [field headcount, field reviewed_on], at_least: 5}
> 1:27 A number is expected here, not a date.

# Series

{points_in: practitioners, at_least: 3}
> 1:13 "points_in" needs a series, not a plain list.

{change_in: kpis.absence.points, is: improved}
> 1:1 "change_in" needs "noise": the multiple of the standard error, 1.96 for 95 %.

{change_in: kpis.absence.points, noise: 1.96, since: first, is: improved}
> 1:54 "since" is earliest or previous.

{change_in: kpis.absence.points, noise: 1.96, is: better}
> 1:51 "better" is no option of this field.
> There is: improved, no-clear-change, worse.

# Lists

{every: practitioners, if_list_empty: met}
> 1:1 "every" needs "satisfying": what the items are tested for.

{none: practitioners, if_list_empty: met}
> 1:1 "none" needs "satisfying": what the items are tested for.

{share_of: practitioners, at_least: 5%, if_list_empty: met}
> 1:1 "share_of" needs "satisfying": what the items are tested for.

{some: practitioners}
> 1:1 "some" must say "if_list_empty": met, not met, or not evidenced.
> Nothing passes by having nothing to check, unless the rule says so.

{some: practitioners, if_list_empty: maybe}
> 1:38 "some" must say "if_list_empty": met, not met, or not evidenced.

{some: practitioners, if_list_empty: true}
> 1:38 "some" must say "if_list_empty": met, not met, or not evidenced.

{count_of: practitioners, if_list_empty: met}
> 1:1 "count_of" needs one bound, such as "at_least".

{count_of: practitioners, at_least: 1, at_most: 2, if_list_empty: met}
> 1:1 "count_of" needs one bound, such as "at_least".

{some: practitioners, at_least: 1, if_list_empty: met}
> 1:23 "at_least" is not a part of this test.

{some: practitioners, satisfies: 1, if_list_empty: met}
> 1:23 "satisfies" is not a part of this test.
> Did you mean "satisfying"?

{share_of: practitioners, distinct: role, satisfying: {field: trained, is: yes}, at_least: 5%, if_list_empty: met}
> 1:27 "distinct" is not a part of this test.

{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 90, if_list_empty: met}
> 1:76 A percentage is expected here.
> Write it with its sign: 90%.

{some: headcount, if_list_empty: met}
> 1:8 "headcount" is a number of people, not a list.

{some: profile, if_list_empty: met}
> 1:8 "profile" is a group of fields, not a list.

{some: practitoners, if_list_empty: met}
> 1:8 There is no field "practitoners" in the submission.
> Did you mean "practitioners"?

{count_of: practitioners, at_least: 1, distinct: registration, if_list_empty: met}
> 1:50 "registration" is a group of fields; a test needs one field of it.

# Shapes

{field: headcount, shaped_like: "##"}
> 1:20 "shaped_like" cannot be asked of a number of people.

{derived: chosen, shaped_like: "##"}
> 1:19 "shaped_like" cannot be asked of one of a list of options.

{field: note, shaped_like: []}
> 1:28 A shape is expected here, or a list of them.
> Write # for a digit and @ for a letter: "OT#####".

{field: note, shaped_like: ["##", 5]}
> 1:28 A shape is expected here, or a list of them.

{field: note, shaped_like: field registration_number}
> 1:28 "field registration_number" is no shape.
> Shapes stand here in quotes, or one "parameter …" that lists them.

{field: note, shaped_like: [parameter numbers]}
> 1:28 "parameter numbers" is no shape.

{field: note, shaped_like: parameter grace}
> 1:28 Shapes are expected here, not a number of days.

{field: note, shaped_like: parameter number}
> 1:28 There is no parameter "number".
> Did you mean "numbers"?

# Moved dates

{field: reviewed_on, after: field tries after assessment date}
> 1:29 A date is moved by whole months, weeks or days.
> "field tries" is a number. Say what it counts: "field length in weeks after …".

{field: reviewed_on, after: field open_days in weeks after assessment date}
> 1:29 A date is moved by whole months, weeks or days.
> "field open_days" is a number of days.

{field: reviewed_on, after: field headcount after assessment date}
> 1:29 A date is moved by whole months, weeks or days.
> "field headcount" is a number of people.

{field: reviewed_on, after: derived rate in days after assessment date}
> 1:29 A date is moved by whole months, weeks or days.

{field: reviewed_on, after: field note in days after assessment date}
> 1:29 A date is moved by whole months, weeks or days.
> "field note" is text.

{field: reviewed_on, after: field trys in days after assessment date}
> 1:29 There is no field "trys" in the submission.

{field: reviewed_on, after: derived step in days after assessment date}
> 1:29 There is no derived value "step".
> Did you mean "steps"?

{field: reviewed_on, after: field tries in days after field headcount}
> 1:29 A date is expected here, not a number of people.

{field: reviewed_on, after: field tries in years after assessment date}
> 1:29 "tries in years after assessment date" is no path to a field.

# Remarks

{field: note, is: stated, reason_if_met: Too Late}
> 1:42 A reason is a short code of small letters and underscores.
> For example: working_towards.

{field: note, is: stated, reason_if_not_met: 5}
> 1:46 A reason is a short code of small letters and underscores.

{field: note, is: stated, otherwise: met}
> 1:38 The only other outcome a test can have is "not evidenced".
"""


def mistakes() -> list[tuple[str, str, str]]:
    """Each rule with what is to be said of it: place and message, and hint."""
    found = []
    for entry in MISTAKES.strip().split("\n\n"):
        if not entry.startswith("#"):
            text, _, said = entry.partition("\n> ")
            message, _, hint = said.partition("\n> ")
            found.append((text, message, hint))
    return found


@pytest.mark.parametrize(("text", "message", "hint"), mistakes(), ids=[each[0][:60] for each in mistakes()])
def test_a_mistake_is_said_at_its_place_with_a_hint(text: str, message: str, hint: str) -> None:
    line, column, said, hinted = problem_of(text)
    assert f"{line}:{column} {said}" == message
    assert hint in hinted


def test_all_the_mistakes_of_a_rule_are_reported_at_once_in_the_order_of_the_file() -> None:
    found = problems_of(
        """\
        all:
          - {field: headcont, at_least: 5}
          - {field: has_policy, is: yes}
          - either:
              - {field: nation, is: walse}
              - {field: uptake, at_least: 95}
          - {some: practitioners}
        """
    )
    assert [(line, column) for line, column, _, _ in found] == [(2, 13), (5, 29), (6, 35), (7, 5)]


def test_several_unknown_keys_of_one_test_are_each_reported() -> None:
    found = problems_of("{some: practitioners, wear: 1, satisfies: 2, if_list_empty: met}")
    assert [(column, hint) for _, column, _, hint in found] == [
        (23, 'Did you mean "where"?'),
        (32, 'Did you mean "satisfying"?'),
    ]


def test_problems_name_their_pointer() -> None:
    _, problems = parse_text(
        "all:\n  - some: practitioners\n    where: {field: rle, is: clinical}\n    if_list_empty: met\n"
    )
    assert [problem.pointer for problem in problems] == ["/all/0/where/field"]


@pytest.mark.parametrize(
    "text",
    [
        "{count_of: practitioners, at_least: 90%, if_list_empty: not met}",
        "{count_of: practitioners, at_least: parameter grace, if_list_empty: not met}",
        "{of_these: [{field: note, is: stated}], at_least: 50%}",
        "{share_of: practitioners, satisfying: {field: trained, is: yes}, at_least: parameter enough,"
        " if_list_empty: met}",
        "{field: tries, at_least: 50%}",
        "{change_in: kpis.absence.points, noise: 5%, is: improved}",
    ],
)
def test_units_must_agree_with_counts_and_shares_too(text: str) -> None:
    assert problems_of(text)


@pytest.mark.parametrize("text", ["{field: topics, includes: []}", "{field: nation, one_of: []}"])
def test_no_options_at_all_are_refused(text: str) -> None:
    assert problems_of(text)


def test_a_distinct_count_needs_a_field_that_holds_one_value() -> None:
    assert problems_of("{count_of: practitioners, at_least: 2, distinct: topics, if_list_empty: not met}")


def test_two_choices_without_a_common_option_cannot_be_compared() -> None:
    assert problems_of("{field: nation, is: derived size-band}")


# ── Did you mean ────────────────────────────────────────────────────────────────────────────────────


def test_a_near_word_is_suggested_a_far_one_gets_the_short_list() -> None:
    assert nearest("clincal", ("clinical", "clerical")) == 'Did you mean "clinical"?'
    assert nearest("x", ("b", "a")) == "There is: a, b."
    assert nearest("x", tuple("abcdefghijklm")) == ""


def test_where_there_is_nothing_to_choose_from_nothing_is_suggested() -> None:
    assert nearest("x", ()) == ""

"""Rules in words: each operator says itself, and says what it does."""

from __future__ import annotations

from datetime import date

import pytest

from ohaccredit.language.words import ENGLISH, PHRASES, Clause, Speaker
from tests.language.sample import ON, SHARED, condition, parse_value


def line(text: str, on: date | None = ON) -> str:
    """A condition as one line."""
    return Speaker(SHARED, on).condition(condition(text)).line()


def said(text: str, on: date | None = ON) -> str:
    """A value in words."""
    return Speaker(SHARED, on).value(parse_value(text))


# ── Tests of values ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{field: headcount, is: 5}", "headcount is 5"),
        ("{field: headcount, at_least: 1234}", "headcount is at least 1,234"),
        ("{field: headcount, at_most: 5}", "headcount is at most 5"),
        ("{field: headcount, more_than: 5}", "headcount is more than 5"),
        ("{field: headcount, less_than: 5}", "headcount is less than 5"),
        ("{field: uptake, at_least: 12.5%}", "uptake is at least 12.5%"),
        ("{field: turnover, at_most: 2500000}", "turnover is at most £2,500,000"),
        ("{field: open_days, at_least: 1}", "open days is at least 1 day"),
        ("{field: open_days, at_least: 28}", "open days is at least 28 days"),
        ("{field: reviewed_on, is: 2026-06-30}", "reviewed on is 30 June 2026"),
        ("{field: reviewed_on, on_or_after: 2026-06-30}", "reviewed on is on or after 30 June 2026"),
        ("{field: reviewed_on, on_or_before: 2026-06-30}", "reviewed on is on or before 30 June 2026"),
        ("{field: reviewed_on, after: assessment date}", "reviewed on is after the date of assessment"),
        ("{field: reviewed_on, before: assessment date}", "reviewed on is before the date of assessment"),
        ("{field: note, is: stated}", "note is stated"),
        ("{field: nation, is: wales}", "nation is wales"),
        ("{field: nation, one_of: [england, wales]}", "nation is one of: england or wales"),
        ("{field: topics, includes: [stress, backs]}", "topics include stress and backs"),
        ("{field: topics, includes_any: [stress, backs]}", "topics include at least one of: stress or backs"),
        ("{field: topics, includes_any: parameter key-topics}", "topics include at least one of: stress or backs"),
        (
            "{field: note, shaped_like: PH-##}",
            "note has one of the shapes PH-##, where # is a digit and @ a letter",
        ),
        (
            "{field: note, shaped_like: parameter numbers}",
            "note has one of the shapes OT##### or PH-######, where # is a digit and @ a letter",
        ),
        ("{field: has_policy, is: yes}", "has policy"),
        ("{derived: covered}", "the policy covers everyone"),
        ("{derived: size-band, is: large}", "the size of the employer is large"),
    ],
)
def test_a_test_of_a_value_is_a_plain_sentence(text: str, words: str) -> None:
    assert line(text) == words


def test_no_is_said_as_a_negation() -> None:
    assert line("{field: has_policy, is: no}") == "it is not so that has policy"


# ── Groups ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_group_is_a_head_with_parts() -> None:
    clause = Speaker(SHARED, ON).condition(
        condition("all: [{field: has_policy, is: yes}, {field: headcount, at_least: 5}]")
    )
    assert clause.text == "all of these hold"
    assert [part.text for part in clause.parts] == ["has policy", "headcount is at least 5"]
    assert clause.joined == "and"


def test_each_group_says_how_many_must_hold() -> None:
    parts = "[{field: has_policy, is: yes}, {field: headcount, at_least: 5}]"
    assert line(f"all: {parts}") == "all of these hold: has policy; and headcount is at least 5"
    assert line(f"either: {parts}") == "at least one of these holds: has policy; or headcount is at least 5"
    assert line(f"of_these: {parts}\nat_least: 1") == "at least 1 of these hold: has policy; headcount is at least 5"


def test_a_group_of_one_is_said_without_a_head() -> None:
    for group in ("all", "either"):
        assert line(f"{group}: [{{field: headcount, at_least: 5}}]") == "headcount is at least 5"


def test_groups_within_groups_are_told_apart_by_brackets() -> None:
    inner = "{either: [{field: has_policy, is: yes}, {field: nation, is: wales}]}"
    assert line(f"all: [{{field: headcount, at_least: 5}}, {inner}]") == (
        "all of these hold: headcount is at least 5; and (at least one of these holds: has policy; or nation is wales)"
    )


def test_not_is_said_before_what_it_denies() -> None:
    assert line("not: {field: nation, is: wales}") == "it is not so that: nation is wales"


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────

TRAINED = "satisfying: {field: trained, is: yes}, if_list_empty:"


@pytest.mark.parametrize(
    ("text", "head", "empty"),
    [
        (f"{{some: practitioners, {TRAINED} met}}", "at least one of the practitioners: trained", "met"),
        (f"{{every: practitioners, {TRAINED} not met}}", "every one of the practitioners: trained", "not met"),
        (f"{{none: practitioners, {TRAINED} not evidenced}}", "none of the practitioners: trained", "not evidenced"),
        (f"{{count_of: practitioners, at_least: 2, {TRAINED} met}}", "at least 2 of the practitioners: trained", "met"),
        (f"{{count_of: practitioners, at_most: 2, {TRAINED} met}}", "at most 2 of the practitioners: trained", "met"),
        (
            f"{{count_of: practitioners, more_than: 2, {TRAINED} met}}",
            "more than 2 of the practitioners: trained",
            "met",
        ),
        (
            f"{{count_of: practitioners, less_than: 2, {TRAINED} met}}",
            "fewer than 2 of the practitioners: trained",
            "met",
        ),
        (f"{{count_of: practitioners, is: 2, {TRAINED} met}}", "exactly 2 of the practitioners: trained", "met"),
        (
            f"{{share_of: practitioners, at_least: 90%, {TRAINED} met}}",
            "at least 90% of the practitioners: trained",
            "met",
        ),
    ],
)
def test_a_list_says_how_many_what_and_what_if_there_are_none(text: str, head: str, empty: str) -> None:
    assert line(text) == f"{head} (if there are none: {empty})"


def test_where_is_said_of_the_items() -> None:
    text = (
        "{every: practitioners, where: {all: [{field: role, is: clinical}, {field: hours, more_than: 0}]},"
        f" {TRAINED} met}}"
    )
    assert line(text).startswith("every one of the practitioners where role is clinician and hours is more than 0")


def test_a_distinct_count_says_what_is_counted() -> None:
    words = line("{count_of: practitioners, distinct: role, at_least: 2, if_list_empty: not met}")
    assert "at least 2 different values" in words
    assert "role" in words
    assert "practitioners" in words


# ── Values ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 months before assessment date", "12 months before the date of assessment"),
        ("1 month after field reviewed_on", "1 month after reviewed on"),
        ("28 days after 2026-06-30", "28 days after 30 June 2026"),
        ("field open_days after 2026-06-30", "open days after 30 June 2026"),
        ("field tries in weeks after derived start", "tries, in weeks, after start"),
        ("derived steps in months before field reviewed_on", "steps, in months, before reviewed on"),
        ("parameter evidence-age before assessment date", "12 months before the date of assessment"),
        ("{total: [field headcount, 5]}", "the total of headcount and 5"),
        ("{difference: [field headcount, 5]}", "headcount less 5"),
        ("{ratio: [field turnover, field headcount]}", "turnover divided by headcount"),
        ("{sum_of: hours, in: practitioners, if_list_empty: 0}", "the sum of hours over the practitioners"),
        ("{mean_of: hours, in: practitioners, if_list_empty: 0}", "the average of hours over the practitioners"),
        ("{smallest_of: hours, in: practitioners, if_list_empty: 0}", "the smallest hours among the practitioners"),
        ("{largest_of: hours, in: practitioners, if_list_empty: 0}", "the largest hours among the practitioners"),
        ("{points_in: kpis.absence.points}", "the number of comparable points for sickness absence"),
        ("{latest_value: kpis.absence.points}", "the latest figure for sickness absence"),
        ("{earliest_value: kpis.absence.points}", "the first comparable figure for sickness absence"),
        (
            "{change_in: kpis.absence.points, noise: 1.96}",
            "the change in sickness absence since the first comparable point",
        ),
        (
            "{change_in: kpis.absence.points, since: previous, noise: 1.96}",
            "the change in sickness absence since the point before",
        ),
        ("{field: duties.fire.done}", "fire safety: done"),
        ("{derived: days-each}", "open days for each person"),
    ],
)
def test_a_value_is_said_in_words(text: str, words: str) -> None:
    assert said(text) == words


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("{days_from: field reviewed_on, to: assessment date}", ("from reviewed on", "to the date of assessment")),
        ("{months_from: field reviewed_on, to: assessment date}", ("from reviewed on", "to the date of assessment")),
        ("{months_across: kpis.absence.points}", ("comparable points", "sickness absence", "span")),
        ("{product: [field headcount, 3]}", ("headcount", "3")),
        ("{product: [50%, field headcount]}", ("50%", "headcount")),
        (
            "{earliest_of: registration.expires, in: practitioners, if_list_empty: not evidenced}",
            ("earliest expires", "practitioners"),
        ),
        (
            "{latest_of: registration.expires, in: practitioners, if_list_empty: not evidenced}",
            ("latest expires", "practitioners"),
        ),
        (
            "{sum_of: hours, in: practitioners, where: {field: role, is: clinical}, if_list_empty: 0}",
            ("hours", "where role is clinician"),
        ),
    ],
)
def test_a_longer_value_names_all_that_it_is_made_of(text: str, parts: tuple[str, ...]) -> None:
    words = said(text)
    positions = [words.index(part) for part in parts]
    assert positions == sorted(positions)


def test_a_parameter_is_said_with_its_figure_in_force() -> None:
    text = "{field: uptake, at_least: parameter registered-share}"
    assert line(text, date(2026, 3, 31)) == "uptake is at least 95%"
    assert line(text, date(2026, 4, 1)) == "uptake is at least 100%"
    assert line(text, None) == "uptake is at least 100%"


def test_a_parameter_that_is_not_yet_in_force_is_said_by_its_name() -> None:
    assert line("{field: headcount, at_least: parameter later}") == "headcount is at least later"


def test_a_parameter_as_of_another_date_says_so() -> None:
    words = said("parameter registered-share as of field reviewed_on")
    assert "reviewed on" in words, "the figure on the day of assessment is not the one that decides"


def test_a_parameter_by_factor_is_said_with_every_value_or_the_one_that_is_known() -> None:
    words = said("parameter by-size")
    assert all(part in words for part in ("by size", "small 1", "medium 2", "large 3"))
    known = Speaker(SHARED, ON, factors={"size-band": "medium"})
    assert known.value(parse_value("parameter by-size")) == "2"


def test_a_remark_says_that_failing_is_no_evidence() -> None:
    words = line("{field: headcount, at_least: 5, reason_if_not_met: too_small, otherwise: not evidenced}")
    assert words == "headcount is at least 5 (otherwise this is not evidenced)"


def test_what_is_not_stated_is_said_so() -> None:
    node = parse_value("field headcount")
    assert Speaker(SHARED, ON).plain(None, node.type) == "not stated"


def test_a_language_without_words_falls_back_to_english() -> None:
    assert Speaker(SHARED, ON, "cy").condition(condition("{field: note, is: stated}")).line() == "note is stated"


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_every_language_has_every_phrase_with_the_same_gaps(language: str) -> None:
    def gaps(phrase: str) -> set[str]:
        return {part.partition("}")[0] for part in phrase.split("{")[1:]}

    assert PHRASES[language].keys() == ENGLISH.keys()
    for name, phrase in PHRASES[language].items():
        assert gaps(phrase) == gaps(ENGLISH[name]), name


def test_a_clause_is_one_line_with_its_note_at_the_end() -> None:
    assert Clause("head", (Clause("a"), Clause("b", note="n")), "and", "m").line() == "head: a; and b (n) (m)"
    assert Clause("head", (Clause("a"),)).line() == "head: a"
    assert Clause("head").line() == "head"

"""A later edition holds only what changes: each way to say a change, and each mistake at its place."""

from __future__ import annotations

from datetime import date

import pytest

from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.tree import Quantified
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.standards.small import CRITERIA, DERIVED, FILES, PARAMETERS, RULE, criteria, rule, standard

LATER = "standards/small/2/standard.yaml"
WORDS = "standards/small/2/criteria/basic.yaml"
FIGURES = "rules/small/2/parameters.yaml"
CASES = "rules/small/2/registered/cases.yaml"
RAISED = FILES[PARAMETERS].replace("100%", "50%")


def later(make_home: MakeHome, adopts: str, **files: str) -> Edition:
    """Edition 2 of the small standard, which has the criteria "registered" and "own" in edition 1."""
    extra = f"adopts:\n  - {{standard: small, edition: '1', {adopts}}}\n"
    text = standard("small", "2", extra=extra).replace("from: 2026-01-01", "from: 2027-01-01")
    text = text.replace("evidence:", "  - {id: high, words: {en: High}}\nevidence:", 1)
    first = {CRITERIA: criteria("registered", "own"), "rules/small/1/own/rule.yaml": rule("own")}
    return load_edition(make_home({**FILES, **first, LATER: text, **files}), "small", "2")


EVERYTHING = "adopts:\n  - {standard: small, edition: '1', everything_else: true}\n"


def test_what_an_edition_rests_on_is_read_once_for_several(make_home: MakeHome) -> None:
    second = standard("small", "2", extra=EVERYTHING).replace("from: 2026-01-01", "from: 2027-01-01")
    home, known = make_home({**FILES, LATER: second}), dict[str, Edition]()
    loaded = load_edition(home, "small", "2", known=known)
    assert set(known) == {"small/1", "small/2"}
    assert load_edition(home, "small", "1", known=known) is loaded.rests_on["small/1"]


def test_what_was_read_with_a_problem_is_not_taken_for_known(make_home: MakeHome) -> None:
    second = standard("small", "2", extra=EVERYTHING).replace("from: 2026-01-01", "from: 2027-01-01")
    faulty = rule("registered", "{field: organisation.hedcount, at_least: 1}")
    home, known = make_home({**FILES, LATER: second, RULE: faulty}), dict[str, Edition]()
    for name in ("2", "1"):
        with pytest.raises(ProblemsFound, match="hedcount"):
            load_edition(home, "small", name, known=known)
    assert known == {}


def said(make_home: MakeHome, adopts: str, **files: str) -> str:
    with pytest.raises(ProblemsFound) as found:
        later(make_home, adopts, **files)
    return str(found.value)


def test_everything_else_comes_in_its_own_tier_with_the_dates_of_the_new_edition(make_home: MakeHome) -> None:
    edition = later(make_home, "everything_else: true")
    assert {id_: each.tier for id_, each in edition.criteria.items()} == {"registered": "basic", "own": "basic"}
    assert set(edition.rules) == {"registered", "own"}
    assert {each.effective.start for each in edition.criteria.values()} == {date(2027, 1, 1)}
    assert {each.decided_by for each in edition.criteria.values()} == {"small/1"}


def test_dates_of_its_own_stay_with_a_criterion(make_home: MakeHome) -> None:
    dated = criteria("registered", "own") + "    effective: {from: 2026-06-01, until: 2028-12-31}\n"
    edition = later(make_home, "everything_else: true", **{CRITERIA: dated})
    assert edition.criteria["own"].effective.start == date(2026, 6, 1)


def test_a_criterion_can_change_tier_and_obligation_or_be_left_out(make_home: MakeHome) -> None:
    changes = "everything_else: true, into: {high: [own]}, obligations: {own: credit}, leave_out: [registered]"
    edition = later(make_home, changes)
    own = edition.criteria["own"]
    assert list(edition.criteria) == ["own"]
    assert (own.tier, own.obligation, own.origin) == ("high", "credit", "small/1")


def test_words_can_be_written_anew_for_the_same_rule(make_home: MakeHome) -> None:
    words = criteria("registered").replace("It is registered.", "It is on a register.")
    edition = later(make_home, "everything_else: true, rules_of: [registered]", **{WORDS: words})
    registered = edition.criteria["registered"]
    assert registered.requirement["en"] == "It is on a register."
    assert (registered.origin, registered.decided_by) == ("small/2", "small/1")
    assert isinstance(edition.rules["registered"].met_when, Quantified)


def test_a_criterion_written_here_with_its_rule_takes_the_place_of_the_earlier_one(make_home: MakeHome) -> None:
    files = {WORDS: criteria("registered"), "rules/small/2/registered/rule.yaml": rule("registered")}
    edition = later(make_home, "everything_else: true", **files)
    assert edition.criteria["registered"].decided_by == "small/2"
    assert not isinstance(edition.rules["registered"].met_when, Quantified)


def test_words_without_a_rule_are_not_decided_by_the_earlier_rule_unless_they_say_so(make_home: MakeHome) -> None:
    found = said(make_home, "everything_else: true", **{WORDS: criteria("registered")})
    assert 'The criterion "registered" has no rule.' in found


def test_a_figure_given_anew_is_read_by_adopted_rules(make_home: MakeHome) -> None:
    files = {FIGURES: RAISED, CASES: "criterion: registered\n"}
    edition = later(make_home, "everything_else: true, redefined: [registered-share]", **files)
    values = edition.definitions.parameters["registered-share"].values
    assert [str(dated.value) for dated in values] == ["19/20", "1/2"]
    assert CASES in edition.files


@pytest.mark.parametrize(
    ("adopts", "files", "expected"),
    [
        ("leave_out: [own]", {}, '"leave_out" says something only beside "everything_else: true".'),
        ("everything_else: true, leave_out: [owns]", {}, '"small/1" has no criterion "owns".'),
        ("everything_else: true, obligations: {owns: must}", {}, '"small/1" has no criterion "owns".'),
        ("everything_else: true, rules_of: [own]", {}, 'The words of "own" are not written here.'),
        (
            "everything_else: true, rules_of: [own], obligations: {own: must}",
            {WORDS: criteria("own")},
            '"own" is written here, so this changes nothing.',
        ),
        ("everything_else: true, redefined: [share]", {}, 'no figure or derived value "share"'),
        ("everything_else: true, redefined: [registered-share]", {}, '"registered-share" is not given anew'),
        (
            "everything_else: true, redefined: [registered-share]",
            {FIGURES: RAISED},
            'The adopted rule "registered" reads "registered-share", which is given anew.',
        ),
        (
            "everything_else: true, redefined: [registered-share]",
            {FIGURES: RAISED.replace("percent", "count").replace("95%", "5").replace("50%", "6"), CASES: ""},
            '"registered-share" is of another kind here',
        ),
        (
            "everything_else: true, redefined: [size]",
            {"rules/small/2/derived.yaml": FILES[DERIVED]},
            'The adopted rule "registered" reads "size", which is given anew.',
        ),
        ("everything_else: true", {FIGURES: RAISED}, 'The parameter "registered-share" is defined twice.'),
    ],
)
def test_a_change_that_says_nothing_or_too_little_is_reported(
    make_home: MakeHome, adopts: str, files: dict[str, str], expected: str
) -> None:
    assert expected in said(make_home, adopts, **files)


def test_a_tier_that_is_gone_is_reported(make_home: MakeHome) -> None:
    text = standard("small", "2", extra="adopts:\n  - {standard: small, edition: '1', everything_else: true}\n")
    files = {**FILES, LATER: text.replace("id: basic", "id: first")}
    with pytest.raises(ProblemsFound, match='There is no tier "basic" here, where "registered" stands'):
        load_edition(make_home(files), "small", "2")

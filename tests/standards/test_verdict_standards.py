"""Standards that give a verdict: what their files must have right, each mistake at its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from ohaccredit.language.encode import encode
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.schema import submission_schema
from tests.conftest import MakeHome
from tests.standards import small
from tests.standards.paper import BESIDE, DERIVED, EXTRA, FILES, FORM, PAPER, PERIOD, SHORT_ENOUGH, STANDARD


def problems(make_home: MakeHome, changes: Mapping[str, str | None], of: Mapping[str, str] = FILES) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        load_edition(make_home({**of, **changes}), "paper" if of is FILES else "small")
    return found.value.problems


def said(make_home: MakeHome, changes: Mapping[str, str | None], of: Mapping[str, str] = FILES) -> list[str]:
    """Each problem as file:line:column, message and hint, in one line."""
    return [f"{each.place or ''} {each.message} {each.hint}".strip() for each in problems(make_home, changes, of)]


def changed(name: str, old: str, new: str) -> dict[str, str | None]:
    """The small standard with one thing changed, which must be there once."""
    assert FILES[name].count(old) == 1, old
    return {name: FILES[name].replace(old, new)}


# ── What is read ────────────────────────────────────────────────────────────────────────────────────


def test_verdicts_parts_actions_and_notices_are_what_the_files_say(make_home: MakeHome) -> None:
    edition = load_edition(make_home(FILES), "paper")
    assert edition.verdicts == {"valid": {"en": "Good"}, "query": {"en": "Ask"}, "not_valid": {"en": "Bad"}}
    assert ([tier.id for tier in edition.tiers], edition.ladder) == (["form", "period", "extra"], ())
    assert list(edition.actions) == ["nothing", "ask", "wait"]
    signed = edition.criteria["signed"]
    assert signed.code == "FORM-01"
    assert signed.notices is not None
    assert list(signed.notices.by_outcome) == ["not_met", "not_evidenced"]
    assert signed.notices.by_outcome["not_evidenced"].next == ("wait", "ask")
    assert edition.criteria["stamped"].notices is not None  # none at all, said on purpose


def test_a_standard_with_tiers_has_no_verdicts_and_is_decided_as_of_the_assessment(make_home: MakeHome) -> None:
    edition = load_edition(make_home(small.FILES), "small")
    assert (edition.verdicts, edition.actions, edition.decided_as_of) == ({}, {}, ())
    assert edition.rules_of(encode({"organisation": {"name": "x"}}, edition.record), date(2026, 6, 30)) == date(
        2026, 6, 30
    )


@pytest.mark.parametrize(
    ("evidence", "day"),
    [
        ({"paper": {"issued_on": "2024-05-01"}}, date(2024, 5, 1)),
        ({"paper": {}}, date(2026, 6, 30)),
        ({"paper": {"issued_on": "last week"}}, date(2026, 6, 30)),
        ({}, date(2026, 6, 30)),
    ],
)
def test_the_date_that_the_standard_names_says_which_rules_apply(
    make_home: MakeHome, evidence: dict[str, object], day: date
) -> None:
    edition = load_edition(make_home(FILES), "paper")
    assert edition.rules_of(encode(evidence, edition.record), date(2026, 6, 30)) == day


def test_evidence_that_is_worked_out_is_known_to_rules_and_cannot_be_handed_in(make_home: MakeHome) -> None:
    counted = "criterion: tidy\nmet_when: {field: beside.copies, at_least: 1}\n"
    edition = load_edition(make_home({**FILES, "rules/paper/1/tidy/rule.yaml": counted}), "paper")
    assert edition.evidence["beside"].computed
    evidence = submission_schema(edition)["properties"]["evidence"]  # type: ignore[index]
    assert list(evidence["properties"]) == ["paper"]
    decide = edition.compiled.on(date(2026, 1, 1))["tidy"]
    assert decide(encode({"beside": {"copies": 1}}, edition.record)).value == "met"


SAME = """\
evidence: papers
words: {en: papers}
about: {en: Every paper}
collects: many
same_fields_as: paper
privacy: staff
effort: 1
fields:
  person: {type: text, required: true, words: {en: person}}
checks: {dates_in_order: [[issued_on, last_day]]}
"""
PAPERS = "standards/evidence/papers.yaml"
LISTED = changed(STANDARD, "evidence: [paper, beside]", "evidence: [paper, beside, papers]")


def test_an_evidence_type_can_have_the_fields_of_another_and_more(make_home: MakeHome) -> None:
    edition = load_edition(make_home({**FILES, **LISTED, PAPERS: SAME}), "paper")
    papers, paper = edition.evidence["papers"], edition.evidence["paper"]
    assert set(papers.type.item.fields) == {*paper.type.fields, "person"}  # type: ignore[union-attr]
    assert papers.checks.dates_in_order == [["issued_on", "last_day"]]
    assert paper.checks.dates_in_order == []
    assert PAPER in edition.files


# ── Mistakes ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("same_fields_as: paper", "same_fields_as: papr", f'{PAPERS}:5:17 There is no evidence type "papr". Did you'),
        ("same_fields_as: paper", "same_fields_as: papers", f'{PAPERS}:5:17 There is no evidence type "papers".'),
    ],
)
def test_fields_cannot_be_those_of_nothing_or_of_itself(make_home: MakeHome, old: str, new: str, expected: str) -> None:
    (found,) = said(make_home, {**LISTED, PAPERS: SAME.replace(old, new)})
    assert found.startswith(expected)


VERDICT = FILES[STANDARD][FILES[STANDARD].index("verdict:") : FILES[STANDARD].index("parts:")]
PARTS = FILES[STANDARD][FILES[STANDARD].index("parts:") : FILES[STANDARD].index("actions:")]


def test_a_standard_has_tiers_or_gives_a_verdict(make_home: MakeHome) -> None:
    neither = small.FILES[small.STANDARD].replace("tiers:\n  - {id: basic, words: {en: Basic}}\n", "")
    found = said(make_home, {small.STANDARD: neither}, small.FILES)
    assert f'{small.STANDARD}:1:1 "tiers" is missing, or "verdict" and "parts" in its place.' in found


def test_a_standard_that_gives_a_verdict_has_parts_and_no_tiers(make_home: MakeHome) -> None:
    tiers = "tiers:\n  - {id: basic, words: {en: Basic}}\nfoundations:\n  - {id: gate, words: {en: Gate}}\n"
    found = said(make_home, {STANDARD: FILES[STANDARD] + tiers})
    assert found == [
        f'{STANDARD}:22:1 A standard that gives a verdict has no "tiers".',
        f'{STANDARD}:24:1 A standard that gives a verdict has no "foundations".',
    ]
    found = said(make_home, changed(STANDARD, PARTS, ""))
    assert f'{STANDARD}:1:1 "parts" is missing: the groups of criteria of a standard that gives a verdict.' in found


def test_parts_and_actions_belong_to_a_verdict(make_home: MakeHome) -> None:
    more = "parts:\n  - {id: form, words: {en: Form}}\nactions:\n  ask: {en: Ask}\n"
    found = said(make_home, {small.STANDARD: small.FILES[small.STANDARD] + more}, small.FILES)
    assert [each.partition(" ")[2] for each in found] == [
        '"parts" belongs to a standard that gives a verdict.',
        '"actions" belongs to a standard that gives a verdict.',
    ]


def test_a_criterion_has_the_keys_of_its_kind_of_standard(make_home: MakeHome) -> None:
    ranked = changed(EXTRA, "    notices: {}\n", "    obligation: must\n    next_step: {en: Do it}\n")
    assert said(make_home, ranked) == [
        f'{EXTRA}:3:5 "notices" is missing here.',
        f'{EXTRA}:7:5 A criterion of a standard that gives a verdict has no "obligation".',
        f'{EXTRA}:8:5 A criterion of a standard that gives a verdict has no "next_step".',
    ]
    text = small.FILES[small.CRITERIA].replace("    obligation: must\n", "    notices: {}\n")
    assert [each.partition(" ")[2] for each in said(make_home, {small.CRITERIA: text}, small.FILES)] == [
        '"obligation" is missing here.',
        'A criterion of a standard with tiers has no "notices".',
    ]


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            FORM,
            "not_met: {severity: invalid, says: {en: It is not signed.}, next: [ask]}",
            "not_met: {severity: invalid, says: {en: It is not signed.}, next: [aks]}",
            f'{FORM}:3:9 A notice of "signed" names the action "aks", which is not there. Did you mean "ask"?',
        ),
        (
            FORM,
            "{last-day}",
            "{last-dai}",
            f'{FORM}:3:9 A notice of "signed" names the derived value "last-dai", which is not there.'
            ' Did you mean "last-day"?',
        ),
        (  # a name that is no name at all must not be shown to people with its braces
            FORM,
            "{last-day}",
            "{Last day}",
            f'{FORM}:3:9 A notice of "signed" names the derived value "Last day", which is not there.'
            ' Did you mean "last-day"?',
        ),
        (  # a condition has no value to show
            FORM,
            "{last-day}",
            "{official}",
            f'{FORM}:3:9 A notice of "signed" names the derived value "official", which is not there.'
            " There is: cap, last-day.",
        ),
        (
            PERIOD,
            "one_day_over:",
            "one_day_late:",
            f'{PERIOD}:3:9 The rule of "short-enough" never gives the reason "one_day_late".'
            ' Did you mean "one_day_over"?',
        ),
        (PERIOD, "code: PER-02", "code: FORM-02", f'{PERIOD}:12:9 The code "FORM-02" is there twice.'),
        (
            STANDARD,
            "decided_as_of: paper.issued_on",
            "decided_as_of: paper.signed",
            f'{STANDARD}:8:16 "paper.signed" is no date. Write the path to a date: fit_note.issued_on.',
        ),
        (
            STANDARD,
            "decided_as_of: paper.issued_on",
            "decided_as_of: paper.issued",
            f'{STANDARD}:8:16 "paper.issued" is no date. Write the path to a date: fit_note.issued_on.',
        ),
        (
            STANDARD,
            "decided_as_of: paper.issued_on",
            "decided_as_of: paper",
            f'{STANDARD}:8:16 "paper" is no date. Write the path to a date: fit_note.issued_on.',
        ),
    ],
)
def test_what_a_standard_names_must_be_there(make_home: MakeHome, file: str, old: str, new: str, expected: str) -> None:
    assert said(make_home, changed(file, old, new)) == [expected]


def test_the_date_of_a_list_item_cannot_say_which_rules_apply(make_home: MakeHome) -> None:
    changes = {**LISTED, PAPERS: SAME}
    text = changes[STANDARD]
    assert text is not None
    changes[STANDARD] = text.replace("decided_as_of: paper.issued_on", "decided_as_of: papers.issued_on")
    (found,) = said(make_home, changes)
    assert found.startswith(f'{STANDARD}:8:16 "papers.issued_on" is no date.')


def test_a_reason_may_come_from_a_condition_that_the_rule_names(make_home: MakeHome) -> None:
    shared = FILES[DERIVED] + (
        "  just-over: {words: {en: just over}, why: A test, condition:"
        " {field: paper.last_day, is: 1 day after derived cap, reason_if_met: one_day_over}}\n"
    )
    rule = "criterion: short-enough\nmet_when: {derived: just-over}\n"
    edition = load_edition(make_home({**FILES, DERIVED: shared, SHORT_ENOUGH: rule}), "paper")
    assert "short-enough" in edition.rules


def test_a_rule_that_cannot_be_read_is_not_said_to_lack_a_reason_too(make_home: MakeHome) -> None:
    (found,) = said(make_home, changed(SHORT_ENOUGH, "on_or_before: derived cap", "on_or_before: derived cop"))
    assert 'There is no derived value "cop".' in found


def test_a_severity_is_one_of_four(make_home: MakeHome) -> None:
    found = said(make_home, changed(FORM, "severity: invalid", "severity: fatal"))
    options = "There is: 'info', 'warn', 'query' or 'invalid'."
    assert f'{FORM}:9:27 "fatal" is none of the values that may stand here. {options}' in found


def test_files_that_are_worked_out_keep_their_place_among_the_evidence(make_home: MakeHome) -> None:
    (found,) = said(make_home, changed(BESIDE, "computed: true", "computed: maybe"))
    assert found.startswith(f"{BESIDE}:5:")

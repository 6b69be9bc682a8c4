"""Two editions compared: small homes with one thing changed, and 2026 against the draft for 2027."""

from __future__ import annotations

import json
import re
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import Submission, read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.diff import Difference, as_document, difference
from ohaccredit.policy.diff_candidates import Example
from ohaccredit.policy.diff_change import Piece, pieces
from ohaccredit.policy.diff_places import place_differences, without
from ohaccredit.policy.diff_witnesses import witness_submissions
from ohaccredit.policy.moved_in_time import moved_in_time
from ohaccredit.reports.diff_view import difference_view
from ohaccredit.reports.differences import difference_html
from ohaccredit.reports.evidence_words import evidence_lines
from ohaccredit.standards.home import Home, find_home
from ohaccredit.standards.loading import load_edition
from tests.running import run_ohaccredit
from tests.standards.small import CRITERIA, DERIVED, FILES, ORGANISATION, PARAMETERS, RULE, STANDARD, criteria, rule

Files = dict[str, str]


def written(folder: Path, changed: Files) -> Home:
    """A small home with some files of its own."""
    for name, text in {**FILES, **changed}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Home(folder)


def compared(tmp_path: Path, was: Files, now: Files) -> Difference:
    """The difference of two small homes."""
    homes = written(tmp_path / "a", was), written(tmp_path / "b", now)
    one, other = ((home, load_edition(home, "small", "1")) for home in homes)
    return difference(one, other)


def decides(found: Difference) -> tuple[str, tuple[str, ...], bool]:
    """How the one criterion of a small home decides."""
    behaviour = found.behaviour("registered")
    assert behaviour is not None
    for witness in behaviour.witnesses:  # whoever reads the evidence anew comes to the same
        for edition, outcome in ((found.before, witness.was), (found.after, witness.now)):
            submission = Submission("it", witness.evidence, (), (), "")
            finding = assess(edition, submission, found.on).finding("registered")
            assert finding is not None
            assert finding.outcome is outcome
    return behaviour.result, behaviour.directions, behaviour.by_text


def kinds(found: Difference, about: str) -> list[tuple[str, str]]:
    """What changed of one sort."""
    return [(each.subject, each.kind) for each in found.changes if each.about == about]


def uptake(least: str) -> Files:
    """The criterion asks for so much uptake."""
    return {RULE: rule("registered", f"{{field: organisation.profile.uptake, {least}}}")}


def test_an_edition_does_not_differ_from_itself(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {})
    assert found.changes == ()
    assert found.criteria == ()
    assert decides(found) == ("same", (), True)


@pytest.mark.parametrize(
    ("was", "now", "directions"),
    [
        ("at_least: 50%", "at_least: 80%", ("stricter",)),
        ("at_least: 80%", "at_least: 50%", ("laxer",)),
        ("at_least: 50%", "at_most: 50%", ("stricter", "laxer")),
        ("at_least: 50%", "more_than: 50%", ("stricter",)),
    ],
)
def test_a_moved_bound_is_shown_in_each_direction(
    tmp_path: Path, was: str, now: str, directions: tuple[str, ...]
) -> None:
    found = compared(tmp_path, uptake(was), uptake(now))
    assert decides(found) == ("differs", directions, False)
    assert kinds(found, "criterion") == [("registered", "rule")]


def test_between_at_least_and_more_than_lies_just_the_bound(tmp_path: Path) -> None:
    found = compared(tmp_path, uptake("at_least: 50%"), uptake("more_than: 50%"))
    (witness,) = found.behaviours[0].witnesses
    assert witness.evidence["organisation"]["profile"]["uptake"] == 50


def test_a_rule_written_otherwise_is_shown_to_decide_the_same(tmp_path: Path) -> None:
    was = rule("registered", "{not: {field: organisation.headcount, less_than: 10}}")
    now = rule("registered", "{field: organisation.headcount, more_than: 9}")
    found = compared(tmp_path, {RULE: was}, {RULE: now})
    assert decides(found) == ("same", (), False)
    assert found.behaviours[0].scope
    assert kinds(found, "criterion") == [("registered", "rule")]


def test_a_test_that_becomes_undecided_is_neither_stricter_nor_laxer(tmp_path: Path) -> None:
    test = "{field: organisation.headcount, at_least: 10%s}"
    was, now = (rule("registered", test % more) for more in ("", ", otherwise: not evidenced"))
    assert decides(compared(tmp_path, {RULE: was}, {RULE: now})) == ("differs", ("otherwise",), False)


def test_a_change_hidden_in_a_derived_value_is_found(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {DERIVED: FILES[DERIVED].replace("at_least: 10", "at_least: 50")})
    # From 10 to 49 people the criterion applied and does not now: who failed it is fine now, and who met it still is.
    assert decides(found) == ("differs", ("laxer", "otherwise"), False)
    assert kinds(found, "derived") == [("size", "meaning")]
    assert kinds(found, "criterion") == [("registered", "reads")]
    assert all(10 <= each.evidence["organisation"]["headcount"] < 50 for each in found.behaviours[0].witnesses)


def test_a_raised_figure_is_found_behind_the_same_rule(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {PARAMETERS: FILES[PARAMETERS].replace("95%", "97%")})
    # 18 of 20 in date, one out of date, one unknown is 90% to 95%: open at 95%, surely too few at 97%.
    assert decides(found)[:2] == ("differs", ("stricter", "otherwise"))
    values = [each for each in found.changes if each.kind == "value"]
    assert [(each.subject, each.was, each.now) for each in values] == [("registered-share", "95%", "97%")]


def test_a_figure_that_changes_after_the_day_decides_the_same_on_it(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {PARAMETERS: FILES[PARAMETERS].replace("100%", "99%")})
    assert decides(found) == ("same", (), True)
    assert kinds(found, "figure") == [("registered-share", "values-by-date")]


def test_words_alone_change_no_decision(tmp_path: Path) -> None:
    found = compared(tmp_path, {}, {CRITERIA: FILES[CRITERIA].replace("It is registered.", "All are registered.")})
    assert decides(found) == ("same", (), True)
    (change,) = found.changes
    assert (change.kind, change.was, change.now) == ("requirement", "It is registered.", "All are registered.")
    assert change.pieces == (Piece("gone", "It is "), Piece("new", "All are "), Piece("kept", "registered."))


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("obligation: must", "obligation: expected", "obligation"),
        ('title: {en: "registered"}', 'title: {en: "on the register"}', "title"),
        ("next_step: {en: Do it}", "next_step: {en: Do this}", "next_step"),
        ("statements: [S-01]", "statements: [S-02]", "sources"),
        ("obligation: must", "obligation: must\n    effective: {from: 2026-01-01, until: 2026-12-31}", "dates"),
    ],
)
def test_each_change_of_a_criterion_is_named(tmp_path: Path, old: str, new: str, kind: str) -> None:
    found = compared(tmp_path, {}, {CRITERIA: FILES[CRITERIA].replace(old, new)})
    assert kinds(found, "criterion") == [("registered", kind)]


def test_added_removed_and_moved_criteria_and_tiers(tmp_path: Path) -> None:
    ladder = FILES[STANDARD].replace("words: {en: Basic}}", "words: {en: Basic}}\n  - {id: high, words: {en: High}}")
    name = "standards/small/1/criteria/high.yaml"
    was = {CRITERIA: criteria("registered", "leaves"), "rules/small/1/leaves/rule.yaml": rule("leaves")}
    now = {
        STANDARD: ladder,
        CRITERIA: criteria("comes"),
        name: criteria("registered", tier="high"),
        "rules/small/1/comes/rule.yaml": rule("comes"),
    }
    found = compared(tmp_path, was, now)
    assert sorted(kinds(found, "criterion")) == [("comes", "added"), ("leaves", "removed"), ("registered", "tier")]
    assert kinds(found, "tier") == [("high", "added")]


@pytest.mark.parametrize(
    ("old", "new", "left_out", "explained", "tiers"),
    [
        # A must that becomes expected can be explained from then on; and the other way round.
        ("obligation: must", "obligation: expected", ("practitioners",), True, ("", "basic")),
        ("obligation: expected", "obligation: must", ("practitioners",), True, ("basic", "")),
        # What counts only for an employer blocks nobody.
        ("obligation: must", "obligation: credit", ("practitioners",), False, ("", "basic")),
    ],
)
def test_a_criterion_with_another_weight_is_shown_by_an_example_without_it(
    tmp_path: Path, old: str, new: str, left_out: tuple[str, ...], explained: bool, tiers: tuple[str, str]
) -> None:
    base = criteria("registered", "staffed")
    files = {"rules/small/1/staffed/rule.yaml": rule("staffed", "{field: organisation.headcount, at_least: 1}")}
    place = base.index("obligation: must")
    texts = [base[:place] + each + base[place + len("obligation: must") :] for each in (old, new)]
    homes = [written(tmp_path / name, {**files, CRITERIA: text}) for name, text in zip("ab", texts, strict=True)]
    one, other = (load_edition(home, "small", "1") for home in homes)
    evidence = {
        "organisation": {"name": "A firm", "headcount": 12},
        "practitioners": [{"role": "clinical", "expires": "2026-06-30"}],
    }
    submission = Submission("it", evidence, (), (), "")
    example = Example("firm.json", submission, submission)
    (found,) = place_differences(one, other, [example], {}, date(2026, 1, 1))
    assert (found.turns_on, found.responsible) == ("registered", ("registered",))
    assert (found.left_out, found.explained) == (left_out, explained)
    assert (found.was, found.now) == tiers


def test_fields_are_left_out_of_every_item() -> None:
    evidence = {"a": [{"b": {"c": 1, "d": 2}}, {"b": {"c": 3}}], "e": 4}
    assert without(evidence, [("a", "b", "c"), ("e",)]) == {"a": [{"b": {"d": 2}}, {"b": {}}]}


def test_an_option_more_is_a_change_of_the_evidence(tmp_path: Path) -> None:
    more = FILES[ORGANISATION].replace("england: {en: England},", "england: {en: England}, ireland: {en: Ireland},")
    found = compared(tmp_path, {}, {ORGANISATION: more})
    assert kinds(found, "evidence") == [("organisation.nation", "field")]
    assert decides(found)[0] == "same"


def test_a_field_of_another_kind_is_not_decided(tmp_path: Path) -> None:
    text = FILES[ORGANISATION].replace("{type: percent,", "{type: count, unit: people,")
    found = compared(tmp_path, uptake("at_least: 50%"), {**uptake("at_least: 50"), ORGANISATION: text})
    behaviour = found.behaviours[0]
    assert behaviour.result == "not decided"
    assert "another kind" in behaviour.why


def test_criteria_that_are_never_in_force_together_are_not_compared(tmp_path: Path) -> None:
    ended = FILES[CRITERIA] + "    effective: {from: 2025-01-01, until: 2025-12-31}\n"
    found = compared(tmp_path, {CRITERIA: ended}, {})
    assert found.behaviours[0].result == "not compared"


def test_word_differences_give_both_sentences_back() -> None:
    was, now = "at least 75% of all people", "at least 80% of people"
    found = list(pieces(was, now))
    assert "".join(each.text for each in found if each.kind != "new") == was
    assert "".join(each.text for each in found if each.kind != "gone") == now


def test_evidence_moves_in_time_and_texts_stay() -> None:
    evidence = {"a": [{"on": "2026-12-31", "text": "on 2026-12-31"}], "b": 5}
    moved = moved_in_time(evidence, timedelta(days=1))
    assert moved == {"a": [{"on": "2027-01-01", "text": "on 2026-12-31"}], "b": 5}


@pytest.fixture(scope="module")
def of_2027() -> Difference:
    """The draft for 2027 against the edition of 2026."""
    home = find_home()
    one, other = (load_edition(home, "employer-accreditation", each) for each in ("2026", "2027"))
    return difference((home, one), (home, other))


@pytest.mark.slow
def test_2027_differs_from_2026_in_the_eight_things_it_says_and_no_other(of_2027: Difference) -> None:
    words = {"title", "requirement", "next_step"}
    subjects = {each.subject for each in of_2027.changes if each.about == "criterion"}
    assert {id_: {each.kind for each in of_2027.of_criterion(id_)} for id_ in subjects} == {
        "early-intervention-plans": {"reads"},
        "disability-counted": {"tier"},
        "national-measures": {"added"},
        "return-to-work-plans": {"reads"},
        "injury-claims-yearly": {"removed"},
        "litigation-yearly": words | {"sources"},
        "signposting": words,
        "senior-lead": {"added"},
        "health-promotion": {"requirement", "sources", "rule", "reads"},
    }
    figures = {each.subject for each in of_2027.changes if each.about == "figure"}
    assert figures == {"early-training-share", "plan-oh-share", "promotion-age"}
    assert not [each for each in of_2027.changes if each.about in ("derived", "evidence", "tier")]
    open_ = {each.criterion: each for each in of_2027.behaviours if not each.by_text}
    ways = {id_: {way for way in each.directions if way != "otherwise"} for id_, each in open_.items()}
    assert ways == {
        "early-intervention-plans": {"stricter"},
        "return-to-work-plans": {"stricter"},
        "health-promotion": {"laxer"},
    }
    assert not any(each.undecided for each in open_.values())
    (plans,) = [each for each in open_["return-to-work-plans"].witnesses if each.direction == "stricter"]
    assert plans.evidence["organisation"]["headcount"] >= 250
    json.dumps(as_document(of_2027))


@pytest.mark.slow
def test_each_change_of_2027_that_can_move_anybody_is_shown_by_an_employer(of_2027: Difference) -> None:
    # The office firm at Expert loses what hangs on a must at Basic, and all but Basic without Intermediate's.
    because = {each.responsible[0]: (each.was, each.now) for each in of_2027.tiers if len(each.responsible) == 1}
    assert because == {
        "return-to-work-plans": ("advanced", "basic"),  # the health board has a part by occupational health in 8 of 10
        "early-intervention-plans": ("expert", ""),
        "health-promotion": ("", "expert"),
        "senior-lead": ("expert", ""),
        "injury-claims-yearly": ("basic", "expert"),
        "disability-counted": ("intermediate", "basic"),
    }


@pytest.mark.slow
def test_what_shows_the_differences_of_2027_can_be_assessed_by_anybody(of_2027: Difference) -> None:
    files, left_out = witness_submissions(of_2027)
    assert left_out == ()
    seen = {}
    for name, document in files.items():
        source = read_json(json.dumps(document).encode(), name)
        seen[name] = [
            assess(edition, read_submission(source, edition), of_2027.on) for edition in (of_2027.before, of_2027.after)
        ]
    for each in of_2027.tiers:
        name = each.turns_on or each.example.removesuffix(".json")
        tiers = [assessment.tier.id if assessment.tier else "" for assessment in seen[f"{name}-tier"]]
        assert tiers == [each.was, each.now]
    for behaviour in of_2027.behaviours:
        for witness in behaviour.witnesses:
            one, other = (a.finding(behaviour.criterion) for a in seen[f"{behaviour.criterion}-{witness.direction}"])
            assert one is not None
            assert other is not None
            assert (one.outcome, other.outcome) == (witness.was, witness.now)


def test_without_the_solver_what_lies_ready_is_tried_and_the_rest_is_not_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    for name in [*sys.modules]:
        if name == "ohaccredit.policy.diff_solve" or name.startswith("ohaccredit.language.solve"):
            monkeypatch.delitem(sys.modules, name)
    behaviour = compared(tmp_path, uptake("at_least: 50%"), uptake("at_least: 80%")).behaviours[0]
    assert behaviour.result == "not decided"
    assert behaviour.undecided == ("stricter", "laxer", "otherwise")
    assert behaviour.why.startswith("The solver is not installed.")


# ── The command ──


def test_the_command_says_it_in_words_and_as_json(tmp_path: Path) -> None:
    homes = [written(tmp_path / each, uptake(f"at_least: {least}%")).root for each, least in (("a", 50), ("b", 80))]
    run = run_ohaccredit("--home", homes[0], "rules", "diff", "small/1", "--home-b", homes[1])
    assert run.code == 0, run.err
    assert "Stricter for some. Never laxer within the scope." in re.sub(r"\x1b\[\d*m", "", run.out)
    assert "[-50%-] {+80%+}" in run.out
    run = run_ohaccredit("--home", homes[0], "rules", "diff", "small/1", "small/1", "--home-b", homes[1], "--json")
    (behaviour,) = json.loads(run.out)["behaviour"]
    assert behaviour["directions"] == ["stricter"]


@pytest.mark.slow
def test_the_page_marks_what_went_and_what_came(of_2027: Difference) -> None:
    assert "<del>75%</del>" in difference_html(difference_view(of_2027), find_home())


def test_the_witnesses_are_written_as_submissions_on_request(tmp_path: Path) -> None:
    homes = [written(tmp_path / each, uptake(f"at_least: {least}%")).root for each, least in (("a", 50), ("b", 80))]
    folder = tmp_path / "witnesses"
    run = run_ohaccredit("--home", homes[0], "rules", "diff", "small/1", "--home-b", homes[1], "--witnesses", folder)
    assert run.code == 0, run.err
    (file,) = folder.iterdir()
    assert file.name == "registered-stricter.json"
    assert "1 submission in" in run.out
    outcomes = []
    for home in homes:
        result = run_ohaccredit("--home", home, "assess", file, "--edition", "1", "--on", "2026-01-01", "--json")
        outcomes += [each["outcome"] for each in json.loads(result.out)["findings"]]
    assert outcomes == ["met", "not_met"]
    (tmp_path / "taken").write_text("")
    taken = ("--home-b", homes[1], "--witnesses", tmp_path / "taken")
    assert run_ohaccredit("--home", homes[0], "rules", "diff", "small/1", *taken).code == 2


# ── In words ──


def test_evidence_is_said_in_the_words_of_its_types(tmp_path: Path) -> None:
    edition = load_edition(written(tmp_path, {}), "small", "1")
    evidence = {
        "organisation": {"nation": "england", "headcount": 1200, "profile": {"uptake": 12.5}},
        "practitioners": [{"role": "clinical", "expires": "2026-06-30"}],
    }
    assert list(evidence_lines(evidence, edition)) == [
        ("the organisation: nation", "England"),
        ("the organisation: people employed", "1,200"),
        ("the organisation: profile: uptake", "12.5%"),
        ("practitioners, item 1: role", "clinician"),
        ("practitioners, item 1: end of registration", "30 June 2026"),
    ]
    assert list(evidence_lines({}, edition)) == []


@pytest.mark.slow
def test_a_standard_that_gives_a_verdict_is_compared_without_tiers(home: Home, tmp_path: Path) -> None:
    for folder in ("standards", "rules"):
        shutil.copytree(home.root / folder, tmp_path / folder)
    figures = tmp_path / "rules/fit-note/2026/parameters.yaml"
    figures.write_text(figures.read_text().replace("from: 2010-04-06, value: 3,", "from: 2010-04-06, value: 2,", 1))
    other = Home(tmp_path)
    found = difference((home, load_edition(home, "fit-note", "2026")), (other, load_edition(other, "fit-note", "2026")))
    read_it = {"three-months-at-most", "law-and-guidance-agree"}
    assert {each.criterion for each in found.behaviours if not each.by_text} == read_it
    behaviour = found.behaviour("three-months-at-most")
    assert behaviour is not None
    assert "stricter" in behaviour.directions
    view = difference_view(found)
    assert view.tiers == ()
    assert view.before != view.after


@pytest.mark.slow
def test_what_counts_and_never_against_is_said_to_move_nobody(of_2027: Difference) -> None:
    views = {each.id: each for each in difference_view(of_2027).criteria}
    assert "never against" in views["national-measures"].no_tier
    assert views["signposting"].no_tier == ""
    assert views["signposting"].behaviour == "Decides the same: neither the rule nor what it reads differs."


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (("2026", "employer-accreditation/2029"), 'has no edition "2029"'),
        (("nonsense/2026", "2027"), 'There is no standard "nonsense"'),
        (("employer-accreditation", "2027"), 'has no edition "employer-accreditation"'),
        (("employer-accreditation/", "2027"), "Write the standard and the edition"),
        (("", "2027"), "Write the standard and the edition"),
        (("2026", "employer-accreditation/2026"), "named twice"),
        (("2026",), "Name a second edition"),
    ],
)
def test_bad_names_are_told(names: tuple[str, ...], said: str) -> None:
    run = run_ohaccredit("rules", "diff", *names)
    assert (run.code, said in run.err) == (2, True), run.err


def test_editions_of_two_standards_are_not_compared(home: Home) -> None:
    editions = [load_edition(home, name, "2026") for name in ("employer-accreditation", "oh-provider-baseline")]
    with pytest.raises(ProblemsFound) as wrong:
        difference((home, editions[0]), (home, editions[1]))
    assert "two standards" in wrong.value.problems[0].message

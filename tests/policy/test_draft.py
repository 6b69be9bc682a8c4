"""Drafting: one file, which takes over everything and is nobody's decision yet; and the draft for 2027."""

from __future__ import annotations

import pytest

from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.cases import load_cases, run_case
from ohaccredit.policy.check import check_home
from ohaccredit.policy.draft import write_draft
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.policy.lives import HOME
from tests.running import run_ohaccredit


def test_a_draft_is_one_file_that_takes_over_everything(make_home: MakeHome) -> None:
    home = make_home(HOME)
    before = load_edition(home, "small", "1")
    path = write_draft(home, before, "2")
    text = path.read_text()
    assert {home.name(each) for each in home.standards.glob("small/2/*")} == {"standards/small/2/standard.yaml"}
    assert not (home.rules / "small/2").exists()
    assert "in_force: {from: 2027-01-01}\ndraft: true\n" in text
    draft = load_edition(home, "small", "2")
    assert (draft.draft, draft.criteria.keys(), draft.rules) == (True, before.criteria.keys(), before.rules)
    assert check_home(home)[1] == []


def test_the_command_says_what_to_edit(make_home: MakeHome) -> None:
    home = make_home(HOME)
    result = run_ohaccredit("--home", home.root, "rules", "draft", "small", "1", "2", "--from-day", "2026-06-01")
    assert result.code == 0, result.err
    assert "standards/small/2/standard.yaml" in result.out
    assert "leave_out: [criterion]" in result.out
    assert load_edition(home, "small", "2").in_force.start.isoformat() == "2026-06-01"


@pytest.mark.parametrize(
    ("to", "expected"), [("1", "is there already"), ("../x", "cannot be the name"), ("", "cannot be the name")]
)
def test_a_draft_does_not_write_over_anything(make_home: MakeHome, to: str, expected: str) -> None:
    home = make_home(HOME)
    with pytest.raises(ProblemsFound, match=expected):
        write_draft(home, load_edition(home, "small", "1"), to)


def test_a_draft_begins_after_the_edition_it_follows(make_home: MakeHome) -> None:
    home = make_home(HOME)
    edition = load_edition(home, "small", "1")
    with pytest.raises(ProblemsFound, match="a later edition begins later"):
        write_draft(home, edition, "2", edition.in_force.start)
    assert not (home.standards / "small/2").exists()


def test_the_draft_for_2027_changes_what_its_head_says_and_nothing_else(home: Home) -> None:
    now, then = (load_edition(home, "employer-accreditation", edition) for edition in ("2026", "2027"))
    assert then.draft
    assert now.criteria.keys() - then.criteria.keys() == {"injury-claims-yearly"}
    assert then.criteria.keys() - now.criteria.keys() == {"national-measures", "senior-lead"}
    both = now.criteria.keys() & then.criteria.keys()
    assert {id_ for id_ in both if now.criteria[id_].tier != then.criteria[id_].tier} == {"disability-counted"}
    assert {id_ for id_ in both if now.criteria[id_].requirement != then.criteria[id_].requirement} == {
        "litigation-yearly",
        "signposting",
        "health-promotion",
    }
    assert {id_ for id_ in both if now.rules[id_] != then.rules[id_]} == {"health-promotion"}
    figures = now.definitions.parameters
    changed = {name for name, each in then.definitions.parameters.items() if each != figures.get(name)}
    assert changed == {"early-training-share", "plan-oh-share", "promotion-age"}
    assert then.definitions.derived == now.definitions.derived


def test_the_cases_of_2027_come_out_as_they_were_worked_out(home: Home) -> None:
    edition = load_edition(home, "employer-accreditation", "2027")
    problems: list[object] = []
    cases = load_cases(home, edition, problems)  # type: ignore[arg-type]
    assert set(cases) == {
        "early-intervention-plans",
        "health-promotion",
        "national-measures",
        "return-to-work-plans",
        "senior-lead",
    }
    assert [result.said for group in cases.values() for case in group if (result := run_case(edition, case)).said] == []
    assert problems == []

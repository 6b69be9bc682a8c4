"""The standing of an edition on a day, which edition is taken, and what one decides before its first day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.publish import prepare_publication, publish, withdraw
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.standing import standing_of
from tests.conftest import MakeHome
from tests.policy.lives import HOME
from tests.running import run_ohaccredit
from tests.standards.small import PARAMETERS, STANDARD, standard

LATER = "standards/small/2/standard.yaml"
ADOPTS = "adopts:\n  - {standard: small, edition: '1', everything_else: true}\nshares: common/1\n"


def two(make_home: MakeHome, extra: str = "") -> Home:
    """Edition 1 for 2026, edition 2 from 2027 on."""
    first = standard("small", extra="shares: common/1\n").replace(
        "{from: 2026-01-01}", "{from: 2026-01-01, until: 2026-12-31}"
    )
    later = standard("small", "2", extra=ADOPTS + extra).replace("from: 2026-01-01", "from: 2027-01-01")
    return make_home({**HOME, STANDARD: first, LATER: later})


@pytest.mark.parametrize(
    ("edition", "on", "state"),
    [
        ("1", date(2025, 12, 31), "upcoming"),
        ("1", date(2026, 1, 1), "in_force"),
        ("1", date(2026, 12, 31), "in_force"),
        ("1", date(2027, 1, 1), "ended"),
        ("2", date(2026, 9, 30), "upcoming"),
        ("2", date(2026, 10, 1), "dry_run"),
        ("2", date(2026, 11, 30), "dry_run"),
        ("2", date(2026, 12, 1), "upcoming"),
        ("2", date(2027, 1, 1), "in_force"),
    ],
)
def test_the_standing_follows_from_the_dates(make_home: MakeHome, edition: str, on: date, state: str) -> None:
    home = two(make_home, "dry_run: {from: 2026-10-01, until: 2026-11-30}\n")
    standing = standing_of(load_edition(home, "small", edition), on)
    assert standing.state == state
    assert standing.carries_award is (state == "in_force")
    assert ("No award can rest on it" in standing.says("en")) is (state != "in_force")


def test_a_draft_is_taken_only_by_name_and_never_carries_an_award(make_home: MakeHome) -> None:
    home = two(make_home, "draft: true\n")
    for on in (None, date(2026, 6, 30), date(2027, 6, 30)):
        assert load_edition(home, "small", on=on).edition == "1"
    draft = load_edition(home, "small", "2", on=date(2027, 6, 30))
    assert standing_of(draft, date(2027, 6, 30)).state == "draft"


def test_a_withdrawn_edition_is_taken_only_by_name_from_that_day_on(make_home: MakeHome) -> None:
    home = make_home(HOME)
    edition = load_edition(home, "small")
    publish(home, prepare_publication(home, edition, [], on=date(2026, 11, 22), by="A", why="B", program="1"))
    withdraw(home, load_edition(home, "small"), on=date(2026, 12, 1), by="B", because="A figure was wrong")
    before, after = date(2026, 11, 30), date(2026, 12, 1)
    assert standing_of(load_edition(home, "small", on=before), before).state == "in_force"
    with pytest.raises(ProblemsFound, match="neither a draft nor withdrawn") as found:
        load_edition(home, "small", on=after)
    assert "asked for by name: 1" in str(found.value)
    said = standing_of(load_edition(home, "small", "1", on=after), after).says("en")
    assert said == "Withdrawn on 2026-12-01: A figure was wrong. No award can rest on it any longer."


def assess(home: Home, tmp_path: Path, *arguments: str, on: str) -> str:
    file = tmp_path / "submission.json"
    evidence = {
        "organisation": {"name": "F", "headcount": 10},
        "practitioners": [{"role": "clinical", "expires": "2027-06-30"}] * 19
        + [{"role": "clinical", "expires": "2026-01-01"}],
    }
    file.write_text(json.dumps({"standard": "small", "evidence": evidence}))
    result = run_ohaccredit("--home", home.root, "assess", file, "--on", on, *arguments)
    assert result.code == 0, result.err
    return result.out


def test_what_is_not_in_force_is_labelled_everywhere(make_home: MakeHome, tmp_path: Path) -> None:
    home = two(make_home, "dry_run: {from: 2026-10-01, until: 2026-12-31}\n")
    said = "Dry run: this edition is in force from 2027-01-01 on. No award can rest on it before."
    assert said in " ".join(assess(home, tmp_path, "--edition", "2", on="2026-11-22").split())
    assert json.loads(assess(home, tmp_path, "--edition", "2", "--json", on="2026-11-22"))["standing"] == "dry_run"
    assert json.loads(assess(home, tmp_path, "--json", on="2026-11-22"))["standing"] == "in_force"
    assert "No award" not in assess(home, tmp_path, on="2026-11-22")


def test_the_report_says_it_too(home: Home, tmp_path: Path) -> None:
    file = Path(__file__).parents[2] / "examples/office-firm-basic.json"
    page = tmp_path / "report.html"
    run_ohaccredit("assess", file, "--on", "2026-11-22", "--edition", "2027", "--html", page)
    assert "Draft: this edition has not been decided on. No award can rest on it." in page.read_text()
    run_ohaccredit("assess", file, "--on", "2026-11-22", "--html", page)
    assert "No award can rest on it" not in page.read_text()


def outcome(home: Home, tmp_path: Path, edition: str, on: str) -> str:
    (finding,) = json.loads(assess(home, tmp_path, "--edition", edition, "--json", on=on))["findings"]
    return str(finding["outcome"])


def test_before_its_first_day_an_edition_decides_by_the_figures_of_that_day(
    make_home: MakeHome, tmp_path: Path
) -> None:
    # 19 of 20 is 95 %: enough under edition 1 in March, not under edition 2, whose figure is 96 % from its first day.
    home = two(make_home, "")
    adopts = ADOPTS.replace("true}", "true, redefined: [registered-share]}")
    later = standard("small", "2", extra=adopts).replace("from: 2026-01-01", "from: 2027-01-01")
    figures = (HOME[PARAMETERS] or "").replace("2026-01-01, value: 95%", "2027-01-01, value: 96%")
    figures = figures.replace("2026-04-01, value: 100%", "2028-01-01, value: 50%")
    cases = (HOME["rules/small/1/registered/cases.yaml"] or "").replace("2026-06", "2027-06")
    (home.root / LATER).write_text(later)
    (home.rules / "small/2/registered").mkdir(parents=True)
    (home.rules / "small/2/parameters.yaml").write_text(figures)
    (home.rules / "small/2/registered/cases.yaml").write_text(cases)
    assert outcome(home, tmp_path, "1", "2026-03-01") == "met"
    assert outcome(home, tmp_path, "2", "2026-03-01") == "not_met"
    tried = load_edition(home, "small", "2").tried_on(date(2026, 3, 1))
    assert tried.criteria["registered"].in_force(date(2026, 3, 1))
    assert tried.tried_on(date(2027, 1, 1)) is tried
    assert tried.digest == load_edition(home, "small", "2").digest

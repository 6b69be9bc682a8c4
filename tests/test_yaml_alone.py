"""A policy team adds a criterion with a new kind of evidence by editing YAML: nothing else changes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running import Run, run_ohaccredit

ROOT = Path(__file__).resolve().parent.parent

EVIDENCE = """
evidence: quiet_rooms
words: {en: quiet rooms}
about: {en: Rooms in which people can rest.}
collects: many
privacy: organisation
effort: 1
fields:
  site: {type: text, words: {en: site}}
  opened_on: {type: date, words: {en: day on which the room was opened}}
  places: {type: count, unit: places, words: {en: number of places in the room}}
"""

CRITERION = """
tier: basic
criteria:
  - id: quiet-room
    title: {en: A room to rest}
    requirement: {en: There is at least one room with two places or more in which people can rest.}
    obligation: must
    statements: [L1-01]
    next_step: {en: Open a room with two places.}
"""

RULE = """
criterion: quiet-room
met_when:
  some: quiet_rooms
  satisfying:
    all:
      - {field: opened_on, on_or_before: assessment date}
      - {field: places, at_least: 2}
  if_list_empty: not met
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the published files with one evidence type, one criterion and one rule added."""
    home = tmp_path_factory.mktemp("home")
    for folder in ("standards", "rules", "templates"):
        shutil.copytree(ROOT / folder, home / folder)
    (home / "standards/evidence/quiet_rooms.yaml").write_text(EVIDENCE)
    edition = home / "standards/employer-accreditation/2026"
    (edition / "criteria/added.yaml").write_text(CRITERION)
    standard = (edition / "standard.yaml").read_text()
    (edition / "standard.yaml").write_text(standard.replace("evidence: [", "evidence: [quiet_rooms, "))
    rule = home / "rules/employer-accreditation/2026/quiet-room"
    rule.mkdir()
    (rule / "rule.yaml").write_text(RULE)
    return home


@pytest.fixture(scope="module")
def assess(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Run]:
    folder = tmp_path_factory.mktemp("submission")

    def call(places: int, *arguments: str, command: str = "assess") -> Run:
        submission = folder / "in.json"
        room = {"site": "Cardiff", "opened_on": "2026-01-05", "places": places}
        submission.write_text(json.dumps({"standard": "employer-accreditation", "evidence": {"quiet_rooms": [room]}}))
        return run_ohaccredit("--home", str(home), command, str(submission), *arguments, "--on", "2026-06-30")

    return call


def finding(run: Run) -> dict[str, object]:
    found: dict[str, object] = next(f for f in json.loads(run.out)["findings"] if f["criterion"] == "quiet-room")
    return found


@pytest.mark.slow
def test_the_schema_asks_for_the_new_evidence(home: Path) -> None:
    schema = json.loads(run_ohaccredit("--home", str(home), "standards", "schema", "employer-accreditation").out)
    item = schema["$defs"]["quiet_rooms"]["items"]["properties"]
    assert item["places"]["type"] == "integer"
    assert item["opened_on"]["format"] == "date"


@pytest.mark.parametrize(("places", "outcome"), [(2, "met"), (1, "not_met")])
def test_the_result_decides_the_new_criterion(assess: Callable[..., Run], places: int, outcome: str) -> None:
    found = finding(assess(places, "--json"))
    assert (found["outcome"], found["tier"], found["obligation"]) == (outcome, "basic", "must")


def test_the_explanation_says_the_new_rule_in_words(assess: Callable[..., Run]) -> None:
    said = " ".join(assess(1, "quiet-room", command="explain").out.split())
    assert "number of places in the room is at least 2" in said
    assert "Open a room with two places." in said
    assert "quiet rooms, item 1" in said


def test_the_report_shows_the_new_criterion(assess: Callable[..., Run], tmp_path: Path) -> None:
    assert assess(1, "--html", str(tmp_path / "report.html")).code == 0
    page = (tmp_path / "report.html").read_text()
    assert "A room to rest" in page
    assert "number of places in the room" in page


def test_the_checker_asks_for_the_cases_of_the_new_rule(home: Path) -> None:
    result = run_ohaccredit("--home", str(home), "rules", "check", "employer-accreditation")
    assert result.code == 1
    assert "quiet-room/cases.yaml" in result.err

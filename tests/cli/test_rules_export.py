"""`ohaccredit rules export`: each rule as CEL text, or the reason why there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.assessment.homes import small_home
from tests.running import Run, run_ohaccredit

MANY = "{field: facts.many, at_least: 10000000000000000000}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = small_home(tmp_path, extra={"too-many": MANY}).root
    facts = root / "standards/evidence/facts.yaml"
    facts.write_text(facts.read_text() + "  many: {type: count, unit: people, words: {en: how many}}\n")
    return root


def export(home: Path, *arguments: object) -> Run:
    return run_ohaccredit("--home", home, "rules", "export", *arguments)


def by_id(run: Run) -> dict[str, dict[str, Any]]:
    document = json.loads(run.out)
    return {each["criterion"]: each for each in document["criteria"]}


def test_every_criterion_has_its_text_or_the_reason(home: Path) -> None:
    run = export(home, "small", "--on", "2026-06-30")
    assert run.code == 0, run.err
    assert "small/1 in CEL, as it is on 2026-06-30" in run.out
    assert (
        "top-if-large: top-if-large\n  applies when\n    evidence.facts.large\n  met when\n    evidence.facts.top"
        in run.out
    )
    assert "too-many: too-many\n  Not written: CEL cannot say a figure beyond 64 bits." in run.out
    assert run.out.endswith("Written: 7 of 8 rules.\n")


def test_one_json_document_says_how_to_read_the_texts(home: Path) -> None:
    run = export(home, "small", "--edition", "1", "--on", "2026-06-30", "--format", "cel", "--json")
    document = json.loads(run.out)
    assert {key: document[key] for key in ("edition", "on", "format", "variable")} == {
        "edition": "small/1",
        "on": "2026-06-30",
        "format": "cel",
        "variable": "evidence",
    }
    assert document["extensions"] == ["lists", "math", "sets", "strings"]
    criteria = by_id(run)
    assert criteria["basics"]["met_when"] == "evidence.facts.basic"
    assert criteria["basics"]["applies_when"] is criteria["basics"]["why_not"] is None
    assert criteria["too-many"]["met_when"] is None
    assert criteria["too-many"]["why_not"] == "CEL cannot say a figure beyond 64 bits"


def test_one_criterion_alone(home: Path) -> None:
    run = export(home, "small", "--criterion", "gate-open", "--on", "2026-06-30")
    assert run.out == (
        "small/1 in CEL, as it is on 2026-06-30\n\ngate-open: gate-open\n  met when\n    evidence.facts.gate\n\n"
        "Written: 1 of 1 rule.\n"
    )


def test_a_day_before_the_edition_is_in_force_is_tried_out(home: Path) -> None:
    assert by_id(export(home, "small", "--on", "2025-06-30", "--json"))["basics"]["met_when"] == "evidence.facts.basic"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nothing",), 'There is no standard "nothing".'),
        (("small", "--criterion", "gate-opened"), 'small/1 has no criterion "gate-opened".'),
        (("small", "--on", "30/06/2026"), '"30/06/2026" is not a date'),
        (("small", "--format", "rego"), "'rego' is not 'cel'"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_exits_with_2(home: Path, arguments: tuple[str, ...], says: str) -> None:
    run = export(home, *arguments)
    assert (run.code, says in run.err) == (2, True), run.err
    assert run.out == ""

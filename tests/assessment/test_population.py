"""A population comes out as its submissions do one by one: examples, and random variations of them."""

from __future__ import annotations

import json
import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")
pytest.importorskip("pyarrow")

import pyarrow as pa

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.population import Line, Population
from ohaccredit.assessment.prepare import Assurance
from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from tests.assessment import homes

ON = date(2026, 11, 22)
EXAMPLES = Path(__file__).parents[2] / "examples"
SMALL = sorted(path for path in EXAMPLES.glob("*.json"))
ASSURANCES: tuple[Assurance, ...] = ("declared", "verified")


@cache
def edition(standard: str = "employer-accreditation") -> Edition:
    return load_edition(find_home(None), standard, on=ON)


@cache
def population(assurance: Assurance, modules: tuple[str, ...] = ()) -> Population:
    return Population(edition(), ON, assurance=assurance, modules=modules)


def example(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return content


def differences(made: Population, contents: list[Any]) -> list[str]:
    """Where the rows of a population differ from what `assess` says of each submission."""
    lines = [Line(number, json.dumps(content).encode()) for number, content in enumerate(contents, 1)]
    rows = made.assess_lines(lines).to_pylist()
    assert [row["row"] for row in rows] == [line.number for line in lines]
    found: list[str] = []
    for row, line in zip(rows, lines, strict=True):
        try:
            submission = read_submission(read_json(line.json(), "one"), made.edition)
        except ProblemsFound as problems:
            if [error["message"] for error in row["errors"] or []] != [each.message for each in problems.problems]:
                found.append(f"{line.number}: errors {row['errors']}")
            continue
        one = assess(made.edition, submission, made.on, assurance=made.assurance, modules=made.modules)
        if row["errors"] is not None:
            found.append(f"{line.number}: {row['errors']}")
        found += [f"{line.number}: {each}" for each in _differ(row, one, made)]
    return found


def _differ(row: dict[str, Any], one: Assessment, made: Population) -> list[str]:
    outcomes = {finding.criterion.id: finding.outcome.value for finding in one.findings}
    wanted = {
        **{criterion: outcomes.get(criterion) for criterion in made.edition.criteria if criterion in row},
        "tier": one.tier.id if one.tier else None,
        "in_the_way": len(one.blocking),
        "explained": [finding.criterion.id for finding in one.findings if finding.explanation is not None],
    }
    assert set(outcomes) <= set(row)
    return [f"{name}: {row[name]} instead of {value}" for name, value in wanted.items() if row[name] != value]


# ── Examples ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("assurance", ASSURANCES)
def test_the_examples_come_out_as_one_by_one(assurance: Assurance) -> None:
    contents = [json.loads(path.read_bytes()) for path in SMALL]
    assert differences(population(assurance), contents) == []


def test_the_examples_reach_the_tiers_that_their_names_say() -> None:
    lines = [Line(1, (EXAMPLES / f"office-firm-{name}.json").read_bytes()) for name in ("basic", "advanced", "expert")]
    rows = population("declared").assess_lines(lines).to_pylist()
    assert [row["tier"] for row in rows] == ["basic", "advanced", "expert"]
    assert [row["in_the_way"] for row in rows][-1] == 0


def test_every_rule_of_every_edition_is_decided_in_columns_unless_its_edition_goes_by_a_date_in_the_evidence() -> None:
    for standard in ("employer-accreditation", "oh-provider-baseline", "health-at-work"):
        roads = Population(edition(standard), ON).roads
        assert [road for road in roads if not road.as_expression] == []
        assert len(roads) == len(edition(standard).rules)
    assert not any(road.as_expression for road in Population(edition("fit-note"), ON).roads)


def test_an_edition_that_goes_by_a_date_in_the_evidence_is_assessed_one_by_one() -> None:
    notes = sorted((EXAMPLES / "fit-notes").glob("*.json"))[:5]
    contents = [json.loads(path.read_bytes()) for path in notes]
    assert contents
    assert differences(Population(edition("fit-note"), ON), contents) == []


# ── What is decided one by one ──────────────────────────────────────────────────────────────────────


def test_evidence_for_another_standard_inside_a_submission_is_assessed_with_it() -> None:
    made = population("declared")
    provider = json.loads((EXAMPLES / "providers" / "regional-service-met.json").read_bytes())
    content = example("office-firm-basic")
    content["evidence"]["providers"][0]["baseline"] = {"evidence": provider["evidence"]}
    assert differences(made, [content, example("office-firm-basic")]) == []


@pytest.mark.parametrize("figure", [10**9, 10**9 + 1, 10**18, 10**25])
def test_a_figure_too_large_for_a_column_does_not_disturb_the_other_rows(figure: int) -> None:
    content = example("micro-firm-starting")
    content["evidence"]["organisation"]["headcount"] = figure
    assert differences(population("declared"), [example("micro-firm-starting"), content, content]) == []


RATIOS = "{mean_of: {ratio: [field answered, field asked]}, in: people, if_list_empty: 0%, at_least: 50%}"
IDENTIFYING = "{every: people, satisfying: {field: identifying, at_least: 12}, if_list_empty: not met}"


@pytest.mark.parametrize("assurance", ASSURANCES)
def test_a_rule_that_is_no_expression_is_decided_row_by_row_from_what_counts(
    tmp_path: Path, assurance: Assurance, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = homes.small_edition(tmp_path, extra={"mean-answered": RATIOS, "enough": IDENTIFYING})
    made = Population(small, homes.ON, assurance=assurance)
    assert {road.criterion: road.why for road in made.roads if not road.as_expression} == {
        "mean-answered": "a ratio is worked out for each item and then brought together"
    }
    people = [
        {"asked": 100, "answered": 50, "status": "accepted"},
        {"asked": 100, "answered": 49, "status": "accepted"},
        {"asked": 100, "answered": 10, "status": "rejected"},
        {"asked": 100, "answered": -10, "status": "accepted"},
        {"asked": 100, "answered": 90},
    ]
    contents = [{"evidence": {"people": people[:size]}} for size in range(6)]
    assert differences(made, contents) == []
    monkeypatch.delattr("ohaccredit.assessment.population.assess")  # no row is assessed by itself for that one rule
    text = json.dumps({"evidence": {"people": people[:2]}}).encode()
    (found,) = made.assess_lines([Line(1, text)]).to_pylist()
    assert found["mean-answered"] == "not_met"  # 49.5%
    columns = pa.RecordBatch.from_pylist([json.loads(text)])
    assert made.assess_columns(1, columns).to_pylist() == [found]


# ── What counts ─────────────────────────────────────────────────────────────────────────────────────


def _outcome(small: Edition, person: dict[str, Any], assurance: Assurance = "declared") -> str:
    lines = [Line(1, json.dumps({"evidence": {"people": [person]}}).encode())]
    found = Population(small, homes.ON, assurance=assurance).assess_lines(lines).to_pylist()
    outcome: str = found[0]["enough"]
    return outcome


def test_what_does_not_count_is_left_undecided(tmp_path: Path) -> None:
    """The rule asks of every person that 12 or more identify; the floor for such counts is 10."""
    small = homes.small_edition(tmp_path, extra={"enough": IDENTIFYING})
    assert _outcome(small, {"identifying": 12}) == "met"
    assert _outcome(small, {"identifying": 11}) == "not_met"
    assert _outcome(small, {"identifying": 10}) == "not_met"
    assert _outcome(small, {"identifying": 9}) == "not_evidenced"  # below the floor
    assert _outcome(small, {"identifying": 0}) == "not_met"
    assert _outcome(small, {"identifying": -1}) == "not_evidenced"  # impossible
    assert _outcome(small, {"identifying": 12, "answered": 21}) == "not_evidenced"  # nine others: tells as much
    assert _outcome(small, {"identifying": 12, "answered": 22}) == "met"
    assert _outcome(small, {"identifying": 12, "answered": 12}) == "met"
    assert _outcome(small, {"identifying": 12, "status": "rejected"}) == "not_evidenced"
    assert _outcome(small, {"identifying": 12}, "verified") == "not_evidenced"
    assert _outcome(small, {"identifying": 12, "status": "accepted"}, "verified") == "met"


@pytest.mark.parametrize("assurance", ASSURANCES)
def test_small_submissions_of_every_kind_come_out_as_one_by_one(tmp_path: Path, assurance: Assurance) -> None:
    small = homes.small_edition(tmp_path, extra={"enough": IDENTIFYING})
    chance = random.Random(assurance)

    def some(**fields: list[Any]) -> dict[str, Any]:
        return {name: chance.choice(values) for name, values in fields.items() if chance.random() < 0.95}

    figures = [*[0, 1, 9, 10, 12, 19, 21, 22, 31, -1], *[12] * 30]
    statuses = [*["accepted"] * 12, "declared", "rejected"]
    yes_no = [*[True] * 12, False]
    contents = []
    for _ in range(600):
        people = [
            some(asked=figures, answered=figures, identifying=figures, status=statuses)
            for _ in range(chance.randrange(1, 3))
        ]
        facts = some(**dict.fromkeys(("basic", "gate", "middle", "middle_extra", "top", "large", "bonus"), yes_no))
        evidence = {"facts": {**facts, **some(status=statuses)}, "people": people}
        said = [
            {
                "criterion": chance.choice(["middle-must", "middle-expected", "middle-credit", "basics"]),
                "claim": chance.choice(["explained", "not-applicable"]),
                "text": "because",
                "status": chance.choice(statuses),
            }
            for _ in range(chance.randrange(4))
        ]
        content = {"evidence": {name: each for name, each in evidence.items() if chance.random() < 0.9}}
        contents.append({**content, "explanations": said, "modules": chance.choice([[], ["extra"]])})
    made = Population(small, homes.ON, assurance=assurance)
    assert differences(made, contents) == []
    lines = [Line(number, json.dumps(content).encode()) for number, content in enumerate(contents)]
    assert set(made.assess_lines(lines).column("tier").to_pylist()) == {None, "low", "middle", "high"}


# ── Rows that are no submissions ────────────────────────────────────────────────────────────────────

BROKEN = {
    "not JSON": b"{broken",
    "no object": b"[1]",
    "not UTF-8": b'{"evidence": {"organisation": {"name": "\xff"}}}',
    "a name twice": b'{"evidence": {}, "evidence": {}}',
    "an unknown field": b'{"evidence": {"organisation": {"headcont": 3}}}',
    "a wrong type": b'{"evidence": {"organisation": {"headcount": "3"}}}',
    "a null": b'{"evidence": {"organisation": {"headcount": null}}}',
    "another standard": b'{"standard": "fit-note", "evidence": {}}',
    "a number that is none": b'{"evidence": {"organisation": {"headcount": NaN}}}',
    "no evidence": b'{"name": "x"}',
    "too deep": b'{"evidence": ' + b"[" * 5000 + b"]" * 5000 + b"}",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_row_becomes_a_row_with_its_errors(name: str) -> None:
    fine = json.dumps(example("micro-firm-starting")).encode()
    rows = population("declared").assess_lines([Line(7, fine), Line(8, BROKEN[name]), Line(9, fine)]).to_pylist()
    first, broken, last = rows
    assert broken["row"] == 8
    assert broken["errors"]
    assert broken["tier"] is None
    assert {broken[criterion] for criterion in edition().criteria} == {None}
    assert {**first, "row": 0} == {**last, "row": 0}
    assert first["errors"] is None


def test_nothing_but_broken_rows_and_no_rows_at_all_are_populations_too() -> None:
    made = population("declared")
    assert made.assess_lines([Line(1, b"{")]).num_rows == 1
    assert made.assess_lines([]).num_rows == 0
    assert made.assess_lines([Line(1, b'{"evidence": {}}')]).column("errors").null_count == 1


def test_the_kernel_takes_and_gives_arrow_batches() -> None:
    texts = [json.dumps(example("office-firm-basic")), "{"]
    given = pa.record_batch({"row": pa.array([5, 6], pa.int64()), "json": pa.array(texts)})
    made = population("declared")
    found = made.assess_batch(given)
    assert found.schema == made.schema
    assert found.column("row").to_pylist() == [5, 6]
    assert found.column("tier").to_pylist() == ["basic", None]


# ── Random variations ───────────────────────────────────────────────────────────────────────────────


def varied(content: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """The submission with things left out, rejected, made impossible, small, old or claimed not to apply."""
    changed: dict[str, Any] = json.loads(json.dumps(content))
    evidence = changed["evidence"]
    rate = chance.choice([0.01, 0.05, 0.2])
    for name in list(evidence):
        if chance.random() < rate:
            del evidence[name]
        else:
            evidence[name] = _varied(evidence[name], chance, rate)
    said = changed.setdefault("explanations", [])
    for _ in range(chance.randrange(4)):
        said.append(
            {
                "criterion": chance.choice(sorted(edition().criteria)),
                "claim": chance.choice(["explained", "not-applicable"]),
                "text": "because",
                "status": chance.choice(["declared", "accepted", "rejected"]),
            }
        )
    if chance.random() < 0.3:
        changed["modules"] = sorted(edition().modules)
    return changed


def _varied(value: Any, chance: random.Random, rate: float) -> Any:
    if isinstance(value, dict):
        kept = {name: _varied(each, chance, rate) for name, each in value.items() if chance.random() > rate / 4}
        if "id" in value and chance.random() < 2 * rate:
            kept["status"] = chance.choice(["accepted", "rejected", "declared"])
        elif "id" in value and chance.random() < 0.8:
            kept["status"] = "accepted"
        return kept
    if isinstance(value, list):
        kept_items = [_varied(each, chance, rate) for each in value if chance.random() > rate / 2]
        return kept_items + kept_items[:1] if chance.random() < rate else kept_items
    if isinstance(value, bool):
        return value if chance.random() > rate else not value
    if isinstance(value, int):
        return value if chance.random() > rate else chance.choice([0, 1, 3, 7, 9, -1, 101, value * 2, 2 * 10**9])
    if isinstance(value, float):
        return value if chance.random() > rate else chance.choice([0, 0.5, 100, 100.01, -0.25])
    if isinstance(value, str) and len(value) == 10 and value[4:5] == "-" and chance.random() < rate:
        return f"{chance.randrange(2020, 2029)}-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}"
    return value


def _hold_together(seed: int, number: int) -> None:
    chance = random.Random(seed)
    bases = [json.loads(path.read_bytes()) for path in SMALL]
    contents = [varied(chance.choice(bases), chance) for _ in range(number)]
    for assurance in ASSURANCES:
        assert differences(population(assurance), contents) == []


def test_random_variations_come_out_as_one_by_one() -> None:
    _hold_together(seed=1, number=40)


def test_a_module_that_the_caller_names_is_assessed_for_every_row() -> None:
    made = population("declared", tuple(edition().modules))
    assert differences(made, [example("office-firm-basic"), example("micro-firm-starting")]) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_random_variations_come_out_as_one_by_one_over_a_long_run(seed: int) -> None:
    _hold_together(seed, number=100)

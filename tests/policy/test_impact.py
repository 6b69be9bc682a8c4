"""Impact: ten employers whose flows are counted by hand; what may be shown of them; broken rows; real editions."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import date
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

pytest.importorskip("polars")
import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.population import Line
from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.impact import FALLS, RISES, STAYS, Impact, Side, Tally, direction
from ohaccredit.policy.impact_shown import show
from ohaccredit.reports.impact_view import impact_html, impact_json, impact_pdf, impact_view
from ohaccredit.reports.pdf import PdfUnavailable
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home, find_home
from ohaccredit.standards.loading import load_edition
from tests.assessment.homes import small_home
from tests.running import run_ohaccredit
from tests.verapdf import verapdf

ON = date(2026, 7, 1)

PROFILE = """
evidence: profile
words: {en: profile}
about: {en: Who it is.}
collects: one
privacy: open
effort: 1
nature: fact
fields:
  people: {type: count, unit: people, words: {en: people}}
  nation:
    type: choice
    words: {en: nation}
    options: {england: {en: England}, wales: {en: Wales}, scotland: {en: Scotland}}
"""
SIZE = """
derived:
  size:
    words: {en: size}
    why: x
    options: {small: {en: small}, large: {en: large}}
    first_of:
      - {when: {field: profile.people, less_than: 10}, then: small}
      - {then: large}
"""
BY_SIZE = """
  interval:
    words: {en: interval}
    type: months
    origin: proposal
    why: x
    by: size
    values: [{from: 2026-01-01, value: {small: 12, large: 6}, reference: x, reviewed_on: 2026-01-01}]
"""
BONUS = """\
  - id: bonus-there
    title: {en: The bonus is there}
    requirement: {en: x}
    next_step: {en: x}
    obligation: must
    statements: [L1-09]
"""
ALL = {"gate": True, "basic": True, "middle": True, "middle_extra": True, "large": True, "top": True, "bonus": True}
RISING = {"gate": True, "basic": True, "bonus": True, "middle": False, "middle_extra": True}
"""Low under edition 1, for the middle is not there; under edition 2 the extra does as well."""
FALLING = {"gate": True, "basic": True, "bonus": False, "middle": True, "middle_extra": True}
"""Middle under edition 1; under edition 2 nothing, because the bonus is asked for at the lowest tier."""
TEN: list[dict[str, bool]] = [
    *[RISING] * 3,
    *[FALLING] * 2,
    {"gate": True, "basic": True, "middle": False, "middle_extra": False},  # low; then no bonus is stated
    ALL,  # high under both
    {"gate": False},
    {},
    {**ALL, "bonus": False},  # high; then nothing
]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Edition 1, and edition 2 from July: the bonus is asked at the lowest tier, the extra will do for the middle."""
    home = small_home(tmp_path / "home")
    root = home.root
    (root / "standards/evidence/profile.yaml").write_text(PROFILE)
    one, rules = root / "standards/small/1", root / "rules/small/1"
    text = (one / "standard.yaml").read_text().replace("[facts, people]", "[facts, people, profile]")
    (one / "standard.yaml").write_text(text)
    (rules / "derived.yaml").write_text(SIZE)
    (rules / "parameters.yaml").write_text((rules / "parameters.yaml").read_text() + BY_SIZE)
    two, rules_two = root / "standards/small/2", root / "rules/small/2"
    shutil.copytree(one, two)
    shutil.copytree(rules, rules_two)
    text = text.replace('edition: "1"', 'edition: "2"').replace("from: 2026-01-01", "from: 2026-07-01")
    (two / "standard.yaml").write_text(text)
    low = two / "criteria/low.yaml"
    low.write_text(low.read_text().rstrip("\n") + "\n" + BONUS)
    (rules_two / "bonus-there").mkdir()
    (rules_two / "bonus-there/rule.yaml").write_text(
        "criterion: bonus-there\nmet_when: {field: facts.bonus, is: yes}\n"
    )
    (rules_two / "middle-must/rule.yaml").write_text(
        "criterion: middle-must\nmet_when:\n  either:\n"
        "    - {field: facts.middle, is: yes}\n    - {field: facts.middle_extra, is: yes}\n"
    )
    return Home(root)


@pytest.fixture
def impact(home: Home) -> Impact:
    return Impact(load_edition(home, "small", "1"), load_edition(home, "small", "2"), ON)


def row(facts: dict[str, bool], **more: Any) -> bytes:
    return json.dumps({"evidence": {"facts": facts, **more.pop("evidence", {})}, **more}).encode()


def lines(*rows: bytes) -> list[Line]:
    return [Line(number, text) for number, text in enumerate(rows, 1)]


def run(home: Home, *arguments: object) -> dict[str, Any]:
    result = run_ohaccredit("--home", home.root, "rules", "impact", *arguments, "--json", "--workers", "1")
    assert result.code == 0, result.out + result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


# ── Counting ──


def test_ten_employers_flow_as_counted_by_hand(impact: Impact) -> None:
    tally = impact.count(lines(*map(row, TEN)))
    # Places on the ladder: 0 none, 1 low, 2 middle, 3 high.
    assert tally.flows == {(1, 2): 3, (2, 0): 2, (1, 0): 1, (3, 3): 1, (0, 0): 2, (3, 0): 1}
    assert tally.due_to == {"middle-must": {(RISES, True): 3}, "bonus-there": {(FALLS, True): 4}}
    never = Side("not_asked", True)
    assert tally.outcomes["bonus-there"] == {
        (never, Side("met", True)): 4,
        (never, Side("not_met", False)): 3,
        (never, Side("not_evidenced", False)): 3,
    }
    assert tally.outcomes["middle-must"] == {
        (Side("not_met", False), Side("met", True)): 3,
        (Side("met", True), Side("met", True)): 4,
        (Side("not_met", False), Side("not_met", False)): 1,
        (Side("not_evidenced", False), Side("not_evidenced", False)): 2,
    }


def test_what_is_different_about_a_criterion_is_said_with_its_clause(impact: Impact) -> None:
    said = {each.id: (each.what, each.statements) for each in impact.changes.values() if each.what}
    assert said == {
        "bonus-there": (("asked anew, in Low",), ("L1-09",)),
        "middle-must": (("another rule",), ("L1-01",)),
    }


def test_counts_of_parts_of_a_population_add_up(impact: Impact) -> None:
    everything = lines(*map(row, TEN))
    whole, sum_ = impact.count(everything), Tally()
    sum_.add(impact.count(everything[:4]))
    sum_.add(impact.count(everything[4:]))
    assert sum_ == whole


def test_groups_are_those_that_the_standard_declares(impact: Impact) -> None:
    assert [(each.id, tuple(each.options)) for each in impact.groups.groups] == [
        ("profile.nation", ("england", "wales", "scotland", "not-stated")),
        ("size", ("small", "large", "not-stated")),
    ]
    tally = impact.count(
        lines(
            row(RISING, evidence={"profile": {"nation": "wales", "people": 9}}),
            row(FALLING, evidence={"profile": {"nation": "wales", "people": 10}}),
            row(ALL, evidence={"profile": {"nation": "england"}}),
            row(ALL, evidence={"profile": {"nation": "scotland", "status": "rejected", "people": 3}}),
        )
    )
    assert tally.groups == {
        "profile.nation": {("wales", RISES): 1, ("wales", FALLS): 1, ("england", STAYS): 1, ("not-stated", STAYS): 1},
        "size": {("small", RISES): 1, ("large", FALLS): 1, ("not-stated", STAYS): 2},
    }


def test_a_fall_that_two_criteria_cause_is_due_to_both_and_to_neither_alone(home: Home) -> None:
    rule = home.root / "rules/small/2/gate-open/rule.yaml"
    rule.write_text(
        "criterion: gate-open\nmet_when: {all: [{field: facts.gate, is: yes}, {field: facts.top, is: yes}]}\n"
    )
    impact = Impact(load_edition(home, "small", "1"), load_edition(home, "small", "2"), ON)
    tally = impact.count(lines(row({**FALLING, "top": False})))
    assert tally.due_to == {"bonus-there": {(FALLS, False): 1}, "gate-open": {(FALLS, False): 1}}


def test_a_tier_of_which_nothing_is_met_any_longer_is_counted_apart(home: Home) -> None:
    (home.root / "rules/small/2/basics/rule.yaml").write_text(
        "criterion: basics\napplies_when: {field: facts.large, is: yes}\nmet_when: {field: facts.basic, is: yes}\n"
    )
    low = home.root / "standards/small/2/criteria/low.yaml"
    low.write_text(low.read_text().replace(BONUS, BONUS.replace("obligation: must", "obligation: credit")))
    impact = Impact(load_edition(home, "small", "1"), load_edition(home, "small", "2"), ON)
    tally = impact.count(lines(row({"gate": True, "basic": True, "large": False})))
    assert tally.flows == {(1, 0): 1}
    assert tally.due_to == {"": {(FALLS, True): 1}}


def test_an_explanation_counts_under_each_edition_as_it_does_there(impact: Impact) -> None:
    said = {"criterion": "middle-expected", "claim": "explained", "text": "Because."}
    facts = {"gate": True, "basic": True, "bonus": True, "middle": True, "middle_extra": False}
    tally = impact.count(lines(row(facts, explanations=[said]), row(facts)))
    assert tally.flows == {(2, 2): 1, (1, 1): 1}
    satisfied, open_ = Side("not_met", True), Side("not_met", False)
    assert tally.outcomes["middle-expected"] == {(satisfied, satisfied): 1, (open_, open_): 1}


def test_what_only_one_edition_knows_is_no_fault_under_the_other(impact: Impact) -> None:
    said = {"criterion": "bonus-there", "claim": "explained", "text": "Only edition 2 has that criterion."}
    assert impact.count(lines(row(ALL, explanations=[said]))).flows == {(3, 3): 1}
    wrong = {**said, "criterion": "nobody-has-it"}
    assert [each.row for each in impact.count(lines(row(ALL, explanations=[wrong]))).unreadable] == [1]


def apart(before: Edition, after: Edition, monkeypatch: pytest.MonkeyPatch) -> Impact:
    """The impact that asks one edition after the other, as it has to where they read evidence differently."""
    with monkeypatch.context() as patch:
        patch.setattr("ohaccredit.policy.impact.can_be_one", lambda *_: False)
        impact = Impact(before, after, ON)
        assert impact._both is None
        return impact


def test_one_pass_for_both_editions_counts_what_two_passes_count(
    impact: Impact, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"gate": True, "basic": True, "bonus": True, "middle": True, "middle_extra": False}
    explained = {"criterion": "middle-expected", "claim": "explained", "text": "Because."}
    # The rule of middle-must is another in edition 2, so that what is said of it has to reach both.
    claimed = {"criterion": "middle-must", "claim": "not-applicable", "text": "Because."}
    only_two = {"criterion": "bonus-there", "claim": "explained", "text": "Because."}
    rows = lines(
        *map(row, TEN),
        row(facts, explanations=[explained]),
        row({**facts, "middle": False}, explanations=[claimed, explained]),
        row(facts, explanations=[only_two]),
        row(facts, explanations=[{**claimed, "criterion": "middle-must (before)"}]),
        row(facts, explanations=[{**claimed, "criterion": ["no", "text"]}]),
        row(facts, explanations="none"),
        row({"basik": True}),
        b"{",
        b"[]",
        b'{"evidence": 5}',
        row(facts, evidence={"profile": {"people": 10**16, "nation": "wales"}}),
    )
    one, two = impact.count(rows), apart(impact.before, impact.after, monkeypatch).count(rows)
    assert one == two
    assert [each.row for each in one.unreadable] == [14, 15, 16, 17, 18, 19, 20]
    assert impact._both is not None


@pytest.mark.parametrize(
    ("old", "new"), [("obligation: expected", "obligation: must"), ("obligation: must", "obligation: expected")]
)
def test_a_criterion_of_another_weight_is_explained_only_where_it_may_be(
    home: Home, monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    middle = home.root / "standards/small/2/criteria/middle.yaml"
    middle.write_text(middle.read_text().replace(old, new))
    before, after = (load_edition(home, "small", name) for name in ("1", "2"))
    facts = {"gate": True, "basic": True, "bonus": True, "middle": True, "middle_extra": False}
    said = [
        {"criterion": name, "claim": "explained", "text": "Because."} for name in ("middle-expected", "middle-must")
    ]
    rows = lines(row(facts, explanations=said), row({**facts, "middle": False}, explanations=said), row(ALL))
    assert Impact(before, after, ON).count(rows) == apart(before, after, monkeypatch).count(rows)


def test_editions_that_read_evidence_differently_are_asked_one_after_the_other(home: Home) -> None:
    profile = home.root / "standards/evidence/profile.yaml"
    one = load_edition(home, "small", "1")
    profile.write_text(profile.read_text().replace("{en: Scotland}}", "{en: Scotland}, ireland: {en: Ireland}}"))
    two = load_edition(home, "small", "2")
    impact = Impact(one, two, ON)
    assert impact._both is None
    ireland = row(ALL, evidence={"profile": {"nation": "ireland"}})
    tally = impact.count(lines(row(ALL), ireland, row(FALLING)))
    assert tally.flows == {(3, 3): 1, (2, 0): 1}
    assert [(each.row, each.edition, each.pointer) for each in tally.unreadable] == [
        (2, "small/1", "/evidence/profile/nation")
    ]


def test_what_a_fall_is_due_to_is_known_by_where_it_leads(impact: Impact) -> None:
    tally = impact.count(lines(*map(row, TEN)))
    assert tally.due_by_flow == {"middle-must": {(1, 2): 3}, "bonus-there": {(2, 0): 2, (1, 0): 1, (3, 0): 1}}


def test_equal_editions_change_nothing(home: Home) -> None:
    edition = load_edition(home, "small", "1")
    impact = Impact(edition, edition, ON)
    tally = impact.count(lines(*map(row, TEN)))
    assert tally.flows == {(1, 1): 4, (2, 2): 2, (3, 3): 2, (0, 0): 2}
    assert not tally.due_to
    assert not any(each.what for each in impact.changes.values())


def test_standards_that_give_a_verdict_are_refused() -> None:
    edition = load_edition(find_home(), "fit-note")
    with pytest.raises(ProblemsFound, match="no tier"):
        Impact(edition, edition, ON)


# ── Showing ──


def test_three_rises_are_put_together_with_those_who_stay_so_that_falls_are_shown(impact: Impact) -> None:
    shown = show(impact, Tally(15, [], Counter({(1, 2): 3, (1, 1): 6, (1, 0): 6})))
    assert shown.floor == 5
    assert [(cell.keys, cell.count) for cell in shown.ways.cells if cell.count] == [
        (("falls",), 6),
        (("rises", "stays"), 9),
    ]
    assert shown.flow_counts == {(1, 0): 6}
    summary = impact_view(shown, ON, str).summary
    assert summary == "Of 15 employers, 6 fall, 0 reach no tier under either and 9 rise or stay on their tier."
    falls, together = (shown.flows[ways] for ways in (("falls",), ("rises", "stays")))
    assert [(cell.keys, cell.count) for cell in falls.cells if cell.count] == [(("low>",), 6)]
    assert together.cells == ()  # three rises beside six who stay: the six alone would tell of the three


def test_a_sum_of_ways_is_a_whole_of_its_own(impact: Impact) -> None:
    # 6 fall, 3 rise from low, 20 stay high, 30 stay low: the rises go with the last of the rest, who stay low.
    shown = show(impact, Tally(59, [], Counter({(1, 0): 6, (1, 2): 3, (3, 3): 20, (1, 1): 30})))
    cells = [(cell.keys, cell.count) for cell in shown.flows["rises", "stays"].cells if cell.count]
    assert cells == [(("high>high",), 20), (("low>middle", "low>low"), 33)]


def test_where_too_few_move_all_rows_together_are_still_split_by_flow(impact: Impact) -> None:
    shown = show(impact, Tally(53, [], Counter({(1, 2): 3, (3, 3): 20, (1, 1): 30})))
    assert [(cell.keys, cell.count) for cell in shown.ways.cells] == [(("falls", "rises", "stays", "below"), 53)]
    cells = [(cell.keys, cell.count) for table in shown.flows.values() for cell in table.cells if cell.count]
    assert cells == [(("high>high",), 20), (("low>middle", "low>low"), 33)]
    view = impact_view(shown, ON, str)
    assert view.summary == "Of 53 employers so few rise, stay or fall that it cannot be told how many do which."
    assert [each.says for each in view.flows] == ["High, as before", "Rise: Low → Middle; or Low, as before"]


def test_a_population_of_nine_that_cannot_be_split_is_refused_in_words(impact: Impact) -> None:
    view = impact_view(show(impact, Tally(9, [], Counter({(1, 2): 3, (1, 1): 3, (3, 3): 3}))), ON, str)
    assert view.flows == ()
    assert view.flows_refused == "Nothing of it can be shown without telling of a few."


def test_who_reaches_no_tier_under_either_is_told_from_who_stays_on_one(impact: Impact) -> None:
    view = impact_view(show(impact, Tally(20, [], Counter({(1, 1): 8, (0, 0): 12}))), ON, str)
    assert view.summary == "Of 20 employers, 0 fall, 0 rise, 8 stay on their tier and 12 reach no tier under either."
    none = impact_view(show(impact, Tally(12, [], Counter({(0, 0): 12}))), ON, str)
    assert any("Nobody reaches a tier" in each for each in none.notices)
    assert not any("Nobody reaches a tier" in each for each in view.notices)
    assert none.chart is None


def test_three_falls_in_one_nation_are_put_together_with_another(impact: Impact) -> None:
    falls = Counter({("england", FALLS): 7, ("wales", FALLS): 3, ("scotland", FALLS): 6, ("england", STAYS): 10})
    shown = show(impact, Tally(26, [], Counter({(1, 0): 16, (1, 1): 10}), groups={"profile.nation": falls}))
    table = shown.groups[0].ways[FALLS,]
    assert [(c.keys, c.count) for c in table.cells if c.count] == [(("england",), 7), (("wales", "scotland"), 9)]
    group = impact_view(shown, ON, str).groups[0]
    assert group.columns == ("Fall", "Stay")
    assert group.rows == (
        ("England", ("7", "10")),
        ("Wales", ("not shown", "0")),
        ("Scotland", ("not shown", "0")),
        ("those not shown, together", ("9", "0")),
    )


def test_a_way_that_no_group_can_show_is_said_to_be_kept_back(impact: Impact) -> None:
    by_nation = Counter({("england", FALLS): 7, ("wales", FALLS): 3, ("england", STAYS): 10})
    shown = show(impact, Tally(20, [], Counter({(1, 0): 10, (1, 1): 10}), groups={"profile.nation": by_nation}))
    group = impact_view(shown, ON, str).groups[0]
    assert group.columns == ("Stay",)
    assert group.refused == "How many fall cannot be told apart here: too few."


@pytest.mark.parametrize(
    ("gate", "bonus", "told"),
    [
        (10, 10, (10, 10)),  # of twenty falls each is due to one of the two
        (12, 10, (12, None)),  # two are due to both, which the sum of 22 would tell
        (20, 15, (20, 15)),  # fifteen are due to both
    ],
)
def test_what_few_share_is_not_told_by_a_sum(
    impact: Impact, gate: int, bonus: int, told: tuple[int | None, int | None]
) -> None:
    due = {"gate-open": Counter({(FALLS, True): gate}), "bonus-there": Counter({(FALLS, True): bonus})}
    shown = {each.change.id: each for each in show(impact, Tally(20, [], Counter({(1, 0): 20}), due_to=due)).criteria}
    assert (shown["gate-open"].falls, shown["bonus-there"].falls) == told


def test_a_fall_names_its_criteria_only_where_no_few_can_be_worked_out(impact: Impact) -> None:
    flows = Counter({(2, 1): 10, (1, 0): 12})
    everything = {"middle-must": Counter({(2, 1): 10}), "bonus-there": Counter({(1, 0): 12})}
    shown = show(impact, Tally(22, [], flows, due_by_flow=everything))
    assert shown.because == {("middle>low",): ("middle-must",), ("low>",): ("bonus-there",)}
    # Two of the twelve are due to the gate: with the sums beside them, naming the rest would tell of the two.
    some = {**everything, "gate-open": Counter({(1, 0): 2})}
    assert show(impact, Tally(22, [], flows, due_by_flow=some)).because == {("middle>low",): ("middle-must",)}
    few = {"middle-must": Counter({(2, 1): 10, (1, 0): 2}), "bonus-there": Counter({(1, 0): 12})}
    shown = show(impact, Tally(22, [], flows, due_by_flow=few))
    assert shown.because == {("middle>low",): ()}
    views = {each.says: each for each in impact_view(shown, ON, str).flows}
    assert views["Fall: Middle → Low"].untold


def test_a_part_with_a_small_remainder_is_not_shown(impact: Impact) -> None:
    flows = Counter({(1, 0): 10, (1, 1): 10})
    for due, told in ((10, 10), (7, None), (5, 5), (0, 0), (4, None)):
        tally = Tally(20, [], flows, due_to={"bonus-there": Counter({(FALLS, True): due})})
        found = next(each for each in show(impact, tally).criteria if each.change.id == "bonus-there")
        assert found.falls == told, due


@pytest.mark.parametrize("seed", range(200))
def test_whatever_is_shown_is_none_or_many_and_sums_up(impact: Impact, seed: int) -> None:
    chance = Random(seed)
    sizes = [0, 0, 0, 1, 2, 3, 4, 5, 6, 9, 40]
    flows: Counter[tuple[int, int]] = Counter()
    nations: Counter[tuple[str, str]] = Counter()
    for flow in product(range(4), range(4)):
        flows[flow] = chance.choice(sizes)
        for _ in range(flows[flow]):
            nations[chance.choice(["england", "wales", "scotland", "not-stated"]), direction(flow)] += 1
    shown = show(impact, Tally(flows.total(), [], flows, groups={"profile.nation": nations}))
    nation = shown.groups[0]
    assert sum(cell.count for cell in shown.ways.cells) in (0, flows.total())
    for cell in shown.ways.cells:
        for table in (shown.flows[cell.keys], nation.ways[cell.keys]):
            counts = [each.count for each in table.cells]
            assert all(count == 0 or count >= shown.floor for count in counts)
            assert not counts or sum(counts) == cell.count
    known = {key: direction(flow) for flow in flows for key in [f"{_tier(flow[0])}>{_tier(flow[1])}"]}
    for ways, table in shown.flows.items():
        assert all(known[key] in ways for cell in table.cells for key in cell.keys)


def _tier(rung: int) -> str:
    return ("", "low", "middle", "high")[rung]


def test_a_population_below_the_floor_is_not_shown_at_all(impact: Impact) -> None:
    shown = show(impact, impact.count(lines(*[row(FALLING)] * 4)))
    assert (shown.readable, shown.ways.cells, shown.flow_counts) == (None, (), {})
    assert "too few employers" in impact_view(shown, ON, str).summary


# ── The command ──


def test_a_folder_ndjson_and_parquet_give_the_same(home: Home, tmp_path: Path) -> None:
    rows = [*[row(FALLING)] * 5, *[row(ALL)] * 5]
    folder, ndjson, parquet = tmp_path / "folder", tmp_path / "rows.ndjson", tmp_path / "rows.parquet"
    folder.mkdir()
    for number, text in enumerate(rows):
        (folder / f"{number:02}.json").write_bytes(text)
    ndjson.write_bytes(b"\n".join(rows) + b"\n")
    pq.write_table(pa.table({"submission": [text.decode() for text in rows]}), parquet)
    columns = tmp_path / "columns.parquet"
    pq.write_table(pa.Table.from_pylist([json.loads(text) for text in rows]), columns)
    found = [run(home, "small/1", "small/2", path, "--on", ON) for path in (folder, ndjson, parquet, columns)]
    assert all(each == found[0] for each in found)
    assert found[0]["on"] == "2026-07-01"
    assert found[0]["ways"] == [{"cells": ["falls"], "count": 5}, {"cells": ["stays"], "count": 5}]
    assert [each for each in found[0]["flows"] if each["ways"] == ["falls"]] == [
        {"ways": ["falls"], "cells": [{"cells": ["middle>"], "count": 5, "because_of": ["bonus-there"]}]}
    ]
    top = found[0]["criteria"][0]
    assert (top["criterion"], top["falls"], top["falls_alone"], top["statements"]) == ("bonus-there", 5, 5, ["L1-09"])


def test_rows_that_cannot_be_read_are_listed_with_their_lines(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_bytes(b"\n".join([row(ALL), b"{", b"", row({"basik": True}), *[row(ALL)] * 5]))
    found = run(home, "small/1", "small/2", file)
    assert (found["rows"], found["readable"]) == (8, 6)
    assert [(each["row"], each["pointer"]) for each in found["unreadable"]] == [(2, ""), (4, "/evidence/facts/basik")]
    assert found["unreadable"][0]["place"].endswith("rows.ndjson:2")
    result = run_ohaccredit("--home", home.root, "rules", "impact", "small/1", "small/2", file)
    assert result.code == 0
    assert "rows.ndjson:4  " in result.out
    assert "Of 6 employers, 0 fall, 0 rise, 6 stay on their tier" in result.out


def test_a_file_in_which_nothing_is_a_submission_is_refused_line_by_line(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"name,people\nA,5\n")
    result = run_ohaccredit("--home", home.root, "rules", "impact", "small/1", "small/2", file)
    assert (result.code, result.out) == (2, "")
    assert "rows.csv:1:1" in result.err
    assert "rows.csv:2:1" in result.err
    assert "NDJSON, one a line" in result.err
    assert "2 problems" in result.err


def test_what_holds_no_submission_is_refused(home: Home, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "odd/a.json").mkdir(parents=True)
    (tmp_path / "nothing.ndjson").write_bytes(b"")
    (tmp_path / "blank.ndjson").write_bytes(b"\n\n")
    pq.write_table(pa.table({"submission": pa.array([], pa.string())}), tmp_path / "no-rows.parquet")
    pq.write_table(pa.table({"name": ["a"], "size": [1]}), tmp_path / "others.parquet")
    for name, said in (
        ("empty", "no file whose name ends in .json"),
        ("odd", "it is no file"),
        ("nothing.ndjson", "holds no submission"),
        ("blank.ndjson", "holds no submission"),
        ("no-rows.parquet", "holds no submission"),
        ("others.parquet", 'There is no column "evidence"'),
    ):
        result = run_ohaccredit("--home", home.root, "rules", "impact", "small/1", "small/2", tmp_path / name)
        assert (result.code, said in result.err) == (2, True), (name, result.err)


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("small/1", "small/1", "named twice"),
        ("small/1", "small/7", 'has no edition "7"'),
        ("small/", "small/1", "Write the standard and the edition"),
        ("nobody/1", "small/1", 'There is no standard "nobody"'),
    ],
)
def test_editions_that_cannot_be_compared_are_told(home: Home, tmp_path: Path, one: str, other: str, said: str) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_bytes(row(ALL))
    result = run_ohaccredit("--home", home.root, "rules", "impact", one, other, file)
    assert (result.code, said in result.err) == (2, True), result.err


def test_an_edition_is_held_against_its_working_copy(home: Home, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(home.root, copy)
    rule = copy / "rules/small/1/gate-open/rule.yaml"
    rule.write_text("criterion: gate-open\nmet_when: {field: facts.bonus, is: yes}\n")
    file = tmp_path / "rows.ndjson"
    file.write_bytes(b"\n".join([*[row(FALLING)] * 6, *[row(ALL)] * 7]))
    found = run(home, "small/1", "small/1", file, "--home-b", copy, "--on", ON)
    assert found["ways"] == [{"cells": ["falls"], "count": 6}, {"cells": ["stays"], "count": 7}]
    assert found["before"]["digest"] != found["after"]["digest"]


def test_a_parquet_file_may_hold_what_only_one_of_the_editions_asks_for(home: Home, tmp_path: Path) -> None:
    extra = home.root / "standards/evidence/extra.yaml"
    extra.write_text(
        PROFILE.replace("evidence: profile", "evidence: extra").replace("words: {en: profile}", "words: {en: extra}")
    )
    two = home.root / "standards/small/2/standard.yaml"
    two.write_text(two.read_text().replace("[facts, people, profile]", "[facts, people, profile, extra]"))
    rows = [{"evidence": {"facts": ALL, "extra": {"people": 5}}}] * 5
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.Table.from_pylist(rows), file)
    assert run(home, "small/1", "small/2", file, "--on", ON)["readable"] == 5


def test_without_a_day_both_decide_today(home: Home, tmp_path: Path) -> None:
    file = tmp_path / "rows.ndjson"
    file.write_bytes(b"\n".join([row(ALL)] * 5))
    assert run(home, "small/1", "small/2", file)["on"] == date.today().isoformat()


@pytest.mark.slow
def test_the_page_and_the_pdf_conform(impact: Impact, tmp_path: Path) -> None:
    rows = [*[row(FALLING, evidence={"profile": {"nation": "wales"}})] * 6, *[row(RISING)] * 5, *[row(ALL)] * 9, b"<b>"]
    shown = show(impact, impact.count(lines(*rows)))
    view = impact_view(shown, ON, lambda number: f"rows.ndjson:{number} <i>")
    home = find_home()
    page = impact_html(view, home)
    assert "<i>" not in page
    assert "Of 20 employers, 6 fall, 5 rise, 9 stay on their tier and 0 reach no tier under either." in page
    assert "Fall: Middle → no tier" in page
    assert "6 (6 by it alone)" in page
    try:
        (tmp_path / "impact.pdf").write_bytes(impact_pdf(view, impact_json(shown, str), home, ON))
        assert verapdf.failures([tmp_path / "impact.pdf"]) == []
    except (PdfUnavailable, verapdf.VeraPdfUnavailable) as reason:
        pytest.skip(str(reason))


# ── The editions that ship ──


@pytest.mark.slow
def test_the_draft_of_2027_on_three_hundred_made_up_employers(tmp_path: Path) -> None:
    file, on = tmp_path / "rows.ndjson", date(2026, 11, 22)
    assert run_ohaccredit("population", "make", file, "--number", 300, "--on", on).code == 0
    home = find_home()
    before, after = (load_edition(home, "employer-accreditation", name) for name in ("2026", "2027"))
    rows = file.read_bytes().splitlines()
    impact = Impact(before, after, on)
    tally = impact.count(lines(*rows))
    assert (tally.rows, tally.readable, tally.unreadable) == (300, 300, [])
    assert all(counts.total() == 300 for counts in tally.outcomes.values())
    # The same, one by one, for the first forty.
    places = {rung.id: place for place, rung in enumerate(impact.ladder)}
    some = impact.count(lines(*rows[:40]))
    expected: Counter[tuple[int, int]] = Counter()
    for text in rows[:40]:
        tiers = [assess(e, read_submission(read_json(text, "row"), e), on).tier for e in (before, after)]
        expected[places[tiers[0].id if tiers[0] else ""], places[tiers[1].id if tiers[1] else ""]] += 1
    assert some.flows == expected
    assert {each.id for each in impact.changes.values() if each.what} == {
        "early-intervention-plans",
        "national-measures",
        "disability-counted",
        "return-to-work-plans",
        "injury-claims-yearly",
        "senior-lead",
        "health-promotion",
    }
    result = run_ohaccredit("rules", "impact", "2026", "2027", file, "--on", on, "--workers", "1")
    assert result.code == 0
    assert "Draft: this edition has not been decided on." in result.out

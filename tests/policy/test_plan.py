"""Gap plans: small homes whose cheapest plan is known by hand, and examples with parts taken away."""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ohaccredit.assessment.assess import assess
from ohaccredit.assessment.submission import read_submission
from ohaccredit.cli.main import cli
from ohaccredit.language.json_source import read_json
from ohaccredit.policy.plan import Plan, UnknownTier, apply, plan
from ohaccredit.policy.renewals import renewals
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from tests.policy.plan_home import ACHIEVEMENT, FIELD, HALF_DAY, ITEM, ON, assessed, ladder

NOTES = "{field: notes.done, is: yes}"
SURVEY = "{field: survey.done, is: yes}"
AUDIT = "{field: audit.done, is: yes}"
EXAMPLES = Path(__file__).parents[2] / "examples"


def planned(root: Path, evidence: Mapping[str, object], *rules: str, to: str | None = None) -> Plan:
    """The plan for some evidence under rules of the lowest tier; what is found must reach the tier."""
    edition = ladder(root, {f"c{index}": rule for index, rule in enumerate(rules)})
    found = plan(assessed(edition, evidence), to)
    for route in found.routes:
        after = assess(edition, apply(route, found), ON)
        assert found.target is not None
        assert any(each.tier == found.target and each.reached for each in after.tiers)
        assert not after.flags
    return found


def changes(found: Plan) -> dict[str, Any]:
    """What the cheapest way writes, by place."""
    return {"/".join(map(str, each.change.path[1:])): each.value for each in found.routes[0].done}


# ── Known by hand ───────────────────────────────────────────────────────────────────────────────────


def test_the_cheaper_of_two_ways_comes_first_and_the_other_is_an_alternative(tmp_path: Path) -> None:
    found = planned(tmp_path, {}, f"met_when: {{either: [{AUDIT}, {NOTES}]}}")
    assert found.result == "found"
    cheapest, other = found.routes
    assert (cheapest.kinds, cheapest.price, cheapest.proved) == (("notes",), 3 * HALF_DAY + FIELD, True)
    assert (other.kinds, other.price, other.instead_of) == (("audit",), 4 * HALF_DAY + FIELD, ("notes",))


def test_evidence_that_closes_two_criteria_is_paid_for_once(tmp_path: Path) -> None:
    # Alone: notes (3) and survey (3), six half days. Together: the audit (4) serves for both.
    rules = (f"met_when: {{either: [{NOTES}, {AUDIT}]}}", f"met_when: {{either: [{SURVEY}, {AUDIT}]}}")
    found = planned(tmp_path, {}, *rules)
    assert (found.routes[0].kinds, found.routes[0].price) == (("audit",), 4 * HALF_DAY + FIELD)
    assert [closing.way.kinds for closing in found.closings] == [("notes",), ("survey",)]
    assert [criterion.id for criterion in found.routes[0].groups[0].closes] == ["c0", "c1"]


def test_the_cheapest_two_of_three_are_chosen(tmp_path: Path) -> None:
    found = planned(tmp_path, {}, f"met_when: {{at_least: 2, of_these: [{AUDIT}, {NOTES}, {SURVEY}]}}")
    assert set(found.routes[0].kinds) == {"notes", "survey"}
    assert found.routes[0].price == 6 * HALF_DAY + 2 * FIELD


def test_of_a_share_the_items_that_are_cheapest_to_mend_are_mended(tmp_path: Path) -> None:
    # One of four is in order and three of four are needed: to give a date costs a field, to renew one an item,
    # and to register somebody would have to be achieved. New people would not help: eight would be needed.
    staff = [
        {"role": "clinical", "registered": True, "checked_on": "2026-05-01"},
        {"role": "clinical", "registered": True},
        {"role": "clinical", "registered": True, "checked_on": "2024-05-01"},
        {"role": "clinical", "registered": False, "checked_on": "2026-05-01"},
    ]
    rule = """
met_when:
  share_of: staff
  where: {field: role, is: clinical}
  satisfying: {all: [{field: registered, is: yes}, {field: checked_on, on_or_after: 12 months before assessment date}]}
  at_least: 75%
  if_list_empty: not met"""
    found = planned(tmp_path, {"staff": staff}, rule)
    assert set(changes(found)) == {"staff/1/checked_on", "staff/2/checked_on"}
    assert found.routes[0].price == 2 * HALF_DAY + FIELD + ITEM


def test_of_options_that_serve_a_new_item_takes_the_first_that_is_listed(tmp_path: Path) -> None:
    # "Not on it" stands before them, but does not serve.
    rule = "met_when: {some: staff, satisfying: {field: standing, one_of: [full, limited]}, if_list_empty: not met}"
    found = planned(tmp_path, {}, rule)
    assert changes(found)["staff/0/standing"] == "full"


def test_an_expired_certificate_is_renewed_and_its_date_lies_ahead(tmp_path: Path) -> None:
    rule = """
met_when:
  some: papers
  where: {field: kind, is: certificate}
  satisfying: {field: holds_until, on_or_after: assessment date}
  if_list_empty: not met"""
    papers = [{"kind": "policy"}, {"kind": "certificate", "holds_until": "2026-03-01"}]
    found = planned(tmp_path, {"papers": papers}, rule)
    (place,) = changes(found)
    assert place == "papers/1/holds_until"
    assert date.fromisoformat(changes(found)[place]) > ON
    assert found.routes[0].price == 2 * HALF_DAY + ITEM
    assert found.routes[0].done[0].change.kind == "renew"


def test_a_figure_that_is_too_high_must_really_come_down(tmp_path: Path) -> None:
    found = planned(tmp_path, {"notes": {"rate": 6}}, "met_when: {field: notes.rate, at_most: 4}")
    (done,) = found.routes[0].done
    assert done.change.achieved
    assert done.value <= 4
    assert found.routes[0].price == 3 * HALF_DAY + ACHIEVEMENT


def test_a_paper_is_preferred_to_an_achievement(tmp_path: Path) -> None:
    rule = f"met_when: {{either: [{{field: notes.rate, at_most: 4}}, {AUDIT}]}}"
    assert planned(tmp_path, {"notes": {"rate": 6}}, rule).routes[0].kinds == ("audit",)


def test_a_fact_stays_as_it_is(tmp_path: Path) -> None:
    found = planned(
        tmp_path, {"firm": {"people": 5}}, "met_when: {field: firm.people, at_least: 10}", f"met_when: {NOTES}"
    )
    assert (found.result, found.routes) == ("none", ())
    assert [(each.way.result, each.facts) for each in found.closings] == [("none", ()), ("found", ())]
    assert found.partial is not None
    assert found.partial.kinds == ("notes",)


def test_a_fact_that_is_missing_is_asked_for_first(tmp_path: Path) -> None:
    found = planned(tmp_path, {"firm": {"id": "x"}}, "met_when: {field: firm.people, at_least: 10}")
    assert found.closings[0].facts == (("evidence", "firm", "people"),)


def test_that_a_duty_does_not_apply_is_a_fact_even_where_nothing_was_said_of_it(tmp_path: Path) -> None:
    each = "met_when: {every: duties, satisfying: {either: [%s, {field: applies, is: no}]}, if_list_empty: not met}"
    duties = {"fire": {"applies": True, "kept": True}}
    found = planned(tmp_path / "kept", {"duties": duties}, each % "{field: kept, is: yes}")
    assert changes(found) == {"duties/noise/kept": True}
    found = planned(tmp_path / "left", {"duties": duties}, each % "{field: applies, is: no}")
    assert (found.result, found.closings[0].facts) == ("none", ())  # that fire applies was stated
    found = planned(tmp_path / "open", {}, "met_when: {field: duties.noise.applies, is: no}")
    assert found.closings[0].facts == (("evidence", "duties", "noise", "applies"),)


def test_that_something_does_not_apply_is_no_way(tmp_path: Path) -> None:
    rule = f"applies_when: {{field: notes.needed, is: yes}}\nmet_when: {AUDIT}"
    found = planned(tmp_path, {"notes": {"needed": True}}, rule)
    assert set(changes(found)) == {"audit/done"}


def test_an_item_is_not_put_out_of_reach_of_a_test(tmp_path: Path) -> None:
    rule = """
met_when:
  every: papers
  where: {field: holds_until, on_or_before: assessment date}
  satisfying: {field: note_of.done, is: yes}
  if_list_empty: not met"""
    rule = rule.replace("{field: note_of.done, is: yes}", "{field: submission.audit.done, is: yes}")
    found = planned(tmp_path, {"papers": [{"kind": "policy", "holds_until": "2026-03-01"}]}, rule)
    assert set(changes(found)) == {"audit/done"}


def test_a_date_that_others_are_compared_with_moves_with_them(tmp_path: Path) -> None:
    # No rule asks when results were shared, but nobody shares them before the round: that is renewed too.
    polls = {"rounds": [{"held_on": "2025-01-01"}], "shared_on": "2025-02-01"}
    rule = """
met_when:
  some: polls.rounds
  satisfying:
    all:
      - {field: held_on, on_or_after: 3 months before assessment date}
      - {field: held_on, on_or_before: assessment date}
  if_list_empty: not met"""
    found = planned(tmp_path, {"polls": polls}, rule)
    said = changes(found)
    assert set(said) == {"polls/rounds/0/held_on", "polls/shared_on"}
    assert said["polls/rounds/0/held_on"] <= said["polls/shared_on"]
    assert (found.routes[0].price, found.routes[0].proved) == (2 * HALF_DAY + 2 * ITEM, True)


def test_a_part_is_never_larger_than_the_whole_that_is_stated(tmp_path: Path) -> None:
    found = planned(tmp_path, {"polls": {"asked": 2}}, "met_when: {field: polls.answered, at_least: 3}")
    said = changes(found)
    assert set(said) == {"polls/answered", "polls/asked"}
    assert 3 <= said["polls/answered"] <= said["polls/asked"]
    assert found.routes[0].price == 2 * HALF_DAY + FIELD + ACHIEVEMENT


def test_what_two_criteria_ask_for_can_be_side_by_side(tmp_path: Path) -> None:
    # Apart, few asked and many answered would do.
    rules = ("met_when: {field: polls.answered, at_least: 9}", "met_when: {field: polls.asked, at_least: 1}")
    found = planned(tmp_path, {}, *rules)
    said = changes(found)
    assert 9 <= said["polls/answered"] <= said["polls/asked"]
    assert (found.routes[0].price, found.routes[0].proved) == (2 * HALF_DAY + 2 * FIELD, True)


def test_what_was_met_stays_met(tmp_path: Path) -> None:
    # A new paper would close the first criterion and break the second, which is met; so the survey it is.
    rules = (
        f"met_when: {{either: [{{count_of: papers, at_least: 2, if_list_empty: not met}}, {SURVEY}]}}",
        "met_when: {count_of: papers, at_most: 1, if_list_empty: met}",
    )
    found = planned(tmp_path, {"papers": [{"kind": "policy"}]}, *rules)
    assert found.routes[0].kinds == ("survey",)


def test_a_higher_tier_can_be_asked_for(tmp_path: Path) -> None:
    found = planned(tmp_path, {}, f"met_when: {NOTES}", to="high")
    assert found.target is not None
    assert set(changes(found)) == {"notes/done", "audit/told"}
    with pytest.raises(UnknownTier):
        planned(tmp_path / "again", {}, f"met_when: {NOTES}", to="higher")


def test_where_nothing_is_open_nothing_is_planned(tmp_path: Path) -> None:
    evidence = {"notes": {"done": True}, "audit": {"told": True}}
    assert planned(tmp_path, evidence, f"met_when: {NOTES}").result == "reached"


def test_a_plan_does_not_depend_on_what_was_planned_before(tmp_path: Path) -> None:
    rule = """
met_when:
  count_of: staff
  satisfying: {field: standing, one_of: [limited, full]}
  at_least: 2
  if_list_empty: not met"""
    first = changes(planned(tmp_path / "a", {}, rule))
    for number in range(3):
        planned(tmp_path / f"other-{number}", {}, f"met_when: {{either: [{AUDIT}, {NOTES}]}}")
    assert changes(planned(tmp_path / "b", {}, rule)) == first


def test_without_work_nothing_is_decided(tmp_path: Path) -> None:
    edition = ladder(tmp_path, {"c": f"met_when: {{at_least: 2, of_these: [{AUDIT}, {NOTES}, {SURVEY}]}}"})
    found = plan(assessed(edition, {}), work=1)
    assert (found.result, found.routes) == ("not decided", ())
    assert [each.way.result for each in found.closings] == ["not decided"]


def test_what_falls_due_is_named_with_its_last_day(tmp_path: Path) -> None:
    rule = """
met_when:
  some: papers
  satisfying: {field: holds_until, on_or_after: assessment date}
  if_list_empty: not met"""
    edition = ladder(tmp_path, {"c": rule})
    papers = [{"kind": "policy", "holds_until": "2026-01-01"}, {"kind": "policy", "holds_until": "2026-09-30"}]
    (due,) = renewals(assessed(edition, {"papers": papers}), edition.tiers)
    assert (due.criterion.id, due.until) == ("c", date(2026, 9, 30))
    assert due.paths == (("evidence", "papers", 1, "holds_until"),)
    later = [{"kind": "policy", "holds_until": "2028-01-01"}]
    assert renewals(assessed(edition, {"papers": later}), edition.tiers) == []


def test_what_waits_for_an_assessor_is_no_gap(tmp_path: Path) -> None:
    edition = ladder(tmp_path, {"c": f"met_when: {NOTES}", "d": f"met_when: {SURVEY}"})
    found = plan(assessed(edition, {"notes": {"done": True}}, "verified"))
    assert found.waiting == (("evidence", "notes"),)
    assert set(changes(found)) == {"survey/done"}
    after = assess(edition, apply(found.routes[0], found), ON, assurance="verified")
    assert after.tier is not None


def test_a_rejected_item_is_handed_in_anew(tmp_path: Path) -> None:
    rejected = {"done": True, "told": False, "status": "rejected", "rejected_because": "unsigned"}
    found = planned(tmp_path, {"notes": rejected}, f"met_when: {NOTES}")
    assert set(changes(found)) == {"notes/done"}
    after = apply(found.routes[0], found)
    assert after.evidence["notes"] == {"done": True}  # that nobody was told was turned down with the rest
    assert found.assessment.submission.evidence["notes"] == rejected


# ── Against an exhaustive search ────────────────────────────────────────────────────────────────────

FIELDS = [(kind, name) for kind in ("notes", "survey", "audit") for name in ("done", "told")]
EFFORT = {"notes": 3, "survey": 3, "audit": 4}
Tree = Any
leaf = st.sampled_from(FIELDS)
trees: st.SearchStrategy[Tree] = st.recursive(
    leaf,
    lambda inner: st.tuples(st.sampled_from(["all", "either", "two"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=7,
)


def as_yaml(tree: Tree) -> str:
    if tree in FIELDS:
        return f"{{field: {tree[0]}.{tree[1]}, is: yes}}"
    parts = ", ".join(map(as_yaml, tree[1]))
    return f"{{at_least: 2, of_these: [{parts}]}}" if tree[0] == "two" else f"{{{tree[0]}: [{parts}]}}"


def holds(tree: Tree, so: set[Any]) -> bool:
    if tree in FIELDS:
        return tree in so
    number = sum(holds(part, so) for part in tree[1])
    return number >= {"all": len(tree[1]), "either": 1, "two": 2}[tree[0]]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(rules=st.lists(trees, min_size=1, max_size=3), given_=st.sets(leaf, max_size=2))
def test_no_subset_of_the_fields_is_cheaper(rules: list[Tree], given_: set[Any]) -> None:
    def price(so: set[Any]) -> int:
        new = so - given_
        return len(new) * FIELD + sum(EFFORT[kind] * HALF_DAY for kind in {kind for kind, _ in new})

    subsets = [set(chosen) | given_ for size in range(7) for chosen in combinations(FIELDS, size)]
    least = min(price(so) for so in subsets if all(holds(rule, so) for rule in rules))
    evidence: dict[str, dict[str, bool]] = {}
    for kind, name in given_:
        evidence.setdefault(kind, {})[name] = True
    with tempfile.TemporaryDirectory() as folder:
        found = planned(Path(folder), evidence, *(f"met_when: {as_yaml(rule)}" for rule in rules), to="low")
    assert (found.routes[0].price if found.routes else 0) == least
    assert found.result == ("found" if least else "reached")


# ── The examples, with parts taken away ─────────────────────────────────────────────────────────────


def taken_away(evidence: Mapping[str, Any], seed: int, number: int) -> dict[str, Any]:
    """The evidence without some of its fields, items and kinds, but with all facts of the organisation."""
    new: dict[str, Any] = json.loads(json.dumps(evidence))
    chance = random.Random(seed)
    for _ in range(number):
        kind = chance.choice([name for name in new if name != "organisation"])
        content: Any = new[kind]
        while isinstance(content, (dict, list)) and content:
            step = chance.choice(list(content) if isinstance(content, dict) else range(len(content)))
            if not isinstance(content[step], (dict, list)) or chance.random() < 0.3:
                del content[step]
                break
            content = content[step]
    return new


def check_example(name: str, to: str | None, seed: int, number: int) -> Plan:
    """Plan an example with parts taken away, carry the plan out, and assess again."""
    content = json.loads((EXAMPLES / name).read_text())
    content["evidence"] = taken_away(content["evidence"], seed, number)
    day = date(2026, 11, 22)
    edition = load_edition(find_home(None), content.get("standard", "employer-accreditation"), None, on=day)
    submission = read_submission(read_json(json.dumps(content).encode(), name), edition)
    found = plan(assess(edition, submission, day), to, others=1)
    for route in found.routes:
        after = assess(edition, apply(route, found), day)
        assert any(each.tier == found.target and each.reached for each in after.tiers)
        assert len(after.flags) <= len(found.assessment.flags), "a plan brings no implausible figures or dates"
    for closing in found.closings:
        assert closing.way.result == "found" or found.result in ("none", "not decided")
    return found


@pytest.mark.parametrize("seed", [1])
def test_a_plan_mends_what_was_taken_away(seed: int) -> None:
    found = check_example("office-firm-basic.json", "basic", seed, 3)
    assert found.result in ("found", "reached")


@pytest.mark.long
@pytest.mark.parametrize("tier", ["basic", "intermediate", "advanced", "expert"])
@pytest.mark.parametrize(
    "name",
    [
        "office-firm-basic.json",
        "office-firm-intermediate.json",
        "office-firm-advanced.json",
        "office-firm-expert.json",
        "small-care-provider.json",
        "manufacturer-with-surveillance.json",
        "health-board-wales.json",
    ],
)
def test_every_example_with_parts_taken_away(name: str, tier: str) -> None:
    for seed in range(2):
        check_example(name, tier, seed, 5)


# ── The command ─────────────────────────────────────────────────────────────────────────────────────


def test_the_command_prints_steps_and_json(tmp_path: Path) -> None:
    content = json.loads((EXAMPLES / "office-firm-expert.json").read_text())
    del content["evidence"]["documents"][0]["covers"]
    file = tmp_path / "in.json"
    file.write_text(json.dumps(content))
    page = tmp_path / "plan.html"
    arguments = ["plan", str(file), "--on", "2026-11-22", "--to", "basic"]
    shown = CliRunner().invoke(cli, [*arguments, "--html", str(page)])
    assert shown.exit_code == 0, shown.output
    assert "half days" in shown.output
    assert "Say what is so" in shown.output
    assert "/evidence/documents/0" in CliRunner().invoke(cli, [*arguments, "--all"]).stdout
    assert "/evidence/documents/0" in page.read_text()
    said = json.loads(CliRunner().invoke(cli, [*arguments, "--json"]).stdout)
    assert (said["result"], said["to"]) == ("found", "basic")
    assert said["routes"][0]["groups"][0]["pointer"] == "/evidence/documents/0"


def test_an_unknown_tier_is_bad_input() -> None:
    result = CliRunner().invoke(cli, ["plan", str(EXAMPLES / "office-firm-expert.json"), "--to", "exprt"])
    assert result.exit_code == 2
    assert "exprt" in result.output

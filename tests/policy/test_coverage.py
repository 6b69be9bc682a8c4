"""`rules coverage`: what cases show is worked out here by hand, leaf by leaf, and a gap that is planted is found."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from ohaccredit.language.encode import encode
from ohaccredit.language.trace import Tracer
from ohaccredit.language.yaml_source import read_yaml
from ohaccredit.policy.cases import load_case_files
from ohaccredit.policy.coverage import Coverage, Observer, cover, together, unshared
from ohaccredit.policy.coverage_gate import publication_gate
from ohaccredit.policy.coverage_words import case_to_paste, written
from ohaccredit.policy.leaves import SHOWN_IN_WORDS, Possible, leaves_of_rule, whole_switch
from ohaccredit.policy.probe import Probe
from ohaccredit.policy.suggest import suggest
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from tests.language.strategies import World, with_holes, worlds
from tests.running import Run, run_ohaccredit
from tests.standards import small

ON = date(2026, 6, 30)
CASES = "rules/small/1/registered/cases.yaml"
Gap = tuple[str, str]


def home_with(
    root: Path,
    met: str,
    *evidence: str,
    on: str = "2026-06-30",
    extra: str = "",
    derived: str = small.DERIVED,
    tail: str = "",
) -> Path:
    """A home with one rule, and one case for each piece of evidence given."""
    files = dict(small.FILES)
    files[small.RULE] = f"criterion: registered\n{extra}met_when: {met}\n"
    if derived != small.DERIVED:
        files[small.DERIVED] = derived
    lines = [f"criterion: registered\non: {on}\ncases:"]
    lines += [
        f"  - {{name: case {number}, given: {each}, expect: met, because: a test}}"
        for number, each in enumerate(evidence, start=1)
    ]
    files[CASES] = "\n".join(lines) + "\n" + tail
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def covered(root: Path, **chosen: Any) -> Coverage:
    edition = load_edition(Home(root), "small", "1")
    found, problems = cover(edition, load_case_files(Home(root), edition, []), **chosen)
    assert problems == []
    return found


def gaps(root: Path, part: str = "registered") -> list[Gap]:
    (found,) = [each for each in covered(root).parts if each.name == part]
    return [(leaf.pointer, SHOWN_IN_WORDS[shown]) for leaf, shown in found.gaps]


def coverage(root: Path, *arguments: str) -> Run:
    return run_ohaccredit("--home", root, "rules", "coverage", *arguments)


HEADCOUNT = "{field: organisation.headcount, at_least: 10}"


def people(*headcounts: int) -> Sequence[str]:
    return [f"{{organisation: {{headcount: {number}}}}}" for number in headcounts]


# ── Boundaries ──────────────────────────────────────────────────────────────────────────────────────


def test_ten_nine_and_nothing_said_show_all_there_is_to_at_least_ten(tmp_path: Path) -> None:
    assert gaps(home_with(tmp_path, HEADCOUNT, *people(10, 9), "{}")) == []


def test_eleven_and_eight_show_both_verdicts_but_not_the_boundary(tmp_path: Path) -> None:
    assert gaps(home_with(tmp_path, HEADCOUNT, *people(11, 8), "{}")) == [
        ("/met_when", "at the boundary"),
        ("/met_when", "beyond the boundary"),
    ]


@pytest.mark.parametrize(
    ("word", "days", "missing"),
    [
        # The first day named is the boundary, the second the nearest on its other side.
        ("on_or_after", ("2026-06-30", "2026-06-29"), []),
        ("on_or_after", ("2026-06-30", "2026-06-28"), ["beyond the boundary"]),
        ("on_or_before", ("2026-06-30", "2026-07-01"), []),
        ("after", ("2026-06-30", "2026-07-01"), []),
        ("after", ("2026-07-02", "2026-06-30"), ["beyond the boundary"]),
        ("before", ("2026-06-30", "2026-06-29"), []),
        ("before", ("2026-06-28", "2026-07-01"), ["at the boundary", "beyond the boundary"]),
    ],
)
def test_a_date_is_asked_for_the_day_itself_and_the_day_beyond(
    tmp_path: Path, word: str, days: tuple[str, str], missing: list[str]
) -> None:
    rule = f"{{earliest_of: expires, in: practitioners, if_list_empty: not evidenced, {word}: assessment date}}"
    cases = [f"{{practitioners: [{{expires: {day}}}]}}" for day in days]
    assert [shown for _, shown in gaps(home_with(tmp_path, rule, *cases, "{}"))] == missing


def test_a_shifted_date_has_its_boundary_where_the_shift_leads(tmp_path: Path) -> None:
    # Two months before 30 April 2026 is 28 February 2026.
    rule = (
        "{some: practitioners, if_list_empty: not met,"
        " satisfying: {field: expires, on_or_after: 2 months before assessment date}}"
    )
    cases = [f"{{practitioners: [{{expires: {day}}}]}}" for day in ("2026-02-28", "2026-02-27")]
    assert gaps(home_with(tmp_path, rule, *cases, "{practitioners: [{}]}", on="2026-04-30")) == []


def test_a_percentage_needs_the_boundary_and_anything_beyond(tmp_path: Path) -> None:
    rule = "{field: organisation.profile.uptake, at_least: 95%}"
    cases = [f"{{organisation: {{profile: {{uptake: {share}}}}}}}" for share in ("95", "40")]
    assert gaps(home_with(tmp_path, rule, *cases, "{}")) == []
    cases = [f"{{organisation: {{profile: {{uptake: {share}}}}}}}" for share in ("95.5", "40")]
    assert gaps(home_with(tmp_path, rule, *cases, "{}")) == [("/met_when", "at the boundary")]


@pytest.mark.parametrize(
    ("comparator", "bound", "at", "beyond"),
    [
        ("at_least", 10, 10, 9),
        ("at_most", 10, 10, 11),
        ("more_than", 10, 10, 11),
        ("less_than", 10, 10, 9),
    ],
)
def test_the_neighbours_between_which_a_comparison_of_whole_numbers_turns(
    comparator: Any, bound: int, at: int, beyond: int
) -> None:
    assert whole_switch(comparator, bound) == (at, beyond)


def test_a_bound_that_is_a_parameter_is_asked_at_its_figure(tmp_path: Path) -> None:
    # From 1 April 2026 the share is 100 %: all of them, and one less.
    rule = (
        "{share_of: practitioners, satisfying: {field: trained, is: yes},"
        " at_least: parameter registered-share, if_list_empty: not met}"
    )
    cases = [
        "{practitioners: [{trained: yes}]}",
        "{practitioners: [{trained: yes}, {trained: no}]}",
        "{practitioners: [{}]}",
    ]
    assert gaps(home_with(tmp_path, rule, *cases)) == []
    # On 31 March 95 % holds: neither all nor half of them stand at the boundary.
    assert gaps(home_with(tmp_path / "earlier", rule, *cases, on="2026-03-31")) == [("/met_when", "at the boundary")]


# ── Masking ─────────────────────────────────────────────────────────────────────────────────────────

BOTH = "{all: [{field: organisation.nation, is: wales}, {field: organisation.headcount, at_least: 10}]}"


def test_a_failure_behind_another_failure_shows_nothing(tmp_path: Path) -> None:
    # The second test fails only where the first fails too: turned round, nothing changes.
    cases = [
        "{organisation: {nation: wales, headcount: 10}}",
        "{organisation: {nation: england, headcount: 9}}",
        "{organisation: {}}",
    ]
    assert gaps(home_with(tmp_path, BOTH, *cases)) == [
        # Nor does the first fail alone: with it met, the headcount still decides that the rule is not met.
        ("/met_when/all/0", "not met"),
        ("/met_when/all/1", "not met"),
        ("/met_when/all/1", "beyond the boundary"),
    ]


def test_each_failure_alone_shows_it(tmp_path: Path) -> None:
    cases = [
        "{organisation: {nation: wales, headcount: 10}}",
        "{organisation: {nation: england, headcount: 10}}",
        "{organisation: {nation: wales, headcount: 9}}",
        "{organisation: {}}",
    ]
    assert gaps(home_with(tmp_path, BOTH, *cases)) == []


def test_what_either_does_not_need_is_not_shown(tmp_path: Path) -> None:
    either = BOTH.replace("all:", "either:")
    cases = [
        "{organisation: {nation: wales, headcount: 10}}",  # both met: neither matters
        "{organisation: {nation: england, headcount: 9}}",  # both fail: each matters
        "{organisation: {}}",
    ]
    assert gaps(home_with(tmp_path, either, *cases)) == [
        ("/met_when/either/0", "met"),
        ("/met_when/either/1", "met"),
        ("/met_when/either/1", "at the boundary"),
    ]


def test_a_rule_that_does_not_apply_shows_nothing_of_what_it_asks(tmp_path: Path) -> None:
    applies = "applies_when: {field: organisation.nation, is: wales}\n"
    cases = ["{organisation: {nation: england, headcount: 10}}", "{organisation: {nation: england, headcount: 9}}"]
    found = gaps(home_with(tmp_path, HEADCOUNT, *cases, extra=applies))
    assert [gap for gap in found if gap[0] == "/met_when"] == [
        ("/met_when", shown) for shown in ("met", "not met", "not evidenced", "at the boundary", "beyond the boundary")
    ]
    # "Not met" is shown where it does not apply, for else it would have to be met or not met.
    assert ("/applies_when", "not met") not in found
    assert ("/applies_when", "met") in found


# ── Lists ───────────────────────────────────────────────────────────────────────────────────────────

EVERY = (
    "{every: practitioners, where: {field: role, is: clinical},"
    " satisfying: {field: trained, is: yes}, if_list_empty: not met}"
)


def test_two_items_with_one_fault_do_not_hide_each_other(tmp_path: Path) -> None:
    cases = [
        "{practitioners: [{role: clinical, trained: yes}, {role: clerical, trained: no}]}",
        "{practitioners: [{role: clinical, trained: no}, {role: clinical, trained: no}]}",
        "{practitioners: [{role: clinical}]}",
        "{practitioners: [{trained: no}, {role: clinical, trained: yes}]}",
    ]
    assert gaps(home_with(tmp_path, EVERY, *cases)) == []


def test_a_test_that_chooses_items_is_asked_too(tmp_path: Path) -> None:
    cases = [
        "{practitioners: [{role: clinical, trained: yes}]}",
        "{practitioners: [{role: clinical, trained: no}]}",
        "{practitioners: [{role: clinical}]}",
    ]
    # No clerk, whose training does not matter, and nobody whose role is open.
    assert gaps(home_with(tmp_path, EVERY, *cases)) == [
        ("/met_when/where", "not met"),
        ("/met_when/where", "not evidenced"),
    ]


def test_a_count_is_asked_at_its_bound_and_one_beside_it(tmp_path: Path) -> None:
    rule = "{count_of: practitioners, where: {field: trained, is: yes}, at_least: 2, if_list_empty: not met}"
    two, three, one = (f"{{practitioners: [{', '.join(['{trained: yes}'] * n)}]}}" for n in (2, 3, 1))
    none_said = "{practitioners: [{trained: yes}, {}]}"
    other = "{practitioners: [{trained: yes}, {trained: no}]}"
    assert gaps(home_with(tmp_path, rule, two, one, none_said, other)) == []
    assert gaps(home_with(tmp_path / "three", rule, three, one, none_said, other)) == [("/met_when", "at the boundary")]


def test_at_least_so_many_of_several_tests_has_a_boundary(tmp_path: Path) -> None:
    rule = f"{{of_these: [{HEADCOUNT}, {{field: organisation.nation, is: wales}}], at_least: 1}}"
    cases = [
        "{organisation: {nation: wales, headcount: 9}}",
        "{organisation: {nation: england, headcount: 10}}",
        "{organisation: {nation: england, headcount: 9}}",
        "{organisation: {nation: england}}",
    ]
    assert gaps(home_with(tmp_path, rule, *cases)) == [("/met_when/of_these/1", "not evidenced")]


# ── What is not asked ───────────────────────────────────────────────────────────────────────────────


def test_what_is_stated_is_never_asked_to_fail(tmp_path: Path) -> None:
    rule = "{field: organisation.headcount, is: stated}"
    assert gaps(home_with(tmp_path, rule, *people(1), "{}")) == []


def test_a_test_of_figures_alone_is_not_asked_at_all(tmp_path: Path) -> None:
    rule = f"{{all: [{HEADCOUNT}, {{parameter: registered-share, at_least: 90%}}]}}"
    root = home_with(tmp_path, rule, *people(10, 9), "{}")
    assert gaps(root) == []
    assert [leaf.pointer for part in covered(root).parts for leaf in part.unvarying] == ["/met_when/all/1"]


def test_the_key_of_what_is_given_once_per_key_is_never_missing(tmp_path: Path) -> None:
    rule = (
        "{some: kpis, if_list_empty: not met,"
        " satisfying: {all: [{field: key, is: absence}, {some: points, if_list_empty: met}]}}"
    )
    assert ("/met_when/satisfying/all/0", "not evidenced") not in gaps(home_with(tmp_path, rule, "{}"))


def test_a_figure_that_the_field_cannot_hold_is_not_asked(tmp_path: Path) -> None:
    # The field ends at 1000, so 1001 cannot be: "at most 1000" is always met.
    rule = "{field: organisation.headcount, at_most: 1000}"
    assert gaps(home_with(tmp_path, rule, "{}")) == [("/met_when", "met"), ("/met_when", "at the boundary")]


# ── Derived values ──────────────────────────────────────────────────────────────────────────────────


def test_the_cases_of_a_derived_value_are_asked_for_once(tmp_path: Path) -> None:
    rule = "{derived: size, is: large}"
    root = home_with(tmp_path, rule, *people(11, 9), "{}")
    assert gaps(root) == []
    assert gaps(root, "derived size") == [("/derived/size/first_of/0/when", "at the boundary")]


def test_a_case_of_a_derived_value_after_one_about_the_same_field_cannot_lack_it(tmp_path: Path) -> None:
    derived = small.DERIVED.replace(
        "      - {then: small}", "      - {when: {field: organisation.headcount, at_least: 5}, then: small}\n"
        "      - {then: small}"
    )  # fmt: skip
    root = home_with(tmp_path, "{derived: size, is: large}", *people(10, 9), "{}", derived=derived)
    assert ("/derived/size/first_of/1/when", "not evidenced") not in gaps(root, "derived size")


def test_a_condition_by_name_is_a_leaf_of_the_rule_that_names_it(tmp_path: Path) -> None:
    derived = f"""\
derived:
  big:
    words: {{en: it is big}}
    why: A test
    condition: {HEADCOUNT}
"""
    root = home_with(tmp_path, "{derived: big}", *people(10), derived=derived)
    assert gaps(root) == [("/met_when", "not met"), ("/met_when", "not evidenced")]
    assert gaps(root, "derived big") == [
        ("/derived/big/condition", "not met"),
        ("/derived/big/condition", "not evidenced"),
        ("/derived/big/condition", "beyond the boundary"),
    ]


SHARED = """\
derived:
  big: {words: {en: it is big}, why: A test, condition: {field: organisation.headcount, at_least: 10}}
"""


def test_what_standards_share_is_asked_of_their_cases_together(tmp_path: Path) -> None:
    root = home_with(tmp_path, "{derived: big}", *people(10))
    (root / "rules/common/1").mkdir(parents=True)
    (root / "rules/common/1/derived.yaml").write_text(SHARED)
    (root / small.STANDARD).write_text(small.standard("small", extra="shares: common/1\n"))
    for name in (small.STANDARD, small.CRITERIA, small.RULE, CASES, small.PARAMETERS):
        other = root / name.replace("/small/", "/other/")
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_text((root / name).read_text().replace("small", "other").replace("headcount: 10", "headcount: 9"))
    found: list[Coverage] = []
    for standard in ("other", "small"):
        edition = load_edition(Home(root), standard, "1")
        found.append(cover(edition, load_case_files(Home(root), edition, []))[0])
    first, second = together(found)
    shared = [part for part in (*first.parts, *second.parts) if part.shared]
    # Ten is in the cases of one standard, nine in those of the other; neither leaves the headcount out.
    assert [SHOWN_IN_WORDS[shown] for part in shared for _, shown in part.gaps] == ["not evidenced"]
    assert [part.name for part in unshared(found[0]).parts] == ["registered"]


# ── Accepted gaps ───────────────────────────────────────────────────────────────────────────────────

TWICE = "{all: [{field: organisation.headcount, at_least: 10}, {field: organisation.headcount, at_least: 5}]}"
DECLARED = """\
not_reachable:
  - {leaf: /met_when/all/1, outcome: not met, because: below five is below ten}
"""


def test_an_accepted_gap_is_counted_apart_and_shown_with_its_reason(tmp_path: Path) -> None:
    root = home_with(tmp_path, TWICE, *people(10, 9, 5, 4), "{}", tail=DECLARED)
    (part,) = covered(root).parts
    # Each is asked for 5. At 5 and 4 the first test fails too, so of the second only two verdicts are ever shown.
    assert (part.asked, part.seen, len(part.accepted)) == (10, 7, 1)
    assert gaps(root) == [("/met_when/all/1", "at the boundary"), ("/met_when/all/1", "beyond the boundary")]
    assert "not met: below five is below ten" in coverage(root).out


def test_all_shown_or_accepted_is_success(tmp_path: Path) -> None:
    rest = "".join(
        f"  - {{leaf: /met_when/all/1, outcome: {side} the boundary, because: four and five are below ten}}\n"
        for side in ("at", "beyond")
    )
    root = home_with(tmp_path, TWICE, *people(10, 9), "{}", "{}", tail=DECLARED + rest)
    result = coverage(root)
    assert (result.code, result.err) == (0, "")
    assert "7 of 10 shown, 3 accepted as out of reach" in result.out


def test_what_a_case_shows_must_not_be_said_to_be_out_of_reach(tmp_path: Path) -> None:
    root = home_with(tmp_path, HEADCOUNT, *people(10, 9), "{}", "{}", tail=(
        "not_reachable:\n  - {leaf: /met_when, outcome: met, because: so it was thought}\n"
    ))  # fmt: skip
    result = coverage(root)
    assert result.code == 1
    assert "met is said not to be reachable, but a case shows it." in result.out


def test_a_declaration_that_names_no_test_is_bad_input(tmp_path: Path) -> None:
    root = home_with(tmp_path, HEADCOUNT, *people(10, 9, 8), "{}", tail=(
        "not_reachable:\n"
        "  - {leaf: /met_when/all/7, outcome: met, because: a slip}\n"
        "  - {leaf: /derived/size/first_of/0/when, outcome: met, because: the rule does not read it}\n"
    ))  # fmt: skip
    found = json.loads(coverage(root, "--json").out)["problems"]
    assert [(each["line"], each["message"]) for each in found if each["line"] > 7] == [
        (9, 'There is no test at "/met_when/all/7".'),
        (10, 'The rule reads no derived value whose tests stand at "/derived/size/first_of/0/when".'),
    ]
    assert coverage(root).code == 2


# ── The command ─────────────────────────────────────────────────────────────────────────────────────


def complete(root: Path) -> Path:
    """A home whose four cases show everything, and come out as the file of cases demands."""
    home = home_with(root, HEADCOUNT, *people(10, 9), "{}", "{organisation: {}}")
    text = (home / CASES).read_text()
    for number, outcome in ((2, "not met"), (3, "not evidenced"), (4, "not evidenced")):
        head, tail = text.split(f"name: case {number},")
        text = f"{head}name: case {number},{tail.replace('expect: met', f'expect: {outcome}', 1)}"
    (home / CASES).write_text(text)
    return home


def test_a_complete_set_of_cases_succeeds(tmp_path: Path) -> None:
    result = coverage(complete(tmp_path))
    assert (result.code, result.out.splitlines()[-1]) == (0, "1 rule: 5 of 5 shown.")


def test_a_planted_gap_is_found_with_its_place_and_a_case_to_begin_with(tmp_path: Path) -> None:
    root = complete(tmp_path)
    path = root / CASES
    path.write_text(path.read_text().replace("headcount: 9", "headcount: 8"))
    result = coverage(root, "--suggest")
    assert result.code == 1
    assert "rule.yaml:2:11  No case stands just beyond the boundary of “people employed is at least 10”." in result.out
    # The first case has 10: the change of one figure to 9 shows it.
    assert "Write one like “case 1” with /organisation/headcount: 9." in result.out
    assert "given: {organisation: {headcount: 9}}" in result.out
    assert "expect: TODO" in result.out
    assert "because: TODO" in result.out


def test_json_names_each_gap_with_its_leaf(tmp_path: Path) -> None:
    root = complete(tmp_path)
    path = root / CASES
    path.write_text(
        path.read_text().replace("{organisation: {}}", "{}").replace("{}", "{organisation: {headcount: 3}}")
    )
    document = json.loads(coverage(root, "--json").out)
    (part,) = document["editions"][0]["parts"]
    assert (document["complete"], part["asked"], part["shown"]) == (False, 5, 4)
    (gap,) = part["gaps"]
    assert (gap["leaf"], gap["outcome"], gap["line"], gap["column"]) == ("/met_when", "not evidenced", 2, 11)
    assert gap["like"] == "case 1"


def test_a_standard_or_criterion_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    root = complete(tmp_path)
    assert coverage(root, "smal").code == 2
    result = coverage(root, "--criterion", "regd")
    assert (result.code, 'no criterion "regd"' in result.err) == (2, True)


def test_a_suggested_case_shows_what_it_was_suggested_for(tmp_path: Path) -> None:
    root = home_with(tmp_path, EVERY, "{practitioners: [{role: clinical, trained: yes}]}")
    edition = load_edition(Home(root), "small", "1")
    observer = Observer(edition)
    found, _ = cover(edition, load_case_files(Home(root), edition, []), observer=observer)
    (part,) = found.parts
    for number, gap in enumerate(part.gaps):
        suggestion = suggest(observer, gap, part.situations)
        assert suggestion is not None
        pasted: Any = read_yaml(case_to_paste(suggestion).encode(), "pasted").value
        other = home_with(
            tmp_path / str(number),
            EVERY,
            "{practitioners: [{role: clinical, trained: yes}]}",
            written(pasted[0]["given"]),
        )
        assert (gap[0].pointer, SHOWN_IN_WORDS[gap[1]]) not in gaps(other)
    # The list fails or is open, the role is another or open, the training is missing or open: each by one change.
    assert len(part.gaps) == 6


@pytest.mark.parametrize(
    "value",
    ["plain", "2026-06-30", "no", "true", "a: b", 'quo"te', "", " x", "12:30", "5", {"a": [1, {"b": "c, d"}]}, [], {}],
)
def test_what_is_written_is_read_again_as_it_was(value: object) -> None:
    assert read_yaml(f"v: {written(value)}\n".encode(), "again").value == {"v": value}


def test_publication_waits_until_the_cases_show_everything(tmp_path: Path) -> None:
    root = complete(tmp_path)
    assert publication_gate(Home(root), load_edition(Home(root), "small", "1")).result == "passed"
    path = root / CASES
    path.write_text(path.read_text().replace("headcount: 10", "headcount: 11"))
    found = publication_gate(Home(root), load_edition(Home(root), "small", "1"))
    assert (found.result, found.says) == ("failed", "1 of 5 things are shown by no case")
    assert [str(each.place) for each in found.problems] == ["rules/small/1/registered/rule.yaml:2:11"]


# ── Random rules ────────────────────────────────────────────────────────────────────────────────────


@settings(
    max_examples=40,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(world=worlds(rules=3, evidence=4))
def test_the_probe_decides_as_the_rule_does_and_what_matters_is_one_of_the_possible_verdicts(world: World) -> None:
    probe, possible = Probe(world.definitions), Possible(world.definitions)
    # That a figure has a value on every day on which it is read is for "rules check" to find.
    complete_figures = all(each.values[0].start <= ON for each in world.definitions.parameters.values())
    for raw in map(with_holes, world.evidence):
        evidence = encode(raw, world.record)
        for _, rule in world.rules:
            decided = Tracer(world.definitions, evidence, ON).decide(rule)
            assert probe.outcome(rule, evidence, ON, reason=True) == (decided.outcome, decided.reason())
            came_to = probe.seen(rule, evidence, ON)
            for leaf in leaves_of_rule(rule):
                verdicts = possible.verdicts(leaf.node, leaf.around)
                for shown in (True, False, None):
                    if (id(leaf.node), shown) in came_to:
                        assert shown in verdicts or not complete_figures, (leaf.pointer, shown, leaf.node)
                    # What a leaf never came to cannot matter, and a leaf that says the same changes nothing.
                    else:
                        mark = (id(leaf.node), shown)
                        assert not probe.matters(rule, evidence, ON, mark, (True, False, None), reason=False)
                    assert not probe.matters(rule, evidence, ON, (id(leaf.node), shown), (shown,), reason=True)

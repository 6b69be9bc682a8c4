"""Faults planted in small homes are found and named with a submission that shows them; a clean home is proved."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.accepted import read_accepted
from ohaccredit.policy.properties import Answer
from ohaccredit.policy.prove import Proofs, _first_jobs, ask, prove, publication_gate
from ohaccredit.policy.prove_beside import Bettered, FilledIn
from ohaccredit.policy.prove_cache import ProofCache, as_plain
from ohaccredit.policy.prove_confirm import decided
from ohaccredit.policy.prove_rule import EFFORT
from ohaccredit.policy.prove_worlds import Ground
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.running import run_ohaccredit
from tests.standards.small import FILES, ORGANISATION, PARAMETERS, PEOPLE, STANDARD, criteria, rule

SHARED = {name: text for name, text in FILES.items() if name.startswith("standards/evidence")}
LADDER = """\
standard: small
edition: "1"
title: {en: Small}
about: {en: About it}
notice: {en: A notice}
subject: {en: an employer}
in_force: {from: 2026-01-01}
tiers:
  - {id: basic, words: {en: Basic}}
  - {id: advanced, words: {en: Advanced}}
evidence: [organisation, practitioners]
"""
UPTAKE = "{field: organisation.profile.uptake, at_least: 50%}"
MORE = "{field: organisation.profile.uptake, at_least: 80%}"
IN_TIME = "{every: practitioners, satisfying: {field: expires, on_or_after: assessment date}, if_list_empty: not met}"
ON = date(2026, 1, 1)
ACCEPTED = "standards/small/1/accepted.yaml"


def ladder(basic: dict[str, str], advanced: dict[str, str] | None = None) -> dict[str, str | bytes | None]:
    """A home whose two tiers have these rules: what `met_when` says, by criterion."""
    higher = {"trained": "{some: practitioners, satisfying: {field: trained, is: yes}, if_list_empty: not met}"}
    advanced = higher if advanced is None else advanced
    home: dict[str, str | bytes | None] = {**SHARED, STANDARD: LADDER}
    home["standards/small/1/criteria/basic.yaml"] = criteria(*basic)
    home["standards/small/1/criteria/advanced.yaml"] = criteria(*advanced, tier="advanced")
    for id_, met in {**basic, **advanced}.items():
        home[f"rules/small/1/{id_}/rule.yaml"] = rule(id_, met)
    return home


def proved(home: Home, cache: ProofCache | None = None) -> Proofs:
    """What is found of the edition of a small home, in this process."""
    return prove(home, [load_edition(home, "small", "1")], cache=cache)[0]


def only_refuted(proofs: Proofs, property_: str) -> Answer:
    """The one answer that refutes a property; nothing is blamed on the program."""
    assert proofs.having("fault") == []
    found = [each for each in proofs.having("refuted") if each.property == property_]
    assert len(found) == 1, proofs.having("refuted")
    return found[0]


def test_a_clean_home_is_proved(make_home: MakeHome) -> None:
    proofs = proved(make_home(ladder({"in-time": IN_TIME, "uptake": UPTAKE})))
    assert {each.result for each in proofs.answers} == {"proved"}
    reached = {each.subject: each.evidence for each in proofs.answers if each.property == "reachable"}
    assert reached.keys() == {"basic", "advanced"}
    assert reached["advanced"] is not None
    assert reached["advanced"]["organisation"]["profile"]["uptake"] >= 50
    assert any(person.get("trained") for person in reached["advanced"]["practitioners"])


def test_a_higher_tier_that_is_laxer_is_found(make_home: MakeHome) -> None:
    answer = only_refuted(proved(make_home(ladder({"much": MORE}, {"some": UPTAKE}))), "adds-something")
    assert (answer.subject, answer.other) == ("some", "much")
    assert "Advanced is laxer here than Basic" in answer.says
    assert answer.evidence is not None
    assert answer.evidence["organisation"]["profile"]["uptake"] >= 80


def test_a_higher_tier_that_asks_more_of_the_same_is_no_overlap(make_home: MakeHome) -> None:
    proofs = proved(make_home(ladder({"some": UPTAKE}, {"much": MORE})))
    assert [each for each in proofs.having("refuted") if each.subject == "much"] == []


def test_rules_that_are_never_asked_together_are_no_overlap(make_home: MakeHome) -> None:
    """Whatever meets the one is out of account for the other: neither asks for nothing more."""
    home = ladder({"small": UPTAKE, "large": MORE})
    for id_, bound in (("small", "less_than"), ("large", "at_least")):
        applies = f"applies_when: {{field: organisation.headcount, {bound}: 50}}\n"
        met = UPTAKE if id_ == "small" else MORE
        home[f"rules/small/1/{id_}/rule.yaml"] = rule(id_, met, applies)
    proofs = proved(make_home(home))
    assert [each for each in proofs.having("refuted") if each.property == "adds-something"] == []
    said = {(each.subject, each.other): each.says for each in proofs.answers if each.property == "adds-something"}
    assert said["small", "large"] == "It is not asked where large is met."


def test_a_hole_at_250_people_is_found(make_home: MakeHome) -> None:
    holed = """\
{either: [{field: organisation.headcount, less_than: 250}, {field: organisation.headcount, more_than: 250}]}"""
    answer = only_refuted(proved(make_home(ladder({"any-size": holed}))), "no-gap")
    assert answer.subject == "any-size"
    assert "organisation.headcount is 250, but can below and above" in answer.says
    assert answer.evidence == {"organisation": {"headcount": 249}}


def test_a_band_that_comes_back_is_found(make_home: MakeHome) -> None:
    home = ladder({"sized": "{derived: size, one_of: [medium, large]}"})
    home["rules/small/1/derived.yaml"] = """\
derived:
  size:
    words: {en: size}
    why: A test
    options: {small: {en: small}, medium: {en: medium}, large: {en: large}}
    first_of:
      - when:
          all: [{field: organisation.headcount, at_least: 50}, {field: organisation.headcount, less_than: 250}]
        then: medium
      - {when: {field: organisation.headcount, more_than: 250}, then: large}
      - {then: small}
"""
    found = [each for each in proved(make_home(home)).having("refuted") if each.subject == "size"]
    assert [each.property for each in found] == ["no-gap"]
    assert "250 is small, 249 is medium, and smaller ones are small again" in found[0].says


def test_a_list_that_passes_when_it_is_empty_is_found(make_home: MakeHome) -> None:
    lax = IN_TIME.replace("if_list_empty: not met", "if_list_empty: met")
    answer = only_refuted(proved(make_home(ladder({"in-time": lax}))), "empty-lists")
    assert (answer.subject, answer.evidence) == ("in-time", {"practitioners": []})


CONTRADICTION = {
    "many": "{field: organisation.headcount, at_least: 100}",
    "few": "{field: organisation.headcount, less_than: 50}",
}


def test_two_musts_that_contradict_each_other_are_named(make_home: MakeHome) -> None:
    proofs = proved(make_home(ladder(CONTRADICTION)))
    found = {each.subject: each.says for each in proofs.having("refuted") if each.property == "reachable"}
    assert found == {
        "basic": "Basic cannot be reached: nothing meets many, few together.",
        "advanced": "Advanced cannot be reached: nothing meets many, few together.",
    }


def test_a_highest_tier_that_nobody_can_reach_is_found(make_home: MakeHome) -> None:
    never = "{all: [{field: organisation.headcount, at_least: 100}, {field: organisation.headcount, less_than: 100}]}"
    proofs = proved(make_home(ladder({"uptake": UPTAKE}, {"never": never})))
    assert only_refuted(proofs, "reachable").says == "Advanced cannot be reached: nothing meets never together."
    assert only_refuted(proofs, "can-be-met").subject == "never"


def test_a_rule_that_nobody_can_fail_is_found(make_home: MakeHome) -> None:
    always = "{either: [{field: organisation.headcount, at_least: 1}, {field: organisation.headcount, at_most: 1}]}"
    assert only_refuted(proved(make_home(ladder({"always": always}))), "can-fail").subject == "always"


def test_a_figure_without_a_value_on_some_days_is_found(make_home: MakeHome) -> None:
    home = ladder({"sized": "{field: organisation.headcount, at_least: parameter p}"})
    home["rules/small/1/parameters.yaml"] = """\
parameters:
  p:
    words: {en: p}
    type: count
    unit: people
    origin: source
    why: A test
    values: [{from: 2026-04-01, value: 5, reference: none, reviewed_on: 2026-01-01}]
"""
    answer = only_refuted(proved(make_home(home)), "dated")
    assert answer.says.startswith('The parameter "p" has no value from 2026-01-01 to 2026-04-01')


def test_a_rule_that_a_later_expiry_harms_is_found(make_home: MakeHome) -> None:
    home = ladder({"ends-soon": IN_TIME.replace("on_or_after", "on_or_before")})
    home[PEOPLE] = FILES[PEOPLE].replace("expires: {type: date,", "expires: {type: date, better: later,")
    answer = only_refuted(proved(make_home(home)), "better")
    assert (answer.subject, answer.says) == ("ends-soon", "Better evidence makes met into not met.")
    assert answer.evidence is not None
    assert answer.after is not None
    before, after = ([p["expires"] for p in each["practitioners"]] for each in (answer.evidence, answer.after))
    assert max(before) <= "2026-01-01"
    assert max(after) > "2026-01-01"


def test_a_rule_that_one_more_good_item_harms_is_found(make_home: MakeHome) -> None:
    two = "{count_of: practitioners, satisfying: {field: trained, is: yes}, at_least: 2, if_list_empty: met}"
    answer = only_refuted(proved(make_home(ladder({"two": two}))), "one-more-item")
    assert answer.says == "One more good item in practitioners makes met into not met."
    assert (answer.evidence, answer.after) == ({"practitioners": []}, {"practitioners": [{"trained": True}]})


TOTAL = "{sum_of: hours, in: practitioners, if_list_empty: 0, %s: 10}"


def test_an_item_that_would_do_alone_does_no_harm_to_a_total_that_is_asked_for(make_home: MakeHome) -> None:
    proofs = proved(make_home(ladder({"enough": TOTAL % "at_least"})))
    items = [each for each in proofs.answers if each.property == "one-more-item" and each.subject == "enough"]
    assert [each.result for each in items] == ["proved"]


def test_an_item_that_would_do_alone_can_be_too_much_for_a_total_with_a_limit(make_home: MakeHome) -> None:
    answer = only_refuted(proved(make_home(ladder({"few": TOTAL % "at_most"}))), "one-more-item")
    assert answer.says == "One more good item in practitioners makes met into not met."


def test_an_item_that_a_rule_does_not_want_is_not_a_good_one(make_home: MakeHome) -> None:
    at_most = """\
{count_of: practitioners, where: {field: trained, is: yes}, satisfying: {field: role, is: clerical},
 at_most: 2, if_list_empty: not met}"""
    proofs = proved(make_home(ladder({"not-many": at_most})))
    items = [each for each in proofs.answers if each.property == "one-more-item" and each.subject == "not-many"]
    assert [each.result for each in items] == ["proved"]


# ── What an assessment refuses ──────────────────────────────────────────────────────────────────────

FLOOR = """\
parameters:
  floor-characteristics:
    words: {en: smallest count}
    type: count
    unit: people
    origin: source
    why: A test
    values: [{from: 2026-01-01, value: 10, reference: none, reviewed_on: 2026-01-01}]
"""
COUNTS = """\
  began: {type: count, unit: people, small_cell: characteristics, words: {en: began}}
  stayed: {type: count, unit: people, small_cell: characteristics, words: {en: stayed}}
checks: {part_of_whole: [[stayed, began]]}
"""


@pytest.mark.parametrize(("left", "result"), [(9, "refuted"), (10, "proved"), (0, "proved")])
def test_a_tier_is_not_reached_by_a_count_that_an_assessment_refuses(
    make_home: MakeHome, left: int, result: str
) -> None:
    """All but nine of them stayed tells as much as nine: below ten, the count of those who stayed is left out."""
    gone = f"{{difference: [field organisation.began, field organisation.stayed], is: {left}}}"
    met = f"{{all: [{{field: organisation.stayed, at_least: 10}}, {gone}]}}"
    home = ladder({"stayed": met})
    home[ORGANISATION] = FILES[ORGANISATION] + COUNTS
    home[PARAMETERS] = FLOOR
    proofs = proved(make_home(home))
    found = {each.subject: each.result for each in proofs.answers if each.property == "reachable"}
    assert found == {"basic": result, "advanced": result}


# ── The same answers in every run ───────────────────────────────────────────────────────────────────

SEVERAL = {
    "in-time": IN_TIME,
    "uptake": UPTAKE,
    "clinical": "{share_of: practitioners, where: {field: role, is: clinical}, if_list_empty: not met,"
    " satisfying: {field: expires, on_or_after: 3 months after assessment date}, at_least: 75%}",
    "topics": "{count_of: practitioners, satisfying: {field: topics, includes_any: [stress, backs]}, at_least: 3,"
    " if_list_empty: not met}",
    "hours": "{either: [{sum_of: hours, in: practitioners, if_list_empty: 0, at_least: 10},"
    " {field: organisation.headcount, at_most: 5}]}",
}


def test_an_answer_does_not_depend_on_what_was_asked_before(make_home: MakeHome) -> None:
    home = make_home(ladder(SEVERAL))
    jobs = list(_first_jobs(load_edition(home, "small", "1")))
    forwards = {job.key: as_plain(ask(home, job)) for job in jobs}
    backwards = {job.key: as_plain(ask(home, job)) for job in reversed(jobs)}
    assert forwards == backwards


def test_two_processes_find_what_one_finds(make_home: MakeHome) -> None:
    home = make_home(ladder(SEVERAL))
    alone, divided = (prove(home, [load_edition(home, "small", "1")], workers=number)[0] for number in (0, 2))
    assert as_plain(alone.answers) == as_plain(divided.answers)


# ── The second submission ───────────────────────────────────────────────────────────────────────────


def test_filling_in_can_decide_what_was_open(make_home: MakeHome) -> None:
    edition = load_edition(make_home(ladder({"in-time": IN_TIME})), "small", "1")
    ground = Ground(edition, ["in-time"], ON)
    worlds = ground.beside_changed(FilledIn(ground.scope))
    after = worlds.after.outcome(edition.rules["in-time"])
    found = worlds.rule_out(ground.outcomes["in-time"].not_evidenced, after.met, effort=EFFORT).evidence
    outcomes = [decided(edition, "in-time", found[key], ON) for key in ("before", "after")]
    assert outcomes == [Outcome.NOT_EVIDENCED, Outcome.MET]


def test_a_later_date_can_make_a_rule_met(make_home: MakeHome) -> None:
    home = ladder({"in-time": IN_TIME})
    home[PEOPLE] = FILES[PEOPLE].replace("expires: {type: date,", "expires: {type: date, better: later,")
    edition = load_edition(make_home(home), "small", "1")
    ground = Ground(edition, ["in-time"], ON)
    worlds = ground.beside_changed(Bettered(ground.scope))
    after = worlds.after.outcome(edition.rules["in-time"])
    found = worlds.rule_out(ground.outcomes["in-time"].not_met, after.met, effort=EFFORT).evidence
    outcomes = [decided(edition, "in-time", found[key], ON) for key in ("before", "after")]
    assert outcomes == [Outcome.NOT_MET, Outcome.MET]


def test_what_is_better_must_fit_the_field(make_home: MakeHome) -> None:
    home = ladder({"in-time": IN_TIME})
    home[PEOPLE] = FILES[PEOPLE].replace("expires: {type: date,", "expires: {type: date, better: higher,")
    with pytest.raises(ProblemsFound, match='"better: higher" does not fit a date'):
        load_edition(make_home(home), "small", "1")


# ── Exceptions ──────────────────────────────────────────────────────────────────────────────────────


def test_an_overlap_is_accepted_with_its_reason(make_home: MakeHome) -> None:
    home = ladder({"much": MORE}, {"some": UPTAKE})
    home[ACCEPTED] = "overlaps: [{criterion: some, implied_by: much, because: It is shown apart.}]\n"
    proofs = proved(make_home(home))
    assert proofs.problems == ()
    assert [each for each in proofs.having("refuted") if each.property == "adds-something"] == []
    accepted = proofs.having("accepted")
    assert [(each.subject, each.other) for each in accepted] == [("some", "much")]
    assert accepted[0].says.endswith("Accepted: It is shown apart.")


def test_an_exception_that_excepts_nothing_is_a_problem(make_home: MakeHome) -> None:
    home = ladder({"uptake": UPTAKE})
    home[ACCEPTED] = "not_monotone:\n  - {criterion: uptake, what: better, because: It was so once.}\n"
    problem = proved(make_home(home)).problems[0]
    assert str(problem.place) == f"{ACCEPTED}:2:5"
    assert "what it excepts does not happen" in problem.message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("overlaps: [{criterion: uptake, implied_by: uptak, because: x}]\n", 'no criterion "uptak"'),
        ("vacuous: [{criterion: uptake, what: always, because: x}]\n", "what"),
        ("vacuous: [{criterion: uptake, what: gap}]\n", "because"),
        ("overlap: []\n", "overlap"),
    ],
)
def test_exceptions_are_read_strictly(make_home: MakeHome, text: str, expected: str) -> None:
    with pytest.raises(ProblemsFound, match=expected):
        proved(make_home({**ladder({"uptake": UPTAKE}), ACCEPTED: text}))


@pytest.mark.parametrize("standard", ["absence-record", "fit-note", "health-and-work-report", "oh-provider-baseline"])
def test_the_exceptions_that_ship_can_be_read(home: Home, standard: str) -> None:
    assert read_accepted(home, load_edition(home, standard, "2026")) != []


# ── Keeping answers ─────────────────────────────────────────────────────────────────────────────────


class Counting(ProofCache):
    """Counts what had to be proved."""

    kept = 0

    def keep(self, key: str, answers: list[Answer]) -> None:
        self.kept += 1
        super().keep(key, answers)


def test_what_did_not_change_is_not_proved_again(make_home: MakeHome, tmp_path: Path) -> None:
    files = ladder({"in-time": IN_TIME, "uptake": UPTAKE})
    home, folder = make_home(files), tmp_path / "cache"
    first = proved(home, Counting(folder))
    again = Counting(folder)
    assert proved(home, again).answers == first.answers
    assert again.kept == 0
    changed = make_home({"rules/small/1/uptake/rule.yaml": "# moved\n" + rule("uptake", MORE)})
    once_more = Counting(folder)
    proved(changed, once_more)
    # the rule, the ladder, an assessment of nothing, and all answers together; the other rules are as they were
    assert once_more.kept == 4


def test_what_was_kept_is_said_word_for_word_as_it_was_found(make_home: MakeHome, tmp_path: Path) -> None:
    """So nobody can tell from the answers whether they were found just now."""
    home, folder = make_home(ladder(SEVERAL)), tmp_path / "cache"
    found, kept = (json.dumps(as_plain(proved(home, ProofCache(folder)).answers), default=str) for _ in range(2))
    assert found == kept


def test_a_damaged_or_foreign_file_is_as_good_as_none(make_home: MakeHome, tmp_path: Path) -> None:
    home, folder = make_home(ladder({"uptake": UPTAKE})), tmp_path / "cache"
    first = proved(home, ProofCache(folder))
    kept = sorted(folder.glob("*/*.json"))
    kept[0].write_text("{")
    kept[1].write_text(kept[1].read_text().replace("proved", "refuted"))
    kept[2].write_bytes(b"\xff\xfe")
    assert proved(home, ProofCache(folder)).answers == first.answers


# ── The command and the gate ────────────────────────────────────────────────────────────────────────


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))


@pytest.mark.usefixtures("own_cache")
def test_the_command_says_what_it_found(make_home: MakeHome) -> None:
    home = make_home(ladder({"much": MORE}, {"some": UPTAKE}))
    result = run_ohaccredit("--home", home.root, "rules", "prove", "small")
    assert result.code == 1
    assert "refuted: some on 2026-01-01: Whatever meets much meets it too" in result.out
    assert 'shown by: {"evidence": {"organisation": {"profile": {"uptake": 8' in result.out
    document = json.loads(run_ohaccredit("--home", home.root, "rules", "prove", "small", "--json").out)
    assert document["failed"] is True
    results = {each["result"] for each in document["editions"][0]["answers"]}
    assert results == {"proved", "refuted"}


@pytest.mark.usefixtures("own_cache")
def test_the_gate_of_publication_asks_the_same(make_home: MakeHome) -> None:
    good = make_home(ladder({"in-time": IN_TIME}))
    assert publication_gate(good, load_edition(good, "small", "1")).result == "passed"
    bad = make_home({**ladder(CONTRADICTION), "rules/small/1/in-time/rule.yaml": None})
    outcome = publication_gate(bad, load_edition(bad, "small", "1"))
    assert outcome.result == "failed"
    assert "Basic cannot be reached" in outcome.problems[0].message

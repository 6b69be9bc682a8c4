"""Editions: files that hang together are read as one, and everything that does not is said at its place."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from fractions import Fraction

import pytest

from ohaccredit.language import tree as t
from ohaccredit.language.encode import encode
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import SHARE, Choice, Choices, Number
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import list_editions, load_edition
from tests.conftest import MakeHome
from tests.standards.small import (
    CRITERIA,
    DERIVED,
    FILES,
    PARAMETERS,
    RULE,
    STANDARD,
    criteria,
    criterion,
    parameter,
    rule,
    standard,
)

Changes = Mapping[str, str | None]


def problems(make_home: MakeHome, changes: Changes, name: str = "small") -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        load_edition(make_home({**FILES, **changes}), name)
    return found.value.problems


def said(make_home: MakeHome, changes: Changes, name: str = "small") -> list[str]:
    """Each problem as file:line:column, message and hint, in one line."""
    return [
        f"{problem.place or ''} {problem.message} {problem.hint}".strip()
        for problem in problems(make_home, changes, name)
    ]


# ── What is read ────────────────────────────────────────────────────────────────────────────────────


def test_an_edition_holds_what_its_files_say(make_home: MakeHome) -> None:
    edition = load_edition(make_home(FILES), "small")
    assert (edition.id, edition.title) == ("small/1", {"en": "The small standard"})
    assert list(edition.evidence) == ["organisation", "practitioners", "kpis"]
    assert [tier.id for tier in edition.ladder] == ["basic"]
    registered = edition.criteria["registered"]
    assert (registered.tier, registered.obligation, registered.origin) == ("basic", "must", "small/1")
    assert registered.effective.start == date(2026, 1, 1)
    assert edition.refused["gp_letter"]["en"].startswith("Health data")
    share = edition.definitions.parameters["registered-share"]
    assert share.type == Number(SHARE, False)
    assert [dated.value for dated in share.values] == [Fraction(19, 20), Fraction(1)]
    assert isinstance(edition.rules["registered"].met_when, t.Quantified)


def test_its_rules_decide(make_home: MakeHome) -> None:
    edition = load_edition(make_home(FILES), "small")
    decide = edition.compiled.on(date(2026, 3, 31))["registered"]
    people = [{"role": "clinical", "expires": "2026-03-31"}] * 19 + [{"role": "clinical", "expires": "2026-03-30"}]
    large = encode({"organisation": {"headcount": 10}, "practitioners": people}, edition.record)
    small = encode({"organisation": {"headcount": 9}}, edition.record)
    assert decide(large) is Outcome.MET
    assert decide(small) is Outcome.NOT_APPLICABLE
    assert edition.compiled.on(date(2026, 4, 1))["registered"](large) is Outcome.NOT_MET


def test_the_digest_covers_every_file_and_nothing_else(make_home: MakeHome) -> None:
    home = make_home(FILES)
    edition = load_edition(home, "small")
    assert set(edition.files) == set(FILES)
    assert edition.files[RULE] == hashlib.sha256(FILES[RULE].encode()).hexdigest()
    (home.root / "rules/small/1/registered/cases.yaml").write_text("criterion: registered\n# more\n")
    assert load_edition(home, "small").digest != edition.digest


def test_foundations_hold_for_all_tiers_and_are_no_rung(make_home: MakeHome) -> None:
    extra = "foundations:\n  - {id: basis, words: {en: Basis}}\n"
    files = {**FILES, STANDARD: standard("small", extra=extra)}
    edition = load_edition(make_home(files), "small")
    assert [tier.id for tier in edition.tiers] == ["basis", "basic"]
    assert [tier.id for tier in edition.ladder] == ["basic"]
    assert edition.tier("basis").foundation


def test_parameters_and_derived_values_may_stand_in_several_files(make_home: MakeHome) -> None:
    files = {
        **FILES,
        "rules/small/1/parameters/more.yaml": parameter("days", "28"),
        "rules/small/1/derived/more.yaml": (
            "derived:\n  due: {words: {en: due}, why: A test,"
            " condition: {field: organisation.headcount, at_least: 1}}\n"
        ),
    }
    edition = load_edition(make_home(files), "small")
    assert set(edition.definitions.parameters) == {"registered-share", "p"}
    assert set(edition.definitions.derived) == {"size", "due"}


@pytest.mark.parametrize(
    ("kind", "value", "type_", "read"),
    [
        ("count", "5", Number(""), Fraction(5)),
        ("number", "2.5", Number("", False), Fraction(5, 2)),
        ("percent", "12.5%", Number(SHARE, False), Fraction(1, 8)),
        ("months", "12", Number("months"), Fraction(12)),
        ("days", "28", Number("days"), Fraction(28)),
        ("money", "123.45", Number("pounds", False), Fraction(12345, 100)),
        ("money", "125", Number("pounds", False), Fraction(125)),
        ("choices", "[stress, backs]", Choices(("backs", "stress")), ("stress", "backs")),
    ],
)
def test_a_parameter_is_read_as_its_type(
    make_home: MakeHome, kind: str, value: str, type_: object, read: object
) -> None:
    files = {**FILES, "rules/small/1/parameters/more.yaml": parameter(kind, value)}
    found = load_edition(make_home(files), "small").definitions.parameters["p"]
    assert found.type == type_
    assert found.values[0].value == read


@pytest.mark.parametrize(
    ("kind", "value"),
    [("count", "2.5"), ("count", "five"), ("count", "5%"), ("percent", "95"), ("percent", "0.95"), ("percent", "most"),
     ("months", "1.5"), ("days", "[one]"), ("choices", "stress"), ("number", "5%"), ("count", "true"),
     ("money", "5%"), ("money", "£5"), ("money", "[5]")],
)  # fmt: skip
def test_a_figure_of_another_kind_is_reported_where_it_stands(make_home: MakeHome, kind: str, value: str) -> None:
    name = "rules/small/1/parameters/more.yaml"
    (found,) = problems(make_home, {name: parameter(kind, value)})
    assert found.place is not None
    assert (found.place.file, found.place.line) == (name, 9)


# ── A parameter by factor ───────────────────────────────────────────────────────────────────────────

MORE = "rules/small/1/parameters/more.yaml"


def test_a_parameter_by_factor_has_a_value_for_each_option(make_home: MakeHome) -> None:
    files = {**FILES, MORE: parameter("count", "{small: 1, large: 3}", "    by: size\n")}
    found = load_edition(make_home(files), "small").definitions.parameters["p"]
    assert found.by == "size"
    assert found.values[0].by_factor == {"small": 1, "large": 3}


@pytest.mark.parametrize(
    ("value", "by", "message"),
    [
        ("{small: 1}", "size", 'There is no value for "large".'),
        ("{small: 1, large: 2, huge: 3}", "size", '"huge" is no size.'),
        ("5", "size", "A value for each size is expected here."),
        ("{small: 1, large: 2}", "", '"by" is missing: what the value depends on.'),
        ("{small: 1, large: 2}", "sise", 'There is no derived choice "sise".'),
    ],
)
def test_a_factor_and_its_values_must_match(make_home: MakeHome, value: str, by: str, message: str) -> None:
    extra = f"    by: {by}\n" if by else ""
    found = problems(make_home, {MORE: parameter("count", value, extra)})
    assert message in [problem.message for problem in found]
    assert all(problem.place and problem.place.file == MORE for problem in found)


def test_a_factor_that_does_not_exist_is_suggested(make_home: MakeHome) -> None:
    (found,) = said(make_home, {MORE: parameter("count", "{small: 1, large: 2}", "    by: sizes\n")})
    assert found == f'{MORE}:7:9 There is no derived choice "sizes". Did you mean "size"?'


def test_a_factor_must_be_a_choice(make_home: MakeHome) -> None:
    derived = FILES[DERIVED] + (
        "  due: {words: {en: due}, why: A test, condition: {field: organisation.headcount, at_least: 1}}\n"
    )
    (found,) = said(make_home, {DERIVED: derived, MORE: parameter("count", "{a: 1}", "    by: due\n")})
    assert 'There is no derived choice "due".' in found


def test_a_factor_that_depends_on_its_own_parameter_is_refused(make_home: MakeHome) -> None:
    circle = FILES[DERIVED].replace("at_least: 10", "at_least: parameter p")
    changes = {DERIVED: circle, MORE: parameter("count", "{small: 1, large: 3}", "    by: size\n    unit: people\n")}
    assert problems(make_home, changes)


def test_values_stand_in_order_of_date(make_home: MakeHome) -> None:
    disordered = FILES[PARAMETERS].replace("from: 2026-01-01, value", "from: 2026-05-01, value")
    (found,) = said(make_home, {PARAMETERS: disordered})
    assert found == f"{PARAMETERS}:9:16 The values must stand in order of date."


# ── Names that stand twice, or nowhere ──────────────────────────────────────────────────────────────


def test_a_criterion_that_is_there_twice_is_reported(make_home: MakeHome) -> None:
    assert said(make_home, {CRITERIA: criteria("registered", "registered")}) == [
        f'{CRITERIA}:9:9 The criterion "registered" is there twice.'
    ]
    more = "standards/small/1/criteria/more.yaml"
    assert said(make_home, {CRITERIA: criteria("registered"), more: criteria("registered")}) == [
        f'{more}:3:9 The criterion "registered" is there twice.'
    ]


def test_a_parameter_or_derived_value_that_is_defined_twice_is_reported(make_home: MakeHome) -> None:
    again = "rules/small/1/derived/again.yaml"
    found = said(make_home, {MORE: FILES[PARAMETERS], again: FILES[DERIVED]})
    assert found == [
        f'{again}:3:5 The derived value "size" is defined twice.',
        f'{MORE}:3:5 The parameter "registered-share" is defined twice.',
    ]


def test_a_criterion_without_a_rule_is_reported_where_it_stands(make_home: MakeHome) -> None:
    assert said(make_home, {CRITERIA: criteria("registered", "trained")}) == [
        f'{CRITERIA}:9:9 The criterion "trained" has no rule.'
        " Write rules/small/1/trained/rule.yaml, or give it a rubric."
    ]


def test_a_rule_for_an_unknown_criterion_is_reported(make_home: MakeHome) -> None:
    name = "rules/small/1/registred/rule.yaml"
    assert said(make_home, {name: rule("registred")}) == [
        f'{name}:1:12 There is no criterion "registred". Did you mean "registered"?'
    ]


def test_a_rule_stands_in_the_folder_of_its_criterion(make_home: MakeHome) -> None:
    name = "rules/small/1/other/rule.yaml"
    changes: Changes = {CRITERIA: criteria("registered", "other"), name: rule("registered")}
    assert any(found.startswith(f'{name}:1:12 The folder is called "other".') for found in said(make_home, changes))


def test_the_folder_and_the_file_agree_on_standard_and_edition(make_home: MakeHome) -> None:
    assert said(make_home, {STANDARD: standard("big", "2")}) == [
        f'{STANDARD}:1:11 The folder says "small", the file "big".',
        f'{STANDARD}:2:10 The folder says "1", the file "2".',
    ]


def test_a_tier_or_module_that_the_standard_lacks_is_reported(make_home: MakeHome) -> None:
    text = criteria("registered", tier="basis").replace("obligation: must", "obligation: must\n    module: wales")
    assert said(make_home, {CRITERIA: text}) == [
        f'{CRITERIA}:1:7 The standard has no tier "basis". Did you mean "basic"?',
        f'{CRITERIA}:7:13 The standard has no module "wales".',
    ]


def test_evidence_that_does_not_exist_is_reported_and_nothing_that_follows_from_it(make_home: MakeHome) -> None:
    changes = {STANDARD: standard("small", evidence="[organisation, practicioners, kpis]")}
    assert said(make_home, changes) == [
        f'{STANDARD}:10:26 There is no evidence type "practicioners". Did you mean "practitioners"?'
    ]


def test_the_mistakes_of_a_rule_are_reported_at_their_places(make_home: MakeHome) -> None:
    text = FILES[RULE].replace("role, is: clinical", "rol, is: clinical").replace("registered-share", "registered-shar")
    found = said(make_home, {RULE: text})
    assert f'{RULE}:5:18 There is no field "rol" in this list\'s items. Did you mean "role"?' in found


def test_all_problems_of_all_files_come_at_once_in_order(make_home: MakeHome) -> None:
    found = problems(
        make_home,
        {
            CRITERIA: criteria("registered", "trained"),
            MORE: parameter("percent", "95"),
            RULE: FILES[RULE].replace("is: clinical", "is: clinicl"),
        },
    )
    places = [problem.place for problem in found if problem.place]
    assert {place.file for place in places} == {CRITERIA, MORE, RULE}
    assert places == sorted(places)


def test_a_rule_with_a_mistake_is_not_reported_as_missing_too(make_home: MakeHome) -> None:
    found = said(make_home, {RULE: FILES[RULE].replace("is: clinical", "is: clinicl")})
    assert found == [f'{RULE}:5:28 "clinicl" is no option of this field. Did you mean "clinical"?']


# ── Derived values ──────────────────────────────────────────────────────────────────────────────────


def derived(text: str) -> str:
    return f"derived:\n  d:\n    words: {{en: d}}\n    why: A test\n{text}"


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 3, 'A derived value has exactly one of "value", "condition" and "first_of".'),
        (
            "    value: {field: organisation.headcount}\n    condition: {derived: size}\n",
            3,
            'A derived value has exactly one of "value", "condition" and "first_of".',
        ),
        ("    value: {field: organisation.headcont}\n", 5, 'There is no field "headcont" in organisation.'),
        ("    value: {derived: d}\n", 5, 'There is no derived value "d".'),
        (
            "    options: {a: {en: a}}\n    first_of: [{then: b}]\n",
            6,
            '"b" is no option of this field.',
        ),
        (
            "    options: {a: {en: a}}\n    first_of: [{then: a}, {then: a}]\n",
            6,
            'Only the last line may do without "when".',
        ),
        (
            "    options: {a: {en: a}}\n    first_of:\n"
            "      - {when: {field: organisation.headcount, at_least: 1}, then: a}\n",
            7,
            'The last line must do without "when", so that no case is left over.',
        ),
    ],
)
def test_a_derived_value_that_cannot_be_is_reported(make_home: MakeHome, text: str, line: int, message: str) -> None:
    name = "rules/small/1/derived/more.yaml"
    (found,) = problems(make_home, {name: derived(text)})
    assert found.message == message
    assert found.place is not None
    assert (found.place.file, found.place.line) == (name, line)


# ── Judged criteria ─────────────────────────────────────────────────────────────────────────────────

JUDGED = """\
    judged:
      question: {en: "How good is it?"}
      levels: [{level: 0, words: {en: poor}}, {level: 1, words: {en: good}}]
      met_from: 1
"""
JUDGEMENTS = """\
evidence: judgements
words: {en: judgements}
about: {en: What assessors found}
collects: many
privacy: organisation
effort: 0
fields:
  criterion: {type: judged_criterion, words: {en: criterion}}
  level: {type: count, words: {en: level}}
"""


def judged() -> dict[str, str]:
    return {
        **FILES,
        "standards/evidence/judgements.yaml": JUDGEMENTS,
        CRITERIA: criteria("registered") + criterion("good", JUDGED),
    }


def test_a_judged_criterion_is_decided_by_its_judgements(make_home: MakeHome) -> None:
    edition = load_edition(make_home(judged()), "small")
    decide = edition.compiled.on(date(2026, 6, 30))["good"]

    def outcome(*levels: int) -> Outcome:
        given = {"judgements": [{"criterion": "good", "level": level} for level in levels]}
        return decide(encode(given, edition.record))

    assert edition.record.fields["judgements"].type is not None
    assert isinstance(edition.criteria["good"].judged, object)
    assert (outcome(), outcome(1), outcome(1, 0)) == (Outcome.NOT_EVIDENCED, Outcome.MET, Outcome.NOT_MET)


def test_a_criterion_has_a_rule_or_a_rubric_not_both(make_home: MakeHome) -> None:
    changes = {**judged(), "rules/small/1/good/rule.yaml": rule("good")}
    assert any('The criterion "good" has both a rule and a rubric.' in found for found in said(make_home, changes))


# ── Adopting ────────────────────────────────────────────────────────────────────────────────────────

ADOPTS = "adopts:\n  - standard: small\n    edition: '1'\n    into: {basic: [registered]}\n"


def adopting(extra: str = ADOPTS, **files: str) -> dict[str, str]:
    """The small standard, and a big one that adopts from it and has a criterion of its own."""
    return {
        **FILES,
        "standards/big/1/standard.yaml": standard("big", extra=extra),
        "standards/big/1/criteria/basic.yaml": criteria("own"),
        "rules/big/1/own/rule.yaml": rule("own"),
        **files,
    }


def test_adopted_criteria_come_with_their_rules_and_figures(make_home: MakeHome) -> None:
    edition = load_edition(make_home(adopting()), "big")
    assert set(edition.criteria) == {"own", "registered"}
    assert (edition.criteria["registered"].origin, edition.criteria["own"].origin) == ("small/1", "big/1")
    assert set(edition.rules) == {"own", "registered"}
    assert "registered-share" in edition.definitions.parameters
    assert "size" in edition.definitions.derived
    assert RULE in edition.files
    assert "standards/big/1/standard.yaml" in edition.files


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        (ADOPTS.replace("basic:", "basis:"), '14:19 The standard has no tier "basis". Did you mean "basic"?'),
        (
            ADOPTS.replace("[registered]", "[registred]"),
            '14:19 "small/1" has no criterion "registred". Did you mean "registered"?',
        ),
        (
            ADOPTS.replace("[registered]", "[registered, registered]"),
            '14:31 The criterion "registered" is there twice.',
        ),
    ],
)
def test_what_cannot_be_adopted_is_reported_where_it_is_asked_for(
    make_home: MakeHome, extra: str, expected: str
) -> None:
    found = said(make_home, adopting(extra), "big")
    assert any(each.startswith("standards/big/1/standard.yaml:14:") for each in found), found
    assert any(each.endswith(expected.partition(" ")[2]) for each in found), found


def test_an_own_criterion_cannot_be_adopted_too(make_home: MakeHome) -> None:
    files = adopting(**{"standards/big/1/criteria/basic.yaml": criteria("own", "registered")})
    assert any('The criterion "registered" is there twice.' in each for each in said(make_home, files, "big"))


def test_an_edition_to_adopt_from_must_exist(make_home: MakeHome) -> None:
    found = said(make_home, adopting(ADOPTS.replace("'1'", "'7'")), "big")
    assert any("standards/small/7/standard.yaml" in each and "cannot be read" in each for each in found)


def test_problems_of_an_adopted_edition_are_reported_too(make_home: MakeHome) -> None:
    found = said(make_home, adopting(**{RULE: FILES[RULE].replace("is: clinical", "is: clinicl")}), "big")
    assert any(each.startswith(f"{RULE}:5:") for each in found)


def test_adopting_in_a_circle_is_refused(make_home: MakeHome) -> None:
    back = ADOPTS.replace("small", "big").replace("registered", "own")
    files = adopting(**{STANDARD: standard("small", extra=back)})
    for name in ("big", "small"):
        assert any("is adopted in a circle" in each for each in said(make_home, files, name))


def test_a_standard_cannot_adopt_from_itself(make_home: MakeHome) -> None:
    found = said(make_home, {STANDARD: standard("small", extra=ADOPTS)})
    assert any('"small/1" is adopted in a circle.' in each for each in found)


def test_a_name_defined_here_and_in_an_adopted_edition_is_reported(make_home: MakeHome) -> None:
    files = adopting(**{"rules/big/1/parameters.yaml": FILES[PARAMETERS], "rules/big/1/derived.yaml": FILES[DERIVED]})
    assert said(make_home, files, "big") == [
        'rules/big/1/derived.yaml:3:5 The derived value "size" is defined twice.',
        'rules/big/1/parameters.yaml:3:5 The parameter "registered-share" is defined twice.',
    ]


def test_two_adopted_editions_that_mean_different_things_by_one_name_are_reported(make_home: MakeHome) -> None:
    second = "  - standard: third\n    edition: '1'\n    into: {basic: [checked]}\n"
    files = adopting(
        ADOPTS + second,
        **{
            "standards/third/1/standard.yaml": standard("third"),
            "standards/third/1/criteria/basic.yaml": criteria("checked"),
            "rules/third/1/checked/rule.yaml": rule(
                "checked", "{field: organisation.profile.uptake, at_least: parameter registered-share}"
            ),
            "rules/third/1/parameters.yaml": FILES[PARAMETERS].replace("95%", "10%").replace("100%", "20%"),
        },
    )
    with pytest.raises(ProblemsFound) as found:
        load_edition(make_home(files), "big")
    assert "registered-share" in str(found.value)


def test_an_adopted_rule_must_find_its_evidence_in_the_adopting_standard(make_home: MakeHome) -> None:
    extra = ADOPTS
    files = adopting(**{"standards/big/1/standard.yaml": standard("big", extra=extra, evidence="[organisation]")})
    with pytest.raises(ProblemsFound) as found:
        load_edition(make_home(files), "big")
    assert "practitioners" in str(found.value)


# ── Sharing ─────────────────────────────────────────────────────────────────────────────────────────


def sharing() -> dict[str, str]:
    """Both standards share a common folder of figures."""
    extra = "shares: common/1\n"
    return {
        **adopting(extra + ADOPTS),
        STANDARD: standard("small", extra=extra),
        "rules/common/1/parameters.yaml": FILES[PARAMETERS],
        "rules/common/1/derived.yaml": FILES[DERIVED],
        "rules/big/1/own/rule.yaml": rule("own", "{derived: size, is: large}"),
    }


def test_shared_figures_are_read_once_and_known_to_both(make_home: MakeHome) -> None:
    files: dict[str, str | None] = {**sharing(), PARAMETERS: None, DERIVED: None}
    home = make_home(files)
    for name in ("small", "big"):
        edition = load_edition(home, name)
        assert edition.shares == "common/1"
        assert "rules/common/1/parameters.yaml" in edition.files
        assert set(edition.definitions.parameters) == {"registered-share"}


def test_a_name_that_is_shared_and_defined_again_is_reported(make_home: MakeHome) -> None:
    found = said(make_home, sharing())
    assert f'{PARAMETERS}:3:5 The parameter "registered-share" is defined twice.' in found
    assert f'{DERIVED}:3:5 The derived value "size" is defined twice.' in found


def test_a_shared_folder_must_exist(make_home: MakeHome) -> None:
    assert problems(make_home, {STANDARD: standard("small", extra="shares: comon/1\n")})


# ── Linking ─────────────────────────────────────────────────────────────────────────────────────────


def linking(of: str) -> str:
    return f"""\
evidence: providers
words: {{en: providers}}
about: {{en: Who provides}}
collects: many
privacy: open
effort: 1
fields:
  assessment: {{type: assessment, of: {of}, words: {{en: assessment}}}}
"""


def test_evidence_can_hold_an_assessment_of_another_standard(make_home: MakeHome) -> None:
    files = {
        **adopting(""),
        "standards/evidence/providers.yaml": linking("small"),
        "standards/big/1/standard.yaml": standard("big", evidence="[organisation, providers]"),
    }
    edition = load_edition(make_home(files), "big")
    assert set(edition.linked) == {"small"}
    linked = edition.linked_at(("providers", "assessment"))
    assert linked is not None
    assert linked.id == "small/1"
    assert edition.linked_at(("providers", "other")) is None
    assert edition.linked_at(("organisation", "name")) is None
    assert RULE in edition.files


def test_a_link_prefers_the_edition_of_the_same_name(make_home: MakeHome) -> None:
    files = {
        **FILES,
        "standards/evidence/providers.yaml": linking("small"),
        "standards/small/2/standard.yaml": standard("small", "2"),
        "standards/big/1/standard.yaml": standard("big", evidence="[organisation, providers]"),
        "standards/big/3/standard.yaml": standard("big", "3", evidence="[organisation, providers]"),
    }
    home = make_home(files)
    assert load_edition(home, "big", "1").linked["small"].edition == "1"
    assert load_edition(home, "big", "3").linked["small"].edition == "2"


def test_a_link_to_a_standard_that_does_not_exist_is_reported(make_home: MakeHome) -> None:
    files = {
        **adopting(""),
        "standards/evidence/providers.yaml": linking("smal"),
        "standards/big/1/standard.yaml": standard("big", evidence="[organisation, providers]"),
    }
    assert any('"smal"' in each for each in said(make_home, files, "big"))


def test_standards_that_link_to_each_other_are_refused_whatever_their_editions_are_called(make_home: MakeHome) -> None:
    files = {
        **FILES,
        "standards/evidence/providers.yaml": linking("small"),
        "standards/evidence/clients.yaml": linking("big").replace("providers", "clients"),
        "standards/big/2/standard.yaml": standard("big", "2", evidence="[organisation, providers]"),
        STANDARD: standard("small", evidence="[organisation, practitioners, kpis, clients]"),
    }
    assert problems(make_home, files, "big")


# ── Choosing an edition ─────────────────────────────────────────────────────────────────────────────


def several(make_home: MakeHome) -> Home:
    files = {
        **FILES,
        STANDARD: standard("small").replace("{from: 2026-01-01}", "{from: 2026-01-01, until: 2026-12-31}"),
        "standards/small/2/standard.yaml": standard("small", "2").replace("2026-01-01", "2027-01-01"),
    }
    return make_home(files)


def test_editions_are_listed_in_order(make_home: MakeHome) -> None:
    assert list_editions(several(make_home)) == [("small", "1"), ("small", "2")]


@pytest.mark.parametrize(
    ("on", "edition"),
    [(None, "2"), (date(2026, 12, 31), "1"), (date(2027, 1, 1), "2"), (date(2026, 1, 1), "1"), (date(2025, 1, 1), "2")],
)
def test_the_edition_in_force_on_a_date_is_taken_else_the_latest(
    make_home: MakeHome, on: date | None, edition: str
) -> None:
    assert load_edition(several(make_home), "small", on=on).edition == edition


def test_a_standard_or_edition_that_does_not_exist_is_suggested(make_home: MakeHome) -> None:
    home = make_home(FILES)
    with pytest.raises(ProblemsFound) as found:
        load_edition(home, "smal")
    assert str(found.value) == '  There is no standard "smal".\n  Did you mean "small"?'
    with pytest.raises(ProblemsFound) as found:
        load_edition(home, "small", "3")
    assert '"small" has no edition "3".' in str(found.value)
    assert "There is: 1." in str(found.value)


def test_a_criterion_is_in_force_from_its_first_day_to_its_last(make_home: MakeHome) -> None:
    extra = "    effective: {from: 2026-03-01, until: 2026-03-31}\n"
    edition = load_edition(
        make_home({**FILES, CRITERIA: "tier: basic\ncriteria:\n" + criterion("registered", extra)}), "small"
    )
    registered = edition.criteria["registered"]
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]
    assert [registered.in_force(day) for day in days] == [False, True, True, False]


def test_the_options_of_a_derived_choice_are_its_type(make_home: MakeHome) -> None:
    kind = load_edition(make_home(FILES), "small").definitions.derived["size"].type
    assert isinstance(kind, Choice)
    assert kind.options == ("small", "large")


# ── The repository's own ────────────────────────────────────────────────────────────────────────────


def test_every_edition_in_the_repository_can_be_read(home: Home) -> None:
    names = list_editions(home)
    assert names
    for standard_, edition in names:
        assert load_edition(home, standard_, edition).criteria

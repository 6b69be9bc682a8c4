"""The JSON Schema of a submission: valid itself, accepting what follows it, refusing each wrong shape at its place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import list_editions, load_edition
from ohaccredit.standards.schema import submission_schema
from tests.conftest import MakeHome
from tests.standards.small import CRITERIA, FILES, STANDARD, criteria, rule, standard

MODULES = "modules:\n  - {id: wales, words: {en: Wales}, about: {en: For Wales}}\n"
LINKING = """\
evidence: providers
words: {en: providers}
about: {en: Who provides}
collects: many
privacy: open
effort: 1
fields:
  assessment: {type: assessment, of: base, words: {en: assessment}}
"""


@pytest.fixture
def edition(make_home: MakeHome) -> Edition:
    """A small standard with a module and evidence that is an assessment of another standard."""
    files = {
        **FILES,
        STANDARD: standard("small", extra=MODULES, evidence="[organisation, practitioners, kpis, providers]"),
        "standards/evidence/providers.yaml": LINKING,
        "standards/base/1/standard.yaml": standard("base", evidence="[organisation]"),
        "standards/base/1/criteria/basic.yaml": criteria("own"),
        "rules/base/1/own/rule.yaml": rule("own"),
    }
    return load_edition(make_home(files), "small")


def submission() -> dict[str, Any]:
    """A submission that uses every type."""
    return {
        "standard": "small",
        "edition": "1",
        "name": "A firm",
        "modules": ["wales"],
        "evidence": {
            "organisation": {
                "name": "A firm",
                "headcount": 12,
                "nation": "wales",
                "dated": "2026-06-30",
                "profile": {"uptake": 12.5, "budget": 1000.5},
            },
            "practitioners": [
                {"id": "p1", "role": "clinical", "trained": True, "expires": "2026-06-30", "topics": ["stress"],
                 "hours": 1.5, "visits": [{"minutes": 5}, {}]},
                {"role": "clerical"},
            ],
            "kpis": {"absence": {"points": [{"day": "2026-06-30", "formula": "v1", "part": 1, "whole": 4.5}]}},
            "providers": [{"assessment": {"result": "met"}},
                          {"assessment": {"evidence": {"organisation": {"name": "A provider"}}}}],
        },
        "explanations": [{"criterion": "registered", "claim": "explained", "text": "We are working on it."}],
    }  # fmt: skip


def problems(edition: Edition, content: Any) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        read_submission(read_json(json.dumps(content, indent=1).encode(), "s.json"), edition)
    return found.value.problems


def test_the_schema_is_valid_by_its_own_dialect(edition: Edition) -> None:
    schema = submission_schema(edition)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == "urn:ohaccredit:submission:small:1"
    Draft202012Validator.check_schema(schema)


@pytest.mark.slow
def test_the_schemas_of_the_repository_are_valid(home: Home) -> None:
    for name, number in list_editions(home):
        Draft202012Validator.check_schema(submission_schema(load_edition(home, name, number)))


def test_every_reference_in_the_schema_leads_somewhere(edition: Edition) -> None:
    schema = submission_schema(edition)
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [each for inner in value.values() for each in references(inner)]
        return [each for inner in value for each in references(inner)] if isinstance(value, list) else []

    found = references(schema)
    assert found
    assert all(each.removeprefix("#/$defs/") in definitions for each in found)


def test_a_submission_that_follows_the_schema_is_accepted(edition: Edition) -> None:
    read = read_submission(read_json(json.dumps(submission()).encode(), "s.json"), edition)
    assert (read.name, read.modules) == ("A firm", ("wales",))
    assert read.explanations[0].status == "declared"


def test_the_smallest_submission_is_accepted(edition: Edition) -> None:
    assert read_submission(read_json(b'{"evidence": {}}', "s.json"), edition).evidence == {}


def test_titles_are_in_the_language_asked_for(edition: Edition) -> None:
    def title(language: str) -> object:
        schema: Any = submission_schema(edition, language)
        return schema["$defs"]["organisation"]["properties"]["name"]["title"]

    assert (title("en"), title("cy")) == ("name", "enw")


def test_a_figure_that_is_implausible_is_not_refused(edition: Edition) -> None:
    content = submission()
    content["evidence"]["organisation"]["headcount"] = 100_000
    content["evidence"]["organisation"]["profile"]["uptake"] = 250
    assert read_submission(read_json(json.dumps(content).encode(), "s.json"), edition)


ORGANISATION = ("evidence", "organisation")
PERSON = ("evidence", "practitioners", 0)

WRONG: list[tuple[tuple[str | int, ...], Any, str, str]] = [
    (
        (*ORGANISATION, "headcount"),
        "12",
        'A whole number is expected here, not "12".',
        "Write the number without quotes, unit or percent sign.",
    ),
    ((*ORGANISATION, "headcount"), 1.5, "A whole number is expected here, not 1.5.", ""),
    (
        (*ORGANISATION, "headcount"),
        None,
        "A whole number is expected here, not null.",
        "Leave the field out if there is nothing to say.",
    ),
    ((*ORGANISATION, "headcount"), True, "A whole number is expected here, not true.", ""),
    ((*ORGANISATION, "name"), 5, "Text in quotes is expected here, not 5.", ""),
    ((*ORGANISATION, "nation"), "walse", '"walse" is none of the options.', 'Did you mean "wales"?'),
    ((*ORGANISATION, "nation"), "France", '"France" is none of the options.', ""),
    ((*ORGANISATION, "profile"), [], "A group of fields in braces is expected here, not a list.", ""),
    (
        (*ORGANISATION, "profile", "uptake"),
        "12.5%",
        'A number is expected here, not "12.5%".',
        "Write the number without quotes, unit or percent sign.",
    ),
    (
        (*ORGANISATION, "profile", "uptake"),
        12.12345,
        "12.12345 has more decimals than are kept.",
        "Give at most 4 decimals.",
    ),
    (PERSON, "Ann", 'A group of fields in braces is expected here, not "Ann".', ""),
    ((*PERSON, "trained"), "yes", 'True or false is expected here, not "yes".', "Write true, without quotes."),
    ((*PERSON, "trained"), 0, "True or false is expected here, not 0.", "Write false, without quotes."),
    ((*PERSON, "expires"), "30/06/2026", '"30/06/2026" is not a date.', "Write it as year-month-day: 2026-06-30."),
    ((*PERSON, "expires"), "2026-02-30", '"2026-02-30" is not a date.', ""),
    ((*PERSON, "expires"), "20260630", '"20260630" is not a date.', ""),
    ((*PERSON, "topics"), "stress", 'A list in square brackets is expected here, not "stress".', ""),
    ((*PERSON, "topics", 0), "stres", '"stres" is none of the options.', 'Did you mean "stress"?'),
    ((*PERSON, "visits"), {}, "A list in square brackets is expected here, not a group of fields.", ""),
    ((*PERSON, "visits", 0, "minutes"), "5", 'A whole number is expected here, not "5".', ""),
    (("evidence", "practitioners"), {}, "A list in square brackets is expected here, not a group of fields.", ""),
    (("evidence", "kpis"), [], "A group of fields in braces is expected here, not a list.", ""),
    (("evidence", "kpis", "absence", "points", 0, "day"), "2026", '"2026" is not a date.', ""),
    (("evidence", "providers", 0, "assessment", "result"), "passed", '"passed" is none of the options.', ""),
    (
        ("evidence", "providers", 1, "assessment", "evidence", "organisation", "headcount"),
        "5",
        'A whole number is expected here, not "5".',
        "",
    ),
    (("standard",), "smal", '"smal" is none of the options.', 'Did you mean "small"?'),
    (("modules", 0), "walse", '"walse" is none of the options.', 'Did you mean "wales"?'),
    (
        ("explanations", 0, "criterion"),
        "registred",
        '"registred" is none of the options.',
        'Did you mean "registered"?',
    ),
    (("explanations", 0, "claim"), "excused", '"excused" is none of the options.', ""),
    (("evidence",), [], "A group of fields in braces is expected here, not a list.", ""),
]


@pytest.mark.parametrize(("path", "value", "message", "hint"), WRONG)
def test_each_wrong_shape_is_reported_at_its_place(
    edition: Edition, path: tuple[str | int, ...], value: Any, message: str, hint: str
) -> None:
    content = submission()
    inner: Any = content
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    (found,) = problems(edition, content)
    assert found.pointer == "/" + "/".join(map(str, path))
    assert (found.message, found.place is not None) == (message, True)
    assert hint in found.hint
    assert found.place is not None
    line = json.dumps(content, indent=1).split("\n")[found.place.line - 1]
    assert line[found.place.column - 1 :].startswith(json.dumps(value)[:1])


def place_of_key(content: Any, key: str) -> tuple[int, int]:
    lines = json.dumps(content, indent=1).split("\n")
    (line,) = [number for number, each in enumerate(lines, 1) if f'"{key}":' in each]
    return line, lines[line - 1].index(f'"{key}"') + 1


@pytest.mark.parametrize(
    ("path", "key", "message", "hint"),
    [
        (ORGANISATION, "headcont", 'There is no field "headcont" here.', 'Did you mean "headcount"?'),
        (PERSON, "traned", 'There is no field "traned" here.', 'Did you mean "trained"?'),
        (("evidence",), "practicioners", 'There is no field "practicioners" here.', 'Did you mean "practitioners"?'),
        (("evidence", "kpis"), "abscence", 'There is no field "abscence" here.', 'Did you mean "absence"?'),
        ((), "evidnce", 'There is no field "evidnce" here.', 'Did you mean "evidence"?'),
        (PERSON, "diagnosis", "Health data of single people is never accepted.", "Remove the field."),
        (PERSON, "gp_letter", "Health data of single people is never accepted.", "Remove the field."),
    ],
)
def test_a_field_that_is_unknown_or_refused_is_reported_at_its_name(
    edition: Edition, path: tuple[str | int, ...], key: str, message: str, hint: str
) -> None:
    content = submission()
    inner: Any = content
    for part in path:
        inner = inner[part]
    inner[key] = "something"
    (found,) = problems(edition, content)
    assert (found.message, found.hint) == (message, hint)
    assert found.place is not None
    assert (found.place.line, found.place.column) == place_of_key(content, key)


def test_what_is_required_is_reported_where_it_is_missing(edition: Edition) -> None:
    content = submission()
    del content["evidence"]["practitioners"][0]["role"]
    (found,) = problems(edition, content)
    assert (found.pointer, found.message) == ("/evidence/practitioners/0", '"role" is missing here.')
    (found,) = problems(edition, {})
    assert (found.pointer, found.message) == ("", '"evidence" is missing here.')


def test_all_wrong_shapes_are_reported_at_once_in_the_order_of_the_file(edition: Edition) -> None:
    content = submission()
    content["evidence"]["organisation"]["headcount"] = "12"
    content["evidence"]["practitioners"][1]["role"] = "driver"
    content["modules"] = ["scotland"]
    found = problems(edition, content)
    assert [problem.pointer for problem in found] == [
        "/modules/0",
        "/evidence/organisation/headcount",
        "/evidence/practitioners/1/role",
    ]


def test_without_modules_none_can_be_asked_for(make_home: MakeHome) -> None:
    plain = load_edition(make_home({**FILES, CRITERIA: criteria("registered")}), "small")
    assert problems(plain, {"modules": ["wales"], "evidence": {}})
    assert read_submission(read_json(b'{"modules": [], "evidence": {}}', "s.json"), plain)

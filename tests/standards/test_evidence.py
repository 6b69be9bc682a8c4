"""Evidence types: what their files become, and what is wrong with them."""

from __future__ import annotations

import pytest

from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import (
    SHARE,
    Choice,
    Choices,
    Date,
    Keyed,
    ListOf,
    Measure,
    Number,
    Record,
    Series,
    Text,
    Type,
    YesNo,
)
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.loading import load_edition
from tests.conftest import MakeHome
from tests.standards.small import FILES, KPIS, ORGANISATION, PEOPLE


def edition(make_home: MakeHome, **changes: str) -> Edition:
    return load_edition(make_home({**FILES, **changes}), "small")


def record_of(kind: Type) -> Record:
    """The record of an evidence type, of one item or of many."""
    found = kind.item if isinstance(kind, (ListOf, Keyed, Series)) else kind
    assert isinstance(found, Record)
    return found


def problems(make_home: MakeHome, name: str, old: str, new: str) -> list[Problem]:
    assert old in FILES[name]
    with pytest.raises(ProblemsFound) as found:
        load_edition(make_home({**FILES, name: FILES[name].replace(old, new)}), "small")
    return [problem for problem in found.value.problems if problem.place and problem.place.file == name]


def test_scalars_have_the_types_that_their_files_name(make_home: MakeHome) -> None:
    found = edition(make_home)
    organisation = record_of(found.evidence["organisation"].type)
    people = record_of(found.evidence["practitioners"].type)
    profile = record_of(organisation.fields["profile"].type)
    assert organisation.fields["name"].type == Text()
    assert organisation.fields["headcount"].type == Number("people", True, 0, 1000)
    assert organisation.fields["nation"].type == Choice(("england", "wales"))
    assert profile.fields["uptake"].type == Number(SHARE, False, 0, 100, True)
    assert profile.fields["budget"].type == Number("pounds", False)
    assert people.fields["trained"].type == YesNo()
    assert people.fields["expires"].type == Date()
    assert people.fields["topics"].type == Choices(("stress", "backs"))
    assert people.fields["hours"].type == Number("hours", False)
    assert isinstance(people.fields["visits"].type, ListOf)


def test_words_are_kept_in_every_language_given(make_home: MakeHome) -> None:
    organisation = record_of(edition(make_home).evidence["organisation"].type)
    assert organisation.fields["name"].words == {"en": "name", "cy": "enw"}
    nation = organisation.fields["nation"].type
    assert isinstance(nation, Choice)
    assert nation.words["wales"] == {"en": "Wales", "cy": "Cymru"}


def test_how_much_is_collected_is_the_shape_of_the_type(make_home: MakeHome) -> None:
    found = edition(make_home).evidence
    assert isinstance(found["organisation"].type, Record)
    assert isinstance(found["practitioners"].type, ListOf)
    assert isinstance(found["kpis"].type, Keyed)
    assert [found[name].effort for name in found] == [1, 2, 4]
    assert found["practitioners"].privacy == "staff"


def test_every_item_has_the_common_fields_unless_it_has_its_own(make_home: MakeHome) -> None:
    own = FILES[ORGANISATION] + "  dated: {type: text, words: {en: dated in words}}\n"
    found = edition(make_home, **{ORGANISATION: own}).evidence
    assert record_of(found["practitioners"].type).fields["dated"].type == Date()
    assert record_of(found["practitioners"].type).fields["id"].type == Text()
    assert record_of(found["organisation"].type).fields["dated"].type == Text()


def test_each_key_can_bring_its_own_measure(make_home: MakeHome) -> None:
    keyed = edition(make_home).evidence["kpis"].type
    assert isinstance(keyed, Keyed)
    measures = {}
    for key in keyed.keys:
        series = keyed.records[key].fields["points"].type
        assert isinstance(series, Series)
        assert (series.at, series.same) == ("day", "formula")
        measures[key] = series.measure
    assert measures == {
        "absence": Measure("share", "part", "whole", better="lower"),
        "mood": Measure("mean", "part", spread="spread", people="whole"),
        "other": Measure("rate", "part", "whole"),
    }


def test_a_keyed_item_has_its_key_as_a_field(make_home: MakeHome) -> None:
    keyed = edition(make_home).evidence["kpis"].type
    assert isinstance(keyed, Keyed)
    assert keyed.item.fields["key"].type == Choice(("absence", "mood", "other"))


@pytest.mark.parametrize(
    ("name", "old", "new", "line", "message"),
    [
        (ORGANISATION, "    options: {england", "    unused: {england", 15, ""),
        (
            PEOPLE,
            "{type: choices, words: {en: topics}, options: {stress: {en: stress}, backs: {en: backs}}}",
            "{type: choices, words: {en: topics}}",
            15,
            '"options" is missing: what may be chosen.',
        ),
        (
            PEOPLE,
            "    fields:\n      minutes: {type: count, unit: minutes, words: {en: minutes}}\n",
            "",
            18,
            '"fields" is missing.',
        ),
        (KPIS, "    at: day\n", "", 15, 'A series needs "at", "same" and "measure".'),
        (KPIS, "    same: formula\n", "", 15, 'A series needs "at", "same" and "measure".'),
        (KPIS, "at: day", "at: date", 15, 'The series has no field "date".'),
        (KPIS, "same: formula", "same: kind", 15, 'The series has no field "kind".'),
        (KPIS, "kind: rate, of: part", "kind: rate, of: parts", 19, 'The series has no number "parts".'),
        (KPIS, "kind: rate, of: part", "kind: rate, of: formula", 19, 'The series has no number "formula".'),
        (
            KPIS,
            "kind: share, of: part, base: whole",
            "kind: share, of: part",
            10,
            'A measure of kind "share" needs "base".',
        ),
        (
            KPIS,
            "kind: mean, of: part, spread: spread,",
            "kind: mean, of: part,",
            11,
            'A measure of kind "mean" needs "spread".',
        ),
        (KPIS, "spread: spread, people: whole", "spread: spread", 11, 'A measure of kind "mean" needs "people".'),
        (
            KPIS,
            "kind: rate, of: part, base: whole",
            "kind: rate, of: part",
            19,
            'A measure of kind "rate" needs "base".',
        ),
    ],
)
def test_what_is_missing_from_a_type_is_reported_where_it_should_be(
    make_home: MakeHome, name: str, old: str, new: str, line: int, message: str
) -> None:
    found = problems(make_home, name, old, new)
    assert found
    if message:
        assert [problem.message for problem in found] == [message]
        assert found[0].place is not None
        assert found[0].place.line == line


def test_keyed_evidence_needs_keys(make_home: MakeHome) -> None:
    head, _, tail = FILES[KPIS].partition("keys:\n")
    found = problems(make_home, KPIS, FILES[KPIS], head + tail[tail.index("fields:") :])
    assert '"keys" is missing: what this evidence is given for.' in [problem.message for problem in found]


def test_the_file_is_called_what_it_is_about(make_home: MakeHome) -> None:
    (found,) = problems(make_home, PEOPLE, "evidence: practitioners", "evidence: people")
    assert found.message == 'The file is called "practitioners".'


def test_a_percentage_can_name_the_field_that_counts_its_people(make_home: MakeHome) -> None:
    text = FILES[ORGANISATION].replace(
        "uptake: {type: percent,",
        "people: {type: count, words: {en: people}}\n      uptake: {type: percent, share_of: people,",
    )
    assert edition(make_home, **{ORGANISATION: text}).evidence["organisation"].share_of == {
        ("profile", "uptake"): "people"
    }


def test_an_assessment_needs_the_standard_it_is_of(make_home: MakeHome) -> None:
    (found,) = problems(make_home, ORGANISATION, "profile:\n    type: record", "profile:\n    type: assessment")[:1]
    assert found.message == '"of" is missing: the standard that the assessment is of.'

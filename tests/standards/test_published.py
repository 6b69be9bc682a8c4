"""Published figures: read exactly, each with its source, and wrong ones found where they stand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ohaccredit.fitnotes.measures import shares
from ohaccredit.fitnotes.summary import settings_of
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.policy.check import check_home
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.published import load_published
from tests.conftest import MakeHome

FILE = """published: notes
title: {en: Notes}
population: {en: Everybody}
use: {en: Never a target}
figures:
  - measure: long
    words: {en: long notes}
    period: {from: 2024-01-01, until: 2024-03-31}
    share: 40.4%
    count: 1186059
    of: 2934256
    publisher: Somebody
    address: https://example.org/notes
    read_in: secondary
    to_confirm: Look it up.
bands:
  - {measure: long, low: 30%, high: 45%, origin: proposal, why: So it is, reviewed_on: 2026-11-22}
"""
NAME = "standards/published/notes.yaml"


def problems(make_home: MakeHome, old: str, new: str) -> list[tuple[str, int]]:
    assert old in FILE
    with pytest.raises(ProblemsFound) as found:
        load_published(make_home({NAME: FILE.replace(old, new)}))
    return [(each.message, each.place.line if each.place else 0) for each in found.value.problems]


def test_a_figure_with_counts_is_exact(make_home: MakeHome) -> None:
    published = load_published(make_home({NAME: FILE}))["notes"]
    (figure,) = published.of("long")
    assert figure.share == Fraction(1186059, 2934256)
    assert figure.to_confirm == "Look it up."
    band = published.band("long")
    assert band is not None
    assert [band.holds(Fraction(percent, 100)) for percent in (29, 30, 45, 46)] == [False, True, True, False]
    assert published.of("short") == ()
    assert published.band("short") is None


@pytest.mark.parametrize(
    ("old", "new", "message", "line"),
    [
        ("40.4%", "40.5%", "The share does not follow from the counts.", 9),
        ("    of: 2934256\n", "", '"count" and "of" belong together.', 6),
        ("    share: 40.4%\n    count: 1186059\n    of: 2934256\n", "", "A share is missing, or", 6),
        ("of: 2934256", "of: 1186058", "The part is larger than the whole.", 10),
        (", until: 2024-03-31", "", '"until" is missing', 8),
        ("until: 2024-03-31", "until: 2023-03-31", "The period ends before it begins.", 8),
        ("    to_confirm: Look it up.\n", "", '"to_confirm" is missing', 6),
        ("low: 30%", "low: 45%", "The band ends before it begins.", 17),
        ("published: notes", "published: others", 'The file is called "notes".', 1),
        ("https://example.org/notes", "somewhere", '"somewhere" is not spelt', 13),
        ("read_in: secondary", "read_in: hearsay", '"hearsay" is none of the values', 14),
    ],
)
def test_mistakes_are_found_where_they_stand(make_home: MakeHome, old: str, new: str, message: str, line: int) -> None:
    ((said, where),) = problems(make_home, old, new)
    assert said.startswith(message)
    assert where == line


def test_rules_check_reads_them(make_home: MakeHome) -> None:
    _, found = check_home(make_home({NAME: FILE.replace("40.4%", "41%")}))
    assert [problem.message for problem in found] == ["The share does not follow from the counts."]


def test_ours_name_measures_of_the_summary_and_say_where_they_were_read(home: Home) -> None:
    published = load_published(home)["fit-notes"]
    edition = load_edition(home, "absence-record")
    measures = {share.id for share in shares(settings_of(edition, edition.in_force.start).lines)}
    assert {figure.file.measure for figure in published.figures} <= measures
    assert {band.file.measure for band in published.bands} <= measures


def test_every_published_figure_of_ours_lies_in_our_band(home: Home) -> None:
    published = load_published(home)["fit-notes"]
    for band in published.bands:
        assert all(band.holds(figure.share) for figure in published.of(band.file.measure))


def test_the_issuers_of_2023_make_up_all_notes(home: Home) -> None:
    issued = [
        each.file for each in load_published(home)["fit-notes"].figures if each.file.measure.startswith("issuer-")
    ]
    counts = {each.measure: each.count or 0 for each in issued}
    others = sum(
        counts[f"issuer-{who}"] for who in ("nurse", "pharmacist", "physiotherapist", "occupational-therapist")
    )
    assert counts["issuer-not-doctor"] == others
    assert {each.of for each in issued} == {counts["issuer-doctor"] + others}

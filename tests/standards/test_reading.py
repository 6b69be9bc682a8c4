"""From a file to its model: every mistake at its line and column, in words, with a hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from ohaccredit.language.problems import Problem
from ohaccredit.standards.files import (
    CasesFile,
    CriteriaFile,
    EvidenceFile,
    File,
    ParametersFile,
    RuleFile,
    SourceFile,
    StandardFile,
)
from ohaccredit.standards.reading import read_file
from tests.standards.small import CRITERIA, FILES, ORGANISATION, PARAMETERS, STANDARD

CASES = """\
criterion: registered
on: 2026-06-30
cases:
  - {name: one, given: {}, expect: met, because: so}
"""
SOURCE = """\
source: doc
title: A document
publisher: A publisher
statements:
  - {id: S-01, place: "1", says: So, binds: [employer], kind: criterion}
"""


def problems(tmp_path: Path, text: str | bytes, model: type[File]) -> list[Problem]:
    path = tmp_path / "file.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    found: list[Problem] = []
    read = read_file(path, "file.yaml", model, found)
    assert (read is None) == bool(found)
    return found


def said(tmp_path: Path, text: str, model: type[File]) -> list[tuple[int, int, str, str, str]]:
    return [
        (p.place.line, p.place.column, p.pointer, p.message, p.hint)
        for p in problems(tmp_path, text, model)
        if p.place is not None
    ]


@pytest.mark.parametrize(
    ("text", "model"),
    [
        (FILES[STANDARD], StandardFile),
        (FILES[CRITERIA], CriteriaFile),
        (FILES[PARAMETERS], ParametersFile),
        (FILES[ORGANISATION], EvidenceFile),
        (CASES, CasesFile),
        (SOURCE, SourceFile),
        ("criterion: a\nmet_when: {anything: at all}\n", RuleFile),
    ],
)
def test_a_good_file_has_no_problems(tmp_path: Path, text: str, model: type[File]) -> None:
    assert problems(tmp_path, text, model) == []


def test_a_file_that_is_not_there_is_reported(tmp_path: Path) -> None:
    found: list[Problem] = []
    assert read_file(tmp_path / "none.yaml", "none.yaml", RuleFile, found) is None
    assert found[0].message == "The file cannot be read: No such file or directory."


def test_problems_of_the_yaml_itself_are_passed_on(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "criterion: a\n\tmet_when: b\n", RuleFile)
    assert found.message == "A tab is used to indent."


def test_a_missing_key_is_reported_at_the_group_it_is_missing_from(tmp_path: Path) -> None:
    text = CASES.replace(", because: so", "")
    assert said(tmp_path, text, CasesFile) == [(4, 5, "/cases/0/because", '"because" is missing.', "")]


def test_an_unknown_key_is_reported_at_the_key_with_a_suggestion(tmp_path: Path) -> None:
    text = CASES.replace("because: so", "because: so, becuase: so")
    assert said(tmp_path, text, CasesFile) == [
        (4, 54, "/cases/0/becuase", '"becuase" is not a key that this file knows here.', 'Did you mean "because"?')
    ]


def test_text_with_a_comma_in_braces_is_explained(tmp_path: Path) -> None:
    text = CASES.replace("because: so", "because: so, and thus")
    (found,) = said(tmp_path, text, CasesFile)
    assert found[3:] == (
        '"and thus" stands where a key is expected.',
        "In braces, text that holds a comma is put in quotes.",
    )


def test_a_value_that_is_none_of_the_possible_ones_is_reported_with_them(tmp_path: Path) -> None:
    (found,) = said(tmp_path, CASES.replace("expect: met", "expect: passed"), CasesFile)
    assert found[:4] == (4, 36, "/cases/0/expect", '"passed" is none of the values that may stand here.')
    assert "'not evidenced'" in found[4]


def test_a_misspelt_id_is_reported(tmp_path: Path) -> None:
    (found,) = said(tmp_path, CASES.replace("registered", "Registered Staff"), CasesFile)
    assert found[:4] == (1, 12, "/criterion", '"Registered Staff" is not spelt as a name should be.')


@pytest.mark.parametrize("date", ["30/06/2026", "2026-13-01", "soon", "20260630", "86400"])
def test_what_is_no_date_is_reported_with_how_to_write_one(tmp_path: Path, date: str) -> None:
    (found,) = said(tmp_path, CASES.replace("2026-06-30", date), CasesFile)
    assert found == (2, 5, "/on", f'"{date}" is not a date.', "Write it as year-month-day: 2026-06-30.")


def test_a_list_or_a_group_or_text_in_the_wrong_place_is_reported(tmp_path: Path) -> None:
    assert said(tmp_path, "criterion: a\non: 2026-06-30\ncases: none\n", CasesFile) == [
        (3, 8, "/cases", "A list is expected here.", "Begin each entry on a line of its own with a dash.")
    ]
    assert said(tmp_path, "criterion: a\non: 2026-06-30\ncases:\n  - none\n", CasesFile) == [
        (4, 5, "/cases/0", "A group of keys is expected here.", "")
    ]
    assert said(tmp_path, CASES.replace("given: {}", "given: none"), CasesFile) == [
        (4, 24, "/cases/0/given", "A group of keys is expected here.", "")
    ]
    assert said(tmp_path, FILES[STANDARD].replace('"1"', "2026"), StandardFile) == [
        (2, 10, "/edition", 'Text is expected here, not "2026".', "Put the value in quotes if it is meant as text.")
    ]


@pytest.mark.parametrize("text", ["", "- a\n", "just text\n"])
def test_a_file_that_is_no_group_of_keys_is_reported(tmp_path: Path, text: str) -> None:
    (found,) = said(tmp_path, text, CasesFile)
    assert found[3] == "A group of keys is expected here."


def test_all_mistakes_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    text = CASES.replace("registered", "Bad Name").replace("2026-06-30", "soon").replace("expect: met", "expect: no")
    assert [found[:2] for found in said(tmp_path, text, CasesFile)] == [(1, 12), (2, 5), (4, 36)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("required: true", 'required: "yes"'),
        ("required: true", "required: 1"),
        ("effort: 1", 'effort: "1"'),
        ("effort: 1", "effort: true"),
        ("effort: 1", "effort: -1"),
        ("effort: 1", "effort: 0.5"),
        ("maximum: 1000", 'maximum: "1000"'),
        ("type: count", "type: counts"),
        ("headcount:", "head-count:"),
    ],
)
def test_nothing_is_converted_silently(tmp_path: Path, old: str, new: str) -> None:
    assert old in FILES[ORGANISATION]
    assert problems(tmp_path, FILES[ORGANISATION].replace(old, new), EvidenceFile)


def test_one_wrong_figure_is_one_problem(tmp_path: Path) -> None:
    text = FILES[PARAMETERS].replace("value: 95%", "value: [1]")
    assert len(problems(tmp_path, text, ParametersFile)) == 1


@pytest.mark.parametrize(
    ("key", "value"), [("binds", "[everyone]"), ("kind", "rule"), ("id", "s-1"), ("id", "S01"), ("says", "null")]
)
def test_a_statement_is_checked_word_by_word(tmp_path: Path, key: str, value: str) -> None:
    given = {"id": "S-01", "place": '"1"', "says": "So", "binds": "[employer]", "kind": "criterion", key: value}
    text = SOURCE.partition("  - ")[0] + "  - {" + ", ".join(f"{k}: {v}" for k, v in given.items()) + "}\n"
    (found,) = said(tmp_path, text, SourceFile)
    assert found[0] == 5
    assert found[2].startswith(f"/statements/0/{key}")

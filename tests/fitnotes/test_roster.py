"""Rosters of notes: what is read, what is assumed, and what is said of everything that cannot be read."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes import grid as grid_module
from ohaccredit.fitnotes import xlsx_grid
from ohaccredit.fitnotes.codes import is_snomed_id, load_codes
from ohaccredit.fitnotes.columns import load_columns
from ohaccredit.fitnotes.record import read_record
from ohaccredit.fitnotes.roster import Roster, read_roster
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.types import Choice, Choices, Date, Field, Number, Text, YesNo
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition

HOME = find_home()
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples" / "fit-notes"


@cache
def _edition() -> Edition:
    return load_edition(HOME, "absence-record")


@pytest.fixture(scope="module")
def edition() -> Edition:
    return _edition()


def read(text: str | bytes, edition: Edition, columns: Path | None = None, file: str = "roster.csv") -> Roster:
    return read_roster(text.encode() if isinstance(text, str) else text, file, HOME, edition, columns)


def one(text: str, edition: Edition, columns: Path | None = None) -> dict[str, Any]:
    """The only note of a roster that has nothing wrong with it, without its person."""
    roster = read(text, edition, columns)
    assert roster.problems == ()
    [note] = roster.evidence["fit_notes"]
    assert note["person"] == "7"
    return {key: value for key, value in note.items() if key != "person"}


def assumed(roster: Roster) -> tuple[str, ...]:
    """What was assumed, without the columns that these short tables lack."""
    return tuple(note for note in roster.notes if "for want of" not in note)


def refused(text: str | bytes, edition: Edition, columns: Path | None = None) -> list[Problem]:
    with pytest.raises(ProblemsFound) as found:
        read(text, edition, columns)
    return found.value.problems


def workbook(sheets: Mapping[str, Sequence[Sequence[Any]]], hidden: Sequence[str] = ()) -> bytes:
    book = Workbook()
    assert book.active is not None
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        if name in hidden:
            sheet.sheet_state = "hidden"
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


# ── What the columns are ────────────────────────────────────────────────────────────────────────────


def test_example_reads_as_it_stands(edition: Edition) -> None:
    roster = read((EXAMPLES / "roster.csv").read_bytes(), edition)
    assert (roster.problems, roster.rows) == ((), 12)
    notes = {note["id"]: note for note in roster.evidence["fit_notes"]}
    assert len(notes) == 11
    # Line 4: a physiotherapist, 23 February to 22 March, two boxes.
    assert notes["N-03"] == {
        "id": "N-03",
        "person": "1004",
        "form": "med3-2022",
        "nation": "england",
        "assessment_mode": "in-person",
        "assessed_on": "2026-02-23",
        "issued_on": "2026-02-23",
        "received_on": "2026-02-23",
        "left_blank": [],
        "says": ["may-be-fit"],
        "arrangements": ["phased-return", "altered-hours"],
        "comments": ["reasons"],
        "reassessment": "not-needed",
        "period": {"given_as": "both", "length": 4, "first_day": "2026-02-23", "last_day": "2026-03-22"},
        "issuer": {"profession": "physiotherapist", "signature": "electronic"},
    }
    assert notes["N-07"]["left_blank"] == ["practice-address"]
    assert notes["N-12"]["period"] == {"given_as": "weeks", "length": 2}  # "2/52", as doctors write two weeks
    assert notes["N-04"]["period"] == {"given_as": "dates", "first_day": "2026-03-09", "last_day": "2026-03-20"}
    [report] = roster.evidence["health_and_work_reports"]
    assert report == {
        "id": "N-10",
        "person": "1042",
        "version": "2021",
        "left_blank": [],
        "review": "not-required",
        "says": ["may-be-fit"],
        "assessed_on": "2026-05-11",
        "received_on": "2026-05-14",
        "first_day": "2026-05-11",
        "last_day": "2026-06-07",
        "arrangements": ["phased-return", "amended-duties"],
        "practitioner": {"profession": "occupational-therapist"},
    }
    people = [person["id"] for person in roster.evidence["absent_people"]]
    assert sorted(people) == ["1004", "1008", "1015", "1017", "1023", "1031", "1042"]
    record = read_record(roster.evidence)
    assert len(record.papers) == 12
    assert str(roster.places["fit_notes", 2]) == "roster.csv:4:2"


def test_example_with_mistakes_keeps_the_good_rows(edition: Edition) -> None:
    roster = read((EXAMPLES / "roster-with-mistakes.csv").read_bytes(), edition)
    assert [(problem.place and problem.place.line, problem.message) for problem in roster.problems] == [
        (3, 'Column "Issued": "31/06/2026" is not a date: there is no such day.'),
        (3, 'Column "Length": It does not say whether these are days, weeks or months.'),
        (4, 'Column "Issued by": This entry is none of the options.'),
    ]
    assert [note["person"] for note in roster.evidence["fit_notes"]] == ["1004", "1031"]
    assert [person["id"] for person in roster.evidence["absent_people"]] == ["1004", "1031"]
    assert roster.rows == 4


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_marks_and_line_ends(separator: str, mark: bytes, end: str, edition: Edition) -> None:
    text = end.join([f"EMPLOYEE_NO{separator}date-issued", f"7{separator}2026-01-02", ""])
    roster = read(mark + text.encode(), edition)
    assert roster.evidence["fit_notes"] == [{"person": "7", "issued_on": "2026-01-02"}]


def test_excel_names_its_own_separator(edition: Edition) -> None:
    roster = read("sep=;\nperson;issued\n7;2026-01-02\n8;tomorrow\n", edition)
    assert roster.evidence["fit_notes"] == [{"person": "7", "issued_on": "2026-01-02"}]
    assert [problem.place and problem.place.line for problem in roster.problems] == [4]


def test_headings_below_a_title(edition: Edition) -> None:
    data = workbook({"Notes": [["Fit notes 2026"], [], ["Employee number", "Issued"], [7, "2026-01-02"]]})
    assert read(data, edition).evidence["fit_notes"] == [{"person": "7", "issued_on": "2026-01-02"}]


def test_every_field_of_the_papers_can_be_given(edition: Edition) -> None:
    """Whatever the evidence types ask for has an entry in the mapping, except what every item has."""
    columns = load_columns(HOME, edition)
    every_item = set(edition.evidence["self_certificates"].type.item.fields)  # type: ignore[union-attr]
    for name in ("fit_notes", "health_and_work_reports"):
        named = {meaning.slots[name].path for meaning in columns.headings.values() if name in meaning.slots}
        asked = {
            path
            for path in columns.fields[name]
            if path.split(".")[0] not in every_item - {"id", "first_day", "last_day"}
        }
        assert asked - named == set()


def test_columns_without_which_every_note_is_a_query_are_named_once(edition: Edition) -> None:
    heads = "Employee number,Form,Assessed,Issued,Fitness for work,Issued by,From,To"
    row = "1,04/22,2026-03-02,2026-03-02,not fit,GP,2026-03-02,2026-03-08"
    (said,) = read(f"{heads}\n{row}\n{row.replace('1', '2', 1)}\n", edition).notes
    assert "for want of a column for particulars that the form leaves blank, every fit note is a query" in said
    assert '"Left blank"' in said
    assert read(f"{heads},Left blank\n{row},none\n", edition).notes == ()
    # A code says what the note says, but not on which version of the form; a report has no such columns.
    (code,) = read(
        "Employee number,code,Left blank,Assessed,Issued,Issued by\n1,751481000000104,none,,,GP\n", edition
    ).notes
    assert "for want of a column for form, every" in code
    assert "Left blank" not in code
    report = read("Employee number,Document,From\n1,AHP report,2026-03-02\n", edition)
    assert not any("for want of" in note for note in report.notes)


def test_unknown_columns_are_named_and_not_read(edition: Edition) -> None:
    roster = read("person,Favourite colour,issued\n7,Zanzibar,2026-01-02\n", edition)
    assert roster.evidence["fit_notes"] == [{"person": "7", "issued_on": "2026-01-02"}]
    assert assumed(roster) == ('roster.csv: not known, and not read: "Favourite colour".',)


@pytest.mark.parametrize(
    "heading", ["Diagnosis", "NHS Number", "nhs_number", "Surname", "Date of birth", "Reason for absence"]
)
def test_refused_columns_are_never_read(heading: str, edition: Edition) -> None:
    roster = read(f"person,{heading},issued\n7,Zanzibar,2026-01-02\n8,Zanzibar,never\n", edition)
    assert "Zanzibar" not in repr(roster)
    assert roster.evidence["fit_notes"] == [{"person": "7", "issued_on": "2026-01-02"}]
    first = roster.problems[0]
    assert str(first.place) == "roster.csv:1:2"
    assert first.message in {words["en"] for words in edition.refused.values()}


def test_comments_are_set_aside(edition: Edition) -> None:
    roster = read("person,Comments,Comments speak of\n7,Zanzibar,reasons\n", edition)
    assert "Zanzibar" not in repr(roster)
    assert roster.evidence["fit_notes"] == [{"person": "7", "comments": ["reasons"]}]
    assert "can hold health details" in roster.notes[0]


def test_names_of_the_extract_for_the_nhs(edition: Edition) -> None:
    roster = read("person,Assessment.date,Assessment.sixmonth.flag,Issuer's Profession\n7,2026-01-02,Y,GP\n", edition)
    assert roster.evidence["fit_notes"] == [
        {"person": "7", "assessed_on": "2026-01-02", "issuer": {"profession": "doctor"}}
    ]
    assert "six months" in roster.notes[0]


def test_two_columns_for_the_same(edition: Edition) -> None:
    [problem] = refused("person,Start date,From\n7,2026-01-02,2026-01-02\n", edition)
    assert problem.message == 'The columns "Start date" and "From" stand for the same.'
    assert str(problem.place) == "roster.csv:1:3"


def test_no_column_for_the_person(edition: Edition) -> None:
    [problem] = refused("issued,by\n2026-01-02,GP\n", edition)
    assert problem.message == "No headings of a table of notes were found."


# ── Dates ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "written",
    ["2026-02-14", "2026/02/14", "2026-02-14T00:00:00", "14/02/2026", "14-2-2026", "14.02.2026", "14/02/26",
     "14 Feb 2026", "14-Feb-26", "14 February 2026", "14th February 2026"],
)  # fmt: skip
def test_dates_that_are_read(written: str, edition: Edition) -> None:
    assert one(f"person,issued\n7,{written}\n", edition) == {"issued_on": "2026-02-14"}


def test_day_first_is_an_assumption_named_once(edition: Edition) -> None:
    roster = read("person,issued\n7,03/04/2026\n8,04/05/26\n9,25/04/2026\n10,05/05/2026\n", edition)
    dates = [note["issued_on"] for note in roster.evidence["fit_notes"]]
    assert dates == ["2026-04-03", "2026-05-04", "2026-04-25", "2026-05-05"]
    # 25 April can only be read one way, and 5 May is the same both ways.
    assert assumed(roster) == (
        'roster.csv, column "issued": dates that could also be read month first were read day first (2 cells).',
        'roster.csv, column "issued": years of two digits were read as 20.. (1 cell).',
    )


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("31/06/2026", "there is no such day"),
        ("29/02/2026", "there is no such day"),
        ("2026-13-01", "it would be month 13"),
        ("04/25/2026", "it would be month 25"),
        ("0026-01-01", "its year is 26"),
        ("01/02/3026", "its year is 3026"),
        ("46000", "is not a date"),
        ("01/02-2026", "is not a date"),
        ("1/2/026", "is not a date"),
        ("14 Brumaire 2026", "This entry is not a date"),
        ("=TODAY()", "This entry is not a date"),
    ],
)
def test_dates_that_are_not(written: str, says: str, edition: Edition) -> None:
    roster = read(f"person,issued\n7,{written}\n", edition)
    [problem] = roster.problems
    assert says in problem.message
    assert str(problem.place) == "roster.csv:2:2"
    assert roster.evidence["fit_notes"] == []


# ── Periods ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("headings", "cells", "period"),
    [
        ("length", "2 weeks", {"given_as": "weeks", "length": 2}),
        ("length", "14 days", {"given_as": "days", "length": 14}),
        ("length", "1 month", {"given_as": "months", "length": 1}),
        ("length", "two weeks", {"given_as": "weeks", "length": 2}),
        ("length", "a month", {"given_as": "months", "length": 1}),
        ("length", "2/52", {"given_as": "weeks", "length": 2}),
        ("length", "3/12", {"given_as": "months", "length": 3}),
        ("length", "5/7", {"given_as": "days", "length": 5}),
        ("length", "indefinite", {"given_as": "indefinite"}),
        ("days", "14", {"given_as": "days", "length": 14}),
        ("duration (weeks)", "2", {"given_as": "weeks", "length": 2}),
        ("length,unit", "2,wks", {"given_as": "weeks", "length": 2}),
        ("from,to", "2026-01-05,2026-01-18",
         {"given_as": "dates", "first_day": "2026-01-05", "last_day": "2026-01-18"}),
        ("from,to", "2026-01-05,indefinite", {"given_as": "indefinite", "first_day": "2026-01-05"}),
        ("from,to", "2026-01-05,no end date", {"given_as": "start-only", "first_day": "2026-01-05"}),
        # An empty cell is not a note without an end: nobody has said so.
        ("from,to", "2026-01-05,", {"first_day": "2026-01-05"}),
        ("from,length", "2026-01-05,2 weeks", {"given_as": "weeks", "length": 2, "first_day": "2026-01-05"}),
        ("from,to,length", "2026-01-05,2026-01-18,2 weeks",
         {"given_as": "both", "length": 2, "first_day": "2026-01-05", "last_day": "2026-01-18"}),
        ("period", "05/01/2026 to 18/01/2026",
         {"given_as": "dates", "first_day": "2026-01-05", "last_day": "2026-01-18"}),
        ("from,to,given as", "2026-01-05,2026-01-18,weeks",
         {"given_as": "weeks", "first_day": "2026-01-05", "last_day": "2026-01-18"}),
    ],
)  # fmt: skip
def test_periods(headings: str, cells: str, period: Mapping[str, Any], edition: Edition) -> None:
    assert one(f"person,{headings}\n7,{cells}\n", edition) == {"period": period}


@pytest.mark.parametrize(
    ("headings", "cells", "says"),
    [
        ("length", "2", "does not say whether these are days, weeks or months"),
        ("length", "1.5 weeks", "not a length that can be read"),
        ("length", "6 weeks 2 days", "not a length that can be read"),
        ("length", "0 days", "no time at all"),
        ("length", "ages", "not a length that can be read"),
        ("length", "2 moons", "not a length that can be read"),
        ("length,unit", "2 weeks,days", "Different units"),
        ("length,unit", "2,moons", "none of the options"),
        ("days", "2 weeks", "The heading says days, the cell weeks"),
        ("length,to", "2 weeks,indefinite", "also that the period has no end"),
        ("from,period", "2026-01-06,05/01/2026 to 18/01/2026", "does not go together"),
    ],
)
def test_periods_that_cannot_be_read(headings: str, cells: str, says: str, edition: Edition) -> None:
    roster = read(f"person,{headings}\n7,{cells}\n", edition)
    [problem] = roster.problems
    assert says in problem.message
    assert roster.evidence["fit_notes"] == []


# ── Options, yes and no, ticks ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("heading", "cell", "expected"),
    [
        ("issued by", "Dr", {"issuer": {"profession": "doctor"}}),
        ("issued by", "OT", {"issuer": {"profession": "occupational-therapist"}}),
        ("issued by", "Registered Nurse", {"issuer": {"profession": "nurse"}}),
        ("form", "04/17", {"form": "med3-2017"}),
        ("form", "Med3 04/22", {"form": "med3-2022"}),
        ("form", "07/22", {"form": "unknown"}),
        ("fitness", "may be fit", {"says": ["may-be-fit"]}),
        ("fitness", "NOT FIT", {"says": ["not-fit"]}),
        ("fitness", "not-fit;may-be-fit", {"says": ["not-fit", "may-be-fit"]}),
        ("adjustments", "phased return | reduced hours", {"arrangements": ["phased-return", "altered-hours"]}),
        ("adjustments", "none", {"arrangements": []}),
        ("adjustments", "", {}),
        ("left blank", "none", {"left_blank": []}),
        ("duplicate", "Y", {"marked_duplicate": True}),
        ("duplicate", "false", {"marked_duplicate": False}),
        ("will assess again", "yes", {"reassessment": "needed"}),
        ("registration number", "OT12345", {"issuer": {"registration_number": "OT12345"}}),
    ],
)
def test_options(heading: str, cell: str, expected: Mapping[str, Any], edition: Edition) -> None:
    assert one(f"person,{heading}\n7,{cell}\n", edition) == expected


def test_ticks(edition: Edition) -> None:
    text = "person,Not fit,May be fit,Phased return,Altered hours\n7,,x,yes,no\n8,✓,,,\n"
    roster = read(text, edition)
    assert roster.evidence["fit_notes"] == [
        {"person": "7", "says": ["may-be-fit"], "arrangements": ["phased-return"]},
        {"person": "8", "says": ["not-fit"], "arrangements": []},
    ]
    assert assumed(roster) == (
        'roster.csv, columns "Not fit", "May be fit": empty cells were read as not ticked (2 cells).',
        'roster.csv, columns "Phased return", "Altered hours": empty cells were read as not ticked (2 cells).',
    )


@pytest.mark.parametrize(
    ("heading", "cell", "says"),
    [
        ("issued by", "Dentist", "none of the options"),
        ("fitness", "not fit; resting", "none of the options"),
        ("duplicate", "perhaps", "neither yes nor no"),
        ("phased return", "perhaps", "neither yes nor no"),
        ("document", "parking fine", "not a kind of paper"),
        ("average weekly earnings", "much", "not a number"),
        ("average weekly earnings", "412.12345", "more decimals"),
    ],
)
def test_words_that_are_not_known_are_not_repeated(heading: str, cell: str, says: str, edition: Edition) -> None:
    [problem] = read(f"person,{heading}\n7,{cell}\n", edition).problems
    assert says in problem.message
    assert not any(word in problem.message + problem.hint for word in ("Dentist", "resting", "perhaps", "fine", "much"))


def test_a_person_is_needed(edition: Edition) -> None:
    [problem] = read("person,issued\n,2026-01-02\n", edition).problems
    assert "number of the person is missing" in problem.message


def test_ids_stand_once(edition: Edition) -> None:
    roster = read("person,note id\n7,A\n8,A\n", edition)
    assert [str(problem.place) for problem in roster.problems] == ["roster.csv:3:2"]
    assert [note["person"] for note in roster.evidence["fit_notes"]] == ["7"]


def test_facts_of_people_agree(edition: Edition) -> None:
    roster = read("person,awe,working days\n7,£412.50,Mon;Tue\n7,412.50,\n7,400,\n", edition)
    [person] = roster.evidence["absent_people"]
    assert json.loads(json.dumps(person, default=str)) == {
        "id": "7", "weekly_earnings": "412.50", "qualifying_days": ["monday", "tuesday"],
    }  # fmt: skip
    assert [str(problem.place) for problem in roster.problems] == ["roster.csv:4:2"]


def test_columns_that_a_report_does_not_have(edition: Edition) -> None:
    roster = read("person,document,issued,from\n7,AHP report,2026-01-02,2026-01-05\n", edition)
    assert roster.evidence["health_and_work_reports"] == [{"person": "7", "first_day": "2026-01-05"}]
    assert "is not asked of a health and work report" in roster.notes[0]


# ── Codes ───────────────────────────────────────────────────────────────────────────────────────────


def test_check_digits() -> None:
    # Ids that SNOMED CT itself publishes as examples of a short and a long one; then one digit off, and two swapped.
    assert is_snomed_id("22298006")
    assert is_snomed_id("751481000000104")
    assert not is_snomed_id("22298007")
    assert not is_snomed_id("751841000000104")
    assert not is_snomed_id("7514810000001O4")
    assert not is_snomed_id("")


@pytest.mark.parametrize("position", range(15))
def test_every_wrong_digit_is_found(position: int) -> None:
    id_ = "751481000000104"
    others = [id_[:position] + digit + id_[position + 1 :] for digit in "0123456789" if digit != id_[position]]
    assert not any(map(is_snomed_id, others))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("751481000000104", {"says": ["not-fit"], "marked_duplicate": False}),
        ("751641000000105", {"says": ["may-be-fit"], "marked_duplicate": True}),
        ("751601000000107; 775281000000100 775321000000108",
         {"says": ["may-be-fit"], "arrangements": ["phased-return", "amended-duties"], "marked_duplicate": False}),
        ("22298006", {}),
    ],
)  # fmt: skip
def test_codes(cell: str, expected: Mapping[str, Any], edition: Edition) -> None:
    assert one(f"person,snomed code\n7,{cell}\n", edition) == expected


def test_unknown_codes_are_noted_without_being_named(edition: Edition) -> None:
    roster = read("person,code\n7,22298006\n", edition)
    assert assumed(roster) == ('roster.csv, column "code": codes that are not known here were not used (1 cell).',)


@pytest.mark.parametrize(
    ("headings", "cells", "says"),
    [
        ("code", "751481000000105", "wrong digit"),
        ("code", "7.51481E+14", "wrong digit or is no SNOMED CT id"),
        ("code", "13851000000100", "SC1 self-certificate"),
        ("code", "775221000000101", "not issued"),
        ("code,fitness", "751481000000104,may be fit", "do not go together"),
        ("code,duplicate", "751481000000104,yes", "does not go together"),
    ],
)
def test_codes_that_cannot_be_used(headings: str, cells: str, says: str, edition: Edition) -> None:
    [problem] = read(f"person,{headings}\n7,{cells}\n", edition).problems
    assert says in problem.message


# ── A mapping of one's own ──────────────────────────────────────────────────────────────────────────


def test_own_columns_go_first(edition: Edition, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(
        "person: [kolleg]\nempty_ticks: unknown\nfit_notes:\n"
        "  issued_on: {headings: [from]}\n  issuer.profession: {words: {other: [gp, homeopath]}}\n"
    )
    text = "kolleg,from,issued by,phased return\n7,2026-01-02,GP,\n"
    assert one(text, edition, own) == {"issued_on": "2026-01-02", "issuer": {"profession": "other"}}


def test_own_columns_cannot_open_what_is_refused(edition: Edition, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("person: [employee name]\n")
    [problem] = refused("employee name\nZanzibar\n", edition, own)
    assert "Zanzibar" not in str(problem)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("fit_notes: {shoe_size: {headings: [size]}}", 'has no field "shoe_size"'),
        ("fit_notes: {form: {words: {med4: [x]}}}", 'no option "med4"'),
        ("fit_notes: {form: {ticks: {med10: [x]}}}", "cannot be ticked"),
        ("fit_notes: {form: {headings: [a]}, nation: {headings: [A]}}", "stands for two things"),
        ("fit_notes: {form: {words: {med10: [a], other: [A]}}}", "stands for two options"),
        ("refused: {colour: [colour]}", "not a refused name"),
        ("colums: [a]", "not a key"),
    ],
)
def test_mistakes_in_own_columns(written: str, says: str, edition: Edition, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(written)
    [problem] = refused("person\n7\n", edition, own)
    assert says in problem.message
    assert problem.place is not None
    assert problem.place.file == str(own)


def test_codes_file_is_checked(edition: Edition, tmp_path: Path) -> None:
    (tmp_path / "standards/imports").mkdir(parents=True)
    (tmp_path / "rules").mkdir()
    path = tmp_path / "standards/imports/codes.yaml"
    path.write_text('concepts:\n  - {id: "751481000000105", words: {en: wrong}, gives: {colour: true}}\n')
    with pytest.raises(ProblemsFound) as found:
        load_codes(find_home(tmp_path), {"says": None})
    assert len(found.value.problems) == 2


# ── Files that are not in order ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (b"%PDF-1.7", "PDF"),
        (b"\xd0\xcf\x11\xe0old", "older or locked Excel"),
        (b"\x89PNG\r\n\x1a\n", "This is a picture, not a table."),
        (b"\xff\xd8\xff\xe0 picture", "This is a picture, not a table."),
        (b"PK\x03\x04broken", "cannot be read"),
        ("person,issued\n7,2026-01-02\n".encode("utf-16"), "UTF-16"),
        (b"person,issued by\n7,caf\xe9\n", "not UTF-8"),
        (b'{"notes": []}', "list of rows"),
        (b"[{]", "This { is never closed"),
    ],
)
def test_files_that_cannot_be_read(data: bytes, says: str, edition: Edition) -> None:
    assert any(says in problem.message for problem in refused(data, edition))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("7", "1 cells, but there are 2 headings"),
        ("7,2026-01-02,more", "3 cells, but there are 2 headings"),
        ("7,2026\0-01-02", "NUL"),
        ("7," + "x" * 10_001, "more than 10,000 characters"),
        ('7,"2026"-01', "quotation marks in this row do not match"),
        ("Jane Smith,2026-01-02", "This is no number of a person"),
        ("Total,2026-01-02", "This is no number of a person"),
    ],
)
def test_rows_that_cannot_be_taken_in(row: str, says: str, edition: Edition) -> None:
    roster = read(f'person,issued\n"8",2026-01-03\n{row}\n9,2026-01-04\n', edition)
    [problem] = roster.problems
    assert says in problem.message
    assert "Smith" not in str(problem)
    assert problem.place is not None
    assert problem.place.line == 3
    assert [note["person"] for note in roster.evidence["fit_notes"]] == ["8", "9"]
    assert roster.rows == 3


def test_lines_are_counted_through_quoted_line_breaks(edition: Edition) -> None:
    roster = read('person,colour,issued\n7,"a\nb",2026-01-02\n8,"c",never\n', edition)
    assert [problem.place and problem.place.line for problem in roster.problems] == [4]


def test_quotation_mark_that_is_never_closed(edition: Edition) -> None:
    roster = read('person,issued\n7,2026-01-02\n8,"2026-01-03\n9,2026-01-04\n', edition)
    [problem] = roster.problems
    assert "never closed" in problem.message
    assert problem.place is not None
    assert problem.place.line == 3


def test_too_many_rows(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid_module, "MOST_ROWS", 2)
    assert len(read("person\n1\n2\n", edition).evidence["fit_notes"]) == 2
    [problem] = refused("person\n1\n2\n3\n", edition)
    assert problem.message == "The table has more than 2 rows."


def test_text_like_a_formula_is_text(edition: Edition) -> None:
    assert one("person,registration number\n7,=1+1\n", edition) == {"issuer": {"registration_number": "=1+1"}}


# ── Excel ───────────────────────────────────────────────────────────────────────────────────────────


def test_excel_cells(edition: Edition) -> None:
    data = workbook(
        {
            "Notes": [
                ["Employee number", "Issued", "Received", "Form", "Weeks", "Duplicate", "Code"],
                [7, date(2026, 4, 3), datetime(2026, 4, 5, 9, 30), date(2017, 4, 1), 2, False, 751481000000104],
                [8, "never", None, "04/22", 2.5, None, None],
            ]
        }
    )
    roster = read(data, edition, file="roster.xlsx")
    assert roster.evidence["fit_notes"] == [
        {
            "person": "7",
            "form": "med3-2017",  # Excel makes 1 April 2017 of 04/17
            "issued_on": "2026-04-03",
            "received_on": "2026-04-05",
            "period": {"given_as": "weeks", "length": 2},
            "marked_duplicate": False,
            "says": ["not-fit"],
        }
    ]
    assert [str(problem.place) for problem in roster.problems] == ["roster.xlsx, Notes!B3", "roster.xlsx, Notes!E3"]
    assert assumed(roster) == ()


def test_length_that_excel_made_a_date(edition: Edition) -> None:
    [problem] = read(workbook({"Notes": [["person", "length"], [7, date(2026, 12, 3)]]}), edition).problems
    assert "not a date" in problem.message


def test_sheets(edition: Edition) -> None:
    data = workbook(
        {
            "2025": [["person", "issued"], [7, date(2025, 5, 1)]],
            "Help": [["Ask HR"]],
            "2026": [["Payroll no", "Date issued"], [8, date(2026, 5, 1)]],
            "Old": [["person", "issued"], [9, date(2020, 5, 1)]],
        },
        hidden=["Old"],
    )
    roster = read(data, edition, file="roster.xlsx")
    assert [note["person"] for note in roster.evidence["fit_notes"]] == ["7", "8"]
    assert [note for note in roster.notes if "Help" in note] != []
    assert [note for note in roster.notes if "Old" in note] != []


def test_one_cell_in_the_last_corner(edition: Edition) -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "person"
    book.active["XFD1048576"] = 1
    packed = io.BytesIO()
    book.save(packed)
    [problem] = refused(packed.getvalue(), edition)
    assert "spans 1,048,576 rows and 16,384 columns" in problem.message


def _changed(data: bytes, name: str, change: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, change if each == name else old.read(each))
    return packed.getvalue()


def test_archive_that_unfolds(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_grid, "MOST_UNPACKED", 1_000_000)
    data = _changed(workbook({"Notes": [["person"], [7]]}), "xl/styles.xml", b" " * 2_000_000)
    assert len(data) < 20_000
    [problem] = refused(data, edition)
    assert "unfolds" in problem.message


def test_texts_that_many_cells_share(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_grid, "MOST_TEXT", 10_000)
    rows: list[list[Any]] = [["person", "colour"], *([number, "x" * 1_000] for number in range(20))]
    data = _with_shared_texts(workbook({"Notes": rows}))
    [problem] = refused(data, edition)
    assert "more than 10,000 characters" in problem.message
    monkeypatch.setattr(xlsx_grid, "MOST_TEXT", 30_000)
    assert len(read(data, edition).evidence["fit_notes"]) == 20


def _with_shared_texts(data: bytes) -> bytes:
    """The same workbook as Excel writes it: each text once, in a part of its own."""
    texts: dict[str, int] = {}

    def shared(match: re.Match[str]) -> str:
        return f't="s"><v>{texts.setdefault(match[1], len(texts))}</v>'

    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, re.sub('t="inlineStr"><is><t>(.*?)</t></is>', shared, old.read(name).decode()))
        items = "".join(f"<si><t>{text}</t></si>" for text in texts)
        space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        new.writestr("xl/sharedStrings.xml", f'<sst xmlns="{space}">{items}</sst>')
    return packed.getvalue()


def test_entities_are_refused(edition: Edition) -> None:
    hostile = b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData/></worksheet>'
    data = _changed(workbook({"Notes": [["person"], [7]]}), "xl/worksheets/sheet1.xml", hostile)
    [problem] = refused(data, edition)
    assert problem.message == "The workbook cannot be read."


def test_missing_library_is_said_plainly(edition: Edition, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "python_calamine", None)
    [problem] = refused(workbook({"Notes": [["person"], [7]]}), edition)
    assert "python-calamine is missing" in problem.message
    assert "ohaccredit[excel]" in problem.hint


# ── JSON ────────────────────────────────────────────────────────────────────────────────────────────


def test_json_rows(edition: Edition) -> None:
    text = """[
  {"employee no": 7, "issued": "2026-01-02", "issuer": {"profession": "nurse"}, "says": ["not-fit"],
   "duplicate": false},
  {"employee no": "8",
   "issued": "never"}
]"""
    roster = read(text, edition, file="roster.json")
    assert roster.evidence["fit_notes"] == [
        {
            "person": "7",
            "issued_on": "2026-01-02",
            "issuer": {"profession": "nurse"},
            "says": ["not-fit"],
            "marked_duplicate": False,
        }
    ]
    [problem] = roster.problems
    assert str(problem.place) == "roster.json:5:14"


def test_json_faults_stand_where_they_are(edition: Edition) -> None:
    problems = refused('[\n {"person": 7 "issued": 1}\n]', edition)
    assert problems[0].place is not None
    assert problems[0].place.line == 2


# ── There and back, and anything at all ─────────────────────────────────────────────────────────────

_EVERY_ITEM_BUT_ID = ("dated", "valid_from", "valid_until", "source", "status", "rejected_because", "file", "note")


def _values(field: Field) -> st.SearchStrategy[Any]:
    match field.type:
        case Date():
            return st.dates(date(2010, 4, 6), date(2199, 12, 31)).map(date.isoformat)
        case YesNo():
            return st.booleans()
        case Number():
            return st.integers(1, 400)
        case Choice(options=options):
            return st.sampled_from(options)
        case Choices(options=options):
            return st.lists(st.sampled_from(options), unique=True)
        case _:
            return st.text("ABCabc0123456789 ,;\"'-/", min_size=1, max_size=12).map(str.strip).filter(bool)


@st.composite
def _records(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Notes by path, with whatever fields."""
    fields = load_columns(HOME, _edition()).fields["fit_notes"]
    notes = []
    for index in range(draw(st.integers(1, 4))):
        person = draw(_values(Field("person", Text())).filter(lambda text: any(map(str.isdigit, text))))
        note: dict[str, Any] = {"person": person, "id": f"N{index}"}
        for path, field in fields.items():
            if path not in ("person", "id") and path.split(".")[0] not in _EVERY_ITEM_BUT_ID and draw(st.booleans()):
                note[path] = draw(_values(field))
        units = ("days", "weeks", "months")
        if "period.length" in note:
            note["period.given_as"] = draw(st.sampled_from([*units, "both"]))
        elif "period.first_day" in note and "period.last_day" in note:
            note.setdefault("period.given_as", "dates")
        notes.append(note)
    return notes


def _nested(note: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for path, value in note.items():
        *above, name = path.split(".")
        record = content
        for each in above:
            record = record.setdefault(each, {})
        record[name] = value
    return content


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "; ".join(value) or "none"
    return str(value)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(notes=_records(), kind=st.sampled_from(["csv", "xlsx", "json"]))
def test_there_and_back(notes: list[dict[str, Any]], kind: str) -> None:
    edition = _edition()
    paths = list(dict.fromkeys(path for note in notes for path in note))
    heading = {path: "comments speak of" if path == "comments" else path for path in paths}
    table = [[_written(note[path]) if path in note else "" for path in paths] for note in notes]
    if kind == "csv":
        text = io.StringIO()
        csv.writer(text).writerows([heading.values(), *table])
        data = text.getvalue().encode()
    elif kind == "xlsx":
        data = workbook({"Notes": [list(heading.values()), *table]})
    else:
        data = json.dumps([{heading[path]: value for path, value in note.items()} for note in notes]).encode()
    roster = read(data, edition)
    assert roster.problems == ()
    assert roster.evidence["fit_notes"] == [_nested(note) for note in notes]
    people = list(dict.fromkeys(note["person"] for note in notes))
    assert roster.evidence["absent_people"] == [{"id": person} for person in people]
    submission = json.dumps({"standard": "absence-record", "evidence": roster.evidence}).encode()
    assert read_submission(read_json(submission, "x"), edition).evidence == roster.evidence


_STARTS = [
    b"",
    b"person,issued,length,code\n",
    b"[",
    b'[{"person": 7',
    b"PK\x03\x04",
    b"sep=;\n",
    b'person,"',
    b"\xff\xfe",
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    start=st.sampled_from(_STARTS), rest=st.binary(max_size=80) | st.text(max_size=60).map(lambda text: text.encode())
)
def test_no_bytes_do_more_than_find_problems(start: bytes, rest: bytes) -> None:
    _only_problems(start + rest)


_ROWS: list[list[Any]] = [["person", "issued", "fitness"], [7, date(2026, 1, 2), "not fit"], [8, True, 2.5]]
_GOOD = _with_shared_texts(workbook({"Notes": _ROWS}))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    part=st.sampled_from(
        ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", None]
    ),
    at=st.integers(0, 5_000),
    change=st.binary(min_size=1, max_size=4) | st.sampled_from([b'"', b"<c r='ZZ9'/>", b"999999999", b"-1", b"<v>"]),
    keep=st.booleans(),
)
def test_no_workbook_does_more_than_find_problems(part: str | None, at: int, change: bytes, keep: bool) -> None:
    if part is None:
        content = _GOOD
    else:
        with zipfile.ZipFile(io.BytesIO(_GOOD)) as archive:
            content = archive.read(part)
    at %= len(content)
    changed = content[:at] + change + content[at + (0 if keep else len(change)) :]
    _only_problems(changed if part is None else _changed(_GOOD, part, changed))


def _only_problems(data: bytes) -> None:
    try:
        roster = read(data, _edition())
    except ProblemsFound as found:
        assert found.problems  # noqa: PT017
        return
    evidence = {name: items for name, items in roster.evidence.items() if items}
    text = json.dumps({"evidence": evidence}, default=str).encode()
    read_submission(read_json(text, "x"), _edition())

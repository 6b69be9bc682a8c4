"""`ohaccredit fitnote`: what people and programs get, and what they are told when a file is no good."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from lxml import html  # type: ignore[import-untyped]

from tests.running import Run
from tests.running import run_ohaccredit as run

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTES = EXAMPLES / "fit-notes"
RECORD = EXAMPLES / "absence-records" / "logistics-firm.json"
GOOD = NOTES / "gp-form-of-2022.json"
ON = ("--on", "2026-06-30")


def note(**changes: Any) -> dict[str, Any]:
    """The complete example note, with some fields of it changed; None takes a field away."""
    content: dict[str, Any] = json.loads(GOOD.read_text())["evidence"]["fit_note"]
    return {name: value for name, value in {**content, **changes}.items() if value is not None}


def written(path: Path, document: object) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def record(**evidence: Any) -> dict[str, Any]:
    return {"standard": "absence-record", "name": "A small firm", "evidence": evidence}


def checked(*files: object, stdin: bytes = b"") -> dict[str, Any]:
    result = run("fitnote", "check", *files, *ON, "--json", stdin=stdin)
    assert (result.code, result.err) == (0, "")
    document: dict[str, Any] = json.loads(result.out)
    return document


# ── What check gives ────────────────────────────────────────────────────────────────────────────────


def test_every_example_is_one_document_with_all_that_programs_rely_on() -> None:
    files = sorted(NOTES.glob("*.json"))
    document = checked(*files)
    assert len(document["notes"]) == len(files)
    for each in document["notes"]:
        assert each["id"]
        assert each["verdict"] in ("valid", "query", "not_valid")
        assert all({"action", "says"} == set(step) and step["says"] for step in each["next"])
        for finding in each["findings"]:
            assert finding["severity"] in ("invalid", "query", "warn", "info")
            assert all(finding[field] for field in ("rule", "message", "source"))
    order = [json.loads(file.read_text())["name"] for file in files]
    assert [each["id"] for each in document["notes"]] == order


def test_a_verdict_is_that_of_its_gravest_finding() -> None:
    grave = {"invalid": "not_valid", "query": "query", "warn": "valid", "info": "valid"}
    order = ["not_valid", "query", "valid"]
    for each in checked(*sorted(NOTES.glob("*.json")))["notes"]:
        found = [grave[finding["severity"]] for finding in each["findings"]]
        assert each["verdict"] == min([*found, "valid"], key=order.index)


@pytest.mark.parametrize(
    ("example", "verdict", "rule"),
    [
        ("gp-form-of-2022", "valid", None),  # name, profession and address, no ink: enough since 6 April 2022
        ("gp-form-of-2017-without-ink", "not_valid", "SIGN-01"),  # the older form wants ink
        ("ot-day-before-the-law", "not_valid", "CERT-01"),  # 30 June 2022
        ("ot-first-day-of-the-law", "valid", None),  # 1 July 2022
        ("nurse-own-note", "not_valid", "CERT-02"),  # "not being the patient"
        ("may-be-fit-unexplained", "query", "CONT-04"),  # neither a box nor a comment
    ],
)
def test_known_cases(example: str, verdict: str, rule: str | None) -> None:
    (found,) = checked(NOTES / f"{example}.json")["notes"]
    assert found["verdict"] == verdict
    blocking = [each["rule"] for each in found["findings"] if each["severity"] in ("invalid", "query")]
    assert blocking == ([rule] if rule else [])


def test_two_weeks_from_2_march_and_the_three_months_from_there() -> None:
    (found,) = checked(GOOD)["notes"]
    # Both ends count: 2 to 15 March is 14 days. Three calendar months from 2 March end the day before 2 June.
    assert found["covers"] == {"first_day": "2026-03-02", "last_day": "2026-03-15", "cap_last_day": "2026-06-01"}


def test_the_law_that_a_finding_cites_is_that_of_the_day(tmp_path: Path) -> None:
    doctors_only, reformed = (
        {
            source["id"]: (source["from"], source["until"])
            for finding in each["findings"]
            for source in finding["sources"]
        }
        for each in checked(
            written(tmp_path / "a.json", {"standard": "fit-note", "evidence": {"fit_note": _osteopath("2022-06-30")}}),
            written(tmp_path / "b.json", {"standard": "fit-note", "evidence": {"fit_note": _osteopath("2022-07-01")}}),
        )["notes"]
    )
    for sources, day in ((doctors_only, "2022-06-30"), (reformed, "2022-07-01")):
        dated = [dates for dates in sources.values() if dates[0]]
        assert dated
        assert all(start <= day and (until is None or day <= until) for start, until in dated)
    assert doctors_only != reformed


def _osteopath(day: str) -> dict[str, Any]:
    issuer = {
        "profession": "osteopath-or-chiropractor",
        "signature": "ink",
        "is_patient": False,
        "made_assessment": True,
    }
    return note(assessed_on=day, issued_on=day, received_on=day, issuer=issuer, form="med3-2017")


def test_a_verdict_never_says_to_stop_paying() -> None:
    said = run("fitnote", "check", *sorted(NOTES.glob("*.json")), *ON, "--all").out
    assert "no reason to stop paying sick pay" in said
    assert "Keep paying sick pay" in said
    lower = " ".join(said.lower().split()).replace("no reason to stop paying", "")
    assert "stop paying" not in lower
    assert "endorse" not in lower.replace("not endorsed", "")


def test_standard_input_can_be_a_note_a_record_or_a_table() -> None:
    (single,) = checked("-", stdin=GOOD.read_bytes())["notes"]
    assert single["verdict"] == "valid"
    by_file, by_input = checked(NOTES / "roster.csv"), checked("-", stdin=(NOTES / "roster.csv").read_bytes())
    assert by_input["notes"] == by_file["notes"]
    rows = b'[{"Employee number": "7", "Document": "Fit note", "Issued": "2026-03-02"}]'
    assert [each["person"] for each in checked("-", stdin=rows)["notes"]] == ["7"]
    whole = checked("-", stdin=RECORD.read_bytes())
    assert len(whole["notes"]) == len(checked(RECORD)["notes"]) > 300


def test_rows_that_cannot_be_read_are_listed_and_the_others_are_checked() -> None:
    result = run("fitnote", "check", NOTES / "roster-with-mistakes.csv", *ON, "--json")
    assert result.code == 2
    document = json.loads(result.out)
    # Of the four rows, 1017 has 31 June and a bare "2", and a dentist (1023) is no profession that may issue.
    assert [each["person"] for each in document["notes"]] == ["1004", "1031"]
    assert [(each["line"], each["column"]) for each in document["problems"]] == [(3, 2), (3, 7), (4, 3)]
    told = run("fitnote", "check", NOTES / "roster-with-mistakes.csv", *ON)
    assert told.code == 2
    assert "roster-with-mistakes.csv:3:2" in told.err
    assert "no such day" in told.err
    assert told.err.rstrip().endswith("3 problems")
    assert "2 papers checked" in told.out


def test_a_table_with_mistakes_still_gets_its_pages(tmp_path: Path) -> None:
    result = run("fitnote", "check", NOTES / "roster-with-mistakes.csv", *ON, "--html", tmp_path / "out.html")
    assert result.code == 2
    assert "1004" in (tmp_path / "out.html").read_text(encoding="utf-8")


# ── Timeline and summary ────────────────────────────────────────────────────────────────────────────


def test_a_timeline_of_one_person_says_every_day(tmp_path: Path) -> None:
    spell = {"id": "S1", "person": "P1", "first_day": "2026-03-02", "last_day": "2026-03-15", "continues": False}
    path = written(
        tmp_path / "r.json",
        record(
            absence_profile={"nation": "england", "first_day": "2026-01-01", "last_day": "2026-06-30"},
            absent_people=[{"id": "P1"}],
            absence_spells=[{**spell, "returned": True}],
            fit_notes=[{"id": "N1", "person": "P1", **note(assessed_on="2026-03-09", issued_on="2026-03-09")}],
        ),
    )
    # Seven days that need no evidence, 2 to 8 March; the note of 9 March runs for two weeks, past the end.
    result = run("fitnote", "timeline", path, *ON, "--json")
    assert result.code == 0
    ((person),) = json.loads(result.out)["people"]
    days = [(run_["first_day"], run_["last_day"], run_["days"], run_["papers"]) for run_ in person["spells"][0]["days"]]
    assert days == [("2026-03-02", "2026-03-08", 7, []), ("2026-03-09", "2026-03-15", 7, ["N1"])]
    told = run("fitnote", "timeline", path, *ON)
    assert "2 March 2026 to 15 March 2026 (14 days)" in told.out


def test_one_day_is_not_said_in_the_plural(tmp_path: Path) -> None:
    spell = {"id": "S1", "person": "P1", "first_day": "2026-05-05", "last_day": "2026-05-05", "continues": False}
    path = written(tmp_path / "r.json", record(absent_people=[{"id": "P1"}], absence_spells=[spell]))
    result = run("fitnote", "timeline", path, *ON, "--html", tmp_path / "out.html")
    assert result.code == 0
    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "1 day" in page
    assert "1 days" not in page + result.out
    assert "1 qualifying days" not in page


def test_a_summary_is_one_document_and_can_be_kept_as_evidence(tmp_path: Path) -> None:
    result = run("fitnote", "summary", RECORD, *ON, "--json", "--evidence", tmp_path / "evidence.json")
    assert (result.code, result.err) == (0, "")
    document = json.loads(result.out)
    assert (document["first_day"], document["last_day"]) == ("2025-07-01", "2026-06-30")
    assert {"figures", "shares", "tables"} <= set(document)
    kept = json.loads((tmp_path / "evidence.json").read_text())
    assert list(kept) == ["evidence"]
    assert run("assess", "-", "--evidence", tmp_path / "evidence.json", *ON, stdin=b'{"evidence": {}}').code == 0


# ── Bad input ───────────────────────────────────────────────────────────────────────────────────────

COMMANDS = ("check", "timeline", "summary")
BAD: Mapping[str, tuple[str, bytes, str]] = {
    "broken JSON": ("in.json", b'{\n "standard": "fit-note"\n "evidence": {}\n}', "in.json:2:24"),
    "not an object": ("in.json", b'"note"', "must hold one object"),
    "no standard": ("in.json", b'{"evidence": {}}', "does not say which standard"),
    "another standard": ("in.json", b'{"standard": "employer-accreditation", "evidence": {}}', "in.json:1:14"),
    "misspelt standard": (
        "in.json",
        b'{"standard": "absence-recrd", "evidence": {}}',
        'Did you mean "absence-record"?',
    ),
    "empty list": ("in.json", b"[]", "Employee number"),
    "list of numbers": ("in.json", b"[1, 2]", "in.json:1:"),
    "empty file": ("in.csv", b"", "The file is empty."),
    "not a table of notes": ("in.csv", b"colour,size\nred,2\n", "Employee number"),
    "not text": ("in.csv", b"Employee number\n\xff\xfe\x00\n", "in.csv:"),
    "no spreadsheet": ("in.xlsx", b"PK\x03\x04 nothing else", "in.xlsx"),
    "picture": ("in.xlsx", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "This is a picture, not a table."),
    "two spells with one id": (
        "in.json",
        b'{"standard": "absence-record", "evidence": {"absence_spells": [\n{"id": "S1", "person": "P1", "first_day": '
        b'"2026-03-02"},\n{"id": "S1", "person": "P2", "first_day": "2026-03-02"}]}}',
        "in.json:3:8  /evidence/absence_spells/1/id\n  The one at in.json:2:8 has the same id.",
    ),
    "ends before it begins": (
        "in.json",
        b'{"standard": "absence-record", "evidence": {"absence_profile": {"first_day": "2026-03-02", '
        b'"last_day": "2025-03-02"}}}',
        "This last day lies before the first day, 2026-03-02.",
    ),
    "health details": (
        "in.json",
        b'{"standard": "absence-record", "evidence": {"fit_notes": [{"person": "P1", "diagnosis": "x"}]}}',
        "in.json:1:",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_reported_with_place_and_nothing_is_written(
    command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, content, expected = BAD[name]
    (tmp_path / file).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    result = run("fitnote", command, file, *ON, "--html", "out.html")
    assert result.code == 2
    assert expected in result.err
    assert file in result.err
    assert "Traceback" not in result.err
    assert result.out == ""
    assert [path.name for path in tmp_path.iterdir()] == [file]
    as_json = run("fitnote", command, file, *ON, "--json")
    problems = json.loads(as_json.out)["problems"]
    assert as_json.code == 2
    assert all(each["message"] and each["file"] for each in problems)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_file_and_a_folder_are_sentences(command: str, tmp_path: Path) -> None:
    for path in (tmp_path / "none.json", tmp_path / "none.csv", tmp_path):
        result = run("fitnote", command, path, *ON)
        assert (result.code, "cannot be read" in result.err) == (2, True)


def test_problems_of_several_files_are_all_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{")
    (tmp_path / "b.json").write_text("[]")
    result = run("fitnote", "check", GOOD, tmp_path / "a.json", tmp_path / "b.json", *ON)
    assert result.code == 2
    assert "a.json" in result.err
    assert "b.json" in result.err
    assert result.err.rstrip().endswith("2 problems")


def test_a_single_note_has_no_timeline_and_says_why() -> None:
    for command in ("timeline", "summary"):
        result = run("fitnote", command, GOOD, *ON)
        assert result.code == 2
        assert "single paper" in result.err
        assert "absence-record" in result.err


def test_a_note_file_without_a_note_is_a_sentence(tmp_path: Path) -> None:
    result = run("fitnote", "check", written(tmp_path / "n.json", {"standard": "fit-note", "evidence": {}}), *ON)
    assert (result.code, '"fit_note" is missing' in result.err) == (2, True)


def test_an_unknown_person_gets_the_nearest() -> None:
    result = run("fitnote", "timeline", RECORD, "--person", "P0003", *ON)
    assert result.code == 2
    assert 'no person "P0003"' in result.err
    assert 'Did you mean "P003"?' in result.err


def test_a_summary_needs_a_period(tmp_path: Path) -> None:
    path = written(tmp_path / "r.json", record(fit_notes=[{"person": "P1", **note()}]))
    result = run("fitnote", "summary", path, *ON, "--evidence", tmp_path / "e.json")
    assert result.code == 2
    assert "which period it covers" in result.err
    assert "r.json" in result.err
    assert "first_day and last_day" in result.err
    assert not (tmp_path / "e.json").exists()


def test_a_table_is_counted_over_the_period_that_is_asked_for(tmp_path: Path) -> None:
    table = tmp_path / "notes.csv"
    rows = [f"{number},2026-03-{number + 1:02},2026-03-{number + 1:02},not fit,GP" for number in range(1, 9)]
    table.write_text("Employee number,Assessed,Issued,Fitness for work,Issued by\n" + "\n".join(rows))
    result = run("fitnote", "summary", table, *ON, "--from", "2026-03-01", "--until", "2026-03-06", "--json")
    document = json.loads(result.out)
    assert (result.code, document["first_day"], document["last_day"]) == (0, "2026-03-01", "2026-03-06")
    assert document["figures"]["notes"]["value"] == 5  # issued on 2 to 6 March
    assert document["figures"]["absences"]["refused"] == "There is nothing to count."


@pytest.mark.parametrize(
    ("file", "period", "says"),
    [
        (NOTES / "roster.csv", (), "--from 2025-07-01 --until 2026-06-30"),
        (NOTES / "roster.csv", ("--from", "2026-01-01"), "does not say which period it covers"),
        (NOTES / "roster.csv", ("--from", "2026-02-01", "--until", "2026-01-31"), "before it begins"),
        (RECORD, ("--until", "2026-01-31"), "The record says itself which period it covers."),
    ],
)
def test_the_period_of_a_summary_is_the_records_or_asked_for(file: Path, period: tuple[str, ...], says: str) -> None:
    result = run("fitnote", "summary", file, *period, *ON)
    assert (result.code, result.out) == (2, "")
    assert says in result.err


@pytest.mark.parametrize(
    "arguments",
    [("check", GOOD, "--html"), ("check", GOOD, "--pdf"), ("timeline", RECORD, "--person", "P003", "--html"),
     ("summary", RECORD, "--html"), ("summary", RECORD, "--evidence")],
    ids=lambda arguments: " ".join(str(each).rpartition("/")[2] for each in arguments),
)  # fmt: skip
def test_a_page_that_cannot_be_written_is_told_once_and_alone(arguments: tuple[object, ...], tmp_path: Path) -> None:
    result = run("fitnote", *arguments, tmp_path / "no" / "out", *ON, "--json")
    assert result.code == 2
    assert "cannot be written" in json.loads(result.out)["problems"][0]["message"]  # one document, no result before it
    assert list(tmp_path.iterdir()) == []


# ── assess beside fit notes ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("example", ["gp-form-of-2022", "podiatrist-report"])
def test_assessing_a_note_points_to_the_right_command(example: str) -> None:
    result = run("assess", NOTES / f"{example}.json", *ON)
    assert result.code == 2
    assert "no tier" in result.err
    assert "ohaccredit fitnote" in result.err
    assert result.out == ""


def test_further_evidence_adds_what_is_not_stated_and_keeps_what_is(tmp_path: Path) -> None:
    people = [{"role": "clinical", "profession": "nurse"}]
    standard = "oh-provider-baseline"
    base = written(tmp_path / "base.json", {"standard": standard, "evidence": {"practitioners": people}})
    schema = json.loads(run("standards", "schema", standard).out)
    spare = next(name for name in schema["properties"]["evidence"]["properties"] if name != "practitioners")
    empty: object = [] if schema["$defs"][spare].get("type") == "array" else {}
    more = written(
        tmp_path / "more.json",
        {"evidence": {"practitioners": [{"role": "clinical", "profession": "doctor"}], spare: empty}},
    )
    both = written(tmp_path / "both.json", {"standard": standard, "evidence": {"practitioners": people, spare: empty}})
    joined, alone = run("assess", base, "--evidence", more, *ON, "--json"), run("assess", both, *ON, "--json")
    assert (joined.code, alone.code) == (0, 0)
    digests = [json.loads(result.out)["digests"] for result in (joined, alone, run("assess", base, *ON, "--json"))]
    assert digests[0] == digests[1] != digests[2]
    assert json.loads(joined.out)["findings"] == json.loads(alone.out)["findings"]
    assert "practitioners was not used" in joined.err
    assert spare not in joined.err


def test_a_bad_file_of_further_evidence_is_reported(tmp_path: Path) -> None:
    base = written(tmp_path / "base.json", {"standard": "oh-provider-baseline", "evidence": {}})
    (tmp_path / "more.json").write_text('{"evidence": {"practitionners": []}}')
    for more in ("more.json", "none.json"):
        result = run("assess", base, "--evidence", tmp_path / more, *ON)
        assert result.code == 2
        assert more in result.err
        assert result.out == ""
    result = run("assess", base, "--evidence", tmp_path / "more.json", *ON)
    assert 'Did you mean "practitioners"?' in result.err


# ── Colours, and text that would be more than text ──────────────────────────────────────────────────


def _on_a_terminal(*arguments: object, **environment: str) -> bytes:
    """What a command writes to a real terminal."""
    code = "from ohaccredit.cli.main import main; main()"
    ours, theirs = pty.openpty()
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**env, "TERM": "xterm", **environment},
    ):
        os.close(theirs)
        written_ = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux says that the other end is closed
                break
            if not part:
                break
            written_ += part
    os.close(ours)
    return written_


def test_colours_only_where_they_are_wanted() -> None:
    command = ("fitnote", "check", NOTES / "nurse-own-note.json", *ON)
    assert b"\x1b[" in _on_a_terminal(*command)
    assert b"\x1b" not in _on_a_terminal(*command, NO_COLOR="1")
    assert b"\x1b" not in _on_a_terminal(*command, "--json")
    assert b"\x1b" not in _on_a_terminal("fitnote", "check", "none.json", NO_COLOR="1")
    assert "\x1b" not in run(*command).out


HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(1)">{{ 7*7 }}\u202egnp'


def _hostile_record(tmp_path: Path) -> Path:
    spell = {"id": HOSTILE, "person": HOSTILE, "first_day": "2026-03-02", "last_day": "2026-03-15", "continues": False}
    document = record(
        absence_profile={"employer": HOSTILE, "nation": "england", "first_day": "2026-01-01", "last_day": "2026-06-30"},
        absent_people=[{"id": HOSTILE}],
        absence_spells=[spell],
        fit_notes=[{"id": HOSTILE, "person": HOSTILE, **note(left_blank=["practice-address"])}],
    )
    return written(tmp_path / "r.json", {**document, "name": HOSTILE})


def _inert(result: Run, page: Path) -> None:
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "\u202e" not in result.out
    root = html.fromstring(page.read_bytes())
    assert not root.xpath("//script | //img | //iframe | //*[@onerror]")
    text = root.text_content()
    assert "<script>alert(1)</script>" in text.replace("\u200b", "").replace("\xad", "")
    assert "{{ 7*7 }}" in text
    assert "\u202e" not in text


@pytest.mark.parametrize("command", COMMANDS)
def test_markup_in_ids_and_names_stays_text_on_screen_and_page(command: str, tmp_path: Path) -> None:
    result = run("fitnote", command, _hostile_record(tmp_path), *ON, "--html", tmp_path / "out.html")
    _inert(result, tmp_path / "out.html")


def test_control_characters_never_reach_the_terminal(tmp_path: Path) -> None:
    table = tmp_path / "\u202eroster.csv"
    table.write_text("Employee number,Issued,Comment\n\x1b[31m7\x07,2026-03-02,x\n8,2026-02-31,x\n", encoding="utf-8")
    for result in (run("fitnote", "check", table, *ON), run("fitnote", "timeline", table, *ON)):
        assert result.code == 2  # the day is none
        for text in (result.out, result.err):
            assert not {"\x1b", "\x07", "\u202e"} & set(text)

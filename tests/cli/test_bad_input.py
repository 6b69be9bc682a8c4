"""Bad input gets one clear report of all its problems, exit code 2, and nothing written."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.running import run_ohaccredit as run

STANDARD = "oh-provider-baseline"


def submission(inner: str) -> bytes:
    return ('{\n "standard": "oh-provider-baseline",\n "evidence": {' + inner + "}\n}\n").encode()


ITEM = '\n  "practitioners": [\n   {"role": "clinical", %s}\n  ]'

BAD = {
    "broken JSON": (b'{\n "standard": "oh-provider-baseline"\n "evidence": {}\n}', "in.json:2:36"),
    "no object": (b"[1, 2]", "in.json:1:1"),
    "empty file": (b"", "in.json:1:1"),
    "wrong type": (submission(ITEM % '"full_time_share": "full"'), "/evidence/practitioners/0/full_time_share"),
    "misspelt field": (submission(ITEM % '"profesion": "nurse"'), 'Did you mean "profession"?'),
    "unknown option": (submission(ITEM % '"profession": "nurs"'), 'Did you mean "nurse"?'),
    "bad date": (submission(ITEM % '"engaged_from": "30/06/2026"'), "Write it as year-month-day: 2026-06-30."),
    "impossible date": (submission(ITEM % '"engaged_from": "2026-02-30"'), "is not a date"),
    "duplicate key": (
        submission(ITEM % '"profession": "nurse", "profession": "doctor"'),
        "/evidence/practitioners/0/profession",
    ),
    "NaN": (submission(ITEM % '"full_time_share": NaN'), "/evidence/practitioners/0/full_time_share"),
    "huge number": (submission(ITEM % f'"full_time_share": {"9" * 400}'), "/evidence/practitioners/0/full_time_share"),
    "too many decimals": (submission(ITEM % '"full_time_share": 33.33333333'), "Give at most 4 decimals."),
    "NUL": (submission(ITEM % '"note": "a\\u0000b"'), "/evidence/practitioners/0/note"),
    "lone surrogate": (submission(ITEM % '"note": "a\\ud800b"'), "/evidence/practitioners/0/note"),
    "deep nesting": (submission('"a": ' + "[" * 5000 + "]" * 5000), "in.json:3:"),
    "health details": (submission(ITEM % '"diagnosis": "x"'), "Health details of a person are never evidence here."),
    "null": (submission(ITEM % '"profession": null'), "/evidence/practitioners/0/profession"),
    "yes in quotes": (submission(ITEM % '"checks": {"criminal_record_needed": "yes"}'), "Write true, without quotes."),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_reported_with_its_place_and_nothing_is_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, expected = BAD[name]
    (tmp_path / "in.json").write_bytes(data)
    monkeypatch.chdir(tmp_path)
    result = run("assess", "in.json", "--html", tmp_path / "out.html", "--on", "2026-11-22")
    assert result.code == 2
    assert expected in result.err
    assert "Traceback" not in result.err
    assert result.out == ""
    assert re.search(r"in\.json:\d+:\d+", result.err), "file, line and column"
    assert [path.name for path in tmp_path.iterdir()] == ["in.json"]


def test_all_problems_of_a_file_are_listed_in_its_order_with_their_number(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(
        submission(
            '\n  "practitioners": [\n'
            '   {"role": "clinicle"},\n'
            '   {"engaged_from": "1/2/26"},\n'
            '   {"cpd": {"hours": "ten"}}\n  ]'
        )
    )
    result = run("assess", path, "--json")
    assert result.code == 2
    problems = json.loads(result.out)["problems"]
    assert [(p["pointer"], p["line"], p["column"]) for p in problems] == [
        ("/evidence/practitioners/0/role", 5, 13),
        ("/evidence/practitioners/1/engaged_from", 6, 21),
        ("/evidence/practitioners/2/cpd/hours", 7, 22),
    ]
    assert run("assess", path).err.rstrip().endswith("3 problems")


def test_text_that_turns_the_order_of_characters_never_reaches_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_text('{"standard": "oh-provider-baseline", "name": "Firm \u202ereverse", "evidence": {"\u202ex": 1}}')
    assert "\u202e" not in run("assess", path).err
    path.write_text('{"standard": "oh-provider-baseline", "name": "Firm \u202ereverse", "evidence": {}}')
    assert "\u202e" not in run("assess", path, "--on", "2026-11-22").out


def test_a_file_of_fifty_megabytes_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "in.json"
    path.write_bytes(b'{"evidence": "' + b"x" * 50_000_000 + b'"}')
    result = run("assess", path)
    assert result.code == 2
    assert "in.json" in result.err
    assert "Traceback" not in result.err


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    result = run("assess", tmp_path / "none.json")
    assert (result.code, "cannot be read" in result.err) == (2, True)


def test_an_unknown_standard_says_what_there_is(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"standard": "oh-provider-baselin", "evidence": {}}')
    result = run("assess", tmp_path / "in.json")
    assert (result.code, 'Did you mean "oh-provider-baseline"?' in result.err) == (2, True)


def test_a_bad_date_on_the_command_line_is_a_sentence(tmp_path: Path) -> None:
    result = run("assess", tmp_path / "in.json", "--on", "22.11.2026")
    assert (result.code, "year-month-day" in result.err) == (2, True)


def test_standard_input_is_read_with_a_dash() -> None:
    result = run(
        "assess", "-", "--json", "--on", "2026-11-22", stdin=b'{"standard": "oh-provider-baseline", "evidence": {}}'
    )
    assert result.code == 0
    assert json.loads(result.out)["tier"] is None


def test_a_report_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text('{"standard": "oh-provider-baseline", "evidence": {}}')
    result = run("assess", tmp_path / "in.json", "--html", tmp_path / "no" / "out.html")
    assert result.code == 2
    assert "cannot be written" in result.err
    assert [path.name for path in tmp_path.iterdir()] == ["in.json"]

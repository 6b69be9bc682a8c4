"""`ohaccredit batch`: nothing is dropped, nothing crashes, and an interrupted run is taken up where it stopped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars")
pytest.importorskip("pyarrow")

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from ohaccredit.assessment import population_input
from tests.running import Run
from tests.running import run_ohaccredit as run

EXAMPLES = Path(__file__).parents[2] / "examples" / "providers"
OPTIONS = ("--standard", "oh-provider-baseline", "--workers")
TIERS = {"regional-service-met": "baseline", "partnership-not-yet": None, "sole-practitioner-met": "baseline"}


def example(name: str) -> bytes:
    return json.dumps(json.loads((EXAMPLES / f"{name}.json").read_bytes())).encode()


def batch(given: Path, out: Path, *more: object) -> Run:
    return run("batch", given, out, "--on", "2026-11-22", *OPTIONS, 1, *more)


def rows(out: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    return found


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(population_input, "ROWS", 2)


def test_every_line_becomes_a_row_with_its_number(tmp_path: Path, small_parts: None) -> None:
    lines = [
        example("regional-service-met"),
        b"",
        b"{broken",
        example("partnership-not-yet"),
        b"  ",
        b'{"evidence": 3}',
    ]
    given = tmp_path / "in.ndjson"
    given.write_bytes(b"\n".join(lines))
    done = batch(given, tmp_path / "out", "--json")
    assert done.code == 0, done.err
    assert [(row["row"], row["tier"], bool(row["errors"])) for row in rows(tmp_path / "out")] == [
        (1, "baseline", False),
        (3, None, True),
        (4, None, False),
        (6, None, True),
    ]
    said = json.loads(done.out)
    assert (said["rows"], said["with_errors"], said["no_tier"]) == (4, 2, 1)
    assert said["tiers"] == {"baseline": 1}
    assert [(each["row"], each["pointer"]) for each in said["first_errors"]] == [(3, ""), (6, "/evidence")]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        f"part-{number:05}.parquet" for number in range(3)
    ]


def test_broken_lines_are_named_on_screen_and_a_file_of_one_submission_is_told(tmp_path: Path) -> None:
    given = tmp_path / "in.json"
    given.write_text(json.dumps({"evidence": {}}, indent=1))
    done = batch(given, tmp_path / "out")
    assert done.code == 0
    assert f"{given}:1  This {{ is never closed." in done.out
    assert 'A file of one submission is for "ohaccredit assess".' in done.out


def test_what_is_wrong_with_a_line_is_said_of_a_row_and_not_of_a_file(tmp_path: Path) -> None:
    given = tmp_path / "in.ndjson"
    given.write_bytes(b'[1]\n{"evidence": {}}\n"x"\n')
    done = batch(given, tmp_path / "out", "--json")
    assert done.code == 0, done.err
    messages = [each["message"] for each in json.loads(done.out)["first_errors"]]
    assert messages == [
        "The row holds a list, not one object.",
        "The row must hold one object: it begins with { and ends with }.",
    ]


def test_an_interrupted_run_is_taken_up_and_gives_the_same_bytes(tmp_path: Path, small_parts: None) -> None:
    given, out = tmp_path / "in.ndjson", tmp_path / "out"
    given.write_bytes(
        b"\n".join([*map(example, TIERS), example("regional-service-met"), example("partnership-not-yet")])
    )
    assert batch(given, out).code == 0
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    (out / "part-00001.parquet").unlink()
    (out / ".part-00001.parquet.123").write_bytes(b"half a part")
    kept = (out / "part-00000.parquet").stat().st_mtime_ns
    again = batch(given, out)
    assert again.code == 0
    assert "3 rows are there from an earlier run" in again.err
    assert (out / "part-00000.parquet").stat().st_mtime_ns == kept
    assert {path.name: path.read_bytes() for path in out.iterdir() if path.suffix == ".parquet"} == whole


@pytest.mark.parametrize("changed", ["input", "date", "assurance", "not ours"])
def test_results_of_different_runs_are_not_mixed(tmp_path: Path, changed: str) -> None:
    given, out = tmp_path / "in.ndjson", tmp_path / "out"
    given.write_bytes(example("regional-service-met"))
    assert batch(given, out).code == 0
    more: list[object] = []
    if changed == "input":
        given.write_bytes(example("partnership-not-yet"))
    elif changed == "assurance":
        more = ["--verified"]
    elif changed == "not ours":
        (out / "part-00000.parquet").write_bytes(b"something else")
    if changed == "date":
        done = run("batch", given, out, "--on", "2026-11-23", *OPTIONS, 1)
    else:
        done = batch(given, out, *more)
    assert done.code == 2
    assert "holds results of another run" in done.err


@pytest.mark.slow
def test_several_processes_give_what_one_gives(tmp_path: Path, small_parts: None) -> None:
    given = tmp_path / "in.ndjson"
    given.write_bytes(b"\n".join(map(example, TIERS)))
    assert batch(given, tmp_path / "one").code == 0
    assert run("batch", given, tmp_path / "two", "--on", "2026-11-22", *OPTIONS, 2).code == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


# ── Parquet ─────────────────────────────────────────────────────────────────────────────────────────


def nested(names: list[str], path: Path) -> None:
    """Examples as nested columns, as another program would write them: dates as dates, decimals as doubles."""
    pl.read_ndjson(b"\n".join(map(example, names)), infer_schema_length=None).write_parquet(path)


@pytest.mark.parametrize("form", ["nested columns", "JSON in a column"])
def test_parquet_gives_what_ndjson_gives(tmp_path: Path, form: str) -> None:
    given, columns = tmp_path / "in.ndjson", tmp_path / "in.parquet"
    given.write_bytes(b"\n".join(map(example, TIERS)))
    if form == "nested columns":
        nested(list(TIERS), columns)
    else:
        pq.write_table(pa.table({"submission": [example(name).decode() for name in TIERS], "n": [1, 2, 3]}), columns)
    assert batch(given, tmp_path / "lines").code == 0
    done = batch(columns, tmp_path / "columns")
    assert done.code == 0, done.err
    assert rows(tmp_path / "columns") == rows(tmp_path / "lines")
    assert [row["tier"] for row in rows(tmp_path / "columns")] == list(TIERS.values())


def test_row_groups_are_taken_together_until_they_make_a_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight rows in groups of two, parts of three rows and more: groups 1 and 2, then 3 and 4; a batch at a time."""
    monkeypatch.setattr(population_input, "ROWS", 3)
    names = [*TIERS, "partnership-not-yet", *TIERS, "partnership-not-yet"]
    columns = tmp_path / "in.parquet"
    pl.read_ndjson(b"\n".join(map(example, names)), infer_schema_length=None).write_parquet(columns, row_group_size=2)
    assert pq.read_metadata(columns).num_row_groups == 4
    done = batch(columns, tmp_path / "out")
    assert done.code == 0, done.err
    parts = sorted((tmp_path / "out").glob("part-*.parquet"))
    assert [pq.read_metadata(part).num_rows for part in parts] == [4, 4]
    assert [row["row"] for row in rows(tmp_path / "out")] == list(range(1, 9))
    assert [row["tier"] for row in rows(tmp_path / "out")] == [TIERS[name] for name in names]


def test_other_columns_get_one_plain_report(tmp_path: Path) -> None:
    given = tmp_path / "in.parquet"
    evidence = {"practitioners": [{"full_time_shar": 5, "full_time_share": "five"}], "documents": 3}
    pl.DataFrame([{"evidence": evidence, "tier": "baseline"}]).write_parquet(given)
    done = batch(given, tmp_path / "out")
    assert done.code == 2
    assert 'There is no column "tier" in a submission.' in done.err
    assert 'There is no field "evidence.practitioners.full_time_shar".' in done.err
    assert 'Did you mean "full_time_share"?' in done.err
    assert 'The column "evidence.practitioners.full_time_share" holds' in done.err
    assert 'The column "evidence.documents" holds int64; it should hold a list.' in done.err
    assert "4 problems" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [b"PAR1 and then nothing", b""])
def test_a_file_that_is_no_population_is_refused_or_empty(tmp_path: Path, content: bytes) -> None:
    given = tmp_path / "in"
    given.write_bytes(content)
    done = batch(given, tmp_path / "out")
    assert (done.code, bool(done.err)) == ((2, True) if content else (0, False))


def test_a_file_that_is_not_there_and_a_standard_without_tiers(tmp_path: Path) -> None:
    assert batch(tmp_path / "none", tmp_path / "out").code == 2
    done = run("batch", tmp_path / "none", tmp_path / "out", "--standard", "fit-note")
    assert done.code == 2
    assert "ohaccredit fitnote" in done.err

"""A figure must have a value on every day on which a criterion in force reads it, and need not have one before."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ohaccredit.standards.home import find_home
from tests.assessment.homes import small_home
from tests.running import run_ohaccredit

FIGURE = """
parameters:
  {name}:
    words: {{en: a figure}}
    type: count
    origin: proposal
    why: For a test.
    values: [{{from: {start}, value: 1, reference: none, reviewed_on: 2026-01-01}}]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return small_home(tmp_path).root


def complaint(home: Path) -> str:
    """What `rules check` says of the figure "late"; "" if nothing."""
    said = run_ohaccredit("--home", home, "rules", "check").err
    return next((line.strip() for line in said.splitlines() if 'The parameter "late" has no value' in line), "")


def write(home: Path, start: str, rule: str | None = None, effective: str | None = None) -> None:
    (home / "rules/small/1/parameters.yaml").write_text(FIGURE.format(name="late", start=start))
    if rule is not None:
        path = home / "rules/small/1/basics/rule.yaml"
        path.write_text(f"criterion: basics\nmet_when: {rule}\n")
    if effective is not None:
        for path in (home / "standards/small/1/criteria").glob("*.yaml"):
            text = path.read_text()
            line = next((each for each in text.splitlines() if each.strip() == "- id: basics"), None)
            if line is not None:
                path.write_text(text.replace(line, f"{line}\n    effective: {{from: {effective}}}"))
                return
        raise AssertionError("the small home has a criterion called basics")


READS = "{parameter: late, at_least: 1}"


def test_a_figure_that_no_criterion_reads_is_needed_from_the_first_day(home: Path) -> None:
    write(home, "2026-03-01")
    assert "from 2026-01-01 to 2026-03-01" in complaint(home)


def test_a_figure_that_a_criterion_reads_is_needed_from_its_first_day(home: Path) -> None:
    write(home, "2026-03-01", READS)
    assert "from 2026-01-01 to 2026-03-01" in complaint(home)


@pytest.mark.parametrize(("effective", "is_so"), [("2026-03-01", True), ("2026-02-28", False)])
def test_a_criterion_that_begins_later_needs_it_only_from_then(home: Path, effective: str, is_so: bool) -> None:
    write(home, "2026-03-01", READS, effective)
    assert (complaint(home) == "") is is_so


def test_as_of_another_date_nothing_can_be_said_here(home: Path) -> None:
    write(home, "2026-03-01", "{field: facts.basic, is: yes}")
    (home / "rules/small/1/basics/rule.yaml").write_text(
        "criterion: basics\nmet_when:\n  some: people\n  if_list_empty: not met\n"
        "  satisfying: {parameter: late as of field started, at_least: 1}\n"
    )
    assert complaint(home) == ""


@pytest.mark.slow
def test_what_a_notice_names_counts_as_read(tmp_path: Path) -> None:
    root = find_home().root
    for folder in ("standards", "rules"):
        shutil.copytree(root / folder, tmp_path / folder)
    rules, criteria = tmp_path / "rules/absence-record/2026", tmp_path / "standards/absence-record/2026/criteria"
    (rules / "parameters/late.yaml").write_text(FIGURE.format(name="late", start="2026-04-06"))
    (rules / "derived/late.yaml").write_text(
        "derived:\n  late-value: {words: {en: late}, why: x, value: parameter late}\n"
    )
    assert complaint(tmp_path)  # no criterion names it
    path = criteria / "sick-pay.yaml"
    text = path.read_text()
    path.write_text(text.replace("the flat rate of {flat-rate}.", "the flat rate of {flat-rate} {late-value}."))
    assert path.read_text() != text
    assert complaint(tmp_path) == ""  # the criterion is in force from 6 April 2026 on

"""Whatever passes the schema is answered: random notes and records never make a command fail."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes.check import PaperCheck, check_paper
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import AbsenceRecord, Paper, read_record
from ohaccredit.fitnotes.study import study
from ohaccredit.fitnotes.summarise import summarise_study
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.reports.inert import font_coverage
from ohaccredit.reports.paper_view import paper_json, papers_view
from ohaccredit.reports.papers import papers_html
from ohaccredit.reports.summaries import summary_html
from ohaccredit.reports.summary_view import summary_json, summary_view
from ohaccredit.reports.timeline_view import timeline_json, timeline_view
from ohaccredit.reports.timelines import timelines_html
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import find_home
from ohaccredit.standards.published import load_published
from ohaccredit.standards.schema import submission_schema
from ohaccredit.standards.sources import load_statements
from tests.fitnotes.records import our_editions

ON = date(2026, 6, 30)
slow = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))

dates = st.dates(date(2025, 7, 1), date(2026, 7, 31)) | st.dates() | st.sampled_from([date.min, date.max])
texts = st.sampled_from(["P1", "P2", "N1", "", " ", "<b>", "健", "\u202e", "x" * 200]) | st.text(
    st.characters(exclude_categories=["Cc", "Cs"]), max_size=8
)
whole = st.integers(-3, 400) | st.sampled_from([10**9, -(10**9), 2**53])
exact = whole | st.integers(-(10**7), 10**7).map(lambda number: number / 100)


def _drawn(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Anything that a schema of ours allows."""
    if "$ref" in schema:
        return _drawn(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    match schema["type"]:
        case "object":
            fields = {name: _drawn(each, definitions) for name, each in schema.get("properties", {}).items()}
            required = {name: fields[name] for name in schema.get("required", ())}
            return st.fixed_dictionaries(
                required, optional={name: each for name, each in fields.items() if name not in required}
            )
        case "array":
            unique = json.dumps if schema.get("uniqueItems") else None
            if schema.get("maxItems") == 0:
                return st.just([])
            return st.lists(_drawn(schema["items"], definitions), max_size=4, unique_by=unique)
        case "string":
            if schema.get("format") == "date":
                return dates.map(date.isoformat)
            return texts.filter(lambda text: len(text) >= schema.get("minLength", 0))
        case "integer":
            return whole
        case "number":
            return exact
        case "boolean":
            return st.booleans()
    raise AssertionError(schema)


def _evidence(edition: Edition) -> st.SearchStrategy[dict[str, Any]]:
    schema: Any = submission_schema(edition)
    evidence: st.SearchStrategy[dict[str, Any]] = _drawn(schema["properties"]["evidence"], schema["$defs"])
    return evidence


@cache
def _papers_of(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    return _evidence(our_editions().papers[kind])


def _checked(kind: str, evidence: Mapping[str, Any]) -> PaperCheck | None:
    """What the command makes of a single paper; None if it is told what is wrong with the file."""
    edition = our_editions().papers[kind]
    try:
        source = read_json(json.dumps({"standard": edition.standard, "evidence": evidence}).encode(), "drawn.json")
        submission = read_submission(source, edition)
    except ProblemsFound:
        return None
    content = submission.evidence.get(kind)
    if content is None:
        return None
    paper = Paper(submission.name, kind, "", content, ("evidence", kind))  # type: ignore[arg-type]
    return check_paper(our_editions().papers, paper, ON, submission.evidence.get("note_context"))


def _as_json(check: PaperCheck) -> dict[str, Any]:
    (paper,) = papers_view([check], load_statements_once(), ON, "T").papers
    return paper_json(paper)


@cache
def load_statements_once() -> Mapping[str, Any]:
    return load_statements(find_home())


def _shuffled(value: Any, source: random.Random) -> Any:
    """The same content with its fields in another order; lists stay as they are."""
    match value:
        case dict():
            names = list(value)
            source.shuffle(names)
            return {name: _shuffled(value[name], source) for name in names}
        case list():
            return [_shuffled(each, source) for each in value]
    return value


@slow
@given(st.data())
def test_any_paper_gets_a_verdict_or_problems_and_never_by_the_order_of_its_fields(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(sorted(our_editions().papers)))
    evidence = data.draw(_papers_of(kind))
    check = _checked(kind, evidence)
    again = _checked(kind, _shuffled(evidence, data.draw(st.randoms(use_true_random=False))))
    if check is None or again is None:
        assert check is again
        return
    assert _as_json(check) == _as_json(again)
    papers_html(papers_view([check], load_statements_once(), ON, check.paper.id or "T"), find_home())


@cache
def _records() -> st.SearchStrategy[dict[str, Any]]:
    return _evidence(our_editions().record)


@settings(slow, max_examples=30)
@given(st.data())
def test_any_record_is_answered_by_every_command(data: st.DataObject) -> None:
    evidence = data.draw(_records())
    try:
        record = _record(evidence)
    except ProblemsFound:
        return
    ours, home = our_editions(), find_home()
    papers = papers_view(check_record(ours.papers, record, ON), load_statements_once(), ON, "T")
    json.dumps([paper_json(paper) for paper in papers.papers])
    papers_html(papers, home)
    studied = study(ours.papers, ours.record, record, ON)
    coverage = font_coverage(home.templates)
    timelines = timeline_view(studied, load_statements_once(), notice="N", coverage=coverage)
    json.dumps(timeline_json(timelines, ON))
    timelines_html(timelines, home)
    try:
        summary = summarise_study(ours.record, studied)
    except ProblemsFound:  # it does not say which period it covers
        return
    published = load_published(home)["fit-notes"]
    json.dumps(summary_json(summary, published))
    summary_html(summary_view(summary, "T", published), home)


def _record(evidence: Mapping[str, Any]) -> AbsenceRecord:
    document = json.dumps({"standard": "absence-record", "evidence": evidence}).encode()
    submission = read_submission(read_json(document, "drawn.json"), our_editions().record)
    return read_record(submission.evidence, submission.name, submission.digest)

"""What each step from a file to a report costs."""

from __future__ import annotations

import importlib
import json
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from benchmarks.measure import Task, best_of, say_time, table, title
from benchmarks.sample import ON, Sample, samples
from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.prepare import prepare
from ohaccredit.assessment.record import record
from ohaccredit.assessment.submission import Submission, read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.trace import Decision, Tracer
from ohaccredit.reports.pdf import PdfUnavailable, check
from ohaccredit.reports.report import report_html, report_pdf
from ohaccredit.reports.view import assessment_view
from ohaccredit.standards.home import Home
from ohaccredit.standards.schema import submission_schema
from ohaccredit.standards.sources import load_statements


def main() -> int:
    """Print a table for each sample."""
    home, found = samples()
    for sample in found:
        _table(home, sample)
    return 0


def _table(home: Home, sample: Sample) -> None:
    edition = sample.edition
    submission = read_submission(sample.source, edition)
    assessment = assess(edition, submission, ON)
    title(f"{edition.id}: {len(assessment.findings)} criteria, {sample.name}, {len(sample.data) / 1000:.0f} kB")
    best = best_of(_steps(home, sample, submission, assessment), rounds=5, at_least=0.05)
    decided = best["decide: outcomes of all criteria"]
    rows = [(name, say_time(seconds), f"{seconds / decided:,.1f}") for name, seconds in best.items()]
    table([("", "CPU", "× decide"), *rows])


def _steps(home: Home, sample: Sample, submission: Submission, assessment: Assessment) -> dict[str, Task]:
    edition, statements = sample.edition, load_statements(home)
    source = sample.source
    schema = submission_schema(edition)
    validator = Draft202012Validator(schema, format_checker=FormatChecker(formats=["date"]))
    decide = [edition.compiled.on(ON)[finding.criterion.id] for finding in assessment.findings]
    evidence = assessment.prepared.evidence
    view = assessment_view(assessment, statements)

    def traces() -> list[Decision]:
        tracer = Tracer(edition.definitions, evidence, ON)
        findings = [finding for finding in assessment.findings if finding.outcome is not Outcome.MET]
        return [tracer.decide(edition.rules[finding.criterion.id]) for finding in findings]

    steps: dict[str, Task] = {
        "read: JSON with exact numbers": lambda: read_json(sample.data, sample.name),
        "read: json.loads, for comparison": lambda: json.loads(sample.data),
        "check: schema made": lambda: submission_schema(edition),
        "check: jsonschema": lambda: list(validator.iter_errors(source.value)),
        "check: all (read_submission)": lambda: read_submission(source, edition),
        "prepare: encode, screen, flag": lambda: prepare(edition, submission.evidence, ON, "declared", _not_linked),
        "decide: outcomes of all criteria": lambda: [each(evidence) for each in decide],
        "decide: traces of what is not met": traces,
        "assess: prepare and decide": lambda: assess(edition, submission, ON),
        "words: record as JSON": lambda: record(assess(edition, submission, ON)),
        "words: view of the report": lambda: assessment_view(assess(edition, submission, ON), statements),
        "report: HTML": lambda: report_html(view, home),
    }
    try:
        fast = importlib.import_module("jsonschema_rs").Draft202012Validator(schema)
        plain = json.loads(sample.data)
        steps["check: jsonschema-rs, for comparison"] = lambda: fast.is_valid(plain)
    except ImportError:
        print("jsonschema-rs is not installed and left out.")
    try:
        check()
        steps["report: PDF"] = lambda: report_pdf(assessment, view, home)
    except PdfUnavailable as reason:
        print(str(reason).splitlines()[0])
    return steps


def _not_linked(_edition: object, _evidence: Mapping[str, Any], _path: object) -> Mapping[str, Any]:
    return {}

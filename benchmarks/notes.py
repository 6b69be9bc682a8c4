"""A thousand fit notes of one absence record: reading, checking, timelines and summary, each beside mere parsing."""

from __future__ import annotations

import json
from datetime import date

from benchmarks.absence_record import make_record
from benchmarks.measure import best_of, say_time, table, title
from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import RECORD_STANDARD, STANDARDS, read_record
from ohaccredit.fitnotes.study import study
from ohaccredit.fitnotes.summarise import summarise_study
from ohaccredit.language.json_source import read_json
from ohaccredit.reports.paper_view import paper_json, papers_view
from ohaccredit.standards.home import find_home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.sources import load_statements

ON = date(2026, 6, 30)
NOTES = 1000


def main() -> int:
    """Print the table."""
    home = find_home(None)
    editions = {kind: load_edition(home, standard) for kind, standard in STANDARDS.items()}
    edition = load_edition(home, RECORD_STANDARD)
    statements = load_statements(home)
    data = json.dumps(make_record(people=650, notes=NOTES)).encode()
    source = read_json(data, "record.json")
    submission = read_submission(source, edition)
    record = read_record(submission.evidence)
    checks = check_record(editions, record, ON)
    whole = study(editions, edition, record, ON)

    def say() -> None:
        for paper in papers_view(check_record(editions, record, ON), statements, ON, "").papers:
            paper_json(paper)

    best = best_of(
        {
            "json.loads and a loop over the notes": lambda: [
                each["id"] for each in json.loads(data)["evidence"]["fit_notes"]
            ],
            "+ every position, for messages": lambda: read_json(data, "record.json"),
            "+ checked against the schema": lambda: read_submission(source, edition),
            "verdicts": lambda: [check.verdict.name for check in check_record(editions, record, ON)],
            "verdicts, with messages, sources, actions": say,
            "timelines, spells and sick pay too": lambda: study(editions, edition, record, ON),
            "summary of that": lambda: summarise_study(edition, whole),
        },
        rounds=3,
    )
    papers = len(checks)
    title(f"{NOTES:,} fit notes ({papers:,} papers, {len(record.spells):,} spells, {len(data) / 1e6:.1f} MB of JSON)")
    parsing = next(iter(best.values()))
    table(
        [
            ("", "CPU", "a note", "notes a second", "× parsing"),
            *(
                (
                    name,
                    say_time(seconds),
                    say_time(seconds / NOTES),
                    f"{NOTES / seconds:,.0f}",
                    f"{seconds / parsing:.1f}",
                )
                for name, seconds in best.items()
            ),
        ]
    )
    return 0


if __name__ == "__main__":
    main()

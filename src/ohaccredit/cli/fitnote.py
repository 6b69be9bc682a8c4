"""`ohaccredit fitnote`: checking notes and reports, absence timelines, an employer's summary."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby, pairwise
from pathlib import Path

import click

from ohaccredit.cli.findings import plain, wrapped
from ohaccredit.cli.papers import Period, absence_edition, read_papers, read_study
from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems, show_problems
from ohaccredit.cli.submissions import DateType
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.reports.paper_view import NoticeView, PapersView, PaperView, SourceView, paper_json, papers_view
from ohaccredit.reports.summary_view import SummaryView
from ohaccredit.reports.timeline_view import TimelineView

MARKS = {"valid": ("✓", "green"), "query": ("?", "yellow"), "not_valid": ("✗", "red")}
SEVERITY_MARKS = {"invalid": ("✗", "red"), "query": ("?", "yellow"), "warn": ("!", "yellow"), "info": ("i", "blue")}
MANY = 12
"""From so many papers on, valid ones are listed in a line each, unless all is asked for."""


@click.group("fitnote")
def command() -> None:
    """Check fit notes and AHP Health and Work Reports against the rules in force on the day."""


@command.command("check")
@click.argument("files", nargs=-1, required=True)
@click.option("--on", type=DateType(), help="The day of the check, year-month-day; else today.")
@click.option("--columns", type=click.Path(exists=True, dir_okay=False), help="How the columns of a table are called.")
@click.option("--all", "everything", is_flag=True, help="Say everything of every paper, sources too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the result as an HTML page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the result as a PDF (PDF/UA-1, PDF/A-3a).")
@click.pass_context
@reports_problems
def check(
    ctx: click.Context,
    files: tuple[str, ...],
    on: date | None,
    columns: str | None,
    everything: bool,
    as_json: bool,
    html: str | None,
    pdf: str | None,
) -> None:
    """Check the notes and reports in FILES: JSON, or tables as CSV or XLSX; - is standard input.

    Each paper is valid, a query, or not valid, with reasons, sources, and what to do next. Rows of a table
    that cannot be read are listed, the others are checked, and the exit code is 2.
    """
    from ohaccredit.standards.sources import load_statements

    home, day = home_of(ctx), on or date.today()
    papers = read_papers(home, files, day, Path(columns) if columns else None)
    title = papers.name or "Fit notes and reports"
    view = papers_view(papers.checks, load_statements(home), day, title, remarks=papers.remarks)
    written: list[str] = []
    if html or pdf:
        from ohaccredit.cli.reports import write_reports
        from ohaccredit.reports.papers import papers_html, papers_pdf

        written = write_reports(
            html=html,
            pdf=pdf,
            make_html=lambda: papers_html(view, home),
            make_pdf=lambda: papers_pdf(view, home, day),
        )
    if as_json:
        print_json(
            {
                "on": day.isoformat(),
                "notes": [paper_json(paper) for paper in view.papers],
                "remarks": list(view.remarks),
                "problems": [problem.as_json() for problem in papers.problems],
            }
        )
    else:
        show_papers(view, everything=everything)
    _finish(written, papers.problems, as_json=as_json)


def _finish(written: Sequence[str], problems: Sequence[Problem], *, as_json: bool) -> None:
    """Say which reports were written and, last, what could not be read. Exits with 2 if there is any of that."""
    if not as_json:
        for path in written:
            click.echo(f"Written: {plain(path)}")
        if problems:
            show_problems(problems)
    if problems:
        raise click.exceptions.Exit(2)


def show_papers(view: PapersView, *, everything: bool) -> None:
    """The papers on a terminal: what needs doing first, the rest in a line each."""
    many = len(view.papers) >= MANY and not everything
    click.echo("")
    for paper in view.papers:
        if not many or paper.verdict != "valid":
            _show(paper, everything=everything)
    valid = [paper for paper in view.papers if paper.verdict == "valid"]
    if many and valid:
        click.secho(f"{count_of(len(valid), 'valid paper')} (--all shows each)", dim=True)
        click.echo("")
    for remark in view.remarks:
        click.secho(wrapped(remark, "  ", "    "), dim=True)
    said = ", ".join(f"{number:,} {words.lower()}" for _, words, number in view.counts)
    click.secho(f"{count_of(len(view.papers), 'paper')} checked on {view.on}: {said}.", bold=True)
    click.secho("A query or an invalid note is no reason to stop paying sick pay.", dim=True)


def _show(paper: PaperView, *, everything: bool) -> None:
    mark, colour = MARKS[paper.verdict]
    name = f"{paper.id} ({paper.person})" if paper.person else paper.id
    click.echo(f"{click.style(f'{mark} {paper.verdict_words}', fg=colour, bold=True)}  {plain(name)}")
    click.secho(f"  {paper.subject} · {paper.period_words} · by the rules of {paper.rules_of_words}", dim=True)
    for notice in paper.notices:
        if everything or notice.severity != "info" or paper.verdict == "valid":
            _show_notice(notice, everything=everything)
    for _, says in paper.next:
        click.echo(wrapped(f"→ {says}", "  ", "    "))
    if everything:
        for answer, parts in paper.answers:
            click.secho(wrapped(f"{answer}: {', '.join(parts)}", "  ", "    "), dim=True)
        if paper.unchecked:
            click.secho(
                wrapped(f"Not checked, as too little is known: {'; '.join(paper.unchecked)}", "  ", "    "), dim=True
            )
    click.echo("")


def _show_notice(notice: NoticeView, *, everything: bool) -> None:
    mark, colour = SEVERITY_MARKS[notice.severity]
    confirm = " (to confirm)" if notice.to_confirm else ""
    click.echo(
        wrapped(f"{mark} {notice.rule} {notice.message}{confirm}", "  ", "    ").replace(
            mark, click.style(mark, fg=colour), 1
        )
    )
    if everything:
        for source in notice.sources:
            dates = f" ({source.dates})" if source.dates else ""
            click.secho(wrapped(f"{source.nature_words}: {source.cited}{dates}", "    ", "      "), dim=True)
            if source.to_confirm:
                click.secho(wrapped(f"To confirm: {source.to_confirm}", "      ", "      "), dim=True)
    else:
        for kind, sources in groupby(notice.sources, key=lambda source: source.nature_words):
            click.secho(wrapped(f"{kind}: {_places(list(sources))}", "    ", "      "), dim=True)


def _places(sources: Sequence[SourceView]) -> str:
    """Sources of one kind in one breath, each document named once."""
    said = []
    for before, source in pairwise([None, *sources]):
        assert source is not None, "only the first stands for nothing"
        named = before is not None and before.document == source.document
        dates = f" ({source.dates})" if source.dates else ""
        said.append((source.place if named or source.nature == "design" else source.cited) + dates)
    return "; ".join(said)


@command.command("timeline")
@click.argument("file")
@click.option("--person", "people", multiple=True, help="Only this person, by the employer's number.")
@click.option("--on", type=DateType(), help="The day of the check, year-month-day; else today.")
@click.option("--columns", type=click.Path(exists=True, dir_okay=False), help="How the columns of a table are called.")
@click.option("--all", "everyone", is_flag=True, help="Draw everybody, not only those with something to do.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the timelines as an HTML page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the timelines as a PDF (PDF/UA-1, PDF/A-3a).")
@click.pass_context
@reports_problems
def timeline(
    ctx: click.Context,
    file: str,
    people: tuple[str, ...],
    on: date | None,
    columns: str | None,
    everyone: bool,
    as_json: bool,
    html: str | None,
    pdf: str | None,
) -> None:
    """Day by day, what covers each absence in FILE (an absence record or a table of notes), and what is due.

    This is about individual people: keep it to those who manage the absence.
    """
    from ohaccredit.reports.inert import font_coverage
    from ohaccredit.reports.timeline_view import timeline_json, timeline_view
    from ohaccredit.standards.sources import load_statements

    home, day = home_of(ctx), on or date.today()
    study, problems = read_study(home, file, day, Path(columns) if columns else None)
    unknown = [person for person in people if person not in study.timeline.people]
    if unknown:
        from ohaccredit.language.parse import nearest

        known = tuple(study.timeline.people)
        raise ProblemsFound([Problem(f'There is no person "{each}".', hint=nearest(each, known)) for each in unknown])
    view = timeline_view(
        study,
        load_statements(home),
        notice=absence_edition(home).notice["en"],
        people=people,
        everyone=everyone,
        coverage=font_coverage(home.templates),
    )
    written: list[str] = []
    if html or pdf:
        from ohaccredit.cli.reports import write_reports
        from ohaccredit.reports.timelines import timelines_html, timelines_pdf

        written = write_reports(
            html=html,
            pdf=pdf,
            make_html=lambda: timelines_html(view, home),
            make_pdf=lambda: timelines_pdf(view, home, day),
        )
    if as_json:
        document = timeline_json(view, day)
        print_json({**document, "problems": [problem.as_json() for problem in problems]})
    else:
        show_timelines(view, detailed=bool(people) or len(view.people) == 1)
    _finish(written, problems, as_json=as_json)


def show_timelines(view: TimelineView, *, detailed: bool) -> None:
    """The timelines on a terminal: a line for each spell, or, for a few people, the days too."""
    click.echo("")
    click.secho(plain(view.title), bold=True)
    for person in view.people:
        if detailed:
            click.echo("")
            click.secho(plain(person.id), bold=True, underline=True)
        for spell in person.spells:
            mark, colour = MARKS[spell.verdict]
            head = f"{click.style(f'{mark} {spell.verdict_words:12}', fg=colour)} {plain(person.id):8} "
            more = ", something to do" if spell.next and spell.verdict == "valid" and not detailed else ""
            click.echo(f"{head}{spell.dates} ({count_of(spell.days, 'day')}{more})")
            if not detailed:
                continue
            for run in spell.runs:
                papers = f" ({', '.join(map(plain, run.papers))})" if run.papers else ""
                click.echo(
                    wrapped(f"{run.dates}: {count_of(run.days, 'day')} {run.state_words}{papers}", "    ", "      ")
                )
            for dates, what in spell.due:
                click.secho(wrapped(f"{dates}: {what} may be asked for.", "    ", "      "), dim=True)
            for notice in spell.notices:
                _show_notice(notice, everything=False)
            for _, says in spell.next:
                click.echo(wrapped(f"→ {says}", "    ", "      "))
            if spell.pay is not None:
                click.echo(wrapped(f"Sick pay, estimate: {spell.pay.says}", "    ", "      "))
    click.echo("")
    click.secho(f"{view.counted} on {view.on}, {len(view.to_do):,} with something to do.", bold=True)
    if not detailed:
        click.secho("--person NUMBER shows the days of one person; --html and --pdf draw them.", dim=True)
    click.secho(wrapped(view.estimate, "", ""), dim=True)


@command.command("summary")
@click.argument("file")
@click.option("--on", type=DateType(), help="The day of the check, year-month-day; else today.")
@click.option("--from", "first", type=DateType(), help="The first day to count, for a table of notes.")
@click.option("--until", "last", type=DateType(), help="The last day to count, for a table of notes.")
@click.option("--columns", type=click.Path(exists=True, dir_okay=False), help="How the columns of a table are called.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the summary as an HTML page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the summary as a PDF (PDF/UA-1, PDF/A-3a).")
@click.option(
    "--evidence", type=click.Path(dir_okay=False), help="Write the counts as evidence for `assess --evidence`."
)
@click.pass_context
@reports_problems
def summary(
    ctx: click.Context,
    file: str,
    on: date | None,
    first: date | None,
    last: date | None,
    columns: str | None,
    as_json: bool,
    html: str | None,
    pdf: str | None,
    evidence: str | None,
) -> None:
    """Count the fit notes in FILE (an absence record or a table of notes), beside published figures.

    Nothing individual is shown. A table does not hold absences, so what is about them is not counted.
    """
    from ohaccredit.fitnotes.employer_feed import summary_as_evidence
    from ohaccredit.fitnotes.summarise import summarise_study
    from ohaccredit.reports.summary_view import summary_json, summary_view
    from ohaccredit.standards.published import load_published

    home, day = home_of(ctx), on or date.today()
    study, problems = read_study(home, file, day, Path(columns) if columns else None, Period(first, last))
    if problems:
        raise ProblemsFound(problems)
    try:
        found = summarise_study(absence_edition(home), study)
    except ProblemsFound as refused:  # they speak of the record, not of the file that it came from
        raise ProblemsFound(replace(each, place=Place(file, 1, 1)) for each in refused.problems) from None
    published = load_published(home)["fit-notes"]
    view = summary_view(found, study.record.name or "Fit notes", published)
    document = summary_json(found, published)
    from ohaccredit.cli.reports import write_reports, write_whole
    from ohaccredit.reports.summaries import summary_html, summary_pdf

    if evidence:
        text = json.dumps({"evidence": summary_as_evidence(found)}, ensure_ascii=False, indent=2)
        write_whole(Path(evidence), f"{text}\n".encode())
    written = write_reports(
        html=html,
        pdf=pdf,
        make_html=lambda: summary_html(view, home),
        make_pdf=lambda: summary_pdf(view, document, home, day),
    )
    if as_json:
        print_json(document)
    else:
        show_summary(view)
    _finish([*written, *([evidence] if evidence else [])], [], as_json=as_json)


def show_summary(view: SummaryView) -> None:
    """The summary on a terminal."""
    click.echo("")
    click.secho(plain(view.title), bold=True)
    click.secho(view.period, dim=True)
    click.echo("")
    for figure in view.figures:
        if figure.refused:
            click.secho(wrapped(f"{figure.title}: {figure.value}. {figure.refused}", "  ", "    "), dim=True)
        else:
            click.echo(f"  {figure.title:38} {figure.value:>10}")
    for group in view.groups:
        click.echo("")
        click.secho(group.title, bold=True)
        for share in group.shares:
            if share.shown:
                click.echo(f"  {share.title:52} {share.value:>7}   {share.counted}")
            else:
                click.secho(wrapped(f"{share.title}: {share.counted}", "  ", "    "), dim=True)
            for each in share.published[:1]:
                click.secho(f"    published: {each}" + (f"; range {share.band}" if share.band else ""), dim=True)
            if share.odd:
                click.echo(f"    {share.odd}")
    click.echo("")
    for text in (view.floors, f"{view.population} {view.use}"):
        click.secho(wrapped(text, "", ""), dim=True)

"""`ohaccredit assess`: the result in ten seconds, and as much more as somebody wants."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ohaccredit.cli.findings import MARKS, plain, show_finding, wrapped
from ohaccredit.cli.shared import home_of, print_json, reports_problems
from ohaccredit.cli.submissions import assessment_options, run_assessment
from ohaccredit.reports.view import AssessmentView, FindingView, TierView

SHOWN_STEPS = 7


@click.command("assess")
@assessment_options
@click.option("--json", "as_json", is_flag=True, help="Print the assessment record as one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the report as an HTML page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the report as a PDF (PDF/UA-1, PDF/A-3a).")
@click.option("--all", "everything", is_flag=True, help="Show every finding, not only what blocks the next tier.")
@click.pass_context
@reports_problems
def command(
    ctx: click.Context,
    submission: str,
    standard: str | None,
    edition: str | None,
    on: date | None,
    modules: tuple[str, ...],
    verified: bool,
    more: str | None,
    as_json: bool,
    html: str | None,
    pdf: str | None,
    everything: bool,
) -> None:
    """Assess SUBMISSION (a JSON file, or - for standard input): the tier it reaches, why, and the next steps."""
    home = home_of(ctx)
    assessment = run_assessment(
        home, submission, standard=standard, edition=edition, on=on, modules=modules, verified=verified, more=more
    )
    if as_json:
        from ohaccredit.assessment.record import record

        print_json(record(assessment))
    if not as_json or html or pdf:
        from ohaccredit.reports.view import assessment_view
        from ohaccredit.standards.sources import load_statements

        view = assessment_view(assessment, load_statements(home, assessment.edition))
        if not as_json:
            show(view, everything=everything)
        if html or pdf:
            from ohaccredit.cli.reports import write_reports
            from ohaccredit.reports.report import report_html, report_pdf

            written = write_reports(
                html=html,
                pdf=pdf,
                make_html=lambda: report_html(view, home),
                make_pdf=lambda: report_pdf(assessment, view, home),
            )
            if not as_json:
                for path in written:
                    click.echo(f"Written: {Path(path)}")


def show(view: AssessmentView, *, everything: bool) -> None:
    """The result as a person reads it in ten seconds; with `everything`, all findings."""
    click.echo("")
    click.secho(plain(view.name), bold=True)
    click.echo(
        wrapped(f"{view.standard}, edition {view.edition}, assessed on {view.on}. {view.assurance_words}", "", "")
    )
    if view.standing:
        click.secho(wrapped(view.standing, "", ""), fg="yellow", bold=True)
    click.echo("")
    title = f"  {view.tier}  " if view.tier else "  No tier reached yet  "
    click.secho(title, bold=True, reverse=True, fg="green" if view.tier else "yellow")
    click.echo("")
    width = max(len(tier.name) for tier in view.tiers)
    for tier in view.tiers:
        click.echo(_tier_line(tier, width))
    if view.blocking and view.next_tier:
        click.echo("")
        click.secho(f"What stands in the way of {view.next_tier}, shortest first", bold=True)
        shown = view.blocking if everything else view.blocking[:SHOWN_STEPS]
        for number, finding in enumerate(shown, 1):
            _step(number, finding)
        if len(view.blocking) > len(shown):
            click.echo(f"  … and {len(view.blocking) - len(shown)} more (--all shows them).")
    for linked in view.linked:
        if linked.open:
            click.echo("")
            click.secho(plain(f"{linked.at}: {linked.title}: {linked.result}"), bold=True)
            for number, finding in enumerate(linked.open[:SHOWN_STEPS], 1):
                _step(number, finding)
    if view.flags:
        click.echo("")
        click.secho("Please check these figures and dates", bold=True)
        for where, pointer, message in view.flags if everything else view.flags[:SHOWN_STEPS]:
            click.echo(wrapped(f"! {where}: {message}", "  ", "    "))
            click.secho(f"    {pointer}", dim=True)
        if not everything and len(view.flags) > SHOWN_STEPS:
            click.echo(f"  … and {len(view.flags) - SHOWN_STEPS} more (--all shows them).")
    if everything:
        for tier in view.tiers:
            click.echo("")
            click.secho(tier.name, bold=True, underline=True)
            for finding in tier.findings:
                show_finding(finding, brief=True)
    click.echo("")
    click.secho("ohaccredit explain SUBMISSION CRITERION opens up any of these.", dim=True)


def _tier_line(tier: TierView, width: int) -> str:
    total, met = sum(tier.counts.counts), tier.counts.met
    mark = click.style("✓", fg="green") if tier.reached else click.style("·", dim=True)
    bar = "█" * round(20 * met / total) if total else ""
    if tier.reached and not tier.foundation:
        state = click.style("reached", fg="green")
    elif tier.open:
        state = f"{tier.open} in the way"
    else:
        state = "nothing in the way" if tier.foundation or not tier.counts.met else "held up by a tier below"
    return f"  {mark} {tier.name:{width}}  {bar:20}  {met:3} of {total:3} met   {state}"


def _step(number: int, finding: FindingView) -> None:
    mark, colour = MARKS[finding.outcome]
    state = finding.outcome_words.lower() + (f": {finding.reason}" if finding.reason else "")
    click.echo(f"{number:3}. {click.style(mark, fg=colour)} {click.style(finding.title, bold=True)} ({state})")
    click.echo(wrapped(finding.next_step, "       ", "       "))
    click.secho(f"       {finding.criterion} · {finding.tier}" + _effort(finding.effort), dim=True)


def _effort(days: str) -> str:
    if not days:
        return ""
    return f" · about {days} day{'' if days in ('½', '1') else 's'} to put the evidence together"

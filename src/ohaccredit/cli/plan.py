"""`ohaccredit plan`: the cheapest way to the next tier, other ways, and what falls due on the way."""

from __future__ import annotations

import os
import sys
from datetime import date

import click

from ohaccredit.cli.findings import wrapped
from ohaccredit.cli.shared import home_of, print_json, reports_problems
from ohaccredit.cli.submissions import assessment_options, run_assessment
from ohaccredit.language.parse import nearest
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.reports.plan_view import GroupView, PlanView, RouteView

SHOWN_RENEWALS = 8


@click.command("plan")
@assessment_options
@click.option("--to", help="The tier to reach; else the next one.")
@click.option("--json", "as_json", is_flag=True, help="Print the plan as one JSON document.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the plan as an HTML page.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the plan as a PDF (PDF/UA-1, PDF/A-3a).")
@click.option("--all", "everything", is_flag=True, help="Show each criterion by itself and all that falls due.")
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
    to: str | None,
    as_json: bool,
    html: str | None,
    pdf: str | None,
    everything: bool,
) -> None:
    """Plan how SUBMISSION (a JSON file, or - for standard input) reaches the next tier with the least effort."""
    home = home_of(ctx)
    assessment = run_assessment(
        home, submission, standard=standard, edition=edition, on=on, modules=modules, verified=verified, more=more
    )
    from ohaccredit.policy.plan import UnknownTier, plan
    from ohaccredit.reports.plan_view import plan_html, plan_json, plan_pdf, plan_view

    try:
        found = plan(assessment, to, progress=_progress)
    except UnknownTier as unknown:
        names = tuple(tier.id for tier in assessment.edition.tiers if not tier.foundation)
        message = f'{assessment.edition.id} has no tier "{unknown}".'
        hint = nearest(str(unknown), names) or f"Its tiers: {', '.join(names)}."
        raise ProblemsFound([Problem(message, hint=hint)]) from None
    finally:
        _progress_done()
    if as_json:
        print_json(plan_json(found))
    view = plan_view(found)
    if not as_json:
        show(view, everything=everything)
    if html or pdf:
        from ohaccredit.cli.reports import write_reports

        written = write_reports(
            html=html,
            pdf=pdf,
            make_html=lambda: plan_html(view, home),
            make_pdf=lambda: plan_pdf(found, view, home),
        )
        if not as_json:
            for path in written:
                click.echo(f"Written: {path}")


def _on_terminal() -> bool:
    return sys.stderr.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _progress(done: int, of: int, what: str) -> None:
    """One line on standard error, only on a terminal."""
    if _on_terminal():
        sys.stderr.write(f"\r\033[KPlanning {done} of {of}: {what[:60]}")
        sys.stderr.flush()


def _progress_done() -> None:
    if _on_terminal():
        sys.stderr.write("\r\033[K")


def show(view: PlanView, *, everything: bool) -> None:
    """The plan as a person reads it: the steps, the other ways in a line each, and what falls due."""
    click.echo("")
    click.secho(wrapped(view.name, "", ""), bold=True)
    now = f"Now at {view.tier}." if view.tier else "No tier is reached yet."
    click.echo(wrapped(f"{view.standard}, edition {view.edition}, on {view.on}. {now} {view.summary}", "", ""))
    for index, route in enumerate(view.routes):
        if not index:
            _show_route(route, everything=everything)
        else:
            _show_other(route)
    if view.routes and len(view.routes) == 1:
        click.echo(wrapped("No other kinds of evidence serve instead.", "", ""))
    if view.partial is not None:
        click.echo("")
        click.secho("What evidence can close", bold=True)
        _show_route(view.partial, everything=everything)
    stuck = [each for each in view.closings if each.result]
    if stuck:
        click.echo("")
        click.secho("What it cannot, or what is not decided", bold=True)
        for each in stuck:
            click.echo(wrapped(f"{each.title}: {each.result}.", "  ", "    "))
            for fact in each.facts:
                click.echo(wrapped(f"State: {fact}", "    ", "      "))
            click.echo(wrapped(each.next_step, "    ", "    "))
    if everything:
        _show_closings(view)
    _show_renewals(view, everything=everything)
    click.echo("")
    for line in view.assumptions:
        click.secho(wrapped(line, "", ""), dim=True)
    if everything:
        for line in view.scope:
            click.secho(wrapped(line, "  ", "    "), dim=True)


def _show_route(route: RouteView, *, everything: bool) -> None:
    click.echo("")
    proof = "" if route.cheapest else " (that nothing is cheaper is not decided)"
    click.secho(f"{route.title}: {route.days} ({route.half_days} half days){proof}", bold=True)
    if route.first:
        click.echo("")
        click.secho("First say yes or no", bold=True)
        click.secho(wrapped("Where it is not so, less may be needed: state it, and plan again.", "  ", "  "), dim=True)
        for fact in route.first:
            click.echo(wrapped(fact, "  ? ", "    "))
    number = 0
    for title, about, groups in route.parts:
        click.echo("")
        click.secho(title, bold=True)
        click.secho(wrapped(about, "  ", "  "), dim=True)
        for group in groups:
            number += 1
            _show_group(number, group, everything=everything)


def _show_group(number: int, group: GroupView, *, everything: bool) -> None:
    item = f": {group.item}" if group.item else ""
    click.secho(wrapped(f"{group.evidence[:1].upper()}{group.evidence[1:]}{item}", f"{number:3}. ", "     "), bold=True)
    for step in group.steps:
        mark = "!" if step.must_be_achieved else "·"
        click.echo(wrapped(step.says, f"     {mark} ", "       "))
    closes = ", ".join(title for _, title in group.closes)
    if closes:
        click.secho(wrapped(f"for {closes}", "       ", "       "), dim=True)
    if everything:
        click.secho(wrapped(group.pointer, "       ", "       "), dim=True)


def _show_other(route: RouteView) -> None:
    click.echo("")
    proof = "" if route.cheapest else ", not shown to be the cheapest of its kind"
    click.secho(wrapped(f"{route.title}: {route.days}{proof}", "", "  "), bold=True)
    click.echo(wrapped("With " + ", ".join(route.evidence) + ".", "  ", "  "))


def _show_closings(view: PlanView) -> None:
    click.echo("")
    click.secho("The smallest evidence for each open criterion by itself", bold=True)
    for each in view.closings:
        click.secho(wrapped(f"{each.title} ({each.days or each.result})", "  ", "    "), bold=True)
        for step in each.steps:
            click.echo(wrapped(step.says, "    · ", "      "))


def _show_renewals(view: PlanView, *, everything: bool) -> None:
    if not view.renewals:
        return
    click.echo("")
    click.secho("Falls due within twelve months", bold=True)
    shown = view.renewals if everything else view.renewals[:SHOWN_RENEWALS]
    for each in shown:
        click.echo(wrapped(f"{each.day}: {each.title}", "  ", "    "))
        for what, pointer in each.pieces[:3]:
            click.secho(wrapped(f"{what} · {pointer}", "      ", "        "), dim=True)
    if len(view.renewals) > len(shown):
        click.echo(f"  … and {len(view.renewals) - len(shown)} more (--all shows them).")

"""Findings on a terminal."""

from __future__ import annotations

import shutil
import textwrap

import click

from ohaccredit.language.outcome import Outcome, Verdict
from ohaccredit.reports.inert import SOFT_BREAK, make_inert
from ohaccredit.reports.view import FindingView, StepView

MARKS = {
    Outcome.MET: ("✓", "green"),
    Outcome.NOT_MET: ("✗", "red"),
    Outcome.NOT_EVIDENCED: ("○", "yellow"),
    Outcome.NOT_APPLICABLE: ("–", "blue"),
}
VERDICTS: dict[Verdict, Outcome] = {True: Outcome.MET, False: Outcome.NOT_MET, None: Outcome.NOT_EVIDENCED}


def plain(text: str) -> str:
    """Text that cannot steer the terminal or turn its own order round; long texts are cut."""
    return make_inert(text, limit=1200).text.replace(SOFT_BREAK, "")


def wrapped(text: str, first: str, others: str) -> str:
    """Inert text wrapped to the terminal, at most 100 columns."""
    text = plain(text)
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    return textwrap.fill(text, width, initial_indent=first, subsequent_indent=others, break_on_hyphens=False)


def show_finding(finding: FindingView, *, brief: bool) -> None:
    """One finding; `brief` is a line or two, else everything there is to say."""
    mark, colour = MARKS[finding.outcome]
    state = finding.outcome_words + (f": {finding.reason}" if finding.reason else "")
    click.echo(f"{click.style(mark, fg=colour)} {click.style(finding.title, bold=True)}. {state}")
    if brief:
        click.secho(f"    {finding.criterion}", dim=True)
        return
    click.secho(f"  {finding.criterion} · {finding.tier} · {finding.obligation}", dim=True)
    _section("What is required", [finding.requirement])
    _section("Where it comes from", list(finding.sources))
    _section("The rule in words", [finding.rule])
    if finding.step is not None:
        click.echo("")
        not_applicable = finding.outcome is Outcome.NOT_APPLICABLE
        click.secho("Why it does not apply" if not_applicable else "How it came out", bold=True)
        _show_step(finding.step, 1)
    if finding.evidence:
        click.echo("")
        click.secho("Evidence that was read", bold=True)
        for each in finding.evidence:
            click.echo(wrapped(f"{each.what}: {each.value}", "  ", "      "))
            click.secho(f"      {each.pointer}", dim=True)
    if finding.missing:
        click.echo("")
        click.secho("What is missing", bold=True)
        for words in finding.missing_words:
            click.echo(wrapped(words, "  ", "      "))
        for missing in finding.missing:
            click.secho(f"      {missing.pointer}", dim=True)
    if finding.explanation:
        _section("What was said of it", [finding.explanation])
    if finding.parameters:
        click.echo("")
        click.secho("Figures in force on the day", bold=True)
        for parameter in finding.parameters:
            origin = "our proposal" if parameter.proposal else "from the source"
            click.echo(
                wrapped(f"{parameter.words}: {parameter.value} ({origin}; {parameter.reference})", "  ", "      ")
            )
    if not finding.satisfied or finding.outcome in (Outcome.NOT_MET, Outcome.NOT_EVIDENCED):
        _section("What would change it", [finding.next_step])


def _section(title: str, lines: list[str]) -> None:
    click.echo("")
    click.secho(title, bold=True)
    for line in lines:
        click.echo(wrapped(line, "  ", "  "))


def _show_step(step: StepView, depth: int) -> None:
    mark, colour = MARKS[VERDICTS[step.verdict]]
    indent = "  " * depth
    text = step.text + (f" ({step.note})" if step.note else "")
    plain = wrapped(text, f"{indent}{mark} ", f"{indent}  ")
    click.echo(plain.replace(mark, click.style(mark, fg=colour), 1))
    for each in step.evidence:
        click.secho(wrapped(f"→ {each.value}", f"{indent}    ", f"{indent}      "), dim=True)
    for part in step.parts:
        _show_step(part, depth + 1)
    if step.more:
        click.secho(f"{indent}    … and {step.more} more", dim=True)

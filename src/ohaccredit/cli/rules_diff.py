"""`ohaccredit rules diff`: what differs between two editions, in words and in what they decide."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ohaccredit.cli.shared import count_of, home_of, print_json, reports_problems

if TYPE_CHECKING:
    from ohaccredit.policy.diff import Difference
    from ohaccredit.policy.diff_change import Change
    from ohaccredit.reports.diff_view import DifferenceView, WitnessView

MOST_FACTS = 12
NEAR = 8
"""So many words are shown on either side of what differs."""


@click.command("diff")
@click.argument("a")
@click.argument("b", required=False)
@click.option("--home-b", type=click.Path(path_type=Path), help="A folder with the files of B; the home of A if none.")
@click.option("--html", type=click.Path(dir_okay=False), help="Write the report as HTML.")
@click.option("--pdf", type=click.Path(dir_okay=False), help="Write the report as PDF.")
@click.option(
    "--witnesses",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write what shows each difference into this folder, as submissions to assess under either edition.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@click.pass_context
@reports_problems
def diff(
    ctx: click.Context,
    a: str,
    b: str | None,
    home_b: Path | None,
    html: str | None,
    pdf: str | None,
    witnesses: Path | None,
    as_json: bool,
) -> None:
    """Say what differs between the editions A and B, written as STANDARD/EDITION, or EDITION alone for employers.

    What is worded differently, word by word; what is decided differently, shown by evidence that both editions
    decided, or shown to be the same within a stated scope; and submissions that reach another tier. Both are read on
    the day B comes into force. With --home-b, B can be left out: the same edition in a working copy.
    """
    from ohaccredit.cli.editions import edition_named, refuse_the_same
    from ohaccredit.policy.diff import as_document, difference
    from ohaccredit.reports.diff_view import difference_view
    from ohaccredit.standards.home import find_home

    home = home_of(ctx)
    other = home if home_b is None else find_home(home_b)
    if b is None and home_b is None:
        raise click.UsageError("Name a second edition, or a working copy of this one with --home-b.")
    before, after = edition_named(home, a), edition_named(other, b or a)
    refuse_the_same(before, after, (home, other))
    with _Progress() as progress:
        found = difference((home, before), (other, after), progress.told)
    view = difference_view(found)
    if html or pdf:
        from ohaccredit.cli.reports import write_reports
        from ohaccredit.reports.differences import difference_html, difference_pdf

        write_reports(
            html=html,
            pdf=pdf,
            make_html=lambda: difference_html(view, home),
            make_pdf=lambda: difference_pdf(view, as_document(found), home, found.on),
        )
    written, left_out = _write_witnesses(found, witnesses) if witnesses else (0, ())
    if as_json:
        print_json(as_document(found))
        return
    _print(view)
    if witnesses:
        click.echo(f"\n{count_of(written, 'submission')} in {witnesses}. To see what one of them shows:")
        for edition, place in ((before, ""), (after, f"--home {home_b} " if home_b else "")):
            click.echo(f"  ohaccredit {place}assess {witnesses}/… --edition {edition.edition} --on {found.on}")
        for name in left_out:
            click.echo(f"Not among them: {name}, whose evidence lacks what every submission must state.")


def _write_witnesses(found: Difference, folder: Path) -> tuple[int, tuple[str, ...]]:
    """Write each into a file of its own; how many, and which are no submissions. Raises ProblemsFound."""
    from ohaccredit.cli.reports import write_whole
    from ohaccredit.language.problems import Place, Problem, ProblemsFound
    from ohaccredit.policy.diff_witnesses import witness_submissions

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        problem = Problem(f"The folder cannot be made: {error.strerror}.", Place(str(folder), 1, 1))
        raise ProblemsFound([problem]) from None
    files, left_out = witness_submissions(found)
    for name, document in files.items():
        write_whole(folder / f"{name}.json", f"{json.dumps(document, ensure_ascii=False, indent=2)}\n".encode())
    return len(files), left_out


class _Progress:
    """A line on standard error that says how far it is; nothing where that is no terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            click.echo("\r\033[K", nl=False, err=True)

    def told(self, done: int, of: int) -> None:
        """Show it."""
        if self._shown:
            click.echo(f"\rComparing what criteria decide: {done} of {of}", nl=False, err=True)


# ── On screen ───────────────────────────────────────────────────────────────────────────────────────


def _print(view: DifferenceView) -> None:
    click.secho(f"{view.before} → {view.after}, both read on {view.day}", bold=True)
    for line in view.summary:
        click.echo(line)
    for each in view.criteria:
        click.echo("")
        click.secho(f"{each.id}: {each.title}", bold=True)
        if each.behaviour:
            click.secho(f"  {each.behaviour}", fg="red" if each.behaviour.startswith("Stricter") else None)
        for change in each.changes:
            _print_change(change)
        for witness in (*each.witnesses, *filter(None, [each.tier])):
            _print_witness(witness)
        if each.no_tier:
            click.echo(f"  {each.no_tier}")
    if view.tiers:
        click.secho("\nTiers reached", bold=True)
    for line in view.tiers:
        click.echo(f"  {line}")
    for heading, subjects in view.others:
        click.echo("")
        click.secho(heading, bold=True)
        for subject, changes in subjects:
            click.echo(f"  {subject}")
            for change in changes:
                _print_change(change, "  ")
    click.echo(f"\nNothing differs in {view.unchanged} further criteria.")


def _print_witness(witness: WitnessView) -> None:
    click.echo(f"  {witness.says} {witness.source}".rstrip())
    for where, what in witness.facts[:MOST_FACTS]:
        click.echo(f"      {where}: {what}")
    if len(witness.facts) > MOST_FACTS:
        click.echo(f"      … and {len(witness.facts) - MOST_FACTS} more; --json shows all.")


def _print_change(change: Change, indent: str = "") -> None:
    click.echo(f"{indent}  {change.says}")
    if change.pieces:
        marks = {"gone": "[-{}-]", "new": "{{+{}+}}"}
        said = " ".join(
            _short(piece.text) if piece.kind == "kept" else marks[piece.kind].format(piece.text.strip())
            for piece in change.pieces
        )
        click.echo(f"{indent}    {said}")
    elif change.was or change.now:
        click.echo(f"{indent}    {'was' if change.was else 'now'}: {change.was or change.now}")


def _short(kept: str) -> str:
    """What stands in both sentences: its ends, if it is long."""
    words = kept.split()
    return kept.strip() if len(words) <= 3 * NEAR else " ".join([*words[:NEAR], "…", *words[-NEAR:]])

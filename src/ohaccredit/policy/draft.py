"""Drafting: a new edition that takes over everything of an earlier one, ready for what is to change.

Nothing is copied but the face of the standard (title, tiers, modules, evidence). Criteria and rules stay where they
are and are adopted, so that a draft holds only what changes, and its difference can be read in an afternoon.
"""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from ohaccredit.language.months import shift_months
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition
from ohaccredit.standards.publication import own_files

HOW_TO_CHANGE = """
Everything of {before} holds in {edition} until you say otherwise. In standards/{standard}/{edition}/standard.yaml:
  another tier             into: {{tier: [criterion]}}
  another obligation       obligations: {{criterion: expected}}
  leave one out            leave_out: [criterion]
  another figure           redefined: [parameter], with the parameter in rules/{standard}/{edition}/parameters.yaml,
                           and the cases of the rules that read it beside it, worked out again
  other words, same rule   rules_of: [criterion], with its words in standards/{standard}/{edition}/criteria/
Write a new criterion, or one that replaces an old one of the same name, in criteria/ with its rule and cases in
rules/{standard}/{edition}/. Then: ohaccredit rules check {standard}, and: ohaccredit rules cases {standard}.
When it is decided, take out "draft: true", and: ohaccredit rules publish {standard} {edition} --by … --why …"""


def write_draft(home: Home, before: Edition, to: str, first: date | None = None) -> Path:
    """Write the standard.yaml of a new edition, and return where it is.

    Raises ProblemsFound if the edition is there already, if the standard gives a verdict (it cannot adopt), or if
    what was written does not load.
    """
    path = home.standards / before.standard / to / "standard.yaml"
    problems: list[Problem] = []
    if not to or "/" in to or to.startswith("."):
        problems.append(Problem(f'"{to}" cannot be the name of an edition.', hint="A year is usual: 2027."))
    elif path.exists() or own_files(home, before.standard, to):
        problems.append(Problem(f"{before.standard}/{to} is there already.", Place(home.name(path), 1, 1)))
    if before.verdicts:
        problems.append(Problem(f"{before.id} gives a verdict, and such a standard takes nothing over from another."))
    start = first or shift_months(before.in_force.start, 12)
    if start <= before.in_force.start:
        problems.append(Problem(f"{before.id} is in force from {before.in_force.start}; a later edition begins later."))
    if problems:
        raise ProblemsFound(problems)
    path.parent.mkdir(parents=True)
    path.write_text(_draft_text(home, before, to, start), encoding="utf-8")
    try:
        load_edition(home, before.standard, to)
    except BaseException:
        path.unlink()
        path.parent.rmdir()
        raise
    return path


def _draft_text(home: Home, before: Edition, to: str, start: date) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    content: CommentedMap = yaml.load((home.standards / before.id / "standard.yaml").read_text(encoding="utf-8"))
    content["edition"] = DoubleQuotedScalarString(to)
    content["in_force"] = _flow({"from": start})
    content.pop("dry_run", None)
    content.pop("draft", None)
    content.pop("adopts", None)
    content.insert(list(content).index("in_force") + 1, "draft", True)
    adopts = CommentedSeq()
    adopts.append(
        CommentedMap(
            {
                "standard": before.standard,
                "edition": DoubleQuotedScalarString(before.edition),
                "everything_else": True,
            }
        )
    )
    content.insert(list(content).index("evidence"), "adopts", adopts)
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = io.StringIO()
    yaml.dump(content, out)
    return out.getvalue()


def _flow(content: dict[str, object]) -> CommentedMap:
    mapping = CommentedMap(content)
    mapping.fa.set_flow_style()
    return mapping

"""A small home for tests of the assessment: two foundations' worth of yes-or-no facts, and lists to screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ohaccredit.assessment.assess import Assessment, assess
from ohaccredit.assessment.prepare import Assurance
from ohaccredit.assessment.submission import read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

ON = date(2026, 6, 30)

EVERY_ITEM = """
evidence: every_item
words: {en: every item}
about: {en: What any item has.}
collects: every_item
privacy: open
effort: 0
fields:
  id: {type: text, words: {en: identifier}}
  dated: {type: date, words: {en: date}}
  valid_until: {type: date, words: {en: last day}}
  status:
    type: choice
    words: {en: status}
    options: {declared: {en: declared}, accepted: {en: accepted}, rejected: {en: rejected}}
  rejected_because: {type: text, words: {en: reason}}
"""

FACTS = """
evidence: facts
words: {en: facts}
about: {en: Facts.}
collects: one
privacy: open
effort: 1
fields:
  basic: {type: yes_no, words: {en: the basics are there}}
  gate: {type: yes_no, words: {en: the gate is open}}
  middle: {type: yes_no, words: {en: the middle is there}}
  middle_extra: {type: yes_no, words: {en: the extra is there}}
  top: {type: yes_no, words: {en: the top is there}}
  large: {type: yes_no, words: {en: it is large}}
  bonus: {type: yes_no, words: {en: the bonus is there}}
"""

PEOPLE = """
evidence: people
words: {en: people}
about: {en: People.}
collects: many
privacy: staff
effort: 2
fields:
  registered: {type: yes_no, words: {en: the person is registered}}
  started: {type: date, words: {en: first day}}
  ended: {type: date, words: {en: last day}}
  share: {type: percent, words: {en: share}, share_of: asked}
  asked: {type: count, unit: people, words: {en: number asked}}
  answered: {type: count, unit: people, words: {en: number who answered}}
  identifying: {type: count, unit: people, small_cell: characteristics, words: {en: number who identify}}
  helped: {type: count, unit: people, small_cell: other, words: {en: number helped}}
checks:
  dates_in_order: [[started, ended]]
  part_of_whole: [[answered, asked], [identifying, answered]]
"""

STANDARD = """
standard: small
edition: "1"
title: {en: A small standard}
about: {en: For tests.}
notice: {en: Not real.}
subject: {en: anyone}
in_force: {from: 2026-01-01}
foundations:
  - {id: gate, words: {en: Gate}}
tiers:
  - {id: low, words: {en: Low}}
  - {id: middle, words: {en: Middle}}
  - {id: high, words: {en: High}}
modules:
  - {id: extra, words: {en: Extra}, about: {en: Optional.}}
evidence: [facts, people]
"""

CRITERIA = {
    "gate": [("gate-open", "must", "{field: facts.gate, is: yes}", "")],
    "low": [
        ("basics", "must", "{field: facts.basic, is: yes}", ""),
        ("module-only", "must", "{field: facts.bonus, is: yes}", "module: extra"),
    ],
    "middle": [
        ("middle-must", "must", "{field: facts.middle, is: yes}", "may_claim_not_applicable: true"),
        ("middle-expected", "expected", "{field: facts.middle_extra, is: yes}", ""),
        ("middle-credit", "credit", "{field: facts.bonus, is: yes}", ""),
    ],
    "high": [("top-if-large", "must", "{field: facts.top, is: yes}", "")],
    "people": [],
}
APPLIES = {"top-if-large": "applies_when: {field: facts.large, is: yes}"}

PARAMETERS = """
parameters:
  floor-characteristics:
    words: {en: floor}
    type: count
    unit: people
    origin: proposal
    why: x
    values: [{from: 2026-01-01, value: 10, reference: x, reviewed_on: 2026-01-01}]
  floor-other:
    words: {en: floor}
    type: count
    unit: people
    origin: proposal
    why: x
    values: [{from: 2026-01-01, value: 5, reference: x, reviewed_on: 2026-01-01}]
"""


def small_home(root: Path, *, extra: dict[str, str] | None = None) -> Home:
    """Write the small standard below `root`. `extra` are further criteria of the lowest tier: id to rule."""
    evidence, standard = root / "standards/evidence", root / "standards/small/1"
    rules = root / "rules/small/1"
    for folder in (evidence, standard / "criteria", rules):
        folder.mkdir(parents=True)
    for name, text in (("every_item", EVERY_ITEM), ("facts", FACTS), ("people", PEOPLE)):
        (evidence / f"{name}.yaml").write_text(text)
    (evidence / "refused.yaml").write_text(
        "refused: [{names: [diagnosis], because: {en: Health details are refused.}}]"
    )
    (standard / "standard.yaml").write_text(STANDARD)
    (rules / "parameters.yaml").write_text(PARAMETERS)
    criteria = {tier: list(entries) for tier, entries in CRITERIA.items()}
    criteria["low"] += [(id_, "must", rule, "") for id_, rule in (extra or {}).items()]
    for tier, entries in criteria.items():
        if not entries:
            continue
        lines = [f"tier: {tier}", "criteria:"]
        for id_, obligation, rule, more in entries:
            lines.append(f"  - id: {id_}")
            lines += [f"    {key}: {{en: {id_}}}" for key in ("title", "requirement", "next_step")]
            lines += [f"    obligation: {obligation}", "    statements: [L1-01]"] + ([f"    {more}"] if more else [])
            (rules / id_).mkdir()
            (rules / id_ / "rule.yaml").write_text(
                "\n".join([f"criterion: {id_}", APPLIES.get(id_, ""), f"met_when: {rule}"])
            )
        (standard / "criteria" / f"{tier}.yaml").write_text("\n".join(lines))
    return Home(root)


def small_edition(root: Path, *, extra: dict[str, str] | None = None) -> Edition:
    """The small standard, loaded."""
    return load_edition(small_home(root, extra=extra), "small")


def assessed(
    edition: Edition,
    evidence: Mapping[str, object],
    *,
    explanations: list[dict[str, str]] | None = None,
    assurance: Assurance = "declared",
    modules: tuple[str, ...] = (),
) -> Assessment:
    """Assess evidence against an edition, through the same reading as a file."""
    content = json.dumps({"evidence": evidence, "explanations": explanations or []})
    submission = read_submission(read_json(content.encode(), "in.json"), edition)
    return assess(edition, submission, ON, assurance=assurance, modules=modules)

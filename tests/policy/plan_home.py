"""A small standard whose cheapest plans are known by hand: kinds of evidence of known effort."""

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
from tests.assessment.homes import EVERY_ITEM

ON = date(2026, 6, 30)
FIELD, ITEM, ACHIEVEMENT, HALF_DAY = 1, 10, 400, 20
"""The usual weights in twentieths of a half day: 0.05, 0.5, 20."""


def _one(name: str, effort: int, fields: str, nature: str = "") -> str:
    return f"""
evidence: {name}
words: {{en: {name}}}
about: {{en: About {name}.}}
collects: one
privacy: open
effort: {effort}
{nature}
fields:
{fields}
"""


YES_NO = """
  done: {type: yes_no, words: {en: it is done}}
  told: {type: yes_no, words: {en: people were told}}
  needed: {type: yes_no, words: {en: it is needed}}
  rate: {type: number, minimum: 0, words: {en: rate}}
"""
EVIDENCE = {
    "every_item": EVERY_ITEM,
    "notes": _one("notes", 3, YES_NO),
    "survey": _one("survey", 3, YES_NO),
    "audit": _one("audit", 4, YES_NO),
    "firm": _one("firm", 1, "  people: {type: count, unit: people, words: {en: people}}", "nature: fact"),
    "papers": """
evidence: papers
words: {en: papers}
about: {en: Papers.}
collects: many
identified_by: [kind]
privacy: open
effort: 2
fields:
  kind:
    type: choice
    required: true
    words: {en: kind}
    options: {policy: {en: policy}, certificate: {en: certificate}}
  holds_until: {type: date, words: {en: last day on which it holds}}
""",
    "staff": """
evidence: staff
words: {en: staff}
about: {en: Staff.}
collects: many
privacy: staff
effort: 2
fields:
  role: {type: choice, nature: fact, words: {en: role}, options: {clinical: {en: clinical}, other: {en: other}}}
  registered: {type: yes_no, words: {en: the person is registered}}
  standing:
    type: choice
    words: {en: standing on the register}
    options: {none: {en: not on it}, full: {en: registered}, limited: {en: registered with conditions}}
  checked_on: {type: date, words: {en: day of the check}}
""",
    "polls": """
evidence: polls
words: {en: polls}
about: {en: Polls.}
collects: one
privacy: open
effort: 2
checks:
  dates_in_order: [[rounds.held_on, shared_on]]
  part_of_whole: [[answered, asked]]
fields:
  rounds:
    type: list
    words: {en: rounds}
    fields:
      held_on: {type: date, words: {en: day of the round}}
  shared_on: {type: date, words: {en: day on which the results were shared}}
  asked: {type: count, unit: people, words: {en: people asked}}
  answered: {type: count, unit: people, words: {en: people who answered}}
""",
    "duties": """
evidence: duties
words: {en: duties}
about: {en: Duties.}
collects: one_per_key
privacy: open
effort: 2
keys: {noise: {words: {en: noise}}, fire: {words: {en: fire}}}
fields:
  applies: {type: yes_no, nature: fact, words: {en: the duty applies}}
  kept: {type: yes_no, words: {en: the duty is kept}}
""",
}

STANDARD = """
standard: ladder
edition: "1"
title: {en: A ladder}
about: {en: For tests.}
notice: {en: Not real.}
subject: {en: anyone}
in_force: {from: 2026-01-01}
tiers:
  - {id: low, words: {en: Low}}
  - {id: high, words: {en: High}}
evidence: [notes, survey, audit, firm, papers, staff, polls, duties]
"""


def ladder(root: Path, low: Mapping[str, str], high: Mapping[str, str] | None = None) -> Edition:
    """An edition with these rules (the keys met_when and applies_when as YAML) in its two tiers."""
    evidence, standard, rules = root / "standards/evidence", root / "standards/ladder/1", root / "rules/ladder/1"
    for folder in (evidence, standard / "criteria", rules):
        folder.mkdir(parents=True)
    for name, text in EVIDENCE.items():
        (evidence / f"{name}.yaml").write_text(text)
    (evidence / "refused.yaml").write_text("refused: [{names: [diagnosis], because: {en: Refused.}}]")
    (standard / "standard.yaml").write_text(STANDARD)
    tiers = {"low": low, "high": high or {"top": "met_when: {field: audit.told, is: yes}"}}
    for tier, criteria in tiers.items():
        lines = [f"tier: {tier}", "criteria:"]
        for id_, rule in criteria.items():
            lines.append(f"  - id: {id_}\n    obligation: must\n    statements: [L1-01]")
            lines += [f"    {key}: {{en: {id_}}}" for key in ("title", "requirement", "next_step")]
            (rules / id_).mkdir()
            (rules / id_ / "rule.yaml").write_text(f"criterion: {id_}\n{rule}\n")
        (standard / "criteria" / f"{tier}.yaml").write_text("\n".join(lines))
    return load_edition(Home(root), "ladder")


def assessed(edition: Edition, evidence: Mapping[str, object], assurance: Assurance = "declared") -> Assessment:
    """Evidence assessed against an edition."""
    submission = read_submission(read_json(json.dumps({"evidence": evidence}).encode(), "in.json"), edition)
    return assess(edition, submission, ON, assurance=assurance)

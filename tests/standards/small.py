"""The files of a small standard, for tests to change one thing in."""

from __future__ import annotations

from collections.abc import Mapping

STANDARD = "standards/small/1/standard.yaml"
CRITERIA = "standards/small/1/criteria/basic.yaml"
PARAMETERS = "rules/small/1/parameters.yaml"
DERIVED = "rules/small/1/derived.yaml"
RULE = "rules/small/1/registered/rule.yaml"
ORGANISATION = "standards/evidence/organisation.yaml"
PEOPLE = "standards/evidence/practitioners.yaml"
KPIS = "standards/evidence/kpis.yaml"


def standard(
    name: str, edition: str = "1", extra: str = "", evidence: str = "[organisation, practitioners, kpis]"
) -> str:
    """A standard.yaml with one tier."""
    return f"""\
standard: {name}
edition: "{edition}"
title: {{en: The {name} standard}}
about: {{en: About it}}
notice: {{en: A notice}}
subject: {{en: an employer}}
in_force: {{from: 2026-01-01}}
tiers:
  - {{id: basic, words: {{en: Basic}}}}
evidence: {evidence}
{extra}"""


def criterion(id_: str, extra: str = "") -> str:
    """One entry of a criteria file."""
    return f"""\
  - id: {id_}
    title: {{en: "{id_}"}}
    requirement: {{en: "It is {id_}."}}
    obligation: must
    statements: [S-01]
    next_step: {{en: Do it}}
{extra}"""


def criteria(*ids: str, tier: str = "basic") -> str:
    """A criteria file."""
    return f"tier: {tier}\ncriteria:\n" + "".join(map(criterion, ids))


def rule(id_: str, met: str = "{field: organisation.headcount, at_least: 1}", extra: str = "") -> str:
    """A rule file."""
    return f"criterion: {id_}\nmet_when: {met}\n{extra}"


REGISTERED = """\
criterion: registered
applies_when: {derived: size, is: large}
met_when:
  share_of: practitioners
  where: {field: role, is: clinical}
  satisfying: {field: expires, on_or_after: assessment date}
  at_least: parameter registered-share
  if_list_empty: not met
"""

FILES: Mapping[str, str] = {
    "standards/evidence/every_item.yaml": """\
evidence: every_item
words: {en: every item}
about: {en: About every item}
collects: every_item
privacy: organisation
effort: 0
fields:
  id: {type: text, words: {en: identifier}}
  dated: {type: date, words: {en: date}}
""",
    "standards/evidence/refused.yaml": """\
refused:
  - names: [diagnosis, gp_letter]
    because: {en: Health data of single people is never accepted.}
""",
    ORGANISATION: """\
evidence: organisation
words: {en: the organisation}
about: {en: Who it is}
collects: one
privacy: open
effort: 1
fields:
  name: {type: text, required: true, words: {en: name, cy: enw}}
  headcount: {type: count, unit: people, maximum: 1000, words: {en: people employed}}
  nation:
    type: choice
    words: {en: nation}
    options: {england: {en: England}, wales: {en: Wales, cy: Cymru}}
  profile:
    type: record
    words: {en: profile}
    fields:
      uptake: {type: percent, words: {en: uptake}}
      budget: {type: money, words: {en: budget}}
""",
    PEOPLE: """\
evidence: practitioners
words: {en: practitioners}
about: {en: Who practises}
collects: many
privacy: staff
effort: 2
fields:
  role:
    type: choice
    required: true
    words: {en: role}
    options: {clinical: {en: clinician}, clerical: {en: clerk}}
  trained: {type: yes_no, words: {en: trained}}
  expires: {type: date, words: {en: end of registration}}
  topics: {type: choices, words: {en: topics}, options: {stress: {en: stress}, backs: {en: backs}}}
  hours: {type: number, unit: hours, words: {en: hours}}
  visits:
    type: list
    words: {en: visits}
    fields:
      minutes: {type: count, unit: minutes, words: {en: minutes}}
""",
    KPIS: """\
evidence: kpis
words: {en: measures}
about: {en: Yearly measures}
collects: one_per_key
privacy: aggregate
effort: 4
keys:
  absence:
    words: {en: absence}
    measure: {kind: share, of: part, base: whole, better: lower}
  mood: {words: {en: mood}, measure: {kind: mean, of: part, spread: spread, people: whole}}
  other: {words: {en: other}}
fields:
  points:
    type: series
    words: {en: points}
    at: day
    same: formula
    measure: {kind: rate, of: part, base: whole}
    fields:
      day: {type: date, words: {en: day}}
      formula: {type: text, words: {en: definition}}
      part: {type: number, words: {en: part}}
      whole: {type: number, words: {en: whole}}
      spread: {type: number, words: {en: spread}}
""",
    STANDARD: standard("small"),
    CRITERIA: criteria("registered"),
    PARAMETERS: """\
parameters:
  registered-share:
    words: {en: registered share}
    type: percent
    origin: proposal
    why: A test
    values:
      - {from: 2026-01-01, value: 95%, reference: none, reviewed_on: 2026-01-01}
      - {from: 2026-04-01, value: 100%, reference: none, reviewed_on: 2026-01-01}
""",
    DERIVED: """\
derived:
  size:
    words: {en: size}
    why: A test
    options: {small: {en: small}, large: {en: large}}
    first_of:
      - {when: {field: organisation.headcount, at_least: 10}, then: large}
      - {then: small}
""",
    RULE: REGISTERED,
    "rules/small/1/registered/cases.yaml": "criterion: registered\n",
}


def parameter(kind: str, value: str, extra: str = "") -> str:
    """A parameters.yaml with the one parameter p."""
    return f"""\
parameters:
  p:
    words: {{en: p}}
    type: {kind}
    origin: source
    why: A test
{extra}    values:
      - from: 2026-01-01
        value: {value}
        reference: none
        reviewed_on: 2026-01-01
"""

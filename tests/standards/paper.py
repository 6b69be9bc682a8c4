"""The files of a small standard that gives a verdict on one paper, for tests to change one thing in."""

from __future__ import annotations

from collections.abc import Mapping

STANDARD = "standards/paper/1/standard.yaml"
FORM = "standards/paper/1/criteria/form.yaml"
PERIOD = "standards/paper/1/criteria/period.yaml"
EXTRA = "standards/paper/1/criteria/extra.yaml"
DERIVED = "rules/paper/1/derived.yaml"
PAPER = "standards/evidence/paper.yaml"
BESIDE = "standards/evidence/beside.yaml"
SHORT_ENOUGH = "rules/paper/1/short-enough/rule.yaml"

FILES: Mapping[str, str] = {
    "standards/evidence/every_item.yaml": """\
evidence: every_item
words: {en: every item}
about: {en: About every item}
collects: every_item
privacy: organisation
effort: 0
""",
    "standards/evidence/refused.yaml": "refused: []\n",
    PAPER: """\
evidence: paper
words: {en: the paper}
about: {en: What stands on it}
collects: one
privacy: staff
effort: 0
fields:
  issued_on: {type: date, words: {en: date of issue}}
  last_day: {type: date, words: {en: last day}}
  signed: {type: yes_no, words: {en: it is signed}}
  ink: {type: yes_no, words: {en: it is in ink}}
  tidy: {type: yes_no, words: {en: it is tidy}}
  official: {type: yes_no, words: {en: it is official}}
  stamped: {type: yes_no, words: {en: it is stamped}}
""",
    BESIDE: """\
evidence: beside
words: {en: what is known beside it}
about: {en: Worked out}
collects: one
computed: true
privacy: staff
effort: 0
fields:
  copies: {type: count, unit: copies, words: {en: copies}}
""",
    STANDARD: """\
standard: paper
edition: "1"
title: {en: Papers}
about: {en: About it}
notice: {en: A notice}
subject: {en: paper}
in_force: {from: 2020-01-01, until: 2030-12-31}
decided_as_of: paper.issued_on
verdict:
  valid: {en: Good}
  query: {en: Ask}
  not_valid: {en: Bad}
parts:
  - {id: form, words: {en: Form}}
  - {id: period, words: {en: Period}}
  - {id: extra, words: {en: Extra}}
actions:
  nothing: {en: Do nothing.}
  ask: {en: Ask for another.}
  wait: {en: Wait.}
evidence: [paper, beside]
""",
    FORM: """\
tier: form
criteria:
  - id: signed
    code: FORM-01
    title: {en: Signed}
    requirement: {en: It is signed.}
    statements: [S-01]
    notices:
      not_met: {severity: invalid, says: {en: It is not signed.}, next: [ask]}
      not_evidenced: {severity: query, says: {en: "Is it signed? It runs to {last-day}."}, next: [wait, ask]}
  - id: in-ink
    code: FORM-02
    title: {en: In ink}
    requirement: {en: It is in ink.}
    statements: [S-01]
    effective: {from: 2020-01-01, until: 2025-12-31}
    notices:
      not_met: {severity: query, says: {en: It is not in ink.}, next: [ask]}
""",
    PERIOD: """\
tier: period
criteria:
  - id: short-enough
    code: PER-01
    title: {en: Short enough}
    requirement: {en: It is short enough.}
    statements: [S-01]
    notices:
      not_met: {severity: query, says: {en: "It runs to {last-day}; {cap} is the last day."}, next: [wait]}
      by_reason:
        one_day_over: {severity: warn, says: {en: "It runs one day past {cap}."}, next: [nothing]}
  - id: tidy
    code: PER-02
    title: {en: Tidy}
    requirement: {en: It is tidy.}
    statements: [S-01]
    notices:
      met: {severity: info, says: {en: It is tidy.}, next: [nothing]}
      not_met: {severity: warn, says: {en: It is untidy.}, next: [wait, nothing]}
""",
    EXTRA: """\
tier: extra
criteria:
  - id: stamped
    title: {en: Stamped}
    requirement: {en: "If it is official, it is stamped."}
    statements: [S-01]
    notices: {}
""",
    "rules/paper/1/parameters.yaml": """\
parameters:
  longest:
    words: {en: longest period}
    type: days
    origin: source
    why: A test
    values:
      - {from: 2020-01-01, value: 10, reference: none, reviewed_on: 2026-01-01}
      - {from: 2026-01-01, value: 20, reference: none, reviewed_on: 2026-01-01}
""",
    DERIVED: """\
derived:
  last-day: {words: {en: last day}, why: A test, value: {field: paper.last_day}}
  cap: {words: {en: last day allowed}, why: A test, value: parameter longest after field paper.issued_on}
  official: {words: {en: it is official}, why: A test, condition: {field: paper.official, is: yes}}
""",
    "rules/paper/1/signed/rule.yaml": "criterion: signed\nmet_when: {field: paper.signed, is: yes}\n",
    "rules/paper/1/in-ink/rule.yaml": "criterion: in-ink\nmet_when: {field: paper.ink, is: yes}\n",
    "rules/paper/1/tidy/rule.yaml": "criterion: tidy\nmet_when: {field: paper.tidy, is: yes}\n",
    "rules/paper/1/stamped/rule.yaml": """\
criterion: stamped
applies_when: {derived: official}
met_when: {field: paper.stamped, is: yes}
""",
    SHORT_ENOUGH: """\
criterion: short-enough
met_when:
  either:
    - {field: paper.last_day, on_or_before: derived cap}
    - {field: paper.last_day, is: 1 day after derived cap, reason_if_met: one_day_over}
""",
}

"""A small standard that can be published, for tests to change one thing in."""

from __future__ import annotations

from ohaccredit.policy.gates import Gate
from tests.standards.small import CRITERIA, FILES, STANDARD, criteria, standard

SOURCE = "standards/sources/notes.yaml"
REASONS = "standards/reasons.yaml"
CASES = "rules/small/1/registered/cases.yaml"

HOME: dict[str, str | None] = {
    **FILES,
    STANDARD: standard("small", extra="shares: common/1\n"),
    CRITERIA: criteria("registered"),
    "rules/small/1/derived.yaml": None,
    "rules/common/1/derived.yaml": FILES["rules/small/1/derived.yaml"],
    REASONS: "reasons:\n  expired: {en: out of date}\n",
    SOURCE: (
        "source: notes\ntitle: Notes\npublisher: us\nstatements:\n"
        "  - {id: S-01, place: page 1, says: People are registered., binds: [employer], kind: criterion}\n"
    ),
    CASES: """\
criterion: registered
on: 2026-06-30
background: {organisation: {headcount: 10}}
cases:
  - {name: in time, given: {practitioners: [{role: clinical, expires: 2026-06-30}]}, expect: met, because: it is so}
  - {name: too late, given: {practitioners: [{role: clinical, expires: 2026-06-29}]}, expect: not met, because: no}
  - {name: unknown, given: {practitioners: [{role: clinical}]}, expect: not evidenced, because: nothing is said}
  - {name: small, given: {organisation: {headcount: 9}}, expect: not applicable, because: fewer than ten}
""",
}
"""Shared files: three evidence types, every_item, refused, common figures, reasons, one source."""

GATES = tuple(
    Gate(name, name, f"ohaccredit.policy.gate_checks:{function}")
    for name, function in (
        ("decided", "decided"),
        ("rests-on", "rests_on_published"),
        ("check", "check"),
        ("cases", "cases"),
    )
)

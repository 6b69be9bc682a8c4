"""What is proved of the rules of an edition: the properties, and what an answer to one of them is.

*Proved* means that the solver looked at everything within the stated scope. *Refuted* comes with a submission that
the ordinary evaluator decided the same way, wherever a submission can show it. What was not decided is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Result = Literal["proved", "refuted", "accepted", "not decided", "fault"]
"""fault: the solver and the evaluator disagree, which is a fault of the program and says nothing about the rule."""

PROPERTIES: Mapping[str, str] = {
    "reachable": "every tier can be reached",
    "nested": "a tier needs everything below it, and asks for more",
    "can-be-met": "every criterion can be met",
    "can-fail": "every criterion can come out as not met",
    "no-gap": "no size falls between the lines",
    "adds-something": "no criterion is implied by another one",
    "nothing-from-nothing": "nothing is met when nothing is handed in",
    "empty-lists": "nothing is met by empty lists",
    "filled-in": "filling in what is missing never turns met into not met, or the reverse",
    "better": "better evidence never lowers an outcome",
    "one-more-item": "one more good item never lowers an outcome",
    "not-applicable-earns-nothing": "what does not apply earns no tier",
    "dated": "figures and criteria have dates that fit the edition",
    "one-rule": "every criterion in force has one rule",
}
"""The properties in the order in which they are reported, each in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one property of one subject (a criterion, a pair of them, a tier) on one day."""

    property: str
    subject: str
    result: Result
    says: str
    on: str = ""
    """The day of assessment it was proved for; "" if it does not depend on one."""
    other: str = ""
    """The second criterion of a pair."""
    what: str = ""
    """What an exception in accepted.yaml calls it."""
    evidence: Mapping[str, Any] | None = field(default=None, compare=False)
    """A submission that shows it."""
    after: Mapping[str, Any] | None = field(default=None, compare=False)
    """The same submission after the change that the property speaks of."""
    scope: tuple[str, ...] = field(default=(), compare=False)

    def accepted(self, because: str) -> Answer:
        """The answer, if somebody has said why it is right all the same."""
        return replace(self, result="accepted", says=f"{self.says} Accepted: {because}")

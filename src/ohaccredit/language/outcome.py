"""The four outcomes of a criterion, and the three truth values of a test.

A test is True, False, or None: None says that the evidence does not decide it (strong Kleene logic,
S. C. Kleene, Introduction to Metamathematics, 1952, section 64). Only a whole criterion can be not applicable.
"""

from __future__ import annotations

from enum import StrEnum

Verdict = bool | None


class Outcome(StrEnum):
    """What is said of one criterion. The values are the spellings in JSON."""

    MET = "met"
    NOT_MET = "not_met"
    NOT_EVIDENCED = "not_evidenced"
    NOT_APPLICABLE = "not_applicable"

    @property
    def words(self) -> str:
        """The outcome as people read it: "not evidenced"."""
        return self.value.replace("_", " ")

    @classmethod
    def of_words(cls, words: str) -> Outcome:
        """The outcome that people write as `words`. Raises ValueError for any other text."""
        return cls(words.replace(" ", "_"))


def outcome_of(applies: Verdict, met: Verdict) -> Outcome:
    """The one function that names an outcome: from "does it apply?" and "is it met?".

    A criterion whose applicability is undecided is not evidenced, whatever the rest says, unless it is
    met anyway: then it does not matter whether it had to be.
    """
    if applies is False:
        return Outcome.NOT_APPLICABLE
    if met is None or (applies is None and not met):
        return Outcome.NOT_EVIDENCED
    return Outcome.MET if met else Outcome.NOT_MET

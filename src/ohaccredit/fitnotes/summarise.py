"""From a studied absence record to the employer's summary."""

from __future__ import annotations

from ohaccredit.fitnotes.study import Study
from ohaccredit.fitnotes.summary import Summary, settings_of, summarise
from ohaccredit.fitnotes.summary_facts import facts_of
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.standards.edition import Edition


def summarise_study(edition: Edition, study: Study) -> Summary:
    """The summary of a record. `edition` is of the standard absence-record.

    Raises ProblemsFound if the record does not say which period it covers.
    """
    settings = settings_of(edition, study.on)
    facts = facts_of(study.record, study.checks, study.timeline, settings.lines.long_absence_days)
    if facts is None:
        message = "The record does not say which period it covers, so there is nothing to count over."
        hint = "Give first_day and last_day in evidence.absence_profile."
        raise ProblemsFound([Problem(message, pointer="/evidence/absence_profile", hint=hint)])
    return summarise(facts, settings)

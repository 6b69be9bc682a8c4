"""Standing: what an edition is on a day, and so whether an award can rest on it.

Draft (nobody has decided on it), upcoming, dry run, in force, ended, withdrawn. Only an edition in force
carries an award; the others can be assessed against when they are asked for by name, and every output says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ohaccredit.language.types import Words
from ohaccredit.standards.edition import Edition

State = Literal["draft", "upcoming", "dry_run", "in_force", "ended", "withdrawn"]

_SAYS: Mapping[State, Words] = {
    "draft": {"en": "Draft: this edition has not been decided on. No award can rest on it."},
    "upcoming": {"en": "Upcoming: this edition is in force from {start} on. No award can rest on it before."},
    "dry_run": {"en": "Dry run: this edition is in force from {start} on. No award can rest on it before."},
    "in_force": {},
    "ended": {"en": "Ended: this edition was in force until {until}. No award can rest on it any longer."},
    "withdrawn": {"en": "Withdrawn on {gone}: {because} No award can rest on it any longer."},
}


@dataclass(frozen=True, slots=True)
class Standing:
    """What an edition is on a day."""

    state: State
    words: Words
    """Empty for an edition in force, of which there is nothing to say."""

    @property
    def carries_award(self) -> bool:
        """Can an award rest on it?"""
        return self.state == "in_force"

    def says(self, language: str) -> str:
        """The standing in words; "" if there is nothing to say."""
        return self.words.get(language) or self.words.get("en") or ""


def standing_of(edition: Edition, on: date) -> Standing:
    """The standing of an edition on a day."""
    state = _state(edition, on)
    withdrawn = None if edition.publication is None else edition.publication.withdrawn
    named = {
        "start": edition.in_force.start,
        "until": edition.in_force.until,
        "gone": withdrawn and withdrawn.on,
        "because": withdrawn and _sentence(withdrawn.because),
    }
    return Standing(state, {language: text.format(**named) for language, text in _SAYS[state].items()})


def _state(edition: Edition, on: date) -> State:
    withdrawn = None if edition.publication is None else edition.publication.withdrawn
    if withdrawn is not None and withdrawn.on <= on:
        return "withdrawn"
    if edition.draft:
        return "draft"
    if on < edition.in_force.start:
        return "dry_run" if edition.dry_run is not None and edition.dry_run.holds(on) else "upcoming"
    return "in_force" if edition.in_force.holds(on) else "ended"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."

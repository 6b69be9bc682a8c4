"""Which tables the employer's summary holds, and how each is counted, in words.

Each table splits a whole (all fit notes, all absences, or one shown part of another table) into cells that
do not overlap. The cells that matter most stand first: what is too small is put together from the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from ohaccredit.fitnotes.summary_facts import AbsenceFacts, NoteFacts, ReturnFacts

Root = Literal["notes", "absences", "episodes", "returns"]
NOT_KNOWN = "not-known"


@dataclass(frozen=True, slots=True)
class TableOf:
    """A table as it is asked for."""

    id: str
    title: str
    how: str
    """A plain sentence on how it is counted."""
    cells: Mapping[str, str]
    place: Callable[[Any], str]
    """The cell that one of the things counted belongs in."""
    root: Root = "notes"
    parent: tuple[str, str] | None = None
    """The table and cell that make the whole, if it is not everything."""
    given: Callable[[Any], bool] | None = None
    """Does the record speak of this at all? If it does of none, there is no table, rather than one of zeros."""
    sensitive: bool = False
    """Groups of conditions have the higher floor."""


@dataclass(frozen=True, slots=True)
class ShareOf:
    """A share as it is asked for: some cells of a table, of its whole."""

    id: str
    title: str
    table: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Nested:
    """Cells of one table that lie wholly within cells of another, so that a reader can subtract them."""

    outer: tuple[str, tuple[str, ...]]
    inner: tuple[str, tuple[str, ...]]
    gives_way: tuple[str, str]
    """The table and cell that is not shown alone if the difference is too small."""


NESTED = (
    # What was received is a note; evidence is uncovered only where it is due.
    Nested(("noted", ("with-note",)), ("evidence", ("received",)), ("evidence", "received")),
    Nested(("evidence", ("received", "none")), ("cover", ("some",)), ("evidence", "not-due")),
    # A note that is not valid, or whose length cannot be read, covers no days and is in no episode.
    Nested(("order", ("not-placed",)), ("findings", ("invalid",)), ("findings", "invalid")),
    Nested(("order", ("not-placed",)), ("length", ("not-known",)), ("length", "not-known")),
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The figures at which the tables draw their lines, and the words for options."""

    long_note_days: int
    long_episode_days: int
    long_absence_days: int
    contact_days: int
    professions: Mapping[str, str]
    diagnosis_groups: Mapping[str, str]
    arrangements: Mapping[str, str]


UNIT: Mapping[Root, str] = {
    "notes": "fit notes",
    "absences": "absences",
    "episodes": "episodes of fit notes",
    "returns": "people",
}
BOX = "box-"
"""Tables of single boxes; the notes may have several ticked, so these tables overlap."""


def tables(lines: Lines) -> tuple[TableOf, ...]:
    """Every table but those of the boxes, parents before their parts."""
    return (
        TableOf(
            "advice",
            "What the notes say",
            "Each fit note issued in the period counts once, valid or not; copies marked as duplicates do not count.",
            {
                "may-be-fit": "may be fit for work",
                "not-fit": "not fit for work",
                "neither": "neither of the two, or both",
            },
            lambda note: next(iter(note.says)) if note.says in _ADVICE else "neither",
        ),
        TableOf(
            "changes",
            "Changes agreed after a may-be-fit note",
            "Of the notes that say may be fit: whether changes were agreed in the absence that the note covers.",
            {"agreed": "changes were agreed", "not-agreed": "no changes were agreed", NOT_KNOWN: "not stated"},
            lambda note: _yes_no(note.changes_agreed, "agreed", "not-agreed"),
            parent=("advice", "may-be-fit"),
            given=lambda note: note.changes_agreed is not None,
        ),
        TableOf(
            "adaptation",
            "Boxes about arrangements on may-be-fit notes",
            "Of the notes that say may be fit: whether at least one of the four boxes is ticked.",
            {"any": "at least one box is ticked", "none": "no box is ticked", NOT_KNOWN: "not stated"},
            lambda note: NOT_KNOWN if note.arrangements is None else "any" if note.arrangements else "none",
            parent=("advice", "may-be-fit"),
            given=lambda note: note.arrangements is not None,
        ),
        TableOf(
            "length",
            "Length of the notes",
            f"Calendar days from the first day to the last, both counted; {lines.long_note_days} days or more are "
            "long, and so is a note without an end.",
            {
                "long": f"{lines.long_note_days} days or more",
                "shorter": f"fewer than {lines.long_note_days} days",
                NOT_KNOWN: "no length can be read",
            },
            lambda note: _length(note, lines.long_note_days),
        ),
        TableOf(
            "issuer",
            "Who issued the notes",
            "Each note by the profession stated on it, whether or not the law lets it issue notes.",
            {**lines.professions, NOT_KNOWN: "not stated"},
            lambda note: note.profession or NOT_KNOWN,
        ),
        TableOf(
            "start",
            "Notes that begin before the assessment",
            "A note is backdated if its first day lies before the day of the assessment.",
            {
                "backdated": "begin before the assessment",
                "not-backdated": "begin on the day of the assessment or later",
                NOT_KNOWN: "a date is missing",
            },
            lambda note: _yes_no(note.backdated, "backdated", "not-backdated"),
        ),
        TableOf(
            "findings",
            "What the check found",
            "Each note by its gravest finding; information alone counts as no finding.",
            {
                "none": "no finding",
                "warn": "a warning",
                "query": "a query",
                "invalid": "not valid as a fit note",
            },
            lambda note: note.gravest if note.gravest in ("warn", "query", "invalid") else "none",
        ),
        TableOf(
            "order",
            "How the notes follow each other",
            "Notes with at most seven days between one and the next make one episode.",
            {
                "continues": "go on with an episode",
                "not-placed": "are in no episode, because they cover no days",
                "further-episode": "begin a further episode of the same person",
                "first-episode": "begin a person's first episode",
            },
            lambda note: note.order,
        ),
        TableOf(
            "diagnosis",
            "Groups of conditions",
            "Only as far as the record names a group; the higher floor holds.",
            {**{key: word for key, word in lines.diagnosis_groups.items() if key != NOT_KNOWN}, NOT_KNOWN: "not known"},
            lambda note: note.diagnosis_group or NOT_KNOWN,
            given=lambda note: note.diagnosis_group not in ("", NOT_KNOWN),
            sensitive=True,
        ),
        TableOf(
            "episode-length",
            "Length of the episodes",
            f"Calendar days from the first day of an episode to its last; more than {lines.long_episode_days} days are "
            "long. An episode that goes on counts up to the day of the check.",
            {
                "long": f"more than {lines.long_episode_days} days",
                "shorter": f"{lines.long_episode_days} days or fewer",
            },
            lambda episode: "long" if episode.days > lines.long_episode_days else "shorter",
            root="episodes",
        ),
        TableOf(
            "cover",
            "Absences with days that no evidence covers",
            "Absences that the record names and that touch the period. Days that people may certify themselves are "
            "not counted as uncovered.",
            {"some": "at least one day is not covered", "none": "every day is covered"},
            lambda absence: "some" if absence.uncovered_days else "none",
            root="absences",
        ),
        TableOf(
            "evidence",
            "First evidence",
            "Absences long enough for evidence to be asked for, by whether the record shows a fit note and the day on "
            "which it was received.",
            {
                "received": "a fit note was received",
                "none": "no fit note, or no day on which it was received",
                "not-due": "too short for evidence to be asked for",
            },
            lambda absence: (
                "not-due" if not absence.evidence_due else "none" if absence.days_to_evidence is None else "received"
            ),
            root="absences",
        ),
        TableOf(
            "noted",
            "Absences with a fit note",
            "Absences that the record names and that touch the period, by whether a fit note covers any of their days.",
            {"with-note": "with a fit note", "without-note": "without a fit note"},
            lambda absence: "with-note" if absence.with_note else "without-note",
            root="absences",
        ),
        TableOf(
            "referral",
            "Referral to occupational health",
            "Of the absences with a fit note: those with a day of referral in the record.",
            {"referred": "referred", "not-recorded": "no referral in the record"},
            lambda absence: "referred" if absence.referred else "not-recorded",
            root="absences",
            parent=("noted", "with-note"),
            given=lambda absence: absence.referred,
        ),
        TableOf(
            "assessment",
            "Assessment after referral",
            "Of the absences with a fit note that were referred: those with a day of assessment in the record.",
            {"assessed": "assessed", "not-recorded": "no assessment in the record"},
            lambda absence: "assessed" if absence.assessed else "not-recorded",
            root="absences",
            parent=("referral", "referred"),
            given=lambda absence: absence.assessed,
        ),
        TableOf(
            "pathway",
            "Agreed pathway",
            "Of the absences with a fit note that were referred: whether the referral followed the agreed pathway.",
            {"followed": "followed", "not-followed": "not followed", NOT_KNOWN: "not stated"},
            lambda absence: _yes_no(absence.pathway, "followed", "not-followed"),
            root="absences",
            parent=("referral", "referred"),
            given=lambda absence: absence.pathway is not None,
        ),
        TableOf(
            "therapy",
            "Occupational therapy",
            "Of the absences with a fit note that were referred: whether an occupational therapist took part.",
            {"took-part": "took part", "not-recorded": "did not, or not stated"},
            lambda absence: "took-part" if absence.occupational_therapy else "not-recorded",
            root="absences",
            parent=("referral", "referred"),
            given=lambda absence: absence.occupational_therapy is not None,
        ),
        TableOf(
            "contact",
            "First contact about support",
            f"Of the absences with a fit note: whether somebody contacted the person within {lines.contact_days} "
            "days of the first day.",
            {"in-time": f"within {lines.contact_days} days", "later": "later, or no contact in the record"},
            lambda absence: _in_time(absence, lines.contact_days),
            root="absences",
            parent=("noted", "with-note"),
            given=lambda absence: absence.contacted_after is not None,
        ),
        TableOf(
            "back",
            "Back at work after a long absence",
            f"People with an absence of more than {lines.long_absence_days} days that touches the period, by whether "
            "they were back from the latest one by its last day.",
            {"back": "back at work", "not-back": "not back", NOT_KNOWN: "not stated"},
            lambda person: _yes_no(person.back, "back", "not-back"),
            root="returns",
            given=_says_back,
        ),
    )


def box_tables(lines: Lines) -> tuple[TableOf, ...]:
    """One table for each box about arrangements."""
    return tuple(
        TableOf(
            BOX + box,
            f"Box ticked: {words}",
            "Of the notes that say may be fit: whether this box is ticked. A note can have several.",
            {"ticked": words, "not-ticked": "not ticked, or not stated"},
            partial(_ticked, box),
            parent=("advice", "may-be-fit"),
        )
        for box, words in lines.arrangements.items()
    )


def shares(lines: Lines) -> tuple[ShareOf, ...]:
    """Every share, in the order in which it is shown. Those that have a published counterpart share its name."""
    return (
        ShareOf("not-fit", "Notes that say not fit", "advice", ("not-fit",)),
        ShareOf("may-be-fit", "Notes that say may be fit", "advice", ("may-be-fit",)),
        ShareOf("changes-agreed", "May-be-fit notes after which changes were agreed", "changes", ("agreed",)),
        ShareOf("adaptation", "May-be-fit notes with at least one box ticked", "adaptation", ("any",)),
        *(
            ShareOf(BOX + box, f"May-be-fit notes: {words}", BOX + box, ("ticked",))
            for box, words in lines.arrangements.items()
        ),
        ShareOf("long-notes", f"Notes of {lines.long_note_days} days or more", "length", ("long",)),
        ShareOf("long-episodes", f"Episodes of more than {lines.long_episode_days} days", "episode-length", ("long",)),
        *(
            ShareOf(f"issuer-{key}", f"Issued by: {words}", "issuer", (key,))
            for key, words in lines.professions.items()
        ),
        ShareOf(
            "issuer-not-doctor",
            "Issued by another profession than a doctor",
            "issuer",
            tuple(key for key in lines.professions if key != "doctor"),
        ),
        ShareOf("backdated", "Notes that begin before the assessment", "start", ("backdated",)),
        ShareOf("finding", "Notes with a warning, a query or worse", "findings", ("warn", "query", "invalid")),
        ShareOf("query", "Notes with a query", "findings", ("query",)),
        ShareOf("not-valid", "Notes that are not valid", "findings", ("invalid",)),
        ShareOf("uncovered", "Absences with days that no evidence covers", "cover", ("some",)),
        ShareOf("referred", "Absences with a fit note that were referred", "referral", ("referred",)),
        ShareOf("assessed", "Referred absences that were assessed", "assessment", ("assessed",)),
        ShareOf("on-pathway", "Referred absences on the agreed pathway", "pathway", ("followed",)),
        ShareOf("occupational-therapy", "Referred absences with an occupational therapist", "therapy", ("took-part",)),
        ShareOf("contacted", f"Absences with a contact within {lines.contact_days} days", "contact", ("in-time",)),
        ShareOf("back", "People back at work after a long absence", "back", ("back",)),
        *(
            ShareOf(f"diagnosis-{key}", f"Group of conditions: {words}", "diagnosis", (key,))
            for key, words in lines.diagnosis_groups.items()
            if key != NOT_KNOWN
        ),
    )


_ADVICE = (frozenset({"may-be-fit"}), frozenset({"not-fit"}))


def _ticked(box: str, note: NoteFacts) -> str:
    return "ticked" if box in (note.arrangements or ()) else "not-ticked"


def _yes_no(answer: bool | None, yes: str, no: str) -> str:
    return NOT_KNOWN if answer is None else yes if answer else no


def _length(note: NoteFacts, long_days: int) -> str:
    if note.open_ended:
        return "long"
    return NOT_KNOWN if note.days is None else "long" if note.days >= long_days else "shorter"


def _in_time(absence: AbsenceFacts, days: int) -> str:
    return "in-time" if absence.contacted_after is not None and absence.contacted_after <= days else "later"


def _says_back(person: ReturnFacts) -> bool:
    return person.back is not None

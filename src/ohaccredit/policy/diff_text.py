"""What two editions say of their criteria, tiers and themselves, side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from ohaccredit.language import tree as t
from ohaccredit.language.types import Words
from ohaccredit.language.words import Speaker
from ohaccredit.policy.diff_change import Change, day_said, listed, words_changes
from ohaccredit.policy.diff_fields import evidence_changes
from ohaccredit.policy.diff_figures import derived_changes, figure_changes
from ohaccredit.policy.diff_meaning import wording
from ohaccredit.standards.adopting import names_read
from ohaccredit.standards.edition import Criterion, Edition
from ohaccredit.standards.files import ForceOf


def text_changes(before: Edition, after: Edition, on: date) -> list[Change]:
    """Everything that is said differently: the edition, its tiers, criteria, figures, derived values and evidence."""
    behind = [
        *figure_changes(before.definitions, after.definitions, on),
        *derived_changes(before.definitions, after.definitions, on),
    ]
    return [
        *_edition(before, after),
        *_tiers(before, after),
        *_criteria(before, after, on, {each.subject: each.kind for each in behind if each.kind in _MEANT}),
        *behind,
        *evidence_changes(before, after),
    ]


_MEANT = {"added", "removed", "unit", "factor", "value", "values-by-date", "meaning"}
"""The changes of a figure or derived value that can change what a rule asks."""
_BECAME = {"added": "new", "removed": "gone"}
_OBLIGATIONS = {"must": "a must", "expected": "expected", "credit": "a credit, which never counts against anybody"}


# ── The edition and its tiers ──


def _edition(before: Edition, after: Edition) -> Iterator[Change]:
    name = after.id
    for key in ("title", "about", "notice", "subject"):
        yield from words_changes("edition", name, key, key.capitalize(), getattr(before, key), getattr(after, key))
    for key, was, now in (
        ("in_force", _force(before.in_force), _force(after.in_force)),
        ("dry_run", _force(before.dry_run), _force(after.dry_run)),
        ("draft", _draft(before), _draft(after)),
        ("decided_as_of", _deciding_date(before), _deciding_date(after)),
        ("shares", before.shares or "nothing", after.shares or "nothing"),
    ):
        if was != now:
            yield Change("edition", name, key, _EDITION_SAYS[key], was, now)
    named = (
        ("modules", "module"),
        ("verdicts", "verdict"),
        ("actions", "action"),
        ("reasons", "reason"),
        ("refused", "refused field"),
    )
    for key, what in named:
        one, other = getattr(before, key), getattr(after, key)
        for each in dict.fromkeys([*one, *other]):
            nothing: Words = {}
            label = f"The {what} {each}"
            yield from words_changes("edition", name, key, label, one.get(each, nothing), other.get(each, nothing))


_EDITION_SAYS = {
    "in_force": "The days on which it is in force have changed.",
    "dry_run": "The days on which it can be tried out have changed.",
    "draft": "Its standing has changed.",
    "decided_as_of": "Another date says which day's rules apply.",
    "shares": "It shares figures and derived values with another folder.",
}


def _tiers(before: Edition, after: Edition) -> Iterator[Change]:
    old, new = ({tier.id: tier for tier in each.tiers} for each in (before, after))
    for id_ in dict.fromkeys([*old, *new]):
        if id_ not in old:
            yield Change("tier", id_, "added", f"New {_kind(new[id_].foundation)}: {new[id_].words['en']}.")
        elif id_ not in new:
            yield Change("tier", id_, "removed", f"The {_kind(old[id_].foundation)} {old[id_].words['en']} is gone.")
        else:
            yield from words_changes("tier", id_, "words", "What it is called", old[id_].words, new[id_].words)
            yield from words_changes("tier", id_, "about", "What is said about it", old[id_].about, new[id_].about)
            if old[id_].foundation != new[id_].foundation:
                kinds = _kind(old[id_].foundation), _kind(new[id_].foundation)
                yield Change("tier", id_, "foundation", f"Was a {kinds[0]}, is a {kinds[1]} now.", *kinds)
    shared = [[id_ for id_ in one if id_ in other] for one, other in ((old, new), (new, old))]
    if shared[0] != shared[1]:
        said = [
            listed(tuple(each.tier(id_).words["en"] for id_ in ids))
            for each, ids in zip((before, after), shared, strict=True)
        ]
        yield Change("tier", after.id, "order", "The tiers stand in another order.", *said)


def _kind(foundation: bool) -> str:
    return "foundation" if foundation else "tier"


def _deciding_date(edition: Edition) -> str:
    return ".".join(edition.decided_as_of) or "the date of assessment"


def _draft(edition: Edition) -> str:
    if edition.publication is not None and edition.publication.withdrawn is not None:
        return "withdrawn"
    return "a draft" if edition.draft else "decided on"


def _force(force: ForceOf | None) -> str:
    if force is None:
        return "never"
    until = "" if force.until is None else f" until {day_said(force.until)}"
    return f"from {day_said(force.start)}{until}"


# ── Criteria ──


def _criteria(before: Edition, after: Edition, on: date, changed: Mapping[str, str]) -> Iterator[Change]:
    for id_ in dict.fromkeys([*before.criteria, *after.criteria]):
        was, now = before.criteria.get(id_), after.criteria.get(id_)
        if was is None and now is not None:
            says = f"New at {after.tier(now.tier).words['en']} ({now.obligation}): {now.title['en']}."
            yield Change("criterion", id_, "added", says, now=now.requirement["en"])
        elif now is None and was is not None:
            says = f"Gone from {before.tier(was.tier).words['en']} ({was.obligation}): {was.title['en']}."
            yield Change("criterion", id_, "removed", says, was.requirement["en"])
        elif was is not None and now is not None:
            yield from _criterion(was, now, before, after)
            yield from _rule(id_, before, after, on, changed)


def _criterion(was: Criterion, now: Criterion, before: Edition, after: Edition) -> Iterator[Change]:
    id_ = now.id
    if was.tier != now.tier:
        one, other = (_tier_called(edition, each.tier) for edition, each in ((before, was), (after, now)))
        yield Change("criterion", id_, "tier", f"Moved from {one} to {other}.", one, other)
    if was.obligation != now.obligation:
        says = f"It was {_OBLIGATIONS[was.obligation]} and is now {_OBLIGATIONS[now.obligation]}."
        yield Change("criterion", id_, "obligation", says, was.obligation, now.obligation)
    yield from words_changes("criterion", id_, "title", "The title", was.title, now.title)
    yield from words_changes("criterion", id_, "requirement", "The requirement", was.requirement, now.requirement)
    yield from words_changes("criterion", id_, "next_step", "The next step", was.next_step, now.next_step)
    if set(was.statements) != set(now.statements):
        said = listed(was.statements), listed(now.statements)
        yield Change("criterion", id_, "sources", "It cites other statements.", *said)
    dates = [
        None if each.effective == edition.in_force else each.effective
        for edition, each in ((before, was), (after, now))
    ]
    if dates[0] != dates[1]:
        says = "The days on which it is in force have changed."
        yield Change("criterion", id_, "dates", says, _force(was.effective), _force(now.effective))
    if was.module != now.module:
        said = was.module or "none: it is always asked", now.module or "none: it is always asked"
        yield Change("criterion", id_, "module", "It belongs to another module.", *said)
    if was.may_claim_not_applicable != now.may_claim_not_applicable:
        may = "can" if now.may_claim_not_applicable else "can no longer"
        yield Change("criterion", id_, "claim", f"An employer {may} claim that it does not apply.")
    one, other = _decider(was), _decider(now)
    if one != other:
        yield Change("criterion", id_, "decided_by", "Who decides it, or how, has changed.", one, other)
    if was.code != now.code:
        yield Change("criterion", id_, "code", "It has another code.", was.code or "none", now.code or "none")
    if was.notices != now.notices:
        yield Change("criterion", id_, "notices", "What its findings say to people has changed.")


def _tier_called(edition: Edition, id_: str) -> str:
    return edition.tier(id_).words["en"]


def _decider(criterion: Criterion) -> str:
    """Who decides: a rule, or a person on a scale."""
    judged = criterion.judged
    if judged is None:
        standard = criterion.decided_by.partition("/")[0]
        own = criterion.origin.partition("/")[0]
        return "a rule" if standard == own else f"a rule of {standard}"
    levels = "; ".join(f"{each.level}: {each.words.en}" for each in judged.levels)
    return f"a person, who is asked: {judged.question.en} Met from level {judged.met_from} ({levels})"


# ── Rules ──


def _rule(id_: str, before: Edition, after: Edition, on: date, changed: Mapping[str, str]) -> Iterator[Change]:
    was, now = before.rules[id_], after.rules[id_]
    said = rule_said(was, Speaker(before.definitions, on)), rule_said(now, Speaker(after.definitions, on))
    if wording(was) != wording(now):
        if said[0] != said[1]:
            yield Change("criterion", id_, "rule", "The rule has changed.", *said)
        else:
            yield Change("criterion", id_, "rule", "The rule is written differently but reads the same.")
    read = sorted((names_read(was, before.definitions) | names_read(now, after.definitions)) & changed.keys())
    if read:
        sentences = said if said[0] != said[1] and wording(was) == wording(now) else ("", "")
        named = [f"{_called(name, before, after)}, which {_became(changed[name])}" for name in read]
        yield Change("criterion", id_, "reads", f"It reads {listed(named)}.", *sentences)


def rule_said(rule: t.Rule, speaker: Speaker) -> str:
    """A rule as one line."""
    met = speaker.condition(rule.met_when).line()
    if rule.applies_when is None:
        return f"Met when {met}"
    return f"Applies when {speaker.condition(rule.applies_when).line()}. Met when {met}"


def _called(name: str, before: Edition, after: Edition) -> str:
    """The figure or derived value in words, as the later edition has them if it still knows it."""
    for edition in (after, before):
        known = edition.definitions.parameters.get(name) or edition.definitions.derived.get(name)
        if known is not None:
            return known.words.get("en") or name
    return name


def _became(kind: str) -> str:
    return f"is {_BECAME[kind]}" if kind in _BECAME else "has changed"

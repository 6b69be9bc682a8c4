"""What is proved of the ladder: each tier can be reached, stands on those below, and is earned by what applies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from ohaccredit.assessment.assess import Assessment
from ohaccredit.assessment.submission import canonical, read_submission
from ohaccredit.language.json_source import read_json
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.language.solve import NotEncodable
from ohaccredit.language.solve_find import Search
from ohaccredit.language.solve_logic import Truth, any_of, either
from ohaccredit.language.types import Choice, Keyed, ListOf, Number, Record, Series, Text, Type, YesNo
from ohaccredit.language.walk import evidence_named
from ohaccredit.policy.properties import Answer
from ohaccredit.policy.prove_confirm import assessed
from ohaccredit.policy.prove_worlds import Ground
from ohaccredit.standards.edition import Criterion, Edition, Tier

EFFORT = 60_000_000
SPARES = (1, 2, 4)
"""How many places more than a rule alone needs each list has for each rule that reads it."""


def first_day(edition: Edition) -> date:
    """The day on which the ladder is looked at: the first on which every criterion without a last day is in force."""
    return max([edition.in_force.start, *(each.effective.start for each in edition.criteria.values())])


def needed(edition: Edition, tier: Tier, on: date) -> list[Criterion]:
    """The criteria that stand between an employer and a tier: its own and all below, without credit and modules."""
    order = [each.id for each in edition.tiers]
    below = set(order[: order.index(tier.id) + 1]) | {each.id for each in edition.tiers if each.foundation}
    return [
        each
        for each in edition.criteria.values()
        if each.tier in below and each.obligation != "credit" and not each.module and each.in_force(on)
    ]


def prove_ladder(edition: Edition) -> list[Answer]:
    """The answers for each tier, from the highest down: what reaches a tier reaches those below on the way."""
    on = first_day(edition)
    answers: list[Answer] = []
    reached: Mapping[str, Any] | None = None
    higher = ""
    for tier in reversed(edition.ladder):
        if reached is None:
            reach, reached = _reachable(edition, tier, on)
            higher = tier.words["en"]
        else:
            reach = _on_the_way(edition, tier, on, reached, higher)
        own = [reach, _nested(edition, tier, on, reached), _earned(edition, tier, on, reached)]
        answers = [*own, *answers]
    return answers


def _on_the_way(edition: Edition, tier: Tier, on: date, evidence: Mapping[str, Any], higher: str) -> Answer:
    day, name = on.isoformat(), tier.words["en"]
    if any(each.reached for each in assessed(edition, evidence, on).tiers if each.tier == tier):
        says = f"{name} can be reached: the submission that reaches {higher} reaches it on the way."
        return Answer("reachable", tier.id, "proved", says, day, evidence=evidence)
    says = f"{higher} is reached without {name}."
    return Answer("nested", tier.id, "refuted", says, day, evidence=evidence)


def prove_nothing(edition: Edition) -> list[Answer]:
    """What an assessment of nothing at all gives."""
    on = first_day(edition)
    result = assessed(edition, {}, on)
    met = [finding.criterion.id for finding in result.findings if finding.outcome is Outcome.MET]
    answers = [
        Answer("nothing-from-nothing", id_, "refuted", "It is met although nothing was handed in.", on.isoformat(),
               what="empty lists", evidence={})
        for id_ in met
    ]  # fmt: skip
    if result.tier is not None:
        says = f"{result.tier.words['en']} is reached although nothing was handed in."
        answers.append(Answer("nothing-from-nothing", result.tier.id, "refuted", says, on.isoformat(), evidence={}))
    number = len(result.findings)
    says = f"Of {number} criteria none is met when nothing is handed in, and no tier is reached."
    return answers or [Answer("nothing-from-nothing", edition.id, "proved", says, on.isoformat(), evidence={})]


# ── Reaching a tier ─────────────────────────────────────────────────────────────────────────────────


def _reachable(edition: Edition, tier: Tier, on: date) -> tuple[Answer, Mapping[str, Any] | None]:
    criteria = needed(edition, tier, on)
    evidence: dict[str, Any] = {}
    day = on.isoformat()
    name = tier.words["en"]
    parts = groups(edition, criteria)
    for part in parts:
        try:
            search = _meeting(edition, part, on)
        except NotEncodable as reason:
            return Answer("reachable", tier.id, "not decided", f"The solver cannot be asked: {reason}.", day), None
        if search.result == "not decided":
            said = f"Whether {_list(part)} can be met together: {search.why}."
            return Answer("reachable", tier.id, "not decided", said, day), None
        if search.result == "none":
            culprits = _culprits(edition, part, on)
            says = f"{name} cannot be reached: nothing meets {_list(culprits)} together."
            alone = _meeting(edition, culprits, on, (max(SPARES) + 2,))
            if alone.result != "none":
                says = f"The scope is too narrow to meet {_list(part)} together; {_list(culprits)} stand in the way."
                return Answer("reachable", tier.id, "not decided", says, day), None
            return Answer("reachable", tier.id, "refuted", says, day), None
        evidence |= search.evidence
    evidence = completed(evidence, edition.record)
    result = assessed(edition, evidence, on)
    reached = next(each for each in result.tiers if each.tier == tier).reached
    how = f"{len(criteria)} criteria in {len(parts)} groups that share no evidence, each met by itself"
    if not reached:
        open_ = [each.criterion for each in result.findings if not each.satisfied and each.criterion in criteria]
        unearned = [t.tier.words["en"] for t in result.tiers if not t.reached and not t.tier.foundation]
        if not open_ and not any(
            f.outcome is Outcome.MET and f.criterion.obligation == "must"
            for t in result.tiers if t.tier.words["en"] == unearned[0] for f in t.findings
        ):  # fmt: skip
            says = f"{name} cannot be reached: nothing in {unearned[0]} is a must that applies."
            return Answer("reachable", tier.id, "refuted", says, day, evidence=evidence), None
        says = f"The solver meets {how}, but the assessment leaves {_list(open_) or 'the tier'} open."
        return Answer("reachable", tier.id, "fault", says, day, evidence=evidence), None
    shape = _shape(edition, evidence)
    if shape:
        return Answer("reachable", tier.id, "fault", f"The submission is not well formed: {shape}", day), None
    says = f"{name} can be reached: {how}; the assessment of them together confirms it."
    return Answer("reachable", tier.id, "proved", says, day, evidence=evidence), evidence


def groups(edition: Edition, criteria: Sequence[Criterion]) -> list[list[Criterion]]:
    """The criteria in groups that share no evidence, so that what meets each group meets all together."""
    found: list[tuple[set[str], list[Criterion]]] = []
    for criterion in criteria:
        read = evidence_named(edition.rules[criterion.id], edition.definitions)
        joined: tuple[set[str], list[Criterion]] = (set(read), [criterion])
        apart = []
        for group in found:
            if group[0] & joined[0]:
                joined = (joined[0] | group[0], [*group[1], *joined[1]])
            else:
                apart.append(group)
        found = [*apart, joined]
    return [group for _, group in found]


def _meeting(edition: Edition, part: Sequence[Criterion], on: date, spares: Sequence[int] = SPARES) -> Search:
    """What meets all of them, looked for in wider and wider scopes."""
    search = Search("none")
    for spare in spares:
        ground = Ground(edition, [each.id for each in part], on, spare=spare)
        search = ground.finder(effort=EFFORT).find(*_together(ground, part), *_earning(ground, part))
        if search.result != "none":
            break
    return search


def _together(ground: Ground, part: Sequence[Criterion]) -> list[Truth]:
    """Each criterion is met or does not apply."""
    outcomes = [ground.outcomes[each.id] for each in part]
    return [either(each.met, each.not_applicable) for each in outcomes]


def _earning(ground: Ground, part: Sequence[Criterion]) -> Iterator[Truth]:
    """Of each tier that has musts here, one is met: what does not apply earns nothing."""
    tiers = {each.tier for each in part if each.obligation == "must"}
    for tier in sorted(tiers - {each.id for each in ground.edition.tiers if each.foundation}):
        own = (each for each in part if each.obligation == "must" and each.tier == tier)
        yield any_of(ground.outcomes[each.id].met for each in own)


def _culprits(edition: Edition, part: Sequence[Criterion], on: date) -> list[Criterion]:
    """A smallest group of criteria that cannot be met together, as far as the solver can tell."""
    kept = list(part)
    ground = Ground(edition, [each.id for each in part], on, spare=1)
    finder = ground.finder(effort=EFFORT)
    for each in part:
        fewer = [other for other in kept if other is not each]
        if fewer and finder.find(*_together(ground, fewer), *_earning(ground, fewer)).result == "none":
            kept = fewer
    return kept


def completed(value: Any, kind: Type) -> Any:
    """Evidence with the fields that every file must have and no rule reads."""
    match kind:
        case Record() if isinstance(value, dict):
            found = {
                each.name: completed(value[each.name], each.type) if each.name in value else _anything(each.type)
                for each in kind
                if each.name in value or each.required
            }
            return {name: each for name, each in found.items() if each is not None}
        case ListOf() | Series() if isinstance(value, list):
            return [completed(item, kind.item) for item in value]
        case Keyed() if isinstance(value, dict):
            return {key: completed(item, kind.records[key]) for key, item in value.items()}
    return value


def _anything(kind: Type) -> Any:
    match kind:
        case Text():
            return "something"
        case Choice(options=options):
            return options[0]
        case YesNo():
            return True
        case Number():
            return max(kind.minimum or 0, 0)
    return None


def _shape(edition: Edition, evidence: Mapping[str, Any]) -> str:
    """What is wrong with the evidence as a file; "" if nothing is."""
    try:
        read_submission(read_json(canonical({"evidence": evidence}).encode(), "the submission"), edition)
    except ProblemsFound as found:
        return str(found)
    return ""


# ── Standing on what is below ───────────────────────────────────────────────────────────────────────


def _nested(edition: Edition, tier: Tier, on: date, reached: Mapping[str, Any] | None) -> Answer:
    """Whatever is taken away from below takes the tier away too."""
    day, name = on.isoformat(), tier.words["en"]
    if reached is None:
        return Answer("nested", tier.id, "not decided", f"No submission is known that reaches {name}.", day)
    tried = 0
    for kind in reached:
        less = {key: value for key, value in reached.items() if key != kind}
        wrong = _out_of_order(assessed(edition, less, on))
        if wrong:
            says = f"{wrong} is reached although something below it is open."
            return Answer("nested", tier.id, "refuted", says, day, evidence=less)
        tried += 1
    says = f"{name} stands on everything below; tried by taking each of {tried} kinds of evidence away."
    return Answer("nested", tier.id, "proved", says, day)


def _out_of_order(result: Assessment) -> str:
    standing = True
    for each in result.tiers:
        standing = standing and all(finding.satisfied for finding in each.findings)
        if each.reached and not standing:
            return str(each.tier.words["en"])
    return ""


# ── Earning a tier ──────────────────────────────────────────────────────────────────────────────────


def _earned(edition: Edition, tier: Tier, on: date, reached: Mapping[str, Any] | None) -> Answer:
    """A tier of which nothing applies is not reached, whatever is claimed."""
    day, name = on.isoformat(), tier.words["en"]
    musts = [each for each in needed(edition, tier, on) if each.tier == tier.id and each.obligation == "must"]
    if not musts:
        return Answer("not-applicable-earns-nothing", tier.id, "refuted", f"{name} has no must of its own.", day)
    claimed = [each for each in musts if each.may_claim_not_applicable]
    always = [e for e in musts if e not in claimed and edition.rules[e.id].applies_when is None]
    if always:
        says = f"{_list(always[:1])} always applies, so not everything in {name} can be out of account."
        return Answer("not-applicable-earns-nothing", tier.id, "proved", says, day)
    try:
        search = _not_applying(edition, [each for each in musts if each not in claimed], on)
    except NotEncodable as reason:
        return Answer("not-applicable-earns-nothing", tier.id, "not decided", f"The solver cannot be asked: {reason}.")
    if search.result == "not decided":
        says = f"Whether nothing in {name} can apply: {search.why}."
        return Answer("not-applicable-earns-nothing", tier.id, "not decided", says, day)
    if search.result == "none":
        says = f"Something in {name} always applies."
        return Answer("not-applicable-earns-nothing", tier.id, "proved", says, day)
    evidence = {**(reached or {}), **search.evidence}
    result = assessed(edition, evidence, on, tuple(each.id for each in claimed))
    own = next(each for each in result.tiers if each.tier == tier)
    if any(f.outcome is Outcome.MET and f.criterion in musts for f in own.findings):
        says = f"The solver finds nothing in {name} to apply, but the assessment does."
        return Answer("not-applicable-earns-nothing", tier.id, "fault", says, day, evidence=evidence)
    result_ = "refuted" if own.reached else "proved"
    says = f"With nothing in {name} that applies, it is {'reached' if own.reached else 'not reached'}."
    return Answer("not-applicable-earns-nothing", tier.id, result_, says, day, evidence=evidence)  # type: ignore[arg-type]


def _not_applying(edition: Edition, criteria: Sequence[Criterion], on: date) -> Search:
    ground = Ground(edition, [each.id for each in criteria], on, spare=1)
    return ground.finder(effort=EFFORT).find(*(o.not_applicable for o in ground.outcomes.values()))


def _list(criteria: Sequence[Criterion]) -> str:
    return ", ".join(each.id for each in criteria)

"""Proving the rules of editions: every property of every criterion, pair and tier, kept by what it follows from.

What does not depend on something else is asked in processes of its own. What is refuted and accepted with a reason
stays visible; what was not decided is said.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta

from ohaccredit.language import tree as t
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.language.walk import walk
from ohaccredit.policy.accepted import accept, no_longer, read_accepted
from ohaccredit.policy.gates import GateResult
from ohaccredit.policy.properties import PROPERTIES, Answer, Result
from ohaccredit.policy.prove_cache import Keys, ProofCache, cache_folder
from ohaccredit.policy.prove_confirm import decided
from ohaccredit.standards.edition import Edition
from ohaccredit.standards.home import Home
from ohaccredit.standards.loading import load_edition

Told = Callable[[str, int, int], None]
"""Told what is asked, how many answers there are and how many there will be."""


@dataclass(frozen=True)
class Job:
    """One thing to prove: a rule on a day, a pair of rules, or a ladder of tiers."""

    kind: str
    edition: str
    names: tuple[str, ...]
    on: date
    key: str


@dataclass(frozen=True)
class Proofs:
    """All answers about one edition, and exceptions that except nothing."""

    edition: Edition
    answers: tuple[Answer, ...]
    problems: tuple[Problem, ...]

    def having(self, result: Result) -> list[Answer]:
        """The answers with one result, by property."""
        order = list(PROPERTIES)
        return sorted(
            (each for each in self.answers if each.result == result), key=lambda each: order.index(each.property)
        )


def prove(
    home: Home,
    editions: Sequence[Edition],
    *,
    cache: ProofCache | None = None,
    workers: int = 0,
    told: Told = lambda what, done, of: None,
) -> list[Proofs]:
    """Prove everything of some editions. Without `workers` in this process, else in so many beside it.

    Raises ProblemsFound if the solver is missing or an accepted.yaml cannot be read.
    """
    import ohaccredit.language.solve  # noqa: F401  (says at once, and plainly, that the solver is missing)

    exceptions = {edition.id: read_accepted(home, edition) for edition in editions}
    _EDITIONS.clear()
    _EDITIONS.update({(str(home.root), edition.id): edition for edition in editions})
    answers = _answers(home, editions, cache or ProofCache(None), workers, told)
    proofs: list[Proofs] = []
    for edition in editions:
        from ohaccredit.policy.prove_structure import prove_structure

        own = [*_shown_again(edition, answers[edition.id]), *prove_structure(edition)]
        kept = list(accept(own, exceptions[edition.id]))
        proofs.append(Proofs(edition, tuple(kept), tuple(no_longer(kept, exceptions[edition.id]))))
    return proofs


def _answers(
    home: Home, editions: Sequence[Edition], cache: ProofCache, workers: int, told: Told
) -> dict[str, list[Answer]]:
    """What the solver says of each edition: kept answers, together if nothing changed and else one by one."""
    jobs = {edition.id: list(_first_jobs(edition)) for edition in editions}
    keys = {edition.id: _key(edition, jobs[edition.id]) for edition in editions}
    kept = {id_: cache.find(key) for id_, key in keys.items()}
    answers = {id_: found or [] for id_, found in kept.items()}
    changed = [edition for edition in editions if kept[edition.id] is None]
    with ExitStack() as stack:
        runner = _Runner(home, cache, workers, told, stack)
        first = sorted((job for edition in changed for job in jobs[edition.id]), key=lambda job: job.kind != "ladder")
        for job, found in runner.run("rules and tiers", first):
            answers[job.edition] += found
        pairs: list[Job] = []
        for edition in changed:
            told_apart, open_ = _pairs(edition, answers[edition.id])
            answers[edition.id] += told_apart
            pairs += open_
        for job, found in runner.run("pairs of rules", pairs):
            answers[job.edition] += found
    for edition in changed:
        cache.keep(keys[edition.id], answers[edition.id])
    return answers


def _key(edition: Edition, jobs: Sequence[Job]) -> str:
    """The digest of what all answers about an edition follow from."""
    order = ";".join(f"{job.kind},{job.names},{job.on},{job.key}" for job in jobs)
    tiers = ",".join(tier.id for tier in edition.tiers)
    criteria = ";".join(f"{each.id},{each.tier},{each.effective}" for each in edition.criteria.values())
    words = (edition.id, str(edition.in_force), str(bool(edition.verdicts)), tiers, criteria, order)
    return Keys(edition).of("edition", (), edition.in_force.start, *words)


def publication_gate(home: Home, edition: Edition) -> GateResult:
    """Whether anything proved of an edition stands against publishing it."""
    try:
        proofs = prove(home, [edition], cache=ProofCache(cache_folder()), workers=2)[0]
    except ProblemsFound as found:
        missing = any("not installed" in problem.message for problem in found.problems)
        return GateResult("not_installed" if missing else "failed", str(found), tuple(found.problems))
    against = [*proofs.having("refuted"), *proofs.having("fault")]
    if against or proofs.problems:
        problems = [Problem(f"{each.subject}: {each.says}") for each in against]
        return GateResult("failed", f"{len(against)} refuted", (*problems, *proofs.problems))
    open_ = proofs.having("not decided")
    if open_:
        return GateResult("not_decided", f"{len(open_)} not decided, the first: {open_[0].subject}: {open_[0].says}")
    return GateResult("passed", f"{len(proofs.having('proved'))} proved within their scopes")


# ── What there is to do ─────────────────────────────────────────────────────────────────────────────


def _first_jobs(edition: Edition) -> Iterator[Job]:
    keys = Keys(edition)
    if not edition.verdicts:
        everything = tuple(edition.criteria)
        shape = ";".join(
            f"{c.id},{c.tier},{c.obligation},{c.module},{c.may_claim_not_applicable},{c.effective.start},{c.effective.until}"
            for c in edition.criteria.values()
        )
        on = max([edition.in_force.start, *(each.effective.start for each in edition.criteria.values())])
        words = ";".join(f"{tier.id},{tier.foundation},{tier.words['en']}" for tier in edition.tiers)
        key = keys.of("ladder", everything, on, words, shape, on.isoformat(), *_floors(edition))
        yield Job("ladder", edition.id, (), on, key)
        yield Job("nothing", edition.id, (), on, keys.of("nothing", everything, on, shape, on.isoformat()))
    for id_ in edition.rules:
        for on in days_of(edition, id_):
            yield Job("rule", edition.id, (id_,), on, keys.of("rule", [id_], on))


def _floors(edition: Edition) -> list[str]:
    return [f"{n}={p.values}" for n, p in edition.definitions.parameters.items() if n.startswith("floor-")]


def days_of(edition: Edition, id_: str) -> list[date]:
    """The days on which a rule is proved: the first of its life, and each on which a figure that it reads changes."""
    criterion, rule = edition.criteria[id_], edition.rules[id_]
    first = max(edition.in_force.start, criterion.effective.start)
    ends = [day for day in (edition.in_force.until, criterion.effective.until) if day is not None]
    last = min(ends, default=date.max - timedelta(days=1))
    nodes = walk(rule.applies_when, rule.met_when, definitions=edition.definitions)
    starts = {
        dated.start
        for node in nodes
        if isinstance(node, t.ParameterValue) and node.as_of is None
        for dated in edition.definitions.parameters[node.name].values
    }
    return [first, *sorted(day for day in starts if first < day <= last)]


def _pairs(edition: Edition, answers: Iterable[Answer]) -> tuple[list[Answer], list[Job]]:
    """The pairs that are told apart by what is known already, and those that are left to the solver."""
    from ohaccredit.policy.prove_pairs import Witnesses, day_of, pairs

    meeting = {
        each.subject: (date.fromisoformat(each.on), each.evidence)
        for each in answers
        if each.property == "can-be-met" and each.result == "proved" and each.evidence is not None
    }
    witnesses = Witnesses(edition, meeting)
    apart: list[Answer] = []
    jobs: list[Job] = []
    keys = Keys(edition)
    for implied, by in pairs(edition):
        answer = witnesses.told_apart(implied, by)
        if answer is not None:
            apart.append(answer)
            continue
        on = day_of(edition, implied, by)
        tiers = f"{edition.criteria[implied].tier},{edition.criteria[by].tier}"
        key = keys.of("pair", [implied, by], on, tiers)
        jobs.append(Job("pair", edition.id, (implied, by), on, key))
    return apart, jobs


def _shown_again(edition: Edition, answers: Iterable[Answer]) -> Iterator[Answer]:
    """What is kept from an earlier run and said to refute something must still be decided so now."""
    from ohaccredit.policy.prove_rule import RANK

    for answer in answers:
        if answer.result != "refuted" or answer.evidence is None or answer.subject not in edition.rules:
            yield answer
            continue
        on = date.fromisoformat(answer.on)
        was = decided(edition, answer.subject, answer.evidence, on)
        holds = was is not None
        if answer.after is not None:
            now = decided(edition, answer.subject, answer.after, on)
            holds = was in RANK and now in RANK and RANK[was] != RANK[now]
        elif answer.property in ("empty-lists", "nothing-from-nothing"):
            holds = was is Outcome.MET
        says = "Kept evidence is decided otherwise now."
        yield answer if holds else replace(answer, result="fault", says=says)


# ── Doing it ────────────────────────────────────────────────────────────────────────────────────────

_EDITIONS: dict[tuple[str, str], Edition] = {}
"""Editions that were read already; a process that is started as a copy of this one finds them here."""


class _Runner:
    """Runs jobs, each key once, and keeps the answers."""

    def __init__(self, home: Home, cache: ProofCache, workers: int, told: Told, stack: ExitStack) -> None:
        self._home = home
        self._cache = cache
        self._workers = workers
        self._told = told
        self._stack = stack
        self._pool: ProcessPoolExecutor | None = None

    def run(self, what: str, jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Answer]]]:
        known: dict[str, list[Answer]] = {}
        todo: dict[str, Job] = {}
        for job in jobs:
            if job.key not in known and job.key not in todo:
                found = self._cache.find(job.key)
                if found is None:
                    todo[job.key] = job
                else:
                    known[job.key] = found
        self._told(what, 0, len(todo))
        for done, (key, answers) in enumerate(self._answers(list(todo.values())), start=1):
            self._cache.keep(key, answers)
            known[key] = answers
            self._told(what, done, len(todo))
        for job in jobs:
            yield job, known[job.key]

    def _answers(self, todo: list[Job]) -> Iterator[tuple[str, list[Answer]]]:
        root = str(self._home.root)
        if self._workers < 2 or len(todo) < 2:
            for job in todo:
                yield job.key, ask(self._home, job)
            return
        if self._pool is None:
            start = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
            context = multiprocessing.get_context(start)
            self._pool = self._stack.enter_context(ProcessPoolExecutor(self._workers, mp_context=context))
        waiting = {self._pool.submit(_ask_at, (root, job)): job.key for job in todo}
        for answered in as_completed(waiting):
            yield waiting[answered], answered.result()


def _ask_at(asked: tuple[str, Job]) -> list[Answer]:
    from pathlib import Path

    return ask(Home(Path(asked[0])), asked[1])


def ask(home: Home, job: Job) -> list[Answer]:
    """The answers to one job."""
    from ohaccredit.language.solve_apart import apart
    from ohaccredit.policy.prove_pairs import prove_pair
    from ohaccredit.policy.prove_rule import prove_rule
    from ohaccredit.policy.prove_tiers import prove_ladder, prove_nothing

    key = (str(home.root), job.edition)
    if key not in _EDITIONS:
        standard, _, name = job.edition.partition("/")
        _EDITIONS[key] = load_edition(home, standard, name)
    edition = _EDITIONS[key]
    with apart():
        match job.kind:
            case "rule":
                return prove_rule(edition, job.names[0], job.on)
            case "pair":
                return [prove_pair(edition, *job.names)]
            case "ladder":
                return prove_ladder(edition)
            case _:
                return prove_nothing(edition)


def counted(proofs: Iterable[Proofs]) -> Mapping[Result, int]:
    """How many answers have which result."""
    found: dict[Result, int] = {}
    for each in proofs:
        for answer in each.answers:
            found[answer.result] = found.get(answer.result, 0) + 1
    return found

"""Criteria planned in small groups, and the proof that their ways together are the cheapest.

Criteria share evidence in two ways. Where their changes meet in one item, they are planned together. Otherwise they
share no more than the effort of a kind of evidence, which is paid once however many touch it, and each is planned by
itself:

- A kind that some group cannot do without is paid for anyway, so it costs the others nothing.
- A kind that several could use, and that none of them needs, could be worth its effort only for all of them. What
  each would cost if such kinds were free is a bound from below. Where the cheapest way of each reaches its bound, the
  ways together are the cheapest. Where one does not, its group is planned together with those that share the kind.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ohaccredit.assessment.assess import Finding
from ohaccredit.policy.plan_search import Search, Way


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that are planned together, and the cheapest way to close them."""

    findings: tuple[Finding, ...]
    search: Search
    way: Way
    """Without the effort of kinds that other groups pay for."""

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of evidence that changes could touch."""
        return frozenset(self.search.touched)


Join = Callable[[Sequence[Finding]], Search]
"""A search for several criteria together."""


def groups_of(
    searched: Iterable[tuple[Finding, Search, Way]], join: Join, whole: frozenset[str] = frozenset()
) -> list[Group]:
    """The criteria in groups whose changes meet in no item, and of the kinds in `whole` in nothing at all."""
    apart: list[tuple[set[object], list[tuple[Finding, Search, Way]]]] = []
    for each in searched:
        items: set[object] = {*each[1].items, *(whole & set(each[1].touched))}
        members = [each]
        for other in [other for other in apart if other[0] & items]:
            apart.remove(other)
            items |= other[0]
            members = other[1] + members
        apart.append((items, members))
    return [_group(members, join) for _, members in apart]


def _group(members: Sequence[tuple[Finding, Search, Way]], join: Join) -> Group:
    findings = tuple(finding for finding, _, _ in members)
    if len(members) == 1:
        return Group(findings, *members[0][1:])
    search = join(findings)
    return Group(findings, search, search.cheapest())


def cheapest_together(groups: Sequence[Group], join: Join, *, exact: bool = True) -> list[Group]:
    """The groups with the ways that are the cheapest together.

    Without `exact`, groups are never joined for a proof: good ways will do.
    """
    count = Counter(kind for group in groups for kind in group.kinds)
    shared = {kind for kind, number in count.items() if number > 1}
    needs = [frozenset(kind for kind in shared & group.kinds if group.search.needs(kind)) for group in groups]
    paid = frozenset().union(*needs)
    found = [_with_paid(group, paid & group.kinds, own) for group, own in zip(groups, needs, strict=True)]
    for cluster in _clusters(found, shared - paid):
        if len(cluster) > 1:
            planned = _joined(cluster, paid, join, exact=exact)
            found = [*(group for group in found if group not in cluster), *planned]
    return found


def _with_paid(group: Group, paid: frozenset[str], needs: frozenset[str]) -> Group:
    if group.way.result != "found":
        return group
    if paid <= needs:  # every way touches what is paid: none becomes cheaper than another
        return replace(group, way=group.search.paid_for(group.way, paid))
    return replace(group, way=group.search.cheapest(paid=paid))


def _clusters(groups: Sequence[Group], optional: set[str]) -> Iterator[list[Group]]:
    """The groups that are connected by kinds which they could share."""
    apart: list[tuple[set[str], list[Group]]] = []
    for group in groups:
        kinds, members = group.kinds & optional, [group]
        for other in [other for other in apart if other[0] & kinds]:
            apart.remove(other)
            kinds = kinds | other[0]
            members = other[1] + members
        apart.append((set(kinds), members))
    yield from (members for _, members in apart)


def _joined(cluster: list[Group], paid: frozenset[str], join: Join, *, exact: bool) -> list[Group]:
    """The groups as they are if each reaches its bound, else one group of them all."""
    count = Counter(kind for group in cluster for kind in group.kinds)
    free = paid | {kind for kind, number in count.items() if number > 1}
    if all(_reaches_bound(group, free) for group in cluster):
        return cluster
    if not exact:
        return [replace(group, way=replace(group.way, proved=False)) for group in cluster]
    search = join([finding for group in cluster for finding in group.findings])
    way = search.cheapest(paid=paid)
    if way.result == "found" and way.proved:
        return [Group(tuple(finding for group in cluster for finding in group.findings), search, way)]
    return [replace(group, way=replace(group.way, proved=False)) for group in cluster]


def _reaches_bound(group: Group, free: frozenset[str]) -> bool:
    if group.way.result != "found" or not group.way.proved:
        return False
    bound = group.search.cheapest(paid=free)
    return bound.result == "found" and bound.proved and bound.price == group.way.price


__all__ = ["Group", "cheapest_together", "groups_of"]

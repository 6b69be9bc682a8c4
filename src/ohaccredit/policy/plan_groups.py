"""Criteria planned in small groups, and the proof that their ways together are the cheapest.

What several criteria ask for is paid for once, so the ways that are the cheapest for each by itself need not be the
cheapest together. A bound from below comes from sharing out the price of each thing among those who could use it:
whatever is done for all of them costs at least what each of them has to pay of its share, since the shares are no more
than the price. The groups take their shares one after the other, each only as much as its own bound rests on, and what
is left is for those behind it ("saturated cost partitioning": J. Seipp, M. Helmert, "Counterexample-Guided Cartesian
Abstraction Refinement for Classical Planning", 2018). What others pay for is cheaper or free for those behind, so they
find ways that use it. Where the ways together cost no more than the bound, they are the cheapest; otherwise those
between which the price is in dispute are planned together.

Criteria that ask the same series to go on cannot be planned apart, since it goes on in one way for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ohaccredit.assessment.assess import Finding
from ohaccredit.policy.plan_cheapest import Key
from ohaccredit.policy.plan_evidence import effort_key
from ohaccredit.policy.plan_search import Search, Way

MOST_ROUNDS = 4
MOST_JOINED = 12
"""More criteria are not planned together where it is not known that it is they between whom the bound loses."""
MOST_AGAIN = 4
"""A group of more criteria is searched once: that takes long, and it knew what others pay for."""
ANY_KIND = "new "
"""How keys name a new item of no kind in particular."""


UNKNOWN = Way("not decided")


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria that are planned together."""

    findings: tuple[Finding, ...]
    search: Search
    alone: Way | None = None
    """A cheapest way to close them, and its bound; None if it has not been looked for."""
    way: Way = UNKNOWN
    """The way among all groups."""

    @property
    def paid(self) -> Counter[Key]:
        """What the way pays for, and how often."""
        return paid(self.way)

    @property
    def pieces(self) -> frozenset[Key]:
        """The pieces of evidence in which something could be changed; new items of a list are one."""
        keys = (key[1:4] for key in self.search.prices if key[0] != "effort")
        return frozenset(tuple("new" if str(step).startswith("new ") else step for step in key) for key in keys)


Join = Callable[[Sequence[Finding]], Group]
"""Some criteria as one group."""


@dataclass(frozen=True, slots=True)
class Together:
    """Ways for all groups."""

    groups: tuple[Group, ...]
    price: int
    """What they cost, if what several ask for can be one."""
    least: int
    """Whatever closes all criteria costs at least this."""
    dispute: tuple[Group, ...] = ()
    """Those that use something for which not the whole price was paid, or that claimed a part of it for nothing."""


def paid(way: Way) -> Counter[Key]:
    """What a way pays for, and how often."""
    counted = Counter(each.change.key for each in way.done)
    counted.update(effort_key(kind) for kind in way.kinds)
    return counted


def groups_of(groups: Iterable[Group], join: Join) -> list[Group]:
    """The groups, of which those that cannot be planned apart are one."""
    apart: list[list[Group]] = []
    for group in groups:
        members = [group]
        for other in [other for other in apart if any(_inseparable(each, group) for each in other)]:
            apart.remove(other)
            members = other + members
        apart.append(members)
    return [members[0] if len(members) == 1 else joined(members, join) for members in apart]


def joined(groups: Iterable[Group], join: Join) -> Group:
    """Some groups as one."""
    return join([finding for group in groups for finding in group.findings])


def _inseparable(one: Group, other: Group) -> bool:
    series = [{key[:-1] for key in each.search.prices if key[0] == "extend"} for each in (one, other)]
    return bool(series[0] & series[1])


def cheapest_together(groups: Sequence[Group], join: Join, *, exact: bool = True) -> Together:
    """The ways that are the cheapest together. Without `exact`, good ways will do."""
    best = _in_turn(groups, exact=exact)
    for _ in range(MOST_ROUNDS if exact else 0):
        if best.price == best.least:
            break
        dispute = best.dispute if len(best.dispute) > 1 else _few(best.groups)
        if len(dispute) < 2:
            break
        rest = [group for group in best.groups if not _one_of(group, dispute)]
        found = _in_turn([*rest, joined(dispute, join)], exact=exact)
        if any(group.way.result != "found" for group in found.groups):
            break
        best = found if found.price <= best.price else replace(best, least=max(best.least, found.least))
    return best


def _few(groups: Sequence[Group]) -> Sequence[Group]:
    """All groups, if that is few criteria."""
    return groups if sum(len(group.findings) for group in groups) <= MOST_JOINED else ()


def _one_of(group: Group, groups: Iterable[Group]) -> bool:
    return any(group.findings == each.findings for each in groups)


def _choice(group: Group) -> tuple[bool, int, int]:
    """How much of its bound a group could pay in another way; those that are not known come last."""
    if group.alone is None:
        return True, 0, 0
    used = paid(group.alone)
    return False, sum(claim for key, claim in group.alone.claims.items() if key not in used), -group.alone.price


def _in_turn(groups: Sequence[Group], *, exact: bool) -> Together:
    """Each group takes its share of the prices: a bound from below, and ways that use what others pay for.

    Those that have no choice come first, so that those that have one can use what is paid for already.
    """
    prices = {key: price for group in groups for key, price in group.search.prices.items()}
    shared = _Left(prices)
    least = 0
    found: list[Group] = []
    shares: list[Way] = []
    for group in sorted(groups, key=_choice):
        left = shared.now()
        alone = group.search.cheapest(left=left) if group.alone is None else group.alone
        way = _with_share(group, alone, left, exact=exact)
        least += way.least
        shared.take(way.claims)
        shares.append(way)
        found.append(replace(group, alone=alone, way=way))
    price = _price(found, prices)
    before = price + 1
    while least < price < before:
        found, before = _improved(found, prices), price
        price = _price(found, prices)
    return Together(tuple(found), price, least, tuple(_in_dispute(found, shares, prices)))


class _Left:
    """What is left of each price while groups take their shares.

    A new item of no kind in particular may be one whose kind another group names, so both pay from one purse.
    """

    def __init__(self, prices: Mapping[Key, int]) -> None:
        self._left = dict(prices)
        alike: dict[Key, list[Key]] = {}
        added: dict[Key, list[Key]] = {}
        for key in prices:
            at = _new_at(key)
            if at is not None and key[at] != ANY_KIND:
                alike.setdefault(_of_any_kind(key), []).append(key)
                if key[0] == "add":
                    added.setdefault(key[1:at], []).append(key)
        self._kin: dict[Key, list[Key]] = {}
        for key in prices:
            at = _new_at(key)
            if at is not None and key[at] == ANY_KIND:
                self._kin[key] = alike.get(key) or added.get(key[1:at], [])

    def now(self) -> dict[Key, int]:
        """What is left."""
        least = {key: min(self._left[each] for each in (key, *kin)) for key, kin in self._kin.items()}
        return {**self._left, **least}

    def take(self, claims: Mapping[Key, int]) -> None:
        """A group takes its share, which is no more than what is left."""
        for key, claim in claims.items():
            for each in (key, *self._kin.get(key, ())):
                self._left[each] = max(0, self._left[each] - claim)


def _of_any_kind(key: Key) -> Key:
    """The key as it is of an item of no kind in particular."""
    at = _new_at(key)
    return key if at is None else (*key[:at], ANY_KIND, *key[at + 1 :])


def _new_at(key: Key) -> int | None:
    """Where a key names a new item."""
    return next((at for at, step in enumerate(key) if str(step).startswith("new ")), None)


def _in_dispute(groups: Sequence[Group], shares: Sequence[Way], prices: Mapping[Key, int]) -> list[Group]:
    """Between which groups the bound loses: what they use and nobody has claimed, or was claimed and not needed."""
    counted = _counted(groups)
    claimed: Counter[Key] = Counter()
    for share in shares:
        claimed.update(share.claims)
    about = {key for key in counted if claimed[key] < prices[key]}
    for share in shares:
        own = {key: claim for key, claim in share.claims.items() if claim and key in counted}
        if sum(own.values()) > share.least:
            about |= own.keys()
    users = [group for group in groups if about & group.paid.keys()]
    if len(users) > 1:
        return users
    alike = {_of_any_kind(key) for key in about}
    return [
        group
        for group, share in zip(groups, shares, strict=True)
        if about & group.paid.keys() or any(claim and _of_any_kind(key) in alike for key, claim in share.claims.items())
    ]


def clashing(groups: Sequence[Group], added: Counter[Key]) -> list[list[Group]]:
    """The groups whose new items of a kind could not be the same, so that more were added than any of them needs."""
    counted = _counted(groups)
    more = [key for key, number in added.items() if number > counted[key]]
    clashes = ([group for group in groups if key in group.paid] for key in more)
    return [members for members in clashes if len(members) > 1 and _few(members)]


def _with_share(group: Group, alone: Way, left: Mapping[Key, int], *, exact: bool) -> Way:
    """The cheapest way of a group with what is left of the prices; its bound and claims are no more than that."""
    claims = {key: min(claim, left[key]) for key, claim in alone.claims.items()}
    least = max(0, alone.least - sum(claim - claims[key] for key, claim in alone.claims.items()))
    owes = sum(number * left[key] for key, number in paid(alone).items())
    way = replace(alone, least=least, claims=claims)
    if owes == least or not exact:
        return way
    found = group.search.cheapest(left=left)
    if found.result != "found":
        return way
    return found if found.least >= least else replace(found, least=least, claims=claims)


def _improved(groups: list[Group], prices: Mapping[Key, int]) -> list[Group]:
    """The groups, each once more with a way as if what the others use were free, where that is cheaper for all."""
    price = _price(groups, prices)
    for index, group in enumerate(groups):
        others = groups[:index] + groups[index + 1 :]
        free = _counted(others)
        adds = sum(number * prices[key] for key, number in group.paid.items() if key not in free)
        alone = group.way if group.alone is None else group.alone
        if adds <= alone.least - sum(claim for key, claim in alone.claims.items() if key in free):
            continue  # every way adds as much
        if len(group.findings) > MOST_AGAIN:
            continue
        way = group.search.cheapest(left=dict.fromkeys(free, 0))
        tried = [*groups[:index], replace(group, way=way), *groups[index + 1 :]]
        if way.result == "found" and _price(tried, prices) < price:
            groups, price = tried, _price(tried, prices)
    return groups


def _price(groups: Iterable[Group], prices: Mapping[Key, int]) -> int:
    return sum(number * prices[key] for key, number in _counted(groups).items())


def _counted(groups: Iterable[Group]) -> Counter[Key]:
    """What the groups pay for together: new items of one kind can serve several."""
    counted: Counter[Key] = Counter()
    for group in groups:
        counted |= group.paid
    return counted


__all__ = ["Group", "Together", "cheapest_together", "clashing", "groups_of", "joined", "paid"]

"""Counting decided rows, column by column: where they stand before and after, and what that is due to.

A fall from one tier to a lower one is due to the criteria of the later edition, up to the tier that was held, which
the employer does not satisfy: under the earlier edition nothing stood in the way there. A rise is due to the criteria
of the earlier edition, up to the tier that is reached now, which were not satisfied. Nothing is left over: tiers are
cumulative gates. (One more way is there: a tier that no met requirement of its own holds up. It is counted apart.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from ohaccredit.policy.impact_decide import CODES, Decided
from ohaccredit.policy.impact_tally import FALLS, NONE_MET, Flow, Tally, direction

_RUNGS = 256
"""More than a ladder has."""


def count_rows(
    tally: Tally,
    before: Decided,
    after: Decided,
    criteria: Iterable[str],
    groups: Mapping[str, Sequence[str]],
    fits: Sequence[bool],
) -> None:
    """Count the rows that are in order; `groups` has the option of each row."""
    if not all(fits):
        kept = pl.Series(fits, dtype=pl.Boolean)
        before, after = before.only(kept), after.only(kept)
        groups = {name: [each for each, fine in zip(of, fits, strict=True) if fine] for name, of in groups.items()}
    if not any(fits):
        return
    flows = before.rungs.cast(pl.UInt16) * _RUNGS + after.rungs
    here = {divmod(code, _RUNGS): number for code, number in _counts(flows)}
    tally.flows.update(here)
    _count_groups(tally, flows, groups)
    _count_outcomes(tally, before, after, criteria)
    for flow in here:
        if flow[0] != flow[1]:
            _count_due(tally, flow, before, after, flows == flow[0] * _RUNGS + flow[1])


def _counts(values: pl.Series) -> Iterable[tuple[int, int]]:
    """Each value with how often it is there."""
    counted = values.alias("value").value_counts()
    return zip(counted["value"].to_list(), counted["count"].to_list(), strict=True)


def _count_groups(tally: Tally, flows: pl.Series, groups: Mapping[str, Sequence[str]]) -> None:
    codes = flows.to_list()
    ways = {code: direction(divmod(code, _RUNGS)) for code in set(codes)}
    of = [ways[code] for code in codes]
    for group, options in groups.items():
        tally.groups.setdefault(group, Counter()).update(zip(options, of, strict=True))


def _count_outcomes(tally: Tally, before: Decided, after: Decided, criteria: Iterable[str]) -> None:
    for name in criteria:
        pairs = before.codes(name).cast(pl.UInt16) * len(CODES) + after.codes(name)
        counts = tally.outcomes.setdefault(name, Counter())
        for pair, number in _counts(pairs):
            old, new = divmod(pair, len(CODES))
            counts[before.side(name, old), after.side(name, new)] += number


def _count_due(tally: Tally, flow: Flow, before: Decided, after: Decided, rows: pl.Series) -> None:
    """What the rises or falls of one flow are due to."""
    way = direction(flow)
    side, rung = (after, flow[0]) if way == FALLS else (before, flow[1])
    blamed = {name: side.unsatisfied(name).filter(rows) for name in side.standing_at(rung)}
    blamed = {name: each for name, each in blamed.items() if each.any()}
    together = pl.repeat(0, int(rows.sum()), dtype=pl.UInt16, eager=True)
    for each in blamed.values():
        together = together + each.cast(pl.UInt16)
    blamed[NONE_MET] = together == 0
    for name, each in blamed.items():
        number, alone = int(each.sum()), int((each & (together <= 1)).sum())
        if number:
            parts = {(way, True): alone, (way, False): number - alone}
            due = tally.due_to.setdefault(name, Counter())
            due.update({key: part for key, part in parts.items() if part})
            tally.due_by_flow.setdefault(name, Counter())[flow] += number

"""From the outcomes of many submissions, in columns, to what `assess` makes of them.

Which modules are asked, which explanations count, which tier is reached and what stands before the next one. Outcomes
are held as their codes (`vectorise.OUTCOMES`); null is not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

import polars as pl

from ohaccredit.language.outcome import Outcome
from ohaccredit.language.vectorise import OUTCOMES
from ohaccredit.standards.edition import Criterion, Edition

CODE = pl.UInt8
TIER, IN_THE_WAY, EXPLAINED = "tier", "in_the_way", "explained"
_MET, _NOT_APPLICABLE = OUTCOMES.index(Outcome.MET), OUTCOMES.index(Outcome.NOT_APPLICABLE)


@dataclass
class Said:
    """What submissions say of themselves beside their evidence, by their rows in the tables."""

    modules: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    claims: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    """By criterion, those that have an explanation for it, and what it claims."""


def results(
    edition: Edition, criteria: Sequence[Criterion], asked: Collection[str], outcomes: pl.DataFrame, said: Said
) -> pl.DataFrame:
    """The codes of the outcomes that stand, the criteria explained, the tier and how much is in the way of the next.

    `asked` names the modules that are asked of every submission, beside those that it names itself.
    """
    codes = outcomes.select_seq(pl.all().to_physical().cast(CODE))
    codes = codes.with_columns(
        _where_named(codes[each.id], said.modules.get(each.module, []))
        for each in criteria
        if each.module and each.module not in asked
    )
    explained: dict[int, list[str]] = defaultdict(list)
    claimed: list[pl.Series] = []
    excused: dict[str, list[int]] = {}
    for each in criteria:
        claims = said.claims.get(each.id, {})
        known = codes[each.id].gather(list(claims)).to_list() if claims else []
        counts = [row for row, code in zip(claims, known, strict=True) if code not in (None, _MET)]
        for row in counts:
            explained[row].append(each.id)
        not_asked = [row for row in counts if claims[row] == "not-applicable"]
        if not_asked:
            claimed.append(codes[each.id].scatter(not_asked, _NOT_APPLICABLE))
        excused[each.id] = counts if each.obligation == "expected" else []
    codes = codes.with_columns(claimed)
    listed = pl.Series(EXPLAINED, [explained.get(row, []) for row in range(codes.height)], pl.List(pl.String))
    fine = codes.select_seq(pl.all().is_null() | (pl.all() == _MET) | (pl.all() == _NOT_APPLICABLE))
    fine = fine.with_columns(fine[name].scatter(rows, True) for name, rows in excused.items() if rows)
    tiers = _tiers(edition, criteria, codes, fine)
    return pl.concat([codes, tiers, listed.to_frame()], how="horizontal")


def _where_named(codes: pl.Series, rows: list[int]) -> pl.Series:
    """Nothing but in the rows that name the module."""
    nothing = pl.repeat(None, len(codes), dtype=CODE, eager=True).alias(codes.name)
    return nothing.scatter(rows, codes.gather(rows)) if rows else nothing


def _tiers(edition: Edition, criteria: Sequence[Criterion], codes: pl.DataFrame, fine: pl.DataFrame) -> pl.DataFrame:
    own = {tier.id: [each for each in criteria if each.tier == tier.id] for tier in edition.tiers}
    open_ = fine.select_seq(_open(tier, each) for tier, each in own.items())
    earned = codes.select_seq(_earned(tier, each) for tier, each in own.items())
    both = pl.concat([open_, earned], how="horizontal")
    return both.select_seq(*_roll_up(edition))


def _open(tier: str, own: Iterable[Criterion]) -> pl.Expr:
    """How many criteria of a tier's own stand in the way."""
    ways = ((~pl.col(each.id)).cast(pl.Int32) for each in own if each.obligation != "credit")
    return pl.sum_horizontal(pl.lit(0, dtype=pl.Int32), *ways).alias(f"{tier} open")


def _earned(tier: str, own: Iterable[Criterion]) -> pl.Expr:
    """Is a gate of a tier's own met?"""
    gates = ((pl.col(each.id) == _MET).fill_null(False) for each in own if each.obligation == "must")
    return pl.any_horizontal(pl.lit(False), *gates).alias(f"{tier} earned")


def _roll_up(edition: Edition) -> Iterable[pl.Expr]:
    """Cumulative gates, as `assess` has them."""
    standing, open_ = pl.lit(True), pl.lit(0, dtype=pl.Int32)
    tier = pl.lit(None, dtype=pl.String)
    in_the_way: list[tuple[pl.Expr, pl.Expr]] = []
    for each in edition.tiers:
        open_ = open_ + pl.col(f"{each.id} open")
        standing = standing & (pl.col(f"{each.id} open") == 0)
        if not each.foundation:
            standing = standing & pl.col(f"{each.id} earned")
            tier = pl.when(standing).then(pl.lit(each.id)).otherwise(tier)
            in_the_way.append((standing, open_))
    result = open_
    for reached, so_far in reversed(in_the_way):
        result = pl.when(~reached).then(so_far).otherwise(result)
    yield tier.alias(TIER)
    yield result.alias(IN_THE_WAY)

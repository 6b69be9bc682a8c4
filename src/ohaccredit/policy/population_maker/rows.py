"""The rows of a made-up population, each from its number alone.

Employers of one band of sizes and one step are alike enough to be made from a few *models*: an employer with
all its evidence, coherent in itself and written out once. A row takes a model and decides for each kind of
evidence whether it is handed in, and whether something went wrong with it. So a row costs the joining of texts.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import shake_128
from math import log
from typing import Any

from ohaccredit.assessment.prepare import prepare
from ohaccredit.language.outcome import Outcome
from ohaccredit.language.problems import Problem, ProblemsFound
from ohaccredit.policy.population_maker.chance import Chance, marks
from ohaccredit.policy.population_maker.draw import Drawing
from ohaccredit.policy.population_maker.profile import NOTHING, GroupOf, Profile, StepOf, percent
from ohaccredit.policy.population_maker.seeds import Seed
from ohaccredit.policy.population_maker.slips import slip
from ohaccredit.policy.population_maker.vary import Growing, each_leaf
from ohaccredit.standards.edition import Edition

MODELS = 8
"""Models of each band and step."""
WAYS = 4
"""Ways in which one kind of a model's evidence is drawn, and in which it goes wrong."""
MARK = 0xE000
"""Unicode keeps code points from here on for private use: they stand where a row writes its own text."""
FIXED = 20
"""Bytes of a row's chance that are not about a kind of evidence."""


SAID = ("explanations", "modules")
"""What a submission says beside its evidence."""
Place = tuple[int, ...]
"""Where a model belongs: band, step, which one of several, and for each group the class of its options."""


@dataclass(slots=True)
class _Model:
    """One employer, written out as far as rows have asked for."""

    step: StepOf
    size: int
    maturity: float
    given: tuple[int, ...]
    """For each kind of evidence, under which byte it is handed in: 0 never, 256 always."""
    active: tuple[int, ...]
    """The kinds of evidence that are ever handed in."""
    care: tuple[list[int], list[int]]
    """Where care is cut, and under which byte a kind of evidence slips."""
    evidence: dict[str, Any] | None
    """A seed's, grown and moved; None if it is drawn."""
    tail: bytes
    whole: list[list[bytes | None]]
    slipped: list[list[bytes | None]]


class Population:
    """A made-up population. `row(k)` is the same whatever other rows are asked for.

    Raises ProblemsFound if a step of the profile has no seed to vary.
    """

    def __init__(self, edition: Edition, profile: Profile, seeds: list[Seed], on: date, seed: int) -> None:
        self._edition, self._profile, self._on, self._seed = edition, profile, on, seed
        file = profile.file
        self._seeds = {step.id: [each for each in seeds if each.reaches == step.seeds] for step in file.steps}
        for step in file.steps:
            if step.seeds != NOTHING and not self._seeds[step.id]:
                said = f'No submission reaches "{step.seeds}", which the step "{step.id}" is to be varied from.'
                raise ProblemsFound([Problem(said, hint="Give a folder that holds one with --from.")])
        self._kinds = [kind for kind in edition.evidence.values() if not kind.computed]
        self._drawing = Drawing(edition, file.drawn, file.figures, frozenset(file.leave_out))
        self._bands = marks(profile.bands)
        self._steps = [marks(weights) for weights in profile.steps]
        self._groups = [marks(list(group.values())) for group in profile.groups]
        self._options = [[_text(option) for option in group] for group in profile.groups]
        self._alike = [[_alike(group, option) for option in group.options] for group in file.groups]
        self._places = [_mark(index).encode() for index in range(len(file.groups) + 1)]
        self._quoted = [b'"' + place + b'"' for place in self._places]
        self._names = file.name.says.split("{row}")
        self._marks = {tuple(path.split(".")): _mark(0) for path in file.name.fields}
        self._marks |= {tuple(group.field.split(".")): _mark(n + 1) for n, group in enumerate(file.groups)}
        self._head = (
            f'{{"standard":{json.dumps(edition.standard)},"edition":{json.dumps(edition.edition)},'
            f'"name":"{_mark(0)}","evidence":{{'
        ).encode()
        self._key = f"{edition.id}/{seed}/row/".encode()
        self._digest = FIXED + 4 * len(file.groups) + 2 * len(self._kinds)
        self._models: dict[Place, _Model] = {}

    def rows(self, number: int, first: int = 0) -> Iterator[bytes]:
        """So many rows, from one on, each without a line's end."""
        row = self.row
        for k in range(first, first + number):
            yield row(k)

    def row(self, k: int) -> bytes:
        """The submission with this number, as one line of JSON."""
        chance = shake_128(self._key + k.to_bytes(8, "little")).digest(self._digest)
        band = bisect_right(self._bands, int.from_bytes(chance[0:4], "little"))
        step = bisect_right(self._steps[band], int.from_bytes(chance[4:8], "little"))
        at, options, alike = FIXED, [], []
        for number, group in enumerate(self._groups):
            option = bisect_right(group, int.from_bytes(chance[at : at + 4], "little"))
            options.append(option)
            alike.append(self._alike[number][option])
            at += 4
        place = (band, step, chance[8] % MODELS, *alike)
        model = self._models.get(place) or self._model(place)
        cuts, slips = model.care
        slipping = slips[bisect_right(cuts, int.from_bytes(chance[12:16], "little"))]
        start = len(chance) - 2 * len(self._kinds)
        parts = []
        for index in model.active:
            at = start + 2 * index
            one, other = chance[at], chance[at + 1]
            if one >= model.given[index]:
                continue
            # The low bits choose the way, all bits whether it slips: a slip is one of the ways below the cut.
            if other < slipping:
                way = (one ^ other) % WAYS
                part = model.slipped[index][way]
                if part is None:
                    part = self._write(model, place, index, way, slips=True)
            else:
                way = (one ^ other) % len(model.whole[index])
                part = model.whole[index][way]
                if part is None:
                    part = self._write(model, place, index, way, slips=False)
            if part:
                parts.append(part)
        row = self._head + b",".join(parts) + model.tail
        for number, option in enumerate(options):
            row = row.replace(self._quoted[number + 1], self._options[number][option])
        return row.replace(self._places[0], str(k + 1).join(self._names).encode())

    # ── Models ──────────────────────────────────────────────────────────────────────────────────────

    def _model(self, place: Place) -> _Model:
        band, number, _, *alike = place
        file = self._profile.file
        step = file.steps[number]
        chance = Chance(self._edition.id, self._seed, "model", *place)
        sizes = file.size.bands[band]
        size = _size(sizes.start, sizes.until, step.tail or file.size.tail, chance.part())
        low, high = map(percent, step.maturity)
        maturity = min(max(float(low) + float(high - low) * chance.part(), 0.0), 1.0)
        care = (
            marks([percent(each.share) for each in step.care]),
            [int(percent(each.slips) * 256) for each in step.care],
        )
        evidence: dict[str, Any] | None = None
        tail = b"}}"
        if step.seeds == NOTHING:
            given = tuple(int(self._drawing.comes(kind.name, maturity) * 256) for kind in self._kinds)
            ways = WAYS
        else:
            seeds = self._seeds_alike(step, alike)
            chosen = seeds[chance.one_of([1 / (0.3 + abs(log(size / each.size))) ** 2 for each in seeds])]
            days = self._on.toordinal() - file.seeds.written_for.toordinal()
            for left in range(step.tries, 0, -1):
                evidence = self._grown(chosen, size, chance.part(), days - chance.below(file.seeds.waits + 1))
                if left == 1 or self._reaches(chosen, evidence):
                    break
                size = _size(sizes.start, sizes.until, step.tail or file.size.tail, chance.part())
            given = tuple(256 if kind.name in (evidence or ()) else 0 for kind in self._kinds)
            ways = 1
            said = {name: chosen.content[name] for name in SAID if chosen.content.get(name)}
            tail = b"}" + "".join(f',"{name}":{_compact(value)}' for name, value in said.items()).encode() + b"}"
        active = tuple(index for index, under in enumerate(given) if under)
        model = _Model(
            step, size, maturity, given, active, care, evidence, tail,
            [[None] * ways for _ in self._kinds], [[None] * WAYS for _ in self._kinds],
        )  # fmt: skip
        self._models[place] = model
        return model

    def _grown(self, seed: Seed, size: int, rounding: float, days: int) -> dict[str, Any]:
        file = self._profile.file
        growing = Growing(file.figures, seed.size, size, rounding, days, frozenset(file.leave_out))
        given = seed.content["evidence"]
        return {k.name: growing.item(given[k.name], k.type, k.name) for k in self._kinds if k.name in given}

    def _reaches(self, seed: Seed, evidence: dict[str, Any]) -> bool:
        """Does everything still hold by which the seed reaches its tier?"""
        exact = json.loads(_compact(evidence), parse_float=Decimal)
        prepared = prepare(self._edition, exact, self._on, "declared", _nothing_embedded)
        rules = self._edition.compiled.on(self._edition.rules_of(prepared.evidence, self._on))
        return all(rules[name](prepared.evidence) in (Outcome.MET, Outcome.NOT_APPLICABLE) for name in seed.rests_on)

    def _seeds_alike(self, step: StepOf, alike: list[int]) -> list[Seed]:
        """The seeds of a step for an employer whose options lie in these classes; all if none would be left."""
        seeds = self._seeds[step.id]
        for group, chosen in zip(self._profile.file.groups, alike, strict=True):
            if group.alike:
                fitting = [each for each in seeds if each.value(group.field) in group.alike[chosen]]
                seeds = fitting or seeds
        return seeds

    def _write(self, model: _Model, place: Place, index: int, way: int, *, slips: bool) -> bytes:
        """One kind of a model's evidence as text, for the first row that asks for it."""
        kind, file = self._kinds[index], self._profile.file
        chance = Chance(self._edition.id, self._seed, *place, kind.name, way, slips)
        if model.evidence is None:
            value = self._drawing.item(kind, model.size, model.maturity, self._on, chance)
        else:
            value = model.evidence[kind.name]
        if slips:
            value = slip(value, kind, file.slips, file.figures.worse_is_more, chance)
        text = b""
        if value is not None:
            text = f'"{kind.name}":{_compact(self._marked(value, index))}'.encode()
        (model.slipped if slips else model.whole)[index][way] = text
        return text

    def _marked(self, value: Any, index: int) -> Any:
        """Marks where a row writes its own text."""
        kind, paths = self._kinds[index], self._marks
        if all(names[0] != kind.name for names in paths):
            return value
        return each_leaf(value, kind.type, (kind.name,), lambda each, _, names: paths.get(names, each))


def _nothing_embedded(*_: object) -> Mapping[str, Any]:
    raise AssertionError("seeds hold the results of embedded assessments, not their evidence")


def _size(low: int, high: int, tail: float, part: float) -> int:
    """A size of a band, the larger the rarer (a Pareto distribution cut off at both ends)."""
    beyond = (low / (high + 1)) ** tail
    return min(int(low * (1 - part * (1 - beyond)) ** (-1 / tail)), high)


def _alike(group: GroupOf, option: str) -> int:
    return next((number for number, options in enumerate(group.alike) if option in options), 0)


def _mark(index: int) -> str:
    return chr(MARK + index)


def _text(text: str) -> bytes:
    return json.dumps(text, ensure_ascii=False).encode()


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

"""Submissions as lines of JSON, read into nested Arrow columns all at once.

Arrow's reader, given the columns that an edition asks for, is strict about what counts most: a name that is not
known, a name twice in one object, a value of another kind, or text that is no JSON make it refuse. What it would let
pass is looked for beforehand, in the text: null, figures with more digits or other forms than a double keeps exactly,
characters that no text may hold, evidence for another standard inside a submission. Whatever is refused or looked for
is not read here, and is left to be judged alone; so a line is read here only if the careful reader would agree.
https://arrow.apache.org/docs/python/generated/pyarrow.json.ParseOptions.html

Arrow's work is mostly with what is *not* there: each field of each kind of evidence that a submission lacks is a null
to be written. So the submissions of a batch are read in a few groups, each with columns only for the kinds of evidence
that some submission of the group may have.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import polars as pl
import pyarrow as pa
import pyarrow.json as pj

from ohaccredit.assessment.population_schema import columns_of_submissions
from ohaccredit.assessment.prepare import ROOT
from ohaccredit.assessment.well_formed import Check
from ohaccredit.language.json_limits import DEFAULT_LIMITS
from ohaccredit.language.json_source import read_json
from ohaccredit.language.problems import ProblemsFound
from ohaccredit.standards.edition import Edition

_DIGITS = 15
"""A double keeps so many digits of a decimal number."""
_DOUBTFUL = (
    rf"[:\[,]\s*(?:null|-?[0-9.]+[eE]|-?[0-9.]{{{_DIGITS + 1}}})",  # at the beginning of a value
    r"\\(?:u00[01]|u[dD][89a-fA-F]|[bf])",  # characters that `json_source` refuses or looks at closely
)
_SHORTEST_VALUE = 2
"""A value in a list takes so many bytes at least: itself and a comma."""
_LONGEST = DEFAULT_LIMITS.values * _SHORTEST_VALUE
"""A shorter line cannot hold more values than a file may; a text that is too long is found in its column."""
_PIECE = 1 << 20
"""If something is wrong in a batch, so many bytes at once are tried again."""
_WIDE = 15
"""A kind of evidence with so many columns of its own is worth leaving out of a group that has none of it."""
_SHARE = 0.02
"""The least part of a batch that is read as a group of its own."""
_FEWEST = 250
"""The fewest submissions that are."""


class JsonReader:
    """Reads batches of one edition's submissions."""

    def __init__(self, edition: Edition, fits: Check | None) -> None:
        self._schema = columns_of_submissions(edition)
        self._fits = fits
        self._linked = bool(edition.linked)
        kinds = self._schema.field(ROOT).type
        self._wide = [kind.name for kind in kinds if _columns(kind.type) >= _WIDE]
        self._width = {1 << number: _columns(kinds.field(name).type) for number, name in enumerate(self._wide)}
        self._options: dict[int, pj.ParseOptions] = {}

    def read(self, texts: Sequence[bytes]) -> Iterator[tuple[Sequence[int], pa.RecordBatch]]:
        """The content of the texts that could be read, group by group, with their places in the order of the rows."""
        if self._fits is not None:
            for kinds, group in self._groups(self._plain(texts)):
                yield from self._read(texts, group, kinds)

    def _plain(self, texts: Sequence[bytes]) -> pl.DataFrame:
        """The texts in which nothing is that Arrow would let pass, with which wide kinds of evidence each may hold."""
        lines = pl.DataFrame({"text": _as_text(texts)}).with_row_index("at")
        text = pl.col("text")
        # Arrow reads objects one after the other, wherever a line ends. After "}" only a new object can begin with "{".
        tests = [text.str.starts_with("{"), text.str.ends_with("}"), text.str.len_bytes() < _LONGEST]
        tests += [~text.str.contains(each) for each in _DOUBTFUL]  # one by one: together they take three times as long
        if self._linked:
            tests.append(text.str.count_matches(f'"{ROOT}"', literal=True) <= 1)
        kinds = pl.lit(0, dtype=pl.UInt64)
        for number, name in enumerate(self._wide):
            kinds = kinds + text.str.contains(f'"{name}"', literal=True).cast(pl.UInt64) * (1 << number)
        return lines.filter(*tests).select("at", kinds=kinds)

    def _groups(self, lines: pl.DataFrame) -> Iterator[tuple[int, list[int]]]:
        """Which wide kinds of evidence each group may hold, and its places."""
        if not lines.height:
            return
        counted = Counter(lines["kinds"].to_list())
        least = max(_FEWEST, _SHARE * lines.height)
        common = sorted((kinds for kinds, number in counted.items() if number >= least), key=self._columns_of)
        everything = (1 << len(self._wide)) - 1
        # The narrowest group that has all that a submission may hold.
        group = {kinds: next((each for each in common if kinds & ~each == 0), everything) for kinds in counted}
        found: dict[int, list[int]] = {}
        for at, kinds in lines.iter_rows():
            found.setdefault(group[kinds], []).append(at)
        yield from found.items()

    def _columns_of(self, kinds: int) -> int:
        return sum(width for kind, width in self._width.items() if kinds & kind)

    def _read(
        self, texts: Sequence[bytes], places: Sequence[int], kinds: int
    ) -> Iterator[tuple[Sequence[int], pa.RecordBatch]]:
        if not places:
            return
        batch = self._parse([texts[at] for at in places], kinds)
        if batch is not None:
            yield places, batch
            return
        pieces = list(_pieces(texts, places))
        if len(pieces) == 1:
            fine = [at for at in places if self._is_fine(texts[at])]
            if len(fine) == len(places):  # Arrow refuses what is in order: a figure that is too large for it, say
                pieces = [places[: len(places) // 2], places[len(places) // 2 :]] if len(places) > 1 else []
            else:
                pieces = [fine]
        for piece in pieces:
            yield from self._read(texts, piece, kinds)

    def _parse(self, texts: Sequence[bytes], kinds: int) -> pa.RecordBatch | None:
        """The content of texts; None if Arrow refuses any of them, or sees other objects in them than one each."""
        data = b"\n".join([*texts, b""])  # it ends with a line's end: all of it is one block, whatever lines are inside
        options = pj.ReadOptions(use_threads=False, block_size=len(data))
        try:
            table = pj.read_json(pa.BufferReader(data), options, self._options_for(kinds))
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            return None
        if table.num_rows != len(texts):
            return None
        (batch,) = table.combine_chunks().to_batches()
        return batch

    def _options_for(self, kinds: int) -> pj.ParseOptions:
        if kinds not in self._options:
            lacking = {name for number, name in enumerate(self._wide) if not kinds >> number & 1}
            evidence = pa.struct([kind for kind in self._schema.field(ROOT).type if kind.name not in lacking])
            schema = self._schema.set(self._schema.get_field_index(ROOT), pa.field(ROOT, evidence))
            self._options[kinds] = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error")
        return self._options[kinds]

    def _is_fine(self, text: bytes) -> bool:
        assert self._fits is not None
        try:
            return self._fits(read_json(text, "").value)
        except ProblemsFound:
            return False


def _as_text(texts: Sequence[bytes]) -> pl.Series:
    """Texts without the white space around them; null for what is no text."""
    try:
        found = pl.Series(texts, dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.ComputeError:
        found = pl.Series([_utf8(text) for text in texts], dtype=pl.String)
    return found.str.strip_chars(" \t\r\n")


def _utf8(text: bytes) -> str | None:
    try:
        return text.decode()
    except UnicodeDecodeError:
        return None


def _columns(kind: pa.DataType) -> int:
    """How many columns of the submissions themselves a kind of evidence takes; items of lists have their own."""
    return sum(_columns(each.type) for each in kind) if pa.types.is_struct(kind) else 1


def _pieces(texts: Sequence[bytes], places: Sequence[int]) -> Iterator[Sequence[int]]:
    """Places in their order, so many at once as make up a piece."""
    start = size = 0
    for number, at in enumerate(places):
        size += len(texts[at])
        if size > _PIECE and number > start:
            yield places[start:number]
            start, size = number, len(texts[at])
    yield places[start:]

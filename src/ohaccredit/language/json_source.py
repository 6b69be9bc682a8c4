"""Reading a JSON file: exact numbers, nothing ambiguous, all problems at once.

A good file goes through Python's own fast parser. Its hooks, and a few searches at memory speed, notice
whatever that parser would let pass; only then is the file read a second time, slowly, to say what is
wrong and where.
"""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from itertools import chain
from typing import NoReturn

from ohaccredit.language.json_faults import find_faults
from ohaccredit.language.json_limits import DEFAULT_LIMITS, Limits
from ohaccredit.language.json_positions import JsonPositions
from ohaccredit.language.problems import Place, Problem, ProblemsFound
from ohaccredit.language.source import Source

__all__ = ["DEFAULT_LIMITS", "Limits", "read_json"]

_UTF8_MARK = b"\xef\xbb\xbf"
# The longer marks first: UTF-32 begins as UTF-16 does.
_OTHER_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32",
    b"\x00\x00\xfe\xff": "UTF-32",
    b"\xff\xfe": "UTF-16",
    b"\xfe\xff": "UTF-16",
}
_OTHER_FILES = {
    b"PK\x03\x04": "an Excel, Word or ZIP file",
    b"\xd0\xcf\x11\xe0": "an older Excel or Word file",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x1f\x8b": "a compressed file",
}
# Every digit and point becomes 0, every e becomes e, all else a blank: long numbers and exponents then
# show up in a search for fixed bytes.
_FIGURES = bytes(ord("0") if byte in b"0123456789." else ord("e") if byte in b"eE" else ord(" ") for byte in range(256))
_CONTAINERS = frozenset({dict, list})
_DOUBTFUL_ESCAPE = re.compile(r"\\(?:u00[01]|u[dD][89a-fA-F]|[bf])")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


class _DoubtError(ValueError):
    """The fast reading met something that the careful one must look at."""


def read_json(data: bytes, name: str, *, limits: Limits = DEFAULT_LIMITS, what: str = "file") -> Source:
    """The content of a JSON file whose top level is an object.

    Whole numbers become int, all others Decimal exactly as written. `name` is what messages call the file, and `what`
    says what it is: a file, or a line of one.

    Raises ProblemsFound with all problems of the file, each with its place: what is not UTF-8, not JSON,
    ambiguous (a name twice in one object), without a clear meaning (NaN, control characters, halves of
    characters) or beyond `limits`.
    """
    if len(data) > limits.bytes:
        _refuse(
            name,
            f"The {what} has {_megabytes(len(data))}; {_megabytes(limits.bytes)} is the limit.",
            "Hand it in as several files.",
        )
    text, is_utf8 = _decode(data, name, what)
    value: object = _read_fast(data, text, limits) if is_utf8 else None
    if value is None:
        value, problems = find_faults(text, name, limits, what)
        if problems:
            raise ProblemsFound(problems)
    return Source(name, value, hashlib.sha256(data).hexdigest(), JsonPositions(text))


def _decode(data: bytes, name: str, what: str) -> tuple[str, bool]:
    """The text of the file, and whether all of it was UTF-8; other bytes are kept as half characters."""
    for mark, encoding in _OTHER_MARKS.items():
        if data.startswith(mark):
            _refuse_encoding(name, encoding, what)
    if b"\0" in data[:2] and len(data) > 1:
        _refuse_encoding(name, "UTF-16 or another encoding that is not UTF-8", what)
    for beginning, kind in _OTHER_FILES.items():
        if data.startswith(beginning):
            _refuse(name, f"This is {kind}, not a JSON file.", "Save or download the content as JSON.")
    if data.startswith(_UTF8_MARK):
        data = data[len(_UTF8_MARK) :]
    if not data.strip(b" \t\r\n"):
        _refuse(name, f"The {what} is empty.", "Choose the file that holds the content.")
    try:
        return data.decode("utf-8"), True
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape"), False


def _read_fast(data: bytes, text: str, limits: Limits) -> dict[str, object] | None:
    """The value of a good file, or None if there is any doubt about it."""
    if len(data) > 8 * limits.values and _separators(data) > 4 * limits.values:
        return None  # too many values most likely; the careful reading stops at the limit
    figures = data.translate(_FIGURES)
    doubtful_numbers = b"0e" in figures or b"0" * (limits.digits + 1) in figures
    try:
        value = json.loads(
            text,
            parse_float=limits.number if doubtful_numbers else Decimal,
            parse_int=limits.number if doubtful_numbers else int,
            parse_constant=_refuse_constant,
        )
        if type(value) is not dict:
            return None
        names = _check_size(value, limits, check_texts=_texts_are_doubtful(text, limits))
        if names != data.translate(None, b" \t\r\n").count(b'":'):
            # A name was lost because it stands twice, or a text holds a quote and a colon.
            json.loads(text, object_pairs_hook=_refuse_duplicates)
    except (ValueError, RecursionError):
        return None
    return value


def _separators(data: bytes) -> int:
    """At least as many as there are values."""
    return data.count(b",") + data.count(b"[") + data.count(b"{") + 1


def _refuse_constant(written: str) -> NoReturn:
    raise _DoubtError(written)


def _refuse_duplicates(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise _DoubtError("a name stands twice")


def _texts_are_doubtful(text: str, limits: Limits) -> bool:
    return _DOUBTFUL_ESCAPE.search(text) is not None or _may_hold_long_text(text, limits.text_length)


def _may_hold_long_text(text: str, most: int) -> bool:
    """Whether a text of more than `most` characters is possible: it would fill a window of half of that."""
    window = max(most // 2, 1)
    if len(text) <= most:
        return False
    for start in range(0, len(text) - window + 1, window):
        quote = text.find('"', start, start + window)
        while quote > 0 and text[quote - 1] == "\\":  # it may stand inside a text
            quote = text.find('"', quote + 1, start + window)
        if quote < 0:
            return True
    return False


def _check_size(document: dict[str, object], limits: Limits, *, check_texts: bool) -> int:
    """The number of names in the document.

    Raises _DoubtError if there is more than the limits allow, or a character that is refused.
    """
    below: list[object] = [document]
    values = depth = names = 0
    while below:
        values += len(below)
        containers = [value for value in below if type(value) in _CONTAINERS]
        objects = [value for value in containers if type(value) is dict]
        lists = [value for value in containers if type(value) is list]
        depth += bool(containers)
        if depth > limits.depth or values > limits.values:
            raise _DoubtError("too large")
        if check_texts:
            _check_texts([value for value in below if type(value) is str], limits)
            _check_texts([*chain.from_iterable(objects)], limits)
        names += sum(map(len, objects))
        below = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
    return names


def _check_texts(texts: list[str], limits: Limits) -> None:
    # The comma keeps halves of characters in neighbouring texts apart.
    if texts and (max(map(len, texts)) > limits.text_length or _FORBIDDEN.search(",".join(texts))):
        raise _DoubtError("a text that is refused")


def _refuse_encoding(name: str, encoding: str, what: str) -> NoReturn:
    _refuse(
        name,
        f"The {what} is written in {encoding}, not in UTF-8.",
        f"It was read as {encoding}: save it again as UTF-8, in most editors under Save as, Encoding.",
    )


def _refuse(name: str, message: str, hint: str) -> NoReturn:
    raise ProblemsFound([Problem(message, Place(name, 1, 1), "", hint)])


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"

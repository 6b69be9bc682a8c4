"""Texts in a JSON file as people really write them.

Besides a JSON string this reads what was meant as one (single or curly quotes, a forgotten closing
quote, a line break inside), names each fault, and says where reading can go on.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple


class Fault(NamedTuple):
    """Something wrong at one character of the file: a plain sentence and how to put it right."""

    offset: int
    message: str
    hint: str


class Text(NamedTuple):
    """A text that was read: what it says, where reading goes on, and what is wrong with it.

    `closed` is False if its closing quote is missing, so that the comma after it may be lost as well.
    """

    value: str
    end: int
    faults: list[Fault]
    closed: bool = True


OPENING_QUOTES = "\"'`“”„‘’«»"

# Far enough for a paragraph with line breaks; a bound, so that many lost quotes stay cheap.
_FAR = 5_000

# Nearly all texts, at once: nothing special inside, and right behind them what should be there.
_CLEAN_NAME = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*+)"(?=:)')
_CLEAN_VALUE = re.compile(r'"([^"\\\x00-\x1f\ud800-\udfff]*+)"(?=[\s,\]}])')
_ON_ONE_LINE = re.compile(r'"([^"\\\n\r]*+(?:\\[^\n\r][^"\\\n\r]*+)*+)"')
_OVER_LINES = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?=\s*+(?:[,:}\]]|\Z))', re.DOTALL)
_ODD_QUOTES = re.compile(
    r"""['`‘’]([^"\n\r]{0,2000}?)['`‘’](?=\s*+(?:[,:}\]\n\r]|\Z))|[“”„«»]([^"“”„«»\n\r]{0,2000}+)[“”„«»"]|"([^"“”„«»\n\r]{0,2000}+)[“”„«»]"""
)
_COMMA_AT_END = re.compile(r",[ \t]*+\Z")
_WITH_QUOTES_INSIDE = re.compile(r'"([^\n\r]{0,2000}?)"(?=[ \t]*+(?:[,:}\]\n\r]|\Z))')
_REST_OF_LINE = re.compile(r"[^\n\r]*+")
_SPECIAL = re.compile(r"[\\\x00-\x1f\ud800-\udfff]")
_GOOD = re.compile(
    r"(?:[^\"\\\x00-\x1f\ud800-\udfff]++"
    r"|\\[\"\\/nrt]"
    r"|\\u(?:00(?:09|0[aAdD])|(?!00[01]|[dD][89a-fA-F])[0-9a-fA-F]{4})"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})++"  # two halves of one character
)
_NOT_GOOD = re.compile(r"\\u([0-9a-fA-F]{4})|\\(.?)|(.)", re.DOTALL)
_MOST_FAULTS_READ = 20
_RAW_CONTROLS = {
    "\t": ("a tab", r"Write \t for a tab, or use spaces."),
    "\n": ("a line break", r"Keep the text on one line; write \n where a new line should begin."),
    "\r": ("a line break", r"Keep the text on one line; write \n where a new line should begin."),
}
_UNREADABLE = "�"


def read_text(text: str, at: int, *, is_name: bool = False) -> Text:
    """Read the text whose opening quote, of whatever kind, stands at `at`.

    `is_name` tells that it is the name of a value, so a colon ends it if its closing quote is missing.
    """
    clean = (_CLEAN_NAME if is_name else _CLEAN_VALUE).match(text, at)
    if clean is not None:
        return Text(clean.group(1), clean.end(), [])
    if text[at] != '"':
        return _in_odd_quotes(text, at, is_name)
    found = _ON_ONE_LINE.match(text, at)
    if found is not None and is_name and _colon_inside(text, found):
        return _unclosed(text, at, is_name)
    if found is None:
        found = _OVER_LINES.match(text, at, at + _FAR)
    if found is None:
        curly = _ODD_QUOTES.match(text, at)
        return _in_odd_quotes(text, at, is_name) if curly else _unclosed(text, at, is_name)
    if text[found.end() : found.end() + 1].isalnum():
        return _quote_inside(text, at, found, is_name)
    value, faults = _unescaped(found.group(1), at + 1)
    return Text(value, found.end(), faults)


def _quote_inside(text: str, at: int, found: re.Match[str], is_name: bool) -> Text:
    """A closing quote with a letter right behind it closes nothing: `"the "good" one"`, `"one, "two": 2`."""
    before_comma = _COMMA_AT_END.search(found.group(1))
    if before_comma:
        return _unclosed(text, at, is_name, meant=found.group(1)[: before_comma.start()])
    whole = _WITH_QUOTES_INSIDE.match(text, at)
    value, faults = _unescaped(whole.group(1) if whole else found.group(1), at + 1)
    fault = Fault(
        found.end() - 1,
        'This " ends the text, but more of it follows.',
        'Write \\" for a double quote inside a text.',
    )
    return Text(value, whole.end() if whole else found.end(), [*faults, fault])


def _colon_inside(text: str, found: re.Match[str]) -> bool:
    """Whether this name swallowed its colon: `"name: "Jo"` reads as the name `name: ` and then Jo."""
    following = text[found.end() : found.end() + 1]
    return found.group(1).rstrip().endswith(":") and following not in ("", ":", " ", "\t", "\n", "\r")


def _in_odd_quotes(text: str, at: int, is_name: bool) -> Text:
    found = _ODD_QUOTES.match(text, at)
    if found is None:
        return _unclosed(text, at, is_name)
    value, faults = _unescaped(next(filter(None, found.groups()), ""), at + 1, quotes="'")
    fault = Fault(
        at,
        f"This text stands in {found.group()[0]} and {found.group()[-1]}, not in straight double quotes.",
        'Put " before and after the text. Word processors change quotes, so use a plain text editor.',
    )
    return Text(value, found.end(), [fault, *faults])


def _unclosed(text: str, at: int, is_name: bool, meant: str | None = None) -> Text:
    if meant is None:
        line = _REST_OF_LINE.match(text, at + 1)
        rest = line.group() if line else ""
        # What closes or separates values at the end of the line was hardly meant as part of the text.
        meant = rest.partition(":")[0] if is_name and ":" in rest else rest.rstrip(" \t,]}")
    fault = Fault(
        at,
        "This name has no closing quote." if is_name else "This text has no closing quote.",
        'Put " at the end of the name, before the colon.'
        if is_name
        else 'Put " at the end of the text; a " inside the text is written \\".',
    )
    value, faults = _unescaped(meant, at + 1)
    return Text(value, at + 1 + len(meant), [fault, *faults], closed=False)


def _unescaped(body: str, start: int, quotes: str = "") -> tuple[str, list[Fault]]:
    """What the inside of a text says, and the first fault of each kind in it.

    `quotes` are signs that need no backslash but may have one.
    """
    if _SPECIAL.search(body) is None:
        return body, []
    said: list[str] = []
    faults: dict[str, Fault] = {}
    at = steps = 0
    while at < len(body) and steps < _MOST_FAULTS_READ:
        if good := _GOOD.match(body, at):
            said.append(json.loads(f'"{good.group()}"'))
            at = good.end()
        elif piece := _NOT_GOOD.match(body, at):
            code, escaped, sign = piece.groups()
            if sign == '"' or (escaped and escaped in quotes):
                said.append(sign or escaped)
            else:
                kind, fault = _fault(piece.group(), code, sign, start + at)
                faults.setdefault(kind, fault)
                said.append(_UNREADABLE)
            at = piece.end()
            steps += 1
    return "".join(said) + body[at:], list(faults.values())


def _fault(written: str, code: str | None, sign: str | None, offset: int) -> tuple[str, Fault]:
    if sign:
        return ("control", _raw_control(sign, offset)) if sign < " " else ("byte", undecodable(sign, offset))
    if code and code[0] in "dD":
        return "half", Fault(
            offset,
            f"{written} is half a character; its other half is missing.",
            "Write the character itself, or both halves, such as \\ud83d\\ude00.",
        )
    if code or written in ("\\b", "\\f"):
        return "control escape", Fault(
            offset,
            f"{written} is an invisible control character, which no text may hold.",
            f"Take {written} out; if a file path is meant, write each backslash twice.",
        )
    return "escape", _bad_escape(written, offset)


def _bad_escape(written: str, offset: int) -> Fault:
    if written == "\\u":
        return Fault(
            offset,
            "\\u must be followed by four hexadecimal digits.",
            "Write for example \\u00e9, or the character itself; a backslash that is meant is written \\\\.",
        )
    shown = written if written.isprintable() else "A backslash here"
    return Fault(
        offset,
        f"{shown} means nothing in JSON.",
        "Write \\\\ where a backslash is meant, as in a file path; write ' and other signs without one.",
    )


def _raw_control(character: str, offset: int) -> Fault:
    if character in _RAW_CONTROLS:
        what, hint = _RAW_CONTROLS[character]
        return Fault(offset, f"This text contains {what}.", hint)
    return Fault(
        offset,
        f"This text contains the invisible control character U+{ord(character):04X}.",
        "Delete it; it often comes with text copied from another program.",
    )


def undecodable(character: str, offset: int) -> Fault:
    """The fault of a byte that is not UTF-8, which decoding kept as the half character U+DC80 to U+DCFF."""
    byte = ord(character) & 0xFF
    windows = bytes([byte]).decode("cp1252", "replace")
    guess = f' In older Windows files it is "{windows}".' if windows.isprintable() and windows != "�" else ""
    return Fault(
        offset,
        f"The byte 0x{byte:02X} is not UTF-8 text.{guess}",
        "Save the file again as UTF-8: in most editors under Save as, Encoding.",
    )

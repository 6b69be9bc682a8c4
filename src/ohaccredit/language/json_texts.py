"""Texts in a JSON file as people really write them.

Besides a JSON string this reads what was meant as one (single or curly quotes, a forgotten closing
quote, a line break inside), names each fault, and says where reading can go on.
"""

from __future__ import annotations

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

_ON_ONE_LINE = re.compile(r'"([^"\\\n\r]*+(?:\\[^\n\r][^"\\\n\r]*+)*+)"')
_OVER_LINES = re.compile(r'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(?=\s*+(?:[,:}\]]|\Z))', re.DOTALL)
_ODD_QUOTES = re.compile(
    r"""['`‘’]([^"\n\r]{0,2000}?)['`‘’](?=\s*+(?:[,:}\]\n\r]|\Z))|[“”„«»"]([^"“”„«»\n\r]{0,2000}+)[“”„«»"]"""
)
_COMMA_AT_END = re.compile(r",[ \t]*+\Z")
_WITH_QUOTES_INSIDE = re.compile(r'"([^\n\r]{0,2000}?)"(?=[ \t]*+(?:[,:}\]\n\r]|\Z))')
_REST_OF_LINE = re.compile(r"[^\n\r]*+")
_SPECIAL = re.compile(r"[\\\x00-\x1f\ud800-\udfff]")
_PIECE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"  # two halves of one character
    r"|\\u([0-9a-fA-F]{4})|\\(.)|([\x00-\x1f])|([\ud800-\udfff])",
    re.DOTALL,
)
_SHORT = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_ALLOWED_CONTROLS = "\t\n\r"
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
    value, faults = _unescaped(found.group(1) or found.group(2) or "", at + 1, quotes="'")
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
    """What the inside of a text says, and the first fault of each kind in it."""
    if _SPECIAL.search(body) is None:
        return body, []
    said: list[str] = []
    faults: dict[str, Fault] = {}
    at = 0
    for piece in _PIECE.finditer(body):
        said.append(body[at : piece.start()])
        at = piece.end()
        high, low, code, short, control, loose = piece.groups()
        offset = start + piece.start()
        if high:
            said.append(chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00))
        elif code or (short and short in _SHORT):
            meant = chr(int(code, 16)) if code else _SHORT[short]
            fault = _forbidden(meant, piece.group(), offset)
            if fault:
                faults.setdefault(fault.message, fault)
            said.append(_UNREADABLE if fault else meant)
        elif short:
            if short not in quotes:
                faults.setdefault("escape", _bad_escape(piece.group(), offset))
            said.append(short if short in quotes else piece.group())
        elif control:
            faults.setdefault("control", _raw_control(control, offset))
            said.append(control if control in _ALLOWED_CONTROLS else _UNREADABLE)
        else:
            faults.setdefault("byte", undecodable(loose, offset))
            said.append(_UNREADABLE)
    said.append(body[at:])
    return "".join(said), list(faults.values())


def _forbidden(character: str, written: str, offset: int) -> Fault | None:
    if character < " " and character not in _ALLOWED_CONTROLS:
        return Fault(
            offset,
            f"{written} is an invisible control character, which no text may hold.",
            f"Take {written} out; if a file path is meant, write each backslash twice.",
        )
    if "\ud800" <= character <= "\udfff":
        return Fault(
            offset,
            f"{written} is half a character; its other half is missing.",
            "Write the character itself, or both halves, such as \\ud83d\\ude00.",
        )
    return None


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

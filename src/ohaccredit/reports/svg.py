"""The strokes that charts are made of: inline SVG that can be heard, printed in grey, and compared byte for byte.

No opacity, clip paths or external fonts: they break PDF/UA or reproducibility in WeasyPrint. The font is
named on the svg element, as page styles do not reach inside it (WeasyPrint issue 1761). All numbers pass
through `number` or `xy`, so that the same values give the same characters everywhere.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from markupsafe import Markup, escape

FONT = "Source Sans 3"
INK = "#17202a"
QUIET = "#4a5560"
GRID = "#c9cfd4"
LINE = "#0b4f8a"
MET = "#0f5132"
NOT_MET = "#9b1c1c"
NOT_APPLICABLE = "#d5dade"


def number(value: Decimal | float, places: int) -> str:
    """A number with exactly `places` decimals, a comma every three digits and a true minus sign.

    Rounds half to even on the decimal value, so 0.25 to one place is 0.2 on every machine; a result
    of zero has no sign.
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return f"{abs(rounded) if rounded == 0 else rounded:,f}".replace("-", "−")


def check_id(chart_id: str) -> None:
    """Raises ValueError unless the text can be the id of an element."""
    if not chart_id[:1].isalpha() or not chart_id.replace("-", "").replace("_", "").isalnum():
        raise ValueError(f"Not usable as an id: {chart_id!r}.")


def xy(value: float) -> str:
    """A coordinate: two decimals at most, never "-0"."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def opening(chart_id: str, width: int, height: int, title: str, description: str) -> str:
    """The beginning of a chart: an image with a title and a description that can be heard."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" id="{chart_id}" role="img" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" font-family="{FONT}" font-size="12" '
        f'aria-labelledby="{chart_id}-title {chart_id}-desc">'
        f'<title id="{chart_id}-title">{escape(title)}</title>'
        f'<desc id="{chart_id}-desc">{escape(description)}</desc>'
    )


def finish(parts: Sequence[str]) -> Markup:
    """The finished chart. All words in it were escaped where they were put in."""
    return Markup("".join(parts) + "</svg>")  # noqa: S704


def text_at(
    x: float,
    y: float,
    content: str,
    *,
    anchor: str = "start",
    weight: int = 400,
    size: int = 12,
    fill: str = INK,
) -> str:
    """A text that has been escaped, at a place."""
    return (
        f'<text x="{xy(x)}" y="{xy(y)}" text-anchor="{anchor}" font-weight="{weight}" font-size="{size}" '
        f'fill="{fill}">{content}</text>'
    )


def label_at(x: float, y: float, content: str) -> str:
    """A value beside its point, on white ground so that no line runs through it."""
    width = 6.4 * len(content) + 4
    ground = f'<rect x="{xy(x - width / 2)}" y="{xy(y - 11)}" width="{xy(width)}" height="14" fill="#ffffff"/>'
    return ground + text_at(x, y, escape(content), anchor="middle", weight=600)


def drawn_path(d: str, *, stroke: str, width: float, dash: str = "") -> str:
    """A line along an SVG path."""
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{d}" fill="none" stroke="{stroke}" stroke-width="{xy(width)}"{dashes}/>'

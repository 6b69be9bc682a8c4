"""The picture of an absence: every bar inside it, nothing by colour alone, the same bytes each time."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ohaccredit.reports.lane_chart import LOOKS, WIDTH, Bar, Lane, lane_chart
from ohaccredit.reports.timeline_view import LEGEND, STATES

SVG = "{http://www.w3.org/2000/svg}"
DAY = date(2026, 3, 2)


def drawn(*lanes: Lane, title: str = "Title", description: str = "Words.") -> ElementTree.Element:
    return ElementTree.fromstring(lane_chart(lanes, LEGEND, chart_id="c", title=title, description=description))


def lane(*bars: Bar, label: str = "Lane") -> Lane:
    return Lane(label, bars)


def size(root: ElementTree.Element) -> tuple[float, float]:
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    return width, height


def boxes(root: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of every rectangle."""
    found = []
    for each in root.iter(f"{SVG}rect"):
        x, y, wide, high = (float(each.attrib[name]) for name in ("x", "y", "width", "height"))
        found.append((x, y, x + wide, y + high))
    return found


def words(root: ElementTree.Element) -> list[tuple[float, float, str, str]]:
    """Where each text is anchored and how, and what it says."""
    return [
        (float(each.attrib["x"]), float(each.attrib["y"]), each.attrib["text-anchor"], each.text or "")
        for each in root.iter(f"{SVG}text")
    ]


days = st.dates(date(1, 1, 1), date(9999, 12, 31))
near = st.dates(date(2024, 1, 1), date(2027, 12, 31))


@st.composite
def bars(draw: st.DrawFn) -> Bar:
    span = draw(st.sampled_from([days, near]))
    first, last = sorted((draw(span), draw(span)))
    return Bar(first, last, draw(st.sampled_from(sorted(LOOKS))), draw(st.sampled_from(["", "N1", "W" * 500])))


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.lists(bars(), max_size=6), min_size=1, max_size=9).filter(any))
def test_every_bar_and_its_words_lie_inside_the_picture(lanes: list[list[Bar]]) -> None:
    root = drawn(*(lane(*each) for each in lanes))
    width, height = size(root)
    assert width == WIDTH
    for left, top, right, bottom in boxes(root):
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    for x, y, _, _ in words(root):
        assert 0 <= x <= width
        assert 0 <= y <= height
    for path in root.iter(f"{SVG}path"):
        numbers = [float(each) for each in re.findall(r"M([-\d.]+)", path.attrib["d"])]
        assert all(0 <= each <= width for each in numbers)


@pytest.mark.parametrize("length", [1, 2, 7, 45, 46, 47, 92, 365, 366, 1000, 10_957])
@pytest.mark.parametrize("start", [date(2025, 12, 31), date(2026, 1, 1), date(2026, 7, 17)])
def test_the_words_of_the_axis_never_run_into_each_other_or_out_of_it(length: int, start: date) -> None:
    root = drawn(lane(Bar(start, start + timedelta(length - 1), "absent")))
    _, height = size(root)
    said = sorted((x, text) for x, y, _, text in words(root) if y == height - 5)
    for (x, text), (after, _) in pairwise(said):
        assert x + 6 * len(text) <= after  # 11-pixel letters of this font are narrower than 6 on average
    assert all(x + 6 * len(text) <= WIDTH + 2 for x, text in said)
    assert said, "the axis says at least one day"


def test_a_day_is_as_wide_as_its_share_of_the_axis() -> None:
    # Ten days: the first four are one bar, the rest another; together they fill the axis.
    root = drawn(lane(Bar(DAY, DAY + timedelta(3), "not-fit"), Bar(DAY + timedelta(4), DAY + timedelta(9), "not-fit")))
    first, second = boxes(root)[1:]  # the sign in the legend comes first
    assert (second[2] - second[0] + 1) / (first[2] - first[0] + 1) == pytest.approx(6 / 4, abs=0.01)
    assert second[0] == pytest.approx(first[2] + 1, abs=0.02)


def test_no_two_looks_differ_by_colour_alone() -> None:
    def without_hue(look: str) -> tuple[object, ...]:
        each = LOOKS[look]
        light = "light" if each.fill == "#ffffff" else "pale" if int(each.fill[1:3], 16) > 0x80 else "dark"
        outlined = each.stroke != each.fill
        return light, each.pattern, each.dash, outlined

    # The absence and the pay stand on lanes of their own, which their labels name.
    looks = {look for look, _ in STATES.values()}
    assert looks <= set(LOOKS)
    assert len({without_hue(look) for look in looks}) == len(looks)


def test_patterns_and_dashes_are_really_drawn() -> None:
    for look in ("may-be-fit", "other"):
        root = drawn(lane(Bar(DAY, DAY + timedelta(20), look)))
        strokes = [path.attrib["stroke"] for path in root.iter(f"{SVG}path")]
        assert strokes.count(LOOKS[look].stroke) == 2  # in the legend and in the lane
    for look in ("undecided", "uncovered"):
        root = drawn(lane(Bar(DAY, DAY + timedelta(20), look)))
        dashes = [rect.get("stroke-dasharray") for rect in root.iter(f"{SVG}rect")]
        assert dashes == [LOOKS[look].dash] * 2


def test_the_legend_names_the_looks_that_are_drawn_and_no_others() -> None:
    root = drawn(lane(Bar(DAY, DAY, "not-fit"), Bar(DAY + timedelta(1), DAY + timedelta(1), "uncovered")))
    said = {text for *_, text in words(root)}
    assert {"not fit for work", "no evidence"} <= said
    assert not {words_ for look, words_ in LEGEND if look not in ("not-fit", "uncovered")} & said


def test_labels_are_escaped_and_long_ones_left_out() -> None:
    hostile = '<script>x</script> & "quotes"'
    root = drawn(
        lane(Bar(DAY, DAY + timedelta(300), "not-fit", hostile), label=hostile), title=hostile, description="<b>"
    )
    assert [text for *_, text in words(root)].count(hostile) == 2
    assert root.findtext(f"{SVG}title") == hostile
    assert root.findtext(f"{SVG}desc") == "<b>"
    assert not list(root.iter(f"{SVG}script"))
    long = "W" * 500
    assert long not in {text for *_, text in words(drawn(lane(Bar(DAY, DAY, "not-fit", long))))}


def test_it_is_one_image_with_words_and_the_same_characters_twice() -> None:
    lanes = [lane(Bar(DAY, DAY + timedelta(9), look, "N1")) for look in LOOKS]
    one, two = (lane_chart(lanes, LEGEND, chart_id="c", title="T", description="D") for _ in range(2))
    assert one == two
    root = ElementTree.fromstring(one)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "c-title c-desc"
    assert "opacity" not in one
    assert "url(" not in one


@pytest.mark.parametrize("chart_id", ["", "1a", 'a" onload="x', "a b"])
def test_an_id_that_cannot_be_one_and_no_bars_are_refused(chart_id: str) -> None:
    with pytest.raises(ValueError, match="id"):
        lane_chart([lane(Bar(DAY, DAY, "pay"))], LEGEND, chart_id=chart_id, title="T", description="D")
    with pytest.raises(ValueError, match="empty"):
        lane_chart([lane()], LEGEND, chart_id="c", title="T", description="D")

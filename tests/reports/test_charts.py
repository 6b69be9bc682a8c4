import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ohaccredit.reports.charts import (
    WELSH,
    Better,
    Point,
    Series,
    TierCounts,
    line_chart,
    line_table,
    tier_chart,
    tier_table,
)
from ohaccredit.reports.svg import number
from tests.reports.report_sample import ABSENCE, SURVEY, TIERS

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)


def words(svg: str) -> list[str]:
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


def title_and_description(svg: str) -> tuple[str, str]:
    root = parsed(svg)
    return root.findtext(f"{SVG}title", ""), root.findtext(f"{SVG}desc", "")


@pytest.mark.parametrize(
    "svg",
    [line_chart(ABSENCE, chart_id="c1"), tier_chart(TIERS, chart_id="c1", title="Criteria")],
    ids=["line", "tiers"],
)
def test_a_chart_is_one_image_with_words_for_those_who_do_not_see_it(svg: str) -> None:
    root = parsed(svg)
    assert root.get("role") == "img"
    assert root.get("font-family") == "Source Sans 3"
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert ids == ["c1", "c1-title", "c1-desc"]
    assert root.get("aria-labelledby") == "c1-title c1-desc"
    assert all(title_and_description(svg))
    assert "opacity" not in svg
    assert "url(" not in svg


def test_the_description_says_direction_ends_baseline_and_what_cannot_be_compared() -> None:
    _, description = title_and_description(line_chart(ABSENCE, chart_id="c"))
    assert description == (
        "Lower is better. 9.4 days on 31 Mar 2022; 6.3 days on 31 Mar 2026. "
        "Baseline: 8.1 days, 31 Mar 2023. Not comparable: 31 Mar 2022."
    )


def test_points_that_cannot_be_compared_are_hollow_and_not_joined() -> None:
    root = parsed(line_chart(ABSENCE, chart_id="c"))
    fills = [circle.get("fill") for circle in root.iter(f"{SVG}circle")]
    assert fills.count("#ffffff") == 2  # the point and its sign in the legend
    (line,) = [p for p in root.iter(f"{SVG}path") if p.get("stroke-width") == "2"]
    assert line.attrib["d"].count("L") == 3  # four comparable points


def test_the_axis_always_shows_zero() -> None:
    assert "0%" in words(line_chart(SURVEY, chart_id="c"))
    below = Series("Change", "", [Point(date(2025, 1, 1), Decimal(-3)), Point(date(2026, 1, 1), Decimal(-1))])
    ticks = words(line_chart(below, chart_id="c"))
    assert "0" in ticks
    assert "−3" in ticks


@pytest.mark.parametrize("value", ["0", "0.0004", "1234567.5", "-12.25", "100"])
def test_a_single_point_can_be_drawn(value: str) -> None:
    svg = line_chart(Series("One", "", [Point(date(2026, 1, 1), Decimal(value))]), chart_id="c")
    root = parsed(svg)
    for circle in root.iter(f"{SVG}circle"):
        assert 0 <= float(circle.attrib["cx"]) <= 640
        assert 40 <= float(circle.attrib["cy"]) <= 225


def test_no_points_are_said_in_words() -> None:
    svg = line_chart(Series("Empty", "%", []), chart_id="c")
    assert "No values yet" in words(svg)
    assert title_and_description(svg)[1] == "No values yet."


def test_labels_of_many_dates_do_not_touch() -> None:
    points = [Point(date(2020 + i // 12, 1 + i % 12, 1), Decimal(i)) for i in range(72)]
    root = parsed(line_chart(Series("Monthly", "", points), chart_id="c"))
    xs = sorted(float(t.attrib["x"]) for t in root.iter(f"{SVG}text") if " 20" in (t.text or ""))
    assert len(xs) > 3
    assert min(right - left for left, right in pairwise(xs)) >= 74


@pytest.mark.parametrize(
    "points",
    [
        [Point(date(2026, 1, 1), Decimal(1)), Point(date(2026, 1, 1), Decimal(2))],
        [Point(date(2026, 1, 1), Decimal(1), low=Decimal(0))],
        [Point(date(2026, 1, 1), Decimal(5), Decimal(1), Decimal(4))],
        [Point(date(2026, 1, 1), Decimal("NaN"))],
    ],
    ids=["two on one day", "half an interval", "outside its interval", "not a number"],
)
def test_a_series_that_contradicts_itself_is_refused(points: list[Point]) -> None:
    with pytest.raises(ValueError, match="2026-01-01"):
        line_chart(Series("Bad", "", points), chart_id="c")
    with pytest.raises(ValueError, match="2026-01-01"):
        line_table(Series("Bad", "", points))


@pytest.mark.parametrize("chart_id", ["", "1a", 'a" onload="x', "a b", "-a"])
def test_an_id_that_cannot_be_one_is_refused(chart_id: str) -> None:
    with pytest.raises(ValueError, match="id"):
        line_chart(ABSENCE, chart_id=chart_id)
    with pytest.raises(ValueError, match="id"):
        tier_chart(TIERS, chart_id=chart_id, title="t")


def test_text_in_a_chart_is_escaped() -> None:
    hostile = "<script>x</script> & \"quotes\" 'too'"
    svg = line_chart(replace(ABSENCE, title=hostile, unit="<b>"), chart_id="c")
    assert title_and_description(svg)[0] == hostile
    assert not list(parsed(svg).iter(f"{SVG}script"))
    svg = tier_chart([TierCounts(hostile, 1, 1, 1, 1)], chart_id="c", title=hostile)
    assert hostile in words(svg)


def test_the_table_of_a_series_has_all_its_values() -> None:
    table = line_table(ABSENCE)
    assert table.header == ("Date", "Value", "95% interval", "Note")
    assert table.rows[0] == ("31 Mar 2022", "9.4 days", "", "Not comparable")
    assert table.rows[1] == ("31 Mar 2023", "8.1 days", "7.2 days to 9.0 days", "Baseline")
    assert len(table.rows) == 5
    assert line_table(SURVEY).header == ("Date", "Value")


def test_the_table_of_tiers_adds_up() -> None:
    table = tier_table(TIERS, title="Criteria by tier")
    assert table.header == ("Tier", "Met", "Not met", "Not evidenced", "Not applicable", "All")
    assert table.rows[1] == ("Intermediate", "9", "4", "6", "1", "20")


def test_outcomes_differ_without_colour() -> None:
    svg = tier_chart([TierCounts("Basic", 5, 5, 5, 5)], chart_id="c", title="t")
    rects = [r for r in parsed(svg).iter(f"{SVG}rect") if r.get("stroke")]
    looks = {
        (r.get("fill") == "#ffffff", r.get("stroke-dasharray") is not None, r.get("fill") == r.get("stroke"))
        for r in rects
    }
    assert len(looks) == 3  # solid, outlined (and striped), dashed; the pale solid differs in lightness
    assert words(svg).count("5") == 4


def test_a_tier_without_criteria_and_no_tiers_can_be_drawn() -> None:
    assert "0" in words(tier_chart([TierCounts("Empty", 0, 0, 0, 0)], chart_id="c", title="t"))
    assert title_and_description(tier_chart([], chart_id="c", title="t"))[1] == "No values yet"
    with pytest.raises(ValueError, match="negative"):
        tier_chart([TierCounts("x", -1, 0, 0, 0)], chart_id="c", title="t")


def test_charts_speak_welsh() -> None:
    series = replace(ABSENCE, title="Diwrnodau", unit=" diwrnod")
    _, description = title_and_description(line_chart(series, chart_id="c", words=WELSH))
    assert description.startswith("Gorau po isaf. 9.4 diwrnod ar 31 Maw 2022")
    assert line_table(series, words=WELSH).header[0] == "Dyddiad"
    assert all(Better(better) in WELSH.better for better in Better)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        (Decimal("0.25"), 1, "0.2"),
        (Decimal("0.35"), 1, "0.4"),
        (2.675, 2, "2.68"),
        (Decimal("1234567.891"), 1, "1,234,567.9"),
        (Decimal("-0.04"), 1, "0.0"),
        (-1.5, 0, "−2"),
        (Decimal("1E+3"), 0, "1,000"),
    ],
)
def test_numbers_are_written_one_way(value: Decimal | float, places: int, expected: str) -> None:
    assert number(value, places) == expected


def test_charts_are_the_same_characters_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from report_sample import *\n"
        "print(line_chart(ABSENCE, chart_id='c') + tier_chart(TIERS, chart_id='d', title='t'), end='')"
    )
    other = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parent)],
        env={"PYTHONHASHSEED": "7", "PYTHONUTF8": "1", "TZ": "Asia/Tokyo"},
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    assert other.stdout == line_chart(ABSENCE, chart_id="c") + tier_chart(TIERS, chart_id="d", title="t")

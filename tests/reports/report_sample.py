"""A realistic report of several pages for the tests of the PDF layer."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment

from ohaccredit.reports.charts import (
    WELSH,
    Better,
    ChartTable,
    Point,
    Series,
    TierCounts,
    line_chart,
    line_table,
    tier_chart,
    tier_table,
)
from ohaccredit.reports.inert import Printer, font_coverage

ASSETS = Path(__file__).parents[2] / "templates"

ABSENCE = Series(
    title="Working days lost to sickness, per employee and year",
    unit=" days",
    better=Better.LOWER,
    baseline=date(2023, 3, 31),
    points=[
        Point(date(2022, 3, 31), Decimal("9.4"), comparable=False),
        Point(date(2023, 3, 31), Decimal("8.1"), Decimal("7.2"), Decimal("9.0")),
        Point(date(2024, 3, 31), Decimal("7.7"), Decimal("6.9"), Decimal("8.5")),
        Point(date(2025, 3, 31), Decimal("6.9"), Decimal("6.2"), Decimal("7.6")),
        Point(date(2026, 3, 31), Decimal("6.3"), Decimal("5.6"), Decimal("7.0")),
    ],
)
SURVEY = Series(
    title="Managers who feel able to talk about health at work",
    unit="%",
    better=Better.HIGHER,
    places=0,
    points=[Point(date(2024, 11, 4), Decimal(61)), Point(date(2025, 11, 3), Decimal(68))],
)
TIERS = [
    TierCounts("Basic", 18, 1, 1, 2),
    TierCounts("Intermediate", 9, 4, 6, 1),
    TierCounts("Advanced", 3, 2, 14, 0),
    TierCounts("Expert", 0, 0, 11, 0),
]
STATUSES = [
    ("met", "✓", "Met"),
    ("not-met", "✗", "Not met"),
    ("not-evidenced", "○", "Not evidenced"),
    ("not-applicable", "–", "Not applicable"),
]
HOSTILE = [
    '<script>alert(1)</script><img src="file:///etc/passwd"><link rel="attachment" href="file:///etc/passwd">',
    "x" * 500,
    "C0 \x00\x07\x1b, separators \u2028\u2029, override \u202egnp.exe\u202c, emoji 👩‍💻 ✅, CJK 健康",
    "Zalgo: o" + "\u0301" * 40,
    "w\u0302y\u0302 decomposed, full\ufeffwidth ＡＢＣ",
]

TEMPLATE = """\
<!DOCTYPE html>
<html lang="{{ lang }}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Assessment of {{ name }}</title>
  <meta name="author" content="Scheme office">
  <meta name="description" content="Result and gap plan">
  <link rel="stylesheet" href="asset:report/base.css">
</head>
<body class="report" data-running="Assessment of {{ name }}" data-colophon="Record 9f2c 41aa">
<header class="cover">
  <h1>Assessment of {{ name }}</h1>
  <p class="lead">Employer accreditation 2026: <strong>Basic</strong>, declared.</p>
</header>
<main>
<dl class="facts">
  <dt>Assessment date</dt><dd>30 June 2026</dd>
  <dt>Edition</dt><dd>Employer accreditation 2026</dd>
  <dt>Record</dt><dd><code>9f2c41aad0c38f5be0a1c9d47f20e6b39f2c41aad0c38f5be0a1c9d47f20e6b3</code></dd>
</dl>
<nav class="contents" aria-label="Contents"><h2 id="contents">Contents</h2><ol>
  <li><a href="#summary">Summary</a></li><li><a href="#criteria">Criteria <em>and evidence</em></a></li>
  <li><a href="#cymraeg"><span lang="cy">Crynodeb yn Gymraeg</span></a></li>
</ol></nav>
<section>
<h2 id="summary">Summary</h2>
<div class="notice"><p>This is a self-assessment. All claims are counted; none has been verified.</p></div>
<p>Read <a href="https://www.hse.gov.uk/">what the regulator asks of every employer, and how
inspectors look at it when they visit a place of work in person</a>, and
<a href="mailto:office@example.org"><b>write</b> to the office</a>.</p>
<ul>
  <li>Register of clinicians
    <ul><li>nurse, registered until 30 June 2026</li><li>occupational therapist
      <ol><li>HCPC</li><li>supervision</li></ol></li></ul></li>
  <li><p>Two paragraphs in one item: the first.</p><p>And the second.</p></li>
  <li>Fit notes</li>
</ul>
<figure class="chart">{{ tier_chart }}</figure>
{{ table(tier_table) }}
<figure class="chart">{{ absence }}</figure>
{{ table(absence_table) }}
<figure class="chart">{{ survey }}</figure>
</section>
<section>
<h2 id="criteria">Criteria</h2>
<table class="stacks">
  <caption>Every criterion of the edition, its outcome and why</caption>
  <colgroup><col style="width: 13%"><col style="width: 35%"><col style="width: 20%"><col></colgroup>
  <thead><tr><th>Criterion</th><th>What is asked</th><th>Outcome</th><th>Why</th></tr></thead>
  <tbody>
  {% for row in criteria %}
  <tr id="{{ row.id }}"><th scope="row">{{ row.id }}</th><td data-label="What is asked">{{ row.text }}</td>
  <td data-label="Outcome"><span class="status {{ row.status[0] }}"
    ><span aria-hidden="true">{{ row.status[1] }} </span>{{ row.status[2] }}</span></td>
  <td data-label="Why"><p>{{ row.why }}</p>
  {% if row.more %}<ul><li>{{ row.more }}</li><li>evidence: register, 2026-04-01</li></ul>{% endif %}
  </td></tr>
  {% endfor %}
  </tbody>
</table>
<h3>Costs and benefits</h3>
<table class="figures">
  <caption>Costs, in pounds</caption>
  <thead>
    <tr><th rowspan="2">Item</th><th colspan="2">2025</th><th colspan="2">2026</th></tr>
    <tr><th class="number">plan</th><th class="number">spent</th><th class="number">plan</th>
        <th class="number">spent</th></tr>
  </thead>
  <tbody>
    <tr class="group"><th colspan="5" scope="rowgroup">Services</th></tr>
    <tr><th scope="row">Occupational health</th><td class="number">£1,200</td><td class="number">£1,150</td>
        <td class="number">£1,300</td><td class="number">£1,290</td></tr>
    <tr><th scope="row">Training</th><td class="number">£400</td><td class="number">£380</td>
        <td class="number">£410</td><td class="number">£0</td></tr>
  </tbody>
</table>
</section>
<section lang="cy">
<h2 id="cymraeg">Crynodeb yn Gymraeg</h2>
<p>Ŵyr, tŷ, dŵr, ŷd: mae’r cyflogwr wedi cyrraedd yr haen sylfaenol. Amherthnasol.</p>
<figure class="chart">{{ welsh }}</figure>
<p>Gweler <span lang="en">the English summary</span> hefyd.</p>
</section>
<section>
<h2>What people wrote</h2>
{% for text in hostile %}<p>{{ text }}</p>
{% endfor %}
</section>
</main>
</body>
</html>
"""

TABLE = """\
{% macro table(data) %}<table><caption>{{ data.caption }}</caption>
<thead><tr>{% for word in data.header %}<th>{{ word }}</th>{% endfor %}</tr></thead>
<tbody>{% for row in data.rows %}<tr><th scope="row">{{ row[0] }}</th>
{% for cell in row[1:] %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</tbody></table>{% endmacro %}
"""


def sample_html(*, criteria: int = 40, lang: str = "en", name: str = "Dŵr & Daughters Ltd") -> str:
    """The report, with as many criteria as asked for: 40 make about 6 pages."""
    printer = Printer(coverage=font_coverage(ASSETS))
    environment = Environment(autoescape=True, finalize=printer)
    rows = [
        {
            "id": f"L{1 + i // 20}-{i % 20 + 1:02}",
            "text": "Someone with authority is named for health at work, and people know who that is.",
            "status": STATUSES[i * 7 % 4],
            "why": "The register shows 3 clinicians; all 3 are registered on the assessment date. " * (1 + i % 3),
            "more": "supervision is written down" if i % 2 else "",
        }
        for i in range(criteria)
    ]
    tables: list[ChartTable] = [tier_table(TIERS, title="Criteria by tier"), line_table(ABSENCE)]
    return environment.from_string(TABLE + TEMPLATE).render(
        lang=lang,
        name=name,
        criteria=rows,
        hostile=HOSTILE,
        tier_chart=tier_chart(TIERS, chart_id="tiers", title="Criteria by tier"),
        tier_table=tables[0],
        absence=line_chart(ABSENCE, chart_id="absence"),
        absence_table=tables[1],
        survey=line_chart(SURVEY, chart_id="survey"),
        welsh=tier_chart(TIERS[:2], chart_id="haenau", title="Meini prawf fesul haen", words=WELSH),
    )

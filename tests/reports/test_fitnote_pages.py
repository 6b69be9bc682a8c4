"""The pages about fit notes: sources by kind and day, nothing individual in a summary, PDFs that veraPDF accepts."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from lxml import html  # type: ignore[import-untyped]

from ohaccredit.assessment.submission import read_submission
from ohaccredit.fitnotes.check import PaperCheck, check_paper
from ohaccredit.fitnotes.check_record import check_record
from ohaccredit.fitnotes.record import RECORD_STANDARD, AbsenceRecord, Paper, read_record
from ohaccredit.fitnotes.study import Study, study
from ohaccredit.fitnotes.summarise import summarise_study
from ohaccredit.language.json_source import read_json
from ohaccredit.reports.inert import font_coverage
from ohaccredit.reports.paper_view import NATURES, PapersView, paper_json, papers_view
from ohaccredit.reports.papers import papers_html, papers_pdf
from ohaccredit.reports.pdf import PdfUnavailable
from ohaccredit.reports.summaries import summary_html, summary_pdf
from ohaccredit.reports.summary_view import SummaryView, summary_json, summary_view
from ohaccredit.reports.timeline_view import TimelineView, timeline_view
from ohaccredit.reports.timelines import timelines_html, timelines_pdf
from ohaccredit.standards.home import find_home
from ohaccredit.standards.published import load_published
from ohaccredit.standards.sources import Statement, load_statements
from tests.fitnotes.records import PERSON, full_note, our_editions
from tests.verapdf import verapdf

ON = date(2026, 6, 30)
EXAMPLE = Path(__file__).parents[2] / "examples" / "absence-records" / "logistics-firm.json"
HOSTILE = "<script>alert(1)</script>健康\u202e" + "x" * 90


@cache
def statements() -> Mapping[str, Statement]:
    return load_statements(find_home())


def two_weeks(first: str, **stated: Any) -> dict[str, Any]:
    return full_note(**{"assessed_on": first, "period": {"given_as": "weeks", "length": 2}, **stated})


def record_of(**evidence: Any) -> AbsenceRecord:
    text = json.dumps({"standard": RECORD_STANDARD, "evidence": evidence})
    submission = read_submission(read_json(text.encode(), "record.json"), our_editions().record)
    return read_record(submission.evidence, submission.name, submission.digest)


def small_record(person: str = PERSON) -> AbsenceRecord:
    """Two spells of one person; a note that is fine, one that is not, and days without any."""
    spell = {"person": person, "continues": False, "returned": True}
    return record_of(
        absence_profile={"employer": "Acme", "nation": "england", "first_day": "2026-01-01", "last_day": "2026-06-30"},
        absent_people=[{"id": person, "weekly_earnings": 410, "qualifying_days": ["monday", "tuesday", "friday"]}],
        absence_spells=[
            {**spell, "id": "S1", "first_day": "2026-03-02", "last_day": "2026-04-20"},
            {**spell, "id": "S2", "first_day": "2026-05-06", "last_day": "2026-05-06"},
        ],
        fit_notes=[
            two_weeks("2026-03-09", id="N1", person=person),
            two_weeks("2026-03-23", id=f"N2 {person[:40]}", person=person, issuer={"profession": "paramedic"}),
        ],
    )


def study_of(record: AbsenceRecord) -> Study:
    ours = our_editions()
    return study(ours.papers, ours.record, record, ON)


def papers_of(record: AbsenceRecord) -> PapersView:
    return papers_view(check_record(our_editions().papers, record, ON), statements(), ON, "Notes")


def timelines_of(record: AbsenceRecord) -> TimelineView:
    coverage = font_coverage(find_home().templates)
    return timeline_view(study_of(record), statements(), notice="A notice.", coverage=coverage)


def summary_of(record: AbsenceRecord) -> tuple[SummaryView, dict[str, Any]]:
    found = summarise_study(our_editions().record, study_of(record))
    published = load_published(find_home())["fit-notes"]
    return summary_view(found, record.name or "Fit notes", published), summary_json(found, published)


@cache
def example() -> AbsenceRecord:
    return record_of(**json.loads(EXAMPLE.read_text(encoding="utf-8"))["evidence"])


# ── Sources ─────────────────────────────────────────────────────────────────────────────────────────


def check_of(day: str, **stated: Any) -> PaperCheck:
    content = two_weeks(day, **stated)
    return check_paper(our_editions().papers, Paper("N", "fit_note", "", content, ("evidence", "fit_note")), ON, None)


def sources_cited(day: str, **stated: Any) -> list[Statement]:
    view = papers_view([check_of(day, **stated)], statements(), ON, "T")
    return [statements()[source.id] for paper in view.papers for notice in paper.notices for source in notice.sources]


@pytest.mark.parametrize("day", ["2021-06-01", "2022-04-05", "2022-04-06", "2022-06-30", "2022-07-01", "2026-03-02"])
@pytest.mark.parametrize("nation", ["england", "northern-ireland"])
def test_sources_are_those_in_force_on_the_day_and_in_the_nation(day: str, nation: str) -> None:
    # A paramedic may never issue fit notes, so that something is cited on every day.
    cited = sources_cited(day, nation=nation, issuer={"profession": "paramedic"})
    assert cited
    for each in cited:
        force = each.file.in_force
        if force is not None:
            assert force.start <= date.fromisoformat(day) <= (force.until or date.max)
        assert each.nation in ("", "northern-ireland" if nation == "northern-ireland" else "great-britain")


def test_every_rule_that_cites_the_law_of_one_nation_cites_that_of_the_other() -> None:
    """Great Britain and Northern Ireland have regulations of their own, and no note is judged by the other's."""
    editions = our_editions()
    for edition in (*editions.papers.values(), editions.record):
        for criterion in edition.criteria.values():
            law = [each for id_ in criterion.statements if (each := statements()[id_]).nature == "law"]
            nations = {each.nation for each in law}
            assert len(nations - {""}) in (0, 2), criterion.code


def test_a_note_from_northern_ireland_cites_no_instrument_of_great_britain() -> None:
    """But for the one that says of itself that it is for Great Britain only (SI 2022/298, regulation 1(3))."""
    for day in ("2022-06-30", "2022-07-01", "2026-03-02"):
        cited = sources_cited(day, nation="northern-ireland", issuer={"profession": "paramedic"}, form="med3-2022")
        law = {each.file.id for each in cited if each.nature == "law"}
        assert law
        assert all(id_.startswith("NIR-") or id_ == "ME22-GB" for id_ in law)


def test_the_law_on_who_may_issue_changes_with_the_first_of_july_2022() -> None:
    before, after = (
        {each.file.id for each in sources_cited(day, issuer={"profession": "paramedic"}) if each.nature == "law"}
        for day in ("2022-06-30", "2022-07-01")
    )
    assert before
    assert after
    assert before - after
    assert after - before


@pytest.mark.parametrize("nation", ["england", "northern-ireland"])
def test_an_absence_over_the_change_of_april_2026_cites_the_rules_of_both_sides(nation: str) -> None:
    record = record_of(
        absent_people=[{"id": PERSON, "nation": nation, "weekly_earnings": 130}],
        absence_spells=[{"person": PERSON, "first_day": "2026-03-02", "last_day": "2026-05-01"}],
    )
    ((_, spell),) = timelines_of(record).rows
    said = {notice.rule: notice for notice in spell.notices}
    assert {"SSP-01", "SSP-08"} <= set(said)
    assert [source.id for source in said["SSP-08"].sources] == ["SSPG-CHANGEKEPT"]
    assert said["SSP-08"].to_confirm
    of_periods = {source.id for source in said["SSP-01"].sources}
    assert of_periods == ({"SSPA-PERIOD4", "SSPA-PERIOD"} if nation == "england" else {"NIP-SAME"})
    assert all(notice.sources for notice in spell.notices)


def test_law_stands_before_guidance_before_our_own_choices() -> None:
    order = list(NATURES)
    view = papers_of(example())
    for paper in view.papers:
        for notice in paper.notices:
            places = [order.index(source.nature) for source in notice.sources]
            assert places == sorted(places)
    listed = [order.index(source.nature) for source in view.sources]
    assert listed == sorted(listed)
    assert {"law", "guidance", "design"} <= {source.nature for source in view.sources}


# ── What stands on the pages ────────────────────────────────────────────────────────────────────────


def page_of(text: str) -> Any:
    return html.fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8"))


def pages() -> dict[str, str]:
    home, record = find_home(), small_record()
    view, _ = summary_of(example())
    return {
        "papers": papers_html(papers_of(example()), home),
        "timelines": timelines_html(timelines_of(record), home),
        "summary": summary_html(view, home),
    }


def test_the_pages_have_the_structure_that_readers_of_all_kinds_need() -> None:
    for name, text in pages().items():
        root = page_of(text)
        assert root.get("lang") == "en", name
        assert root.findtext("head/title"), name
        levels = [int(each.tag[1]) for each in root.xpath("//h1|//h2|//h3|//h4")]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), name
        for table in root.iter("table"):
            assert table.findtext("caption"), name
            assert all(cell.get("scope") for cell in table.iter("th")), name
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids)), name
        for link in root.xpath("//a"):
            assert link.text_content().strip(), name
            assert link.get("href").removeprefix("#") in ids, name
        for part in root.xpath("//*[@tabindex]"):
            assert part.get("aria-label") or part.find("figcaption") is not None, name
        assert not root.xpath("//script | //*[@src] | //link"), name


def test_every_finding_of_the_papers_stands_on_their_page_with_its_kind_of_source() -> None:
    view = papers_of(small_record())
    root = page_of(papers_html(view, find_home()))
    text = " ".join(root.text_content().split()).replace("\u200b", "")
    for paper in view.papers:
        assert paper.id in text
        for notice in paper.notices:
            assert notice.message in text
            assert notice.rule in text
        for _, says in paper.next:
            assert says in text
        for title in paper.unchecked:
            assert title in text
    for source in view.sources:
        assert source.cited in text
        row = root.xpath(f"//tr[@id='source-{view.numbers[source.id]}']")[0]
        assert source.nature_words in row.text_content()
        assert source.place in row.text_content().replace("\u200b", "")


def test_no_valid_paper_is_lost_where_many_are_put_together() -> None:
    view = papers_of(example())
    root = page_of(papers_html(view, find_home()))
    named = set(re.findall(r"\b[NR]\d+\b", root.text_content()))
    assert named >= {paper.id for paper in view.papers}
    assert len(root.xpath("//ul[@class='many']/li")) == sum(
        1 for paper in view.papers if paper.verdict == "valid" and not paper.notices
    )


def test_every_spell_stands_in_the_overview_once() -> None:
    record = example()
    view = timelines_of(record)
    assert len(view.to_do) + len(view.done) == len(view.rows) == len({spell.id for _, spell in view.rows})


def test_the_picture_of_an_absence_says_in_words_what_it_shows() -> None:
    (person,) = timelines_of(small_record()).people
    assert person.chart is not None
    said = page_of(str(person.chart)).xpath("//desc")[0].text
    for spell in person.spells:
        for run in spell.runs:
            assert run.dates in said
            assert run.state_words in said
    # 2 to 8 March are the first seven days; the note of 9 March runs to 22 March.
    assert "2 March 2026 to 8 March 2026" in said
    assert "9 March 2026 to 22 March 2026 fit note: not fit for work" in said


def test_the_charts_of_a_summary_say_their_shares() -> None:
    view, _ = summary_of(example())
    for group in view.groups:
        assert group.chart is not None
        said = page_of(str(group.chart)).xpath("//desc")[0].text
        for share in group.shares:
            assert (share.title in said) is share.shown
            assert not share.shown or f"{share.value}, {share.counted}" in said


def test_a_summary_says_what_it_keeps_back_and_draws_the_boxes_that_it_may_show() -> None:
    view, _ = summary_of(small_record())
    kept = {each.title: each for each in view.figures if each.refused}
    assert "Fit notes" in kept
    page = page_of(summary_html(view, find_home()))
    listed = page.xpath("//dt[.='Fit notes']/following-sibling::dd[1]")[0].text_content()
    assert listed == "not shown (too few notes, absences or people stand behind it to show it)"
    # Twelve notes that may be fit, six of them with a phased return: of these boxes nothing is small.
    people = [f"P{number:03}" for number in range(12)]
    notes = [
        two_weeks("2026-03-09", person=person, says=["may-be-fit"], arrangements=["phased-return"] if index < 6 else [])
        for index, person in enumerate(people)
    ]
    period = {"first_day": "2026-01-01", "last_day": "2026-06-30"}
    view, _ = summary_of(record_of(absence_profile=period, fit_notes=notes))
    shares = {share.id: share for share in view.groups[0].shares}
    assert shares["box-phased-return"].counted == "6 of 12 fit notes"
    assert shares["box-amended-duties"].counted == "0 of 12 fit notes"


def test_a_published_share_that_rounds_to_nothing_is_not_said_to_be_nothing() -> None:
    view, _ = summary_of(example())
    said = {each.words: each.value for each in view.published}
    assert said["notes issued by occupational therapists"] == "under 0.1%"  # 2,184 of 7,981,327
    assert "0.0%" not in said.values()


def test_a_period_of_whole_months_or_years_is_said_in_them() -> None:
    view, _ = summary_of(example())
    periods = {each.period for each in view.published}
    assert "2024" in periods  # 1 January to 31 December
    assert "April to December 2018" in periods
    assert "April 2016 to March 2017" in periods
    assert not any("31" in each for each in periods)


# ── Nothing individual in a summary ─────────────────────────────────────────────────────────────────


def individual(record: AbsenceRecord) -> set[str]:
    """Every word by which somebody could find a person or a paper again."""
    found: set[str] = set()
    content = json.loads(EXAMPLE.read_text(encoding="utf-8"))["evidence"]
    for each in content.values():
        for item in each if isinstance(each, list) else []:
            found |= {item[name] for name in ("id", "person") if name in item}
    assert {paper.id for paper in record.papers} <= found
    return found


def ids_in(text: str) -> set[str]:
    return set(re.findall(r"\b[A-Z]\d{2,3}\b", text))


def pdf_text(content: bytes, folder: Path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    (folder / "page.pdf").write_bytes(content)
    command = ["pdftotext", "-layout", str(folder / "page.pdf"), "-"]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


def test_a_summary_holds_nothing_of_one_person_or_paper(tmp_path: Path) -> None:
    record = example()
    ours = individual(record)
    assert len(ours) > 500
    assert ids_in(papers_html(papers_of(record), find_home())) & ours  # such words would be found
    view, document = summary_of(record)
    assert not ids_in(json.dumps(document)) & ours
    assert not ids_in(summary_html(view, find_home())) & ours
    try:
        content = summary_pdf(view, document, find_home(), ON)
    except PdfUnavailable as reason:
        pytest.skip(str(reason))
    assert not ids_in(pdf_text(content, tmp_path)) & ours
    with pikepdf.open(io.BytesIO(content)) as file:
        for attached in file.attachments.values():
            assert not ids_in(attached.get_file().read_bytes().decode()) & ours


# ── As PDF ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_the_three_pages_are_pdf_ua_1_and_pdf_a_3a_whatever_people_typed(tmp_path: Path) -> None:
    home = find_home()
    ordinary, odd = small_record(), small_record(HOSTILE)
    view, document = summary_of(example())
    try:
        made = {
            "papers": papers_pdf(papers_of(ordinary), home, ON),
            "odd-papers": papers_pdf(papers_of(odd), home, ON),
            "timelines": timelines_pdf(timelines_of(ordinary), home, ON),
            "odd-timelines": timelines_pdf(timelines_of(odd), home, ON),
            "many-papers": papers_pdf(papers_of(many_papers()), home, ON),
            "summary": summary_pdf(view, document, home, ON),
        }
    except PdfUnavailable as reason:
        pytest.skip(str(reason))
    for name, content in made.items():
        (tmp_path / f"{name}.pdf").write_bytes(content)
    assert "<script>alert(1)</script>" in pdf_text(made["odd-timelines"], tmp_path)
    try:
        assert verapdf.failures([tmp_path / f"{name}.pdf" for name in made]) == []
    except verapdf.VeraPdfUnavailable as reason:
        pytest.skip(f"veraPDF: {reason}")


def many_papers() -> AbsenceRecord:
    """So many valid notes that they are put together in lists of two columns, over a page's end."""
    return record_of(fit_notes=[two_weeks("2026-03-02", id=f"N{number}", person=f"P{number}") for number in range(150)])


def test_a_pdf_is_the_same_bytes_each_time_and_holds_the_result(tmp_path: Path) -> None:
    view = papers_of(small_record())
    try:
        one, two = (papers_pdf(view, find_home(), ON) for _ in range(2))
    except PdfUnavailable as reason:
        pytest.skip(str(reason))
    assert one == two
    with pikepdf.open(io.BytesIO(one)) as file:
        attached = json.loads(file.attachments["notes.json"].get_file().read_bytes())
    assert attached == {"on": "2026-06-30", "notes": [paper_json(paper) for paper in view.papers]}

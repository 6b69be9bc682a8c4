import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest

from ohaccredit.reports.pdf import render_pdf
from tests.reports.report_sample import ASSETS, sample_html

PAGE = '<!DOCTYPE html><html lang="en"><title>T</title><link rel="stylesheet" href="asset:report/base.css"><h1>T</h1>'


class Tags:
    """The structure tree of a PDF, read back."""

    def __init__(self, content: bytes) -> None:
        self.file: Any = pikepdf.open(io.BytesIO(content))
        self.root = self.file.Root.StructTreeRoot

    def kids(self, struct: Any) -> list[Any]:
        found = struct.get("/K", [])
        return list(found) if isinstance(found, pikepdf.Array) else [found]

    def structs(self, struct: Any = None) -> Iterator[Any]:
        for kid in self.kids(struct if struct is not None else self.root):
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                yield kid
                yield from self.structs(kid)

    def all(self, kind: str) -> list[Any]:
        return [struct for struct in self.structs() if kind == struct.S]

    def parent_tree(self) -> dict[int, Any]:
        numbers = list(self.root.ParentTree.Nums)
        return {int(numbers[i]): numbers[i + 1] for i in range(0, len(numbers), 2)}


def render(body: str) -> Tags:
    return Tags(render_pdf(PAGE + body, assets=ASSETS))


def commands(page: Any) -> Iterator[tuple[list[Any], str]]:
    step: Any
    for step in pikepdf.parse_content_stream(page):
        yield list(step.operands), str(step.operator)


def problems(tags: Tags) -> list[str]:
    """Content that belongs to nothing, and structure that belongs nowhere."""
    found = []
    reachable = {struct.objgen for struct in tags.structs()}
    parents = tags.parent_tree()
    used: set[tuple[int, int]] = set()
    for struct in tags.structs():
        for kid in tags.kids(struct):
            if isinstance(kid, int):
                number = next(i for i, p in enumerate(tags.file.pages) if p.obj.objgen == struct.Pg.objgen)
                used.add((number, kid))
                if parents[tags.file.pages[number].obj.StructParents][kid].objgen != struct.objgen:
                    found.append(f"parent tree, page {number}, MCID {kid}")
            elif "/S" in kid and kid.P.objgen != struct.objgen:
                found.append(f"{kid.S} has another parent than the one it is a kid of")
    for number, page in enumerate(tags.file.pages):
        depth: list[str] = []
        for operands, operator in commands(page):
            match operator:
                case "BDC" | "BMC":
                    mark = str(operands[0])
                    depth.append(mark)
                    if len(operands) > 1 and "/MCID" in operands[1]:
                        mcid = int(operands[1].MCID)
                        if (number, mcid) not in used:
                            found.append(f"orphan, page {number}, MCID {mcid}")
                case "EMC":
                    depth.pop()
                case "Tj" | "TJ" | "f" | "S" | "B" | "Do" | "sh":
                    if not depth:
                        found.append(f"{operator} on page {number} is neither content nor artifact")
        for annotation in page.get("/Annots", []):
            owner = parents[int(annotation.StructParent)]
            if owner.objgen not in reachable or owner.S != "/Link":
                found.append(f"an annotation of page {number} is not in a Link")
            if int(annotation.F) & 4 == 0:
                found.append(f"an annotation of page {number} is not printed")
    return found


@pytest.fixture(scope="module")
def report(report_pdf: bytes) -> Tags:
    return Tags(report_pdf)


def test_nothing_in_the_report_is_an_orphan(report: Tags) -> None:
    assert problems(report) == []


def test_each_html_table_is_one_table(report: Tags, report_html: str) -> None:
    assert len(report.file.pages) > 5
    assert len(report.all("/Table")) == report_html.count("<table")
    assert len(report.all("/TR")) == report_html.count("<tr")
    assert len(report.all("/THead")) == report_html.count("<thead")
    assert len(report.all("/Caption")) == report_html.count("<caption")
    assert len(report.all("/TD")) == report_html.count("<td")
    assert len(report.all("/TH")) == len(re.findall("<th[ >]", report_html))


def test_each_list_item_is_one_item_with_one_body(report: Tags, report_html: str) -> None:
    assert len(report.all("/LI")) == len(re.findall(r"<(li|dt|dd)\b", report_html))
    for item in report.all("/LI"):
        kinds = [str(kid.S) for kid in report.kids(item)]
        assert kinds in (["/LBody"], ["/Lbl", "/LBody"])


def test_every_header_cell_has_a_scope_and_every_reference_an_end(report: Tags) -> None:
    headers = {str(th.ID) for th in report.all("/TH")}
    assert len(headers) == len(report.all("/TH"))
    assert {str(th.A.Scope) for th in report.all("/TH")} == {"/Row", "/Column"}
    for cell in report.all("/TD"):
        assert {str(header) for header in cell.A.Headers} <= headers
    index = [str(entry) for entry in list(report.root.IDTree.Names)[::2]]
    assert index == sorted(headers)


def test_headers_hold_across_spans_and_groups() -> None:
    tags = render(
        "<table><thead><tr><th rowspan=2>Item</th><th colspan=2>2025</th></tr>"
        "<tr><th>plan</th><th>spent</th></tr></thead>"
        "<tbody><tr><th colspan=3 scope=rowgroup>Services</th></tr>"
        "<tr><th scope=row>Advice</th><td>1</td><td>2</td></tr></tbody></table>"
    )
    item, year, plan, spent, services, advice = tags.all("/TH")
    one, two = tags.all("/TD")
    assert [str(h) for h in one.A.Headers] == [str(th.ID) for th in (services, advice, year, plan)]
    assert [str(h) for h in two.A.Headers] == [str(th.ID) for th in (services, advice, year, spent)]
    assert [str(h) for h in advice.A.Headers] == [str(item.ID)]


def test_a_row_that_spans_pages_is_one_row_with_its_cells_in_order() -> None:
    words = "</p><p>".join(["many words " * 30] * 40)
    tags = render(f"<table><tr class=long><td><p>{words}</p></td><td><p>{words}</p></td></tr></table>")
    assert len(tags.file.pages) > 1
    assert len(tags.all("/Table")) == len(tags.all("/TR")) == 1
    assert [len([k for k in tags.structs(cell) if k.S == "/P"]) for cell in tags.all("/TD")] == [40, 40]
    assert problems(tags) == []


def test_text_around_a_block_keeps_its_order_over_pages() -> None:
    filler = "<p>" + "filler " * 200 + "</p>"
    tags = render(f"<div>before {filler * 12} after</div>")
    (outer,) = [d for d in tags.all("/Div") if len(tags.kids(d)) > 5]
    assert [str(kid.S) for kid in tags.kids(outer)] == ["/Div", *["/P"] * 12, "/Div"]


def test_language_is_written_where_it_changes_and_only_there(report: Tags) -> None:
    assert str(report.file.Root.Lang) == "en"
    changes = [(str(s.S), str(s.Lang)) for s in report.structs() if "/Lang" in s]
    assert changes == [("/Span", "cy"), ("/Sect", "cy"), ("/Span", "en")]


def test_running_words_repeated_heads_and_hidden_marks_are_artifacts(report: Tags) -> None:
    kinds = []
    for page in report.file.pages:
        for operands, operator in commands(page):
            if operator == "BDC" and operands[0] == "/Artifact":
                kinds.append(str(operands[1].get("/Subtype", operands[1].Type)))
    pages = len(report.file.pages)
    assert kinds.count("/Header") == pages - 1  # none on the first
    assert kinds.count("/Footer") >= 2 * pages
    assert kinds.count("/Pagination") >= 4  # the four header cells, once for each further page
    assert kinds.count("/Layout") == 40  # the sign before each status word


def test_links_say_their_words_and_have_one_annotation_a_line(report: Tags) -> None:
    notes = [note for page in report.file.pages for note in page.get("/Annots", [])]
    words = [str(note.Contents) for note in notes]
    assert "Criteria and evidence" in words
    assert words.count("write to the office") == 1
    assert all("http" not in text for text in words)


def test_a_figure_says_title_and_description_and_lies_on_its_page(report: Tags) -> None:
    figures = report.all("/Figure")
    assert len(figures) == 4
    for figure in figures:
        assert str(figure.Alt).count(".") >= 2
        x1, y1, x2, y2 = (float(value) for value in figure.A.BBox)
        assert 0 < x1 < x2 < 596
        assert 0 < y1 < y2 < 842
    assert "6.3 days on 31 Mar 2026" in str(figures[1].Alt)


def test_both_claims_are_in_one_metadata_packet(report: Tags) -> None:
    packet = report.file.Root.Metadata.read_bytes()
    assert packet.count(b"<rdf:RDF") == 1
    with report.file.open_metadata() as metadata:
        assert metadata.pdfa_status == "3A"
        assert metadata["pdfuaid:part"] == "1"


def test_a_welsh_report_is_welsh_but_for_the_english_passage() -> None:
    tags = Tags(render_pdf(sample_html(criteria=1, lang="cy"), assets=ASSETS))
    assert str(tags.file.Root.Lang) == "cy"
    assert [str(s.Lang) for s in tags.structs() if "/Lang" in s][-1] == "en"


def test_weasyprint_is_left_as_it_was(report: Tags) -> None:
    from weasyprint.pdf import tags

    assert tags._build_box_tree.__module__ == "weasyprint.pdf.tags"
    assert tags._build_box_tree.__qualname__ == "_build_box_tree"

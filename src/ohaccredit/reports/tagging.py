"""The tag tree of a PDF, made true to its HTML.

WeasyPrint 70 writes tags that veraPDF accepts but a screen reader stumbles over. This module repairs
them while the file is written, so that each HTML element has one structure element, and what a page
repeats or decorates has none. Every repair names the reason, and the upstream issue if there is one:

- a table, list or paragraph that spans pages is one element (WeasyPrint issue 2903);
- headers, footers, repeated table heads and `aria-hidden` content are artifacts (issue 1836);
- every TH has a Scope, and Headers that still hold after tables are joined (issue 2508);
- the file claims PDF/UA-1 beside PDF/A-3a (issues 2783, 2467);
- a passage in another language carries its /Lang (WCAG 3.1.2; no issue known);
- list items have one body, link notes say the words of the link, figures say title and description
  and where they are (issue 2482).

Two doors into WeasyPrint are used: the public `finisher` hook, and one wrapped private function,
`weasyprint.pdf.tags._build_box_tree`, the only place that knows which element a tag comes from. The
versions are pinned (>= 70, < 71) and tests fail if either door moves.

Imported only by `pdf`, and only when a PDF is wanted: importing it needs WeasyPrint.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

from weasyprint.formatting_structure import boxes
from weasyprint.layout.absolute import AbsolutePlaceholder
from weasyprint.pdf import pydyf
from weasyprint.pdf import tags as weasyprint_tags

SVG: Final = "{http://www.w3.org/2000/svg}"
CSS_PIXEL: Final = 0.75
"""PDF points in one CSS pixel."""

CELLS: Final = ("/TH", "/TD")
ROW_GROUPS: Final = ("/THead", "/TBody", "/TFoot")
HEADINGS: Final = ("/H1", "/H2", "/H3", "/H4", "/H5", "/H6")
NEVER_JOINED: Final = ("/Link", "/Figure", "/Form")
"""Elements that hold page content or annotations of their own page directly."""

PDF_UA_CLAIM: Final = b"""\
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">\
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" \
xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" \
xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">\
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">\
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>\
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>\
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>\
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">\
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>\
<pdfaProperty:category>internal</pdfaProperty:category>\
<pdfaProperty:description>Part of ISO 14289 to which the file conforms</pdfaProperty:description>\
</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""The PDF/UA-1 claim, and the description that ISO 19005-3 clause 6.6.2.3 asks for its property."""

# The types of the objects of WeasyPrint and pydyf, which carry no annotations of their own.
Box: TypeAlias = Any
Element: TypeAlias = Any
Struct: TypeAlias = Any
Pdf: TypeAlias = Any


class Tagger:
    """Repairs the tags of one document while WeasyPrint writes it.

    >>> tagger = Tagger(html.etree_element)
    >>> with tagger.recording():
    ...     document.write_pdf(finisher=tagger.finish, pdf_variant="pdf/a-3a")
    >>> tagger.problems

    `problems` then holds one sentence for each fault of the HTML that no repair of ours can mend and
    that PDF/UA forbids (ISO 14289-1 clause 7). Not for use by two threads at once.
    """

    def __init__(self, root: Element) -> None:
        self.problems: list[str] = []
        self._root = root
        self._languages = dict(_languages(root, ""))
        self._source: dict[int, Element] = {}  # number of the structure element -> HTML element
        self._artifacts: dict[int, dict[int, str]] = {}  # page -> MCID -> property list
        self._groups_seen: set[Element] = set()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """While WeasyPrint builds its tags: notes where each comes from, sets artifacts aside."""
        original = weasyprint_tags._build_box_tree

        def build(box: Box, parent: Struct, pdf: Pdf, page: int, marks: Any, notes: Any, tags: Any) -> Iterator[Struct]:
            if isinstance(box, AbsolutePlaceholder):
                box = box._box
            if kind := self._artifact_kind(box):
                self._set_aside(box, kind, page, marks, tags)
                return
            if getattr(box, "link_annotation", None):
                _drop_inner_link(box, parent, pdf, page)
            for struct in original(box, parent, pdf, page, marks, notes, tags):
                # Inner boxes are yielded first and keep their own element.
                self._source.setdefault(struct.number, box.element)
                yield struct

        weasyprint_tags._build_box_tree = build
        try:
            yield
        finally:
            weasyprint_tags._build_box_tree = original

    def finish(self, _document: Any, pdf: Pdf) -> None:
        """WeasyPrint's `finisher` hook: repairs the finished tree, in place."""
        tree = _Tree(pdf, self._source)
        root = tree.root
        _join_split_elements(tree, root)
        structs = list(tree.descendants(root))
        for struct in structs:
            match struct["S"]:
                case "/LI":
                    _give_one_body(tree, struct)
                case "/Table":
                    self.problems += _link_headers(tree, struct)
                case "/Figure":
                    self.problems += _describe_figure(tree, struct)
                case "/Link":
                    _describe_link(tree, struct)
        self.problems += _heading_problems([s["S"] for s in structs if s["S"] in HEADINGS])
        _name_languages(tree, root, self._languages, self._languages[self._root])
        _index_ids(tree, structs)
        _mark_artifacts(tree, self._artifacts)
        _claim_pdf_ua(tree)

    def _artifact_kind(self, box: Box) -> str:
        """The property list of the artifact that this box is, or "" for real content."""
        if isinstance(box, boxes.MarginBox):
            # Issue 1836: the content of margin boxes is marked as real but is in no tree.
            edge = box.at_keyword.partition("-")[0]
            subtype = {"@top": "/Subtype /Header ", "@bottom": "/Subtype /Footer "}.get(edge, "")
            return f"<</Type /Pagination {subtype}>>"
        element = box.element
        if element is None:
            return ""
        if box.element_tag in ("thead", "tfoot"):
            # Issue 2903: on the next page the same head again, which a reader must not hear again.
            if element in self._groups_seen:
                return "<</Type /Pagination >>"
            self._groups_seen.add(element)
        if element.get("aria-hidden") == "true" or (element.tag == "img" and element.get("alt") == ""):
            return "<</Type /Layout >>"
        return ""

    def _set_aside(self, box: Box, kind: str, page: int, marks: Any, tags: Any) -> None:
        """Takes everything marked inside a box out of the tree that is being built."""
        if isinstance(box, AbsolutePlaceholder):
            box = box._box
        if isinstance(box, boxes.TableCellBox):
            box.mark = pydyf.Dictionary({"A": pydyf.Dictionary()})  # WeasyPrint writes headers there
        if (tag := tags.pop(box, None)) is not None:
            marks[tag["mcid"]] = "null"  # the place in the parent tree stays, and points nowhere
            self._artifacts.setdefault(page, {})[tag["mcid"]] = kind
        for child in getattr(box, "children", ()):
            self._set_aside(child, kind, page, marks, tags)


class _Tree:
    """The structure tree of a file that is being written."""

    def __init__(self, pdf: Pdf, source: dict[int, Element]) -> None:
        self.pdf = pdf
        self.struct_tree_root = self.at(pdf.catalog["StructTreeRoot"])
        self.root = self.at(self.struct_tree_root["K"][0])
        self._source = source

    def at(self, reference: bytes) -> Any:
        """The object that `b"12 0 R"` refers to."""
        return self.pdf.objects[int(reference.split()[0])]

    def source(self, struct: Struct) -> Element | None:
        """The HTML element it was made from; None for what WeasyPrint made up."""
        return self._source.get(struct.number)

    def kids(self, struct: Struct) -> list[Struct]:
        """Its structure elements, without marked content and annotations."""
        found = (self.at(kid) for kid in struct["K"] if isinstance(kid, bytes))
        return [kid for kid in found if kid.get("Type") == "/StructElem"]

    def descendants(self, struct: Struct) -> Iterator[Struct]:
        """All structure elements below, in reading order."""
        for kid in self.kids(struct):
            yield kid
            yield from self.descendants(kid)

    def append(self, parent: Struct, child: Struct) -> None:
        child["P"] = parent.reference
        parent["K"].append(child.reference)


def _drop_inner_link(box: Box, parent: Struct, pdf: Pdf, page: int) -> None:
    """Takes the second annotation off an element inside a link.

    WeasyPrint gives each box within `<a>` an annotation of its own, over that of the link (issue
    2482), which ISO 14289-1 clause 7.18.5 then finds outside a Link element.
    """
    while parent["S"] not in ("/Link", "/Document"):
        parent = pdf.objects[int(parent["P"].split()[0])]
    if parent["S"] == "/Link":
        page_object = pdf.objects[int(pdf.page_references[page].split()[0])]
        page_object["Annots"].remove(box.link_annotation.reference)
        box.link_annotation.clear()
        box.link_annotation = None


def _languages(element: Element, inherited: str) -> Iterator[tuple[Element, str]]:
    language = element.get("lang") or element.get("{http://www.w3.org/XML/1998/namespace}lang") or inherited
    yield element, language
    for child in element:
        yield from _languages(child, language)


def _join_split_elements(tree: _Tree, parent: Struct) -> None:
    """Makes one element of the pieces that page breaks left (issue 2903).

    A piece continues the element just before it if both come from one HTML element and lie on
    different pages. The cells of a split row continue side by side, so in a row any may be continued.
    """
    kept: list[Any] = []
    last: dict[tuple[Element, str], tuple[Struct, bytes]] = {}
    for kid in parent["K"]:
        struct = tree.at(kid) if isinstance(kid, bytes) else None
        source = tree.source(struct) if struct is not None else None
        if source is None or struct is None or struct["S"] in NEVER_JOINED:
            kept.append(kid)
            last = last if parent["S"] == "/TR" else {}
            continue
        key, page = (source, struct["S"]), struct["Pg"]
        first, first_page = last.get(key, (None, page))
        if first is not None and first_page != page:
            for piece in tree.kids(struct):
                piece["P"] = first.reference
            first["K"].extend(struct["K"])
            struct.clear()  # nothing refers to it any more
            last[key] = first, page
        else:
            kept.append(kid)
            last = {**last, key: (struct, page)} if parent["S"] == "/TR" else {key: (struct, page)}
    parent["K"][:] = kept
    for struct in tree.kids(parent):
        _join_split_elements(tree, struct)


def _give_one_body(tree: _Tree, item: Struct) -> None:
    """Puts all but the label of a list item into one LBody.

    WeasyPrint gives an item with two paragraphs two bodies, or none (issue 2482); ISO 14289-1
    clause 7.6 wants one.
    """
    kids = tree.kids(item)
    rest = [kid for kid in kids if kid["S"] != "/Lbl"]
    if not rest or [kid["S"] for kid in rest] == ["/LBody"]:
        return
    body = pydyf.Dictionary(
        {"Type": "/StructElem", "S": "/LBody", "K": pydyf.Array([]), "Pg": item["Pg"], "P": item.reference}
    )
    tree.pdf.add_object(body)
    for kid in rest:
        for part in tree.kids(kid) if kid["S"] == "/LBody" else [kid]:
            tree.append(body, part)
    item["K"][:] = [kid.reference for kid in kids if kid["S"] == "/Lbl"] + [body.reference]


def _link_headers(tree: _Tree, table: Struct) -> list[str]:
    """Gives each TH its Scope and identifier, and each cell the headers that hold for it.

    WeasyPrint writes identifiers but no Scope (issue 2508), and counts columns anew on each page, so
    its own are replaced. Returns what is wrong with the table.
    """
    rows: list[tuple[int, Struct]] = []  # number of the row group, row
    for number, kid in enumerate(tree.kids(table)):
        rows += [(number, r) for r in ([kid] if kid["S"] == "/TR" else tree.kids(kid)) if r["S"] == "/TR"]

    taken: set[tuple[int, int]] = set()
    placed: list[tuple[int, int, range, range, Struct]] = []  # row, group, rows, columns, cell
    for r, (group, row) in enumerate(rows):
        column = 0
        for cell in tree.kids(row):
            if cell["S"] not in CELLS:
                continue
            while (r, column) in taken:
                column += 1
            spanned_rows = range(r, r + cell["A"].get("RowSpan", 1))
            columns = range(column, column + cell["A"].get("ColSpan", 1))
            taken |= {(y, x) for y in spanned_rows for x in columns}
            placed.append((r, group, spanned_rows, columns, cell))

    column_headers: list[tuple[int, set[int], Any]] = []
    row_headers: list[tuple[set[int], Any]] = []
    for r, group, spanned_rows, columns, cell in placed:
        cell.pop("ID", None)
        cell["A"].pop("Headers", None)
        if cell["S"] == "/TH":
            key = cell["ID"] = pydyf.String(f"h{table.number}-{r}-{columns.start}")
            scope = _scope(tree, rows[r][1], cell)
            cell["A"]["Scope"] = "/Row" if scope.startswith("row") else "/Column"
            if scope == "rowgroup":
                rest_of_group = {y for y, (g, _) in enumerate(rows) if g == group and y >= r}
                row_headers.append((rest_of_group, key))
            elif scope == "row":
                row_headers.append((set(spanned_rows), key))
            else:
                column_headers.append((r, set(columns), key))
    for r, _, spanned_rows, columns, cell in placed:
        own = cell.get("ID")
        headers = [key for y, key in row_headers if key is not own and not y.isdisjoint(spanned_rows)]
        if cell["S"] == "/TH" and cell["A"]["Scope"] == "/Row":
            headers = []  # a row header is under its column, not beside its row
        headers += [key for y, x, key in column_headers if y < r and not x.isdisjoint(columns)]
        if headers:
            cell["A"]["Headers"] = pydyf.Array(headers)

    widths = {len([x for y, x in taken if y == r]) for r in range(len(rows))}
    if len(widths) > 1:
        return [f"A table has rows of different widths: {_words_of(tree.source(table))[:60]!r}."]
    return []


def _scope(tree: _Tree, row: Struct, cell: Struct) -> str:
    """The scope attribute; if absent, what HTML takes it to be ("auto")."""
    source = tree.source(cell)
    scope = source.get("scope", "") if source is not None else ""
    if scope in ("row", "col", "rowgroup", "colgroup"):
        return str(scope)
    in_head = tree.at(row["P"])["S"] == "/THead"
    only_headers = all(kid["S"] == "/TH" for kid in tree.kids(row))
    return "col" if in_head or only_headers else "row"


def _describe_figure(tree: _Tree, figure: Struct) -> list[str]:
    """Says what a figure shows and where it is. Returns the problem that it says nothing.

    WeasyPrint reads only `<title>`, and gives the place in CSS pixels from the top (issue 2482).
    """
    source = tree.source(figure)
    if source is not None and source.tag == f"{SVG}svg":
        parts = [_words_of(source.find(f"{SVG}{tag}")) for tag in ("title", "desc")]
        if text := " ".join(part if part.endswith(".") else f"{part}." for part in parts if part):
            figure["Alt"] = pydyf.String(text)
    page_height = tree.at(figure["Pg"])["MediaBox"][3]
    x1, y1, x2, y2 = (value * CSS_PIXEL for value in figure["A"]["BBox"])
    figure["A"]["BBox"] = pydyf.Array((x1, page_height - y2, x2, page_height - y1))
    return [] if "Alt" in figure else ["A picture has no <title> or alt text, and is not aria-hidden."]


def _describe_link(tree: _Tree, link: Struct) -> None:
    """Lets the annotation say the words of the link instead of its address (ISO 14289-1, 7.18.5)."""
    source = tree.source(link)
    words = (source.get("aria-label") or _words_of(source)) if source is not None else ""
    for kid in link["K"]:
        if words and isinstance(kid, bytes) and tree.at(kid).get("Type") == "/OBJR":
            tree.at(tree.at(kid)["Obj"])["Contents"] = pydyf.String(words)


def _heading_problems(headings: Sequence[str]) -> list[str]:
    """What ISO 14289-1 clause 7.4.2 forbids: not starting at h1, and skipping a level."""
    problems = []
    level = 0
    for heading in headings:
        following = int(heading[-1])
        if following > level + 1:
            problems.append(
                f"A heading h{following} follows "
                + (f"h{level}: a level is skipped." if level else "nothing: the first heading must be h1.")
            )
        level = following
    return problems


def _name_languages(tree: _Tree, parent: Struct, languages: dict[Element, str], inherited: str) -> None:
    """Writes /Lang where the language changes."""
    for struct in tree.kids(parent):
        source = tree.source(struct)
        language = inherited if source is None else languages.get(source, inherited)
        if language != inherited:
            struct["Lang"] = pydyf.String(language)
        _name_languages(tree, struct, languages, language)


def _index_ids(tree: _Tree, structs: Sequence[Struct]) -> None:
    """The IDTree that ISO 32000-1 table 322 requires once an element has an identifier."""
    found = sorted((s["ID"].string, s) for s in structs if "ID" in s)
    names = pydyf.Array([])
    for key, struct in found:
        names.extend((pydyf.String(key), struct.reference))
    if names:
        tree.struct_tree_root["IDTree"] = pydyf.Dictionary({"Names": names})


def _mark_artifacts(tree: _Tree, artifacts: dict[int, dict[int, str]]) -> None:
    """Turns the marked content that was set aside into artifacts, in the page's own commands."""
    for page_number, kinds in artifacts.items():
        page = tree.at(tree.pdf.page_references[page_number])
        commands = tree.at(page["Contents"]).stream
        for i in range(1, len(commands) - 1):
            properties = commands[i]
            if commands[i + 1] == b"BDC" and isinstance(properties, pydyf.Dictionary):
                kind = kinds.get(properties["MCID"])
                if kind:
                    commands[i - 1 : i + 1] = ["/Artifact", kind]


def _claim_pdf_ua(tree: _Tree) -> None:
    """Adds PDF/UA-1 to the claims, as WeasyPrint can make only one (issues 2783, 2467)."""
    metadata = tree.at(tree.pdf.catalog["Metadata"])
    end = b"</rdf:RDF>"
    metadata.stream = [part.replace(end, PDF_UA_CLAIM + end) for part in metadata.stream]


def _words_of(element: Element | None) -> str:
    return "" if element is None else " ".join("".join(element.itertext()).split())

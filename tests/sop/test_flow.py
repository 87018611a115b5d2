"""The flow matrix: the SOP's symbols, actors and ways, laid out so that nothing covers anything."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import typst

from muara.sop.definition import Process
from muara.sop.flow import LEGEND, NO_MARKS, Marks, Stage, read_flow
from muara.sop.matrix import Box, Line, Picture, Point, Words, lay_out, width_of, wrap
from muara.sop.service import load_folder, read_service
from muara.sop.svg import draw, emblem
from tests.sop.folders import EXAMPLE, REAL, text

SIGNBOARD = Path(__file__).parent / "services" / "papan-nama" / "rev01"
FONTS = Path(__file__).parents[2] / "muara" / "documents" / "fonts"
SVG = "{http://www.w3.org/2000/svg}"

# The columns of Lampiran 1 in their printed order, and who does each step (domain.md 1.8).
PRINTED_COLUMNS = (
    "PEMOHON/ PELANGGAN",
    "PETUGAS LAYANAN INFORMASI",
    "PETUGAS CUSTOMER SERVICE (CS) + HELP DESK",
    "PETUGAS LAYANAN LOKET PENDAFTARAN",
    "PETUGAS PEMROSESAN (VERIFIKASI)",
    "PETUGAS PENGHUBUNG",
    "PETUGAS PEMROSESAN (ADM & MONITORING)",
    "TIM TEKNIS (OPD)",
    "KEPALA SEKSI LAYANAN",
    "KEPALA BIDANG LAYANAN PERIJINAN",
    "FORUM RAPAT GABUNGAN",
    "KEPALA DPMPTSP PROV. KALTIM",
    "PETUGAS TATA USAHA",
    "PETUGAS LAYANAN LOKET PENGAMBILAN",
)
COLUMN_OF = dict(zip(range(1, 19), (1, 2, 1, 3, 3, 4, 5, 3, 6, 8, 7, 9, 10, 11, 12, 13, 14, 1), strict=True))
# Steps from which Lampiran 1 sends the file more than one way, and 16, whose checklist may fail.
DECIDE = {4, 6, 7, 10, 11, 12, 13, 14, 15, 16}
SUPERVISED = {12, 13, 15}  # a superior examines what others did
# The ways back and aside that the SOP's text names (sop.yaml, jalur_balik).
WAYS_BACK = {
    *((4, 3), (4, 5), (5, 4), (6, 4), (7, 8), (8, 7), (10, 8), (12, 11), (13, 11), (12, 14), (13, 14)),
    *((14, 13), (15, 12), (15, 13), (15, 8), (15, 14), (15, 10)),
}
MAIN_LINE = (1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18)  # 5, 8 and 14 only where they are needed


def process_of(folder: Path) -> Process:
    return read_service(load_folder(folder)).process


LHP = process_of(REAL)
SERVICES = [pytest.param(process_of(folder), id=folder.parent.name) for folder in (REAL, SIGNBOARD, EXAMPLE)]
# A case that went 7 → 8 → 7 twice and came back from the head of office.
LOOPED = Marks(
    here=frozenset({"draft"}),
    done={"check": 1, "verify": 3, "correct": 2, "decide": 1},
    taken={("check", "complete"): 1, ("verify", "incomplete"): 2, ("correct", "repaired"): 2},
    walked=frozenset({("verify", "incomplete", "correct"), ("correct", "repaired", "verify")}),
    notes={"draft": ("Sekarang di sini", "Di tangan Petugas Administrasi dan Monitoring")},
    open={"draft": 3, "verify": 1},
)
PICTURES = [
    pytest.param(lay_out(read_flow(process_of(folder), marks=marks), standards=standards), id=name)
    for folder in (REAL, SIGNBOARD, EXAMPLE)
    for standards in (False, True)
    for marks in (NO_MARKS, LOOPED)
    if marks is NO_MARKS or folder is REAL
    for name in [
        f"{folder.parent.name}{'-standards' if standards else ''}{'-looped' if marks is LOOPED else ''}"
    ]
]


# --- what is drawn ------------------------------------------------------------------------------------


def test_the_legend_is_the_sops() -> None:
    printed = [
        line.removeprefix("- : ") for line in text("naskah.md").splitlines() if line.startswith("- : ")
    ]

    assert [label for _, label in LEGEND] == printed


def test_each_step_stands_in_its_actors_column() -> None:
    flow = read_flow(LHP)
    matrix = text("naskah.md")

    assert [actor.printed for actor in sorted(LHP.actors, key=lambda one: one.column)] == list(
        PRINTED_COLUMNS
    )
    assert all(label in matrix for label in PRINTED_COLUMNS)
    assert {stage.number: stage.column + 1 for stage in flow.stages} == COLUMN_OF


def test_symbols_follow_from_the_sop() -> None:
    def expected(stage: Stage) -> str:
        if stage.number in {1, 18}:
            return "terminator"
        return "supervised" if stage.number in SUPERVISED else "activity"

    stages = read_flow(LHP).stages

    assert {stage.number: stage.symbol for stage in stages} == {s.number: expected(s) for s in stages}
    assert {stage.number for stage in stages if stage.decides} == DECIDE


def test_forms_stand_at_the_step_that_makes_them_and_three_copies_are_drawn_as_several() -> None:
    sheets = {stage.number: stage.sheets for stage in read_flow(LHP).stages}

    assert [sheet.title for sheet in sheets[7]] == [
        "Form verifikasi penerimaan berkas",
        "Catatan masalah",
        "Surat pengantar ke OPD",
    ]
    # Lampiran 1, langkah 11: "mencetak draft surat izin … 3 rangkap".
    assert {(n, s.title) for n, made in sheets.items() for s in made if s.copies} == {
        (11, "Draf surat izin, tiga rangkap")
    }


def test_monitoring_of_step_11_is_drawn_beside_step_10_in_its_own_column() -> None:
    beside = read_flow(LHP).stage(10).beside

    assert beside is not None
    assert (beside.number, beside.column + 1) == (11, 7)


def test_the_sops_ways_back_and_its_main_line_are_drawn() -> None:
    drawn = {(line.way[0], line.way[2]) for line in lay_out(read_flow(LHP)).lines if line.way}

    assert drawn >= WAYS_BACK
    assert drawn >= set(pairwise(MAIN_LINE))
    assert (18, 0) in drawn


@pytest.mark.parametrize("picture", PICTURES)
def test_each_outcome_of_the_definition_has_its_line_and_its_label(picture: Picture) -> None:
    process = next(
        p for p in (process_of(f) for f in (REAL, SIGNBOARD, EXAMPLE)) if p.title == picture.flow.title
    )
    drawn = {line.way for line in picture.lines if line.way}
    labels = {" ".join(words.lines) for words in picture.words}

    assert drawn == {
        (step.number, way.key, target)
        for step in process.steps
        for way in step.outcomes
        for target in (
            {process.step(key).number for key in process.callers(step.key)}
            if way.to == "@caller"
            else {0 if way.to == "end" else process.step(way.to).number}
        )
    }
    assert labels >= {way.label for step in process.steps for way in step.outcomes}


@pytest.mark.parametrize("picture", PICTURES)
def test_each_line_runs_from_its_step_to_where_it_leads(picture: Picture) -> None:
    symbols = [shape for shape in picture.shapes if shape.step and shape.symbol not in {"form", "forms"}]
    for line in picture.lines:
        if line.way is None:
            continue
        own = [shape.box for shape in symbols if shape.step == line.way[0]]
        ahead = [shape.box for shape in symbols if shape.step == (line.way[2] or line.way[0])]

        assert any(on_edge(line.points[0], box) for box in own), line
        assert any(on_edge(line.points[-1], box) for box in ahead), line


def on_edge(point: Point, box: Box) -> bool:
    x, y = point
    inside = box.x - 0.01 <= x <= box.right + 0.01 and box.y - 0.01 <= y <= box.bottom + 0.01
    return inside and min(abs(x - box.x), abs(x - box.right), abs(y - box.y), abs(y - box.bottom)) < 0.01


# --- nothing covers anything ----------------------------------------------------------------------------


@pytest.mark.parametrize("picture", PICTURES)
def test_no_symbol_and_no_text_covers_another(picture: Picture) -> None:
    boxes = [(shape.box, f"{shape.symbol} {shape.text}") for shape in picture.shapes]
    boxes += [(taken(words), " ".join(words.lines)) for words in picture.words if words.lines]

    assert [(one, other) for one, other in combinations(boxes, 2) if one[0].overlaps(other[0])] == []


@pytest.mark.parametrize("picture", PICTURES)
def test_no_line_crosses_a_text(picture: Picture) -> None:
    crossed = [
        (line.way, words.lines)
        for line in picture.lines
        for words in picture.words
        if words.lines and crosses(line, taken(words))
    ]

    assert crossed == []


@pytest.mark.parametrize("picture", PICTURES)
def test_no_line_runs_through_a_symbol(picture: Picture) -> None:
    """A line passes the connectors of its own target and of its own way, and nothing else."""
    through = [
        (line.way, shape.symbol, shape.step, shape.text)
        for line in picture.lines
        for shape in picture.shapes
        if crosses(line, shape.box)
        and not (
            shape.symbol == "connector"
            and line.way is not None
            and (shape.text == str(line.way[2]) or shape.step == line.way[0])
        )
    ]

    assert through == []


@pytest.mark.parametrize("picture", PICTURES)
def test_lines_of_different_targets_share_no_stretch_of_a_lane(picture: Picture) -> None:
    lanes: dict[float, list[tuple[float, float, int]]] = {}
    for line in picture.lines:
        if line.way is None:
            continue
        for (x1, y1), (x2, y2) in pairwise(line.points):
            if x1 == x2 and x1 > max(
                shape.box.right for shape in picture.shapes if shape.symbol == "decision"
            ):
                lanes.setdefault(x1, []).append((min(y1, y2), max(y1, y2), line.way[2]))

    shared = [
        (x, one, other)
        for x, stretches in lanes.items()
        for one, other in combinations(stretches, 2)
        if one[2] != other[2] and one[0] < other[1] and other[0] < one[1]
    ]

    assert lanes
    assert shared == []


def taken(words: Words) -> Box:
    """The room that a text takes, by the measure of its letters."""
    box, wide = words.box, max(width_of(line, words.size) for line in words.lines)
    tall = words.size * 1.19 * len(words.lines)
    if words.upright:
        return Box(box.centre[0] - tall / 2, box.bottom - wide, tall, wide)
    left = {"start": box.x, "middle": box.centre[0] - wide / 2, "end": box.right - wide}[words.anchor]
    return Box(left, box.y, wide, tall - words.size * 0.15)


def crosses(line: Line, box: Box) -> bool:
    inner = Box(box.x + 0.5, box.y + 0.5, box.w - 1, box.h - 1)
    return any(
        min(x1, x2) < inner.right
        and max(x1, x2) > inner.x
        and min(y1, y2) < inner.bottom
        and max(y1, y2) > inner.y
        for (x1, y1), (x2, y2) in pairwise(line.points)
    )


@pytest.mark.parametrize("picture", PICTURES)
def test_each_text_fits_its_room_and_the_picture_holds_all(picture: Picture) -> None:
    for words in picture.words:
        room = words.box.h if words.upright else words.box.w
        high = words.box.w if words.upright else words.box.h

        assert all(width_of(line, words.size) <= room + 0.01 for line in words.lines), words
        assert words.size * 1.19 * len(words.lines) <= high + 0.01, words
    for box in (*(words.box for words in picture.words), *(shape.box for shape in picture.shapes)):
        assert box.x >= 0
        assert box.y >= 0
        assert box.right <= picture.width
        assert box.bottom <= picture.height


def test_wrapping_keeps_every_word_and_breaks_what_is_wider_than_the_room() -> None:
    assert wrap("Tim Teknis (OPD)", 10, 60) == ("Tim Teknis", "(OPD)")
    assert "".join(wrap("W" * 30, 10, 50)) == "W" * 30
    assert all(width_of(line, 10) <= 50 for line in wrap("W" * 30, 10, 50))
    assert wrap("", 10, 50) == ()


# --- a case's path -----------------------------------------------------------------------------------


def test_a_path_with_loops_is_drawn_over_the_rest_with_its_counts() -> None:
    picture = lay_out(read_flow(LHP, marks=LOOPED))
    walked = [line.way for line in picture.lines if line.tone == "walked" and line.way]
    badges = [(shape.step, shape.text) for shape in picture.shapes if shape.tone == "count"]

    assert set(walked) == {(7, "incomplete", 8), (8, "repaired", 7)}
    assert [line.tone for line in picture.lines][-2:] == ["walked", "walked"]
    assert badges == [(4, "1×"), (7, "2×"), (8, "2×")]
    assert [field.box.y for field in picture.fields if field.tone == "here"] == [
        next(s.box.y for s in picture.shapes if s.step == 11 and s.symbol == "activity") - 12
    ]


def test_a_refusal_is_worded_as_one() -> None:
    labels = {way.label for stage in read_flow(LHP, kind="refusal").stages for way in stage.ways}

    assert "Draf keputusan penolakan diserahkan kepada kepala seksi" in labels
    assert "Draf izin diserahkan kepada kepala seksi" not in labels


# --- the ink ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("part", ["whole", "corner", "actors", "titles", "matrix"])
def test_the_svg_is_well_formed_and_asks_nothing_from_outside(picture: Picture, part: str) -> None:
    root = ET.fromstring(draw(picture, part=part, title="Alur", text="Uraian"))  # type: ignore[arg-type]
    attributes = {name for element in root.iter() for name in element.attrib}

    assert root.tag == f"{SVG}svg"
    assert root[0].text == "Alur"
    assert not attributes & {"style", "class", "href", "onload"}
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "desc", "rect", "path", "circle", "g", "text")
    }


def test_the_four_parts_together_say_what_the_whole_says() -> None:
    picture = lay_out(read_flow(LHP, marks=LOOPED), standards=True)

    def texts(part: str) -> list[str]:
        root = ET.fromstring(draw(picture, part=part))  # type: ignore[arg-type]
        return sorted(element.text or "" for element in root.iter(f"{SVG}text"))

    parts = [text for part in ("corner", "actors", "titles", "matrix") for text in texts(part)]

    assert sorted(parts) == texts("whole")


def test_a_text_is_never_markup() -> None:
    nasty = '<script>alert("x")</script> & Co'
    first, *others = LHP.steps
    process = replace(LHP, title=nasty, steps=(replace(first, title=nasty), *others))
    svg = draw(lay_out(read_flow(process)), title=nasty, text=nasty)

    assert "<script" not in svg
    assert ET.fromstring(svg)[0].text == nasty


def test_every_symbol_of_the_legend_has_an_emblem() -> None:
    assert all(ET.fromstring(emblem(symbol)).get("aria-hidden") == "true" for symbol, _ in LEGEND)


def test_typst_sets_the_picture_as_it_is(tmp_path: Path) -> None:
    picture = lay_out(read_flow(LHP), standards=True)
    (tmp_path / "flow.svg").write_text(draw(picture, title="Alur", text="Uraian"), encoding="utf-8")
    source = '#set page(width: auto, height: auto, margin: 5mm)\n#image("flow.svg", width: 297mm)'
    (tmp_path / "page.typ").write_text(source, encoding="utf-8")

    pdf, warnings = typst.compile_with_warnings(tmp_path / "page.typ", font_paths=[FONTS])

    assert pdf.startswith(b"%PDF")
    assert warnings == []

"""The flow picture on the web: for anybody, for one case and its applicant, for those who oversee all."""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from playwright.sync_api import Page
from time_machine import TimeMachineFixture

from muara.cases.models import Case, Revision, Task
from muara.people.models import User
from muara.sop.definition import Process
from muara.web.demo import (
    Clock,
    Walk,
    _from_paper,
    applicant,
    officer,
    other_applicant,
    seed_office,
    seed_service,
    withdrawn,
)
from muara.web.flow import figures_of, path_of
from tests.browser import LiveApp, assert_accessible, assert_fits
from tests.clock import MONDAY, WEDNESDAY, at
from tests.remembered import case_at
from tests.steps.test_another_service import FOLDER as SIGNBOARD
from tests.web.test_public import SERVICE


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


office = pytest.mark.usefixtures("_office")


def page_of(path: str, user: User | None = None) -> str:
    client = Client()
    if user is not None:
        client.force_login(user)
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(page: str) -> list[str]:
    """The stages of the list that says what the picture says, one text each."""
    found = re.findall(r'<li\s+class="m-flow__stage.*?</ul>\s*</li>', page, re.DOTALL)
    return [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", item)).split()) for item in found]


def pictures(page: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg xmlns.*?</svg>", page, re.DOTALL)]


def looped() -> Walk:
    """7 → 8 → 7 and on, then 12 sends the draft back to 11 once, and it stands there."""
    walk = Walk(Clock(MONDAY - timedelta(hours=2)), applicant())
    walk.submit()
    turned = {"verify": "incomplete", "endorse_section": "faulty"}
    while turned:
        step = walk.task.step_key
        outcome = turned.pop(step, "")
        walk.forward(outcome, note="Skema IPAL kurang jelas" if outcome else "")
    return walk


# --- anybody ------------------------------------------------------------------------------------------


@office
def test_anybody_sees_the_matrix_and_the_same_as_a_list() -> None:
    page = page_of(f"{SERVICE}alur/")
    process: Process = Revision.objects.get().process
    stages = listed(page)

    assert len(stages) == 18
    for step, told in zip(process.steps, stages, strict=True):
        assert told.startswith(f"{step.number}. {step.title}")
        assert process.actor(step.actor).label in told
        assert all(way.label in told for way in step.outcomes)
        assert not step.limit or step.limit.printed in told
    assert "kembali ke langkah 8 · dengan alasan" in stages[9]
    assert "ke langkah yang meminta: 10, 12, 13 atau 15" in stages[6]
    assert "Memantau kemajuan pertek di OPD (Petugas Administrasi dan Monitoring)" in stages[9]
    assert "tidak tercetak dalam SOP" in stages[15]


@office
def test_the_picture_is_named_described_and_styled_by_nothing_inline() -> None:
    page = page_of(f"{SERVICE}alur/")
    named = [svg for svg in pictures(page) if svg.get("role") == "img"]
    hidden = [svg for svg in pictures(page) if svg.get("role") != "img"]

    assert [svg[0].text for svg in named] == ["Matriks Lampiran 1: Izin Pembuangan Air Limbah ke Laut"]
    assert named[0].get("aria-labelledby") == f"{named[0][0].get('id')} {named[0][1].get('id')}"
    assert all(svg.get("aria-hidden") == "true" for svg in hidden)
    assert "style=" not in page
    assert "<style" not in page


@office
def test_the_columns_of_the_quality_standard_stand_where_they_are_asked_for() -> None:
    plain, full = page_of(f"{SERVICE}alur/"), page_of(f"{SERVICE}alur/?mutu=1")

    assert "MUTU BAKU" not in plain
    assert all(word in full for word in ("MUTU BAKU", "Kelengkapan", "Waktu", "Output"))
    # Lampiran 1, langkah 10, output.
    assert "Pertimbangan/ Rekomendasi Teknis" in listed(full)[9]
    assert "Pertimbangan/ Rekomendasi Teknis" not in listed(plain)[9]


@office
def test_service_page_and_book_lead_to_the_picture() -> None:
    assert f'href="{SERVICE}alur/"' in page_of(SERVICE)
    assert f'href="{SERVICE}alur/"' in page_of(f"{SERVICE}sop/")


@office
def test_another_service_is_drawn_by_its_data_alone() -> None:
    seed_service(SIGNBOARD, MONDAY)

    stages = listed(page_of("/layanan/papan-nama/alur/"))

    assert len(stages) == 9
    assert "Kembalikan untuk dilengkapi → kembali ke langkah 1" in stages[1]


# --- one case -----------------------------------------------------------------------------------------


@office
def test_an_officer_sees_where_the_case_went_and_stands() -> None:
    case = Case.objects.get(pk=looped().task.case_id)
    page = page_of(f"/meja/berkas/{case.pk}/?bagian=alur", officer("processing_officer"))
    stages = listed(page)

    assert "Sekarang di sini Di tangan Petugas Administrasi dan Monitoring" in stages[10]
    assert [number for number, told in enumerate(stages, 1) if "Sekarang di sini" in told] == [11]
    assert "· 1×" in stages[7]
    assert "Selesai 2 kali" in stages[6]
    assert "Sudah dilalui" not in stages[12]
    turns = re.findall(r"dari langkah (\d+)\s+ke langkah (\d+)", page)
    assert turns == [("7", "8"), ("8", "7"), ("12", "11")]
    assert "Jalan kembali yang ditempuh (3)" in page
    assert page.count("“Skema IPAL kurang jelas”") >= 1


@office
def test_the_path_counts_each_round_and_knows_to_whom_it_went_back() -> None:
    case = Case.objects.get(pk=looped().task.case_id)
    path = path_of(case, kind="", notes={})

    assert path.marks.taken["verify", "incomplete"] == 1
    assert path.marks.taken["verify", "complete"] == 1
    assert path.marks.done["verify"] == 2
    assert ("endorse_section", "faulty", "draft") in path.marks.walked
    assert path.marks.here == {"draft"}


@office
def test_a_detour_goes_back_on_the_line_of_whoever_called() -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=2)), applicant())
    walk.submit()
    while walk.task.step_key != "review":
        walk.forward()
    walk.forward("unfit", note="Titik penaatan belum jelas")
    walk.forward()
    walk.forward("resumed")
    path = path_of(Case.objects.get(pk=walk.task.case_id), kind="", notes={})

    assert {way for way in path.marks.walked if way[1] == "resumed"} == {("verify", "resumed", "review")}
    assert [(turn.start, turn.reached) for turn in path.turns] == [(10, 8), (8, 7), (7, 10)]


@office
def test_a_finished_case_walked_to_the_end() -> None:
    path = path_of(case_at("end", at=MONDAY), kind="permit", notes={})

    assert ("receive", "received", "end") in path.marks.walked
    assert path.marks.here == frozenset()
    assert path.turns == ()


@office
def test_a_withdrawn_case_stands_nowhere_and_a_step_done_on_paper_says_so() -> None:
    gone = path_of(withdrawn(at=MONDAY), kind="", notes={})
    paper = path_of(_from_paper(MONDAY), kind="", notes={})

    assert gone.marks.here == frozenset()
    assert all(target != "end" for _, _, target in gone.marks.walked)
    assert paper.marks.here
    assert paper.marks.notes["register"] == ("Di atas kertas",)
    assert paper.turns == ()


@office
def test_the_applicant_sees_the_way_but_not_what_went_back_inside_the_office() -> None:
    case = Case.objects.get(pk=looped().task.case_id)
    page = page_of(f"/permohonan/{case.application.reference}/alur/", applicant())
    stages = listed(page)

    assert "Sekarang di sini" in stages[10]
    assert "Diperiksa kembali di dalam kantor" in page
    assert "Skema IPAL kurang jelas" not in page
    assert "Kembalikan untuk dilengkapi melalui customer service" in page
    assert "×" not in stages[11].partition("Ada kesalahan")[2].partition("Usulkan")[0]
    assert f"/permohonan/{case.application.reference}/alur/" in page_of(
        f"/permohonan/{case.application.reference}/", applicant()
    )


@office
def test_a_stranger_gets_nothing_and_a_draft_has_no_path_yet() -> None:
    case, client = case_at("verify", at=MONDAY), Client()
    client.force_login(other_applicant())
    draft = Walk(Clock(MONDAY), other_applicant()).prepare()

    assert client.get(f"/permohonan/{case.application.reference}/alur/").status_code == 404
    answer = client.get(f"/permohonan/{draft.reference}/alur/")
    assert answer.status_code == 302
    assert answer["Location"] == f"/permohonan/{draft.reference}/"


# --- all cases ----------------------------------------------------------------------------------------


@office
def test_the_figures_count_open_cases_and_the_days_that_closed_tasks_took(
    time_machine: TimeMachineFixture,
) -> None:
    case_at("verify", at=MONDAY)
    case_at("verify", at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant())
    walk.submit()
    while walk.task.step_key != "deliver":
        walk.forward()
    walk.clock.now = WEDNESDAY
    walk.forward()
    marks = figures_of(Revision.objects.get(), at=WEDNESDAY + timedelta(hours=3))

    assert marks.open == {"verify": 2, "review": 1}
    assert marks.taken["verify", "complete"] == 1
    assert marks.taken["register", "registered"] == 3
    assert marks.notes["verify"] == ("2 berkas terbuka", "Median: hari yang sama")
    # Step 9 was opened on Monday and done on Wednesday: two working days.
    assert marks.notes["deliver"] == ("Tidak ada berkas", "Median 2 hari kerja")
    assert "ask" not in marks.notes


@office
@pytest.mark.parametrize(
    ("actor", "status"),
    [
        *(("section_head", 200), ("division_head", 200), ("head_of_office", 200), ("auditor", 200)),
        *(("verifier", 403), ("technical_team", 403), ("administrator", 403)),
    ],
)
def test_only_heads_and_auditors_see_all_cases(client: Client, actor: str, status: int) -> None:
    client.force_login(officer(actor))

    assert client.get("/pengawasan/alur/").status_code == status


@office
def test_the_oversight_costs_the_same_queries_for_one_case_and_for_three(client: Client) -> None:
    client.force_login(officer("auditor"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get("/pengawasan/alur/").status_code == 200
        return len(seen)

    case_at("verify", at=MONDAY)
    queries()
    one = queries()
    case_at("verify", at=MONDAY)
    case_at("review", at=MONDAY)

    assert queries() == one


@office
def test_an_unknown_revision_is_not_found(client: Client) -> None:
    client.force_login(officer("auditor"))

    assert client.get("/pengawasan/alur/?revisi=999").status_code == 404
    assert client.get("/pengawasan/alur/?revisi=x").status_code == 404


# --- in a browser -------------------------------------------------------------------------------------

# Texts of the picture that reach out of the SVG or into a symbol's neighbour, by the browser's own measure.
OUTSIDE = """() => [...document.querySelectorAll('.m-flow__matrix svg')].flatMap(svg => {
    const all = svg.viewBox.baseVal
    const texts = [...svg.querySelectorAll('text')].filter(text => !text.closest('g'))
    return texts.filter(text => {
        const box = text.hasAttribute('transform')
            ? {x: all.x, y: +text.getAttribute('y') - text.getBBox().width, width: 1, height: 1}
            : text.getBBox()
        return box.x < all.x || box.y < all.y || box.x + box.width > all.x + all.width
    }).map(text => text.textContent)
})"""
OVERLAPS = """() => [...document.querySelectorAll('.m-flow__matrix svg')].flatMap(svg => {
    const texts = [...svg.querySelectorAll('text')]
    const boxes = texts.map(text => [text.textContent, text.getBoundingClientRect()])
    const found = []
    boxes.forEach(([one, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
        const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left)
        const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)
        if (wide > 0.5 && high > 3) found.push([one, other])
    }))
    return found
})"""


def visits(app: LiveApp) -> list[tuple[str, User | None]]:
    case = Task.objects.filter(outcome="needs_meeting").select_related("case__application")[0].case
    return [
        (f"{SERVICE}alur/", None),
        (f"{SERVICE}alur/?mutu=1", None),
        ("/pengawasan/alur/", officer("division_head")),
        (f"/meja/berkas/{case.pk}/?bagian=alur", officer("division_head")),
        (f"/permohonan/{case.application.reference}/alur/", applicant()),
    ]


def stays(page: Page) -> list[float]:
    """Where the titles' left and the actors' upper edge are on the screen."""
    edges = "[['titles', 'left'], ['actors', 'top'], ['corner', 'left'], ['corner', 'top']]"
    measure = "document.querySelector(`.m-flow__${part}`).getBoundingClientRect()[edge]"
    found: list[float] = page.evaluate(f"() => {edges}.map(([part, edge]) => {measure})")
    return found


def test_on_a_desk_every_text_is_whole_and_the_titles_stay(
    demo_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    for path, user in visits(demo_app):
        page = new_page(viewport={"width": 1280, "height": 900})
        if user is not None:
            demo_app.sign_in(page, user)
        page.goto(f"{demo_app.url}{path}")
        page.evaluate("document.fonts.ready")
        assert_fits(page)
        assert_accessible(page)
        assert page.evaluate(OUTSIDE) == []
        assert page.evaluate(OVERLAPS) == []
        before = stays(page)
        page.locator(".m-flow__matrix").evaluate("box => box.scrollTo(200, 400)")
        page.wait_for_function("document.querySelector('.m-flow__matrix').scrollTop == 400")
        assert stays(page) == before
        page.context.close()


def test_on_a_phone_the_way_is_a_list(demo_app: LiveApp, new_page: Callable[..., Page]) -> None:
    for path, user in visits(demo_app):
        page = new_page(viewport={"width": 390, "height": 844})
        if user is not None:
            demo_app.sign_in(page, user)
        page.goto(f"{demo_app.url}{path}")
        assert_fits(page)
        assert_accessible(page)
        assert not page.locator(".m-flow__matrix").is_visible()
        assert page.locator(".m-flow__stage").first.is_visible()
        page.context.close()

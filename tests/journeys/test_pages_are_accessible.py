"""Every kind of page, as the person who sees most of it, fits a desk and a phone and is accessible.

The officers' task pages, step by step, are in tests/web/test_tasks_browser.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from muara.cases.models import Application, Case, Draft, Task
from muara.compliance.models import Certificate, Discharge
from muara.compliance.reports import owed_reports
from muara.contacts.models import (
    Assessment,
    Complaint,
    Consultation,
    Counter,
    NoticeLetter,
    PhoneTask,
    Questionnaire,
    SurveyFollowUp,
    Ticket,
)
from muara.people.actions.companies import invite
from muara.people.calendar import office_calendar
from muara.people.models import CalendarDay, Office, User, office_day
from muara.people.rules import COMPLAINT_MANAGER
from muara.permits import marks
from muara.permits.models import LaterDecision, Permit
from muara.records.periods import semester
from muara.steps.actions import later
from muara.steps.actions.powers import record_power
from muara.web.case_page import SECTIONS
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant
from tests.browser import LiveApp, assert_accessible, assert_fits
from tests.later import because, carry_through
from tests.powers import given, letter

WIDTHS = (1280, 390)


@dataclass(frozen=True)
class Visit:
    """A page, who looks at it, and the button that brings it to the state to be looked at."""

    path: str
    who: User | None = None
    press: str = ""
    status: int = 200


def at_step(key: str) -> Case:
    """The oldest case of the demonstration that stands at a step."""
    waiting = Task.objects.select_related("case__application").filter(step_key=key, closed_at=None)
    return waiting.order_by("pk")[0].case


def finished() -> Case:
    return Case.objects.select_related("application").exclude(closed_at=None).latest("pk")


def begun(person: User) -> Application:
    """An application that lacks an answer and two files."""
    application = Walk(Clock(timezone.now()), person).prepare()
    application.attachments.filter(requirement__in=(7, 14)).delete()
    del application.data["outfall_name"]
    application.save(update_fields=["data"])
    return application


def anybody() -> Iterator[Visit]:
    issued, unissued = Permit.objects.exclude(scan=None), Draft.objects.filter(permit=None)
    yield Visit("/")
    yield Visit("/layanan/pembuangan-air-limbah-ke-laut/")
    yield Visit("/izin/")
    yield Visit("/izin/", press="Periksa izin")
    yield Visit(f"/izin/{issued[0].draft.token}/")
    yield Visit(f"/izin/{unissued[0].token}/")
    yield Visit(f"/izin/{'0' * 32}/", status=404)
    yield Visit("/izin/register/")
    yield Visit("/izin/register/?cari=tidak+ada")
    yield Visit("/izin/cocokkan/", press="Bandingkan")
    yield Visit(f"/izin/{issued[0].draft.token}/cocokkan/")
    yield Visit("/kunci/")
    ticket = Ticket.objects.waiting()[0]
    yield Visit("/antrean/")
    yield Visit("/antrean/kiosk/", status=403)
    yield Visit(f"/antrean/kiosk/{ticket.token}/?lama=1")
    yield Visit(f"/antrean/tiket/{ticket.token}/")
    yield Visit("/antrean/layar/")
    yield Visit("/survei/", press="Buka kuesioner")
    yield Visit(f"/survei/{Questionnaire.objects.filter(returned=False)[0].code}/", press="Kirim jawaban")
    yield Visit(f"/survei/{Questionnaire.objects.filter(returned=True)[0].code}/")
    yield Visit("/survei/hasil/")
    yield Visit("/statistik/")
    yield Visit("/statistik/?periode=1999-1", status=422)
    yield Visit("/statistik/kamus/")
    yield Visit("/akun/masuk/")
    yield Visit("/akun/masuk/", press="Masuk")
    yield Visit("/akun/daftar/")
    yield Visit("/akun/daftar/", press="Buat akun")
    yield Visit("/akun/lupa/")
    yield Visit("/tidak/ada/", status=404)


def complaint_pages() -> Iterator[Visit]:
    """A complaint as anybody says and follows it, as the counter writes it down, as its manager reads it."""
    manager, counter = officer(COMPLAINT_MANAGER), officer("customer_service")
    yield Visit("/pengaduan/", press="Kirim")
    yield Visit("/pengaduan/lacak/", press="Lihat pengaduan")
    yield Visit("/pengaduan/angka/")
    yield Visit("/meja/pengaduan/baru/", counter, press="Simpan pengaduan")
    yield Visit("/meja/pengaduan/", manager)
    yield Visit("/meja/pengaduan/?keadaan=dianggap_dicabut", manager)
    for state in ("diterima", "selesai", "diteruskan"):
        found = Complaint.objects.filter(state=state, handler=manager)[0]
        yield Visit(f"/meja/pengaduan/{found.pk}/", manager)


def applicants() -> Iterator[Visit]:
    budi, sari = other_applicant(), applicant()
    draft = begun(budi)
    here = f"/permohonan/{draft.reference}/"
    yield Visit("/permohonan/", budi)
    yield Visit("/permohonan/baru/", budi)
    yield Visit("/permohonan/baru/", budi, press="Mulai mengisi")
    yield Visit(here, budi)
    for section in draft.revision.definition.form.sections:
        yield Visit(f"{here}bagian/{section.key}/", budi)
    yield Visit(f"{here}berkas/5/", budi)
    yield Visit(f"{here}berkas/7/", budi, press="Unggah")
    yield Visit(f"{here}kirim/", budi)
    yield Visit("/permohonan/", sari)
    yield Visit("/pertanyaan/", sari, press="Kirim pertanyaan")
    for key in ("apply", "correct", "review", "receive"):
        yield Visit(f"/permohonan/{at_step(key).application.reference}/", sari)
    yield Visit(f"/permohonan/{finished().application.reference}/", sari)
    yield Visit(f"/permohonan/{at_step('apply').application.reference}/kirim/", sari, "Kirim permohonan")
    yield Visit(f"/permohonan/{at_step('receive').application.reference}/terima/", sari)
    yield from company_pages(sari, budi)
    yield from duty_pages(sari)
    yield Visit("/pemberitahuan/", sari)
    yield Visit("/akun/sandi/", sari)


def duty_pages(member: User) -> Iterator[Visit]:
    """What follows a permit: logged but for a day, with a certificate that exceeds."""
    here = f"/kewajiban/{Certificate.objects.get().discharge_id}/"
    yield Visit("/kewajiban/", member)
    yield Visit(here, member)
    yield Visit(f"{here}harian/", member, press="Simpan")
    yield Visit(f"{here}bulan/", member)
    yield Visit(f"{here}impor/", member, press="Baca tabel")
    yield Visit(f"{here}ketaatan/", member)
    yield Visit(f"{here}sertifikat/", member)
    yield Visit(f"{here}sertifikat/baru/", member, press="Simpan sertifikat")
    logged = Discharge.objects.get(pk=Certificate.objects.get().discharge_id)
    owed = owed_reports([logged], today=office_day(timezone.now()), calendar=office_calendar())
    yield Visit(f"{here}alat/", member, press="Sambungkan alat")
    yield Visit(f"{here}kejadian/", member, press="Laporkan kejadian")
    yield Visit(f"/kewajiban/kejadian/{logged.incidents.all()[0].pk}/", member, press="Simpan tindak lanjut")
    yield Visit(f"{here}grafik/", member)
    yield Visit(f"{here}laporan/", member)
    yield Visit(f"{here}laporan/{owed[-1].slug}/", member, press="Lampirkan")
    yield Visit(f"{here}laporan/{owed[-1].slug}/serahkan/", member, press="Serahkan laporan")


def company_pages(member: User, proxy: User) -> Iterator[Visit]:
    """A company with a colleague to come, and a proxy's pages before and after the yes."""
    application, at = at_step("receive").application, timezone.now()
    company, today = application.company, office_day(at)
    terms: dict[str, Any] = {"starts": today, "dated": today, "ends": None}
    invited = invite(company.pk, address=proxy.email, by=member, at=at)
    waiting = record_power(company, letter(**terms), holder_address=proxy.email, by=member, at=at)
    given(application, to=proxy, by=member, at=at, **terms)
    here = f"/perusahaan/{company.pk}/"
    yield Visit("/perusahaan/", member)
    yield Visit(here, member)
    yield Visit(f"{here}undang/", member, press="Buat undangan")
    yield Visit(f"{here}kuasa/", member, press="Catat surat kuasa")
    yield Visit(f"/perusahaan/anggota/{company.memberships.get().pk}/akhiri/", member)
    yield Visit(f"/permohonan/{application.reference}/kuasa/", member)
    yield Visit(f"/kuasa/{waiting.pk}/cabut/", member, press="Cabut kuasa")
    yield Visit("/perusahaan/", proxy)
    yield Visit(f"/perusahaan/undangan/{invited.token}/", proxy)
    yield Visit(f"/permohonan/{application.reference}/", proxy)


def officers() -> Iterator[Visit]:
    yield Visit("/antrean/kiosk/", officer("customer_service"))
    information, counter = officer("information_officer"), officer("customer_service")
    waiting = Consultation.objects.filter(answered_at=None).latest("pk")
    answered = Consultation.objects.exclude(answered_at=None).latest("pk")
    yield Visit("/meja/", information)
    yield Visit("/meja/konsultasi/", information)
    yield Visit("/meja/konsultasi/baru/", information, press="Simpan konsultasi")
    yield Visit(f"/meja/konsultasi/{waiting.pk}/", information, press="Simpan jawaban")
    yield Visit(f"/meja/konsultasi/{answered.pk}/", information)
    desk = Counter.objects.order_by("name")[0]
    yield Visit("/meja/antrean/", information)
    yield Visit(f"/meja/antrean/loket/{desk.pk}/", information)
    yield Visit("/meja/antrean/hari-ini/", information)
    yield Visit("/meja/", counter)
    yield Visit("/meja/survei/", counter)
    yield Visit("/meja/pemohon/baru/", counter)
    yield Visit("/meja/", officer("processing_officer"))
    yield Visit("/kantor/", counter, status=403)
    yield Visit("/meja/telepon/", counter)
    yield Visit("/meja/ketidakhadiran/", counter)
    yield Visit("/meja/ketidakhadiran/", officer("section_head"), press="Catat ketidakhadiran")
    call, paper = PhoneTask.objects.filter(closed_at=None)[0], NoticeLetter.objects.all()[0]
    yield Visit(f"/meja/telepon/{call.pk}/", counter, press="Simpan hasil telepon")
    yield Visit(f"/meja/surat-pemberitahuan/{paper.pk}/", counter, press="Catat sudah diposkan")
    yield Visit(f"/meja/berkas/{paper.case_id}/?bagian=pemberitahuan", counter)
    head, decree = officer("head_of_office"), at_step("decide").main_task
    assert decree
    yield Visit("/meja/tanda-tangan/", head)
    yield Visit(f"/meja/tanda-tangan/{decree.pk}/", head, press="Sudah saya baca, siap ditandatangani")
    yield Visit("/akun/sandi-lagi/kode/?next=/meja/", head)
    yield Visit("/meja/berkas/", counter)
    yield Visit("/meja/berkas/?cari=tidak+ada", counter)
    collection = officer("collection_counter")
    yield Visit("/meja/arsip/", collection)
    yield Visit(f"/meja/berkas/{finished().pk}/arsip/", collection, press="Simpan tempat arsip")
    yield Visit(f"/meja/tugas/{finished().tasks.get(step_key='check').pk}/", counter)


def case_pages() -> Iterator[Visit]:
    auditor = officer("auditor")
    for key in SECTIONS:
        yield Visit(f"/meja/berkas/{finished().pk}/?bagian={key}", auditor)
    yield Visit(f"/meja/berkas/{at_step('correct').pk}/?bagian=perbaikan", auditor)
    yield Visit(f"/meja/berkas/{at_step('meet').pk}/?bagian=draf", auditor)
    yield Visit(f"/meja/berkas/{at_step('check').pk}/", officer("customer_service"))


def permit_pages() -> Iterator[Visit]:
    """A permit that is suspended, the decision on its way that lifts it, and a register that was restored."""
    permit = Permit.objects.exclude(scan=None)[0]
    drafter, registrar = officer("processing_officer"), officer("registrar")
    suspended = carry_through(permit, LaterDecision.Kind.SUSPENSION, because(today()), at=timezone.now())
    said, lifting = because(today()), LaterDecision.Kind.LIFTING
    lifted = later.propose(permit, kind=lifting, said=said, by=drafter, at=timezone.now())
    here = f"/meja/izin/{permit.pk}/"
    yield Visit(f"/izin/{permit.draft.token}/")
    yield Visit(f"/izin/{suspended.token}/")
    yield Visit(f"/permohonan/{permit.case.application.reference}/", permit.case.application.applicant)
    yield Visit(here, drafter)
    yield Visit("/meja/keputusan/", drafter)
    yield Visit(f"/meja/keputusan/{suspended.pk}/", drafter)
    yield Visit(f"/meja/keputusan/{lifted.pk}/", officer("section_head"))
    later.drop(lifted, reason="Belum waktunya.", by=officer("section_head"), at=timezone.now())
    yield Visit(here, drafter)
    yield Visit(f"{here}revocation/", drafter, press="Siapkan keputusan")
    year, counter = today().year, permit.number.counter
    marks.issued("LHP.permit", year, marks.Given(counter.last + 1, "503/x/HILANG", today(), "case:0"))
    yield Visit("/meja/register/", registrar)
    yield Visit("/meja/buku/keputusan/", registrar)
    yield Visit("/cari/?cari=contoh", registrar)
    yield Visit("/meja/register/LHP/permit/", registrar)
    yield Visit("/meja/register/LHP/permit/selisih/", registrar)


def today() -> date:
    return office_day(timezone.now())


def overseers() -> Iterator[Visit]:
    auditor = officer("auditor")
    yield Visit("/pengawasan/", auditor)
    yield Visit("/pengawasan/berkas/?keadaan=terlambat", auditor)
    yield Visit("/pengawasan/hambatan/", auditor)
    yield Visit("/pengawasan/hambatan/?periode=bebas", auditor)
    yield Visit("/pengawasan/kinerja/", auditor)
    yield Visit("/pengawasan/kinerja/k3/", auditor)
    yield Visit("/pengawasan/survei/", auditor)
    yield Visit("/pengawasan/survei/saran/", auditor)
    yield Visit("/meja/penilaian/", auditor)
    judged, half = officer("verifier"), semester(today()).before.key
    yield Visit(f"/meja/penilaian/{half}/{judged.pk}/", auditor)
    yield Visit("/pengawasan/mutu/", auditor)
    yield Visit(f"/pengawasan/mutu/{Assessment.objects.get().year}/", auditor)
    head, told = officer("section_head"), SurveyFollowUp.objects.filter(done_at=None)[0]
    yield Visit("/pengawasan/survei/", head)
    yield Visit(f"/meja/penilaian/kompetensi/{judged.pk}/", head, press="Catat kompetensi")
    before = semester(today()).before.before.key
    yield Visit(f"/meja/penilaian/{before}/{judged.pk}/tutup/", head, press="Tutup penilaian")
    yield Visit("/pengawasan/mutu/baru/", head)
    yield Visit(f"/pengawasan/survei/{told.semester}/rencana/", head, press="Simpan rencana")
    yield Visit(f"/pengawasan/survei/rencana/{told.pk}/", head, press="Simpan hasil")


def administrators() -> Iterator[Visit]:
    admin, held = officer("administrator"), officer("verifier")
    yield Visit("/kantor/", admin)
    yield Visit("/kantor/identitas/", admin)
    yield Visit("/kantor/arsip/", admin, press="Simpan ketentuan")
    yield Visit("/kantor/opd/", admin)
    yield Visit("/kantor/opd/baru/", admin, press="Simpan OPD")
    yield Visit(f"/kantor/opd/{Office.objects.get(kind=Office.Kind.AGENCY).pk}/", admin)
    yield Visit("/kantor/pengguna/", admin)
    yield Visit("/kantor/pengguna/baru/", admin, press="Buat akun")
    yield Visit(f"/kantor/pengguna/{held.pk}/", admin)
    yield Visit(f"/kantor/pengguna/{held.pk}/pelaksana/", admin)
    yield Visit(f"/kantor/pelaksana/{held.holdings.get().pk}/akhiri/", admin)
    yield Visit("/kantor/sop/salinan/", admin, press="Catat salinan")
    yield Visit("/kantor/nomor/", admin)
    yield Visit("/kantor/nomor/LHP/permit/", admin)
    yield Visit("/kantor/pemberitahuan/", admin)
    yield Visit("/kantor/jam-pelayanan/", admin, press="Simpan jam pelayanan")
    yield Visit("/kantor/antrean/", admin)
    yield Visit("/kantor/antrean/seri/baru/", admin, press="Simpan seri")
    yield Visit(f"/kantor/antrean/loket/{Counter.objects.order_by('name')[0].pk}/", admin)
    yield Visit("/kantor/laboratorium/", admin, press="Simpan laboratorium")
    yield Visit("/kantor/kalender/", admin)
    yield Visit("/kantor/kalender/impor/", admin)
    yield Visit(f"/kantor/kalender/{CalendarDay.objects.latest('date').pk}/hapus/", admin)
    yield Visit("/akun/keluar/", admin)


@pytest.mark.parametrize(
    "visits",
    [anybody, complaint_pages, applicants, officers, case_pages, permit_pages, overseers, administrators],
)
def test_every_kind_of_page_fits_and_is_accessible(
    demo_app: LiveApp, desktop: Page, visits: Callable[[], Iterator[Visit]]
) -> None:
    faults: list[str] = []
    seen: User | None = None
    for visit in visits():
        if visit.who and visit.who != seen:
            demo_app.sign_in(desktop, visit.who)
            seen = visit.who
        answer = desktop.goto(f"{demo_app.url}{visit.path}")
        assert answer
        assert (answer.status, desktop.url) == (visit.status, f"{demo_app.url}{visit.path}")
        if visit.press:
            desktop.get_by_role("main").get_by_role("button", name=visit.press, exact=True).click()
            desktop.wait_for_load_state()
        faults += faults_of(desktop, visit)
    assert not faults, "\n\n".join(faults)


def faults_of(page: Page, visit: Visit) -> Iterator[str]:
    """What is wrong with a page at either width; all of it, so that one run tells the whole story."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for judge in (assert_fits, assert_accessible):
            try:
                judge(page)
            except AssertionError as fault:
                yield f"{width} px, {visit.path} {visit.press}: {fault}"
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})

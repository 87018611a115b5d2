"""Personal data: who saw whose and why, masked numbers, requests within 3 x 24 hours, breaches, retention."""

from __future__ import annotations

import io
import json
import subprocess
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import Refused
from muara.cases.models import ArchiveRule, Case, Recusal
from muara.cases.models.case import definition_of
from muara.contacts.actions import complaints, privacy
from muara.contacts.actions.complaints import Filing
from muara.contacts.actions.privacy import Asking
from muara.contacts.models import DataAccess, DataBreach, DataRequest
from muara.people.models import Holding, Notice, User
from muara.people.rules import PRIVACY_OFFICER
from muara.records.privacy import stored_of
from muara.sop.values import masked
from muara.web.acts import new_key
from muara.web.demo import applicant, officer, other_applicant
from tests.clock import FRIDAY, MONDAY, TUESDAY, at
from tests.powers import given
from tests.remembered import case_at, office_on
from tests.web.test_public import plain

MINE = "/akun/data-pribadi/"
DESK = "/meja/privasi/"
CARD, HIDDEN = "6400004107850009", "6400••••••••0009"  # examples/way-through


@pytest.fixture(autouse=True)
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    office_on(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def protector() -> User:
    return officer(PRIVACY_OFFICER)


def read(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return plain(answer.content.decode())


# --- who saw whose -----------------------------------------------------------------------------------------


def test_a_look_at_a_case_is_kept_once_a_day_and_its_owner_reads_who_it_was(
    time_machine: TimeMachineFixture,
) -> None:
    case = case_at("verify", at=MONDAY)
    verifier, page = signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/"
    read(verifier, page)
    read(verifier, page)
    read(verifier, f"{page}?bagian=waktu")  # tells of no person
    time_machine.move_to(TUESDAY, tick=False)
    read(signed_in(officer("verifier")), page)
    read(signed_in(applicant()), f"/permohonan/{case.application.reference}/")

    kept = DataAccess.objects.order_by("at")
    assert [(one.viewer, one.subject, one.case, one.step_key, one.place) for one in kept] == [
        (officer("verifier"), applicant(), case, "verify", "berkas/data")
    ] * 2
    mine = read(signed_in(applicant()), MINE)
    assert mine.count(officer("verifier").name) == 2
    assert str(case) in mine
    assert officer("verifier").name not in read(signed_in(other_applicant()), MINE)


def test_a_power_of_attorney_and_a_paper_about_persons_are_kept_when_opened() -> None:
    case = case_at("verify", at=MONDAY)
    power = given(case.application, to=other_applicant())
    profile = case.application.attachments.get(requirement=1)
    drawing = case.application.attachments.get(requirement=3)
    counter = signed_in(officer("registration_counter"))
    for path in (f"/kuasa/{power.pk}/surat/", f"/lampiran/{profile.pk}/", f"/lampiran/{drawing.pk}/"):
        answer = counter.get(path)
        assert answer.status_code == 200, path
        answer.getvalue()
    signed_in(applicant()).get(f"/lampiran/{profile.pk}/").getvalue()

    assert set(DataAccess.objects.values_list("place", "kind", "subject")) == {
        (f"surat-kuasa/{power.pk}", "file", other_applicant().pk),
        (f"lampiran/{profile.pk}", "file", applicant().pk),
    }


def test_the_log_is_only_appended() -> None:
    case = case_at("verify", at=MONDAY)
    read(signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/")
    for change in ("UPDATE contacts_dataaccess SET what = 'x'", "DELETE FROM contacts_dataaccess"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)
    assert DataAccess.objects.count() == 1


def test_a_second_look_costs_one_question_and_no_list_keeps_anything() -> None:
    case = case_at("verify", at=MONDAY)
    client, page = signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/"
    read(client, page)
    with CaptureQueriesContext(connection) as asked:
        read(client, page)
    about_log = [one["sql"] for one in asked if "contacts_dataaccess" in one["sql"]]
    assert len(about_log) == 1
    assert about_log[0].startswith("SELECT")
    before = DataAccess.objects.count()
    for path in ("/meja/", "/meja/berkas/", "/meja/arsip/"):
        signed_in(officer("registrar")).get(path)
    assert DataAccess.objects.count() == before


# --- masks and reveals -------------------------------------------------------------------------------------


def test_numbers_are_masked_and_shown_once_for_a_reason_that_the_chain_keeps() -> None:
    assert masked("6472010101010001") == "6472••••••••0001"  # domain 10.1
    case = case_at("verify", at=MONDAY)
    client, page = signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/"
    assert case.main_task is not None
    for path in (page, f"/meja/tugas/{case.main_task.pk}/"):
        shown = read(client, path)
        assert CARD not in shown
        assert HIDDEN in shown

    reveal, key = f"{page}nomor/", new_key()
    assert client.post(reveal, {"kunci": key, "reason": " "}).status_code == 422
    assert not DataAccess.objects.filter(kind="reveal").exists()
    said = {"kunci": key, "reason": "Dicocokkan dengan KTP"}
    assert CARD in client.post(reveal, said).content.decode()
    assert CARD not in client.post(reveal, said).content.decode()  # the same form: no second look
    assert CARD not in read(client, page)

    kept = DataAccess.objects.get(kind="reveal")
    assert (kept.viewer, kept.subject, kept.reason) == (officer("verifier"), applicant(), said["reason"])
    entry = Entry.objects.get(verb="personal_data.reveal")
    assert entry.note == said["reason"]
    assert CARD not in entry.text
    assert entry.chain not in {one.chain for one in breaks(heads())}
    assert "Dicocokkan dengan KTP" in read(signed_in(applicant()), MINE)


@pytest.mark.parametrize(
    ("actor", "status"),
    [
        ("customer_service", 200),
        ("collection_counter", 200),
        (PRIVACY_OFFICER, 200),
        ("head_of_office", 403),
        ("section_head", 403),
        ("auditor", 403),
        ("complaint_manager", 403),
        ("technical_team", 404),  # the case was not referred to it
        ("administrator", 404),
    ],
)
def test_who_may_open_the_whole_numbers(actor: str, status: int) -> None:
    case = case_at("verify", at=MONDAY)
    path = f"/meja/berkas/{case.pk}/nomor/"
    assert signed_in(officer(actor)).get(path).status_code == status
    answer = signed_in(officer(actor)).post(path, {"kunci": new_key(), "reason": "Perlu"})
    assert answer.status_code == status
    assert DataAccess.objects.filter(kind="reveal").count() == (status == 200)


def test_whoever_keeps_out_of_a_case_opens_no_number_of_it() -> None:
    case = case_at("verify", at=MONDAY)
    Recusal.objects.create(case=case, user=officer("verifier"), reason="Saudara", at=MONDAY)
    assert signed_in(officer("verifier")).get(f"/meja/berkas/{case.pk}/nomor/").status_code == 403


def test_a_counter_that_fills_in_for_somebody_and_an_administrator_at_an_account_are_kept() -> None:
    counter = officer("registration_counter")
    case = case_at("verify", at=MONDAY, on_behalf_by=counter)
    read(signed_in(counter), f"/permohonan/{case.application.reference}/")
    assert case.application.applicant is None
    read(signed_in(officer("administrator")), f"/kantor/pengguna/{applicant().pk}/")
    read(signed_in(officer("administrator")), f"/kantor/pengguna/{counter.pk}/")  # the office's own

    kept = DataAccess.objects.order_by("pk").values_list("viewer", "subject", "case", "place")
    assert list(kept) == [
        (counter.pk, None, case.pk, "permohonan"),
        (officer("administrator").pk, applicant().pk, None, "kantor/pengguna"),
    ]


# --- one's own page ----------------------------------------------------------------------------------------


def test_a_person_takes_their_own_data_along_and_nobody_elses() -> None:
    case = case_at("verify", at=MONDAY)
    read(signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/")
    mine = signed_in(applicant()).get(f"{MINE}unduh.json")
    stored = json.loads(mine.content)
    assert stored["akun"]["surel"] == applicant().email
    asked = {item.label for item in definition_of(case.revision_id).form.section("applicant").fields}
    assert CARD in stored["penyampaian"][0]["isian"].values()
    assert {key for one in stored["penyampaian"] for key in one["isian"]} <= asked

    package = ZipFile(io.BytesIO(signed_in(applicant()).get(f"{MINE}unduh.zip").content))
    assert json.loads(package.read("data-pribadi.json")) == stored
    assert officer("verifier").name in package.read("yang-melihat.csv").decode()

    for stranger in (other_applicant(), officer("verifier"), officer("customer_service")):
        theirs = signed_in(stranger).get(f"{MINE}unduh.json").content.decode()
        assert CARD not in theirs
        assert applicant().email not in theirs


def test_complaints_and_the_survey_are_joined_to_nobody() -> None:
    """A complainant of the very address of an account is not found by that account's data, nor in the log."""
    name, email = applicant().name, applicant().email
    said = Filing(kind="pengaduan", category="waktu", text="Rahasia sekali.", name=name, email=email)
    filed = complaints.file_complaint(said, at=MONDAY)
    complaints.look(filed.pk, reason="Perlu", by=officer("complaint_manager"), at=MONDAY)
    stored = json.dumps(stored_of(applicant(), on=MONDAY.date()))
    assert "Rahasia" not in stored
    assert filed.number not in stored
    assert not DataAccess.objects.exists()
    fields = {one.name for one in DataAccess._meta.get_fields()} | {
        one.name for one in DataRequest._meta.get_fields()
    }
    assert not {name for name in fields if "complain" in name or "survey" in name or "questionnaire" in name}


# --- requests ----------------------------------------------------------------------------------------------


def test_a_request_is_answered_within_three_times_24_hours_not_working_days(
    time_machine: TimeMachineFixture,
) -> None:
    time_machine.move_to(FRIDAY, tick=False)
    client = signed_in(applicant())
    said = {"kunci": new_key(), "kind": "akses", "text": "Siapa melihat data saya?"}
    assert client.post(MINE, said).status_code == 302
    assert client.post(MINE, said).status_code == 302  # twice the same form
    assert client.post(MINE, said | {"kunci": new_key()}).status_code == 422  # one of a kind at a time
    asked = DataRequest.objects.get()
    assert (asked.number, asked.identity, asked.subject) == ("PDP/2026/0001", "akun", applicant())
    assert asked.due_at == at("2026-07-13 09:00")  # Friday 10 July 09.00 and 72 hours: over the weekend
    assert not asked.is_late(at=at("2026-07-13 09:00"))
    assert asked.is_late(at=at("2026-07-13 09:01"))
    assert Notice.objects.get(kind="data_request_work").recipient == protector()

    path = f"{DESK}permintaan/{asked.pk}/"
    mine = signed_in(protector())
    assert mine.post(path, {"kunci": new_key(), "verdict": "ditolak", "text": ""}).status_code == 422
    answer = {"kunci": new_key(), "verdict": "dipenuhi", "text": "Lihat daftar di halaman Anda."}
    assert mine.post(path, answer).status_code == 302
    assert mine.post(path, answer | {"kunci": new_key()}).status_code == 422  # answered before
    assert "Lihat daftar di halaman Anda." in read(client, MINE)
    assert Notice.objects.get(kind="data_request").recipient == applicant()
    assert Entry.objects.filter(chain=asked.chain).count() == 2


@pytest.mark.parametrize(
    ("actor", "reads", "answers"),
    [
        (PRIVACY_OFFICER, 200, 422),
        ("auditor", 200, 403),
        ("head_of_office", 403, 403),
        ("administrator", 403, 403),
        ("customer_service", 403, 403),
        ("complaint_manager", 403, 403),
    ],
)
def test_the_privacy_officer_answers_and_the_auditor_reads(actor: str, reads: int, answers: int) -> None:
    asked = privacy.ask_about_own_data(Asking(kind="akses", text="Apa?"), by=applicant(), at=MONDAY)
    breach = a_breach()
    client = signed_in(officer(actor))
    for path in ("", f"permintaan/{asked.pk}/", "akses/", f"insiden/{breach.pk}/", "kegiatan/", "retensi/"):
        assert client.get(DESK + path).status_code == reads, path
    for path in (f"permintaan/{asked.pk}/", f"insiden/{breach.pk}/"):
        assert client.post(DESK + path).status_code == answers, path
    assert signed_in(applicant()).get(f"{DESK}permintaan/{asked.pk}/").status_code == 403


def test_the_head_of_the_office_stands_in_until_there_is_a_privacy_officer() -> None:
    asked = privacy.ask_about_own_data(Asking(kind="akses", text="Apa?"), by=applicant(), at=MONDAY)
    Holding.objects.filter(actor=PRIVACY_OFFICER).update(ends="2026-07-01")
    head = signed_in(officer("head_of_office"))
    assert head.get(f"{DESK}permintaan/{asked.pk}/").status_code == 200
    assert head.post(f"{DESK}permintaan/{asked.pk}/").status_code == 422


def test_nobody_answers_their_own_request() -> None:
    asked = privacy.ask_about_own_data(Asking(kind="akses", text="Apa?"), by=protector(), at=MONDAY)
    assert signed_in(protector()).post(f"{DESK}permintaan/{asked.pk}/").status_code == 403


def test_the_counter_writes_down_who_showed_a_card_and_keeps_its_mask() -> None:
    client = signed_in(officer("customer_service"))
    said = {
        "kind": "pembetulan",
        "text": "Nama saya salah eja.",
        "name": "Laras Pengandaian",
        "identity": "ktp",
        "number": "64000 0410190 9999",
        "contact": "laras@contoh.example",
    }
    path = f"{DESK}permintaan/baru/"
    for wrong in (
        {"number": "123"},
        {"identity": ""},
        {"case_number": "TIDAK-ADA"},
        {"email": "x@y.example"},
    ):
        answer = client.post(path, {"kunci": new_key(), **said, **wrong})
        assert answer.status_code == 422, wrong
        assert "Nama saya salah eja." in answer.content.decode()
    assert client.post(path, {"kunci": new_key(), **said}).status_code == 302
    asked = DataRequest.objects.get()
    assert (asked.masked_number, asked.entered_by) == ("6400••••••••9999", officer("customer_service"))
    assert signed_in(officer("verifier")).get(path).status_code == 403
    with pytest.raises(IntegrityError), transaction.atomic():
        DataRequest.objects.update(masked_number="")


# --- erasure -----------------------------------------------------------------------------------------------


def erasure(user: User) -> DataRequest:
    return privacy.ask_about_own_data(Asking(kind="penghapusan", text="Hapus."), by=user, at=MONDAY)


def test_archive_law_goes_before_the_erasure_of_a_case_file() -> None:
    case = case_at("verify", at=MONDAY)
    asked = erasure(applicant())
    page = read(signed_in(protector()), f"{DESK}permintaan/{asked.pk}/")
    assert "UU 43/2009" in page
    assert str(case) in page
    for verdict, erase in (("dipenuhi", ["akun"]), ("sebagian", ["akun"]), ("sebagian", ["telepon"])):
        with pytest.raises(Refused):
            privacy.answer_request(
                asked.pk, verdict=verdict, text="Ya", erase=erase, by=protector(), at=MONDAY
            )
    before = stored_of(applicant(), on=MONDAY.date())
    privacy.answer_request(asked.pk, verdict="ditolak", text="Arsip negara.", by=protector(), at=MONDAY)
    now = stored_of(applicant(), on=MONDAY.date())
    assert (now["akun"], now["penyampaian"]) == (before["akun"], before["penyampaian"])


def test_once_nothing_runs_the_optional_phone_goes_and_the_file_stays() -> None:
    case_at("end", at=MONDAY - timedelta(days=30))
    User.objects.filter(pk=applicant().pk).update(phone="+628110000001")
    asked = erasure(applicant())
    with pytest.raises(Refused):  # the file stays, so this is no whole erasure
        privacy.answer_request(
            asked.pk, verdict="dipenuhi", text="Ya", erase=["telepon"], by=protector(), at=MONDAY
        )
    privacy.answer_request(
        asked.pk, verdict="sebagian", text="Telepon dihapus.", erase=["telepon"], by=protector(), at=MONDAY
    )
    mine = User.objects.get(pk=applicant().pk)
    assert (mine.phone, mine.is_active) == ("", True)
    assert "+628110000001" not in json.dumps(stored_of(mine, on=MONDAY.date())["akun"])
    assert Case.objects.get().application.submissions.exists()
    assert Entry.objects.filter(chain=f"user:{mine.pk}", verb="user.erase").count() == 1
    assert not Entry.objects.filter(chain=f"user:{mine.pk}", note__gt="").exists()


def test_an_account_without_a_case_is_erased_whole_and_its_chain_still_holds() -> None:
    user = User.objects.create_user(email="sesaat@contoh.example", name="Sesaat Rekaan", password="x" * 14)
    client = signed_in(user)
    asked = erasure(user)
    answer = {"kunci": new_key(), "verdict": "dipenuhi", "erase": ["akun"], "text": "Akun Anda dihapus."}
    assert signed_in(protector()).post(f"{DESK}permintaan/{asked.pk}/", answer).status_code == 302
    user.refresh_from_db()
    assert (user.name, user.phone, user.is_active) == ("Akun dihapus", "", False)
    assert client.get(MINE).status_code == 302  # signed out
    asked.refresh_from_db()
    assert (asked.name, asked.erased, asked.verdict) == ("Akun dihapus", ["akun"], "dipenuhi")
    told = Notice.objects.get(kind="data_request")
    assert (told.address, told.recipient) == ("sesaat@contoh.example", None)  # the answer still goes out
    assert not [one for one in breaks(heads()) if one.chain.startswith(("user:", "data_request:"))]


# --- breaches ----------------------------------------------------------------------------------------------


def a_breach() -> DataBreach:
    return privacy.record_breach(
        began_at=MONDAY - timedelta(days=1),
        ended_at=None,
        known_at=MONDAY - timedelta(hours=1),
        exposed="Nama dan telepon",
        how="Layar terbuka",
        handling="Sesi diputus",
        by=protector(),
        at=MONDAY,
    )


def test_a_breach_has_its_clock_its_letters_and_closes_once_all_are_told(tmp_path: Path) -> None:
    client = signed_in(protector())
    said = {"kunci": new_key(), "exposed": "Nama dan telepon", "how": "Layar terbuka", "handling": "Diputus"}
    times = {"known_at": "2026-07-06T08:00", "began_at": "2026-07-05T17:00"}
    late = times | {"known_at": "2026-07-07T08:00"}
    assert client.post(f"{DESK}insiden/baru/", said | late).status_code == 422  # known tomorrow
    assert client.post(f"{DESK}insiden/baru/", said | times).status_code == 302
    breach = DataBreach.objects.get()
    assert breach.due_at == at("2026-07-09 08:00")

    step = f"{DESK}insiden/{breach.pk}/"
    assert client.post(step, {"kunci": new_key(), "kind": "close", "text": "Selesai"}).status_code == 422
    for kind in ("subjects", "agency", "close"):
        assert client.post(step, {"kunci": new_key(), "kind": kind, "text": "Surat 1"}).status_code == 302
    breach.refresh_from_db()
    assert breach.closed_at == MONDAY
    assert client.post(step, {"kunci": new_key(), "kind": "note", "text": "Lagi"}).status_code == 422

    for recipient, word in (("pemilik-data", "Data pribadi Saudara"), ("lembaga", "Lembaga yang berwenang")):
        pdf = tmp_path / f"{recipient}.pdf"
        pdf.write_bytes(client.get(f"{step}{recipient}.pdf").content)
        text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True).stdout
        words = " ".join(text.split())
        assert word in words
        assert "Nama dan telepon" in words
        assert "9 Juli 2026 pukul 08.00 WITA" in words


def test_whose_data_and_when_is_answered_from_the_log_within_a_minute() -> None:
    """Twenty thousand accesses of ten weeks; the answer is compared with one counted here."""
    case = case_at("verify", at=MONDAY)
    thief, other = officer("verifier"), officer("customer_service")
    rows = [
        DataAccess(
            viewer=thief if number % 10 == 0 else other,
            case=case if number % 1000 == 0 else None,
            subject=None,
            about=f"case:{case.pk}" if number % 1000 == 0 else f"consultation:{number % 5_000}",
            kind="page",
            place=f"halaman/{number}",
            what="nama",
            at=MONDAY - timedelta(minutes=5 * number),
            day=(MONDAY - timedelta(minutes=5 * number)).date(),
        )
        for number in range(20_000)
    ]
    DataAccess.objects.bulk_create(rows, batch_size=5000)
    first, last = at("2026-06-01 00:00"), at("2026-07-01 00:00")
    wanted = {one.about for one in rows if one.viewer == thief and first <= one.at < last}
    client = signed_in(protector())
    query = f"?pegawai={thief.pk}&dari=2026-06-01&sampai=2026-06-30"

    page = read(client, f"{DESK}akses/{query}")
    taken = client.post(
        f"{DESK}akses/{query}", {"kunci": new_key(), "bentuk": "csv", "alasan": "Insiden INS/2026/0001"}
    )

    assert f"Pemilik data: {len(wanted)} orang" in page
    lines = taken.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(wanted)
    assert any("Sari Contohwati" in line and str(case) in line for line in lines)
    export = DataAccess.objects.get(kind="export")
    assert (export.viewer, export.reason) == (protector(), "Insiden INS/2026/0001")
    assert Entry.objects.filter(verb="personal_data.export").count() == 1


def test_a_list_is_taken_along_once_a_note_whatever_is_asked_with_the_same_form() -> None:
    client = signed_in(protector())
    form = {"kunci": new_key(), "bentuk": "csv", "alasan": "Insiden INS/2026/0001"}

    first = client.post(f"{DESK}akses/?dari=2026-06-30&sampai=2026-06-30", form)
    again = client.post(f"{DESK}akses/", form)

    assert (first.status_code, again.status_code) == (200, 409)
    assert again["Content-Type"].startswith("text/html")
    assert DataAccess.objects.filter(kind="export").count() == 1


def test_the_query_says_what_it_cannot_find_and_costs_the_same_for_one_and_many() -> None:
    client = signed_in(officer("auditor"))
    assert "Tidak ada berkas dengan nomor itu." in read(client, f"{DESK}akses/?berkas=XX")
    assert "Akhir masa lebih awal" in read(client, f"{DESK}akses/?dari=2026-07-02&sampai=2026-07-01")

    costs = []
    for company in ("PT Segara Contoh Makmur", "PT Muara Fiktif Energi", "PT Teluk Rekaan Kimia"):
        case = case_at("verify", at=MONDAY, company=company)
        read(signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/")
        with CaptureQueriesContext(connection) as asked:
            read(client, f"{DESK}akses/")
        costs.append(len(asked))
    assert costs[1] == costs[2]


# --- retention ---------------------------------------------------------------------------------------------


def test_what_has_passed_its_retention_is_listed_and_nothing_is_deleted(
    time_machine: TimeMachineFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    case = case_at("end", at=MONDAY)
    read(signed_in(officer("verifier")), f"/meja/berkas/{case.pk}/")
    ArchiveRule.objects.create(
        service=case.revision.service,
        code="503",
        active_years=2,
        inactive_years=5,
        fate="review",
        basis="CONTOH",
        effective_from="2026-01-01",
    )
    permit = case.permit
    over = permit.expires_on.replace(year=permit.expires_on.year + 7)

    for day, listed in ((over, False), (over + timedelta(days=1), True)):
        time_machine.move_to(at(f"{day} 09:00"), tick=False)
        call_command("retention")
        told = capsys.readouterr().out
        assert (str(case) in told) is listed
    assert f"retensi habis {over}" in told
    assert "belum berdasar JRA resmi" in told
    assert "Catatan akses data pribadi: 1 lebih tua dari 1 tahun (usulan, belum ditetapkan kantor)" in told
    assert Case.objects.filter(pk=case.pk).exists()
    assert DataAccess.objects.count() == 1

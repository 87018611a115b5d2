"""The archive (step 17, section U): where a closed case's paper lies, who says so, how long it is kept."""

from __future__ import annotations

import json
import subprocess
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muara.audit.models import Entry
from muara.audit.queries import Head, breaks
from muara.cases.actions import AlreadyDone, NotYours, Refused, Stale, Stamp
from muara.cases.models import ArchiveLoan, ArchivePlace, ArchiveRule, Case, Recusal
from muara.cases.queries import control_sheet
from muara.people.models import Office
from muara.permits.models import Permit
from muara.records.archive import retention_of
from muara.records.histories import histories
from muara.sop.replay import deviations
from muara.steps.actions.archive import Shelf, file_paper, lend_paper, set_archive_rule, take_paper_back
from muara.web.acts import new_key
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(days=7)
BACK = LATER.date() + timedelta(days=7)
SHELF = Shelf("Arsip 1", "A2", "14", "3")
MOVED = Shelf("Arsip 2", "B1", "02", "7")
TYPED = {"room": "Arsip 1", "cabinet": "A2", "box": "14", "folder": "3"}


def filed(case: Case, *, shelf: Shelf = SHELF, reason: str = "", at: datetime = LATER) -> ArchivePlace:
    return file_paper(case, shelf=shelf, reason=reason, by=officer("collection_counter"), at=at)


def signed_in(actor: str) -> Client:
    client = Client()
    client.force_login(officer(actor))
    return client


# --- filing --------------------------------------------------------------------------------------------


def test_a_move_is_a_new_row_and_the_chain_tells_both_without_their_reason(office: Office) -> None:
    case = case_at("end", at=MONDAY)

    first = filed(case)
    moved = filed(case, shelf=MOVED, reason="Lemari A2 penuh.")

    assert list(ArchivePlace.objects.current()) == [moved]
    assert moved.previous == first
    assert [line.label for line in control_sheet(case)[-2:]] == [
        "Mengarsipkan berkas kertas",
        "Memindahkan berkas kertas dalam arsip",
    ]
    entry = Entry.objects.filter(chain=case.chain).latest("seq")
    told = json.loads(entry.text)
    assert told["facts"] == {"room": "Arsip 2", "cabinet": "B1", "box": "02", "folder": "7"}
    assert "penuh" not in entry.text
    assert entry.note == "Lemari A2 penuh."
    case.refresh_from_db()
    heads = [Head(case.chain, case.version, case.head)]
    assert [found for found in breaks(heads) if found.chain == case.chain] == []


@pytest.mark.parametrize(
    ("shelf", "reason", "field"),
    [
        (Shelf("Arsip 1", "A2", " ", "3"), "", "box"),
        (SHELF, "Tidak berpindah.", "folder"),
        (MOVED, " ", "reason"),
    ],
)
def test_a_place_half_told_the_same_again_and_a_move_without_reason_are_refused(
    office: Office, shelf: Shelf, reason: str, field: str
) -> None:
    case = case_at("end", at=MONDAY)
    place = filed(case)

    with pytest.raises(Refused) as refusal:
        filed(case, shelf=shelf, reason=reason)

    assert refusal.value.field == field
    assert list(ArchivePlace.objects.all()) == [place]


def test_a_case_that_runs_is_not_filed(office: Office) -> None:
    with pytest.raises(Refused, match="masih berjalan"):
        filed(case_at("hand_over", at=MONDAY))


def test_the_collection_counter_and_the_registrar_file_and_nobody_with_a_conflict(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    registrar = officer("registrar")
    for actor in ("verifier", "head_of_office", "auditor", "administrator"):
        with pytest.raises(NotYours):
            file_paper(case, shelf=SHELF, by=officer(actor), at=LATER)
    file_paper(case, shelf=SHELF, by=registrar, at=LATER)

    Recusal.objects.create(case=case, user=registrar, reason="Saudara.", at=LATER)

    with pytest.raises(NotYours):
        file_paper(case, shelf=MOVED, reason="Penuh.", by=registrar, at=LATER)


def test_a_form_sent_twice_files_once_and_a_stale_one_not_at_all(office: Office) -> None:
    case, by = case_at("end", at=MONDAY), officer("registrar")
    stamp = Stamp(key="k" * 32, body="b" * 64, version=Case.objects.get(pk=case.pk).version)

    file_paper(case, shelf=SHELF, by=by, at=LATER, stamp=stamp)
    with pytest.raises(AlreadyDone):
        file_paper(case, shelf=SHELF, by=by, at=LATER, stamp=stamp)
    late = Stamp(key="l" * 32, body="c" * 64, version=stamp.version)
    with pytest.raises(Stale):
        file_paper(case, shelf=MOVED, reason="Penuh.", by=by, at=LATER, stamp=late)

    assert ArchivePlace.objects.count() == 1


def test_the_database_keeps_every_place_and_refuses_half_of_one(office: Office) -> None:
    case, by = case_at("end", at=MONDAY), officer("registrar")
    filed(case)
    half = ArchivePlace(case=case, room="Arsip 1", by=by, at=LATER, previous=ArchivePlace.objects.get())
    second = ArchivePlace(case=case, by=by, at=LATER, **TYPED)

    for row in (half, second):
        with pytest.raises(IntegrityError), transaction.atomic():
            row.save()
    for statement in ("UPDATE cases_archiveplace SET room = 'lain'", "DELETE FROM cases_archiveplace"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_filed_case_still_keeps_to_the_sop(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    filed(case)
    filed(case, shelf=MOVED, reason="Penuh.")

    [history] = histories(first=MONDAY.date(), last=LATER.date())

    assert deviations(history) == []


# --- loans ---------------------------------------------------------------------------------------------


def lent(case: Case, *, due_on: date = BACK, at: datetime = LATER) -> ArchiveLoan:
    return lend_paper(
        case,
        borrower="Rina",
        unit="Dinas LH",
        purpose="Pengawasan.",
        due_on=due_on,
        by=officer("registrar"),
        at=at,
    )


def test_a_lent_paper_stays_where_it_is_until_it_is_back(office: Office) -> None:
    case, by = case_at("end", at=MONDAY), officer("collection_counter")
    with pytest.raises(Refused, match="belum diarsipkan"):
        lent(case)
    filed(case)
    with pytest.raises(Refused, match="sudah lewat"):
        lent(case, due_on=LATER.date() - timedelta(days=1))
    with pytest.raises(NotYours):
        lend_paper(
            case, borrower="R", unit="U", purpose="P", due_on=LATER.date(), by=officer("auditor"), at=LATER
        )

    loan = lent(case)

    with pytest.raises(Refused, match=r"sedang dipinjam Rina \(Dinas LH\)"):
        lent(case)
    with pytest.raises(Refused, match="sedang dipinjam"):
        filed(case, shelf=MOVED, reason="Penuh.")
    with pytest.raises(IntegrityError), transaction.atomic():
        ArchiveLoan.objects.create(
            case=case,
            borrower="B",
            unit="U",
            purpose="P",
            lent_on=LATER,
            due_on=LATER,
            lent_by=by,
            lent_at=LATER,
        )
    entry = Entry.objects.filter(chain=case.chain).latest("seq")
    assert "Rina" not in entry.text
    assert entry.note == "Rina (Dinas LH): Pengawasan."
    with pytest.raises(Refused, match="keadaan berkas"):
        take_paper_back(loan, condition=" ", by=by, at=LATER)
    take_paper_back(loan, condition="Lengkap dan baik.", by=by, at=LATER + timedelta(days=1))
    with pytest.raises(Refused, match="sudah dicatat"):
        take_paper_back(loan, condition="Lengkap.", by=by, at=LATER + timedelta(days=1))
    filed(case, shelf=MOVED, reason="Penuh.", at=LATER + timedelta(days=2))
    assert lent(case, at=LATER + timedelta(days=3)).due_on == LATER.date() + timedelta(days=7)
    assert [line.label for line in control_sheet(case)[-4:]] == [
        "Meminjamkan berkas kertas dari arsip",
        "Menerima kembali berkas kertas ke arsip",
        "Memindahkan berkas kertas dalam arsip",
        "Meminjamkan berkas kertas dari arsip",
    ]
    [history] = histories(first=MONDAY.date(), last=LATER.date())
    assert deviations(history) == []


def test_the_counter_lends_on_the_page_sees_what_is_late_and_takes_it_back(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    client, here = signed_in("collection_counter"), f"/meja/berkas/{case.pk}/arsip/pinjam/"
    assert "Catat dahulu tempat arsipnya" in client.get(here).content.decode()
    filed(case)
    said = {"borrower": "Rina", "unit": "Dinas LH", "purpose": "Pengawasan.", "due_on": "01/01/2020"}

    def post(**typed: str) -> Any:
        version = Case.objects.get(pk=case.pk).version
        return client.post(here, {**typed, "kunci": new_key(), "versi": version})

    refused = post(**said)
    assert refused.status_code == 422
    assert "Tanggal kembali sudah lewat" in refused.content.decode()
    assert 'value="Rina"' in refused.content.decode()
    form = {**said, "due_on": "01/01/2090", "kunci": new_key()}
    form["versi"] = str(Case.objects.get(pk=case.pk).version)
    assert [client.post(here, form).status_code for _ in range(2)] == [302, 302]
    assert ArchiveLoan.objects.count() == 1

    def listed(state: str) -> list[Case]:
        return list(client.get("/meja/arsip/", {"keadaan": state}).context["cases"])

    assert (listed("dipinjam"), listed("terlambat")) == ([case], [])
    ArchiveLoan.objects.update(lent_on=date(2020, 1, 1), due_on=date(2020, 1, 2))
    assert listed("terlambat") == [case]
    page = client.get("/meja/arsip/").content.decode()
    assert "terlambat kembali" in page
    assert "terlambat</" in client.get(here).content.decode()
    assert "Terlambat kembali" in client.get(f"/meja/berkas/{case.pk}/?bagian=arsip").content.decode()
    assert post(condition="Lengkap dan baik.").status_code == 302
    assert (listed("dipinjam"), listed("terlambat")) == ([], [])


# --- how long ------------------------------------------------------------------------------------------


def rule(*, active: int = 2, inactive: int = 5, on: datetime = MONDAY) -> ArchiveRule:
    return set_archive_rule(
        service="LHP",
        code="503",
        active_years=active,
        inactive_years=inactive,
        fate="review",
        basis="Contoh, belum berdasar JRA resmi",
        confirmed=False,
        effective_from=on.date(),
        by=officer("administrator"),
        at=on,
    )


def test_a_permits_file_is_closed_when_it_expires_and_nothing_is_told_before_a_rule(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    assert retention_of(case, on=LATER.date()) is None

    rule()
    told = retention_of(case, on=LATER.date())

    # Issued on 6 July 2026, valid for five years, same calendar date (SOP L); then two and five years.
    assert Permit.objects.get(case=case).issued_on == date(2026, 7, 6)
    assert told is not None
    assert told.expected
    assert (told.closed_on, told.active_until, told.inactive_until) == (
        date(2031, 7, 6),
        date(2033, 7, 6),
        date(2038, 7, 6),
    )
    page = signed_in("auditor").get(f"/meja/berkas/{case.pk}/?bagian=arsip").content.decode()
    assert "sampai 6 Juli 2033" in page
    assert "belum berdasar JRA resmi" in page


def test_a_replaced_permits_file_is_closed_on_that_day(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    rule()
    Permit.objects.filter(case=case).update(replaced_on=date(2030, 2, 1))

    told = retention_of(case, on=LATER.date())

    assert told is not None
    assert told.active_until == date(2032, 2, 1)


def test_a_rule_is_set_by_an_administrator_for_days_to_come_once_a_day(office: Office) -> None:
    rule()
    with pytest.raises(Refused, match="Sudah ada"):
        rule(active=3)
    said = {"service": "LHP", "code": "503", "active_years": 2, "inactive_years": 5, "fate": "review"}
    form = said | {"basis": "Keputusan contoh", "effective_from": "2020-01-01", "kunci": new_key()}

    page = signed_in("administrator").post("/kantor/arsip/", form).content.decode()

    assert "tidak dapat berlaku surut" in page
    assert "Keputusan contoh" in page
    assert ArchiveRule.objects.count() == 1


# --- the pages -----------------------------------------------------------------------------------------


def test_the_counter_files_on_the_page_and_finds_it_by_place_company_and_number(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    client, here = signed_in("collection_counter"), f"/meja/berkas/{case.pk}/arsip/"
    version = Case.objects.get(pk=case.pk).version
    found = client.get("/meja/arsip/?keadaan=belum").context["cases"]
    assert list(found) == [case]
    refused = client.post(here, TYPED | {"box": "", "kunci": new_key(), "versi": version})
    assert (refused.status_code, ArchivePlace.objects.count()) == (422, 0)
    assert 'value="A2"' in refused.content.decode()

    form = TYPED | {"kunci": new_key(), "versi": version}
    answer = client.post(here, form)

    assert answer.status_code == 302
    assert (client.post(here, form).status_code, ArchivePlace.objects.count()) == (302, 1)
    for typed in ("arsip a2 14", "segara", str(case.registration_number)):
        shown = client.get("/meja/arsip/", {"cari": typed, "keadaan": "sudah"}).context["cases"]
        assert list(shown) == [case], typed
    for typed in ("arsip B9", "%", "'"):
        assert list(client.get("/meja/arsip/", {"cari": typed}).context["cases"]) == [], typed
    scanned = client.get("/meja/arsip/", {"cari": f"http://muara.contoh/meja/berkas/{case.pk}/"})
    assert scanned["Location"] == f"/meja/berkas/{case.pk}/?bagian=arsip#bagian"
    page = " ".join(client.get(answer["Location"]).content.decode().split())
    assert ": Ruang Arsip 1, lemari A2, boks 14, folder 3 <br>" in page


def test_the_heads_read_the_archive_and_file_nothing(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    client = signed_in("head_of_office")

    assert "belum diarsipkan" in client.get("/meja/arsip/").content.decode()
    assert client.get(f"/meja/berkas/{case.pk}/arsip/").status_code == 403
    assert signed_in("verifier").get("/meja/arsip/").status_code == 403


def test_the_labels_of_room_cabinet_and_box_tell_what_lies_there(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    filed(case)
    client = signed_in("collection_counter")
    page = client.get("/meja/arsip/label/").content.decode()
    asked = {"ruang": "Arsip 1", "lemari": "A2", "boks": "14"}

    def printed(*names: str) -> str:
        answer = client.get("/meja/arsip/label.pdf", {name: asked[name] for name in names})
        command = ["pdftotext", "-layout", "-", "-"]
        return subprocess.run(command, input=answer.content, capture_output=True, check=True).stdout.decode()

    for names, told in (
        (("ruang",), ("Ruang", "Arsip 1", "A2", "1 berkas")),
        (("ruang", "lemari"), ("Lemari", "Arsip 1", "A2", "14", "1 berkas")),
        (("ruang", "lemari", "boks"), ("Boks", "14", "3", str(case), str(case.application.company))),
    ):
        query = urlencode({name: asked[name] for name in names}).replace("&", "&amp;")
        assert f"label.pdf?{query}" in page
        text = printed(*names)
        assert all(part in text for part in told), text
    assert client.get("/meja/arsip/label.pdf", {"ruang": "Lain"}).status_code == 404
    assert client.get("/meja/arsip/label.pdf").status_code == 404


@pytest.mark.slow
def test_many_rows_cost_the_queries_of_one(office: Office) -> None:
    client = signed_in("collection_counter")

    def cost() -> int:
        client.get("/meja/arsip/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/meja/arsip/").status_code == 200
        return len(captured)

    filed(case_at("end", at=MONDAY))
    one = cost()
    for number in range(5):
        filed(case_at("end", at=MONDAY, company=f"PT Contoh {number}"))

    assert len(client.get("/meja/arsip/").context["cases"]) == 6
    assert cost() == one

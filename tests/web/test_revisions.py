"""The stored revisions of the SOP in the administration, and its print for everybody."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import NotYours, Refused, store_revision
from muara.cases.copies import hand_out, withdraw
from muara.cases.models import ControlledCopy, Revision
from muara.documents.models import Letter
from muara.people.models import Office
from muara.web.demo import Clock, Walk, applicant, officer
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.sop.folders import example_files, real_files
from tests.web.page_forms import form_on

pytestmark = pytest.mark.django_db


def rev(number: str, *, since: date) -> Revision:
    files = real_files()
    for name in ("process.toml", "document.toml"):
        files[name] = files[name].replace(b'revision = "03"', f'revision = "{number}"'.encode())
    files["process.toml"] = files["process.toml"].replace(
        b'clock = "recommendation", days = 12 }', b'clock = "recommendation", days = 9 }'
    )
    return store_revision(files=files, by_id=None, at=MONDAY, effective_from=since)


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def test_the_auditor_reads_what_runs_under_each_revision(office: Office, client: Client) -> None:
    case_at("verify", at=MONDAY)
    case_at("end", at=MONDAY)
    new = rev("04", since=date(2099, 1, 1))
    client.force_login(officer("auditor"))

    told = page(client, "/kantor/sop/")

    assert f"04 {new.sha256[:8]}… 1 Januari 2099 Akan berlaku 0 0 Dibandingkan dengan revisi 03" in told
    assert re.search(r"03 \w{8}… 7 Juni 2017 Berlaku 1 0 Yang pertama tersimpan", told)


def test_a_long_list_costs_as_few_queries_as_a_short_one(office: Office, client: Client) -> None:
    client.force_login(officer("auditor"))
    client.get("/kantor/sop/")
    with CaptureQueriesContext(
        connection,
    ) as short:
        client.get("/kantor/sop/")
    rev("04", since=date(2099, 1, 1))
    rev("05", since=date(2099, 2, 1))
    client.get("/kantor/sop/")
    with CaptureQueriesContext(connection) as long:
        client.get("/kantor/sop/")

    assert len(long) == len(short)


def test_the_difference_of_two_revisions_is_told_in_words(office: Office, client: Client) -> None:
    old, new = Revision.objects.get(), rev("04", since=date(2099, 1, 1))
    client.force_login(officer("auditor"))

    told = page(client, f"/kantor/sop/{old.pk}/{new.pk}/")

    assert "Dari revisi 03 ke revisi 04" in told
    assert "Layanan, revisi 03 04" in told
    assert re.search(r"Langkah 15, batas waktu .*; 12 hari kerja .*; 9 hari kerja", told)
    assert "Kedua revisi berbunyi sama" in page(client, f"/kantor/sop/{old.pk}/{old.pk}/")


def test_revisions_of_two_services_are_not_compared(office: Office, client: Client) -> None:
    other = store_revision(files=example_files(), by_id=None, at=MONDAY, effective_from=date(2026, 1, 2))
    mine = Revision.objects.get(service="LHP")
    client.force_login(officer("auditor"))

    assert client.get(f"/kantor/sop/{mine.pk}/{other.pk}/").status_code == 404


def test_anybody_takes_the_sop_in_force_as_a_pdf_that_is_set_once(
    office: Office, blobs: object, client: Client
) -> None:
    slug = Revision.objects.get().process.slug
    path = f"/layanan/{slug}/sop/sop.pdf"

    first, second = client.get(path), client.get(path)

    assert f'href="{path}"' in client.get(f"/layanan/{slug}/sop/").content.decode()
    assert first["Content-Type"] == "application/pdf"
    assert 'filename="SOP-LP2N-LHP-02 revisi 03.pdf"' in first["Content-Disposition"]
    bodies = [b"".join(answer.streaming_content) for answer in (first, second)]  # type: ignore[attr-defined]
    assert bodies[0].startswith(b"%PDF-")
    assert bodies[0] == bodies[1]
    assert Letter.objects.filter(template__name="sop_book").count() == 1


def test_who_fills_in_an_application_is_told_that_it_keeps_its_revision(
    office: Office, client: Client
) -> None:
    application = Walk(Clock(MONDAY), applicant()).prepare()
    client.force_login(applicant())
    path = f"/permohonan/{application.reference}/"
    assert "sudah berlaku" not in page(client, path)

    rev("04", since=date(2026, 7, 6))

    assert "SOP revisi 04 sudah berlaku" in page(client, path)
    application.refresh_from_db()
    assert application.revision.number == "03"


def test_any_two_revisions_of_a_service_are_compared(office: Office, client: Client) -> None:
    first = Revision.objects.get()
    rev("04", since=date(2099, 1, 1))
    client.force_login(officer("auditor"))
    assert "Bandingkan dari" not in page(client, "/kantor/sop/")  # two: the link leads there
    last = rev("05", since=date(2099, 2, 1))

    assert "Bandingkan dari" in page(client, "/kantor/sop/")
    found = client.get("/kantor/sop/banding/", {"dari": first.pk, "ke": last.pk})
    assert found["Location"] == f"/kantor/sop/{first.pk}/{last.pk}/"
    assert "Dari revisi 03 ke revisi 05" in page(client, found["Location"])
    for ke in (first.pk, "x", 10**6):
        again = client.get("/kantor/sop/banding/", {"dari": first.pk, "ke": ke}, follow=True)
        assert "Pilih dua revisi yang berbeda" in again.content.decode()


# --- controlled copies ------------------------------------------------------------------------------------


def test_a_copy_is_handed_out_superseded_and_withdrawn(office: Office, client: Client) -> None:
    client.force_login(officer("administrator"))
    form = form_on(client.get("/kantor/sop/salinan/"), "/kantor/sop/salinan/")
    assert form.values["number"] == ["1"]
    sent = form.filled(number="3", holder="Kepala Seksi Perizinan", given_on="10/06/2017")
    for _ in range(2):  # sent twice, done once
        assert client.post("/kantor/sop/salinan/", sent).status_code == 302
    copy = ControlledCopy.objects.get()
    assert (copy.number, copy.holder, str(copy.given_on)) == (3, "Kepala Seksi Perizinan", "2017-06-10")
    assert Entry.objects.get(chain="sop:LHP", verb="sop.copy").note == copy.holder
    assert "Beredar" in page(client, "/kantor/sop/salinan/")
    assert form_on(client.get("/kantor/sop/salinan/"), "/kantor/sop/salinan/").values["number"] == ["4"]

    rev("04", since=date(2020, 1, 1))
    assert "Digantikan, harus ditarik" in page(client, "/kantor/sop/salinan/")
    back = form_on(client.get("/kantor/sop/salinan/"), f"/kantor/sop/salinan/{copy.pk}/tarik/")
    assert client.post(back.action, back.filled()).status_code == 302
    copy.refresh_from_db()
    assert copy.withdrawn_by == officer("administrator")
    assert "Ditarik" in page(client, "/kantor/sop/salinan/")
    assert [found for found in breaks(heads()) if found.chain == "sop:LHP"] == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"number": "3"}, "Salinan nomor 3 dari revisi ini sudah tercatat. Nomor berikutnya 4."),
        ({"number": "0"}, "Nomor salinan mulai dari 1."),
        ({"number": "tiga"}, "Tulis nomor salinan dengan angka, misalnya 3."),
        ({"number": "1000"}, "Nomor salinan paling besar 999."),
        ({"holder": " "}, "Tuliskan siapa yang memegang salinan ini."),
        ({"given_on": "1/1/2099"}, "Tanggal penyerahan belum tiba."),
        ({"revision": "999999"}, "Pilih salah satu revisi dalam daftar."),
    ],
)
def test_a_copy_that_cannot_be_is_refused_and_what_was_typed_stays(
    office: Office, client: Client, typed: dict[str, str], told: str
) -> None:
    by = officer("administrator")
    hand_out(
        Revision.objects.get(), number=3, holder="Kasi", given_on=MONDAY.date(), by=by, at=timezone.now()
    )
    client.force_login(by)
    form = form_on(client.get("/kantor/sop/salinan/"), "/kantor/sop/salinan/")

    answer = client.post("/kantor/sop/salinan/", form.filled(**{"holder": "Kabid Contoh", **typed}))

    assert told in unescape(answer.content.decode())
    assert ControlledCopy.objects.count() == 1
    if "holder" not in typed:
        assert 'value="Kabid Contoh"' in answer.content.decode()


def test_a_copy_comes_back_once_and_only_the_administrator_says_so(office: Office) -> None:
    by, at = officer("administrator"), timezone.now()
    copy = hand_out(Revision.objects.get(), number=1, holder="Kasi", given_on=MONDAY.date(), by=by, at=at)
    with pytest.raises(NotYours):
        withdraw(copy, by=officer("auditor"), at=at)
    withdraw(copy, by=by, at=at)
    with pytest.raises(Refused, match="sudah ditarik"):
        withdraw(copy, by=by, at=at)

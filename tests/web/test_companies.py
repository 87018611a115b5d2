"""The pages of a company's people and powers, and what a proxy meets at the portal, with every slip."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.models import Application, Case, PowerOfAttorney, Submission
from muara.people.models import Company, Invitation, Membership, User
from muara.steps.actions.powers import revoke_power
from muara.web import dossier
from muara.web.acts import new_key
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant, sample_pdf, seed_office
from tests.clock import MONDAY, TUESDAY, at
from tests.powers import given
from tests.remembered import case_at
from tests.web.page_forms import form_on

NADIA = "nadia@contoh.example"


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


@pytest.fixture
def prepared() -> Application:
    return Walk(Clock(MONDAY - timedelta(hours=1)), applicant()).prepare()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def read(client: Client, path: str) -> int:
    """The status of a file, read to its end so that it is closed."""
    answer = client.get(path)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def nadia() -> User:
    return User.objects.create_user(email=NADIA, name="Nadia Rekaan")


def scanned() -> SimpleUploadedFile:
    return SimpleUploadedFile("kuasa.pdf", sample_pdf("Surat kuasa"), "application/pdf")


LETTER = {
    "scope": "handling",
    "giver": "Sari Contohwati",
    "giver_position": "Direktur",
    "holder_name": "Nadia Rekaan",
    "address": NADIA,
    "applies": "semua",
    "dated": "1/7/2026",
    "starts": "",
    "ends": "31/7/2026",
}


# --- people of a company -------------------------------------------------------------------------------


def test_a_colleague_is_invited_joins_and_works_on_everything(prepared: Application) -> None:
    mine, page = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/"
    made = mine.post(f"{page}undang/", {"address": NADIA.upper(), "kunci": new_key()})
    assert made["Location"] == page
    link = Invitation.objects.get().token
    assert f"/perusahaan/undangan/{link}/" in mine.get(page).content.decode()

    theirs = signed_in(nadia())
    assert "PT Segara Contoh Makmur" in words(theirs.get("/perusahaan/"))
    joined = theirs.post(f"/perusahaan/undangan/{link}/", {"kunci": new_key()})

    assert joined["Location"] == page
    assert theirs.get(f"/permohonan/{prepared.reference}/").status_code == 200
    assert prepared.reference in theirs.get("/permohonan/").content.decode()


def test_whoever_has_the_link_and_another_address_learns_nothing_and_joins_nothing(
    prepared: Application,
) -> None:
    signed_in(applicant()).post(
        f"/perusahaan/{prepared.company_id}/undang/", {"address": NADIA, "kunci": new_key()}
    )
    path = f"/perusahaan/undangan/{Invitation.objects.get().token}/"
    stranger = signed_in(other_applicant())
    for answer in (stranger.get(path), stranger.post(path, {"kunci": new_key()})):
        assert answer.status_code == 403
        assert "Segara" not in words(answer)
        assert NADIA not in words(answer)
    assert Membership.objects.count() == 1
    assert stranger.get("/perusahaan/undangan/tidak-ada/").status_code == 404


def test_inviting_looks_the_same_with_and_without_an_account(prepared: Application) -> None:
    mine, page = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/"
    told = []
    for address in (other_applicant().email, "tanpa.akun@contoh.example"):
        answer = mine.post(f"{page}undang/", {"address": address, "kunci": new_key()}, follow=True)
        told.append(re.sub(re.escape(address), "X", words(answer)).count("Undangan untuk X"))
    assert told == [2, 2]  # the message and the row


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "Tuliskan alamat surelnya."),
        ("bukan alamat", "Tuliskan alamat surel yang lengkap"),
        ("sari@contoh.example", "sudah menjadi anggota"),
    ],
)
def test_a_wrong_address_is_refused_with_a_sentence(prepared: Application, address: str, told: str) -> None:
    path = f"/perusahaan/{prepared.company_id}/undang/"
    answer = signed_in(applicant()).post(path, {"address": address, "kunci": new_key()})
    assert answer.status_code == 422
    assert told in words(answer)
    assert form_on(answer, "").values["address"] == [address]
    assert not Invitation.objects.exists()


def test_the_same_form_sent_twice_invites_once(prepared: Application) -> None:
    mine, path = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/undang/"
    body = {"address": NADIA, "kunci": new_key()}
    assert [mine.post(path, body).status_code for _ in range(2)] == [302, 302]
    assert Entry.objects.filter(verb="company.invite").count() == 1


def test_an_invitation_is_withdrawn_and_then_useless(prepared: Application) -> None:
    mine, page = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/"
    mine.post(f"{page}undang/", {"address": NADIA, "kunci": new_key()})
    invitation = Invitation.objects.get()
    mine.post(f"/perusahaan/undangan/{invitation.pk}/tarik/", {"kunci": new_key()})

    theirs = signed_in(nadia())
    assert "Segara" not in words(theirs.get("/perusahaan/"))
    refused = theirs.post(f"/perusahaan/undangan/{invitation.token}/", {"kunci": new_key()})
    assert refused.status_code == 422
    assert "sudah tidak berlaku" in words(refused)


def test_a_member_leaves_and_the_last_one_cannot(prepared: Application) -> None:
    mine, company = signed_in(applicant()), prepared.company
    own = company.memberships.get()
    path = f"/perusahaan/anggota/{own.pk}/akhiri/"
    alone = mine.post(path, {"kunci": new_key()})
    assert alone.status_code == 422
    assert "Undang penggantinya lebih dahulu" in words(alone)
    company.memberships.create(user=other_applicant())

    left = mine.post(path, {"kunci": new_key()})

    assert left["Location"] == "/perusahaan/"
    assert mine.get(f"/permohonan/{prepared.reference}/").status_code == 404
    assert prepared.reference not in mine.get("/permohonan/").content.decode()
    assert signed_in(other_applicant()).get(f"/perusahaan/{company.pk}/").status_code == 200


# --- recording powers ----------------------------------------------------------------------------------


def test_a_member_records_a_power_and_its_holder_takes_it_up(prepared: Application) -> None:
    mine, page = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/"
    made = mine.post(f"{page}kuasa/", LETTER | {"power_scan": scanned(), "kunci": new_key()})
    assert made["Location"] == page
    power = PowerOfAttorney.objects.get()
    assert (power.application, power.starts, power.holder) == (None, date(2026, 7, 1), None)
    assert "Menunggu" in words(mine.get(page))

    theirs = signed_in(nadia())  # the account comes after the letter
    assert theirs.get(f"/permohonan/{prepared.reference}/").status_code == 404
    assert "memberi Anda kuasa pengurusan" in words(theirs.get("/perusahaan/"))
    theirs.post(f"/kuasa/{power.pk}/terima/", {"kunci": new_key()})

    seen = theirs.get(f"/permohonan/{prepared.reference}/")
    assert "Anda bertindak selaku kuasa pengurusan" in words(seen)
    assert "kirim/" not in seen.content.decode()
    assert prepared.reference in theirs.get("/permohonan/").content.decode()
    assert theirs.get(f"/perusahaan/{prepared.company_id}/").status_code == 404
    assert theirs.get(f"/permohonan/{prepared.reference}/kuasa/").status_code == 404
    assert theirs.get(f"/kuasa/{power.pk}/surat/").getvalue().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"scope": ""}, "Pilih lingkup kuasa."),
        ({"giver": ""}, "Tuliskan nama pemberi kuasa."),
        ({"holder_name": "Nadia \u202eRekaan"}, "U+202E"),
        ({"address": "nadia"}, "Tuliskan alamat surel yang lengkap"),
        ({"dated": "31/2/2026"}, ""),
        ({"dated": "7/7/2026"}, "tidak boleh sesudah hari ini"),
        ({"ends": "5/7/2026"}, "sudah habis masa berlakunya"),
        ({"starts": "1/8/2026"}, "berakhir sebelum dimulai"),
        ({"applies": "XXXX-XXXX"}, "Pilih dari daftar."),
        ({"power_scan": None}, "Unggah pindaian surat kuasa."),
        ({"power_scan": SimpleUploadedFile("kuasa.pdf", b"bukan pdf", "application/pdf")}, ""),
    ],
)
def test_a_letter_badly_typed_is_refused_and_what_was_typed_stays(
    prepared: Application, changed: dict[str, Any], told: str
) -> None:
    body = LETTER | {"power_scan": scanned(), "kunci": new_key()} | changed
    path = f"/perusahaan/{prepared.company_id}/kuasa/"
    sent = {name: said for name, said in body.items() if said is not None}
    answer = signed_in(applicant()).post(path, sent)
    assert answer.status_code == 422
    assert told in words(answer)
    assert form_on(answer, "").values["giver_position"] == ["Direktur"]
    assert not PowerOfAttorney.objects.exists()


def test_a_power_is_revoked_with_a_reason_by_its_company_or_its_holder(prepared: Application) -> None:
    power = given(prepared, to=other_applicant())
    path = f"/kuasa/{power.pk}/cabut/"
    theirs = signed_in(other_applicant())
    assert theirs.post(path, {"reason": "", "kunci": new_key()}).status_code == 422
    assert signed_in(officer("head_of_office")).get(path).status_code == 404

    given_back = theirs.post(path, {"reason": "Tidak sanggup lagi.", "kunci": new_key()})

    assert given_back["Location"] == "/perusahaan/"
    assert "Dicabut" in words(theirs.get("/perusahaan/"))
    assert "Dicabut" in words(signed_in(applicant()).get(f"/perusahaan/{prepared.company_id}/"))


def test_the_company_page_costs_the_same_for_one_power_and_thirty(prepared: Application) -> None:
    given(prepared)
    mine, page = signed_in(applicant()), f"/perusahaan/{prepared.company_id}/"
    mine.get(page)
    with CaptureQueriesContext(connection) as one:
        mine.get(page)
    for _ in range(29):
        given(prepared)
    with CaptureQueriesContext(connection) as thirty:
        mine.get(page)
    assert len(thirty) == len(one)


# --- a proxy at the portal -----------------------------------------------------------------------------


def test_a_power_names_its_company_and_the_registration_number_once_there_is_one(
    prepared: Application,
) -> None:
    holder, case = nadia(), case_at("verify", at=MONDAY)
    given(prepared, to=holder)
    given(case.application, to=holder)

    held = words(signed_in(holder).get("/perusahaan/"))

    assert f"PT Segara Contoh Makmur permohonan {case.registration_number}" in held
    assert case.application.reference not in held
    assert f"PT Segara Contoh Makmur permohonan {prepared.reference}" in held


def test_the_page_of_a_new_power_leads_to_the_empty_letters(prepared: Application) -> None:
    mine = signed_in(applicant())
    for path in (f"/perusahaan/{prepared.company_id}/kuasa/", f"/permohonan/{prepared.reference}/kuasa/"):
        page = mine.get(path).content.decode()
        links = re.findall(r'href="([^"]+formulir/F0[56]\.pdf)"', page)
        assert [link[-7:] for link in links] == ["F05.pdf", "F06.pdf"]
        assert [read(mine, link) for link in links] == [200, 200]


def test_a_signing_proxy_submits_and_the_form_tells_by_whose_power(prepared: Application) -> None:
    given(prepared, to=other_applicant(), scope="signing")
    client, path = signed_in(other_applicant()), f"/permohonan/{prepared.reference}/kirim/"
    sent = client.post(path, form_on(client.get(path), "").filled(truth="on"))
    assert sent.status_code == 302
    assert Submission.objects.get().power == PowerOfAttorney.objects.get()
    page = words(signed_in(officer("customer_service")).get(f"/meja/berkas/{Case.objects.get().pk}/"))
    assert "selaku kuasa (Budi Misalnya, surat kuasa tanggal 1 Juli 2026)" in page
    case = Case.objects.get()
    [form] = [line for line in dossier.forms(case) if line.form.code == "F05"]
    assert [made.title for made in form.made] == ["Sari Contohwati kepada Budi Misalnya"]
    letter_of_power = read(signed_in(officer("customer_service")), form.made[0].href)
    assert (form.state, letter_of_power) == ("made", 200)


def test_a_handling_proxy_is_told_that_signing_is_not_theirs(prepared: Application) -> None:
    given(prepared, to=other_applicant())
    client, path = signed_in(other_applicant()), f"/permohonan/{prepared.reference}/kirim/"
    refused = client.post(path, form_on(client.get(path), "").filled(truth="on"))
    assert refused.status_code == 422
    assert "tidak mencakup penandatanganan" in words(refused)
    assert form_on(refused, "").values["truth"] == ["on"]
    assert not Case.objects.exists()


@pytest.mark.parametrize("ended", ["expired", "revoked"])
def test_a_power_that_ends_while_the_page_is_open_gives_back_what_was_typed_and_changes_nothing(
    prepared: Application, time_machine: TimeMachineFixture, ended: str
) -> None:
    power = given(prepared, to=other_applicant(), ends=date(2026, 7, 6))
    client, here = signed_in(other_applicant()), f"/permohonan/{prepared.reference}/"
    section = prepared.revision.definition.form.sections[0]
    path = f"{here}bagian/{section.key}/"
    typed = form_on(client.get(path), "").filled(company_name="PT Diketik Kuasa")
    if ended == "expired":
        time_machine.move_to(at("2026-07-07 00:00"), tick=False)
        client.force_login(other_applicant())  # the night was longer than a session
        sentence = "Kuasa Anda berakhir pada 6 Juli 2026; minta surat kuasa baru."
    else:
        revoke_power(power, reason="Selesai.", by=applicant(), at=MONDAY)
        sentence = "Kuasa Anda dicabut pada 6 Juli 2026; minta surat kuasa baru."
    acts, before = Entry.objects.count(), Application.objects.get().data

    refused = client.post(path, typed)

    assert refused.status_code == 403
    assert sentence in words(refused)
    assert "PT Diketik Kuasa" in words(refused)
    assert (Entry.objects.count(), Application.objects.get().data) == (acts, before)
    for address in (here, path, f"{here}kirim/", f"{here}kuasa/"):
        assert client.get(address).status_code == 404
    assert prepared.reference not in client.get("/permohonan/").content.decode()
    attachment = prepared.attachments.all()[0]
    assert client.get(f"/lampiran/{attachment.pk}/").status_code == 404


def test_an_ended_power_learns_nothing_by_posting(
    prepared: Application, time_machine: TimeMachineFixture
) -> None:
    given(prepared, to=other_applicant(), ends=date(2026, 7, 6))
    time_machine.move_to(TUESDAY, tick=False)
    answer = signed_in(other_applicant()).post(f"/permohonan/{prepared.reference}/kirim/", {"truth": "on"})
    assert answer.status_code == 403
    assert "Segara" not in words(answer)


def test_a_proxy_reads_what_the_applicant_reads_and_nothing_that_stays_in_the_office() -> None:
    case = case_at("decide", at=MONDAY)
    given(case.application, to=other_applicant())
    client = signed_in(other_applicant())
    kinds = {filed.kind: read(client, f"/surat/{filed.letter_id}.pdf") for filed in case.letters.all()}
    assert kinds["receipt"] == kinds["application_form"] == 200
    assert kinds["cover_letter"] == 404
    assert client.get(f"/meja/berkas/{case.pk}/lembar-pengendali.pdf").status_code == 404
    assert client.get(f"/meja/berkas/{case.pk}/")["Location"] == f"/permohonan/{case.application.reference}/"
    assert client.get(f"/permohonan/{case.application.reference}/").status_code == 200


def test_a_power_of_one_company_opens_no_other(prepared: Application) -> None:
    theirs = Walk(Clock(MONDAY), applicant(), company="PT Teluk Rekaan Kimia").prepare()
    given(prepared, to=other_applicant(), everything=True)
    client = signed_in(other_applicant())
    assert client.get(f"/permohonan/{theirs.reference}/").status_code == 404
    assert client.post(f"/permohonan/{theirs.reference}/kirim/", {}).status_code == 404
    for company in Company.objects.all():
        assert client.get(f"/perusahaan/{company.pk}/").status_code == 404


# --- at the counter ------------------------------------------------------------------------------------


def test_the_counter_records_a_letter_and_names_who_stands_there() -> None:
    cs = officer("customer_service")
    application = Walk(Clock(MONDAY - timedelta(hours=1)), applicant(), on_behalf_by=cs).prepare()
    client, here = signed_in(cs), f"/permohonan/{application.reference}/"
    page = client.get(f"{here}kuasa/")
    assert "address" not in form_on(page, "").names
    body = LETTER | {"scope": "signing", "power_scan": scanned(), "kunci": new_key()}
    assert client.post(f"{here}kuasa/", body).status_code == 302
    power = PowerOfAttorney.objects.get()
    assert (power.application, power.holder_address) == (application, "")

    path = f"{here}kirim/"
    form = form_on(client.get(path), "")
    unnamed = client.post(path, form.filled(truth="on", proof=scanned()))
    assert unnamed.status_code == 422
    assert "Pilih siapa yang menghadap." in words(unnamed)
    sent = client.post(path, form_on(unnamed, "").filled(truth="on", stands=str(power.pk)))

    assert sent.status_code == 302
    assert Submission.objects.get().power == power


def test_the_counter_is_told_when_the_power_on_file_is_over(time_machine: TimeMachineFixture) -> None:
    cs = officer("customer_service")
    application = Walk(Clock(MONDAY - timedelta(hours=1)), applicant(), on_behalf_by=cs).prepare()
    power = given(application, by=cs, scope="signing", ends=date(2026, 7, 6))
    time_machine.move_to(TUESDAY, tick=False)
    client, path = signed_in(cs), f"/permohonan/{application.reference}/kirim/"
    sent = form_on(client.get(path), "").filled(truth="on", stands=str(power.pk), proof=scanned())
    refused = client.post(path, sent)
    assert refused.status_code == 422
    assert "Kuasa Budi Misalnya berakhir pada 6 Juli 2026; minta surat kuasa baru." in words(refused)
    assert not Case.objects.exists()

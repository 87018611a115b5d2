"""From the account to the sent application: filling in, handing in, sending, and every slip on the way."""

from __future__ import annotations

import gzip
import html
import math
import re
from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.models import Application, Attachment, Case, Revision, Submission
from muara.documents.repertoire import allowed
from muara.people.actions.notices import send_due
from muara.people.models import Company, Membership, User
from muara.sop.form import Section, clean_section, point_of, spots
from muara.sop.places import LAND, UNCERTAIN, beside_the_sea
from muara.steps.actions import filing
from muara.steps.notices import is_still_theirs
from muara.web.acts import new_key
from muara.web.demo import Clock, Walk, applicant, example, officer, other_applicant, sample_pdf, seed_office
from muara.web.form_fields import SectionForm
from muara.web.maps import RADIUS, map_of
from tests.clock import MONDAY, at
from tests.web.page_forms import PageForm, form_on

UPLOADS = (1, 2, 3, 5, 6, 7, 14, 15)  # section G: what is handed in (domain 1.4; 3 holds 4)


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def begun(by: User | None = None, *, name: str = "PT Segara Contoh Makmur") -> Application:
    """An application with nothing in it yet."""
    return filing.start_application(
        revision=Revision.objects.get(),
        kind="new",
        company=None,
        company_name=name,
        by=by or applicant(),
        at=MONDAY,
    )


def filled() -> Application:
    """An application that only has to be sent."""
    return Walk(Clock(MONDAY - timedelta(hours=1)), applicant()).prepare()


def typed(section: Section, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a person types into a section to say `values`."""
    cleaned = clean_section(section, values, printable=allowed)
    assert cleaned.errors == {}
    form = SectionForm(section, values=cleaned.values)
    said = {name: form[name].value() for name in form.fields}
    return {name: "on" if value is True else value for name, value in said.items() if value not in (None, "")}


def pdf(title: str = "Profil") -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{title.lower()}.pdf", sample_pdf(title), "application/pdf")


def shown_form(answer: Any) -> PageForm:
    """The page's own form: the one that is sent to the page itself."""
    return form_on(answer, "")


def plain(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def errors_on(answer: Any) -> str:
    page = answer.content.decode()
    found = re.findall(r'govuk-error-message">(.*?)</p>', page, re.DOTALL)
    summary = re.findall(r"govuk-error-summary__list\">(.*?)</ul>", page, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", part)) for part in [*found, *summary])


@pytest.mark.slow
def test_a_newcomer_goes_from_the_account_to_a_sent_application(client: Client) -> None:
    client.post(
        "/akun/daftar/",
        {
            "name": "Wulan Misalan",
            "email": "wulan@contoh.example",
            "phone": "0811 0000 0003",
            "password1": "muara-sungai-laut",
            "password2": "muara-sungai-laut",
        },
    )
    list(send_due(clock=lambda: MONDAY, still_theirs=is_still_theirs))
    link = re.search(r"/akun/surel/konfirmasi/\S+", str(mail.outbox[0].body))
    assert link
    client.post(link[0])
    body = {"kind": "new", "company_name": "PT Teluk Rekaan Kimia", "kunci": new_key()}
    started = client.post("/permohonan/baru/", body)
    application = Application.objects.get()
    here = f"/permohonan/{application.reference}/"
    assert started["Location"] == here
    assert "Belum terdaftar" in plain(client.get(here))

    values = example()["values"] | {"company_name": "PT Teluk Rekaan Kimia"}
    sections = application.revision.definition.form.sections
    for section, following in zip(sections, [*sections[1:], None], strict=True):
        said = typed(section, values) | {"lanjut": "1"}
        answer = client.post(f"{here}bagian/{section.key}/", said)
        assert answer["Location"] == (f"{here}bagian/{following.key}/" if following else here)
    for number in UPLOADS:
        answer = client.post(f"{here}berkas/{number}/", {"file": pdf(f"Berkas {number}")})
        assert answer["Location"] == f"{here}berkas/{number}/"
    assert "Semua sudah lengkap" in plain(client.get(here))

    review = client.get(f"{here}kirim/")
    assert "TP-01 Outlet kolam sedimentasi" in plain(review)
    sent = client.post(f"{here}kirim/", shown_form(review).filled(truth="on"))
    assert sent["Location"] == here
    case = Case.objects.get(application=application)
    assert (case.main_task is not None and case.main_task.step_key, case.version) == ("check", 1)
    after = plain(client.get(here))
    assert (application.reference in after, "Belum terdaftar" in after) == (True, True)
    assert "Di tangan: Petugas Customer Service dan Help Desk" in after


def test_a_value_is_shown_again_as_it_can_be_saved_again_unchanged() -> None:
    application = filled()
    client = signed_in(applicant())
    before = Application.objects.get(pk=application.pk).data

    for section in application.revision.definition.form.sections:
        path = f"/permohonan/{application.reference}/bagian/{section.key}/"
        answer = client.post(path, shown_form(client.get(path)).filled(simpan="1"))
        assert answer.status_code == 302

    assert Application.objects.get(pk=application.pk).data == before


def test_what_was_saved_is_there_again_on_another_phone() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/applicant/"
    signed_in(applicant()).post(path, {"applicant_name": "Sari Contohwati", "simpan": "1"})

    page = signed_in(applicant()).get(path).content.decode()

    assert 'value="Sari Contohwati"' in page
    assert "Belum diisi di bagian ini" in page
    overview = plain(signed_in(applicant()).get(f"/permohonan/{application.reference}/"))
    assert "Pemohon dan penanggung jawab Sebagian" in overview


def test_what_the_account_knows_is_proposed_and_not_saved_by_itself() -> None:
    application = begun()
    page = signed_in(applicant()).get(f"/permohonan/{application.reference}/bagian/applicant/")

    assert f'value="{applicant().email}"' in page.content.decode()
    assert Application.objects.get(pk=application.pk).data == {}


# --- slips in a section -----------------------------------------------------------------------------

SLIPS = [
    ("company", "company_nib", "123456789012", "NIB terdiri atas 13 angka"),
    ("company", "company_nib", "91200012345AB", "NIB terdiri atas 13 angka"),
    ("company", "company_npwp", "99.999.999.9", "NPWP terdiri atas 15 atau 16 angka"),
    ("applicant", "applicant_nik", "640000410785", "NIK terdiri atas 16 angka"),
    ("applicant", "applicant_nik", "6400009907850009", "Tanggal lahir dalam NIK"),
    ("applicant", "applicant_email", "sari@contoh", "alamat surel yang lengkap"),
    ("applicant", "applicant_phone", "811-123", "awalan 0 atau +62"),
    ("water", "treatment_capacity", "1.000", "dapat berarti 1000 atau 1 koma 000"),
    ("water", "treatment_capacity", "seribu", "bukan angka"),
    ("points", "outfall_depth", "-3", "Paling sedikit 0"),
    ("points", "outfall_coordinate", "117,608333; 0,505556", "tertukar"),
    ("points", "outfall_coordinate", "0°30'20\" LS 117°36'30\" BT", "di luar Kabupaten Kutai Timur"),
    ("points", "outfall_coordinate", "51,5; 0,1", "di luar wilayah"),
    ("points", "outfall_coordinate", "lintang saja", "Tulis lintang"),
    ("applicant", "applicant_name", "Sari \N{GRINNING FACE}", "tidak dapat dicetak pada surat"),
    ("applicant", "applicant_name", "Sari\x00Contohwati", "karakter tak terlihat (U+0000)"),
    ("company", "company_name", "PT \N{WATER WAVE} Biru", "tidak dapat dicetak pada surat"),
    ("approvals", "business_licence_date", "31/02/2016", "tidak ada dalam kalender"),
    ("activity", "site_regency", "99.99", "Pilih kabupaten atau kota dari daftar"),
    ("points", "outfall_regency", "64.72", "tidak mempunyai laut"),
    ("approvals", "regime", "X", "Pilih salah satu jawaban dari daftar"),
    ("activity", "activity_name", "x" * 161, "Terlalu panjang"),
]


@pytest.mark.parametrize(("section", "field", "slip", "said"), SLIPS)
def test_a_slip_is_named_beside_its_field_and_kept_as_typed_while_the_rest_is_saved(
    section: str, field: str, slip: str, said: str
) -> None:
    application = begun()
    client = signed_in(applicant())
    path = f"/permohonan/{application.reference}/bagian/{section}/"
    definition = application.revision.definition.form.section(section)
    said_well = typed(definition, example()["values"])

    answer = client.post(path, said_well | {field: slip, "lanjut": "1"})

    assert answer.status_code == 422
    assert said in errors_on(answer)
    assert f'id="id_{field}' in answer.content.decode()
    if definition.field(field).kind not in {"choice", "regency"}:
        assert html.escape(slip) in answer.content.decode()
    kept = Application.objects.get(pk=application.pk)
    wanted = clean_section(definition, example()["values"], printable=allowed).values
    assert kept.data == {key: value for key, value in wanted.items() if key != field}
    again = signed_in(applicant()).get(path)  # on another device
    if definition.field(field).kind not in {"choice", "regency", "nik"}:
        assert ("tidak dapat dicetak" if "\x00" in slip else said) in errors_on(again)
        assert html.escape(slip.replace("\x00", "\ufffd")) in again.content.decode()
        overview = plain(client.get(f"/permohonan/{application.reference}/"))
        assert f"{definition.title} Sebagian" in overview
    client.post(path, said_well | {"simpan": "1"})
    mended = Application.objects.get(pk=application.pk)
    assert (mended.data, mended.unread) == (wanted, {})


def test_an_identity_number_that_cannot_be_read_is_asked_for_again_and_kept_nowhere() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/applicant/"
    client = signed_in(applicant())

    client.post(path, {"applicant_name": "Sari Contohwati", "applicant_nik": "640000410785", "simpan": "1"})

    kept = Application.objects.get(pk=application.pk)
    assert (kept.data, kept.unread) == ({"applicant_name": "Sari Contohwati"}, {"applicant_nik": ""})
    assert "Nomor identitas yang belum terbaca tidak disimpan" in errors_on(client.get(path))
    assert "Pemohon dan penanggung jawab: NIK pemohon" in [gap.label for gap in filing.gaps(kept)]
    client.post(path, {"applicant_name": "Sari Contohwati", "simpan": "1"})
    assert Application.objects.get(pk=application.pk).unread == {}


def test_a_section_saves_itself_and_says_what_it_could_not_read() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/company/"
    client = signed_in(applicant())
    page = shown_form(client.get(path))

    body = page.filled(company_name="PT Segara", company_nib="12")
    answer = client.post(path, body, headers={"HX-Request": "true"})

    assert answer.status_code == 200
    assert "Tersimpan 09.00." in plain(answer)
    assert "NIB : NIB terdiri atas 13 angka" in plain(answer)
    kept = Application.objects.get(pk=application.pk)
    assert (kept.data, kept.unread) == ({"company_name": "PT Segara"}, {"company_nib": "12"})
    assert client.post(path, body, headers={"HX-Request": "true"}).content == answer.content
    assert client.post(path, body | {"company_nib": "", "simpan": "1"}).status_code == 302


def test_a_section_changed_elsewhere_is_not_overwritten_unseen() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/company/"
    client = signed_in(applicant())
    mine = shown_form(client.get(path)).filled(company_name="PT Dari Komputer")
    client.post(path, shown_form(client.get(path)).filled(company_name="PT Dari Telepon"))

    by_itself = client.post(path, mine, headers={"HX-Request": "true"})
    pressed = client.post(path, mine | {"simpan": "1"})

    assert "Belum tersimpan. Bagian ini diubah dari perangkat atau jendela lain." in plain(by_itself)
    assert pressed.status_code == 409
    assert 'value="PT Dari Komputer"' in pressed.content.decode()
    assert Application.objects.get(pk=application.pk).data == {"company_name": "PT Dari Telepon"}
    again = client.post(path, shown_form(pressed).filled(simpan="1"))
    assert again.status_code == 302
    assert Application.objects.get(pk=application.pk).data["company_name"] == "PT Dari Komputer"


def test_a_section_under_examination_does_not_save_itself() -> None:
    application = filled()
    filing.submit(application, by=applicant(), at=MONDAY)

    answer = signed_in(applicant()).post(
        f"/permohonan/{application.reference}/bagian/company/",
        {"company_name": "PT Lain"},
        headers={"HX-Request": "true"},
    )

    assert "Belum tersimpan. Permohonan ini sedang diperiksa petugas" in plain(answer)
    assert Application.objects.get(pk=application.pk).data == application.data


@pytest.mark.parametrize("typed_number", ["0,5", "0.5"])
def test_a_half_is_a_half_with_comma_or_point(typed_number: str) -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/water/"

    signed_in(applicant()).post(path, {"water_intake": typed_number, "simpan": "1"})

    assert Application.objects.get(pk=application.pk).data == {"water_intake": "0.5"}
    assert 'value="0,5"' in signed_in(applicant()).get(path).content.decode()


def test_a_latitude_without_its_side_is_asked_for_where_both_sides_are_possible() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    kukar = {"outfall_regency": "64.02"}  # the regency lies on both sides of the equator (domain 9.2)
    client = signed_in(applicant())

    refused = client.post(path, kukar | {"outfall_coordinate": "0,5; 117,5", "simpan": "1"})
    taken = client.post(path, kukar | {"outfall_coordinate": "0°30'00\" LS 117°30'00\" BT", "simpan": "1"})

    assert "Tambahkan LU atau LS" in errors_on(refused)
    assert taken.status_code == 302
    stored = Application.objects.get(pk=application.pk).data["outfall_coordinate"]
    assert stored == {"latitude": "-0.500000", "longitude": "117.500000"}


def test_typst_markup_in_a_name_stays_the_text_that_was_typed() -> None:
    application = begun()
    name = '#strong[PT] $x^2$ *Contoh* \\ "kutip" <b>'

    answer = signed_in(applicant()).post(
        f"/permohonan/{application.reference}/bagian/company/", {"company_name": name, "simpan": "1"}
    )

    assert answer.status_code == 302
    assert Application.objects.get(pk=application.pk).data["company_name"] == name
    shown = signed_in(applicant()).get(f"/permohonan/{application.reference}/").content.decode()
    assert "<b>" not in shown.split("<h1")[1].split("</h1>")[0]


def test_a_slip_in_a_table_is_named_in_its_row_and_the_other_rows_stay() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    rows = {
        "sea_points-0-name": "TL-01",
        "sea_points-0-coordinate": "0°30'27,0\" LU 117°36'30,0\" BT",
        "sea_points-1-name": "TL-02",
        "sea_points-1-coordinate": "117°36'30,0\" BT",
    }

    answer = signed_in(applicant()).post(path, rows | {"tambah": "sea_points"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_sea_points-1-coordinate_error"' in page
    assert 'id="id_sea_points-0-coordinate_error"' not in page
    assert "Baris 2: " in errors_on(answer)
    assert 'value="TL-01"' in page
    kept = Application.objects.get(pk=application.pk)
    assert [row["name"] for row in kept.data["sea_points"]] == ["TL-01", "TL-02"]
    assert kept.unread == {"sea_points-1-coordinate": rows["sea_points-1-coordinate"]}
    again = signed_in(applicant()).get(path)
    assert "Baris 2: " in errors_on(again)
    assert html.escape(rows["sea_points-1-coordinate"]) in again.content.decode()


def test_adding_rows_saves_the_table_and_gives_two_empty_ones() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/activity/"
    rows = {
        "raw_materials-0-name": "Tandan buah segar",
        "raw_materials-0-amount": "45000",
        "raw_materials-2-name": "Air",
        "raw_materials-2-amount": "0,5",
    }
    client = signed_in(applicant())

    answer = client.post(path, rows | {"tambah": "raw_materials"})

    assert answer["Location"] == f"{path}#tabel-raw_materials"
    stored = Application.objects.get(pk=application.pk).data["raw_materials"]
    assert [row["name"] for row in stored] == ["Tandan buah segar", "Air"]
    page = client.get(path).content.decode()
    assert ("raw_materials-3-name" in page, "raw_materials-4-name" in page) == (True, False)


def test_an_absurd_row_number_does_not_blow_the_page_up() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/activity/"

    answer = signed_in(applicant()).post(path, {"raw_materials-999999999-name": "x", "simpan": "1"})

    assert answer.status_code == 302
    assert Application.objects.get(pk=application.pk).data == {}


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("profil.pdf", b"MZ\x90\x00 not a pdf", "Isi berkas ini bukan"),
        ("profil.pdf", b"", "kosong"),
        ("profil.pdf", b"%PDF-1.7\n1 0 obj\n", "Unggah kembali"),
        ("profil.jpg", b"%PDF-1.7", "berakhiran .jpg"),
        ("skrip.html", b"<script>alert(1)</script>", "Isi berkas ini bukan"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_with_what_to_do(name: str, content: bytes, said: str) -> None:
    application = begun()

    answer = signed_in(applicant()).post(
        f"/permohonan/{application.reference}/berkas/1/", {"file": SimpleUploadedFile(name, content)}
    )

    assert answer.status_code == 422
    assert said.lower() in errors_on(answer).lower()
    assert Attachment.objects.count() == 0


def test_no_file_at_all_is_asked_for() -> None:
    answer = signed_in(applicant()).post(f"/permohonan/{begun().reference}/berkas/1/", {})

    assert answer.status_code == 422
    assert "Pilih berkas yang akan diunggah." in errors_on(answer)


@pytest.mark.parametrize("number", [4, 8, 18, 99])
def test_a_requirement_without_a_file_has_no_upload_page(number: int) -> None:
    answer = signed_in(applicant()).get(f"/permohonan/{begun().reference}/berkas/{number}/")

    assert answer.status_code == 404


def test_a_file_is_shown_and_can_be_taken_back() -> None:
    application = begun()
    client = signed_in(applicant())
    path = f"/permohonan/{application.reference}/berkas/5/"
    client.post(path, {"file": pdf("Skema")})
    item = Attachment.objects.get()

    page = client.get(path).content.decode()
    assert f"/lampiran/{item.pk}/halaman/1.png" in page
    assert 'loading="lazy"' in page
    answer = client.post(f"/permohonan/{application.reference}/berkas/tarik/{item.pk}/")

    assert answer["Location"] == path
    assert Attachment.objects.get().withdrawn_at == MONDAY
    assert f"/lampiran/{item.pk}/" not in client.get(path).content.decode()


# --- starting ---------------------------------------------------------------------------------------


def test_a_company_without_a_name_is_asked_for() -> None:
    body = {"kind": "new", "company_name": "  ", "kunci": new_key()}
    answer = signed_in(applicant()).post("/permohonan/baru/", body)

    assert answer.status_code == 422
    assert "Tuliskan nama perusahaan" in errors_on(answer)
    assert Application.objects.count() == 0


def test_starting_twice_with_one_form_starts_one_application() -> None:
    client = signed_in(applicant())
    body = {"kind": "new", "company_name": "PT Segara Contoh Makmur", "kunci": new_key()}

    first = client.post("/permohonan/baru/", body)
    company = Company.objects.get()
    second = client.post("/permohonan/baru/", body | {"company": str(company.pk)})

    assert first["Location"] == f"/permohonan/{Application.objects.get().reference}/"
    assert second.status_code == 409  # the same key with another body


def test_who_types_a_new_name_need_not_also_choose_another_company() -> None:
    begun(name="PT Yang Lama")
    body = {"kind": "new", "company_name": "PT Yang Baru", "kunci": new_key()}
    assert signed_in(applicant()).post("/permohonan/baru/", body).status_code == 302
    assert Application.objects.latest("pk").company.name == "PT Yang Baru"


def test_another_persons_company_cannot_be_chosen() -> None:
    theirs = Company.objects.create(name="PT Muara Fiktif Energi")
    Membership.objects.create(company=theirs, user=other_applicant())
    begun()

    answer = signed_in(applicant()).post("/permohonan/baru/", {"kind": "new", "company": str(theirs.pk)})

    assert answer.status_code == 422
    assert "Pilih perusahaan dari daftar." in errors_on(answer)
    assert "PT Muara Fiktif Energi" not in answer.content.decode()


def test_the_start_page_leads_to_the_self_check_and_the_last_upload_to_the_check_before_sending() -> None:
    mine, ready = signed_in(applicant()), filled()
    start = mine.get("/permohonan/baru/").content.decode()
    link = re.search(r'href="(/layanan/[^"]+/cek-mandiri/)"', start)
    assert link is not None
    assert mine.get(link[1]).status_code == 200

    leads = {
        number: f'href="/permohonan/{ready.reference}/kirim/"'
        in mine.get(f"/permohonan/{ready.reference}/berkas/{number}/").content.decode()
        for number in (UPLOADS[0], UPLOADS[-1])
    }
    assert leads == {UPLOADS[0]: False, UPLOADS[-1]: True}


def test_the_start_page_tells_the_regime_and_what_becomes_of_personal_data() -> None:
    words = plain(signed_in(applicant()).get("/permohonan/baru/"))

    assert "Konfirmasikan rezim yang berlaku kepada petugas." in words
    assert "UU 27/2022" in words


# --- sending ----------------------------------------------------------------------------------------


def test_an_application_with_gaps_is_not_sent_and_names_each() -> None:
    application = begun()
    client = signed_in(applicant())
    path = f"/permohonan/{application.reference}/kirim/"

    answer = client.post(path, {"truth": "on", "kunci": new_key()})

    assert answer.status_code == 422
    words = plain(answer)
    assert "Berkas: Profil perusahaan" in words
    assert "Perusahaan: NIB" in words
    assert (Case.objects.count(), Submission.objects.count()) == (0, 0)


def test_without_the_statement_of_truth_nothing_is_sent() -> None:
    application = filled()
    client = signed_in(applicant())
    path = f"/permohonan/{application.reference}/kirim/"

    answer = client.post(path, shown_form(client.get(path)).filled())

    assert answer.status_code == 422
    assert "nyatakan bahwa isinya benar" in errors_on(answer)
    assert Case.objects.count() == 0


def test_the_same_form_sent_twice_opens_one_case() -> None:
    application = filled()
    client = signed_in(applicant())
    path = f"/permohonan/{application.reference}/kirim/"
    sent = shown_form(client.get(path)).filled(truth="on")

    first, second = client.post(path, sent), client.post(path, sent)

    assert (first.status_code, second.status_code) == (302, 302)
    assert (Case.objects.count(), Submission.objects.count()) == (1, 1)


@pytest.mark.parametrize("key", ["", "bukan-kunci-kami", "abc:def"])
def test_a_form_with_a_key_of_its_own_is_stale_and_sends_nothing(key: str) -> None:
    application = filled()

    answer = signed_in(applicant()).post(
        f"/permohonan/{application.reference}/kirim/", {"truth": "on", "kunci": key}
    )

    assert answer.status_code == 409
    assert "Tidak ada yang disimpan" in plain(answer)
    assert Case.objects.count() == 0


def test_what_is_being_examined_cannot_be_changed() -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=1)), applicant())
    application = walk.prepare()
    walk.submit()
    client = signed_in(applicant())
    here = f"/permohonan/{application.reference}/"
    before = Application.objects.get(pk=application.pk).data

    answer = client.post(f"{here}bagian/water/", {"water_intake": "1", "simpan": "1"})
    assert answer.status_code == 422
    assert "sedang diperiksa petugas" in errors_on(answer)
    assert client.post(f"{here}berkas/1/", {"file": pdf()}).status_code == 422
    client.post(f"{here}berkas/tarik/{Attachment.objects.first().pk}/")  # type: ignore[union-attr]

    assert Application.objects.get(pk=application.pk).data == before
    assert Attachment.objects.filter(withdrawn_at=None).count() == len(UPLOADS)
    for page in ("bagian/water/", "berkas/1/", "kirim/"):
        assert client.get(f"{here}{page}")["Location"] == here


# --- whose ------------------------------------------------------------------------------------------


def pages_of(application: Application, attachment: int) -> list[tuple[str, str]]:
    here = f"/permohonan/{application.reference}/"
    both = ["bagian/water/", "berkas/1/", "kirim/", "jawab/", "terima/"]
    return [
        ("GET", here),
        *((method, f"{here}{page}") for page in both for method in ("GET", "POST")),
        ("POST", f"{here}berkas/tarik/{attachment}/"),
    ]


@pytest.mark.parametrize("who", ["other", "verifier", "customer_service", "administrator", "auditor"])
def test_an_applicants_pages_are_not_there_for_anybody_else(who: str) -> None:
    application = filled()
    stranger = other_applicant() if who == "other" else officer(who)
    client = signed_in(stranger)
    first = Attachment.objects.filter(requirement=1).get()

    for method, path in pages_of(application, first.pk):
        body = {"truth": "on", "kunci": new_key(), "water_intake": "1", "simpan": "1"}
        answer = client.get(path) if method == "GET" else client.post(path, body)
        assert (method, path, answer.status_code) == (method, path, 404)

    assert Case.objects.count() == 0
    assert Attachment.objects.filter(withdrawn_at=None).count() == len(UPLOADS)
    assert application.reference not in client.get("/permohonan/").content.decode()


def test_a_file_of_another_application_cannot_be_taken_back_through_ones_own() -> None:
    theirs, mine = filled(), begun(other_applicant(), name="PT Muara Fiktif Energi")
    item = theirs.attachments.get(requirement=1)

    answer = signed_in(other_applicant()).post(f"/permohonan/{mine.reference}/berkas/tarik/{item.pk}/")

    assert answer.status_code == 404
    assert theirs.attachments.get(requirement=1).withdrawn_at is None


def test_nobody_sees_a_portal_page_without_signing_in(client: Client) -> None:
    application = filled()

    for method, path in [
        *pages_of(application, 1),
        ("GET", "/permohonan/"),
        ("GET", "/permohonan/baru/"),
        ("GET", "/pertanyaan/"),
    ]:
        answer = client.get(path) if method == "GET" else client.post(path)
        assert answer["Location"].startswith("/akun/masuk/?next=")


# --- at the counter, for somebody without an account -------------------------------------------------


def test_a_counter_officer_fills_in_and_sends_on_somebodys_behalf() -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=1)), applicant(), on_behalf_by=officer("customer_service"))
    application = walk.prepare()
    here = f"/permohonan/{application.reference}/"
    client = signed_in(officer("registration_counter"))

    assert "Atas nama pemohon" in plain(client.get(here))
    path = f"{here}bagian/water/"
    assert client.post(path, shown_form(client.get(path)).filled(simpan="1")).status_code == 302
    page = client.get(f"{here}kirim/")
    unsigned = client.post(f"{here}kirim/", shown_form(page).filled(truth="on"))
    assert unsigned.status_code == 422
    assert "Unggah surat yang ditandatangani pemohon." in plain(unsigned)
    signed = SimpleUploadedFile("formulir.pdf", sample_pdf("Formulir bertanda tangan"))
    sent = client.post(f"{here}kirim/", shown_form(page).filled(truth="on", proof=signed, stands="self"))

    assert sent["Location"] == here
    assert Submission.objects.get().proof is not None
    assert Case.objects.get().main_task is not None
    assert signed_in(applicant()).get(here).status_code == 404
    assert signed_in(officer("verifier")).get(here).status_code == 404


# --- cost -------------------------------------------------------------------------------------------


def test_thirty_applications_cost_no_more_queries_than_one() -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=1)), applicant())
    walk.submit()
    client = signed_in(applicant())
    client.get("/permohonan/")

    with CaptureQueriesContext(
        connection,
    ) as one:
        assert client.get("/permohonan/").status_code == 200
    for number in range(28):
        begun(name=f"PT Contoh {number}")
    Walk(Clock(MONDAY), applicant(), company="PT Contoh 1").submit()
    with CaptureQueriesContext(connection) as thirty:
        page = client.get("/permohonan/").content.decode()

    assert page.count("m-card--link") == 30
    assert len(thirty) == len(one)


# --- the map ----------------------------------------------------------------------------------------


def test_the_review_draws_the_points_and_says_in_words_where_they_lie() -> None:
    application = filled()

    page = signed_in(applicant()).get(f"/permohonan/{application.reference}/kirim/")

    text = page.content.decode()
    drawing = text[text.index('<svg\n            class="m-map-drawn"') : text.index("<figcaption")]
    form = application.revision.definition.form
    assert drawing.count("<circle") == len(spots(form.fields, application.data)) >= 3
    assert "style=" not in drawing
    outfall = point_of(application.data["outfall_coordinate"])
    assert outfall
    assert beside_the_sea(*outfall) in plain(page)
    assert UNCERTAIN in plain(page)


def test_a_stored_point_is_told_where_it_lies_and_never_refused() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    client = signed_in(applicant())
    inland = {"compliance_coordinate": "0°30'00\" LS 117°09'00\" BT", "simpan": "1"}  # Samarinda

    assert client.post(path, inland).status_code == 302
    assert "Di darat, sekitar" in plain(client.get(path))
    client.post(path, {"outfall_coordinate": "entah", "simpan": "1"})
    assert "sea_points-1-coordinate" in client.get(path).content.decode()  # two empty rows beside the fault


INLAND = {"outfall_name": "OF-01", "outfall_coordinate": "0°30'20\" LU 117°36'30\" BT"}  # 1,9 km from the sea
DOUBT = "Titik ini terbaca di darat, sekitar 1.920 m (1,03 mil laut) dari garis pantai."


def test_an_outfall_typed_on_land_is_told_on_the_section_itself_and_is_kept() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    client = signed_in(applicant())

    by_itself = client.post(path, INLAND, headers={"HX-Request": "true"})
    assert "Tersimpan" in plain(by_itself)
    assert DOUBT in plain(by_itself)
    assert 'href="#id_outfall_coordinate"' in by_itself.content.decode()
    assert DOUBT in plain(client.get(path))
    saved = client.post(path, shown_form(client.get(path)).filled(simpan="1"), follow=True)
    assert f"Outfall: OF-01. {DOUBT}" in plain(saved)
    beside_a_fault = client.post(path, INLAND | {"outfall_depth": "dalam", "simpan": "1"})
    assert (beside_a_fault.status_code, DOUBT in plain(beside_a_fault)) == (422, True)
    stored = Application.objects.get(pk=application.pk).data["outfall_coordinate"]
    assert stored == {"latitude": "+0.505556", "longitude": "117.608333"}

    at_sea = {"outfall_coordinate": "0°30'20\" LU 117°38'20\" BT", "outfall_distance": "350"}
    assert "Periksa" not in plain(client.post(path, at_sea, headers={"HX-Request": "true"}))


def test_a_monitoring_point_on_land_is_told_beside_its_own_row() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    rows = {"sea_points-0-name": "", "sea_points-2-name": "TL-03"}
    rows["sea_points-2-coordinate"] = INLAND["outfall_coordinate"]

    told = signed_in(applicant()).post(path, rows, headers={"HX-Request": "true"})

    assert f"Titik pantau air laut: TL-03 : {DOUBT}" in plain(told)
    assert 'href="#id_sea_points-2-coordinate"' in told.content.decode()


def test_the_map_judges_a_point_as_the_section_does() -> None:
    client = signed_in(applicant())
    asked = {"titik": [INLAND["outfall_coordinate"], "entah", "0,05 LU; 117,6 BT"], "laut": "1"}

    first, unread, other = client.get("/titik/", asked).json()["points"]
    far = client.get("/titik/", {"titik": "0,05 LU; 117,6 BT", "outfall": "1", "jarak": "100"}).json()

    assert DOUBT in first["told"]
    assert unread["at"] is None
    assert (other["at"], other["told"]) == ([0.05, 117.6], "")
    assert "Jarak dari garis pantai tertulis 100 m" in far["points"][0]["told"]
    assert client.get("/titik/").json() == {"points": []}


def test_points_at_the_same_place_have_numbers_that_can_both_be_read() -> None:
    application = filled()
    form, data = application.revision.definition.form, dict(application.data)
    data["sea_points"] = [{"name": f"TL-{row}", "coordinate": data["outfall_coordinate"]} for row in range(9)]

    drawn = map_of(form, data)

    assert drawn
    discs = [(mark.disc_x, mark.disc_y) for mark in drawn.marks]
    assert min(math.dist(one, other) for one, other in combinations(discs, 2)) >= 2 * RADIUS
    assert all(RADIUS <= x <= drawn.width - RADIUS and RADIUS <= y <= drawn.height - RADIUS for x, y in discs)
    assert len({(mark.x, mark.y) for mark in drawn.marks}) == 2  # the lines lead to the true places


def test_number_fields_say_beforehand_how_numbers_are_written_and_refusals_what_to_type() -> None:
    application = begun()
    path = f"/permohonan/{application.reference}/bagian/points/"
    client = signed_in(applicant())

    assert "Misalnya 1500 atau 80,5; tanpa titik ribuan." in plain(client.get(path))
    unclear = errors_on(client.post(path, {"outfall_distance": "1.500", "simpan": "1"}))
    assert "Tulis 1500, atau 1,500 bila yang dimaksud pecahan." in unclear
    most = errors_on(client.post(path, {"outfall_distance": "30000", "simpan": "1"}))
    assert "Paling banyak 22224." in most
    assert client.post(path, {"outfall_distance": "22224", "simpan": "1"}).status_code == 302


@pytest.mark.parametrize(
    ("typed_point", "said"),
    [
        ("0,000000 LU; 118,500000 BT", "Di laut, sekitar"),
        ("-0,5; 117,15", "Di darat, sekitar"),
        ("entah", "Tulis lintang lalu bujur"),
        ("", "Tulis lintang lalu bujur"),
    ],
)
def test_the_map_asks_the_server_where_a_point_lies(typed_point: str, said: str) -> None:
    answer = signed_in(applicant()).get("/titik/", {"titik": typed_point})

    (point,) = answer.json()["points"]
    assert point["told"].startswith(said)
    assert (point["at"] is None) == said.startswith("Tulis")


def test_the_land_is_light_enough_for_a_weak_network() -> None:
    assert len(gzip.compress(LAND.read_bytes())) < 60_000

"""The forms that the SOP names: empty ones for everybody, filled ones in the case that made them."""

from __future__ import annotations

import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from PIL import Image
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Case, Task, UnfinishedWork
from muara.documents.letters import pdf
from muara.documents.models import Letter
from muara.documents.store import BlobStore
from muara.people.models import Office
from muara.steps.actions import filing, registration
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant
from tests.clock import MONDAY
from tests.powers import given
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = pytest.mark.django_db

PAGE = "/layanan/pembuangan-air-limbah-ke-laut/"
EMPTY = {
    "F03": "FORMULIR PERMOHONAN",
    "F04": "CHECKLIST PERSYARATAN",
    "F05": "SURAT KUASA PENANDATANGANAN",
    "F06": "SURAT KUASA PENGURUSAN",
    "F31": "STATUS REVISI DAN PERSETUJUAN",
    "M24": "CERDAS MELAYANI",
}


@pytest.fixture(autouse=True)
def _office(office: Office, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY)


def words(content: bytes, folder: Path) -> str:
    path = folder / "form.pdf"
    path.write_bytes(content)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def filed(case: Case, kind: str, folder: Path) -> str:
    letter = case.letters.filter(kind=kind).latest("made_at").letter
    with BlobStore().open(pdf(letter).sha256) as stored:
        return words(stored.read(), folder)


@pytest.mark.parametrize("code", EMPTY)
def test_an_empty_form_is_taken_home_without_an_account(code: str, tmp_path: Path) -> None:
    answer = Client().get(f"{PAGE}formulir/{code}.pdf")

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Cache-Control"].startswith("public")
    assert EMPTY[code] in words(answer.getvalue(), tmp_path)


@pytest.mark.parametrize("code", ["F08", "F09", "F24", "F99"])
def test_a_form_that_belongs_to_a_case_is_not_given_out_empty(code: str) -> None:
    assert Client().get(f"{PAGE}formulir/{code}.pdf").status_code == 404


def test_the_service_page_offers_the_empty_forms_and_sets_each_once() -> None:
    first, again = Client().get(PAGE).content.decode(), Client().get(PAGE).content.decode()

    assert re.findall(r"formulir/(\w\d\d)\.pdf", first) == list(EMPTY)
    assert "PDF, 6 halaman," in again
    assert Letter.objects.count() == len(EMPTY)


def test_the_empty_form_asks_every_field_and_every_document(tmp_path: Path) -> None:
    text = words(Client().get(f"{PAGE}formulir/F03.pdf").getvalue(), tmp_path)
    process = case_at("check", at=MONDAY).revision.definition

    labels = [item.label for item in process.form.fields] + [r.reading for r in process.process.uploads()]
    assert [label for label in labels if label not in text] == []
    assert "Contohwati" not in text


def test_the_names_on_the_revision_page_are_those_of_the_sop(tmp_path: Path) -> None:
    text = words(Client().get(f"{PAGE}formulir/F31.pdf").getvalue(), tmp_path)

    assert "FM-SYS-02" in text
    assert "07 Juni 17" in text
    assert "DISETUJUI OLEH" in text


def test_the_application_is_filed_as_it_was_submitted_with_its_files(tmp_path: Path) -> None:
    case = case_at("check", at=MONDAY)
    text = filed(case, "application_form", tmp_path)

    assert case.application.reference in text
    assert case.application.data["company_name"] in text
    digests = [item.blob.sha256[:16] for item in case.application.attachments.all()]
    assert len(digests) == 8
    assert [digest for digest in digests if digest not in text] == []


def test_the_checklist_is_filed_with_the_signature_of_customer_service(tmp_path: Path) -> None:
    text = filed(case_at("register", at=MONDAY), "checklist", tmp_path)

    assert officer("customer_service").name in text
    assert text.count(" X") >= 17


def test_the_first_proof_is_signed_before_the_number_and_filed_with_it(tmp_path: Path) -> None:
    case, client = case_at("register", at=MONDAY), Client()
    client.force_login(officer("registration_counter"))
    before = words(client.get(f"/meja/berkas/{case.pk}/bukti-awal.pdf").content, tmp_path)
    registered = case_at("verify", at=MONDAY)

    assert "LHP/2026" not in before
    assert case.application.reference in before
    assert registered.registration_number
    assert registered.registration_number in filed(registered, "first_proof", tmp_path)


def test_what_a_proxy_signed_prints_them_and_their_power_where_the_applicant_would_sign(
    tmp_path: Path,
) -> None:
    application = Walk(Clock(MONDAY - timedelta(hours=1)), applicant()).prepare()
    power = given(application, to=other_applicant(), scope="signing")
    filing.submit(application, by=other_applicant(), at=MONDAY)
    case = Case.objects.get()
    walk = Walk(Clock(MONDAY), applicant(), application=application, case=case)
    while walk.task.step.activity != "register":
        walk.forward()
    task, by = walk.take(), officer("registration_counter")
    registration.register(task, outcome="registered", applicant_signed=True, shown=power, by=by, at=MONDAY)

    basis = "Budi Misalnya, selaku kuasa Sari Contohwati, surat kuasa penandatanganan tanggal 1 Juli 2026"
    signed = {kind: filed(case, kind, tmp_path) for kind in ("application_form", "first_proof", "receipt")}
    assert {kind: basis in text for kind, text in signed.items()} == dict.fromkeys(signed, True)
    assert "Kuasa pemohon," in signed["application_form"]
    assert "Kuasa pemohon," in signed["first_proof"]


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application_form", 200), ("checklist", 200), ("first_proof", 200), ("verification_form", 404)],
)
def test_an_applicant_reads_their_own_forms_and_not_the_verifiers(kind: str, status: int) -> None:
    case, client = case_at("deliver", at=MONDAY), Client()
    client.force_login(applicant())
    answer = client.get(f"/surat/{case.letters.get(kind=kind).letter_id}.pdf")
    if answer.streaming:
        answer.getvalue()  # read to the end, the file is closed

    assert answer.status_code == status


def states(case: Case) -> dict[str, str]:
    client = Client()
    client.force_login(officer("section_head"))
    html = client.get(f"/meja/berkas/{case.pk}/?bagian=formulir").content.decode()
    groups = re.split(r"(Kurang|Ada|Menunggu langkahnya|Bila perlu|Di luar berkas) \(\d+\)", html)
    found = {}
    for state, part in zip(groups[1::2], groups[2::2], strict=True):
        for code, row in re.findall(r'<th scope="row">(F\d\d)</th>(.*?)</tr>', part, re.S):
            step = re.search(r'data-label="Langkah">(\d+)<', row)
            found[code] = f"Langkah {step[1]}" if state == "Menunggu langkahnya" and step else state
    return found


def test_the_case_tells_of_every_form_what_there_is_and_what_is_still_to_come() -> None:
    found = states(case_at("verify", at=MONDAY))

    assert sorted(found) == [f"F{number:02}" for number in range(1, 32)]
    assert {code for code, state in found.items() if state == "Ada"} == {"F03", "F04", "F07", "F08", "F09"}
    assert found["F10"] == "Langkah 7"
    assert found["F17"] == "Langkah 10"
    assert found["F01"] == found["F30"] == "Di luar berkas"


def test_a_finished_case_lacks_no_form() -> None:
    found = states(case_at("end", at=MONDAY))

    assert {
        code: state for code, state in found.items() if state not in {"Ada", "Di luar berkas", "Bila perlu"}
    } == {}


def test_a_form_whose_step_was_done_without_it_is_missing() -> None:
    case = case_at("verify", at=MONDAY)
    case.letters.filter(kind="receipt").delete()

    assert states(case)["F09"] == "Kurang"


def test_the_form_is_printed_before_it_is_sent_with_the_digest_that_the_submission_gets(
    tmp_path: Path,
) -> None:
    walk = Walk(Clock(MONDAY), applicant())
    application = walk.prepare()
    client = Client()
    client.force_login(applicant())
    path = f"/permohonan/{application.reference}/formulir.pdf"

    answer = client.get(path)

    printed = words(answer.content, tmp_path)
    assert answer["Content-Type"] == "application/pdf"
    assert f"Nomor pengajuan : {application.reference}" in printed
    assert "Disampaikan : belum dikirim" in printed
    review = client.get(f"/permohonan/{application.reference}/kirim/").content.decode()
    assert path in review
    for label in ("Hasil produksi", "Titik pantau air laut", "NIK pemohon"):
        assert (label in printed, label in review) == (True, True)
    moved = filing.submit(application, by=applicant(), at=MONDAY)
    submission = Case.objects.get(pk=moved.case_id).application.submissions.get()
    assert submission.sha256 in printed.replace(" ", "")
    assert client.get(path).status_code == 404


INK = (16, 36, 58)  # of what was drawn on the screen (documents/strokes.py)
STROKES = "M40 100 " + " ".join(f"L{40 + 20 * step} {100 + (-1) ** step * 40}" for step in range(1, 13))


def drawn_on(case: Case, kind: str, folder: Path) -> int:
    """How many points of a letter's picture have the colour of a signature on the screen."""
    letter = case.letters.filter(kind=kind).latest("made_at").letter
    with BlobStore().open(pdf(letter).sha256) as stored:
        (folder / "drawn.pdf").write_bytes(stored.read())
    run: list[str | Path] = [
        "pdftoppm",
        "-r",
        "100",
        "-png",
        "-singlefile",
        folder / "drawn.pdf",
        folder / "drawn",
    ]
    subprocess.run(run, check=True)
    with Image.open(folder / "drawn.png") as picture:
        colours = picture.convert("RGB").getcolors(1 << 24)
    return sum(count for count, colour in colours or [] if colour == INK)


def counted(**signed: Any) -> Case:
    """A case registered at the counter, signed as told."""
    walk = Walk(Clock(MONDAY - timedelta(hours=1)), applicant())
    case = walk.submit()
    while walk.task.step.activity != "register":
        walk.forward()
    by = officer("registration_counter")
    registration.register(walk.take(), outcome="registered", by=by, at=MONDAY, **signed)
    return case


def test_what_the_applicant_drew_stands_on_the_receipt_in_its_place(tmp_path: Path) -> None:
    on_screen = counted(signature=STROKES)

    assert drawn_on(on_screen, "first_proof", tmp_path) > 100
    assert drawn_on(on_screen, "receipt", tmp_path) > 100
    assert "Yang menyerahkan," in filed(on_screen, "receipt", tmp_path)


def test_a_receipt_signed_on_paper_leaves_room_for_ink_and_is_set_in_one_family(tmp_path: Path) -> None:
    on_paper = counted(applicant_signed=True)

    assert drawn_on(on_paper, "receipt", tmp_path) == 0
    fonts = subprocess.run(["pdffonts", tmp_path / "drawn.pdf"], capture_output=True, text=True, check=True)
    assert {line.split()[0].split("+")[-1].split("-")[0] for line in fonts.stdout.splitlines()[2:]} == {
        "TeXGyreHeros"
    }


def test_a_proxy_who_drew_is_named_on_the_receipt_although_the_applicant_submitted(tmp_path: Path) -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=1)), applicant())
    case = walk.submit()
    power = given(case.application, to=other_applicant(), scope="signing")
    while walk.task.step.activity != "register":
        walk.forward()
    by = officer("registration_counter")
    registration.register(walk.take(), outcome="registered", signature=STROKES, shown=power, by=by, at=MONDAY)
    text = filed(case, "receipt", tmp_path)
    assert text.count("Budi Misalnya") == 1
    assert text.index("Yang menyerahkan,") < text.index("Budi Misalnya")


def test_a_signature_saved_for_later_is_there_again_and_goes_with_the_task() -> None:
    case = case_at("register", at=MONDAY)
    counter, task = officer("registration_counter"), Task.objects.get(case=case, closed_at=None)
    take_over(task.pk, by=counter, at=MONDAY)
    client, path = Client(), f"/meja/tugas/{task.pk}/"
    client.force_login(counter)

    client.post(path, form_on(client.get(path), path).filled(signature=STROKES, simpan="1"))
    page = form_on(client.get(path), path)
    assert page.values["signature"] == [STROKES]
    UnfinishedWork.objects.create(
        task=task, user=officer("customer_service"), typed={"signature": [STROKES]}, saved_at=MONDAY
    )
    assert client.post(path, page.filled(outcome="registered", simpan=None)).status_code == 302
    assert not UnfinishedWork.objects.filter(user=counter).exists()
    call_command("tick", verbosity=0)
    assert not UnfinishedWork.objects.exists()

"""A decree that is signed, numbered and sealed electronically (SOP steps 15 and 16)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.core.management import call_command
from django.test import Client, override_settings
from pytest_django import Settings

from muara.audit import keys, muara_verify
from muara.audit.models import Entry
from muara.cases.actions import AlreadyDone, Refused, Stale, Stamp, take_over
from muara.cases.models import Case, ElectronicDecree, Endorsement, Revision, SigningWay, Task
from muara.documents.letters import pdf
from muara.documents.models import Certificate, Letter
from muara.documents.signing import published
from muara.documents.signing.certificates import believe, official_certificate, revoke
from muara.documents.signing.pki import pem
from muara.documents.store import BlobStore
from muara.people.models import User, office_day
from muara.permits.models import Number, Permit, Series
from muara.steps.actions import approval, issuance, signing
from muara.steps.actions.drafting import current_draft
from muara.web.demo import case_at, officer, refused_at_the_top, seed_signing, sign_electronically
from tests.clock import MONDAY
from tests.documents import bsre_server
from tests.documents.bsre_server import Service
from tests.web.page_forms import forms_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def electronic(office: object) -> None:
    seed_signing(MONDAY)
    sign_electronically(MONDAY - timedelta(days=3))


def at_the_head() -> tuple[Task, User]:
    """A case whose draft waits for the head's signature, received by the head."""
    case, head = case_at("decide", at=MONDAY), officer("head_of_office")
    task = case.tasks.get(closed_at=None, companion=False)
    take_over(task.pk, by=head, at=MONDAY)
    return task, head


def sign(task: Task, head: User, **options: object) -> ElectronicDecree:
    return signing.sign(
        task,
        draft_sha256=current_draft(task.case).sha256,
        clauses=task.step.examines,
        by=head,
        at=MONDAY,
        **options,  # type: ignore[arg-type]
    )


def content(row: ElectronicDecree) -> bytes:
    assert row.sealed is not None
    with BlobStore().open(row.sealed.sha256) as file:
        return file.read()


@pytest.mark.usefixtures("electronic")
def test_a_permit_is_signed_numbered_and_sealed_in_this_order(tmp_path: Path) -> None:
    case = case_at("hand_over", at=MONDAY)

    permit = Permit.objects.get(case=case)
    row = ElectronicDecree.objects.get(draft=permit.draft)
    assert permit.scan == row.sealed
    assert row.requested_at <= row.signed_at < permit.number.given_at < row.sealed_at  # type: ignore[operator]
    verdict = signing.verify(content(row), at=MONDAY + timedelta(days=400))
    assert verdict.faults == ()
    assert verdict.number == permit.number.text
    assert verdict.official is not None
    assert verdict.official.name == "CONTOH Guntur Andaian"
    assert not verdict.official.certified

    path = tmp_path / "izin.pdf"
    path.write_bytes(content(row))
    told = subprocess.run(["pdfsig", "-nocert", path], capture_output=True, text=True, check=True).stdout
    assert told.count("Signature Validation: Signature is Valid.") == 2
    assert told.count("- Total document signed") == 1
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)
    assert len(content(row)) <= 400 * 1024


@pytest.mark.usefixtures("electronic")
def test_a_refusal_is_signed_electronically_too() -> None:
    walk = refused_at_the_top(at=MONDAY)
    while walk.task.step_key != "hand_over":
        walk.forward()

    row = ElectronicDecree.objects.get()
    assert signing.verify(content(row), at=MONDAY + timedelta(days=400)).faults == ()
    assert "berlaku" not in signing.verify(content(row), at=MONDAY + timedelta(days=400)).values


@pytest.mark.usefixtures("electronic")
def test_the_electronic_original_carries_the_signed_qr_of_the_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys.make_keys(at=MONDAY)
    task, head = at_the_head()
    sign(task, head)
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=officer("registrar"), at=MONDAY)
    issuance.assign_number(number, by=officer("registrar"), at=MONDAY)
    row = ElectronicDecree.objects.get()
    assert signing.seal_pending(row, at=MONDAY)
    path, trusted = tmp_path / "izin.pdf", tmp_path / "kunci.json"
    path.write_bytes(content(row))
    trusted.write_text(published.public_keys(office="Kantor Contoh", at=MONDAY))

    assert "#" in row.draft.qr
    assert json.loads(row.letter.content)["qr"] == row.draft.qr
    assert links(path) == {row.draft.qr}
    verdict = signing.verify(content(row), at=MONDAY + timedelta(days=1))
    assert verdict.faults == ()
    with time_machine.travel(MONDAY + timedelta(days=1)):
        assert muara_verify.main(["pdf", str(path), "--keys", str(trusted)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"SAH: tanda tangan pejabat dan segel kantor utuh; nomor {verdict.number}, ")
    assert "QR di dalamnya asli, untuk " in said
    call_command("verify-qr", *links(path))
    assert "ASLI: QR izin untuk" in capsys.readouterr().out


def links(path: Path) -> set[str]:
    """Where the links of a PDF lead, as a reader of PDF finds them."""
    with pikepdf.open(path) as document:
        annotations = [one for page in document.pages for one in page.get("/Annots", [])]
        return {str(one.A.URI) for one in annotations if one.Subtype == "/Link"}


@pytest.mark.usefixtures("office")
def test_the_office_signs_in_ink_until_it_decides_otherwise() -> None:
    case = case_at("hand_over", at=MONDAY)

    assert not ElectronicDecree.objects.exists()
    assert Permit.objects.get(case=case).scan is not None


@pytest.mark.usefixtures("electronic")
def test_what_is_signed_is_what_was_shown() -> None:
    task, head = at_the_head()

    with pytest.raises(Refused):
        signing.sign(task, draft_sha256="0" * 64, clauses=task.step.examines, by=head, at=MONDAY)

    assert not ElectronicDecree.objects.exists()
    assert Task.objects.get(pk=task.pk).is_open


@pytest.mark.usefixtures("electronic")
def test_nobody_signs_in_ink_where_the_office_signs_electronically() -> None:
    task, head = at_the_head()

    with pytest.raises(Refused):
        approval.decide(
            task,
            outcome="signed",
            draft_sha256=current_draft(task.case).sha256,
            clauses=task.step.examines,
            by=head,
            at=MONDAY,
        )


@pytest.mark.usefixtures("electronic")
def test_without_a_certificate_nothing_is_decided() -> None:
    task, head = at_the_head()
    mine = official_certificate(head, at=MONDAY)
    assert mine is not None
    revoke(mine, reason="Kunci hilang", by=None, at=MONDAY - timedelta(minutes=1))

    with pytest.raises(Refused, match="belum mempunyai sertifikat"):
        sign(task, head)

    assert not ElectronicDecree.objects.exists()


@pytest.mark.usefixtures("electronic")
@override_settings(MUARA_TIMESTAMP_URL="http://127.0.0.1:9/")
def test_a_service_that_is_down_leaves_the_signature_waiting_and_the_worker_brings_it() -> None:
    task, head = at_the_head()

    row = sign(task, head)

    assert row.waits_for_signature
    assert row.failure == "Layanan stempel waktu tidak menjawab."
    assert Task.objects.get(pk=task.pk).is_open
    assert not Endorsement.objects.filter(kind=Endorsement.Kind.SIGNATURE).exists()
    assert list(signing.finish_pending(at=MONDAY + timedelta(seconds=40))) == []  # twice the pause by now

    with override_settings(MUARA_TIMESTAMP_URL=""):
        told = list(signing.finish_pending(at=MONDAY + timedelta(minutes=2)))

    assert told == [f"{row}: ditandatangani"]
    assert not Task.objects.get(pk=task.pk).is_open
    assert Endorsement.objects.get(kind=Endorsement.Kind.SIGNATURE).by == head


@pytest.mark.usefixtures("electronic")
def test_a_seal_that_is_late_holds_the_permit_back() -> None:
    task, head = at_the_head()
    sign(task, head)
    registrar = officer("registrar")
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=registrar, at=MONDAY)
    decision = issuance.assign_number(number, by=registrar, at=MONDAY)
    row = ElectronicDecree.objects.get()
    checked = [item.key for item in number.case.process.final_checklist]

    with override_settings(MUARA_TIMESTAMP_URL="http://127.0.0.1:9/"):
        assert not signing.seal_pending(row, at=MONDAY)
    with pytest.raises(Refused, match="belum dibubuhkan"):
        issuance.issue(number, scan=None, checked=checked, by=registrar, at=MONDAY)
    assert decision.status(office_day(MONDAY)) == "belum disahkan"

    assert list(signing.finish_pending(at=MONDAY + timedelta(minutes=2))) == [f"{row}: disegel"]
    issuance.issue(number, scan=None, checked=checked, by=registrar, at=MONDAY + timedelta(minutes=3))
    assert Permit.objects.get().status(office_day(MONDAY)) == "berlaku"


@pytest.mark.usefixtures("electronic")
def test_a_decree_sent_back_after_its_number_is_signed_and_numbered_anew() -> None:
    task, head = at_the_head()
    sign(task, head)
    registrar = officer("registrar")
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=registrar, at=MONDAY)
    void = issuance.assign_number(number, by=registrar, at=MONDAY).number.text
    assert signing.seal_pending(ElectronicDecree.objects.get(), at=MONDAY)
    first = content(ElectronicDecree.objects.select_related("sealed").get())

    issuance.return_to_head(number, note="Ada salah tulis", by=registrar, at=MONDAY)

    assert ElectronicDecree.objects.get().withdrawn_at == MONDAY
    verdict = signing.verify(first, at=MONDAY + timedelta(days=1))
    assert not verdict.valid
    assert verdict.sentence == "TIDAK SAH. Nomornya dibatalkan kantor."
    assert Number.objects.get(text=void).voided_at == MONDAY


@pytest.mark.usefixtures("electronic")
def test_the_same_form_signs_once() -> None:
    task, head = at_the_head()
    stamp = Stamp(key="k" * 32, body="b" * 64)
    sign(task, head, stamp=stamp)

    with pytest.raises(AlreadyDone):
        sign(task, head, stamp=stamp)

    assert ElectronicDecree.objects.count() == 1
    assert Entry.objects.filter(verb="decide.sign").count() == 1


@pytest.mark.usefixtures("electronic")
def test_two_at_once_sign_once() -> None:
    """A kill in between, and the worker beside the page: whoever comes second writes nothing."""
    task, head = at_the_head()
    row = signing.request_signature(
        task,
        draft_sha256=current_draft(task.case).sha256,
        clauses=task.step.examines,
        by=head,
        at=MONDAY,
    )
    again = ElectronicDecree.objects.get(pk=row.pk)

    assert signing.sign_pending(row, at=MONDAY) is not None
    with pytest.raises(Stale):
        signing.sign_pending(again, at=MONDAY)

    assert Endorsement.objects.filter(kind=Endorsement.Kind.SIGNATURE).count() == 1


@pytest.mark.usefixtures("electronic")
def test_a_number_too_long_for_its_place_is_not_given() -> None:
    task, head = at_the_head()
    sign(task, head)
    registrar = officer("registrar")
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=registrar, at=MONDAY)
    Series.objects.filter(key="permit").update(
        pattern="503/{urut}/DINAS-PENANAMAN-MODAL-DAN-PTSP-KALTIM/{tahun}"
    )

    with pytest.raises(Refused, match="terlalu panjang"):
        issuance.assign_number(number, by=registrar, at=MONDAY)

    assert not Number.objects.filter(counter__series__key="permit").exists()


@pytest.mark.usefixtures("electronic")
def test_private_keys_are_not_readable_in_the_database() -> None:
    for row in Certificate.objects.exclude(key=None):
        kept = bytes(row.key or b"")
        assert b"\x30\x81" not in kept[:4]
        with pytest.raises(ValueError, match="key"):
            load_der_private_key(kept, password=None)


@pytest.fixture
def service(electronic: None, settings: Settings) -> Iterator[Service]:
    """BSrE's service on this machine, for an office that signs with it."""
    with bsre_server.running(MONDAY) as running:
        settings.MUARA_BSRE_URL = running.url
        settings.MUARA_BSRE_USER, settings.MUARA_BSRE_PASSWORD = bsre_server.USER, bsre_server.PASSWORD
        believe(pem([running.root.certificate]), kind=Certificate.Kind.CERTIFIER, at=MONDAY)
        signing.set_way(
            service=Revision.objects.get().process.code,
            way=SigningWay.Way.BSRE,
            effective_from=office_day(MONDAY),
            basis="contoh",
            by=None,
            at=MONDAY,
        )
        yield running


def test_a_permit_signed_by_bsre_is_told_apart_and_claims_nothing_before_it_is_signed(
    service: Service,
) -> None:
    task, head = at_the_head()

    row = sign(task, head, passphrase=bsre_server.PASSPHRASE)

    assert row.signed is not None
    assert "Sah hanya bila memuat tanda tangan elektronik bersertifikat BSrE" in printed(row.letter)
    assert "telah ditandatangani" not in printed(row.letter)
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=officer("registrar"), at=MONDAY)
    issuance.assign_number(number, by=officer("registrar"), at=MONDAY)
    assert signing.seal_pending(row, at=MONDAY)
    verdict = signing.verify(content(row), at=MONDAY + timedelta(days=1))
    assert verdict.faults == ()
    assert verdict.official is not None
    assert verdict.official.name == "CONTOH Guntur Andaian (BSrE)"
    assert verdict.official.certified


def printed(letter: Letter) -> str:
    with BlobStore().open(pdf(letter).sha256) as file:
        told = subprocess.run(["pdftotext", "-", "-"], input=file.read(), capture_output=True, check=True)
    return " ".join(told.stdout.decode().split())


def test_a_page_where_bsre_refuses_says_that_nothing_was_signed_and_forgets_the_passphrase(
    service: Service, client: Client
) -> None:
    task, head = at_the_head()
    client.force_login(head)
    address = f"/meja/tugas/{task.pk}/"
    with time_machine.travel(MONDAY, tick=False):
        page = client.get(address)
        assert "tertunda" not in page.content.decode()
        form = next(form for form in forms_on(page) if "passphrase" in form.names)
        typed = form.filled(outcome="signed", clauses=list(task.step.examines), passphrase="keliru-sekali")

        answer = client.post(address, typed)
        again = client.post(address, typed)

    for shown in (answer, again):
        text = shown.content.decode()
        assert shown.status_code == 422
        assert "Keputusan belum ditandatangani. Layanan BSrE menolak: Passphrase anda salah" in text
        assert "Tanda tangan tertunda" in text
        assert "keliru-sekali" not in text
    assert len(service.asked) == 1  # the same form is not passed on twice
    assert Task.objects.get(pk=task.pk).is_open
    assert "keliru-sekali" not in f"{list(ElectronicDecree.objects.values())}{list(Entry.objects.values())}"
    with time_machine.travel(MONDAY, tick=False):
        form = next(form for form in forms_on(answer) if "passphrase" in form.names)
        other = form.filled(
            outcome="signed", clauses=list(task.step.examines), passphrase=bsre_server.PASSPHRASE
        )
        assert client.post(address, other).status_code == 302
    assert ElectronicDecree.objects.standing().get().signed is not None


@pytest.mark.usefixtures("electronic")
def test_two_seals_at_once_leave_one_file() -> None:
    task, head = at_the_head()
    sign(task, head)
    number = Case.objects.get(pk=task.case_id).tasks.get(closed_at=None, companion=False)
    take_over(number.pk, by=officer("registrar"), at=MONDAY)
    issuance.assign_number(number, by=officer("registrar"), at=MONDAY)
    row, again = ElectronicDecree.objects.get(), ElectronicDecree.objects.get()

    assert signing.seal_pending(row, at=MONDAY)
    assert not signing.seal_pending(again, at=MONDAY)

    assert ElectronicDecree.objects.get().sealed == row.sealed
    assert Entry.objects.filter(verb="number.seal").count() == 1

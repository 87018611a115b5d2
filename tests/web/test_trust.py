"""What a stranger takes from us to check us: keys, checkpoints, the verifier, a case's dossier, a QR."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django import Settings

from muara.audit import checkpoints, keys, muara_verify
from muara.audit.checkpoints import take
from muara.audit.muara_verify import Broken, check_log, check_qr
from muara.cases.models import Case, Draft
from muara.documents.letters import pdf
from muara.documents.store import BlobStore
from muara.people.models import Office, office_day
from muara.permits.models import LaterDecision, Permit
from muara.records.dossiers import export_dossier
from muara.web.demo import case_at, officer
from muara.web.trust import OFFLINE
from tests.audit.test_muara_verify import resigned
from tests.browser import LiveApp, assert_accessible, assert_fits
from tests.clock import MONDAY
from tests.later import because, carry_through
from tests.permits.mutated_qr import genuine

LATER = MONDAY + timedelta(days=60)


@pytest.fixture
def signed_case(office: Office) -> Case:
    """A case with its decree drafted, in an office that has keys; a checkpoint saw it."""
    keys.make_keys(at=MONDAY)
    case = case_at("endorse_section", at=MONDAY)
    take(at=LATER)
    return case


def published(client: Client) -> dict[str, object]:
    told: dict[str, object] = json.loads(client.get("/kunci/kunci-publik.json").content)
    return told


@pytest.mark.django_db
def test_an_office_without_keys_says_so(client: Client) -> None:
    assert "belum membuat kunci" in client.get("/kunci/").content.decode()
    assert client.get("/kunci/titik-periksa.json").status_code == 404
    assert client.get("/kunci/titik-periksa-7.json").status_code == 404
    assert client.get("/kunci/periksa-qr/lain.js").status_code == 404


@pytest.mark.slow
def test_a_stranger_checks_a_dossier_with_what_the_public_page_offers(
    signed_case: Case, client: Client, tmp_path: Path
) -> None:
    page = client.get("/kunci/").content.decode()
    for key in keys.public_keys():
        assert key.public in page
    kept = client.get("/kunci/titik-periksa.json").content.decode()
    assert '"heads"' not in kept  # the names of chains are nobody's business
    trusted = published(client)
    source = client.get("/kunci/muara-verify.py").content
    assert b"def ed25519_holds" in source

    client.force_login(officer("auditor"))
    sheet = client.get(f"/meja/berkas/{signed_case.pk}/?bagian=pengendali").content.decode()
    assert "titik\n            periksa nomor 1" in sheet or "periksa nomor 1" in sheet
    answer = client.get(f"/meja/berkas/{signed_case.pk}/bukti.zip")
    (tmp_path / "bukti.zip").write_bytes(b"".join(answer))
    told = check_log(str(tmp_path / "bukti.zip"), trusted, [("simpanan", kept)])

    assert (told.entries, told.chains, told.uncovered) == (signed_case.version, 1, 0)
    assert len(told.kept) == 1
    with zipfile.ZipFile(tmp_path / "bukti.zip") as archive:
        index = json.loads(archive.read("documents/index.json"))
        log = archive.read("entries.jsonl").decode()
    draft = Draft.objects.get(case=signed_case)
    assert f"{draft.sha256}.json" in {row["file"] for row in index}
    assert draft.sha256 in log
    assert told.documents == len(index) > 10
    assert told.named >= 1


@pytest.mark.slow
def test_a_dossier_holds_what_was_decided_after_the_issue(office: Office, tmp_path: Path) -> None:
    keys.make_keys(at=MONDAY)
    case = case_at("hand_over", at=MONDAY)
    permit = Permit.objects.get(case=case)
    kind = LaterDecision.Kind.SUSPENSION
    decided = carry_through(permit, kind, because(office_day(LATER)), at=LATER)
    take(at=LATER + timedelta(hours=1))
    trusted = json.loads(keys.published(""))

    folder = tmp_path / "bukti"
    export_dossier(folder, case, at=LATER + timedelta(hours=2))

    told = check_log(str(folder), trusted)
    # Prepared, two parafs, signed, numbered, in force: six acts on the permit's own chain.
    assert (told.chains, told.entries, told.uncovered) == (2, case.version + 6, 0)
    index = json.loads((folder / "documents" / "index.json").read_text())
    held = {row["sha256"]: row["title"] for row in index}
    assert decided.scan is not None
    assert decided.letter is not None
    assert {decided.sha256, decided.scan.sha256, pdf(decided.letter).sha256} <= set(held)

    # Whoever holds the key changes an act after the issue, or leaves them all out, and signs the list again.
    lines = (folder / "entries.jsonl").read_text().splitlines(keepends=True)
    whose = [json.loads(line)["chain"] for line in lines]
    changed = "".join(lines).replace("later.sign", "later.drop")
    with pytest.raises(Broken, match=rf"{permit.chain}, entri 4: isinya diubah"):
        check_log(resigned(folder, entries=changed), trusted)
    left = "".join(line for line, chain in zip(lines, whose, strict=True) if chain == case.chain)
    with pytest.raises(Broken, match=rf"{permit.chain}: semua entri hilang"):
        check_log(resigned(folder, entries=left), trusted)


@pytest.mark.slow
def test_the_qr_of_every_copy_is_signed_over_the_decree_s_content(
    signed_case: Case, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    draft = Draft.objects.get(case=signed_case)
    printed = {json.loads(copy.letter.content)["qr"] for copy in draft.copies.select_related("letter")}

    assert printed == {draft.qr}
    seal = check_qr(draft.qr, published(client))
    assert seal["address"].endswith(f"/izin/{draft.token}/")
    assert (seal["kind"], seal["content"]) == ("izin", draft.sha256[:32])
    assert seal["name"] == signed_case.application.company.name
    # The printed address leads there too, so that the PDF alone can be judged.
    printed_pdf = pdf(draft.copies.get(number=2).letter)
    (tmp_path / "izin.pdf").write_bytes(BlobStore().path(printed_pdf.sha256).read_bytes())
    (tmp_path / "kunci.json").write_text(json.dumps(published(client)))
    command = ["pdf", str(tmp_path / "izin.pdf"), "--keys", str(tmp_path / "kunci.json")]
    assert muara_verify.main(command) == 2  # a print: its QR is genuine, but nobody signed the file
    said = capsys.readouterr().out
    assert f"untuk {seal['name']}" in said
    assert "tidak memuat tanda tangan elektronik" in said
    (tmp_path / "izin.pdf").write_bytes(b"%PDF-1.7")
    assert muara_verify.main(command) == 2
    assert "tidak memuat alamat keputusan" in capsys.readouterr().out
    # A browser asks for what stands before the "#", a person may paste the whole of it.
    answer = client.post("/izin/", {"token": draft.qr})
    assert answer["Location"] == f"/izin/{draft.token}/"


@pytest.mark.django_db
def test_the_tick_signs_what_changed_and_says_loudly_when_it_cannot(
    office: Office, settings: Settings
) -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("tick", at="2026-07-06T09:00", stdout=out, stderr=err)
    assert "manage.py keys make" in err.getvalue()

    call_command("keys", "make", stdout=io.StringIO())
    call_command("tick", at="2026-07-06T09:01", stdout=out, stderr=(err := io.StringIO()))
    assert "titik periksa 1:" in out.getvalue()
    assert err.getvalue() == ""
    call_command("audit", "verify", stdout=out)
    assert "1 titik periksa" in out.getvalue()
    call_command("keys", "rotate", use="permit", stdout=out)
    call_command("tick", at="2026-07-05T09:01", stdout=(out := io.StringIO()))
    assert "jam mundur" in out.getvalue()
    found = checkpoints.latest()
    assert found is not None
    assert [head.chain for head in found.heads] == ["keys"]


def test_the_page_for_qr_codes_works_served_and_from_a_disk(
    live_app: LiveApp, desktop: Page, settings: Settings, tmp_path: Path
) -> None:
    settings.MUARA_KEYS = live_app.database.data / "keys"
    keys.make_keys(at=MONDAY)
    text = genuine(keys.signer("permit"))
    faults: list[str] = []
    desktop.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    desktop.on("pageerror", lambda fault: faults.append(str(fault)))

    desktop.goto(f"{live_app.url}/kunci/periksa-qr/")
    expect(desktop.get_by_text("dipakai kunci yang diumumkan situs ini")).to_be_visible()
    judge(desktop, text, "Tanda tangan QR ini asli")
    expect(desktop.get_by_text("PT Contoh Muara")).to_be_visible()
    assert_fits(desktop)
    assert_accessible(desktop)
    judge(desktop, text[:-1] + ("A" if text[-1] != "A" else "B"), "Tanda tangan QR ini tidak sah")
    judge(desktop, text.replace("contoh.example", "contoh.exarnple"), "Tanda tangan QR ini tidak sah")
    judge(desktop, text.partition("#")[0], "QR ini tidak memuat tanda tangan")

    (tmp_path / "kunci-publik.json").write_text(keys.published("Kantor Contoh"))
    desktop.goto((OFFLINE / "periksa-qr.html").as_uri())
    judge(desktop, text, "Belum ada kunci publik")
    desktop.get_by_label("Berkas kunci publik kantor").set_input_files(tmp_path / "kunci-publik.json")
    judge(desktop, text, "Tanda tangan QR ini asli")
    expect(desktop.get_by_text(re.compile("Kantor Contoh"))).to_be_visible()
    keys.rotate("permit", at=MONDAY)
    judge(desktop, genuine(keys.signer("permit")), "Tanda tangan QR ini tidak sah")
    assert faults == []


def judge(page: Page, text: str, heading: str) -> None:
    page.get_by_label("Isi QR pada surat izin").fill(text)
    page.get_by_role("button", name="Periksa tanda tangan").click()
    expect(page.get_by_role("heading", name=heading)).to_be_visible()

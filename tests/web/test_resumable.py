"""Files in pieces by the tus protocol 1.0.0: every header and status that it asks for, and every slip."""

from __future__ import annotations

import base64
import zlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.cases.models import Application, Attachment, Upload
from muara.documents import partial
from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.people.models import User
from muara.web.demo import applicant, officer, other_applicant, sample_pdf, seed_office
from tests.clock import MONDAY, at
from tests.web.test_portal_fill import begun, plain

TUS = {"Tus-Resumable": "1.0.0"}
GONE = "Unggahan ini tidak ada atau sudah kedaluwarsa. Mulai dari awal."


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User | None = None) -> Client:
    client = Client()
    client.force_login(user or applicant())
    return client


def told(**said: str) -> dict[str, str]:
    pairs = (f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())
    return {**TUS, "Upload-Metadata": ",".join(pairs)}


def sidik(content: bytes) -> str:
    return f"{len(content)}-{zlib.crc32(content[:65536] + content[max(len(content) - 65536, 0) :]):08x}"


def announce(
    client: Client,
    application: Application,
    content: bytes,
    *,
    length: int | None = None,
    filename: str = "amdal.pdf",
    requirement: str = "2",
) -> Any:
    about = told(
        filename=filename,
        application=application.reference,
        requirement=requirement,
        fingerprint=sidik(content),
    )
    size = str(len(content) if length is None else length)
    return client.post("/unggah/", headers={**about, "Upload-Length": size})


def send(client: Client, where: str, piece: bytes, *, offset: int, **headers: str) -> Any:
    return client.patch(
        where,
        piece,
        content_type="application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(offset), **headers},
    )


def offset_of(client: Client, where: str) -> str:
    answer = client.head(where, headers=TUS)
    assert answer.status_code == 200
    assert answer["Cache-Control"].find("no-store") >= 0
    return str(answer["Upload-Offset"])


def test_the_server_says_what_it_speaks() -> None:
    answer = signed_in().options("/unggah/")

    assert answer.status_code == 204
    assert (answer["Tus-Version"], answer["Tus-Resumable"]) == ("1.0.0", "1.0.0")
    assert answer["Tus-Extension"] == "creation,expiration,termination"
    assert answer["Tus-Max-Size"] == str(200 * 1024 * 1024)


def test_a_file_in_three_pieces_is_handed_in_like_any_other(blobs: Path) -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")

    made = announce(client, application, content)
    assert made.status_code == 201
    where = made["Location"]
    assert made["Upload-Expires"] == "Mon, 13 Jul 2026 01:00:00 GMT"  # seven days after MONDAY, 09.00 WITA
    assert offset_of(client, where) == "0"
    assert send(client, where, content[:100], offset=0)["Upload-Offset"] == "100"
    assert offset_of(signed_in(), where) == "100"  # from another device of the same person
    assert send(client, where, content[100:300], offset=100)["Upload-Offset"] == "300"
    last = send(client, where, content[300:], offset=300)

    assert (last.status_code, last["Upload-Offset"]) == (204, str(len(content)))
    item = Attachment.objects.get()
    assert (item.application, item.requirement, item.filename) == (application, 2, "amdal.pdf")
    assert BlobStore().path(item.blob.sha256).read_bytes() == content
    assert list((blobs / "incoming").iterdir()) == []
    assert offset_of(client, where) == str(len(content))  # the last answer may have been lost on the way
    page = client.get(f"/permohonan/{application.reference}/berkas/2/")
    assert "Berkas “amdal.pdf” sudah diterima." in plain(page)


def test_what_is_unfinished_is_told_to_its_owner_alone() -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]
    send(client, where, content[:1000], offset=0)

    assert "Belum selesai: amdal.pdf" in plain(client.get(f"/permohonan/{application.reference}/berkas/2/"))
    assert "Belum selesai" not in plain(client.get(f"/permohonan/{application.reference}/berkas/1/"))
    for stranger in (other_applicant(), officer("customer_service")):
        for answer in (
            signed_in(stranger).head(where, headers=TUS),
            send(signed_in(stranger), where, content[1000:], offset=1000),
            signed_in(stranger).delete(where, headers=TUS),
        ):
            assert answer.status_code == 404
    assert offset_of(client, where) == "1000"


def test_nobody_announces_a_file_for_anothers_application() -> None:
    answer = announce(signed_in(other_applicant()), begun(), sample_pdf("Amdal"))

    assert (answer.status_code, answer.content.decode()) == (404, GONE)
    assert Upload.objects.count() == 0


def test_without_a_session_the_sender_is_told_to_sign_in() -> None:
    answer = announce(Client(), begun(), sample_pdf("Amdal"))

    assert answer.status_code == 401
    assert answer.content.decode().startswith("Sesi Anda berakhir. Masuk kembali")


@pytest.mark.parametrize("wrong", [0, 99, 101, 10**9])
def test_a_piece_at_the_wrong_place_changes_nothing(wrong: int) -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]
    send(client, where, content[:100], offset=0)

    assert send(client, where, b"x" * 50, offset=wrong).status_code == 409
    assert offset_of(client, where) == "100"
    assert send(client, where, content[100:], offset=100).status_code == 204


def test_a_file_changed_between_two_attempts_is_refused_before_it_is_mixed() -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]
    send(client, where, content[:100], offset=0, **{"Upload-Fingerprint": sidik(content)})

    other = sample_pdf("Amdal perbaikan")
    answer = send(client, where, other[100:], offset=100, **{"Upload-Fingerprint": sidik(other)})

    assert answer.status_code == 412
    assert answer.content.decode().startswith("Berkas ini berbeda dari yang mulai diunggah")
    assert offset_of(client, where) == "100"


def test_a_file_mixed_from_two_is_found_out_at_its_end() -> None:
    application, client = begun(), signed_in()
    content, other = sample_pdf("Amdal"), bytearray(sample_pdf("Amdal"))
    other[-40] ^= 1
    where = announce(client, application, content)["Location"]
    send(client, where, content[:100], offset=0)

    answer = send(client, where, bytes(other[100:]), offset=100)

    assert answer.status_code == 422
    assert answer.content.decode().startswith("Berkas ini berbeda dari yang mulai diunggah")
    assert (Attachment.objects.count(), Upload.objects.count(), Blob.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "filename", "said"),
    [
        (b"MZ\x90\x00 not a pdf", "amdal.pdf", "Isi berkas ini bukan PDF, JPEG, atau PNG"),
        (b"%PDF-1.7\n1 0 obj\n", "amdal.pdf", "terpotong"),
        (b"%PDF-1.7\n%%EOF", "amdal.pdf", "rusak"),
        (b"%PDF-1.7\n%%EOF", "amdal.jpg", "berakhiran .jpg"),
    ],
)
def test_a_finished_file_is_checked_as_any_other(
    content: bytes, filename: str, said: str, blobs: Path
) -> None:
    application, client = begun(), signed_in()
    where = announce(client, application, content, filename=filename)["Location"]

    answer = send(client, where, content, offset=0)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert (Attachment.objects.count(), Upload.objects.count()) == (0, 0)
    assert list((blobs / "incoming").iterdir()) == []
    assert client.head(where, headers=TUS).status_code == 404


def test_a_file_too_large_is_refused_before_any_of_it_is_sent() -> None:
    application = begun()

    answer = announce(signed_in(), application, b"", length=200 * 1024 * 1024 + 1)

    assert answer.status_code == 413
    assert answer.content.decode().startswith("Berkas ini lebih besar dari 200 MB.")


def test_all_files_of_an_application_share_a_quota_with_those_on_their_way(settings: Settings) -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    settings.MUARA_APPLICATION_QUOTA = 2 * len(content)

    first = announce(client, application, content)
    send(client, first["Location"], content, offset=0)  # held
    second = announce(client, application, content)  # on its way
    third = announce(client, application, content)

    assert [answer.status_code for answer in (first, second, third)] == [201, 201, 413]
    assert third.content.decode().startswith("Semua berkas permohonan ini terlalu besar.")
    assert client.delete(second["Location"], headers=TUS).status_code == 204
    assert announce(client, application, content).status_code == 201


def test_an_upload_expires_and_is_cleaned_away(time_machine: TimeMachineFixture, blobs: Path) -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]
    time_machine.move_to(MONDAY + timedelta(days=6), tick=False)
    send(signed_in(), where, content[:100], offset=0)  # seven more days
    time_machine.move_to(MONDAY + timedelta(days=12), tick=False)
    assert offset_of(signed_in(), where) == "100"
    call_command("tick", stdout=None)
    assert Upload.objects.count() == 1

    time_machine.move_to(MONDAY + timedelta(days=13), tick=False)
    assert signed_in().head(where, headers=TUS).status_code == 404
    call_command("tick", stdout=None)

    assert Upload.objects.count() == 0
    assert list((blobs / "incoming").iterdir()) == []


def test_two_writers_at_once_do_not_mix() -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]

    with partial.locked(Upload.objects.get().key):
        answer = send(client, where, content, offset=0)

    assert answer.status_code == 423
    assert send(client, where, content, offset=0).status_code == 204


def test_pieces_lost_from_the_disk_are_said_to_be_lost() -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]
    send(client, where, content[:100], offset=0)
    partial.path_of(Upload.objects.get().key).write_bytes(content[:50])

    assert send(client, where, content[100:], offset=100).status_code == 410


@pytest.mark.parametrize(
    "headers",
    [
        {**TUS, "Upload-Length": "10"},
        {**TUS, "Upload-Length": "ten", "Upload-Metadata": "requirement Mg=="},
        {**TUS, "Upload-Length": "10", "Upload-Metadata": "requirement *"},
        {**TUS, "Upload-Length": "10", "Upload-Metadata": "requirement /w=="},
        {**TUS, "Upload-Length": "-1", "Upload-Metadata": "requirement Mg=="},
    ],
)
def test_an_announcement_that_cannot_be_read_is_refused(headers: dict[str, str]) -> None:
    assert signed_in().post("/unggah/", headers=headers).status_code == 400


def test_what_the_protocol_forbids_is_refused() -> None:
    application, client, content = begun(), signed_in(), sample_pdf("Amdal")
    where = announce(client, application, content)["Location"]

    old = client.head(where, headers={"Tus-Resumable": "0.2.2"})
    assert (old.status_code, old["Tus-Version"]) == (412, "1.0.0")
    assert client.patch(where, content, headers={**TUS, "Upload-Offset": "0"}).status_code == 415
    assert announce(client, application, b"").status_code == 422
    assert announce(client, application, content, requirement="8").status_code == 422
    assert offset_of(client, where) == "0"

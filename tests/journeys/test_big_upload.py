"""An Amdal of 150 MB over a line that breaks twice, and what it costs the server."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from muara.cases.models import Application, Attachment, Revision, Upload
from muara.documents.store import BlobStore
from muara.steps.actions import filing
from muara.web.demo import applicant, sample_pdf, seed_office
from tests.browser import LiveApp
from tests.web.test_resumable import sidik, told

MB = 1024 * 1024
SIZE, PIECE = 150 * MB, 4 * MB
ROOM = 100 * MB  # what the server may take beyond its ordinary self (issue: figures)


def a_heavy_pdf(size: int) -> bytes:
    """A sound PDF of one page with one heavy stream that the page does not show."""
    head, tail = sample_pdf("Amdal").split(b"startxref", 1)
    # The cross-reference table keeps its place: what weighs stands between it and its own address.
    filling = b"%" + b"\x80" * (size - len(head) - len(tail) - len(b"startxref") - 2) + b"\n"
    return head + filling + b"startxref" + tail


def begun() -> Application:
    return filing.start_application(
        revision=Revision.objects.get(),
        kind="new",
        company=None,
        company_name="PT Segara Contoh Makmur",
        by=applicant(),
        at=timezone.now(),
    )


def memory_of(app: LiveApp, kind: str) -> int:
    """What the server's processes hold in memory (VmRSS), or held at most (VmHWM), in bytes."""
    assert app._server
    total = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            told = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
            group = int((status.parent / "stat").read_text().rsplit(")", 1)[1].split()[2])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if group == app._server.pid and kind in told:
            total += int(told[kind].split()[0]) * 1024
    return total


@contextmanager
def line_to(app: LiveApp) -> Iterator[HTTPConnection]:
    """A connection of one's own; one that breaks ends here, as a weak network would have it."""
    connection = HTTPConnection("127.0.0.1", app.port, timeout=60)
    try:
        with suppress(ConnectionError):
            yield connection
    finally:
        connection.close()


def test_150_mb_cut_twice_arrive_whole_and_take_little_memory(live_app: LiveApp) -> None:
    seed_office(timezone.now())
    application, content = begun(), a_heavy_pdf(SIZE)
    client = Client()
    client.force_login(applicant())
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    csrf = "a" * 32
    common = {
        "Tus-Resumable": "1.0.0",
        "X-CSRFToken": csrf,
        "Cookie": f"{settings.SESSION_COOKIE_NAME}={session}; csrftoken={csrf}",
    }
    about = told(
        filename="amdal.pdf", application=application.reference, requirement="2", fingerprint=sidik(content)
    )
    with line_to(live_app) as line:
        line.request("POST", "/unggah/", headers={**common, **about, "Upload-Length": str(SIZE)})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 201
        where = answer.headers["Location"]
    before = memory_of(live_app, "VmHWM")

    cuts, sent = [30 * MB + 12345, 90 * MB + 1], 0
    while sent < SIZE:
        with line_to(live_app) as line:
            line.request("HEAD", where, headers=common)
            answer = line.getresponse()
            answer.read()
            assert sent <= int(answer.headers["Upload-Offset"]) <= sent + PIECE
            sent = int(answer.headers["Upload-Offset"])
            while sent < SIZE:
                piece = content[sent : sent + PIECE]
                headers = {
                    **common,
                    "Upload-Offset": str(sent),
                    "Content-Type": "application/offset+octet-stream",
                }
                if cuts and sent + len(piece) > cuts[0]:
                    cut = cuts.pop(0) - sent
                    line.putrequest("PATCH", where)
                    for name, value in {**headers, "Content-Length": str(len(piece))}.items():
                        line.putheader(name, value)
                    line.endheaders(piece[:cut])
                    assert line.sock
                    line.sock.shutdown(socket.SHUT_RDWR)
                    break
                # A piece that is refused may be answered before all of it was read: the line breaks then.
                line.request("PATCH", where, body=piece, headers=headers)
                answer = line.getresponse()
                answer.read()
                if answer.status in {409, 423}:  # what was cut is still coming in: ask again how far it is
                    time.sleep(0.1)
                    break
                assert answer.status == 204
                sent += len(piece)

    taken = memory_of(live_app, "VmHWM") - before
    assert taken < ROOM, f"{taken / MB:.0f} MB beyond {before / MB:.0f} MB"
    item = Attachment.objects.select_related("blob").get()
    assert (item.blob.size, item.blob.pages) == (SIZE, 1)
    with BlobStore().open(item.blob.sha256) as kept:
        assert all(kept.read(PIECE) == content[at : at + PIECE] for at in range(0, SIZE, PIECE))


def test_in_the_browser_a_file_is_paused_goes_on_after_a_reload_and_arrives(
    live_app: LiveApp, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    seed_office(timezone.now())
    application, content = begun(), a_heavy_pdf(14 * MB)
    (tmp_path / "amdal.pdf").write_bytes(content)
    (tmp_path / "lain").mkdir()
    (tmp_path / "lain" / "amdal.pdf").write_bytes(sample_pdf("Amdal lain"))
    page = new_page()
    live_app.sign_in(page, applicant())
    page.goto(f"{live_app.url}/permohonan/{application.reference}/berkas/2/")
    passed: list[str] = []

    def after_two(route: Route) -> None:
        passed.append(route.request.method)
        if passed.count("PATCH") > 2:
            route.abort()  # the line breaks
        else:
            route.continue_()

    page.route("**/unggah/**", after_two)
    page.get_by_label("Pilih berkas").set_input_files(tmp_path / "amdal.pdf")
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.get_by_text("Sambungan putus.")).to_be_visible()
    page.get_by_role("button", name="Jeda").click()
    expect(page.get_by_text("Dijeda. Yang sudah terkirim tersimpan.")).to_be_visible()
    assert Upload.objects.get().received == 8 * MB

    page.unroute("**/unggah/**")
    page.reload()
    expect(page.get_by_text("8 MB dari 14 MB sudah diterima")).to_be_visible()
    page.get_by_label("Pilih berkas").set_input_files(tmp_path / "lain" / "amdal.pdf")
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.get_by_text("“amdal.pdf” berbeda dari yang mulai diunggah")).to_be_visible()
    page.wait_for_timeout(1100)  # a second press within a second counts as one
    page.get_by_label("Pilih berkas").set_input_files(tmp_path / "amdal.pdf")
    page.get_by_role("button", name="Unggah", exact=True).click()
    expect(page.get_by_text("Berkas “amdal.pdf” sudah diterima.")).to_be_visible()
    with BlobStore().open(Attachment.objects.get().blob.sha256) as kept:
        assert kept.read() == content

"""The queue's pages: kiosk, phone, ticket, display, console, figures; closed hours and double taps."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.models import Application
from muara.contacts.actions import queue
from muara.contacts.models import Consultation, Counter, Kiosk, QueueSeries, Ticket
from muara.people.models import ServiceHours
from muara.web.acts import new_key
from muara.web.demo import kiosk_secret, officer, seed_office
from tests.clock import MONDAY, SATURDAY, TUESDAY, at
from tests.documents.test_letters import text_of
from tests.remembered import case_at


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")

HTMX = {"HX-Request": "true"}


def words(answer: Any) -> str:
    """A page with its white space as one reads it."""
    return " ".join(answer.content.decode().split())


def signed_in(actor: str) -> Client:
    client = Client()
    client.force_login(officer(actor))
    return client


def a_kiosk() -> Client:
    """A browser that opened the administrator's link."""
    client = Client()
    assert client.get(f"/antrean/kiosk/pasang/{kiosk_secret()}/").status_code == 302
    return client


def series(letter: str = "A") -> str:
    return str(QueueSeries.objects.get(letter=letter).pk)


def counter(number: int = 1) -> Counter:
    return Counter.objects.get(name=f"Loket {number}")


def form_(letter: str = "A", **said: str) -> dict[str, str]:
    return {"kunci": new_key(), "series": series(letter), "priority": "none", **said}


def taken(letter: str = "A", *, priority: str = "none") -> Ticket:
    return queue.take(series_id=int(series(letter)), priority=priority, channel="kiosk", at=MONDAY)


def press(client: Client, act: str, ticket: Ticket | None = None, **said: object) -> int:
    sent = {"kunci": new_key(), **({"tiket": ticket.pk} if ticket else {}), **said}
    return client.post(f"/meja/antrean/loket/{counter().pk}/{act}/", sent).status_code


def state_of(ticket: Ticket) -> str:
    return str(Ticket.objects.get(pk=ticket.pk).state)


# --- kiosk -----------------------------------------------------------------------------------------------


def test_one_tap_at_the_kiosk_gives_a_number_and_the_kiosk_goes_back_by_itself() -> None:
    client = a_kiosk()
    page = client.get("/antrean/kiosk/")
    assert "Layanan informasi" in words(page)

    answer = client.post("/antrean/kiosk/", form_(priority="hamil"))

    ticket = Ticket.objects.get()
    assert (str(ticket), ticket.priority, ticket.channel) == ("A-001", "hamil", "kiosk")
    assert answer["Location"] == f"/antrean/kiosk/{ticket.token}/"
    slip = client.get(answer["Location"])
    assert "A-001" in words(slip)
    assert slip["Refresh"] == "30; url=/antrean/kiosk/"


def test_a_kiosk_that_prints_by_itself_keeps_doing_so() -> None:
    client = a_kiosk()
    answer = client.post("/antrean/kiosk/?cetak=1", form_())
    slip = client.get(answer["Location"])
    assert "data-prints" in words(slip)
    assert slip["Refresh"] == "30; url=/antrean/kiosk/?cetak=1"
    longer = client.get(answer["Location"] + "&lama=1")
    assert "data-prints" not in words(longer)
    assert longer["Refresh"] == "180; url=/antrean/kiosk/?cetak=1"


def test_a_double_tap_shows_the_same_number_twice() -> None:
    said = form_()
    answers = [a_kiosk().post("/antrean/kiosk/", said) for _ in range(2)]
    assert Ticket.objects.count() == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_a_tap_on_an_old_page_takes_nothing() -> None:
    said = form_()
    a_kiosk().post("/antrean/kiosk/", said)
    for old in (said | {"series": series("B")}, form_(kunci="palsu")):
        answer = a_kiosk().post("/antrean/kiosk/", old)
        assert answer.status_code == 409
        assert "Pilih sekali lagi" in words(answer)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("wrong", [{"series": ""}, {"series": "999"}, {"priority": "raja"}])
def test_a_tap_that_asks_for_nothing_is_told_what_to_do(wrong: dict[str, str]) -> None:
    answer = a_kiosk().post("/antrean/kiosk/", form_(**wrong))
    assert answer.status_code == 422
    assert "Pilih" in words(answer)
    assert not Ticket.objects.exists()


def test_only_a_kiosk_of_the_office_gives_numbers_at_the_kiosk() -> None:
    client = Client()
    page = client.get("/antrean/kiosk/")
    assert page.status_code == 403
    assert "Browser ini bukan kios" in words(page)
    assert client.post("/antrean/kiosk/", form_()).status_code == 403
    for forged in ("1", "1:palsu:palsu"):
        client.cookies["kios"] = forged
        assert client.post("/antrean/kiosk/", form_()).status_code == 403
    assert not Ticket.objects.exists()
    assert signed_in("verifier").post("/antrean/kiosk/", form_()).status_code == 403

    assert signed_in("customer_service").post("/antrean/kiosk/", form_()).status_code == 302
    assert client.post("/antrean/", form_()).status_code == 302  # one's own telephone needs no key
    assert [item.channel for item in Ticket.objects.order_by("number")] == ["kiosk", "phone"]


def test_the_administrator_makes_a_kiosk_whose_link_is_shown_once_and_takes_it_back() -> None:
    admin = signed_in("administrator")
    sent = {"kunci": new_key(), "name": "Kios lantai dua"}
    made = admin.post("/kantor/antrean/kios/", sent)
    (secret,) = re.findall(r"/antrean/kiosk/pasang/([\w-]{43})/</a>", words(made))
    assert "no-store" in made["Cache-Control"]
    again = admin.post("/kantor/antrean/kios/", sent)  # the page reloaded
    assert again.status_code == 302
    assert secret not in words(admin.get("/kantor/antrean/kios/"))
    kiosk = Kiosk.objects.get(name="Kios lantai dua")
    assert kiosk.secret_hash == hashlib.sha256(secret.encode()).hexdigest()
    assert all(secret not in entry.text for entry in Entry.objects.filter(chain="queue"))

    browser = Client()
    installed = browser.get(f"/antrean/kiosk/pasang/{secret}/?cetak=1")
    assert installed["Location"] == "/antrean/kiosk/?cetak=1"
    cookie = installed.cookies["kios"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/antrean/kiosk/")
    assert browser.post("/antrean/kiosk/", form_()).status_code == 302
    taken_there = Entry.objects.get(verb="ticket.take")
    assert json.loads(taken_there.text)["facts"]["kiosk"] == kiosk.pk

    revoked = admin.post(f"/kantor/antrean/kios/{kiosk.pk}/cabut/", {"kunci": new_key()})
    assert revoked.status_code == 302
    assert browser.post("/antrean/kiosk/", form_("B")).status_code == 403
    dead = Client().get(f"/antrean/kiosk/pasang/{secret}/")
    assert (dead.status_code, "kios" in dead.cookies) == (403, False)
    assert Ticket.objects.count() == 1
    same = admin.post("/kantor/antrean/kios/", {"kunci": new_key(), "name": "KIOS lantai dua"})
    assert same.status_code == 422
    assert "sudah dipakai" in words(same)


def test_one_line_cannot_empty_the_day_by_telephone() -> None:
    cache.clear()
    answers = [Client(REMOTE_ADDR="203.0.113.7").post("/antrean/", form_()) for _ in range(31)]
    assert [item.status_code for item in answers] == [302] * 30 + [422]
    assert "Terlalu banyak nomor" in words(answers[-1])
    assert Ticket.objects.count() == 30
    assert Client(REMOTE_ADDR="203.0.113.8").post("/antrean/", form_()).status_code == 302
    assert a_kiosk().post("/antrean/kiosk/", form_()).status_code == 302
    cache.clear()


def test_a_closed_office_says_when_it_opens(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(SATURDAY, tick=False)
    for path in ("/antrean/", "/antrean/kiosk/", "/antrean/layar/"):
        page = words(a_kiosk().get(path))
        assert "Senin, 13 Juli 2026 pukul" in page
    answer = a_kiosk().post("/antrean/kiosk/", form_())
    assert answer.status_code == 422
    assert not Ticket.objects.exists()


# --- phone -----------------------------------------------------------------------------------------------


def test_a_phone_takes_one_number_of_a_series_and_finds_it_again() -> None:
    phone = Client()
    first = phone.post("/antrean/", form_())
    ticket = Ticket.objects.get()
    assert first["Location"] == f"/antrean/tiket/{ticket.token}/"

    again = phone.post("/antrean/", form_())
    assert again.status_code == 422
    assert "Anda sudah memegang nomor A-001" in words(again)
    assert f"/antrean/tiket/{ticket.token}/" in words(again)
    assert phone.post("/antrean/", form_("B")).status_code == 302
    assert Client().post("/antrean/", form_()).status_code == 302


def test_a_ticket_says_how_many_are_before_it_and_that_today_tells_nothing_yet() -> None:
    taken()
    ticket = taken()
    page = words(Client().get(f"/antrean/tiket/{ticket.token}/"))
    assert "1 orang sebelum Anda" in page
    assert "belum dapat diperkirakan" in page


def test_a_ticket_asks_for_news_and_hears_only_news() -> None:
    ticket = taken()
    phone, address = Client(), f"/antrean/tiket/{ticket.token}/"
    assert phone.get(address, {"v": "1"}, headers=HTMX).status_code == 204
    queue.call_next(counter(), by=officer("information_officer"), at=MONDAY)
    news = phone.get(address, {"v": "1"}, headers=HTMX)
    assert "Silakan ke Loket 1" in words(news)
    assert "<html" not in words(news)


def test_a_visitor_leaves_the_queue_once() -> None:
    ticket = taken()
    phone, address = Client(), f"/antrean/tiket/{ticket.token}/"
    assert phone.post(address, {"kunci": new_key()}).status_code == 302
    assert state_of(ticket) == "left"
    assert "meninggalkan antrean" in words(phone.get(address))
    assert phone.post(address, {"kunci": new_key()}).status_code == 422


def test_a_ticket_of_yesterday_is_not_valid_any_more(time_machine: TimeMachineFixture) -> None:
    ticket = taken()
    time_machine.move_to(TUESDAY, tick=False)
    page = words(Client().get(f"/antrean/tiket/{ticket.token}/"))
    assert "Tidak berlaku lagi" in page
    assert "Tinggalkan antrean" not in page


@pytest.mark.parametrize("path", ["/antrean/tiket/{}/", "/antrean/tiket/{}/karcis.pdf", "/antrean/kiosk/{}/"])
def test_a_token_that_was_never_given_is_nothing(path: str) -> None:
    assert Client().get(path.format("0" * 32)).status_code == 404


def test_the_ticket_on_paper_is_80_mm_wide(tmp_path: Path) -> None:
    ticket = taken(priority="lansia")
    content = Client().get(f"/antrean/tiket/{ticket.token}/karcis.pdf").content
    paper = tmp_path / "karcis.pdf"
    paper.write_bytes(content)
    text = text_of(paper)
    assert "A-001" in text
    assert "Lanjut usia" in text
    assert width_of(paper) == pytest.approx(80, abs=0.1)


def width_of(paper: Path) -> float:
    with pikepdf.open(paper) as document:
        box = document.pages[0].mediabox
        return float(box[2] - box[0]) / 72 * 25.4


def test_the_poster_names_the_hours_and_the_address(tmp_path: Path) -> None:
    paper = tmp_path / "poster.pdf"
    paper.write_bytes(Client().get("/antrean/poster.pdf").content)
    text = text_of(paper)
    assert "Senin: 08.00–19.00" in text
    assert "Jumat: 08.00–11.00" in text
    assert "/antrean/" in text


# --- display ---------------------------------------------------------------------------------------------


def test_the_display_shows_calls_and_who_comes_next() -> None:
    for _ in range(3):
        taken()
    queue.call_next(counter(), by=officer("information_officer"), at=MONDAY)
    page = words(Client().get("/antrean/layar/"))
    assert "Silakan ke Loket 1" in page
    assert page.index("Berikutnya") < page.index("A-002") < page.index("A-003")


def test_an_unchanged_display_costs_one_query() -> None:
    taken()
    page = words(Client().get("/antrean/layar/"))
    version = page.partition('name="v" value="')[2].partition('"')[0]
    with CaptureQueriesContext(connection) as queries:
        answer = Client().get("/antrean/layar/", {"v": version}, headers=HTMX)
    assert (answer.status_code, len(queries)) == (204, 1)

    taken()
    answer = Client().get("/antrean/layar/", {"v": version}, headers=HTMX)
    assert answer.status_code == 200
    assert "A-002" in words(answer)


def test_thirty_waiting_cost_the_display_the_queries_of_one() -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            Client().get("/antrean/layar/")
        return len(found)

    taken()
    once = queries()
    for _ in range(29):
        taken()
    assert queries() == once


# --- console ---------------------------------------------------------------------------------------------


def test_an_officer_calls_serves_and_finishes() -> None:
    ticket, desk = taken(), signed_in("information_officer")
    page = words(desk.get("/meja/antrean/"))
    assert "Loket 1" in page
    assert "Loket 2" not in page

    for act, state in (("panggil", "called"), ("ulang", "called"), ("mulai", "serving"), ("selesai", "done")):
        assert press(desk, act, ticket) == 302
        assert state_of(ticket) == state


def test_who_does_not_come_is_skipped_and_called_back() -> None:
    ticket, desk = taken(), signed_in("information_officer")
    press(desk, "panggil")
    press(desk, "lewati", ticket)
    assert "Dilewati hari ini" in words(desk.get(f"/meja/antrean/loket/{counter().pk}/"))
    assert press(desk, "kembali", ticket) == 302
    assert state_of(ticket) == "called"


def test_a_visitor_is_sent_on() -> None:
    ticket, desk = taken(), signed_in("information_officer")
    press(desk, "panggil")
    assert press(desk, "alihkan", ticket, ke=series("A")) == 422
    assert press(desk, "alihkan", ticket, ke=series("B")) == 302
    other = words(signed_in("customer_service").get(f"/meja/antrean/loket/{counter(2).pk}/"))
    assert "A-001" in other


def test_what_cannot_be_done_is_said_and_nothing_changes() -> None:
    desk = signed_in("information_officer")
    answer = desk.post(f"/meja/antrean/loket/{counter().pk}/panggil/", {"kunci": new_key()})
    assert answer.status_code == 422
    assert "Tidak ada yang menunggu" in words(answer)
    assert press(desk, "mulai") == 422
    assert press(desk, "panggil", kunci="palsu") == 409
    assert press(desk, "terbang") == 404


def test_an_officer_gives_a_number_to_somebody_who_cannot_use_the_kiosk() -> None:
    desk = signed_in("information_officer")
    assert press(desk, "beri", series=series("B"), priority="disabilitas") == 302
    ticket = Ticket.objects.get()
    assert (str(ticket), ticket.channel, ticket.priority) == ("B-001", "desk", "disabilitas")
    assert press(desk, "beri", series=series("B")) == 422


def test_a_talk_is_started_from_the_ticket() -> None:
    ticket, desk = taken(), signed_in("information_officer")
    press(desk, "panggil")
    press(desk, "mulai", ticket)
    answer = desk.post(
        f"/meja/konsultasi/baru/?tiket={ticket.pk}",
        {
            "kunci": new_key(),
            "service": "LHP",
            "channel": "datang",
            "name": "Rahmat Andaian",
            "question": "Apa syaratnya?",
            "given": "Daftar persyaratan diserahkan.",
        },
    )
    assert answer["Location"] == f"/meja/antrean/loket/{counter().pk}/"
    talk = Consultation.objects.get()
    assert Ticket.objects.get().consultation == talk
    assert "Nomor antrean A-001" in words(desk.get(f"/meja/konsultasi/{talk.pk}/"))


def test_a_ticket_of_another_counter_is_not_tied_to_a_talk() -> None:
    ticket = taken("B")
    queue.call_next(counter(2), by=officer("customer_service"), at=MONDAY)
    page = signed_in("information_officer").get(f"/meja/konsultasi/baru/?tiket={ticket.pk}")
    assert "B-001" not in words(page)


def test_an_application_is_started_from_the_ticket() -> None:
    ticket, desk = taken("B"), signed_in("customer_service")
    queue.call_next(counter(2), by=officer("customer_service"), at=MONDAY)
    address = f"/meja/pemohon/baru/?tiket={ticket.pk}"
    page = words(desk.get(address))
    assert "B-001" in page
    desk.post(
        address,
        {"kunci": new_key(), "company": "baru", "company_name": "PT Contoh Baru", "kind": "LHP:new"},
    )
    assert Ticket.objects.get().application == Application.objects.get()


def test_a_ticket_is_tied_to_a_running_case_by_its_number() -> None:
    case = case_at("verify", at=MONDAY)
    ticket, desk = taken(), signed_in("information_officer")
    press(desk, "panggil")
    press(desk, "mulai", ticket)
    assert press(desk, "hubungkan", ticket, berkas="LHP/2026/9999") == 422
    assert press(desk, "hubungkan", ticket, berkas=case.registration_number) == 302
    assert Ticket.objects.get().application == case.application
    shown = words(desk.get(f"/meja/antrean/loket/{counter().pk}/"))
    assert f"terhubung dengan berkas {case.registration_number}." in shown
    assert f"Berkas: {case.registration_number} " in re.sub(r"<[^>]+>", "", shown)
    assert case.application.reference not in shown


def test_the_console_hears_only_news() -> None:
    taken()
    desk, address = signed_in("information_officer"), f"/meja/antrean/loket/{counter().pk}/"
    assert desk.get(address, {"v": "1"}, headers=HTMX).status_code == 204
    taken()
    assert "A-002" in words(desk.get(address, {"v": "1"}, headers=HTMX))


def test_an_officer_of_another_actor_has_no_counter_here() -> None:
    desk = signed_in("customer_service")
    assert desk.get(f"/meja/antrean/loket/{counter().pk}/").status_code == 403
    assert press(desk, "panggil") == 403


# --- figures ---------------------------------------------------------------------------------------------


def test_the_figures_of_a_day_tell_waits_and_who_went_away() -> None:
    by, first, second = officer("information_officer"), taken(), taken()
    queue.leave(second, at=MONDAY + timedelta(minutes=2))
    queue.call_next(counter(), by=by, at=MONDAY + timedelta(minutes=6))
    queue.start(first, counter=counter(), by=by, at=MONDAY + timedelta(minutes=7))
    queue.finish(first, counter=counter(), by=by, at=MONDAY + timedelta(minutes=18))

    page = words(signed_in("auditor").get("/meja/antrean/hari-ini/"))
    row = page[page.index("A Layanan informasi") : page.index("B Layanan CS")]
    for label, value in (
        ("Nomor diambil", "2"),
        ("Selesai", "1"),
        ("Pergi", "1"),
        ("Tidak datang", "0"),
        ("Tunggu (tengah)", "6 menit"),
        ("Pelayanan (tengah)", "12 menit"),
    ):
        assert f'data-label="{label}">{value}<' in row
    assert "Pukul 9: 6 menit, 1 pengunjung." in page
    other = words(signed_in("auditor").get("/meja/antrean/hari-ini/?hari=2026-07-03"))
    assert "Belum ada panggilan" in other


# --- setting up ------------------------------------------------------------------------------------------


@pytest.fixture
def admin() -> Client:
    return signed_in("administrator")


def test_an_administrator_sets_hours_from_a_day_on(admin: Client) -> None:
    said = {
        "kunci": new_key(),
        "weekdays": ["0", "1"],
        "opens": "08.00",
        "closes": "15:30",
        "effective_from": "2026-08-03",
        "basis": "Surat edaran contoh",
    }
    assert admin.post("/kantor/jam-pelayanan/", said).status_code == 302
    assert [row.told for row in ServiceHours.objects.filter(effective_from="2026-08-03")] == [
        "08.00–15.30",
        "08.00–15.30",
    ]
    wrong = admin.post("/kantor/jam-pelayanan/", said | {"kunci": new_key(), "closes": "07.00"})
    assert wrong.status_code == 422
    assert "sesudah jam buka" in words(wrong)
    assert "Surat edaran contoh" in words(wrong)


def test_an_administrator_adds_a_series_and_a_counter_for_it(admin: Client) -> None:
    said = {
        "kunci": new_key(),
        "letter": "C",
        "name": "Pengambilan izin",
        "purpose": "Mengambil surat izin",
        "actor": "collection_counter",
        "active": "on",
    }
    assert admin.post("/kantor/antrean/seri/baru/", said).status_code == 302
    loket = {"kunci": new_key(), "name": "Loket 3", "series": [series("C")], "active": "on"}
    assert admin.post("/kantor/antrean/loket/baru/", loket).status_code == 302
    taken("C")
    desk = signed_in("collection_counter")
    pk = counter(3).pk
    assert desk.post(f"/meja/antrean/loket/{pk}/panggil/", {"kunci": new_key()}).status_code == 302

    page = words(admin.get("/kantor/antrean/"))
    assert "Loket 3" in page
    twice = admin.post("/kantor/antrean/seri/baru/", said | {"kunci": new_key()})
    assert twice.status_code == 422
    assert "sudah dipakai" in words(twice)


def test_an_auditor_reads_the_queues_set_up_and_changes_nothing() -> None:
    auditor: Client = signed_in("auditor")
    a = series()
    for path in ("/kantor/antrean/", "/kantor/jam-pelayanan/", f"/kantor/antrean/seri/{a}/"):
        assert auditor.get(path).status_code == 200
    assert auditor.post(f"/kantor/antrean/seri/{a}/", {"kunci": new_key(), "letter": "Z"}).status_code == 403


def test_tick_closes_yesterdays_queue(
    time_machine: TimeMachineFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    ticket = taken()
    time_machine.move_to(TUESDAY, tick=False)
    call_command("tick")
    assert state_of(ticket) == "closed"
    assert "antrean: 1 nomor hari lalu ditutup" in capsys.readouterr().out


def test_nobody_reaches_the_console_without_signing_in() -> None:
    for path in ("/meja/antrean/", f"/meja/antrean/loket/{counter().pk}/", "/meja/antrean/hari-ini/"):
        assert Client().get(path)["Location"].startswith("/akun/masuk/")

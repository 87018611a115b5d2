"""The counter: pages leave to it what takes long, and always say of which moment their figures are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.models import Case
from muara.records import counted
from muara.records.facts import facts_of
from muara.records.figures import indicators, proofs
from muara.records.periods import semester
from muara.web.demo import officer
from muara.web.management.commands import count
from tests.clock import MONDAY, WITA, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
LATER = at("2026-07-21 10:00")
PATHS = ["/pengawasan/hambatan/", "/pengawasan/kinerja/", "/pengawasan/kinerja/k1/"]


@pytest.fixture
def busy(client: Client, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch) -> Client:
    """An auditor's browser in an office where every period has too many passages for a page to count."""
    time_machine.move_to(LATER, tick=False)
    monkeypatch.setattr(counted, "FEW", 0)
    monkeypatch.setattr(counted, "QUICK", 0)
    case_at("end", at=MONDAY)
    client.force_login(officer("auditor"))
    return client


@pytest.mark.parametrize("path", PATHS)
def test_a_page_counts_for_itself_where_no_counter_runs(busy: Client, path: str) -> None:
    assert "Sedang dihitung" not in busy.get(path).content.decode()


def test_the_counter_counts_what_somebody_asks_for(busy: Client, time_machine: TimeMachineFixture) -> None:
    call_command("count", once=True)
    own = "?periode=bebas&dari=2026-07-06&sampai=2026-07-06"
    for path in PATHS:
        assert "Sedang dihitung" not in busy.get(path).content.decode()  # the last semesters are at hand
        page = busy.get(path + own).content.decode()
        assert "Sedang dihitung" in page
        assert f'href="{own.replace("&", "&amp;")}"' in page  # without scripts, too
        assert "Sedang dihitung" in busy.get(f"{path}{own}&unduh=csv").content.decode()
    call_command("count", once=True)
    for path in PATHS:
        page = busy.get(path + own).content.decode()
        assert "Sedang dihitung" not in page
        assert f"{LATER.astimezone(WITA):%H.%M.%S} WITA" in page


def test_a_page_shows_what_the_counter_counted_with_its_moment_until_it_counts_again(
    busy: Client, time_machine: TimeMachineFixture
) -> None:
    call_command("count", once=True)
    Case.objects.get().tasks.filter(step_key="endorse_division").update(received_at=None, received_by=None)
    time_machine.shift(timedelta(minutes=5))
    page = " ".join(busy.get("/pengawasan/kinerja/").content.decode().split())
    assert "Dihitung pukul 10.00.00 WITA." in page
    assert "1 dari 1 izin" in page
    call_command("count", once=True)
    page = " ".join(busy.get("/pengawasan/kinerja/").content.decode().split())
    assert "Dihitung pukul 10.05.00 WITA." in page
    assert "0 dari 1 izin" in page  # K10: a control sheet lacks its receiver
    assert "Periode pembanding paling awal dihitung 21 Juli 2026 pukul 10.00.00 WITA." in page
    time_machine.shift(counted.SETTLED)  # a past semester rests for hours, then it is counted again
    call_command("count", once=True)
    assert "Periode pembanding" not in busy.get("/pengawasan/kinerja/").content.decode()


def test_what_stands_now_has_a_lane_of_its_own() -> None:
    """So the board is never behind a period, however long that takes to count."""
    now = {job.key.partition(":")[0] for job in count.present(LATER)}
    assert now == {"board", "flow"}
    assert {job.key.partition(":")[0] for job in count.periods(LATER)} == {"load", "period", "evaluation"}


def test_what_a_counter_that_died_left_behind_is_not_shown_for_ever(
    busy: Client, time_machine: TimeMachineFixture
) -> None:
    call_command("count", once=True)
    time_machine.shift(counted.KEPT + timedelta(seconds=1))
    assert "Dihitung pukul 10.15.01 WITA" in busy.get("/pengawasan/kinerja/").content.decode()


def test_a_clock_set_back_shows_nothing_from_the_future(
    busy: Client, time_machine: TimeMachineFixture
) -> None:
    call_command("count", once=True)
    time_machine.shift(timedelta(days=-1))
    assert "Dihitung pukul 10.00.00 WITA" in busy.get("/pengawasan/").content.decode()
    assert counted.is_due("board:LHP:2026-07-21", at=LATER - timedelta(days=1))


def test_a_costly_count_rests_ten_times_as_long_as_it_took() -> None:
    slow = counted.Counted("x", LATER, took=60.0)
    caches["counted"].set("slow", slow)
    assert not counted.is_due("slow", at=LATER + timedelta(seconds=600))
    assert counted.is_due("slow", at=LATER + timedelta(seconds=601))


def test_kept_figures_and_their_cases_are_those_that_are_counted_from_the_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(counted, "A_PIECE", 2)
    case, half = case_at("end", at=MONDAY), semester(LATER.date())
    kept = counted.count_period("LHP", case.process, half, on=LATER.date())
    facts = facts_of("LHP", half, on=LATER.date())
    assert list(kept.indicators) == indicators(facts, case.process)
    rows = proofs("K3", facts, case.process)
    told = counted.ProofRows("LHP", half, "K3", kept.proofs["K3"])
    assert (list(told), len(told)) == (rows, len(rows))
    assert len(rows) > 3
    assert (told[1:4], told[3], told[3:99]) == (rows[1:4], rows[3], rows[3:])

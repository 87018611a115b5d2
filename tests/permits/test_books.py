"""The book of numbers outside the database: a restored backup gives nothing until it is reconciled."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from bench.numbers import kill_acts, kill_writers
from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import NotYours, Refused
from muara.people.models import Office
from muara.permits import marks
from muara.permits.actions import reconcile, settle_books, take_number
from muara.permits.models import Number, SeriesYear
from muara.permits.queries import differences
from muara.web.demo import officer, seed_office
from tests.clock import MONDAY, at
from tests.databases import OwnDatabase

pytestmark = pytest.mark.both
REASON = "Server rusak 6 Juli; cadangan tanggal 5 Juli dipasang."


def give(moment: object = MONDAY) -> Number:
    return take_number(
        service="LHP",
        series="permit",
        given_to="case:1",
        by=officer("registrar"),
        at=moment,  # type: ignore[arg-type]
    )


def counter() -> SeriesYear:
    return SeriesYear.objects.select_related("series").get(series__service="LHP", series__key="permit")


def forget(numbers: int) -> None:
    """Make the database what a backup holds that was made before its last numbers."""
    row = counter()
    with transaction.atomic():
        row.numbers.filter(seq__gt=row.last - numbers).delete()
        SeriesYear.objects.filter(pk=row.pk).update(last=row.last - numbers)


def test_a_restored_backup_gives_no_number_again_until_an_official_has_reconciled(
    own_database: OwnDatabase,
) -> None:
    seed_office(MONDAY)
    given = [give().text for _ in range(4)]
    forget(2)

    with pytest.raises(Refused, match="dipulihkan dari cadangan"):
        give()
    (difference,) = differences(counter().series)
    assert [one.text for one in difference.lost] == given[2:]

    registrar = officer("registrar")
    with pytest.raises(NotYours):
        reconcile(counter(), last_used=4, reason=REASON, by=officer("administrator"), at=MONDAY)
    with pytest.raises(Refused, match="alasan"):
        reconcile(counter(), last_used=4, reason=" ", by=registrar, at=MONDAY)
    for wrong in (3, 505):
        with pytest.raises(Refused, match="paling kecil 4"):
            reconcile(counter(), last_used=wrong, reason=REASON, by=registrar, at=MONDAY)

    lost = reconcile(counter(), last_used=5, reason=REASON, by=registrar, at=MONDAY)

    assert [number.text for number in lost] == [*given[2:], "503/5/DPMPTSP-III/2026"]
    assert all(number.voided_at and REASON in number.void_reason for number in lost)
    assert give().seq == 6
    entry = Entry.objects.get(verb="number.reconcile")
    assert (entry.chain, entry.note) == ("series:LHP.permit", REASON)
    with pytest.raises(Refused, match="sudah sama"):
        reconcile(counter(), last_used=6, reason=REASON, by=registrar, at=MONDAY)
    assert breaks(heads()) == []


def test_a_lost_book_is_a_difference_too(own_database: OwnDatabase, settings: Settings) -> None:
    seed_office(MONDAY)
    give()
    (Path(settings.MUARA_NUMBER_BOOKS) / "LHP.permit.2026.jsonl").unlink()

    with pytest.raises(Refused, match="tidak ditemukan"):
        give()
    reconcile(counter(), last_used=1, reason="Folder data hilang.", by=officer("head_of_office"), at=MONDAY)

    assert give().seq == 2


def test_a_number_whose_act_failed_is_in_the_book_and_is_given_again(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    give()

    @transaction.atomic
    def fails_after_giving() -> None:
        give()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_giving()

    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=1, reserved=2)
    assert give().seq == 2
    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=2, reserved=2)


def test_the_minute_settles_what_a_killed_process_could_not_write(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    give()
    number = give()
    book = marks._path("LHP.permit", 2026)
    lines = book.read_text().splitlines()
    book.write_text("\n".join(lines[:-1]) + "\n")  # killed after the commit: only reserved
    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=1, reserved=2)

    call_command("tick", at=f"{MONDAY:%Y-%m-%dT%H:%M}")

    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=number.seq, reserved=2)
    assert settle_books() == []


@pytest.mark.parametrize("torn", ["{", '{"issued": 9, "reserved": 9', "\x00" * 40])
def test_a_line_torn_by_a_power_cut_never_counted(own_database: OwnDatabase, torn: str) -> None:
    seed_office(MONDAY)
    give()
    with marks._path("LHP.permit", 2026).open("a") as book:
        book.write(torn)

    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=1, reserved=1)
    assert give().seq == 2
    assert marks.read("LHP.permit", 2026) == marks.Mark(issued=2, reserved=2)
    assert sorted(marks.book("LHP.permit", 2026)) == [1, 2]


@pytest.mark.django_db
def test_a_book_that_cannot_be_written_gives_no_number(office: Office, settings: Settings) -> None:
    blocked = Path(settings.MUARA_NUMBER_BOOKS)
    blocked.write_text("a file where the folder should be")

    with pytest.raises(Refused, match="tidak dapat dibaca atau ditulis"):
        give()

    assert not Number.objects.exists()


@pytest.mark.django_db
def test_a_clock_set_back_over_new_year_gives_no_number(office: Office) -> None:
    assert give(at("2026-12-31 23:59")).dated.year == 2026
    assert give(at("2027-01-01 00:00")).seq == 1

    with pytest.raises(Refused, match="Periksa jam server"):
        give(at("2026-12-31 23:59"))


@pytest.mark.slow
def test_killed_writers_leave_no_gap_and_no_double(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)

    fired = kill_writers(60, writers=4, chance=random.Random(6), every=0.1)

    assert fired.given >= 60
    assert fired.kills > 0


@pytest.mark.slow
def test_killed_acts_are_there_whole_or_not_at_all(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)

    acts = kill_acts(5, chance=random.Random(6))

    assert acts.kills >= 5
    assert acts.kills == acts.kept + acts.lost
    assert connection.vendor in {"sqlite", "postgresql"}

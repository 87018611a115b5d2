"""A year of an office's life, and its published report recomputed from the rows by other means.

The cases, complaints and questionnaires are made by the acts. What is published is read as anybody reads it;
what is expected is counted here, day by day and minute by minute, by nothing that counts in Muara.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

import muara.people
from muara.cases.models import Case, Task
from muara.contacts.actions import complaints
from muara.contacts.actions.complaints import Filing
from muara.contacts.actions.survey import take_back
from muara.contacts.models import Complaint, SurveyAnswer
from muara.people.rules import COMPLAINT_MANAGER
from muara.permits.models import Permit, Refusal
from muara.web.demo import COMPANIES, INCOMPLETE, REFUSED, Clock, Walk, applicant, officer
from tests.clock import WITA, at
from tests.remembered import office_on

pytestmark = pytest.mark.django_db
DATA = Path(muara.people.__file__).parent / "data"
COUNTED = at("2027-02-05 10:00")  # the boxes of both semesters are open
SLUG = "pembuangan-air-limbah-ke-laut"
CODES = [f"u{number}" for number in range(1, 10)]
Key = tuple[str, str, str, str]


# --- what the office did ----------------------------------------------------------------------------------


@dataclass
class Told:
    """A case: handed in, its recommendation there (H), its decision ready, and handed over."""

    begun: str
    h: str
    ready: str
    taken: str  # handed over
    pace: int = 5  # minutes from act to act
    ways: dict[str, tuple[str, str]] = field(default_factory=dict)  # another way than on, once
    put_aside: dict[str, str] = field(default_factory=dict)  # taken at once, done then


YEAR = (
    Told("2026-01-12 09:00", "2026-01-19 09:00", "2026-01-26 10:00", "2026-01-28 10:00"),
    # Across the holidays of March, with a file that came back and one that lay in a drawer.
    Told(
        "2026-02-23 08:00",
        "2026-03-09 13:00",
        "2026-03-30 10:00",
        "2026-04-01 09:00",
        pace=7,
        ways={"check": ("incomplete", INCOMPLETE)},
        put_aside={"register": "2026-02-25 09:10"},
    ),
    Told("2026-03-02 15:00", "2026-03-05 08:30", "2026-04-02 09:00", "2026-04-06 11:00", pace=11),
    Told("2026-04-06 10:00", "2026-04-16 10:00", "2026-04-24 10:00", "2026-04-24 16:00", pace=45),
    Told("2026-05-04 10:00", "2026-05-11 10:00", "2026-06-15 10:00", "2026-06-16 10:00", pace=3),
    Told("2026-08-03 10:00", "2026-08-10 10:00", "2026-08-24 10:00", "2026-08-25 10:00"),
    Told(
        "2026-09-07 10:00",
        "2026-09-14 10:00",
        "2026-10-12 10:00",
        "2026-10-13 10:00",
        ways={"decide": ("refuse", f"{REFUSED}.")},
    ),
)
MARKS = ("343434324", "332434333", "442444434", "333433323", "444444444", "222222222", "")


def live(told: Told, company: str) -> Case:
    """Take a case through its year, step by step."""
    walk = Walk(Clock(at(told.begun), timedelta(minutes=told.pace)), applicant(), company=company)
    case = walk.submit()
    moments = {"draft": told.h, "number": told.ready, "hand_over": told.taken}
    ways, put_aside = dict(told.ways), dict(told.put_aside)
    while Case.objects.get(pk=case.pk).closed_at is None:
        task = walk.task
        if task.step_key in moments:
            walk.clock.now = at(moments.pop(task.step_key))
        outcome, note = ways.pop(task.step_key, ("", ""))
        if task.step_key in put_aside:
            walk.take()
            walk.clock.now = at(put_aside.pop(task.step_key))
            way = task.step.outcomes[0]
            getattr(walk, f"do_{task.step.activity}")(walk.task, walk.who(task), way, note)
        else:
            walk.forward(outcome, note=note)
    return Case.objects.get(pk=case.pk)


def complain(day: str, kind: str, category: str, **said: Any) -> Complaint:
    filing = Filing(kind=kind, category=category, text="=CONTOH", **({"name": "Laras Pengandaian"} | said))
    return complaints.file_complaint(filing, at=at(f"{day} 10:00"))


def answer(complaint: Complaint, accepted: str, decided: str, delivered: str) -> None:
    by, pk = officer(COMPLAINT_MANAGER), complaint.pk
    verdict = "beralasan" if complaint.kind in {"pengaduan", "keluhan"} else "dijawab"
    complaints.accept(pk, handling="diperiksa", by=by, at=at(f"{accepted} 10:00"))
    complaints.decide(pk, verdict=verdict, text="Sudah.", by=by, at=at(f"{decided} 10:00"))
    complaints.deliver(pk, how="Surel", by=by, at=at(f"{delivered} 10:00"))


def a_year() -> None:
    office_on(at("2026-01-05 08:00"))
    for place, (told, marks) in enumerate(zip(YEAR, MARKS, strict=True)):
        case = live(told, COMPANIES[place])
        if marks:
            given = dict(zip(CODES, map(int, marks), strict=True))
            take_back(case.questionnaire.code, marks=given, at=at(told.taken) + timedelta(days=3))
    answer(
        complain("2026-02-02", "pengaduan", "waktu"), "2026-02-16", "2026-04-17", "2026-05-01"
    )  # the last days
    answer(
        complain("2026-03-02", "keluhan", "perilaku"), "2026-03-17", "2026-03-18", "2026-03-18"
    )  # on day 15
    answer(
        complain("2026-06-29", "pengaduan", "biaya"), "2026-07-01", "2026-09-01", "2026-09-02"
    )  # after 62 days
    answer(complain("2026-05-04", "permintaan_informasi", "biaya"), "2026-05-05", "2026-05-05", "2026-05-05")
    complain("2026-07-06", "pengaduan", "waktu", name="", anonymous=True)  # counts as input
    complain("2026-10-05", "saran", "sarana")
    complain("2026-11-02", "pengaduan", "prosedur")  # nobody answers it


# --- by other means ---------------------------------------------------------------------------------------


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


CLOSED = {date.fromisoformat(row["tanggal"]) for row in rows_of("hari_libur_2024_2027.csv")}


def works(day: date) -> bool:
    return day.weekday() < 5 and day not in CLOSED


def working_days(after: date, until: date) -> int:
    days, day = 0, after
    while day < until:
        day += timedelta(days=1)
        days += works(day)
    return days


def minutes(starts: datetime, ends: datetime, hours: Mapping[int, tuple[time, time]]) -> int:
    """Walk from one moment to another, minute by minute."""
    worked, now = 0, starts.astimezone(WITA)
    while now < ends:
        if works(now.date()) and now.weekday() in hours:
            opens, closes = hours[now.weekday()]
            worked += opens <= now.time() < closes
        now += timedelta(minutes=1)
    return worked


def ranked(values: Iterable[int], part: int) -> int:
    """The smallest value that so many of a hundred do not exceed."""
    found = sorted(values)
    return next(
        value for value in found if sum(one <= value for one in found) >= ceil(len(found) * part / 100)
    )


def day_of(moment: datetime) -> date:
    return moment.astimezone(WITA).date()


@dataclass(frozen=True)
class Step:
    case: int
    key: str
    actor: str
    opened: datetime
    received: datetime | None
    closed: datetime


def expected(first: date, last: date) -> dict[Key, tuple[object, object]]:
    """What the report of these days must say: the value, and what it was counted from."""
    told: dict[Key, tuple[object, object]] = {}

    def put(
        section: str, key: str, value: object, counted: object = None, *, measure: str, unit: str
    ) -> None:
        told[section, key, measure, unit] = (value, counted)

    def put_times(section: str, key: str, unit: str, found: list[tuple[int, int]]) -> None:
        enough = len({case for case, _ in found}) >= 5
        for measure, part in (("median", 50), ("p90", 90)):
            value = ranked([one for _, one in found], part) if enough else None
            put(section, key, value, len(found) if enough else None, measure=measure, unit=unit)

    def put_share(section: str, key: str, flags: list[bool]) -> None:
        value = round(float(Fraction(100 * sum(flags), len(flags))), 2) if flags else None
        put(section, key, value, (sum(flags), len(flags)), measure="persen", unit="persen")

    def within(day: date) -> bool:
        return first <= day <= last

    issued = [row.issued_on for row in Permit.objects.all() if within(row.issued_on)]
    by_month = Counter((day.year, day.month) for day in issued)
    for month in range(first.month, last.month + 1):
        key = f"{first.year}-{month:02}"
        put("izin_per_bulan", key, by_month[first.year, month], measure="jumlah", unit="izin")
    if issued:
        put("izin_per_wilayah", "64.08", len(issued), measure="jumlah", unit="izin")
        put("izin_per_sektor", "10", len(issued), measure="jumlah", unit="izin")
    refused = sum(within(row.issued_on) for row in Refusal.objects.all())
    put("penolakan", "semua", refused, measure="jumlah", unit="keputusan")

    steps = [
        Step(case, key, actor, opened, received, closed)
        for case, key, actor, opened, received, closed in Task.objects.filter(
            companion=False, closed_at__isnull=False
        ).values_list("case", "step_key", "actor", "opened_at", "received_at", "closed_at")
        if closed is not None
    ]
    put_decisions(steps, within, put_times, put_share)
    hours = {
        int(row["hari"]): (time.fromisoformat(row["buka"]), time.fromisoformat(row["tutup"]))
        for row in rows_of("jam_pelayanan.csv")
        if row["buka"]
    }
    done = [one for one in steps if within(day_of(one.closed))]
    for key in {one.key for one in done}:
        here = [one for one in done if one.key == key]
        lasted = [(one.case, working_days(day_of(one.opened), day_of(one.closed))) for one in here]
        put_times("langkah", key, "hari kerja", lasted)
        if here[0].actor not in {"applicant", "technical_team"}:
            worked = [(one.case, minutes(one.received, one.closed, hours)) for one in here if one.received]
            put_times("langkah", key, "menit kerja", worked)

    for half, answers in (("2026-1", 5), ("2026-2", 1)):
        if first.month <= (1 if half == "2026-1" else 7) <= last.month:
            rows = list(SurveyAnswer.objects.filter(semester=half).values_list(*CODES))
            assert len(rows) == answers
            marks = [mark for row in rows for mark in row]  # all complete: the weights are equal
            index = round(float(Fraction(sum(marks), len(marks)) * 25), 2) if answers >= 5 else None
            put(
                "survei", half, index, answers if answers >= 5 else None, measure="nilai", unit="nilai 25–100"
            )
    put_complaints(within, put, put_share)
    return told


def put_decisions(steps: list[Step], within: Any, put_times: Any, put_share: Any) -> None:
    """H is what the case says; ready is when it was last numbered; both were said in YEAR too."""
    ready = {one.case: day_of(one.closed) for one in steps if one.key == "number"}
    h = {pk: day for pk, day in Case.objects.values_list("pk", "recommended_on") if day}
    assert sorted(ready.values()) == sorted(day_of(at(told.ready)) for told in YEAR)
    assert sorted(h.values()) == sorted(day_of(at(told.h)) for told in YEAR)
    permitted = set(Permit.objects.values_list("case", flat=True))
    took = {case: working_days(h[case], day) for case, day in ready.items() if within(day)}
    put_share("tepat_waktu", "izin", [days <= 14 for case, days in took.items() if case in permitted])
    put_share(
        "tepat_waktu", "penolakan", [days <= 14 for case, days in took.items() if case not in permitted]
    )
    gross = [(case, days) for case, days in took.items() if case in permitted]
    put_times("lama_proses", "bruto", "hari kerja", gross)
    put_times("lama_proses", "neto", "hari kerja", gross)  # nobody else had a file between H and ready


def put_complaints(within: Any, put: Any, put_share: Any) -> None:
    today = day_of(COUNTED)

    def days(begin: datetime, end: datetime | None) -> int:
        return ((day_of(end) if end else today) - day_of(begin)).days

    def kept(one: Complaint) -> bool:
        """UU 25/2009: 14 days to answer (44(3)), 60 to decide (50(1)), 14 to tell (50(2))."""
        return (
            days(one.received_at, one.responded_at) <= 14
            and (one.complete_at is None or days(one.complete_at, one.decided_at) <= 60)
            and (one.decided_at is None or days(one.decided_at, one.delivered_at) <= 14)
        )

    every = list(Complaint.objects.all())
    here = [one for one in every if within(day_of(one.received_at))]
    unit = {"measure": "jumlah", "unit": "penyampaian"}
    put("pengaduan", "diterima", len(here), **unit)
    put("pengaduan", "belum_selesai", sum(one.delivered_at is None for one in here), **unit)
    for section, name in (("pengaduan_jenis", "kind"), ("pengaduan_kategori", "category")):
        for value, count in Counter(getattr(one, name) for one in here).items():
            put(section, value, count, **unit)
    law = {"pengaduan", "keluhan"}
    put_share("pengaduan_tepat_waktu", "diterima", [kept(one) for one in here if one.kind in law])
    decided = [one for one in every if one.kind in law and one.decided_at and within(day_of(one.decided_at))]
    put_share("pengaduan_tepat_waktu", "diputus", [kept(one) for one in decided])


@pytest.mark.usefixtures("blobs")
def test_the_report_of_a_year_is_what_the_rows_say_by_other_means(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    a_year()
    time_machine.move_to(COUNTED, tick=False)
    for key, first, last in (
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-1", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026-2", date(2026, 7, 1), date(2026, 12, 31)),
    ):
        data = json.loads(client.get(f"/statistik/{SLUG}/{key}.json").content)["data"]
        said = {
            (row["bagian"], row["kunci"], row["ukuran"], row["satuan"]): (
                row["nilai"],
                (row["pembilang"], row["penyebut"]) if row["ukuran"] == "persen" else row["n"],
            )
            for row in data
        }
        assert len(said) == len(data)
        assert said == expected(first, last), key

    # And some of it as a person counts it on a calendar.
    assert said["tepat_waktu", "izin", "persen", "persen"] == (100.0, (1, 1))
    year = json.loads(client.get(f"/statistik/{SLUG}/2026.json").content)["data"]
    by_key = {
        (row["bagian"], row["kunci"]): row for row in year if row["ukuran"] in {"persen", "nilai", "jumlah"}
    }
    assert by_key["penolakan", "semua"]["nilai"] == 1
    assert by_key["survei", "2026-2"]["keterangan"] == "ditahan: kurang dari 5 jawaban"
    assert (
        by_key["pengaduan_tepat_waktu", "diterima"]["pembilang"],
        by_key["pengaduan", "diterima"]["nilai"],
    ) == (
        1,
        7,
    )

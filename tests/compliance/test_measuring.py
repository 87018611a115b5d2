"""Instruments that read all day: each moment kept once, the day derived once it is over, people first."""

from __future__ import annotations

import json
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from time_machine import TimeMachineFixture

from muara.audit.models import Entry as Proof
from muara.cases.actions import Refused
from muara.compliance.actions import void_obligations
from muara.compliance.actions.loggers import connect, logger_of
from muara.compliance.actions.measuring import Sending, derive_days, measure
from muara.compliance.actions.readings import Entry, Unfit, enter_readings
from muara.compliance.detection import detect
from muara.compliance.models import Logger, Measurement, Reading
from muara.people.actions import set_office_setting
from muara.people.calendar import office_calendar
from tests.clock import at
from tests.holders import Holder, number

pytestmark = [pytest.mark.django_db, pytest.mark.both]

DAY = date(2026, 8, 9)
NEXT = at("2026-08-10 09:00")
EVENING = at("2026-08-09 23:59")


@pytest.fixture
def token(holder: Holder) -> str:
    return connect(
        holder.discharge,
        point=holder.outlet,
        name="Flowmeter",
        every=60,
        by=holder.person,
        at=at("2026-08-01 09:00"),
    )[1]


def send(token: str, rows: list[dict[str, Any]], **more: object) -> Any:
    return Client().post(
        "/api/bacaan/",
        json.dumps({"bacaan": rows, **more}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}"},
    )


def hours(first: int = 0, last: int = 23, *, day: str = "2026-08-09") -> list[dict[str, Any]]:
    """Hourly readings in m³/hour: 40 + the hour; pH 6,5 at night and 7,5 by day."""
    return [
        {"waktu": f"{day}T{hour:02}:00:00+08:00", "debit": 40 + hour, "ph": "6,5" if hour < 12 else 7.5}
        for hour in range(first, last + 1)
    ]


def kept(holder: Holder) -> list[tuple[Any, ...]]:
    rows = Reading.objects.filter(point=holder.outlet, day=DAY).order_by("version")
    return [(row.flow, row.ph, row.ph_low, row.ph_high, row.source, row.current, row.reason) for row in rows]


def mean_of(first: int, last: int) -> Fraction:
    """The mean of the hourly flows as m³/day."""
    flows = [Fraction(40 + hour) * 24 for hour in range(first, last + 1)]
    return sum(flows, Fraction(0)) / len(flows)


def test_readings_are_kept_once_and_the_day_follows_when_it_is_over(
    holder: Holder, token: str, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(EVENING, tick=False)
    first = send(token, hours(0, 19)).json()
    again = send(token, hours(0, 19)).json()

    assert (first["baru"], first["sama"], again["baru"], again["sama"]) == (20, 0, 0, 20)
    assert first["hari"] == [
        {
            "hari": "2026-08-09",
            "debit": {"ada": 20, "diharapkan": 24, "lengkap": True},
            "ph": {"ada": 20, "diharapkan": 24, "lengkap": True},
        }
    ]
    assert kept(holder) == []  # the day still runs
    assert list(derive_days(at=EVENING)) == []

    assert [row.day for row in derive_days(at=NEXT)] == [DAY]
    assert list(derive_days(at=NEXT)) == []
    ((flow, ph, low, high, source, current, reason),) = kept(holder)
    assert Fraction(flow) == mean_of(0, 19) == 1188
    assert (ph, low, high) == (number("6.9"), number("6.5"), number("7.5"))  # (12 × 6,5 + 8 × 7,5) ÷ 20
    assert (source, current, reason) == ("logger", True, "")
    assert Proof.objects.filter(verb="measurements.seal").count() == 1

    time_machine.move_to(NEXT, tick=False)
    assert send(token, hours(20, 23)).json()["baru"] == 4
    old, new = kept(holder)
    assert (old[5], new[5], new[6]) == (None, True, "Bacaan alat ukur bertambah")
    assert Fraction(new[0]) == mean_of(0, 23)
    page = Client()
    page.force_login(holder.person)
    day = page.get(f"/kewajiban/{holder.discharge.pk}/harian/?hari=2026-08-09").content.decode()
    assert "Dari alat ukur, pH 6.5 sampai 7.5" in " ".join(day.split()).replace(",5", ".5")
    shown = page.get(f"/kewajiban/{holder.discharge.pk}/alat/hari/?titik={holder.outlet.pk}&hari=2026-08-09")
    assert "24 dari 24" in shown.content.decode()
    assert "jumlah bacaan ÷ banyaknya bacaan = 1.236 m³/hari" in shown.content.decode()


def test_a_day_is_complete_by_the_share_that_the_office_set(holder: Holder, token: str) -> None:
    """17 of 24 hours is 71 %: too little at 75 %, enough at 70; a burst within an hour fills it once."""
    logger = logger_of(token)
    assert logger is not None
    start = at("2026-08-09 00:00")
    burst = [
        Sending(start + timedelta(minutes=number), ph=number_of(7), place=str(number)) for number in range(60)
    ]
    rest = [Sending(start + timedelta(hours=hour), ph=number_of(7), place=str(hour)) for hour in range(1, 17)]
    measure(logger, [*burst, *rest], at=NEXT)
    assert kept(holder) == []

    set_office_setting(
        setting="logger_share", value=70, effective_from=DAY, basis="Keputusan contoh", by=None, at=NEXT
    )
    assert len(list(derive_days(at=NEXT))) == 1
    assert [row[:2] for row in kept(holder)] == [(None, number("7"))]
    with pytest.raises(Refused, match="1 sampai 100"):
        set_office_setting(
            setting="logger_share",
            value=101,
            effective_from=DAY + timedelta(days=1),
            basis="x",
            by=None,
            at=NEXT,
        )


def number_of(value: int) -> Any:
    return number(str(value))


def test_a_persons_correction_needs_a_reason_and_no_instrument_writes_over_it(
    holder: Holder, token: str, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NEXT, tick=False)
    send(token, hours(0, 19))
    entry = Entry(holder.outlet.pk, DAY, number("1250"), number("6.9"), place="x")
    with pytest.raises(Unfit, match="Tuliskan alasan"):
        enter_readings(holder.discharge, [entry], by=holder.person, at=NEXT, sure=True)
    enter_readings(holder.discharge, [entry], by=holder.person, at=NEXT, sure=True, reason="Kalibrasi")

    send(token, hours(20, 23))

    assert [(row[0], row[2], row[4], row[5]) for row in kept(holder)] == [
        (1188, number("6.5"), "logger", None),
        (1250, number("6.5"), "form", True),  # the pH stays as the instrument saw it
    ]


def test_a_ph_that_left_its_range_exceeds_though_its_mean_does_not(
    holder: Holder, token: str, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NEXT, tick=False)
    rows = hours()
    rows[3]["ph"] = 4.2
    send(token, rows)

    found = detect(
        [holder.discharge], first=DAY, last=DAY, today=date(2026, 8, 10), calendar=office_calendar()
    )
    assert [one.told for one in found if one.name == "pH"] == [
        "pH di TP-01 pada 9 Agustus 2026: 4,2 di luar batas 6 sampai 9."
    ]


@pytest.mark.parametrize(
    ("row", "more", "status", "says"),
    [
        ({"waktu": "2026-08-09T07:00:00", "ph": 7}, {}, 400, "tanpa zona"),
        ({"waktu": "kemarin", "ph": 7}, {}, 400, "ditulis seperti"),
        ({"waktu": "9999-12-31T23:00:00Z", "ph": 7}, {}, 400, "Periksa jam alat"),
        ({"waktu": "0001-01-01T00:00:00+14:00", "ph": 7}, {}, 400, "Periksa jam alat"),
        ({"waktu": "0001-01-01T00:00:00Z", "ph": 7}, {}, 422, "belum berlaku"),
        ({"waktu": "2026-08-10T10:00:00+08:00", "ph": 7}, {}, 422, "belum tiba"),
        ({"waktu": "2026-07-05T23:59:00+08:00", "ph": 7}, {}, 422, "belum berlaku"),
        ({"waktu": "2026-08-09T07:00:00+08:00"}, {}, 422, "Isi debit atau pH"),
        ({"waktu": "2026-08-09T07:00:00+08:00", "ph": 70}, {}, 422, "pH"),
        ({"waktu": "2026-08-09T07:00:00+08:00", "debit": 1e10}, {}, 422, "tidak mungkin"),
        ({"waktu": "2026-08-09T07:00:00+08:00", "debit": 1e40}, {}, 400, "masuk akal"),
        ({"waktu": "2026-08-09T07:00:00+08:00", "debit": 1}, {"satuan_debit": "mg/L"}, 400, "satuan debit"),
        ({"waktu": "2026-08-09T00:00:00+08:00", "debit": 99}, {}, 422, "nilai lain"),
    ],
)
def test_what_cannot_be_kept_is_told_and_changes_nothing(
    holder: Holder, token: str, time_machine: TimeMachineFixture, row: Any, more: Any, status: int, says: str
) -> None:
    time_machine.move_to(NEXT, tick=False)
    send(token, hours(0, 0))

    answer = send(token, [{"waktu": "2026-08-09T05:00:00+08:00", "ph": 7}, row], **more)

    assert answer.status_code == status
    assert says in json.dumps(answer.json(), ensure_ascii=False)
    assert Measurement.objects.count() == 1


def test_two_instruments_midnight_elsewhere_and_a_permit_that_ended(
    holder: Holder, token: str, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NEXT, tick=False)
    other = connect(
        holder.discharge, point=holder.outlet, name="Kedua", by=holder.person, at=at("2026-08-01 09:00")
    )[1]
    moment = {"waktu": "2026-08-08T16:00:00Z", "debit": "0,5", "ph": 7}  # midnight here: the 9th
    assert send(token, [moment], satuan_debit="L/detik").json()["hari"][0]["hari"] == "2026-08-09"
    assert send(other, [moment], satuan_debit="L/detik").json()["sama"] == 1
    assert send(other, [{**moment, "ph": 8}], satuan_debit="L/detik").status_code == 422
    row = Measurement.objects.get()
    assert (row.flow, row.day) == (number("43.2"), DAY)  # 0,5 L/s × 86.400 s ÷ 1000
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Measurement.objects.update(ph=8)

    void_obligations(holder.permit, "Dicabut", at=NEXT, on=date(2026, 8, 9))
    assert send(token, hours(5, 5)).status_code == 422
    assert send("salah", hours(5, 5)).status_code == 401
    assert Logger.objects.count() == 2


def test_the_guide_and_its_openapi_tell_the_same_addresses(holder: Holder) -> None:
    guide = Client().get("/api/").content.decode()
    told = Client().get("/api/openapi.json").json()

    assert told["openapi"] == "3.0.3"
    for address, methods in told["paths"].items():
        assert f"{address} \\" in guide
        assert Client().get(address).status_code == 405
        refs = [part.split('"')[0] for part in json.dumps(methods).split("#/components/schemas/")[1:]]
        assert set(refs) <= set(told["components"]["schemas"])

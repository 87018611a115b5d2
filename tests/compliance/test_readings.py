"""The daily log: kept once, completed, corrected with a reason, asked about, refused with a sentence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from muara.audit.models import Entry as Proof
from muara.cases.actions import AlreadyDone, NotYours, Refused, Stamp
from muara.compliance.actions import void_obligations
from muara.compliance.actions.readings import Asked, Entry, Unfit, enter_production, enter_readings
from muara.compliance.arithmetic.verdicts import Standing
from muara.compliance.models import Production, Reading
from muara.compliance.queries import log_of, versions_of
from muara.web.demo import officer, other_applicant
from tests.clock import at
from tests.holders import Holder, number

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ISSUED = date(2026, 7, 6)
AUGUST = at("2026-08-10 09:00")
FIRST_OF_AUGUST = date(2026, 8, 1)


def entry(holder: Holder, day: date, flow: str = "", ph: str = "") -> Entry:
    flow_of, ph_of = (number(text) if text else None for text in (flow, ph))
    return Entry(holder.outlet.pk, day, flow_of, ph_of, place=day.isoformat())


def enter(holder: Holder, *entries: Entry, moment: object = AUGUST, **more: object) -> tuple[int, int, int]:
    kept = enter_readings(holder.discharge, entries, by=holder.person, at=moment, **more)  # type: ignore[arg-type]
    return kept.new, kept.corrected, kept.unchanged


def values(holder: Holder, day: date) -> list[tuple[Decimal | None, Decimal | None, bool | None, str]]:
    return [(row.flow, row.ph, row.current, row.reason) for row in versions_of(holder.outlet, day)]


def test_a_day_is_kept_once_however_often_it_comes(holder: Holder) -> None:
    first = entry(holder, FIRST_OF_AUGUST, "1200", "7.1")

    assert enter(holder, first) == (1, 0, 0)
    assert enter(holder, first) == (0, 0, 1)
    assert Reading.objects.count() == 1
    assert Proof.objects.filter(verb="readings.enter").count() == 1


def test_a_blank_is_completed_without_a_reason_and_a_value_corrected_only_with_one(holder: Holder) -> None:
    enter(holder, entry(holder, FIRST_OF_AUGUST, ph="7.1"))
    enter(holder, entry(holder, FIRST_OF_AUGUST, flow="1200"))
    with pytest.raises(Unfit) as refused:
        enter(holder, entry(holder, FIRST_OF_AUGUST, flow="1250"))
    assert refused.value.errors == {
        "2026-08-01": "1 Agustus 2026 sudah dicatat dengan nilai lain (debit 1.200 m³/hari, pH 7,1). "
        "Tuliskan alasan perbaikannya."
    }

    assert enter(holder, entry(holder, FIRST_OF_AUGUST, flow="1250"), reason="Salah baca meter") == (0, 1, 0)

    assert values(holder, FIRST_OF_AUGUST) == [
        (1250, number("7.1"), True, "Salah baca meter"),
        (1200, number("7.1"), None, "Melengkapi catatan hari ini"),
        (None, number("7.1"), None, ""),
    ]
    assert Proof.objects.filter(verb="readings.correct").last().note == "Salah baca meter"  # type: ignore[union-attr]


def test_the_database_itself_keeps_what_was_logged(holder: Holder) -> None:
    enter(holder, entry(holder, FIRST_OF_AUGUST, "1200", "7.1"))

    for change in (
        lambda: Reading.objects.update(flow=1),
        lambda: Reading.objects.all().delete(),
        lambda: Reading.objects.update(current=False),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_days_that_cannot_be_logged_are_refused_with_the_reason(holder: Holder) -> None:
    def why(day: date) -> str:
        with pytest.raises(Unfit) as refused:
            enter(holder, entry(holder, day, "1200"))
        return refused.value.errors[day.isoformat()]

    assert why(date(2026, 8, 11)) == "11 Agustus 2026 belum tiba. Isi hari yang sudah atau sedang berjalan."
    assert why(date(2026, 7, 5)) == "Izin belum berlaku pada 5 Juli 2026."
    void_obligations(holder.permit, "Izin dicabut", at=at("2026-08-05 09:00"))
    assert why(date(2026, 8, 5)) == (
        "Izin tidak berlaku lagi pada 5 Agustus 2026: hari terakhirnya 4 Agustus 2026 (Izin dicabut)."
    )
    assert enter(holder, entry(holder, date(2026, 8, 4), "1200")) == (
        1,
        0,
        0,
    )  # late, but it was allowed then


def test_a_day_begins_at_midnight_in_samarinda(holder: Holder) -> None:
    """23:59 WITA is 15:59 UTC of the same day; 00:00 WITA is 16:00 UTC of the day before."""
    tomorrow = date(2026, 8, 11)

    with pytest.raises(Unfit, match="belum tiba"):
        enter(holder, entry(holder, tomorrow, "1200"), moment=at("2026-08-10 23:59"))
    assert enter(holder, entry(holder, tomorrow, "1200"), moment=at("2026-08-11 00:00")) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "typed", "sentence"),
    [
        ("ph", "70", "pH 70 tidak mungkin. Apakah maksudnya 7?"),
        ("flow", "-1", "Debit -1 tidak mungkin: nilainya paling sedikit 0."),
        ("flow", "1000000000", "Debit 1.000.000.000 m³/hari tidak mungkin. Periksa satuannya."),
        ("flow", "1.00001", "Tulis 1,00001 dengan paling banyak 4 angka di belakang koma."),
    ],
)
def test_what_no_meter_shows_is_refused(holder: Holder, name: str, typed: str, sentence: str) -> None:
    with pytest.raises(Unfit) as refused:
        enter(holder, entry(holder, ISSUED, **{name: typed}), entry(holder, FIRST_OF_AUGUST, "1200", "7"))

    assert refused.value.errors == {f"{ISSUED}.{name}": sentence}
    assert not Reading.objects.exists()  # all or nothing


def test_odd_values_are_asked_about_and_kept_once_they_are_affirmed(holder: Holder) -> None:
    enter(holder, entry(holder, FIRST_OF_AUGUST, "120", "7"))
    odd = entry(holder, date(2026, 8, 2), "1300", "7.2")

    with pytest.raises(Asked) as asked:
        enter(holder, odd)
    assert asked.value.questions == {
        "2026-08-02.flow": ["Debit 1.300 paling sedikit sepuluh kali nilai sebelumnya (120). Benarkah?"]
    }
    assert Reading.objects.count() == 1
    assert enter(holder, odd, sure=True) == (1, 0, 0)


def test_the_same_ph_for_a_month_is_asked_about(holder: Holder) -> None:
    month = [entry(holder, ISSUED + timedelta(days=n), str(1000 + n), "7.1") for n in range(28)]

    with pytest.raises(Asked) as asked:
        enter(holder, *month)

    assert list(asked.value.questions) == ["2026-08-02.ph"]


def test_only_the_holders_people_log_at_their_own_compliance_points(holder: Holder) -> None:
    with pytest.raises(NotYours):
        enter_readings(
            holder.discharge, [entry(holder, FIRST_OF_AUGUST, "1")], by=other_applicant(), at=AUGUST
        )
    with pytest.raises(NotYours):
        enter_readings(
            holder.discharge, [entry(holder, FIRST_OF_AUGUST, "1")], by=officer("verifier"), at=AUGUST
        )
    with pytest.raises(Unfit, match="bukan titik penaatan"):
        enter(holder, Entry(holder.sea.pk, FIRST_OF_AUGUST, Decimal(1), place="x"))
    with pytest.raises(Unfit, match="dua kali"):
        enter(holder, entry(holder, FIRST_OF_AUGUST, "1"), entry(holder, FIRST_OF_AUGUST, "2"))
    with pytest.raises(Refused, match="paling sedikit satu nilai"):
        enter(holder, entry(holder, FIRST_OF_AUGUST))


def test_the_log_is_held_against_the_limits_day_by_day(holder: Holder) -> None:
    """Flow at most 1.500, pH 6 to 9: the limits themselves comply; a day without a log is missing."""
    enter(
        holder,
        entry(holder, date(2026, 8, 1), "1500", "6"),
        entry(holder, date(2026, 8, 2), "1500.0001", "9.001"),
        entry(holder, date(2026, 8, 3), "1400"),
    )

    (log,) = log_of(holder.discharge, first=FIRST_OF_AUGUST, last=date(2026, 8, 31), until=date(2026, 8, 10))

    assert [day.standing for day in log.days[:4]] == [
        Standing.COMPLIES,
        Standing.EXCEEDS,
        Standing.INCOMPLETE,
        Standing.INCOMPLETE,
    ]
    assert (log.flow.shown, log.flow.missing, log.flow.exceeding) == ("2 dari 10", 7, 1)
    assert (log.ph.shown, log.ph.standing) == ("1 dari 10", Standing.EXCEEDS)


def test_production_is_entered_after_its_month_and_corrected_with_a_reason(holder: Holder) -> None:
    def produce(tons: str, month: date = date(2026, 7, 1), reason: str = "") -> Production:
        return enter_production(
            holder.discharge, month=month, tons=number(tons), by=holder.person, at=AUGUST, reason=reason
        )

    assert produce("620").tons == 620
    with pytest.raises(Refused, match="belum selesai"):
        produce("1", date(2026, 8, 1))
    with pytest.raises(Refused, match="Tidak ada izin"):
        produce("1", date(2026, 6, 1))
    with pytest.raises(Refused, match="alasan perbaikannya"):
        produce("640")
    assert produce("640", reason="Stok akhir dihitung ulang").version == 2
    assert [row.tons for row in holder.discharge.production.filter(current=True)] == [640]


def test_a_form_sent_twice_is_answered_once(holder: Holder) -> None:
    stamp = Stamp(key="satu", body="isi")
    enter(holder, entry(holder, FIRST_OF_AUGUST, "1200"), moment=AUGUST, stamp=stamp)
    with pytest.raises(AlreadyDone):
        enter(holder, entry(holder, FIRST_OF_AUGUST, "1300"), stamp=stamp)
    assert Reading.objects.count() == 1

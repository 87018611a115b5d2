"""What instruments send within a day: kept once a moment; the day's log follows when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from muara.audit.actions import record
from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, NotYours, Refused, act, act_for_applicant
from muara.cases.rules import Doing
from muara.compliance.actions.readings import PLACES, Entry, Unfit, enter_readings, unfit, why_not_that_day
from muara.compliance.arithmetic.measured import exactly
from muara.compliance.arithmetic.measuring import Sent, Series, day_of, kept
from muara.compliance.models import Discharge, Logger, Measurement, Point, Reading, Source
from muara.compliance.rules import application_of
from muara.documents.indonesian import tanggal
from muara.people.models import WITA, office_day
from muara.people.queries import logger_share

AHEAD = timedelta(minutes=5)  # an instrument's clock may be a little fast
LOOKED_BACK = 7  # days for which the clock derives what nobody asked for
OTHERWISE = "sudah ada dengan nilai lain. Bacaan alat tidak diubah; perbaiki catatan hariannya dengan alasan."
GREW = "Bacaan alat ukur bertambah"


@dataclass(frozen=True, slots=True)
class Sending:
    """One reading as it was sent: flow as m³/day. `place` says where it stood."""

    at: datetime
    flow: Decimal | None = None
    ph: Decimal | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """How a day stands: its flow and its pH, each with what is there and what was expected."""

    day: date
    flow: Series
    ph: Series
    rows: Sequence[Measurement] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of sending: new readings, those that were there already, and the days that they are of."""

    new: int
    unchanged: int
    days: tuple[Measured, ...]


def measure(logger: Logger, sent: Sequence[Sending], *, at: datetime) -> Taken:
    """Keep what an instrument sends of its own point, all or nothing, each moment once.

    A day that is over then gets its log, or a new version of it; the running day waits for its end.

    Raises:
        NotYours: whoever connected it may not act for the holder any more.
        Unfit: a moment is in the future or outside of the permit, a value can be no measurement, or the
            moment was sent with other values.
    """
    point, discharge = logger.point, logger.point.discharge
    with act(NO_FORM):
        act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=logger.made_by, at=at)
        Discharge.objects.select_for_update().get(pk=discharge.pk)
        if not sent:
            raise Refused("Kirim paling sedikit satu bacaan.")
        if errors := _misfits(point, sent, at=at):
            raise Unfit(errors)
        there = {
            row.at: row for row in Measurement.objects.filter(point=point, at__in=[one.at for one in sent])
        }
        fresh: dict[datetime, Sending] = {}
        for one in sent:
            before = there.get(one.at) or fresh.get(one.at)
            if before is None:
                fresh[one.at] = one
            elif (before.flow, before.ph) != (one.flow, one.ph):
                raise Unfit({one.place: f"Bacaan pukul {one.at.astimezone(WITA):%H.%M} {OTHERWISE}"})
        Measurement.objects.bulk_create(
            [
                Measurement(
                    point=point,
                    logger=logger,
                    at=one.at,
                    day=office_day(one.at),
                    flow=one.flow,
                    ph=one.ph,
                    received_at=at,
                )
                for one in fresh.values()
            ],
            batch_size=500,
        )
        days = sorted({office_day(one.at) for one in sent})
        for day in {office_day(one.at) for one in fresh.values()}:
            derive(point, day, at=at)
        return Taken(len(fresh), len(sent) - len(fresh), tuple(measured(point, day) for day in days))


def _misfits(point: Point, sent: Iterable[Sending], *, at: datetime) -> dict[str, str]:
    grants, today = list(point.discharge.grants.all()), office_day(at)
    errors: dict[str, str] = {}
    for one in sent:
        day = office_day(one.at)
        if one.at > at + AHEAD:
            errors[one.place] = "Waktunya belum tiba. Periksa jam dan zona waktu alat."
        elif point.closed_on is not None and day >= point.closed_on:
            errors[one.place] = f"{point.name} ditutup pada {tanggal(point.closed_on)}."
        elif why := why_not_that_day(grants, day, today=max(day, today)):
            errors[one.place] = why
        elif one.flow is None and one.ph is None:
            errors[one.place] = "Isi debit atau pH."
        else:
            values = Entry(point.pk, day, one.flow, one.ph, place=one.place)
            errors |= {f"{one.place}.{name}": why for name, why in unfit(values).items()}
    return errors


def measured(point: Point, day: date) -> Measured:
    """How a day of a point stands by its instruments' readings."""
    rows = list(Measurement.objects.filter(point=point, day=day).select_related("logger").order_by("at"))
    every = min((row.logger.every for row in rows), default=60)
    sent = [Sent(_minute(row.at), row.flow, row.ph) for row in rows]
    flow, ph = day_of(sent, every=every, share=logger_share(on=day))
    return Measured(day, flow, ph, rows)


def _minute(moment: datetime) -> int:
    local = moment.astimezone(WITA)
    return local.hour * 60 + local.minute


def derive(point: Point, day: date, *, at: datetime) -> Reading | None:
    """Write the log of a day that is over from its readings; None where nothing is to be written.

    What a person entered or corrected stands: no instrument writes over it.
    """
    if day >= office_day(at):
        return None
    found = measured(point, day)
    there = Reading.objects.filter(point=point, day=day, current=True).first()
    if there is not None and there.source != Source.LOGGER:
        return None
    flow, ph = found.flow, found.ph
    entry = Entry(
        point.pk,
        day,
        kept(flow.mean, PLACES["flow"]) if flow.mean and flow.is_complete else None,
        kept(ph.mean, PLACES["ph"]) if ph.mean and ph.is_complete else None,
        place=day.isoformat(),
        ph_low=ph.low if ph.is_complete else None,
        ph_high=ph.high if ph.is_complete else None,
    )
    if entry.is_empty:
        return None
    by = found.rows[-1].logger.made_by
    with act(NO_FORM):
        done = enter_readings(
            point.discharge,
            [entry],
            by=by,
            at=at,
            reason=GREW if there else "",
            sure=True,
            source=Source.LOGGER,
        )
        if not (done.new or done.corrected):
            return None
        told = [[row.at.isoformat(), _told(row.flow), _told(row.ph)] for row in found.rows]
        record(
            chain=point.discharge.chain,
            verb="measurements.seal",
            by_id=by.pk,
            at=at,
            facts={
                "point": point.pk,
                "day": day.isoformat(),
                "count": len(found.rows),
                "rows": digest(canonical({"rows": told})),
            },
        )
    return Reading.objects.get(point=point, day=day, current=True)


def _told(value: Decimal | None) -> str:
    return "" if value is None else exactly(value)


def derive_days(*, at: datetime) -> Iterator[Reading]:
    """Write the logs of the last days that ended with readings and without a log (the tick)."""
    today = office_day(at)
    since = today - timedelta(days=LOOKED_BACK)
    days = Measurement.objects.filter(day__gte=since, day__lt=today).order_by()
    logged = set(
        Reading.objects.filter(day__gte=since, day__lt=today, current=True).values_list("point", "day")
    )
    points = {row.pk: row for row in Point.objects.filter(measurements__day__gte=since).distinct()}
    for point, day in days.values_list("point", "day").distinct():
        if (point, day) in logged:
            continue
        try:
            made = derive(points[point], day, at=at)
        except (NotYours, Refused):
            continue  # whoever connected it left, or the permit ended: people see the gap
        if made is not None:
            yield made

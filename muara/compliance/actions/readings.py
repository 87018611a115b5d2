"""The daily log and the monthly production: entered, completed, corrected with a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from muara.audit.actions import record
from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.rules import Doing
from muara.cases.terms import PointKind
from muara.compliance.arithmetic.limits import FLOW, PH, in_force, parameter
from muara.compliance.arithmetic.measured import exactly
from muara.compliance.arithmetic.plausible import CONSTANT, impossible, questions
from muara.compliance.models import Discharge, Grant, Production, Reading, Source
from muara.compliance.rules import application_of
from muara.documents.indonesian import tanggal
from muara.people.models import User, office_day

DAY = timedelta(days=1)
PLACES = {"flow": 4, "ph": 3}
MOST_FLOW = Decimal(10) ** 9  # m³ a day: more than the Mahakam carries
COMPLETED = "Melengkapi catatan hari ini"
AT_ONCE = 500  # rows in one statement


@dataclass(frozen=True, slots=True)
class Entry:
    """What is logged of a day at a point: flow in m³ that day, pH. `place` says where it was typed.

    An instrument also tells the lowest and highest pH of the day.
    """

    point: int
    day: date
    flow: Decimal | None = None
    ph: Decimal | None = None
    place: str = ""
    ph_low: Decimal | None = None
    ph_high: Decimal | None = None

    @property
    def is_empty(self) -> bool:
        return self.flow is None and self.ph is None


class Unfit(Refused):
    """Entries that cannot be kept: `errors` has a sentence for each place, and nothing was changed.

    A place is an entry's own, or one of its values: "d01", "d01.flow", "d01.ph".
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(next(iter(errors.values())))
        self.errors = dict(errors)


class NeedsReason(Unfit):
    """Entries that contradict what was logged before, and no reason was given."""


class Asked(Refused):
    """Entries that may be right and look odd: `questions` by place, to be answered by saying so again."""

    def __init__(self, questions: Mapping[str, Sequence[str]]) -> None:
        super().__init__("Ada isian yang perlu dipastikan.")
        self.questions = {place: list(asked) for place, asked in questions.items()}


@dataclass(frozen=True, slots=True)
class Kept:
    """What came of entries: new days, corrected or completed ones, and those that say nothing new."""

    new: int
    corrected: int
    unchanged: int


def why_not_that_day(grants: Iterable[Grant], day: date, *, today: date) -> str:
    """Why nothing can be logged of a day, as a sentence; empty where it can."""
    if day > today:
        return f"{tanggal(day)} belum tiba. Isi hari yang sudah atau sedang berjalan."
    grants = list(grants)
    if any(grant.starts <= day <= grant.ends for grant in grants):
        return ""
    ended = [grant for grant in grants if grant.ends < day]
    if not ended:
        return f"Izin belum berlaku pada {tanggal(day)}."
    last = max(ended, key=lambda grant: grant.ends)
    why = f" ({last.end_reason})" if last.end_reason else ""
    return f"Izin tidak berlaku lagi pada {tanggal(day)}: hari terakhirnya {tanggal(last.ends)}{why}."


def enter_readings(
    discharge: Discharge,
    entries: Sequence[Entry],
    *,
    by: User,
    at: datetime,
    reason: str = "",
    sure: bool = False,
    source: Source = Source.FORM,
    stamp: Stamp = NO_FORM,
) -> Kept:
    """Keep what was logged, all or nothing.

    A value that is already there is kept once, however often it comes; a blank beside it completes the day;
    another value is a correction, which needs `reason` and leaves the earlier version where it is. `sure`
    answers the plausibility questions.

    Raises:
        Unfit: a day is in the future or outside of the permit, a value can be no measurement, a point is not
            one of compliance, or a correction has no reason. Asked: see `sure`. NotYours, Refused: a power
            does not cover it.
    """
    with act(stamp):
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        discharge = Discharge.objects.select_for_update().get(pk=discharge.pk)
        entries = [entry for entry in entries if not entry.is_empty]
        if not entries:
            raise Refused("Isi paling sedikit satu nilai.")
        if errors := _misfits(discharge, entries, today=office_day(at)):
            raise Unfit(errors)
        before = _current(entries)
        fresh = [entry for entry in entries if _says_more(entry, before.get((entry.point, entry.day)))]
        _demand_reason(fresh, before, reason)
        if not sure and (asked := questions_about(discharge, fresh)):
            raise Asked(asked)
        kept = _keep(fresh, before, reason=reason.strip(), source=source, by=by, at=at)
        if not fresh:
            return Kept(0, 0, unchanged=len(entries))
        told = [[entry.point, entry.day.isoformat(), _told(entry.flow), _told(entry.ph)] for entry in fresh]
        record(
            chain=discharge.chain,
            verb="readings.correct" if kept.corrected else "readings.enter",
            by_id=by.pk,
            at=at,
            facts={
                "new": kept.new,
                "corrected": kept.corrected,
                "source": source.value,
                "rows": digest(canonical({"rows": told})),
                **by_power(power),
            },
            note=reason.strip(),
            key=stamp.key,
            body=stamp.body,
        )
        return Kept(kept.new, kept.corrected, unchanged=len(entries) - len(fresh))


@dataclass(frozen=True, slots=True)
class Value:
    """What an entry would make of one value: `old` and `new` are None where there is none."""

    point: str
    day: date
    name: str  # "debit (m³/hari)", "pH"
    old: Decimal | None
    new: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """What would come of entries, without keeping any."""

    new: int = 0
    corrected: int = 0
    unchanged: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)
    questions: Mapping[str, Sequence[str]] = field(default_factory=dict)
    changes: Sequence[Value] = ()  # what stands otherwise in the log
    additions: Sequence[Value] = ()  # what the log does not have yet


def preview_readings(discharge: Discharge, entries: Sequence[Entry], *, at: datetime) -> Preview:
    """Judge entries as `enter_readings` would; `corrected` are those that need a reason."""
    if not entries:
        return Preview()
    if errors := _misfits(discharge, entries, today=office_day(at)):
        return Preview(errors=errors)
    before = _current(entries)
    pairs = [(entry, before.get((entry.point, entry.day))) for entry in entries]
    fresh = [entry for entry, there in pairs if _says_more(entry, there)]
    corrected = sum(_contradicts(entry, there) for entry, there in pairs)
    values = list(_values(discharge, pairs))
    return Preview(
        new=len(fresh) - corrected,
        corrected=corrected,
        unchanged=len(entries) - len(fresh),
        questions=questions_about(discharge, fresh),
        changes=[one for one in values if one.old is not None],
        additions=[one for one in values if one.old is None],
    )


def _values(discharge: Discharge, pairs: Iterable[tuple[Entry, Reading | None]]) -> Iterator[Value]:
    """The values that entries would write, by day and point."""
    names = dict(discharge.points.values_list("pk", "name"))
    for entry, there in sorted(pairs, key=lambda pair: (pair[0].day, names.get(pair[0].point, ""))):
        for name, new, old in (
            ("debit (m³/hari)", entry.flow, there.flow if there else None),
            ("pH", entry.ph, there.ph if there else None),
        ):
            if new is not None and new != old:
                yield Value(names.get(entry.point, ""), entry.day, name, old, new)


def _told(value: Decimal | None) -> str:
    return "" if value is None else exactly(value)


def _misfits(discharge: Discharge, entries: Sequence[Entry], *, today: date) -> dict[str, str]:
    """Why entries cannot be kept, by their places; empty where all can."""
    points = {row.pk: row for row in discharge.points.filter(kind=PointKind.COMPLIANCE)}
    grants = list(discharge.grants.all())
    errors: dict[str, str] = {}
    seen: set[tuple[int, date]] = set()
    for entry in entries:
        key = (entry.point, entry.day)
        point = points.get(entry.point)
        if point is None:
            errors[entry.place] = "Titik ini bukan titik penaatan izin Anda. Pilih titik penaatan."
        elif point.closed_on is not None and entry.day >= point.closed_on:
            errors[entry.place] = f"{point.name} ditutup pada {tanggal(point.closed_on)}."
        elif key in seen:
            errors[entry.place] = f"{point.name} tanggal {tanggal(entry.day)} tertulis dua kali."
        elif why := why_not_that_day(grants, entry.day, today=today):
            errors[entry.place] = why
        else:
            errors |= {f"{entry.place}.{name}": why for name, why in unfit(entry).items()}
        seen.add(key)
    return errors


def unfit(entry: Entry) -> dict[str, str]:
    """Why values of an entry can be no measurement: a sentence each."""
    found = {}
    for name, value in (("flow", entry.flow), ("ph", entry.ph)):
        if value is None:
            continue
        if why := impossible(value, parameter(FLOW if name == "flow" else PH)):
            found[name] = why
        elif name == "flow" and value >= MOST_FLOW:
            found[name] = f"Debit {exactly(value)} m³/hari tidak mungkin. Periksa satuannya."
        elif value != round(value, PLACES[name]):
            found[name] = (
                f"Tulis {exactly(value)} dengan paling banyak {PLACES[name]} angka di belakang koma."
            )
    return found


def _current(entries: Sequence[Entry]) -> dict[tuple[int, date], Reading]:
    days = [entry.day for entry in entries]
    rows = Reading.objects.filter(
        point__in={entry.point for entry in entries}, day__range=(min(days), max(days)), current=True
    )
    return {(row.point_id, row.day): row for row in rows}


def _says_more(entry: Entry, before: Reading | None) -> bool:
    if before is None:
        return True
    return any(
        value is not None and value != there
        for value, there in (
            (entry.flow, before.flow),
            (entry.ph, before.ph),
            (entry.ph_low, before.ph_low),
            (entry.ph_high, before.ph_high),
        )
    )


def _contradicts(entry: Entry, before: Reading | None) -> bool:
    if before is None:
        return False
    return any(
        value is not None and there is not None and value != there
        for value, there in ((entry.flow, before.flow), (entry.ph, before.ph))
    )


def _demand_reason(entries: Sequence[Entry], before: Mapping[tuple[int, date], Reading], reason: str) -> None:
    if reason.strip():
        return
    errors = {
        entry.place: f"{tanggal(entry.day)} sudah dicatat dengan nilai lain ({told(there)}). Tuliskan alasan "
        "perbaikannya."
        for entry in entries
        if (there := before.get((entry.point, entry.day))) is not None and _contradicts(entry, there)
    }
    if errors:
        raise NeedsReason(errors)


def told(reading: Reading) -> str:
    """A day's log in words: "debit 1.200 m³/hari, pH 7,1"."""
    flow = f"debit {exactly(reading.flow)} m³/hari" if reading.flow is not None else ""
    ph = f"pH {exactly(reading.ph)}" if reading.ph is not None else ""
    return ", ".join(part for part in (flow, ph) if part)


def questions_about(discharge: Discharge, entries: Sequence[Entry]) -> dict[str, list[str]]:
    """What to ask about entries that could be right: by place, each against the days around it."""
    if not entries:
        return {}
    first, last = min(entry.day for entry in entries), max(entry.day for entry in entries)
    others: dict[tuple[int, str], dict[date, Decimal]] = {}
    rows = Reading.objects.filter(
        point__in={entry.point for entry in entries},
        day__range=(first - DAY * CONSTANT, last),
        current=True,
    )
    logged = [(row.point_id, row.day, row.flow, row.ph) for row in rows]
    logged += [(entry.point, entry.day, entry.flow, entry.ph) for entry in entries]
    for point, day, flow, ph in logged:
        for name, value in (("flow", flow), ("ph", ph)):
            if value is not None:
                others.setdefault((point, name), {})[day] = value
    limits = [row.value for row in discharge.limits.filter(parameter=FLOW).overlapping(first, last)]
    asked: dict[str, list[str]] = {}
    for entry in entries:
        limit = in_force(limits, FLOW, entry.day)
        for name, label, value in (("flow", "Debit", entry.flow), ("ph", "pH", entry.ph)):
            if value is not None:
                found = questions(
                    value,
                    name=label,
                    day=entry.day,
                    others=others[entry.point, name],
                    most=limit.high if limit and name == "flow" else None,
                )
                if found:
                    asked[f"{entry.place}.{name}"] = found
    return asked


def _keep(
    entries: Sequence[Entry],
    before: Mapping[tuple[int, date], Reading],
    *,
    reason: str,
    source: Source,
    by: User,
    at: datetime,
) -> Kept:
    new, corrected = [], 0
    old: list[int] = []
    for entry in entries:
        there = before.get((entry.point, entry.day))
        if there is not None:
            old.append(there.pk)
            corrected += 1
        seen = there if there is not None and _same_ph(entry, there) else entry
        new.append(
            Reading(
                point_id=entry.point,
                day=entry.day,
                flow=entry.flow if entry.flow is not None or there is None else there.flow,
                ph=entry.ph if entry.ph is not None or there is None else there.ph,
                ph_low=seen.ph_low,
                ph_high=seen.ph_high,
                version=there.version + 1 if there else 1,
                source=source,
                by=by,
                at=at,
                reason="" if there is None else reason if _contradicts(entry, there) else COMPLETED,
            )
        )
    for start in range(0, len(old), AT_ONCE):
        Reading.objects.filter(pk__in=old[start : start + AT_ONCE]).update(current=None)
    Reading.objects.bulk_create(new, batch_size=AT_ONCE)
    return Kept(new=len(new) - corrected, corrected=corrected, unchanged=0)


def _same_ph(entry: Entry, there: Reading) -> bool:
    """The day's pH stays what it was, so what the instrument saw of it stays too."""
    return entry.ph_low is None and entry.ph in (None, there.ph)


def enter_production(
    discharge: Discharge,
    *,
    month: date,
    tons: Decimal,
    by: User,
    at: datetime,
    reason: str = "",
    stamp: Stamp = NO_FORM,
) -> Production:
    """Keep a month's production in tons; another value for the same month is a correction with a reason.

    Raises:
        Refused: the month is not over, no permit held in it, or a correction has no reason.
    """
    first = month.replace(day=1)
    last = (first + DAY * 31).replace(day=1) - DAY
    with act(stamp):
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        discharge = Discharge.objects.select_for_update().get(pk=discharge.pk)
        if last >= office_day(at):
            raise Refused("Bulan ini belum selesai. Isi produksinya sesudah bulan berakhir.", "month")
        if not discharge.grants.filter(starts__lte=last, ends__gte=first).exists():
            raise Refused("Tidak ada izin yang berlaku pada bulan itu.", "month")
        if tons < 0 or tons >= MOST_FLOW or tons != round(tons, 4):
            raise Refused(
                "Isi produksi dalam ton, nol atau lebih, paling banyak empat angka desimal.", "tons"
            )
        there = discharge.production.filter(month=first, current=True).first()
        if there is not None and there.tons == tons:
            return there
        if there is not None and not reason.strip():
            raise Refused(
                f"Produksi bulan ini sudah dicatat {exactly(there.tons)} ton. Tuliskan alasan perbaikannya.",
                "reason",
            )
        if there is not None:
            discharge.production.filter(pk=there.pk).update(current=None)
        made = Production.objects.create(
            discharge=discharge,
            month=first,
            tons=tons,
            version=there.version + 1 if there else 1,
            by=by,
            at=at,
            reason=reason.strip() if there else "",
        )
        record(
            chain=discharge.chain,
            verb="production.enter",
            by_id=by.pk,
            at=at,
            facts={"month": first.isoformat(), "tons": exactly(tons), **by_power(power)},
            note=made.reason,
            key=stamp.key,
            body=stamp.body,
        )
        return made

"""From a permit's terms to points, limits and obligations; a changed permit changes only what differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction

from muara.audit.actions import record
from muara.cases import terms as words
from muara.cases.actions import Refused
from muara.cases.terms import LimitKind, PointKind, Terms, read_terms
from muara.compliance.arithmetic.limits import FLOW, parameter_key
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.arithmetic.schedule import Duty, duties
from muara.compliance.arithmetic.units import M3_PER_DAY, read_unit
from muara.compliance.models import Discharge, Grant, Limit, Obligation, Point
from muara.compliance.rules import has_data
from muara.people.models import User, office_day
from muara.permits.models import Permit
from muara.sop.values import ValueRefused

DAY = timedelta(days=1)
UNDER_THE_PERMIT = "Tertulis dalam izin"


@dataclass(frozen=True, slots=True)
class Laid:
    """What came of laying obligations: how many are new, stand as before, and were voided."""

    discharge: Discharge
    made: int
    kept: int
    voided: int


@transaction.atomic
def obligations_for(permit: Permit, *, terms: Terms, at: datetime, by: User | None = None) -> Laid:
    """Lay the obligations of a permit that is being issued, in the transaction of its issue.

    A renewal or change of a permit that is followed already goes on with its discharge: what it asks for
    as before stands, what differs is laid anew, and what it does not ask for any more is void.
    """
    earlier = Grant.objects.filter(permit=permit.replaces_id).select_related("discharge").first()
    discharge = _locked(earlier.discharge) if earlier else _new_discharge(permit, at=at)
    why = f"Diganti izin nomor {permit.number.text}"
    if earlier is not None:
        _end(earlier, last=permit.issued_on - DAY, why=why, at=at)
    grant = Grant.objects.create(
        discharge=discharge,
        permit=permit,
        terms=terms.data(),
        starts=permit.issued_on,
        ends=permit.expires_on,
    )
    return _lay(grant, terms, starts=grant.starts, why=why, by=by, at=at)


@transaction.atomic
def regenerate(
    permit: Permit, *, terms: Terms, reason: str, at: datetime, by: User | None = None, on: date | None = None
) -> Laid:
    """Lay the obligations of an issued permit anew from changed terms, from a day on (today).

    Raises:
        Refused: no reason was given, or the permit's obligations ended.
    """
    if not reason.strip():
        raise Refused("Tuliskan alasan kewajiban diubah.", "reason")
    grant = _grant(permit)
    day = on or office_day(at)
    if grant.ends < day:
        raise Refused("Izin ini sudah tidak berlaku, jadi kewajibannya tidak dapat diubah lagi.")
    day = max(day, grant.starts)
    grant.terms = terms.data()
    grant.save(update_fields=["terms"])
    return _lay(grant, terms, starts=day, why=reason.strip(), by=by, at=at)


@transaction.atomic
def void_obligations(
    permit: Permit, reason: str, *, at: datetime, by: User | None = None, on: date | None = None
) -> int:
    """End a revoked permit's obligations: from a day on (today) nothing more falls due or is logged.

    What fell due before still does. Returns how many were voided; 0 for a permit whose obligations are not
    followed here.

    Raises:
        Refused: no reason was given.
    """
    if not reason.strip():
        raise Refused("Tuliskan alasan kewajiban berakhir.", "reason")
    if not Grant.objects.filter(permit=permit).exists():
        return 0
    grant = _grant(permit)
    last = (on or office_day(at)) - DAY
    _end(grant, last=last, why=reason.strip(), at=at)
    standing = list(grant.discharge.obligations.standing().filter(ends__gt=last))
    _void(standing, last=last, why=reason.strip(), at=at)
    _record(grant, "obligations.void", by=by, at=at, facts={"last": last.isoformat()}, note=reason.strip())
    return len(standing)


@transaction.atomic
def designate(point: Point, *, use: Use, ecosystem: Ecosystem | None, by: User | None, at: datetime) -> Point:
    """Say what the sea at a monitoring point is designated for: its seawater standard follows from it.

    Raises:
        Refused: it is no monitoring point.
    """
    if point.kind != PointKind.SEA:
        raise Refused("Peruntukan hanya untuk titik pantau air laut.", "use")
    point.use, point.ecosystem = use.value, ecosystem.value if ecosystem else ""
    point.save(update_fields=["use", "ecosystem"])
    record(
        chain=point.discharge.chain,
        verb="point.designate",
        by_id=by.pk if by else None,
        at=at,
        facts={"point": point.pk, "use": point.use, "ecosystem": point.ecosystem},
    )
    return point


@transaction.atomic
def remove_point(point: Point, *, by: User, at: datetime) -> None:
    """Take away a point that was entered by mistake.

    Raises:
        Refused: it has data, or obligations and limits stand for it; it is closed instead.
    """
    if has_data(point):
        raise Refused(
            f"{point.name} sudah mempunyai data, jadi tidak dapat dihapus. Titik ini hanya dapat ditutup "
            "melalui perubahan izin."
        )
    if point.obligations.exists() or point.limits.exists():
        raise Refused(f"{point.name} tertulis dalam izin, jadi tidak dapat dihapus.")
    facts = {"point": point.pk, "name": point.name}
    record(chain=point.discharge.chain, verb="point.remove", by_id=by.pk, at=at, facts=facts)
    point.delete()


def _new_discharge(permit: Permit, *, at: datetime) -> Discharge:
    application = permit.case.application
    return Discharge.objects.create(
        company_id=application.company_id, service=application.service, created_at=at
    )


def _locked(discharge: Discharge) -> Discharge:
    return Discharge.objects.select_for_update().get(pk=discharge.pk)


def _grant(permit: Permit) -> Grant:
    found = Grant.objects.filter(permit=permit).select_related("discharge", "permit__number").first()
    if found is None:
        raise Refused("Izin ini belum mempunyai kewajiban yang dipantau.")
    _locked(found.discharge)
    return found


def _end(grant: Grant, *, last: date, why: str, at: datetime) -> None:
    if grant.ends > last:
        grant.ends, grant.ended_at, grant.end_reason = last, at, why[:300]
        grant.save(update_fields=["ends", "ended_at", "end_reason"])


def _lay(grant: Grant, terms: Terms, *, starts: date, why: str, by: User | None, at: datetime) -> Laid:
    points = _lay_points(grant.discharge, terms, starts=starts)
    _lay_limits(grant, terms, starts=starts)
    wanted = {duty.key: duty for duty in duties(terms)}
    found = {_key(row): row for row in _standing(grant.discharge, on=starts)}
    gone = [row for key, row in found.items() if key not in wanted]
    kept = [row for key, row in found.items() if key in wanted]
    _void(gone, last=starts - DAY, why=why, at=at)
    for row in kept:
        row.ends = grant.ends
    Obligation.objects.bulk_update(kept, ["ends"])
    made = [
        _obligation(grant, duty, points, starts=starts, at=at)
        for key, duty in wanted.items()
        if key not in found
    ]
    Obligation.objects.bulk_create(made)
    laid = Laid(grant.discharge, made=len(made), kept=len(kept), voided=len(gone))
    facts = {"made": laid.made, "kept": laid.kept, "voided": laid.voided, "starts": starts.isoformat()}
    _record(grant, "obligations.lay", by=by, at=at, facts=facts, note=why if gone else "")
    return laid


def _standing(discharge: Discharge, *, on: date) -> list[Obligation]:
    """The obligations that a new day goes on with: those that held the day before at least."""
    rows = discharge.obligations.standing().filter(ends__gte=on - DAY)
    return list(rows.select_related("point"))


def _key(row: Obligation) -> tuple[str, str, str, str, str]:
    point = " ".join(row.point.name.split()).casefold() if row.point else ""
    return (row.kind, row.frequency, point, row.parameter, row.wording)


def _obligation(
    grant: Grant, duty: Duty, points: Mapping[tuple[PointKind, str], Point], *, starts: date, at: datetime
) -> Obligation:
    kind = PointKind.SEA if duty.kind == "sea_test" else PointKind.COMPLIANCE
    return Obligation(
        discharge=grant.discharge,
        permit=grant.permit,
        kind=duty.kind,
        frequency=duty.frequency,
        point=points[kind, duty.key[2]] if duty.point else None,
        parameter=duty.key[3],
        wording=duty.wording,
        starts=starts,
        ends=grant.ends,
        made_at=at,
    )


def _void(rows: Iterable[Obligation], *, last: date, why: str, at: datetime) -> None:
    rows = list(rows)
    for row in rows:
        row.ends, row.voided_at, row.void_reason = last, at, why[:300]
    Obligation.objects.bulk_update(rows, ["ends", "voided_at", "void_reason"])


def _lay_points(discharge: Discharge, terms: Terms, *, starts: date) -> dict[tuple[PointKind, str], Point]:
    """Enter the points that the permit names, move those that it places elsewhere, close the others."""
    there = {(PointKind(row.kind), _squeezed(row.name)): row for row in discharge.points.all()}
    named: dict[tuple[PointKind, str], Point] = {}
    for point in terms.points:
        key = (point.kind, _squeezed(point.name))
        row = there.get(key) or Point(discharge=discharge, kind=point.kind, name=point.name)
        row.latitude, row.longitude = Decimal(point.latitude), Decimal(point.longitude)
        row.closed_on = None
        row.save()
        named[key] = row
    gone = [row.pk for key, row in there.items() if key not in named and row.closed_on is None]
    Point.objects.filter(pk__in=gone).update(closed_on=starts)
    return named


def _squeezed(name: str) -> str:
    return " ".join(name.split()).casefold()


def _lay_limits(grant: Grant, terms: Terms, *, starts: date) -> None:
    """Enter the limits that the permit sets; a changed one ends the day before, an equal one goes on."""
    wanted: dict[str, Limit] = {}
    for row in _limits(grant, terms, starts=starts):
        # Two names of one parameter ("H2S", "Sulfida"): both bind, so the stricter maximum does.
        other = wanted.get(row.parameter)
        if other is None or (row.high is not None and (other.high is None or row.high < other.high)):
            wanted[row.parameter] = row
    open_ones = grant.discharge.limits.filter(point=None).overlapping(starts, date.max)
    for row in open_ones:
        new = wanted.get(row.parameter)
        if new is not None and _same(row, new):
            del wanted[row.parameter]
            if row.valid_to is not None:
                row.valid_to = None
                row.save(update_fields=["valid_to"])
        elif row.valid_from >= starts:
            row.delete()  # it never held
        else:
            row.valid_to = starts - DAY
            row.save(update_fields=["valid_to"])
    Limit.objects.bulk_create(wanted.values())


def _limits(grant: Grant, terms: Terms, *, starts: date) -> list[Limit]:
    common = {"discharge": grant.discharge, "permit": grant.permit, "valid_from": starts}
    rows = [_limit(limit, common) for limit in terms.limits]
    if terms.flow_per_day:
        flow = words.Limit(parameter="Debit", kind=LimitKind.MOST, unit=M3_PER_DAY, high=terms.flow_per_day)
        rows = [row for row in rows if row.parameter != FLOW]
        rows.append(_limit(flow, common))
    return rows


def _limit(limit: words.Limit, common: Mapping[str, object]) -> Limit:
    low, high, load = (Decimal(text) if text else None for text in (limit.low, limit.high, limit.load))
    return Limit(
        **common,
        parameter=parameter_key(limit.parameter),
        name=limit.parameter[:120],
        kind=limit.kind,
        unit=_unit(limit.unit),
        low=low,
        high=high,
        load_per_day=load,
        basis=(limit.basis or UNDER_THE_PERMIT)[:300],
    )


def _unit(text: str) -> str:
    """A unit as Muara writes it; one that it cannot read stays as it is, and is never converted."""
    try:
        return read_unit(text)
    except ValueRefused:
        return text.strip()[:20]


SAME = ("kind", "unit", "low", "high", "load_per_day", "load_per_ton")


def _same(one: Limit, other: Limit) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in SAME)


def terms_of(grant: Grant) -> Terms:
    """The terms that a grant's obligations were read off."""
    return read_terms(grant.terms)


def _record(
    grant: Grant, verb: str, *, by: User | None, at: datetime, facts: Mapping[str, object], note: str = ""
) -> None:
    record(
        chain=grant.discharge.chain,
        verb=verb,
        by_id=by.pk if by else None,
        at=at,
        facts={"permit": grant.permit.number.text, **facts},
        note=note,
    )

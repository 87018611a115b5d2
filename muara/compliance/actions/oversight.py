"""Ruling on what was detected, and incident reports (PP 22/2021, Pasal 263: within 24 hours)."""

from __future__ import annotations

from datetime import datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.rules import Doing
from muara.compliance.detection import Detected
from muara.compliance.models import Discharge, Finding, FollowUp, Incident, Point
from muara.compliance.notices import tell_incident
from muara.compliance.rules import agency_that_reviews, application_of
from muara.people.models import User

Outcome = Finding.Outcome


def rule(
    discharge: Discharge,
    thing: Detected,
    *,
    outcome: Finding.Outcome,
    reason: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Finding:
    """Confirm or dismiss what was detected, with a reason; a later ruling takes the place of an earlier one.

    Raises:
        NotYours: the person is of no agency that recommended the permit. Refused: there is no reason, it is
            ruled so already, or a warning letter rests on it.
    """
    with act(stamp):
        if agency_that_reviews(by, discharge, at=at) is None:
            raise NotYours
        if not reason.strip():
            raise Refused("Tuliskan alasannya.", "reason")
        Discharge.objects.select_for_update().get(pk=discharge.pk)
        before = Finding.objects.standing().filter(discharge=discharge, key=thing.key).first()
        if before is not None:
            if before.outcome == outcome:
                raise Refused(f"Temuan ini sudah {before.get_outcome_display()}.")
            if before.warnings.filter(dropped_at=None).exists():
                raise Refused("Surat teguran memuat temuan ini, jadi putusannya tidak dapat diubah.")
            Finding.objects.filter(pk=before.pk).update(current=None)
        row = Finding.objects.create(
            discharge=discharge,
            key=thing.key,
            kind=thing.kind,
            point=thing.point,
            parameter=thing.parameter,
            day=thing.day,
            told=thing.told[:300],
            outcome=outcome,
            reason=reason.strip(),
            by=by,
            at=at,
        )
        record(
            chain=discharge.chain,
            verb=f"finding.{outcome.value}",
            by_id=by.pk,
            at=at,
            facts={"finding": row.pk, "of": thing.key},
            note=row.reason,
            key=stamp.key,
            body=stamp.body,
        )
        return row


def report_incident(
    discharge: Discharge,
    *,
    happened_at: datetime,
    known_at: datetime,
    what: str,
    action: str,
    point: Point | None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Incident:
    """Report an abnormal condition or emergency; after more than 24 hours it is told as late.

    Raises:
        Refused: the moments do not follow one another, or something is not told, or a power does not
            cover it. NotYours: the person may not.
    """
    with act(stamp):
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        for field, text, sentence in (
            ("what", what, "Ceritakan apa yang terjadi."),
            ("action", action, "Tuliskan tindakan pertama, misalnya sumbernya dihentikan."),
        ):
            if not text.strip():
                raise Refused(sentence, field)
        if known_at < happened_at:
            raise Refused("Waktu diketahui lebih awal daripada waktu terjadi. Periksa keduanya.", "known_at")
        if known_at > at:
            raise Refused("Waktu diketahui belum tiba. Periksa tanggal dan jamnya.", "known_at")
        row = Incident.objects.create(
            discharge=discharge,
            point=point,
            happened_at=happened_at,
            known_at=known_at,
            what=what.strip(),
            action=action.strip(),
            reported_by=by,
            reported_at=at,
        )
        record(
            chain=discharge.chain,
            verb="incident.report",
            by_id=by.pk,
            at=at,
            facts={"incident": row.pk, "late": row.was_late, **by_power(power)},
            key=stamp.key,
            body=stamp.body,
        )
        tell_incident(row, at=at)
        return row


def follow_up(
    incident: Incident, *, text: str, over: bool, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> FollowUp:
    """Tell what came after an incident, or that it is over.

    Raises:
        Refused: nothing is told, or it is over already. NotYours, Refused: as in `report_incident`.
    """
    with act(stamp):
        power = act_for_applicant(application_of(incident.discharge), doing=Doing.REPORT, by=by, at=at)
        incident = Incident.objects.select_for_update().get(pk=incident.pk)
        if not text.strip():
            raise Refused("Tuliskan tindak lanjutnya.", "text")
        if incident.follow_ups.filter(over=True).exists():
            raise Refused("Kejadian ini sudah dinyatakan pulih. Laporkan kejadian baru bila terulang.")
        row = FollowUp.objects.create(incident=incident, text=text.strip(), over=over, by=by, at=at)
        record(
            chain=incident.discharge.chain,
            verb="incident.follow_up",
            by_id=by.pk,
            at=at,
            facts={"incident": incident.pk, "over": over, **by_power(power)},
            key=stamp.key,
            body=stamp.body,
        )
        return row

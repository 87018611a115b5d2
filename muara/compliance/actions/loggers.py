"""Connecting data loggers by a token, and taking what they send; the same reading twice is kept once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.rules import Doing
from muara.cases.terms import PointKind
from muara.compliance.actions.readings import Entry, Kept, enter_readings
from muara.compliance.models import Discharge, Logger, Point, Source
from muara.compliance.rules import application_of
from muara.people.models import User

MOST = 10  # of one discharge


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def connect(
    discharge: Discharge,
    *,
    point: Point,
    name: str,
    by: User,
    at: datetime,
    every: int = 60,
    stamp: Stamp = NO_FORM,
) -> tuple[Logger, str]:
    """Connect a logger to a compliance point; the token is told once, here, and never again.

    `every` is how many minutes lie between its readings.

    Raises:
        NotYours, Refused: the person may not, the point is none of compliance, or there are too many.
    """
    with act(stamp):
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        if point.discharge_id != discharge.pk or point.kind != PointKind.COMPLIANCE or point.closed_on:
            raise Refused("Pilih titik penaatan yang masih dipakai.", "point")
        if not name.strip():
            raise Refused("Beri nama alatnya.", "name")
        if not 1 <= every <= 1440:
            raise Refused("Isi selang bacaan dari 1 sampai 1440 menit.", "every")
        if Logger.objects.filter(point__discharge=discharge, revoked_at=None).count() >= MOST:
            raise Refused(f"Paling banyak {MOST} alat. Putuskan yang tidak dipakai lagi.")
        token = secrets.token_urlsafe(32)
        row = Logger.objects.create(
            point=point, name=name.strip(), every=every, digest=_digest(token), made_by=by, made_at=at
        )
        record(
            chain=discharge.chain,
            verb="logger.connect",
            by_id=by.pk,
            at=at,
            facts={"logger": row.pk, "point": point.pk, "digest": row.digest, **by_power(power)},
            key=stamp.key,
            body=stamp.body,
        )
        return row, token


def disconnect(logger: Logger, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Let a token count no more; what it sent stays."""
    with act(stamp):
        discharge = logger.point.discharge
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        if not Logger.objects.filter(pk=logger.pk, revoked_at=None).update(revoked_at=at):
            raise Refused("Alat ini sudah diputus.")
        record(
            chain=discharge.chain,
            verb="logger.disconnect",
            by_id=by.pk,
            at=at,
            facts={"logger": logger.pk, **by_power(power)},
            key=stamp.key,
            body=stamp.body,
        )


def logger_of(token: str) -> Logger | None:
    """The logger that a token is of; None for one that is unknown or was taken back."""
    rows = Logger.objects.filter(digest=_digest(token), revoked_at=None)
    return rows.select_related("point__discharge", "made_by").first()


def log_by_logger(
    logger: Logger, entries: Sequence[Entry], *, at: datetime, reason: str = "", sure: bool = False
) -> Kept:
    """Keep what a logger sends of its own point, by the rules of the form (`enter_readings`)."""
    return enter_readings(
        logger.point.discharge,
        [replace(entry, point=logger.point_id) for entry in entries],
        by=logger.made_by,
        at=at,
        reason=reason,
        sure=sure,
        source=Source.LOGGER,
    )

"""Site visits: planned with the applicant, held, proved by photos and a record both sides sign (10.b–c)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from muara.cases.actions import (
    NO_FORM,
    Moved,
    Refused,
    Stamp,
    act,
    act_for_applicant,
    by_power,
    note_from_outside,
)
from muara.cases.models import (
    Application,
    PowerOfAttorney,
    Referral,
    SiteVisit,
    Task,
    VisitPhoto,
    VisitSample,
)
from muara.cases.rules import COVERED, Doing, shortfall
from muara.documents.models import Blob
from muara.people.models import WITA, User, office_day
from muara.steps.actions.agency import note_of_agency
from muara.steps.letters.agency import visit_form, visit_record
from muara.steps.notices import tell_visit, tell_visit_is_off

PROXY = re.compile(r"\bkuasa\b", re.IGNORECASE)  # in the position of who signs for the applicant


@dataclass(frozen=True, slots=True)
class Side:
    """One who signs the record of a visit: a name and, as what, a position."""

    name: str
    position: str


@dataclass(frozen=True, slots=True)
class Findings:
    """What a visit found, and who signs for each side."""

    held_on: date
    conditions: str
    findings: str
    tests: str
    agency_side: Sequence[Side]
    applicant_side: Sequence[Side]


def open_visit(referral: Referral) -> SiteVisit | None:
    """The visit that is planned and neither reported nor called off."""
    return referral.visits.filter(reported_at=None, cancelled_at=None).first()


def decide_visit(
    task: Task,
    *,
    referral: Referral,
    needed: bool,
    reason: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10.b: the agency decides, for this kind of application, whether the place is visited.

    Raises:
        Refused: no reason, or a visit is planned that must be held or called off first.
    """
    if not reason.strip():
        raise Refused("Tuliskan alasannya.", "reason")
    with act(stamp):
        if not needed and open_visit(referral) is not None:
            raise Refused("Peninjauan sudah direncanakan. Laporkan atau batalkan lebih dahulu.")
        moved = note_of_agency(
            task,
            referral,
            verb="review.need_visit",
            by=by,
            at=at,
            facts={"needed": needed},
            note=reason,
            stamp=stamp,
        )
        referral.visit_needed, referral.visit_reason = needed, reason
        referral.visit_decided_by, referral.visit_decided_at = by, at
        referral.save(update_fields=["visit_needed", "visit_reason", "visit_decided_by", "visit_decided_at"])
        return moved


def plan_visit(
    task: Task,
    *,
    referral: Referral,
    starts_at: datetime,
    place: str,
    purpose: str,
    agreed_with: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Propose time and place to the applicant; another plan takes the place of one that is open.

    With `agreed_with`, whom of the applicant's people the time was agreed with already (by telephone, on the
    spot): nothing is left to answer, and the visit may have been made.

    Raises:
        Refused: the visit was not decided on, the time is past and was agreed with nobody, or place or
            purpose is missing.
    """
    if not place.strip():
        raise Refused("Isi tempat peninjauan.", "place")
    if not purpose.strip():
        raise Refused("Isi tujuan peninjauan.", "purpose")
    if starts_at <= at and not agreed_with.strip():
        raise Refused(
            "Waktu peninjauan harus sesudah sekarang. Bila peninjauannya sudah disepakati atau dilakukan, "
            "isi dengan siapa waktunya disepakati.",
            "starts_at",
        )
    with act(stamp):
        if not referral.visit_needed:
            raise Refused("Putuskan lebih dahulu bahwa peninjauan lapangan diperlukan (langkah 10.b).")
        moved = note_of_agency(
            task,
            referral,
            verb="review.plan_visit",
            by=by,
            at=at,
            facts={"starts_at": starts_at.isoformat(), "place": place, "agreed": bool(agreed_with.strip())},
            note=f"Disepakati dengan {agreed_with.strip()}" if agreed_with.strip() else "",
            stamp=stamp,
        )
        visit = open_visit(referral) or SiteVisit(referral=referral)
        visit.starts_at, visit.place, visit.purpose = starts_at, place, purpose
        visit.planned_by, visit.planned_at = by, at
        visit.agreed_by, visit.agreed_at = (by, at) if agreed_with.strip() else (None, None)
        visit.wish_at = visit.wished_by = None
        visit.wish_reason = ""
        visit.save()
        tell_visit(visit, seq=moved.seq, at=at)
        return moved


def agree_visit(
    visit: SiteVisit,
    *,
    by: User,
    at: datetime,
    shown: PowerOfAttorney | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """The applicant, or the counter for somebody without an account, agrees to time and place.

    `shown` is the power of whoever stands at the counter in the applicant's place.
    """
    with act(stamp):
        moved = _answer(
            visit, verb="review.agree_visit", by=by, at=at, facts={}, note="", shown=shown, stamp=stamp
        )
        visit.agreed_by, visit.agreed_at = by, at
        visit.wish_at, visit.wish_reason, visit.wished_by = None, "", None
        visit.save()
        return moved


def wish_other_time(
    visit: SiteVisit,
    *,
    wish_at: datetime,
    reason: str,
    by: User,
    at: datetime,
    shown: PowerOfAttorney | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """The applicant cannot come then and asks for another time; the agency plans anew (`shown` as above)."""
    if wish_at <= at:
        raise Refused("Waktu yang diusulkan harus sesudah sekarang.", "wish_at")
    if not reason.strip():
        raise Refused("Tuliskan mengapa waktu yang direncanakan tidak dapat.", "reason")
    with act(stamp):
        facts = {"wish_at": wish_at.isoformat()}
        moved = _answer(
            visit, verb="review.wish_visit", by=by, at=at, facts=facts, note=reason, shown=shown, stamp=stamp
        )
        visit.wish_at, visit.wish_reason, visit.wished_by = wish_at, reason, by
        visit.agreed_by = visit.agreed_at = None
        visit.save()
        return moved


def _answer(
    visit: SiteVisit,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: dict[str, str],
    note: str,
    shown: PowerOfAttorney | None,
    stamp: Stamp,
) -> Moved:
    case = visit.referral.case
    power = act_for_applicant(case.application, doing=Doing.VISIT, by=by, at=at, shown=shown)
    task = case.main_task
    if task is None or not visit.is_open:
        raise Refused("Rencana peninjauan ini sudah tidak menunggu jawaban.")
    return note_from_outside(
        task.pk,
        verb=verb,
        by=by,
        at=at,
        facts={"visit": visit.pk, **facts, **by_power(power)},
        note=note,
        stamp=stamp,
    )


def cancel_visit(
    task: Task, *, visit: SiteVisit, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Call a planned visit off, with the reason."""
    if not reason.strip():
        raise Refused("Tuliskan alasan pembatalan.", "reason")
    with act(stamp):
        moved = _of_visit(task, visit, verb="review.cancel_visit", by=by, at=at, note=reason, stamp=stamp)
        visit.cancelled_by, visit.cancelled_at, visit.cancel_reason = by, at, reason
        visit.save(update_fields=["cancelled_by", "cancelled_at", "cancel_reason"])
        tell_visit_is_off(visit, seq=moved.seq, at=at)
        return moved


def _of_visit(
    task: Task,
    visit: SiteVisit,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: dict[str, object] | None = None,
    note: str = "",
    stamp: Stamp,
) -> Moved:
    if not visit.is_open:
        raise Refused("Peninjauan ini sudah dilaporkan atau dibatalkan.")
    said = {"visit": visit.pk, **(facts or {})}
    return note_of_agency(task, visit.referral, verb=verb, by=by, at=at, facts=said, note=note, stamp=stamp)


def add_photo(
    task: Task,
    *,
    visit: SiteVisit,
    blob: Blob | None,
    caption: str,
    taken_at: datetime | None,
    latitude: str = "",
    longitude: str = "",
    place: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Add a photo of the visit, with the time and the place that it was taken at.

    Raises:
        Refused: it is no picture, or does not say when, where or what.
    """
    if blob is None or not blob.media_type.startswith("image/"):
        raise Refused("Unggah foto JPEG atau PNG.", "photo")
    if taken_at is None:
        raise Refused("Foto ini tidak menyimpan waktunya. Isi kapan foto diambil.", "taken_at")
    if taken_at > at:
        raise Refused("Waktu foto tidak boleh sesudah sekarang.", "taken_at")
    if not place.strip() and not (latitude and longitude):
        raise Refused("Foto ini tidak menyimpan koordinatnya. Isi tempat foto diambil.", "place")
    if not caption.strip():
        raise Refused("Isi keterangan foto.", "caption")
    with act(stamp):
        if visit.photos.filter(blob=blob).exists():
            raise Refused("Foto ini sudah ada.", "photo")
        moved = _of_visit(
            task, visit, verb="review.photo", by=by, at=at, facts={"photo": blob.sha256}, stamp=stamp
        )
        VisitPhoto.objects.create(
            visit=visit,
            blob=blob,
            taken_at=taken_at,
            latitude=latitude,
            longitude=longitude,
            place=place,
            caption=caption,
            added_by=by,
            added_at=at,
        )
        return moved


def add_sample(
    task: Task,
    *,
    visit: SiteVisit,
    code: str,
    point: str,
    taken_at: datetime,
    parameters: str,
    laboratory: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Record a sample taken during the visit, and the laboratory that tests it."""
    told = {"code": code, "point": point, "parameters": parameters, "laboratory": laboratory}
    labels = {
        "code": "kode contoh uji",
        "point": "titik pengambilan",
        "parameters": "parameter yang diuji",
        "laboratory": "laboratorium penguji",
    }
    for field, text in told.items():
        if not text.strip():
            raise Refused(f"Isi {labels[field]}.", field)
    if taken_at > at:
        raise Refused("Waktu pengambilan contoh tidak boleh sesudah sekarang.", "taken_at")
    with act(stamp):
        if visit.samples.filter(code=code).exists():
            raise Refused("Kode contoh uji ini sudah dipakai pada peninjauan ini.", "code")
        moved = _of_visit(task, visit, verb="review.sample", by=by, at=at, facts={"code": code}, stamp=stamp)
        VisitSample.objects.create(visit=visit, taken_at=taken_at, added_by=by, added_at=at, **told)
        return moved


def record_findings(
    task: Task, *, visit: SiteVisit, found: Findings, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Step 10.c: what the visit found; prints the form and the record that both sides will sign.

    Who signs as a proxy for the applicant's side is judged by the power that was in force on that day.

    Raises:
        Refused: something is missing, one side has nobody to sign, or no power covers a proxy.
    """
    for field, label in (("conditions", "kondisi lapangan"), ("findings", "temuan")):
        if not getattr(found, field).strip():
            raise Refused(f"Isi {label}.", field)
    if found.held_on > office_day(at):
        raise Refused("Tanggal pelaksanaan tidak boleh sesudah hari ini.", "held_on")
    for field in ("agency_side", "applicant_side"):
        if not getattr(found, field):
            raise Refused("Sebutkan siapa yang menandatangani berita acara.", field)
    with act(stamp):
        application = visit.referral.case.application
        proxies = [side for side in found.applicant_side if PROXY.search(side.position)]
        powers = [_power_of(side, application, on=found.held_on) for side in proxies]
        moved = _of_visit(
            task,
            visit,
            verb="review.findings",
            by=by,
            at=at,
            facts={
                "held_on": found.held_on.isoformat(),
                **({"powers": [power.pk for power in powers]} if powers else {}),
            },
            stamp=stamp,
        )
        visit.held_on = found.held_on
        visit.conditions, visit.findings, visit.tests = found.conditions, found.findings, found.tests
        visit.agency_side = [[side.name, side.position] for side in found.agency_side]
        visit.applicant_side = [[side.name, side.position] for side in found.applicant_side]
        visit_form(visit, step=task.step_key, by=by, at=at)
        visit.record = visit_record(visit, step=task.step_key, at=at)
        visit.save()
        return moved


def _power_of(side: Side, application: Application, *, on: date) -> PowerOfAttorney:
    """The power by which a proxy signed for the applicant's side on the day of the visit; raises Refused."""
    name = " ".join(side.name.split())
    held = PowerOfAttorney.objects.covering(application).filter(holder_name__iexact=name)
    handling = [power for power in held if Doing.VISIT in COVERED[power.scope]]
    for power in handling:
        begun = power.starts <= on and (power.ends is None or on <= power.ends)
        if begun and (power.revoked_at is None or on < office_day(power.revoked_at)):
            return power
    nearest = handling[-1] if handling else held.last()
    if nearest is None:
        raise Refused(
            f"{name} menandatangani selaku kuasa, tetapi surat kuasanya untuk permohonan ini belum tercatat. "
            "Minta pemohon mencatatnya di akunnya, atau menyerahkannya di loket bila tanpa akun.",
            "applicant_side",
        )
    midday = datetime.combine(on, time(12), WITA)
    raise Refused(shortfall(nearest, doing=Doing.VISIT, at=midday, whose=f"Kuasa {name}"), "applicant_side")


def report_visit(
    task: Task,
    *,
    visit: SiteVisit,
    signed_record: Blob | None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Remark 3 of step 10: the report is complete only with photos and the record signed by both sides.

    Raises:
        Refused: findings, photos or the signed record are missing.
    """
    with act(stamp):
        if visit.record is None:
            raise Refused("Catat hasil peninjauan lebih dahulu, lalu cetak berita acaranya.")
        if not visit.photos.exists():
            raise Refused(
                "Laporan peninjauan harus disertai foto pelaksanaan. Tambahkan paling sedikit satu."
            )
        if signed_record is None:
            raise Refused(
                "Unggah pindaian berita acara yang sudah ditandatangani kedua pihak.", "signed_record"
            )
        moved = _of_visit(
            task,
            visit,
            verb="review.report_visit",
            by=by,
            at=at,
            facts={"record": signed_record.sha256, "photos": visit.photos.count()},
            stamp=stamp,
        )
        visit.signed_record, visit.reported_by, visit.reported_at = signed_record, by, at
        visit.save(update_fields=["signed_record", "reported_by", "reported_at"])
        return moved

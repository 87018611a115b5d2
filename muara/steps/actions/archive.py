"""After the end: filing a case's paper (SOP step 17, section U), and by which rule files are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, note_after_end
from muara.cases.models import ArchivePlace, ArchiveRule, Case
from muara.cases.rules import may_archive
from muara.people.models import User, office_day
from muara.people.rules import may_administer

LONGEST_YEARS = 100


@dataclass(frozen=True, slots=True)
class Shelf:
    """A place in the archive: room, cabinet, box, folder."""

    room: str
    cabinet: str
    box: str
    folder: str


TOLD = {"room": "ruangnya", "cabinet": "lemarinya", "box": "boksnya", "folder": "foldernya"}


def file_paper(
    case: Case, *, shelf: Shelf, reason: str = "", by: User, at: datetime, stamp: Stamp = NO_FORM
) -> ArchivePlace:
    """Put a closed case's paper in its place in the archive, or in another; earlier places stay on record.

    Raises:
        Refused: the case still runs, the place is not told whole or is where it lies already, or a move has
            no reason. NotYours: the person keeps no archive or has a conflict. Stale: it moved meanwhile.
    """
    for field, what in TOLD.items():
        if not getattr(shelf, field).strip():
            raise Refused(f"Tuliskan {what}.", field)
    with act(stamp):
        found = Case.objects.select_for_update().select_related("application").get(pk=case.pk)
        if found.closed_at is None:
            raise Refused("Berkas ini masih berjalan; arsipkan setelah selesai.")
        if not may_archive(by, found, at=at):
            raise NotYours
        before = found.archive_places.current().first()
        place = {field: value.strip() for field, value in asdict(shelf).items()}
        if before is not None and all(getattr(before, field) == value for field, value in place.items()):
            raise Refused("Berkas kertas sudah tercatat di tempat itu.", "folder")
        if before is not None and not reason.strip():
            raise Refused("Tuliskan mengapa berkas kertas dipindahkan.", "reason")
        note_after_end(
            found.pk,
            verb="archive.move" if before else "archive.file",
            by=by,
            at=at,
            facts=place,
            note=reason,
            stamp=stamp,
        )
        return ArchivePlace.objects.create(
            case=found, previous=before, reason=reason.strip(), by=by, at=at, **place
        )


def set_archive_rule(
    *,
    service: str,
    code: str,
    active_years: int,
    inactive_years: int,
    fate: str,
    basis: str,
    confirmed: bool,
    effective_from: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> ArchiveRule:
    """Set how a service's files are classified and kept, from a day on; what held before stays on record.

    Raises:
        Refused: code or basis is missing, the years or the fate are none, or the day is past or taken.
        NotYours: no administrator.
    """
    if not may_administer(by, at=at):
        raise NotYours
    for field, value, what in (("code", code, "kode klasifikasinya"), ("basis", basis, "dasarnya")):
        if not value.strip():
            raise Refused(f"Tuliskan {what}.", field)
    for field, years in (("active_years", active_years), ("inactive_years", inactive_years)):
        if not 0 <= years <= LONGEST_YEARS:
            raise Refused(f"Isi jumlah tahun, dari 0 sampai {LONGEST_YEARS}.", field)
    if fate not in ArchiveRule.Fate.values:
        raise Refused("Pilih nasib akhirnya.", "fate")
    if effective_from < office_day(at):
        raise Refused(
            "Ketentuan tidak dapat berlaku surut. Pilih hari ini atau sesudahnya.", "effective_from"
        )
    said = {
        "code": code.strip(),
        "active_years": active_years,
        "inactive_years": inactive_years,
        "fate": fate,
        "basis": basis.strip(),
        "confirmed": confirmed,
    }
    with act(stamp):
        record(
            chain=f"archive:{service}",
            verb="archive.rule",
            by_id=by.pk,
            at=at,
            facts={**said, "effective_from": effective_from.isoformat()},
            key=stamp.key,
            body=stamp.body,
        )
        if ArchiveRule.objects.filter(service=service, effective_from=effective_from).exists():
            raise Refused(
                "Sudah ada ketentuan yang berlaku sejak tanggal itu. Pilih tanggal lain.", "effective_from"
            )
        return ArchiveRule.objects.create(service=service, effective_from=effective_from, **said)

"""After the end: filing and lending a case's paper (SOP step 17, section U), and how long files are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, note_after_end
from muara.cases.models import ArchiveLoan, ArchivePlace, ArchiveRule, Case
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


LOAN_TOLD = {"borrower": "siapa peminjamnya", "unit": "bagian atau instansinya", "purpose": "keperluannya"}
TOLD = {"room": "ruangnya", "cabinet": "lemarinya", "box": "boksnya", "folder": "foldernya"}


def file_paper(
    case: Case, *, shelf: Shelf, reason: str = "", by: User, at: datetime, stamp: Stamp = NO_FORM
) -> ArchivePlace:
    """Put a closed case's paper in its place in the archive, or in another; earlier places stay on record.

    Raises:
        Refused: the case still runs, the place is not told whole or is where it lies already, a move has no
            reason, or the paper is lent. NotYours: the person keeps no archive or has a conflict. Stale: it
            moved meanwhile.
    """
    for field, what in TOLD.items():
        if not getattr(shelf, field).strip():
            raise Refused(f"Tuliskan {what}.", field)
    with act(stamp):
        found = _locked(case.pk)
        if found.closed_at is None:
            raise Refused("Berkas ini masih berjalan; arsipkan setelah selesai.")
        if not may_archive(by, found, at=at):
            raise NotYours
        _demand_not_lent(found)
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


def lend_paper(
    case: Case,
    *,
    borrower: str,
    unit: str,
    purpose: str,
    due_on: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> ArchiveLoan:
    """Lend a filed paper: to whom, for what, until when.

    Raises:
        Refused: the paper is not filed, is lent already, something is not told or the day is past.
            NotYours, Stale: as in `file_paper`.
    """
    said = {"borrower": borrower.strip(), "unit": unit.strip(), "purpose": purpose.strip()}
    for field, what in LOAN_TOLD.items():
        if not said[field]:
            raise Refused(f"Tuliskan {what}.", field)
    today = office_day(at)
    if due_on < today:
        raise Refused("Tanggal kembali sudah lewat. Pilih hari ini atau sesudahnya.", "due_on")
    with act(stamp):
        found = _locked(case.pk)
        if not may_archive(by, found, at=at):
            raise NotYours
        if not found.archive_places.exists():
            raise Refused("Berkas kertas ini belum diarsipkan. Catat dahulu tempatnya.")
        _demand_not_lent(found)
        note_after_end(
            found.pk,
            verb="archive.lend",
            by=by,
            at=at,
            facts={"due_on": due_on.isoformat()},
            note=f"{said['borrower']} ({said['unit']}): {said['purpose']}",
            stamp=stamp,
        )
        return ArchiveLoan.objects.create(
            case=found, lent_on=today, due_on=due_on, lent_by=by, lent_at=at, **said
        )


def take_paper_back(
    loan: ArchiveLoan, *, condition: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> ArchiveLoan:
    """Record that a lent paper came back, and in which state.

    Raises:
        Refused: its state is not told, or it came back already. NotYours, Stale: as in `file_paper`.
    """
    if not condition.strip():
        raise Refused("Tuliskan keadaan berkas ketika kembali, misalnya lengkap dan baik.", "condition")
    with act(stamp):
        found = _locked(loan.case_id)
        if not may_archive(by, found, at=at):
            raise NotYours
        open_one = found.archive_loans.open().filter(pk=loan.pk).first()
        if open_one is None:
            raise Refused("Pengembalian berkas ini sudah dicatat.")
        note_after_end(
            found.pk, verb="archive.return", by=by, at=at, facts={}, note=condition.strip(), stamp=stamp
        )
        open_one.returned_on, open_one.returned_at, open_one.returned_to = office_day(at), at, by
        open_one.condition = condition.strip()
        open_one.save(update_fields=["returned_on", "returned_at", "returned_to", "condition"])
        return open_one


def _locked(pk: int) -> Case:
    return Case.objects.select_for_update().select_related("application").get(pk=pk)


def _demand_not_lent(case: Case) -> None:
    if (lent := case.archive_loans.open().first()) is not None:
        raise Refused(f"Berkas kertas sedang dipinjam {lent}. Catat dahulu pengembaliannya.")


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

"""Teguran I, II, III: prepared from confirmed findings, sent by its signed scan, settled or followed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.compliance.models import Discharge, Finding, WarningLetter
from muara.compliance.notices import tell_holder
from muara.compliance.rules import may_warn
from muara.documents.indonesian import romawi, tanggal
from muara.documents.uploads import Accepted
from muara.people.models import User, office_day
from muara.steps.letters.warning import compose_warning

LAST = 3  # after the third, a decision about the permit is prepared instead (steps.actions.later)


def unanswered(discharge: Discharge) -> list[WarningLetter]:
    """The warnings that were sent and not settled, the first one first."""
    rows = discharge.warnings.filter(sent_at__isnull=False, settled_at=None, dropped_at=None)
    return list(rows.order_by("step", "pk"))


def next_step(discharge: Discharge, *, today: date) -> int:
    """The step of the warning that may be prepared now: I, or one above the last whose time is over.

    Raises:
        Refused: the last one still runs, one is being prepared, or all three were sent.
    """
    if discharge.warnings.filter(sent_at=None, dropped_at=None).exists():
        raise Refused("Sebuah surat teguran masih menunggu tanda tangan. Kirim atau batalkan dulu.")
    before = unanswered(discharge)
    if not before:
        return 1
    last = before[-1]
    if today <= last.answer_by:
        raise Refused(f"{last.name} masih berjalan sampai {tanggal(last.answer_by)}.")
    if last.step >= LAST:
        raise Refused(
            "Teguran III sudah dikirim dan batas waktunya lewat. Siapkan keputusan tentang izinnya, misalnya "
            "pembekuan, dari halaman izin."
        )
    return last.step + 1


def prepare(
    discharge: Discharge,
    *,
    findings: Sequence[Finding],
    demand: Sequence[str],
    answer_by: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> WarningLetter:
    """Prepare a warning; it is signed and numbered in ink and sent by its scan.

    Raises:
        NotYours: the person does not prepare the office's letters. Refused: it rests on nothing that was
            confirmed, asks for nothing, has no time to answer, or its step cannot be taken (`next_step`).
    """
    with act(stamp):
        if not may_warn(by, at=at):
            raise NotYours
        today = office_day(at)
        discharge = Discharge.objects.select_for_update().select_related("company").get(pk=discharge.pk)
        step = next_step(discharge, today=today)
        if not findings:
            raise Refused("Pilih paling sedikit satu temuan yang sudah ditegaskan OPD.", "findings")
        standing = discharge.findings.standing().filter(outcome=Finding.Outcome.CONFIRMED)
        grounds = list(standing.filter(pk__in=[one.pk for one in findings]))
        if len(grounds) != len(findings):
            raise Refused("Teguran hanya memuat temuan yang sudah ditegaskan OPD.", "findings")
        if not demand:
            raise Refused("Tuliskan apa yang diminta, satu permintaan satu baris.", "demand")
        if answer_by <= today:
            raise Refused("Batas waktu harus sesudah hari ini.", "answer_by")
        letter = compose_warning(
            discharge,
            step=step,
            findings=grounds,
            earlier=unanswered(discharge),
            demand=demand,
            answer_by=answer_by,
            at=at,
        )
        row = WarningLetter.objects.create(
            discharge=discharge,
            step=step,
            demand="\n".join(demand),
            answer_by=answer_by,
            letter=letter,
            prepared_by=by,
            prepared_at=at,
        )
        row.findings.set(grounds)
        facts = {
            "step": step,
            "letter": letter.content_sha256,
            "findings": sorted(one.pk for one in grounds),
        }
        _record(row, "warning.prepare", by=by, at=at, stamp=stamp, facts=facts)
        return row


def send(
    warning: WarningLetter,
    *,
    number: str,
    dated: date,
    scan: Accepted,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> WarningLetter:
    """Send a warning that was signed and numbered in ink: its holder reads the scan and is told.

    Raises:
        NotYours: as in `prepare`. Refused: it was sent or dropped, or number and date do not fit.
    """
    with act(stamp):
        row = _mine(warning, by=by, at=at)
        if row.sent_at is not None or row.dropped_at is not None:
            raise Refused(f"{row.name} ini sudah {row.state}.")
        if not number.strip():
            raise Refused("Isi nomor surat.", "number")
        if not office_day(row.prepared_at) <= dated <= office_day(at):
            raise Refused("Tanggal surat antara hari disiapkan dan hari ini.", "dated")
        row.number, row.dated, row.scan = number.strip(), dated, scan.blob
        row.sent_by, row.sent_at = by, at
        row.save(update_fields=["number", "dated", "scan", "sent_by", "sent_at"])
        _record(row, "warning.send", by=by, at=at, stamp=stamp, facts={"scan": scan.blob.sha256})
        tell_holder(
            row.discharge,
            key=f"warning:{row.pk}",
            kind="warning",
            subject=f"{row.name} nomor {row.number}",
            body=(
                f"Kantor mengirim {row.name} nomor {row.number} tanggal {tanggal(dated)}. Penuhi paling "
                f"lambat {tanggal(row.answer_by)}. Suratnya dibaca di halaman kewajiban izin."
            ),
            link=f"/kewajiban/{row.discharge_id}/",
            at=at,
        )
        return row


def settle(
    warning: WarningLetter, *, why: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> WarningLetter:
    """Say that a warning was answered, and how; those before it are settled with it.

    Raises:
        NotYours: as in `prepare`. Refused: it was not sent, is settled, or nothing is said.
    """
    with act(stamp):
        row = _mine(warning, by=by, at=at)
        if row.sent_at is None or row.settled_at is not None:
            raise Refused(f"{row.name} ini {row.state}, jadi tidak dapat dinyatakan selesai.")
        if not why.strip():
            raise Refused("Tuliskan bagaimana teguran ini dipenuhi.", "why")
        for one in unanswered(row.discharge):
            if one.step <= row.step:
                one.settled_at, one.settled_by, one.settled_why = at, by, why.strip()
                one.save(update_fields=["settled_at", "settled_by", "settled_why"])
        row.refresh_from_db()
        _record(row, "warning.settle", by=by, at=at, stamp=stamp, facts={}, note=why.strip())
        return row


def drop(
    warning: WarningLetter, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> WarningLetter:
    """Give up a warning that was not sent, with a reason."""
    with act(stamp):
        row = _mine(warning, by=by, at=at)
        if row.sent_at is not None or row.dropped_at is not None:
            raise Refused(f"{row.name} ini sudah {row.state}.")
        if not reason.strip():
            raise Refused("Tuliskan alasan dibatalkan.", "reason")
        row.dropped_at, row.drop_reason = at, reason.strip()
        row.save(update_fields=["dropped_at", "drop_reason"])
        _record(row, "warning.drop", by=by, at=at, stamp=stamp, facts={}, note=reason.strip())
        return row


def _mine(warning: WarningLetter, *, by: User, at: datetime) -> WarningLetter:
    if not may_warn(by, at=at):
        raise NotYours
    rows = WarningLetter.objects.select_for_update(of=("self",)).select_related("discharge")
    return rows.get(pk=warning.pk)


def _record(
    row: WarningLetter,
    verb: str,
    *,
    by: User,
    at: datetime,
    stamp: Stamp,
    facts: dict[str, object],
    note: str = "",
) -> None:
    record(
        chain=row.discharge.chain,
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"warning": row.pk, "step": romawi(row.step), **facts},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )

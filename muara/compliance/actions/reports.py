"""Preparing, handing in and reviewing periodic reports (SOP G.16, G.17; states of domain 3.6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.rules import Doing
from muara.compliance.arithmetic.schedule import DutyKind, Period
from muara.compliance.letters import compose_report, content_of
from muara.compliance.models import (
    Comment,
    Discharge,
    Report,
    ReportDraft,
    ReportFile,
    Review,
)
from muara.compliance.notices import tell_review
from muara.compliance.reports import (
    NOT_YET,
    REPAIR,
    Owed,
    assemble,
    commented_parts,
    owed_report,
    parts_of,
    slug_of,
)
from muara.compliance.rules import agency_that_reviews, application_of
from muara.documents.indonesian import tanggal
from muara.documents.uploads import Accepted
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day

MOST_FILES = 20


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs for the company, and how: `scan` is the signed sheet, None signs with the account."""

    name: str
    position: str
    declared: bool
    scan: Accepted | None = None


def _demand(discharge: Discharge, *, by: User, at: datetime) -> dict[str, object]:
    return by_power(act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at))


def _draft(discharge: Discharge, kind: DutyKind, period: Period, *, at: datetime) -> ReportDraft:
    found, _ = ReportDraft.objects.get_or_create(
        discharge=discharge, kind=kind, whole_first=period.whole_first, defaults={"saved_at": at}
    )
    return ReportDraft.objects.select_for_update().get(pk=found.pk)


def write_report(
    discharge: Discharge,
    kind: DutyKind,
    period: Period,
    told: Mapping[str, str],
    *,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> ReportDraft:
    """Keep what people tell in a period's report; nothing is handed in by it.

    Raises:
        NotYours, Refused: the person may not, or a power does not cover it.
    """
    with act(stamp):
        power = _demand(discharge, by=by, at=at)
        draft = _draft(discharge, kind, period, at=at)
        draft.told = {part.key: told.get(part.key, "").strip() for part in parts_of(kind)}
        draft.saved_at = at
        draft.save(update_fields=["told", "saved_at"])
        _record(discharge, "report.write", draft, by=by, at=at, stamp=stamp, facts=power)
        return draft


def attach_to_report(
    discharge: Discharge,
    kind: DutyKind,
    period: Period,
    *,
    title: str,
    file: Accepted,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> ReportFile:
    """Attach a file to a period's report.

    Raises:
        Refused: it has no name, the same file is there already, or there are too many.
    """
    with act(stamp):
        power = _demand(discharge, by=by, at=at)
        draft = _draft(discharge, kind, period, at=at)
        there = draft.files.filter(removed_at=None)
        if not title.strip():
            raise Refused("Beri nama lampirannya, misalnya Peta titik penaatan.", "title")
        if there.filter(blob=file.blob).exists():
            raise Refused("Berkas ini sudah dilampirkan.", "file")
        if there.count() >= MOST_FILES:
            raise Refused(f"Paling banyak {MOST_FILES} lampiran. Gabungkan beberapa berkas.", "file")
        row = ReportFile.objects.create(
            draft=draft, title=title.strip(), blob=file.blob, filename=file.filename, by=by, added_at=at
        )
        facts = {"file": file.blob.sha256, **power}
        _record(discharge, "report.attach", draft, by=by, at=at, stamp=stamp, facts=facts)
        return row


def take_back(file: ReportFile, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Take a file out of the next version; versions that it went with keep it."""
    with act(stamp):
        discharge = file.draft.discharge
        power = _demand(discharge, by=by, at=at)
        if not ReportFile.objects.filter(pk=file.pk, removed_at=None).update(removed_at=at):
            raise Refused("Lampiran ini sudah ditarik.")
        facts = {"file": file.blob.sha256, **power}
        _record(discharge, "report.detach", file.draft, by=by, at=at, stamp=stamp, facts=facts)


def hand_in(
    discharge: Discharge,
    kind: DutyKind,
    whole: Period,
    signature: Signature,
    *,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Report:
    """Hand a report in to office and agency at once, as it stands and with what is missing in it.

    A report that the agency asked to repair is handed in as its next version; the one before stays.

    Raises:
        Refused: the period is not over, the report is with the agency or was accepted, or the signature lacks
            something.
    """
    with act(stamp):
        power = _demand(discharge, by=by, at=at)
        today = office_day(at)
        discharge = Discharge.objects.select_for_update().get(pk=discharge.pk)
        owed = owed_report(discharge, kind, whole, today=today, calendar=office_calendar())
        before = _demand_open(owed, today=today)
        assert owed is not None
        _demand_signed(signature)
        draft = _draft(discharge, kind, owed.period, at=at)
        made = assemble(discharge, kind, owed.period, due_on=owed.due_on, until=today)
        first = before and before.draft.reports.order_by("version").first()
        content = content_of(
            made,
            signing="ink" if signature.scan else "account",
            signer=signature.name.strip(),
            position=signature.position.strip(),
            repairs=before,
            handed_in=at,
            first_on=first.at if first else at,
            at=at,
        )
        if before is not None:
            Report.objects.filter(pk=before.pk).update(current=None)
        report = Report.objects.create(
            draft=draft,
            discharge=discharge,
            kind=kind,
            whole_first=owed.period.whole_first,
            first=owed.period.first,
            last=owed.period.last,
            version=before.version + 1 if before else 1,
            due_on=owed.due_on,
            letter=compose_report(content, at=at),
            missing=len(made.missing),
            exceeding=len(made.exceedances),
            signing=Report.Signing.INK if signature.scan else Report.Signing.ACCOUNT,
            signer=signature.name.strip(),
            position=signature.position.strip(),
            scan=signature.scan.blob if signature.scan else None,
            by=by,
            at=at,
        )
        facts = {
            "report": report.pk,
            "version": report.version,
            "content": report.letter.content_sha256,
            "signing": report.signing,
            **({"scan": signature.scan.blob.sha256} if signature.scan else {}),
            **power,
        }
        _record(discharge, "report.hand_in", draft, by=by, at=at, stamp=stamp, facts=facts)
        return report


def _demand_open(owed: Owed | None, *, today: date) -> Report | None:
    """Demand that a version may be handed in now; return the one that it repairs."""
    if owed is None:
        raise Refused("Izin tidak meminta laporan untuk masa ini.")
    if owed.state == NOT_YET or today <= owed.period.last:
        raise Refused(
            f"Masa laporan belum berakhir. Serahkan sesudah {tanggal(owed.period.last)}, paling lambat "
            f"{tanggal(owed.due_on)}."
        )
    if owed.report is not None and owed.state != REPAIR:
        raise Refused(
            f"Laporan ini sudah diserahkan dan keadaannya {owed.state}. Versi baru diserahkan bila OPD "
            "meminta perbaikan."
        )
    return owed.report


def _demand_signed(signature: Signature) -> None:
    for field, text, sentence in (
        ("name", signature.name, "Isi nama penanda tangan."),
        ("position", signature.position, "Isi jabatan penanda tangan."),
    ):
        if not text.strip():
            raise Refused(sentence, field)
    if not signature.declared:
        raise Refused("Beri tanda pada pernyataan bahwa isi laporan benar.", "declared")


# --- the agency's review --------------------------------------------------------------------------------


def begin_review(report: Report, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Review:
    """The agency takes a report to look at: it is then "diperiksa".

    Raises:
        NotYours: the person is of no agency that the permit was referred to. Refused: it was taken
            already, or a newer version has its place.
    """
    with act(stamp):
        agency = agency_that_reviews(by, report.discharge, at=at)
        if agency is None:
            raise NotYours
        report = Report.objects.select_for_update().get(pk=report.pk)
        if not report.current:
            raise Refused("Laporan ini sudah diganti versi yang lebih baru. Periksa yang terbaru.")
        if (there := Review.objects.filter(report=report).select_related("taken_by").first()) is not None:
            raise Refused(
                f"Laporan ini sudah diperiksa {there.taken_by.name} sejak "
                f"{tanggal(office_day(there.taken_at))}."
            )
        review = Review.objects.create(report=report, agency=agency, taken_by=by, taken_at=at)
        facts: dict[str, object] = {"report": report.pk, "agency": agency.pk}
        _record(report.discharge, "report.review", report.draft, by=by, at=at, stamp=stamp, facts=facts)
        return review


def close_review(
    report: Report,
    *,
    outcome: Review.Outcome,
    note: str,
    comments: Mapping[str, str],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Review:
    """Accept a report, or ask to repair it, with a comment on each part that needs one.

    Raises:
        NotYours: as in `begin_review`. Refused: nobody took it, it is closed, or a repair does not
            say what to mend.
    """
    with act(stamp):
        if agency_that_reviews(by, report.discharge, at=at) is None:
            raise NotYours
        review = Review.objects.select_for_update().filter(report=report).first()
        if review is None:
            raise Refused("Mulai pemeriksaan laporan ini lebih dahulu.")
        if review.closed_at is not None:
            raise Refused(f"Pemeriksaan sudah selesai: {review.get_outcome_display()}.")
        known = commented_parts(report.kind)
        said = {part: text.strip() for part, text in comments.items() if part in known and text.strip()}
        if outcome is Review.Outcome.REPAIR and not said and not note.strip():
            raise Refused("Tuliskan apa yang perlu diperbaiki, pada bagiannya atau dalam catatan.", "note")
        review.outcome, review.note = outcome, note.strip()
        review.closed_by, review.closed_at = by, at
        review.save(update_fields=["outcome", "note", "closed_by", "closed_at"])
        Comment.objects.bulk_create(
            Comment(review=review, part=part, text=text) for part, text in said.items()
        )
        facts = {"report": report.pk, "outcome": outcome.value, "comments": len(said)}
        _record(report.discharge, "report.close", report.draft, by=by, at=at, stamp=stamp, facts=facts)
        here = f"/kewajiban/{report.discharge_id}/laporan/{slug_of(report.kind, report.whole)}/"
        tell_review(report, review, link=here, at=at)
        return review


def _record(
    discharge: Discharge,
    verb: str,
    draft: ReportDraft,
    *,
    by: User,
    at: datetime,
    stamp: Stamp,
    facts: Mapping[str, object],
) -> None:
    record(
        chain=discharge.chain,
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"kind": draft.kind, "period": draft.whole_first.isoformat(), **facts},
        key=stamp.key,
        body=stamp.body,
    )

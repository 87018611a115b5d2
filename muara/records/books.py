"""The office's register books (SOP §U): letters, decisions, void numbers, powers, complaints, meetings.

They are read off the rows that the acts wrote, so nobody keeps them and none can lack an entry. Agenda
numbers are the office's own: its agenda books hold letters that never pass through here (domain 6.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import TruncDate

from muara.cases.models import CaseLetter, Meeting, PowerOfAttorney, Recommendation, Referral
from muara.compliance.models import Report, WarningLetter
from muara.contacts.models import Complaint, NoticeLetter
from muara.contacts.queries import complaints_for
from muara.contacts.rules import may_read_complaints
from muara.people.models import WITA, User, office_day
from muara.permits.models import LaterDecision, Number, Permit, Refusal
from muara.permits.queries import holders, with_holders
from muara.records.periods import Period
from muara.records.rules import reads_registers

Cell = str | int | date | None
AT_ONCE = 500  # entries read together


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a book: its heading, and its width on paper as Typst writes it."""

    label: str
    width: str = "1fr"


@dataclass(frozen=True, slots=True)
class Line:
    """An entry: its cells, and what it is about, as a kind of page and a key; None where nothing has one."""

    cells: tuple[Cell, ...]
    about: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One table that a book is read off: its entries, the field that dates them, and how they read."""

    rows: Callable[[User, datetime], QuerySet[Any]]
    dated: str
    lines: Callable[[Sequence[int]], dict[int, Line]]
    moment: bool = False  # the field tells the hour too

    def within(self, period: Period, *, by: User, at: datetime) -> QuerySet[Any]:
        first, last = (period.begins, period.ends) if self.moment else (period.first, period.last)
        end = "lt" if self.moment else "lte"
        return self.rows(by, at).filter(**{f"{self.dated}__gte": first, f"{self.dated}__{end}": last})

    @property
    def day(self) -> Any:
        return TruncDate(self.dated, tzinfo=WITA) if self.moment else F(self.dated)


@dataclass(frozen=True, slots=True)
class Book:
    """A register book."""

    key: str
    title: str
    holds: str
    columns: tuple[Column, ...]
    sources: tuple[Source, ...]
    may_read: Callable[[User, datetime], bool]

    def entries(self, period: Period, *, by: User, at: datetime) -> QuerySet[Any, Any]:
        """The entries of a period in the order of their days, as (day, source, key): quick to cut."""
        found: list[QuerySet[Any, Any]] = [
            source.within(period, by=by, at=at)
            .order_by()
            .annotate(on_day=source.day, source=Value(place), entry=F("pk"))
            .values_list("on_day", "source", "entry")
            for place, source in enumerate(self.sources)
        ]
        first, *others = found
        rows = first.union(*others, all=True) if others else first
        return rows.order_by("on_day", "source", "entry")

    def lines(self, entries: Sequence[tuple[date, int, int]]) -> list[Line]:
        """What the book says of these entries, in their order; each source is asked once."""
        told = {
            place: source.lines([entry for _, kind, entry in entries if kind == place])
            for place, source in enumerate(self.sources)
            if any(kind == place for _, kind, _ in entries)
        }
        return [told[place][entry] for _, place, entry in entries]

    def all_lines(self, entries: QuerySet[Any, Any]) -> Iterator[Line]:
        """What the book says of them all, read some hundred at a time."""
        keys = list(entries)
        for first in range(0, len(keys), AT_ONCE):
            yield from self.lines(keys[first : first + AT_ONCE])


def books_for(user: User, *, at: datetime) -> list[Book]:
    return [book for book in BOOKS.values() if book.may_read(user, at)]


# --- letters -----------------------------------------------------------------------------------------------


def _recommendations(keys: Sequence[int]) -> dict[int, Line]:
    rows = Recommendation.objects.filter(pk__in=keys).select_related(
        "referral__agency", "referral__case__application", "received_by"
    )
    return {
        one.pk: Line(
            (
                one.agenda_number,
                one.received_on,
                one.letter_number,
                one.letter_date,
                str(one.referral.agency),
                f"{one.referral.subject}, {one.referral.case}",
                one.received_by.name if one.received_by else "",
                f"Dikembalikan: {one.return_reason}" if one.returned_at else "",
            ),
            ("case", one.referral.case_id),
        )
        for one in rows
    }


def _reports(keys: Sequence[int]) -> dict[int, Line]:
    rows = Report.objects.filter(pk__in=keys).select_related("discharge__company", "by")
    return {
        one.pk: Line(
            (
                "",
                one.handed_in_on,
                "",
                one.handed_in_on,
                str(one.discharge.company),
                str(one),
                "",
                "Diserahkan lewat laman",
            ),
            ("discharge", one.discharge_id),
        )
        for one in rows
    }


def _outgoing(
    number: str, dated: date | None, sent: date | None, to: str, about: str, remark: str = ""
) -> tuple[Cell, ...]:
    return (number, dated, sent, to, about, remark)


def _referrals(keys: Sequence[int]) -> dict[int, Line]:
    rows = Referral.objects.filter(pk__in=keys).select_related("agency", "case__application")
    return {
        one.pk: Line(
            _outgoing(
                one.letter_number,
                one.letter_date,
                office_day(one.delivered_at) if one.delivered_at else None,
                str(one.agency),
                f"Surat pengantar {one.subject}, {one.case}",
                "" if one.delivered_at else "Belum diserahkan",
            ),
            ("case", one.case_id),
        )
        for one in rows
    }


def _invitations(keys: Sequence[int]) -> dict[int, Line]:
    rows = Meeting.objects.filter(pk__in=keys).select_related("task__case__application")
    found = {}
    for one in rows.prefetch_related("participants"):
        called = office_day(one.called_at)
        invited = {guest.institution: None for guest in one.participants.all() if guest.invited}
        about = f"Undangan rapat gabungan, {one.task.case}"
        cells = _outgoing(one.letter_number, called, called, ", ".join(invited), about)
        found[one.pk] = Line(cells, ("case", one.task.case_id))
    return found


# Letters of a case that go to its applicant; those with an agenda number have a table of their own.
TO_APPLICANTS = ("correction_request", "ending_notice")


def _to_applicants(keys: Sequence[int]) -> dict[int, Line]:
    rows = CaseLetter.objects.filter(pk__in=keys).select_related("letter", "case__application__company")
    rows = rows.defer("letter__content", "case__application__data")
    found = {}
    for one in rows:
        sent = office_day(one.made_at)
        to = str(one.case.application.company)
        found[one.pk] = Line(_outgoing("", sent, sent, to, one.letter.title), ("case", one.case_id))
    return found


def _notices(keys: Sequence[int]) -> dict[int, Line]:
    rows = NoticeLetter.objects.filter(pk__in=keys).select_related("letter", "case__application")
    rows = rows.defer("letter__content", "case__application__data")
    return {
        one.pk: Line(
            _outgoing(
                "",
                one.letter.dated,
                one.posted_on,
                one.name,
                one.letter.title,
                f"Resi {one.tracking_number}" if one.tracking_number else "Lewat pos",
            ),
            ("case", one.case_id),
        )
        for one in rows
    }


def _warnings(keys: Sequence[int]) -> dict[int, Line]:
    rows = WarningLetter.objects.filter(pk__in=keys).select_related("discharge__company", "letter")
    rows = rows.defer("letter__content")
    return {
        one.pk: Line(
            _outgoing(
                one.number,
                one.dated,
                office_day(one.sent_at) if one.sent_at else None,
                str(one.discharge.company),
                one.letter.title,
            ),
            ("discharge", one.discharge_id),
        )
        for one in rows
    }


# --- decisions ---------------------------------------------------------------------------------------------


def _permits(keys: Sequence[int]) -> dict[int, Line]:
    rows = Permit.objects.filter(pk__in=keys).select_related(
        "number", "case__application", "replaces__number", "replaces_old"
    )
    return {
        one.pk: Line(
            (
                one.number.text,
                one.issued_on,
                "Izin",
                one.company,
                str(one.case),
                one.expires_on,
                _of_a_decision(one, f"Menggantikan {before}" if (before := one.takes_the_place_of) else ""),
            ),
            ("case", one.case_id),
        )
        for one in rows
    }


def _refusals(keys: Sequence[int]) -> dict[int, Line]:
    rows = Refusal.objects.filter(pk__in=keys).select_related("number", "case__application")
    return {
        one.pk: Line(
            (
                one.number.text,
                one.issued_on,
                "Penolakan",
                one.company,
                str(one.case),
                None,
                _of_a_decision(one),
            ),
            ("case", one.case_id),
        )
        for one in rows
    }


def _of_a_decision(one: Permit | Refusal, remark: str = "") -> str:
    return "; ".join(part for part in (remark, "" if one.scan_id else "Belum disahkan") if part)


def _later(keys: Sequence[int]) -> dict[int, Line]:
    rows = LaterDecision.objects.filter(pk__in=keys).select_related(
        "number", "permit__number", "permit__case__application"
    )
    return {
        one.pk: Line(
            (
                one.number.text if one.number else "",
                one.number.dated if one.number else None,
                one.get_kind_display(),
                one.permit.company,
                str(one.permit.case),
                None,
                f"Atas izin {one.permit}",
            ),
            ("permit", one.permit_id),
        )
        for one in rows
    }


def _voided(keys: Sequence[int]) -> dict[int, Line]:
    numbers = with_holders(Number.objects.filter(pk__in=keys).select_related("counter__series"))
    names = holders(numbers)
    return {
        one.pk: Line(
            (
                one.text,
                one.counter.series.label,
                one.dated,
                office_day(one.voided_at) if one.voided_at else None,
                names.get(one.pk, ""),
                one.void_reason,
            )
        )
        for one in numbers
    }


# --- people ------------------------------------------------------------------------------------------------


def _powers(keys: Sequence[int]) -> dict[int, Line]:
    rows = PowerOfAttorney.objects.filter(pk__in=keys).select_related(
        "company", "application__case", "recorded_by"
    )
    return {one.pk: _power(one) for one in rows}


def _power(one: PowerOfAttorney) -> Line:
    case = getattr(one.application, "case", None) if one.application else None
    revoked = f"Dicabut {office_day(one.revoked_at):%d-%m-%Y}: {one.revoke_reason}" if one.revoked_at else ""
    return Line(
        (
            office_day(one.recorded_at),
            one.dated,
            f"{one.giver}, {one.company}",
            one.holder_name,
            one.get_scope_display(),
            str(case or one.application or "Semua permohonan"),
            one.starts,
            one.ends,
            revoked,
        ),
        ("case", case.pk) if case else None,
    )


def _complaints(keys: Sequence[int]) -> dict[int, Line]:
    def day(at: datetime | None) -> date | None:
        return office_day(at) if at else None

    return {
        one.pk: Line(
            (
                one.number,
                day(one.received_at),
                one.get_channel_display(),
                one.get_kind_display(),
                one.get_category_display(),
                one.get_state_display(),
                day(one.responded_at),
                day(one.decided_at),
                day(one.delivered_at),
                one.get_verdict_display() or (one.recipient_name and f"Diteruskan: {one.recipient_name}"),
            ),
            ("complaint", one.pk),
        )
        for one in Complaint.objects.filter(pk__in=keys)
    }


def _meetings(keys: Sequence[int]) -> dict[int, Line]:
    rows = Meeting.objects.filter(pk__in=keys).select_related("task__case__application__company")
    rows = rows.defer("task__case__application__data").prefetch_related("participants")
    return {
        one.pk: Line(
            (
                one.day,
                f"{one.starts:%H.%M}",
                one.place,
                f"{one.task.case}, {one.task.case.application.company}",
                one.letter_number,
                _attendance(one),
                "Disetujui" if one.approved_at else ("Konsep" if one.minutes else "Belum ada"),
                one.decision,
            ),
            ("case", one.task.case_id),
        )
        for one in rows
    }


def _attendance(meeting: Meeting) -> str:
    if meeting.attended_at is None:
        return "Belum dicatat"
    guests = list(meeting.participants.all())
    return f"{sum(guest.present is True for guest in guests)} dari {len(guests)}"


# --- the books ---------------------------------------------------------------------------------------------


def _readers(user: User, at: datetime) -> bool:
    return reads_registers(user, at=at)


def _complaint_readers(user: User, at: datetime) -> bool:
    return may_read_complaints(user, at=at)


def _of(rows: QuerySet[Any]) -> Callable[[User, datetime], QuerySet[Any]]:
    """The same rows for everybody who may open the book."""
    return lambda by, at: rows.all()


BOOKS = {
    book.key: book
    for book in (
        Book(
            "surat-masuk",
            "Agenda surat masuk",
            "Rekomendasi OPD yang dibukukan (langkah 11) dan laporan berkala pemegang izin.",
            (
                Column("Nomor agenda", "24mm"),
                Column("Diterima", "20mm"),
                Column("Nomor surat", "38mm"),
                Column("Tanggal surat", "20mm"),
                Column("Dari", "42mm"),
                Column("Perihal"),
                Column("Diterima oleh", "30mm"),
                Column("Keterangan", "38mm"),
            ),
            (
                Source(
                    _of(Recommendation.objects.filter(received_on__isnull=False)),
                    "received_on",
                    _recommendations,
                ),
                Source(_of(Report.objects.all()), "at", _reports, moment=True),
            ),
            _readers,
        ),
        Book(
            "surat-keluar",
            "Agenda surat keluar",
            "Surat pengantar, undangan rapat, teguran, permintaan perbaikan, dan surat lain kepada pemohon.",
            (
                Column("Nomor surat", "44mm"),
                Column("Tanggal surat", "20mm"),
                Column("Dikirim", "20mm"),
                Column("Kepada", "58mm"),
                Column("Perihal"),
                Column("Keterangan", "36mm"),
            ),
            (
                Source(_of(Referral.objects.all()), "letter_date", _referrals),
                Source(_of(Meeting.objects.all()), "called_at", _invitations, moment=True),
                Source(
                    _of(CaseLetter.objects.filter(kind__in=TO_APPLICANTS)),
                    "made_at",
                    _to_applicants,
                    moment=True,
                ),
                Source(_of(NoticeLetter.objects.filter(posted_on__isnull=False)), "posted_on", _notices),
                Source(_of(WarningLetter.objects.filter(sent_at__isnull=False)), "dated", _warnings),
            ),
            _readers,
        ),
        Book(
            "keputusan",
            "Izin dan penolakan",
            "Izin, penolakan, dan keputusan setelah izin terbit, menurut tanggal penetapannya.",
            (
                Column("Nomor", "48mm"),
                Column("Ditetapkan", "20mm"),
                Column("Jenis", "28mm"),
                Column("Atas nama"),
                Column("Berkas", "30mm"),
                Column("Berlaku sampai", "20mm"),
                Column("Keterangan", "52mm"),
            ),
            (
                Source(_of(Permit.objects.all()), "issued_on", _permits),
                Source(_of(Refusal.objects.all()), "issued_on", _refusals),
                Source(_of(LaterDecision.objects.filter(number__isnull=False)), "number__dated", _later),
            ),
            _readers,
        ),
        Book(
            "nomor-batal",
            "Nomor batal",
            "Nomor yang sudah diberikan lalu dibatalkan; nomornya tidak dipakai lagi.",
            (
                Column("Nomor", "50mm"),
                Column("Register", "44mm"),
                Column("Tanggal nomor", "20mm"),
                Column("Dibatalkan", "20mm"),
                Column("Atas nama", "56mm"),
                Column("Alasan"),
            ),
            (Source(_of(Number.objects.filter(voided_at__isnull=False)), "voided_at", _voided, moment=True),),
            _readers,
        ),
        Book(
            "surat-kuasa",
            "Surat kuasa",
            "Kuasa penandatanganan dan pengurusan (F05, F06), menurut hari pencatatannya.",
            (
                Column("Dicatat", "20mm"),
                Column("Tanggal surat", "20mm"),
                Column("Pemberi kuasa"),
                Column("Penerima kuasa", "38mm"),
                Column("Lingkup", "28mm"),
                Column("Untuk berkas", "30mm"),
                Column("Sejak", "20mm"),
                Column("Sampai", "20mm"),
                Column("Keterangan", "42mm"),
            ),
            (Source(_of(PowerOfAttorney.objects.all()), "recorded_at", _powers, moment=True),),
            _readers,
        ),
        Book(
            "pengaduan",
            "Pengaduan",
            "Tanpa nama siapa pun dan tanpa isinya. Yang menyangkut pembaca buku ini sendiri tidak dimuat.",
            (
                Column("Nomor", "27mm"),
                Column("Diterima", "20mm"),
                Column("Kanal", "28mm"),
                Column("Jenis", "28mm"),
                Column("Kategori"),
                Column("Keadaan", "30mm"),
                Column("Ditanggapi", "20mm"),
                Column("Diputus", "20mm"),
                Column("Disampaikan", "21mm"),
                Column("Hasil", "36mm"),
            ),
            (
                Source(
                    lambda by, at: complaints_for(by, at=at).select_related(None),
                    "received_at",
                    _complaints,
                    moment=True,
                ),
            ),
            _complaint_readers,
        ),
        Book(
            "rapat",
            "Rapat gabungan",
            "Rapat langkah 14: undangan, kehadiran, notulen, dan keputusannya.",
            (
                Column("Hari", "20mm"),
                Column("Pukul", "14mm"),
                Column("Tempat", "36mm"),
                Column("Berkas", "50mm"),
                Column("Nomor undangan", "36mm"),
                Column("Hadir", "20mm"),
                Column("Notulen", "20mm"),
                Column("Keputusan"),
            ),
            (Source(_of(Meeting.objects.all()), "day", _meetings),),
            _readers,
        ),
    )
}

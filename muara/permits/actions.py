"""Giving numbers without a gap, and entering permits in the register."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from django.db import transaction

from muara.audit.actions import record
from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Case, Draft
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.permits import marks
from muara.permits.models import (
    Decision,
    Earlier,
    LaterDecision,
    Number,
    OldPermit,
    Permit,
    Refusal,
    Series,
    SeriesYear,
)
from muara.permits.queries import disagreement, may_be_given, may_still_give, plain_holder, plain_number
from muara.permits.rules import may_import_old, may_reconcile
from muara.sop.definition import Process
from muara.sop.numbering import render_number, tokens, unknown_tokens
from muara.sop.working_time import add_years

MOST_LOST = 500  # how many numbers beyond the known ones may have been used; more is a slip of the pen
TO_RECONCILE = (
    "Nomor baru dapat diberikan lagi setelah tata usaha atau kepala dinas merekonsiliasi register ini di "
    "halaman Register, Selisih nomor."
)


def check_pattern(pattern: str, *, values: Mapping[str, str]) -> None:
    """Refuse a pattern that could not give distinct numbers.

    Raises:
        Refused: the pattern has no running number or no year, or names a token that nothing fills.
    """
    named = tokens(pattern)
    if not any(token.startswith("urut") for token in named):
        raise Refused("Pola nomor harus memuat {urut} atau {urut4}.", "pattern")
    if "tahun" not in named:
        raise Refused("Pola nomor harus memuat {tahun}, karena urutan mulai lagi setiap tahun.", "pattern")
    if unknown := unknown_tokens(pattern, values=values):
        raise Refused(f"Pola nomor memuat isian yang tidak dikenal: {', '.join(unknown)}.", "pattern")


@transaction.atomic
def take_number(*, service: str, series: str, given_to: str, by: User, at: datetime) -> Number:
    """Give the next number of a service's series; the series is locked until the transaction ends.

    Raises:
        Refused: the series is not set up, its last number bears a later date, or the database knows less
            than the book outside it (a restored backup; see `reconcile`).
    """
    day = office_day(at)
    register = _locked(service, series)
    _demand_order(register, day)
    counter, _ = SeriesYear.objects.get_or_create(
        series=register,
        year=day.year,
        defaults={"last": _first(register, day.year) - 1},
    )
    with _book_at_hand():
        told = disagreement(counter)
    if told:
        raise Refused(f"{told} {TO_RECONCILE}")
    counter.last += 1
    counter.save(update_fields=["last"])
    text = render_number(register.pattern, sequence=counter.last, on=day, values=register.tokens)
    number = Number.objects.create(
        counter=counter, seq=counter.last, text=text, dated=day, given_to=given_to, given_by=by, given_at=at
    )
    record(
        chain=register.chain,
        verb="number.give",
        by_id=by.pk,
        at=at,
        facts={"number": text, "seq": counter.last, "year": day.year, "to": given_to},
    )
    with _book_at_hand():
        marks.reserve(str(register), day.year, _in_book(number))
    return number


@contextmanager
def _book_at_hand() -> Iterator[None]:
    """Refuse to give a number that the book outside the database cannot take."""
    try:
        yield
    except OSError:
        raise Refused(
            "Buku nomor di luar basis data tidak dapat dibaca atau ditulis, jadi nomor tidak diberikan. "
            "Minta administrator memeriksa penyimpanan server (ruang kosong dan izin folder)."
        ) from None


def _locked(service: str, key: str) -> Series:
    """The row that whoever takes a number of a series waits for: one at a time, in every year of it."""
    rows = Series.objects.select_for_update(no_key=True)
    register = rows.filter(service=service, key=key).first()
    if register is None:
        raise Refused("Seri nomor belum disiapkan. Minta administrator mengaturnya di halaman Kantor.")
    return register


def _demand_order(register: Series, day: date) -> None:
    """No number is dated before the one given before it, also when a clock is set back over New Year."""
    counter = register.years.order_by("-year").first()
    newest = counter.numbers.order_by("-seq").first() if counter else None
    if newest is not None and newest.dated > day:
        raise Refused(
            f"Nomor terakhir, {newest.text}, bertanggal {tanggal(newest.dated)}, sesudah hari ini menurut "
            f"jam server ({tanggal(day)}). Nomor tidak diberikan. Periksa jam server, lalu ulangi."
        )


def _in_book(number: Number) -> marks.Given:
    return marks.Given(number.seq, number.text, number.dated, number.given_to)


def settle_books() -> list[SeriesYear]:
    """Write into the books what was committed by a process that was killed before it could (every minute)."""
    behind = []
    for counter in SeriesYear.objects.select_related("series"):
        mark = marks.read(str(counter.series), counter.year)
        if mark is None or not mark.issued < counter.last <= mark.reserved:
            continue
        last = counter.numbers.get(seq=counter.last)  # committed: this is no transaction of its giver's
        marks.issued(str(counter.series), counter.year, _in_book(last))
        behind.append(counter)
    return behind


def reconcile(
    counter: SeriesYear, *, last_used: int, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> list[Number]:
    """Take up again a series whose database was restored: what it lost stands in it as void, with the reason.

    `last_used` is the highest number that any paper bears, as the official found it: at least what the
    database and the book outside it know.

    Raises:
        NotYours: the person neither numbers nor signs the service's decrees. Refused: there is nothing to
            reconcile, no reason, or a number that cannot be right.
    """
    with act(stamp):
        register = _locked(counter.series.service, counter.series.key)
        counter = SeriesYear.objects.get(pk=counter.pk)
        if not may_reconcile(by, register, at=at):
            raise NotYours
        if not disagreement(counter):
            raise Refused("Basis data dan buku nomor sudah sama. Tidak ada yang perlu direkonsiliasi.")
        if not reason.strip():
            raise Refused("Tuliskan alasan: kapan dan mengapa basis data dipulihkan.", "reason")
        known = marks.read(str(register), counter.year)
        least = max(counter.last, known.issued if known else 0)
        if not least <= last_used <= least + MOST_LOST:
            raise Refused(
                f"Nomor terakhir yang pernah dipakai paling kecil {least} dan paling besar "
                f"{least + MOST_LOST}. Cocokkan dengan buku register.",
                "last_used",
            )
        lost = _void_lost(counter, last_used, reason=reason, by=by, at=at)
        record(
            chain=register.chain,
            verb="number.reconcile",
            by_id=by.pk,
            at=at,
            facts={
                "year": counter.year,
                "database": counter.last,
                "book": known.issued if known else None,
                "last_used": last_used,
            },
            note=reason,
            key=stamp.key,
            body=stamp.body,
        )
        SeriesYear.objects.filter(pk=counter.pk).update(last=last_used)
        # Before the commit: should this act fail, the book is ahead and the series waits for another try.
        marks.issued(str(register), counter.year, _in_book(counter.numbers.get(seq=last_used)))
        return lost


def _void_lost(counter: SeriesYear, upto: int, *, reason: str, by: User, at: datetime) -> list[Number]:
    """Put the numbers that the database lost into their places, void."""
    register, today = counter.series, office_day(at)
    in_book = marks.book(str(register), counter.year)
    dated = counter.numbers.order_by("-seq").values_list("dated", flat=True).first()
    dated = dated or date(counter.year, 1, 1)
    rows = []
    for seq in range(counter.last + 1, upto + 1):
        found = in_book.get(seq)
        dated = max(dated, found.dated if found else min(today, date(counter.year, 12, 31)))
        text = render_number(register.pattern, sequence=seq, on=dated, values=register.tokens)
        rows.append(
            Number(
                counter=counter,
                seq=seq,
                text=found.text if found else text,
                dated=dated,
                given_to=f"lost:{found.to}" if found else "lost",
                given_by=by,
                given_at=at,
                voided_at=at,
                void_reason=f"Tidak ada lagi dalam basis data yang dipulihkan. {reason}",
            )
        )
    return Number.objects.bulk_create(rows)


def _first(register: Series, year: int) -> int:
    """A series taken over from paper starts at its given number in its first year only."""
    return register.starts_at if not register.years.exists() else 1


def set_up_series(
    *,
    service: str,
    key: str,
    label: str,
    pattern: str,
    values: Mapping[str, str],
    starts_at: int,
    by: User | None,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Series:
    """Create or change a series; a series that has given numbers keeps counting.

    Raises:
        Refused: the pattern is unsound or another register's, or the start of a running series changes.
    """
    check_pattern(pattern, values=values)
    others = Series.objects.exclude(service=service, key=key)
    if others.filter(pattern=pattern, tokens=dict(values)).exists():
        raise Refused("Pola ini sudah dipakai register lain: dua surat dapat bernomor sama.", "pattern")
    if starts_at < 1:
        raise Refused("Nomor awal paling kecil 1.", "starts_at")
    with act(stamp):
        wanted = Series(service=service, key=key, pattern=pattern, tokens=dict(values), starts_at=starts_at)
        _demand_no_old_number(wanted, day=office_day(at))
        old = Series.objects.select_for_update().filter(service=service, key=key).first()
        if old is not None and old.years.exists() and old.starts_at != starts_at:
            raise Refused("Seri ini sudah memberi nomor; nomor awalnya tidak dapat diubah lagi.", "starts_at")
        series, _ = Series.objects.update_or_create(
            service=service,
            key=key,
            defaults={"label": label, "pattern": pattern, "tokens": dict(values), "starts_at": starts_at},
        )
        record(
            chain=series.chain,
            verb="series.set_up",
            by_id=by.pk if by else None,
            at=at,
            facts={"pattern": pattern, "tokens": dict(values), "starts_at": starts_at},
            key=stamp.key,
            body=stamp.body,
        )
        return series


def _demand_no_old_number(wanted: Series, *, day: date) -> None:
    """No series may come to give a number that an old permit bears."""
    there = Series.objects.filter(service=wanted.service, key=wanted.key).first()
    wanted.pk = there.pk if there else None
    for number in OldPermit.objects.values_list("number", flat=True).iterator():
        if may_still_give(wanted, number, day=day):
            raise Refused(
                f"Izin lama nomor {number} sudah bernomor menurut pola ini. Naikkan nomor awalnya atau pakai "
                "pola lain.",
                "pattern",
            )


def set_up_missing(process: Process, *, at: datetime) -> list[Series]:
    """Set up the series that a service's SOP asks for and the office has not, each from number 1."""
    known = set(Series.objects.filter(service=process.code).values_list("key", flat=True))
    return [
        set_up_series(
            service=process.code,
            key=numbering.key,
            label=numbering.label,
            pattern=numbering.pattern,
            values=dict(numbering.values),
            starts_at=1,
            by=None,
            at=at,
        )
        for numbering in process.numberings
        if numbering.key not in known
    ]


def enter_decision(
    *, case: Case, draft: Draft, company: str, signed_on: date, number: Number, years: int
) -> Decision:
    """Enter a numbered decision in the register of its kind.

    A permit runs `years` years to the same calendar date from its issue (SOP L).
    """
    row = {
        "case": case,
        "draft": draft,
        "number": number,
        "company": company,
        "signed_on": signed_on,
        "issued_on": number.dated,
    }
    if draft.kind == Draft.Kind.REFUSAL:
        return Refusal.objects.create(**row)
    return Permit.objects.create(**row, expires_on=add_years(number.dated, years))


def void_number(decision: Decision, *, reason: str, by: User, at: datetime) -> Number:
    """Void the number of a decision that never came into force: it stays with its reason, the row goes.

    Raises:
        Refused: the decision counts already, or no reason was given.
    """
    if decision.scan_id is not None:
        raise Refused("Keputusan ini sudah disahkan; nomornya tidak dapat dibatalkan di sini.")
    if not reason.strip():
        raise Refused("Tuliskan alasan nomor dibatalkan.", "note")
    decision.delete()
    return _void(decision.number, reason=reason, by=by, at=at)


def void_later_number(decision: LaterDecision, *, reason: str, by: User, at: datetime) -> None:
    """Void the number of a later decision that is dropped: both stay, with the reason."""
    assert decision.number is not None
    assert decision.since is None
    _void(decision.number, reason=reason, by=by, at=at)


def _void(number: Number, *, reason: str, by: User, at: datetime) -> Number:
    number.voided_at, number.void_reason = at, reason
    number.save(update_fields=["voided_at", "void_reason"])
    record(
        chain=number.counter.series.chain,
        verb="number.void",
        by_id=by.pk,
        at=at,
        facts={"number": number.text, "seq": number.seq, "year": number.counter.year},
        note=reason,
    )
    return number


def attach_scan(decision: Decision, *, scan: Blob) -> None:
    """File the scan of the signed, numbered and stamped original: from now on the decision counts."""
    decision.scan = scan
    decision.save(update_fields=["scan"])
    _settle(decision.number)


def put_in_force(decision: LaterDecision, *, scan: Blob) -> None:
    """File the scan of a later decision's original: it counts from the day of its number."""
    assert decision.number is not None
    decision.scan, decision.since = scan, decision.number.dated
    decision.save(update_fields=["scan", "since"])
    _settle(decision.number)


def _settle(number: Number) -> None:
    """Whoever gave a number may have been killed before its book said so."""
    transaction.on_commit(
        partial(marks.issued, str(number.counter.series), number.counter.year, _in_book(number)), robust=True
    )


def name_earlier(permit: Permit, *, earlier: Earlier) -> None:
    """Write in the register which permit a renewal or a change takes the place of.

    Raises:
        Refused: another permit has taken its place meanwhile; two would stand for one.
    """
    field = "replaces_old" if isinstance(earlier, OldPermit) else "replaces"
    if earlier.replaced_on is not None or Permit.objects.filter(**{field: earlier}).exists():
        raise Refused(
            f"Izin nomor {earlier} sudah diganti izin lain. Kembalikan berkas ini kepada kepala dinas."
        )
    setattr(permit, field, earlier)
    permit.save(update_fields=[field])


def end_replaced(permit: Permit) -> None:
    """The earlier permit ends when the new one is issued: never before, never after (ADR 10)."""
    if permit.replaces_id is not None:
        Permit.objects.filter(pk=permit.replaces_id, replaced_on=None).update(replaced_on=permit.issued_on)
    if permit.replaces_old_id is not None:
        old = OldPermit.objects.filter(pk=permit.replaces_old_id, replaced_on=None)
        old.update(replaced_on=permit.issued_on)


# --- the register of the time before ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OldRow:
    """A permit as a table of the old register tells of it; `cell` is where its number stands."""

    cell: str
    number: str
    company: str
    nib: str
    issued_on: date
    expires_on: date
    location: str
    regency: str
    basis: str
    points: Sequence[Mapping[str, object]] = ()

    def says(self) -> dict[str, object]:
        """What is kept of it, by the names of the register's columns."""
        told = {name: getattr(self, name) for name in KEPT}
        return told | {"points": [dict(point) for point in self.points]}


KEPT = ("number", "company", "nib", "issued_on", "expires_on", "location", "regency", "basis")


@dataclass(frozen=True, slots=True)
class OldPreview:
    """What would come of importing: new permits, how many are there already, a sentence for each bad cell."""

    fresh: tuple[OldRow, ...] = ()
    unchanged: int = 0
    errors: Mapping[str, str] = field(default_factory=dict)


def preview_old_permits(rows: Sequence[OldRow], *, service: str, at: datetime) -> OldPreview:
    """Judge a table as `import_old_permits` would, without keeping anything."""
    known = {old.plain: old for old in OldPermit.objects.all()}
    errors: dict[str, str] = {}
    seen: dict[str, str] = {}
    fresh: list[OldRow] = []
    for row in rows:
        plain = plain_number(row.number)
        there = known.get(plain)
        if plain in seen:
            errors[row.cell] = f"Nomor {row.number} sudah ada pada sel {seen[plain]}. Hapus salah satunya."
        elif there is not None and (there.service != service or _differs(there, row)):
            errors[row.cell] = (
                f"Nomor {row.number} sudah diimpor {tanggal(office_day(there.imported_at))} dengan isi lain. "
                "Samakan barisnya, atau hapus dari tabel ini."
            )
        elif there is None and may_be_given("".join(row.number.split()), day=office_day(at)):
            errors[row.cell] = (
                f"Nomor {row.number} adalah nomor register Muara sendiri, bukan izin lama. Hapus barisnya."
            )
        elif there is None:
            fresh.append(row)
        seen.setdefault(plain, row.cell)
    return OldPreview(tuple(fresh), len(rows) - len(fresh) - len(errors), errors)


def _differs(there: OldPermit, row: OldRow) -> bool:
    return any(getattr(there, name) != value for name, value in row.says().items())


def import_old_permits(
    rows: Sequence[OldRow], *, service: str, sheet: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> OldPreview:
    """Take over the permits of an old register, all or none; those that are there already stay as they are.

    No number is given and no series moves. `sheet` is the hash of the table.

    Raises:
        NotYours: neither the registrar nor an administrator. Refused: a number is ours, stands twice, or was
            imported with another content.
    """
    with act(stamp):
        if not may_import_old(by, service, at=at):
            raise NotYours
        # Meanwhile no series gives a number, and nobody else imports.
        list(Series.objects.select_for_update(no_key=True).filter(service=service))
        found = preview_old_permits(rows, service=service, at=at)
        if found.errors:
            cell, sentence = next(iter(found.errors.items()))
            raise Refused(f"Sel {cell}: {sentence} Belum ada yang disimpan.")
        OldPermit.objects.bulk_create(
            [
                OldPermit(
                    **row.says(),
                    service=service,
                    plain=plain_number(row.number),
                    holder_plain=plain_holder(row.company),
                    sheet=sheet,
                    imported_by=by,
                    imported_at=at,
                )
                for row in found.fresh
            ],
            batch_size=500,
        )
        if found.fresh:
            record(
                chain=f"old-permits:{service}",
                verb="old_permits.import",
                by_id=by.pk,
                at=at,
                facts={
                    "new": len(found.fresh),
                    "unchanged": found.unchanged,
                    "sheet": sheet,
                    "rows": digest(canonical({"numbers": [row.number for row in found.fresh]})),
                },
                key=stamp.key,
                body=stamp.body,
            )
        return found

"""Giving numbers without a gap, and entering permits in the register."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, Refused, Stamp, act
from muara.cases.models import Case, Draft
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.permits.models import Decision, Number, Permit, Refusal, Series, SeriesYear
from muara.sop.definition import Process
from muara.sop.numbering import render_number, tokens, unknown_tokens
from muara.sop.working_time import add_years


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
    """Give the next number of a service's series; the counter's row is locked until the transaction ends.

    Raises:
        Refused: the series is not set up, or its last number bears a later date.
    """
    day = office_day(at)
    register = Series.objects.filter(service=service, key=series).first()
    if register is None:
        raise Refused("Seri nomor belum disiapkan. Minta administrator mengaturnya di halaman Kantor.")
    counter, _ = SeriesYear.objects.get_or_create(
        series=register,
        year=day.year,
        defaults={"last": _first(register, day.year) - 1},
    )
    counter = SeriesYear.objects.select_for_update().get(pk=counter.pk)
    previous = counter.numbers.order_by("-seq").first()
    if previous is not None and previous.dated > day:
        raise Refused("Nomor terakhir bertanggal sesudah hari ini. Periksa jam komputer server.")
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
    return number


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
        old = Series.objects.filter(service=service, key=key).first()
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
    number = decision.number
    if decision.scan_id is not None:
        raise Refused("Keputusan ini sudah disahkan; nomornya tidak dapat dibatalkan di sini.")
    if not reason.strip():
        raise Refused("Tuliskan alasan nomor dibatalkan.", "note")
    decision.delete()
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


def name_earlier(permit: Permit, *, earlier: Permit) -> None:
    """Write in the register which permit a renewal or a change takes the place of.

    Raises:
        Refused: another permit has taken its place meanwhile; two would stand for one.
    """
    if earlier.replaced_on is not None or Permit.objects.filter(replaces=earlier).exists():
        raise Refused(
            f"Izin nomor {earlier.number.text} sudah diganti izin lain. Kembalikan berkas ini kepada kepala "
            "dinas."
        )
    permit.replaces = earlier
    permit.save(update_fields=["replaces"])


def end_replaced(permit: Permit) -> None:
    """The earlier permit ends when the new one is issued: never before, never after (ADR 10)."""
    if permit.replaces_id is not None:
        Permit.objects.filter(pk=permit.replaces_id, replaced_on=None).update(replaced_on=permit.issued_on)

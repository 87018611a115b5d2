"""Powers of attorney (SOP U.3, U.4): recorded with their letter, taken up by their holder, revoked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Application, PowerOfAttorney
from muara.cases.rules import may_record_power, may_revoke_power
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.people.actions.companies import chain_of_company
from muara.people.actions.notices import Addressee, notify
from muara.people.models import Company, User, office_day
from muara.people.queries import confirmed_addresses
from muara.sop.values import ValueRefused, check_email

REASON_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLetter:
    """What a letter of power says; `ends` None where it names no end."""

    scope: str
    giver: str
    holder_name: str
    dated: date
    starts: date
    ends: date | None
    scan: Blob | None
    giver_position: str = ""


def demand_letter(letter: PowerLetter, *, on: date) -> Blob:
    """Return the scan of a letter that can be used some day; raises Refused."""
    if letter.scope not in PowerOfAttorney.Scope.values:
        raise Refused("Pilih lingkup kuasa.", "scope")
    if not letter.giver.strip():
        raise Refused("Tuliskan nama pemberi kuasa.", "giver")
    if not letter.holder_name.strip():
        raise Refused("Tuliskan nama penerima kuasa.", "holder_name")
    if letter.dated > on:
        raise Refused("Tanggal surat kuasa tidak boleh sesudah hari ini.", "dated")
    if letter.ends is not None and letter.ends < letter.starts:
        raise Refused("Masa berlaku surat kuasa berakhir sebelum dimulai. Periksa tanggalnya.", "ends")
    if letter.ends is not None and letter.ends < on:
        raise Refused("Surat kuasa ini sudah habis masa berlakunya. Minta yang baru.", "ends")
    if letter.scan is None:
        raise Refused("Unggah pindaian surat kuasa.", "power_scan")
    return letter.scan


def record_power(
    company: Company,
    letter: PowerLetter,
    *,
    application: Application | None = None,
    holder_address: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> PowerOfAttorney:
    """Record a letter of power, for one application or (None) all of a company.

    A member may name the holder's e-mail address: whoever has it confirmed can take the power up. A counter
    officer records the letter of somebody without an account.

    Raises:
        Refused: the letter says too little, or is over. NotYours: not the company's, and no counter officer.
    """
    with act(stamp):
        if application is not None and application.company_id != company.pk:
            raise NotYours
        if not may_record_power(by, company.pk, application, at=at):
            raise NotYours
        address = _address(holder_address) if holder_address else ""
        if address and not by.memberships.filter(company=company).exists():
            raise Refused("Hanya anggota perusahaan yang dapat memberi kuasa kepada sebuah akun.", "address")
        demand_letter(letter, on=office_day(at))
        power = keep_power(
            company, letter, application=application, holder_address=address, by=by, at=at, stamp=stamp
        )
        if address:
            _tell_holder(power, at=at)
        return power


def _tell_holder(power: PowerOfAttorney, *, at: datetime) -> None:
    notify(
        key=f"power:{power.pk}",
        kind="power",
        about=chain_of_company(power.company_id),
        to=Addressee(name=power.holder_name, email=power.holder_address),
        subject=f"Surat kuasa dari {power.company.name}",
        text=(
            f"Yth. {power.holder_name},\n\n{power.giver} memberi Anda kuasa "
            f"{power.get_scope_display().lower()} untuk {power.company.name}. Masuk atau daftar dengan "
            "alamat surel ini, lalu terima kuasanya. Abaikan surel ini bila Anda tidak mengenalnya."
        ),
        link="/perusahaan/",
        at=at,
    )


def keep_power(
    company: Company,
    letter: PowerLetter,
    *,
    application: Application | None,
    holder_address: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> PowerOfAttorney:
    """Keep a letter that was judged; call inside the act that judged it."""
    assert letter.scan is not None
    power = PowerOfAttorney.objects.create(
        company=company,
        application=application,
        scope=letter.scope,
        giver=letter.giver.strip(),
        giver_position=letter.giver_position.strip(),
        holder_name=letter.holder_name.strip(),
        holder_address=holder_address,
        dated=letter.dated,
        starts=letter.starts,
        ends=letter.ends,
        scan=letter.scan,
        recorded_by=by,
        recorded_at=at,
    )
    record(
        chain=chain_of_company(company.pk),
        verb="power.record",
        by_id=by.pk,
        at=at,
        facts={
            "power": power.pk,
            "scope": power.scope,
            "application": application.reference if application else None,
            "dated": power.dated.isoformat(),
            "starts": power.starts.isoformat(),
            "ends": power.ends.isoformat() if power.ends else None,
            "scan": letter.scan.sha256,
        },
        note=f"{power.giver} kepada {power.holder_name} {power.holder_address}".strip(),
        key=stamp.key,
        body=stamp.body,
    )
    return power


def named(power: PowerOfAttorney) -> dict[str, str]:
    """A proxy as the papers name them: who, given what by whom, in a letter of which day."""
    return {
        "name": power.holder_name,
        "scope": power.scope,
        "giver": power.giver,
        "dated": power.dated.isoformat(),
    }


def _address(typed: str) -> str:
    try:
        return check_email(typed).lower()
    except ValueRefused as refusal:
        raise Refused(refusal.message, "address") from None


def take_up(power: PowerOfAttorney, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """The holder takes the power up; from here on they act by it (KUHPerdata Pasal 1793).

    Raises:
        NotYours: it is addressed to somebody else. Refused: it is over, or was taken up or revoked.
    """
    with act(stamp):
        if power.holder_address not in confirmed_addresses(by):
            raise NotYours
        if power.ends is not None and power.ends < office_day(at):
            raise Refused(f"Kuasa ini berakhir pada {tanggal(power.ends)}; minta surat kuasa baru.")
        open_now = PowerOfAttorney.objects.filter(pk=power.pk, holder=None, revoked_at=None)
        if not open_now.update(holder=by, taken_up_at=at):
            raise Refused("Kuasa ini sudah diterima atau dicabut. Muat ulang halaman.")
        _recorded(power, verb="power.take_up", by=by, at=at, stamp=stamp)


def revoke_power(
    power: PowerOfAttorney, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> None:
    """The company takes a power back, or its holder gives it back; from that moment it covers nothing.

    Raises:
        Refused: no reason, or it was revoked before. NotYours: neither its company's nor its holder.
    """
    if not reason.strip():
        raise Refused("Tuliskan alasan pencabutan.", "reason")
    with act(stamp):
        if not may_revoke_power(by, power, at=at):
            raise NotYours
        open_now = PowerOfAttorney.objects.filter(pk=power.pk, revoked_at=None)
        if not open_now.update(revoked_by=by, revoked_at=at, revoke_reason=reason.strip()[:REASON_LENGTH]):
            raise Refused("Kuasa ini sudah dicabut. Muat ulang halaman.")
        _recorded(power, verb="power.revoke", by=by, at=at, note=reason.strip(), stamp=stamp)


def _recorded(
    power: PowerOfAttorney, *, verb: str, by: User, at: datetime, note: str = "", stamp: Stamp
) -> None:
    record(
        chain=chain_of_company(power.company_id),
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"power": power.pk},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )

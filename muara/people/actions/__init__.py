"""Setting the office up: its letterhead, agencies, people and what they hold, the calendar.

Every act is recorded on the chain of what it changes (`office:<pk>`, `user:<pk>`, `calendar`); names and
addresses of persons go into the erasable note only. `by=None` is the installation itself (manage.py setup).
A form's `key` and `body` are kept on the entry, so that the same form sent twice is known.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from muara.audit.actions import record
from muara.people.models import (
    AgencySigner,
    CalendarDay,
    Holding,
    Office,
    OfficeSetting,
    ServiceHours,
    User,
    office_day,
)
from muara.people.queries import issuing_office
from muara.people.rules import (
    ADMINISTRATOR,
    AGENCY_ACTORS,
    SEATS,
    check_nip,
    may_administer,
    may_change_own_name,
)
from muara.sop.values import (
    ValueRefused,
    check_email,
    check_phone,
    check_postal_code,
    clean_text,
)

CALENDAR, HOURS = "calendar", "hours"
SHIPPED_CALENDAR = "hari_libur_2024_2027.csv"
SHIPPED_HOURS = "jam_pelayanan.csv"
SOP_HOURS_SINCE = date(2017, 6, 7)  # revision 03 is in force from this day
SOP_HOURS_BASIS = "SOP-LP2N-LHP-02 rev. 03, Lampiran 1, langkah 1"
REASON_LENGTH = 300
COLUMNS = ("tanggal", "jenis", "nama", "perkiraan")


class NotAdministrator(Exception):
    """Only an administrator may do this."""


class Refused(Exception):
    """An act that the rules do not allow; the message says in Indonesian what to do instead."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field


@dataclass(frozen=True, kw_only=True, slots=True)
class OfficeDetails:
    """What a letterhead needs of an office, how its head is titled, and what the office promises the public.

    `pledge` is the service pledge (maklumat pelayanan) as its head established it on `pledge_day`;
    `privacy_contact` names whom to ask about personal data (UU 27/2022, Pasal 53).
    """

    name: str
    short_name: str
    government: str
    head_title: str
    seat: str = ""
    address: str = ""
    postal_code: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    on_behalf_of: str = ""
    pledge: str = ""
    pledge_day: date | None = None
    privacy_contact: str = ""
    paper_only: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Signing:
    """A place in an agency's signing order: who gives a paraf, in which position."""

    position: str
    user_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """Who a user is; rank and NIP are printed under an official's signature."""

    email: str
    name: str
    phone: str = ""
    nip: str = ""
    rank: str = ""


# --- offices ---------------------------------------------------------------------------------------------


@transaction.atomic
def save_office(
    *, details: OfficeDetails, by: User | None, at: datetime, key: str | None = None, body: str = ""
) -> Office:
    """Set the issuing office's identity, or change it.

    Raises:
        NotAdministrator: the person may not.
        Refused: a field cannot be used.
    """
    _demand(by, at)
    office = issuing_office() or Office(kind=Office.Kind.ISSUING)
    return _save_office(office, details, by=by, at=at, key=key, body=body)


@transaction.atomic
def add_agency(
    *, details: OfficeDetails, by: User | None, at: datetime, key: str | None = None, body: str = ""
) -> Office:
    """Add an agency (OPD) that gives technical recommendations; raises like save_office."""
    _demand(by, at)
    return _save_office(Office(kind=Office.Kind.AGENCY), details, by=by, at=at, key=key, body=body)


@transaction.atomic
def change_agency(
    agency_id: int,
    *,
    details: OfficeDetails,
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> Office:
    """Change an agency's identity; raises like save_office."""
    _demand(by, at)
    agency = Office.objects.select_for_update().get(pk=agency_id, kind=Office.Kind.AGENCY)
    return _save_office(agency, details, by=by, at=at, key=key, body=body)


@transaction.atomic
def set_signers(
    agency_id: int,
    *,
    signers: Sequence[Signing],
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> None:
    """Set who gives a paraf on the agency's worksheets, in which order; nobody: none is demanded.

    Raises:
        NotAdministrator: the person may not.
        Refused: a position is empty, somebody stands twice, or is not of the agency's technical team.
    """
    _demand(by, at)
    agency = Office.objects.select_for_update().get(pk=agency_id, kind=Office.Kind.AGENCY)
    people = [signer.user_id for signer in signers]
    if len(set(people)) != len(people):
        raise Refused("Satu orang hanya sekali dalam urutan paraf.")
    team = Holding.objects.current(office_day(at)).filter(office=agency, actor__in=AGENCY_ACTORS)
    if set(people) - set(team.values_list("user", flat=True)):
        raise Refused("Pemaraf harus anggota tim teknis OPD ini. Tugaskan lebih dahulu.")
    positions = [_clean(AgencySigner, {"position": signer.position}) for signer in signers]
    for values in positions:
        _require(values, position="jabatan pemaraf")
    agency.signers.all().delete()
    AgencySigner.objects.bulk_create(
        AgencySigner(agency=agency, order=order, user_id=user_id, **values)
        for order, (user_id, values) in enumerate(zip(people, positions, strict=True), start=1)
    )
    _record(
        f"office:{agency.pk}",
        "office.signers",
        by=by,
        at=at,
        facts={"signers": people},
        key=key,
        body=body,
    )


def _save_office(
    office: Office, details: OfficeDetails, *, by: User | None, at: datetime, key: str | None, body: str
) -> Office:
    values = _clean_office(details)
    namesakes = Office.objects.filter(kind=office.kind, name__iexact=values["name"]).exclude(
        pk=office.pk or 0
    )
    if namesakes.exists():
        raise Refused("Kantor dengan nama ini sudah ada.", "name")
    made = office.pk is None
    changed = _assign(office, values)
    office.save()
    _record(
        f"office:{office.pk}",
        "office.add" if made else "office.change",
        by=by,
        at=at,
        facts={"kind": office.kind, "set": {name: _set_to(name, values[name]) for name in changed}},
        key=key,
        body=body,
    )
    return office


def _set_to(name: str, value: object) -> object:
    """Say a changed value as the entry may hold it: whom to ask about privacy may be a person's name."""
    if name == "privacy_contact":
        return bool(value)
    return value.isoformat() if isinstance(value, date) else value


def _clean_office(details: OfficeDetails) -> dict[str, Any]:
    texts = {name: value for name, value in asdict(details).items() if isinstance(value, str)}
    values = _clean(Office, texts, checks={"postal_code": check_postal_code, "email": check_email})
    _require(values, name="nama kantor", short_name="nama singkat", government="nama pemerintah daerah")
    _require(values, head_title="sebutan jabatan kepala")
    if values["pledge"] and details.pledge_day is None:
        raise Refused("Isi tanggal maklumat ditetapkan, atau kosongkan maklumatnya.", "pledge_day")
    if details.pledge_day is not None and not values["pledge"]:
        raise Refused("Tulis bunyi maklumat yang ditetapkan pada tanggal itu.", "pledge")
    return {**values, "pledge_day": details.pledge_day, "paper_only": details.paper_only}


# --- users -----------------------------------------------------------------------------------------------


@transaction.atomic
def create_user(
    *,
    profile: Profile,
    by: User | None,
    at: datetime,
    password: str | None = None,
    key: str | None = None,
    body: str = "",
) -> User:
    """Open an account for an official; without a password it waits until its owner sets one.

    Raises:
        NotAdministrator: the person may not.
        Refused: a field cannot be used, the address is taken, or the password is weak (domain 10.2).
    """
    _demand(by, at)
    values = _clean_profile(profile, user=None)
    if password is not None:
        try:
            validate_password(password, User(email=values["email"], name=values["name"]))
        except ValidationError as error:
            raise Refused(" ".join(error.messages), "password") from None
    user = User.objects.create_user(password=password, **values)
    _record(
        f"user:{user.pk}",
        "user.add",
        by=by,
        at=at,
        facts={"password": password is not None},
        note=f"{user.name} <{user.email}>",
        key=key,
        body=body,
    )
    return user


@transaction.atomic
def change_user(
    user_id: int,
    *,
    profile: Profile,
    active: bool,
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> User:
    """Change an account, or close it (a closed one signs in nowhere, at once) and open it again.

    Raises:
        NotAdministrator: the person may not.
        Refused: a field cannot be used, or the office would be left without an administrator.
    """
    _demand(by, at)
    user = User.objects.select_for_update().get(pk=user_id)
    values = _clean_profile(profile, user=user)
    if user.is_active and not active:
        _keep_an_administrator(without=user, holding=None, on=office_day(at), field="is_active")
    before = {name: getattr(user, name) for name in values}
    changed = _assign(user, values)
    state = {} if user.is_active == active else {"active": active}
    user.is_active = active
    user.save()
    if "email" in changed:  # the office vouches for the new address, as for the first
        user.vouch_for_address()
    if not changed and not state:
        return user
    _record(
        f"user:{user.pk}",
        "user.change",
        by=by,
        at=at,
        facts={"fields": changed, **state},
        note="; ".join(f"{name}: {before[name]} → {values[name]}" for name in changed),
        key=key,
        body=body,
    )
    return user


@transaction.atomic
def change_own_details(
    *, name: str, phone: str, by: User, at: datetime, key: str | None = None, body: str = ""
) -> User:
    """Correct one's own name and telephone number (UU 27/2022, Pasal 6); officials only the number.

    What was submitted, signed or printed before keeps the name of its time.

    Raises:
        Refused: a field cannot be used, or the name is an official's.
    """
    user = User.objects.select_for_update().get(pk=by.pk)
    values = _clean(User, {"name": name, "phone": phone}, checks={"phone": check_phone})
    _require(values, name="nama Anda", phone="nomor telepon yang dapat dihubungi")
    if values["name"] != user.name and not may_change_own_name(user, at=at):
        raise Refused("Nama pejabat tercetak di surat kantor. Minta administrator mengubahnya.", "name")
    before = {field: getattr(user, field) for field in values}
    changed = _assign(user, values)
    if not changed:
        return user
    user.save(update_fields=changed)
    _record(
        f"user:{user.pk}",
        "user.change",
        by=user,
        at=at,
        facts={"fields": changed},
        note="; ".join(f"{field}: {before[field]} → {values[field]}" for field in changed),
        key=key,
        body=body,
    )
    return user


@transaction.atomic
def invite(user_id: int, *, by: User | None, at: datetime, key: str | None = None, body: str = "") -> User:
    """Record that a one-time link to set a password was made out for a user.

    Raises:
        NotAdministrator: the person may not.
        Refused: the account is closed.
    """
    _demand(by, at)
    user = User.objects.get(pk=user_id)
    if not user.is_active:
        raise Refused("Akun ini nonaktif. Aktifkan dahulu, lalu buat tautannya.")
    _record(f"user:{user.pk}", "user.invite", by=by, at=at, facts={}, key=key, body=body)
    return user


def _clean_profile(profile: Profile, *, user: User | None) -> dict[str, str]:
    values = _clean(
        User, asdict(profile), checks={"email": check_email, "phone": check_phone, "nip": check_nip}
    )
    _require(values, name="nama", email="alamat surel")
    values["email"] = values["email"].lower()
    taken = User.objects.filter(email__iexact=values["email"]).exclude(pk=user.pk if user else 0)
    if taken.exists():
        raise Refused("Alamat surel ini sudah dipakai akun lain.", "email")
    return values


# --- what people hold ------------------------------------------------------------------------------------


@transaction.atomic
def grant(
    user_id: int,
    *,
    actor: str,
    office_id: int,
    starts: date,
    by: User | None,
    at: datetime,
    ends: date | None = None,
    status: str = Holding.Status.DEFINITIVE,
    reason: str = "",
    key: str | None = None,
    body: str = "",
) -> Holding:
    """Let a person hold an actor of the SOP for a period, definitively or as Plt/Plh.

    An acting official may stand beside the definitive one; both days count.

    Raises:
        NotAdministrator: the person may not.
        Refused: the period, the office or the post does not allow it, or an administrator grants
            something to themself without a reason.
    """
    _demand(by, at)
    user = User.objects.select_for_update().get(pk=user_id)
    office = Office.objects.get(pk=office_id)
    reason = _reason(reason)
    own = by is not None and by.pk == user.pk
    if not user.is_active:
        raise Refused("Akun ini nonaktif. Aktifkan dahulu sebelum menugaskannya.")
    if own and not reason:
        raise Refused(
            "Anda menugaskan diri sendiri. Sebutkan dasar atau alasannya; ini ikut dicatat.", "reason"
        )
    _check_place(actor, office)
    _check_period(status, starts, ends)
    _check_overlap(user, actor=actor, office=office, status=status, starts=starts, ends=ends)
    holding = Holding.objects.create(
        user=user, actor=actor, office=office, status=status, starts=starts, ends=ends
    )
    _record(
        f"user:{user.pk}",
        "holding.grant",
        by=by,
        at=at,
        facts={**_told(holding), "own": own},
        note=reason,
        key=key,
        body=body,
    )
    return holding


@transaction.atomic
def end_holding(
    holding_id: int,
    *,
    ends: date,
    by: User | None,
    at: datetime,
    reason: str = "",
    key: str | None = None,
    body: str = "",
) -> Holding:
    """Set the last day on which a person holds an actor; the day itself still counts.

    Raises:
        NotAdministrator: the person may not.
        Refused: the day lies before the first one or lengthens an ended period, or the office would be
            left without an administrator.
    """
    _demand(by, at)
    holding = Holding.objects.select_for_update().select_related("user", "office").get(pk=holding_id)
    if ends < holding.starts:
        raise Refused("Hari terakhir tidak boleh sebelum hari pertamanya.", "ends")
    if holding.ends is not None and ends > holding.ends:
        raise Refused("Masa ini sudah berakhir lebih awal. Untuk memperpanjang, beri penugasan baru.", "ends")
    if holding.actor == ADMINISTRATOR:
        _keep_an_administrator(without=None, holding=holding, on=max(office_day(at), ends), field="ends")
    holding.ends = ends
    holding.save(update_fields=["ends"])
    _record(
        f"user:{holding.user_id}",
        "holding.end",
        by=by,
        at=at,
        facts=_told(holding),
        note=_reason(reason),
        key=key,
        body=body,
    )
    return holding


def _check_place(actor: str, office: Office) -> None:
    at_agency = office.kind == Office.Kind.AGENCY
    if actor in AGENCY_ACTORS and not at_agency:
        raise Refused("Tim teknis bekerja di OPD. Pilih OPD-nya.", "office")
    if actor not in AGENCY_ACTORS and at_agency:
        raise Refused("Pelaksana ini bekerja di kantor penerbit izin. Pilih kantor itu.", "office")


def _check_period(status: str, starts: date, ends: date | None) -> None:
    if status not in Holding.Status.values:
        raise Refused("Pilih definitif, Plt., atau Plh.", "status")
    if ends is not None and ends < starts:
        raise Refused("Hari terakhir tidak boleh sebelum hari pertamanya.", "ends")
    if status != Holding.Status.DEFINITIVE and ends is None:
        raise Refused("Plt. dan Plh. berlaku sementara. Isi tanggal berakhirnya.", "ends")


def _one_at_a_time() -> None:
    """Let one administrator at a time decide who holds what: two could both be right and wrong together."""
    Office.objects.select_for_update().filter(kind=Office.Kind.ISSUING).first()


def _check_overlap(
    user: User, *, actor: str, office: Office, status: str, starts: date, ends: date | None
) -> None:
    _one_at_a_time()
    overlapping = Q(ends=None) | Q(ends__gte=starts)
    if ends is not None:
        overlapping &= Q(starts__lte=ends)
    held = Holding.objects.filter(overlapping, actor=actor, office=office).select_related("user")
    if held.filter(user=user).exists():
        raise Refused("Orang ini sudah memegang pelaksana tersebut pada masa itu.", "starts")
    if actor in SEATS:
        acting = status != Holding.Status.DEFINITIVE
        same = [other for other in held if (other.status != Holding.Status.DEFINITIVE) == acting]
        if same:
            raise Refused(
                f"Jabatan ini pada masa itu dipegang {same[0].user.name} "
                f"({same[0].get_status_display()}). Akhiri dahulu, atau pilih tanggal lain.",
                "starts",
            )


def _keep_an_administrator(*, without: User | None, holding: Holding | None, on: date, field: str) -> None:
    """Refuse what would leave nobody to administer the office from the day after `on`."""
    _one_at_a_time()
    others = Holding.objects.filter(actor=ADMINISTRATOR, user__is_active=True, starts__lte=on, ends=None)
    if without is not None:
        if not without.holdings.current(on).filter(actor=ADMINISTRATOR).exists():
            return
        others = others.exclude(user=without)
    if holding is not None:
        others = others.exclude(pk=holding.pk)
    if not others.exists():
        raise Refused(
            "Kantor akan tanpa administrator. Tugaskan orang lain sebagai administrator lebih dahulu.", field
        )


def _told(holding: Holding) -> dict[str, object]:
    return {
        "holding": holding.pk,
        "actor": holding.actor,
        "office": holding.office_id,
        "status": holding.status,
        "starts": holding.starts.isoformat(),
        "ends": holding.ends.isoformat() if holding.ends else None,
    }


# --- the calendar ----------------------------------------------------------------------------------------


def shipped_calendar() -> list[dict[str, str]]:
    """Read the holidays and collective leave of 2024–2027 that come with Muara."""
    path = Path(__file__).parent.parent / "data" / SHIPPED_CALENDAR
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_calendar_table(content: bytes) -> list[dict[str, str]]:
    """Read a table of days (CSV, UTF-8, commas or semicolons); raises Refused where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("Simpan tabelnya sebagai CSV (UTF-8), lalu unggah lagi.", "table") from None
    first, _, rest = text.partition("\n")
    separator = ";" if first.count(";") > first.count(",") else ","
    if [name.strip() for name in first.strip().split(separator)] != list(COLUMNS):
        raise Refused(f"Baris pertama harus berisi nama kolom: {', '.join(COLUMNS)}.", "table")
    if not rest.strip():
        raise Refused("Tabelnya tidak berisi hari.", "table")
    return list(csv.DictReader(rest.splitlines(), fieldnames=COLUMNS, delimiter=separator))


def calendar_changes(
    rows: Iterable[Mapping[str, str]], *, source: str
) -> list[tuple[CalendarDay, CalendarDay | None]]:
    """The days that a table would add or change, each with the day that is there; raises Refused."""
    known = {(day.date, day.kind, day.name): day for day in CalendarDay.objects.all()}
    found: list[tuple[CalendarDay, CalendarDay | None]] = []
    for number, row in enumerate(rows, start=2):  # line 1 holds the columns' names
        day = _calendar_row(row, number=number, source=source)
        old = known.get((day.date, day.kind, day.name))
        if old is None:
            known[day.date, day.kind, day.name] = day
            found.append((day, None))
        elif old.pk is None:  # the same day twice in the table
            old.estimated = day.estimated
        elif old.estimated != day.estimated:
            found.append((day, old))
    return found


@transaction.atomic
def import_calendar(
    *,
    rows: Iterable[Mapping[str, str]],
    source: str,
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> int:
    """Add the days of a table (columns tanggal, jenis, nama, perkiraan Y/N); return how many are new.

    The same table twice adds nothing; a day that is no longer an estimate loses its mark.

    Raises:
        NotAdministrator: the person may not.
        Refused: a line is broken; it is named, and nothing is imported.
    """
    _demand(by, at)
    added = changed = 0
    for day, old in calendar_changes(rows, source=source):
        if old is None:
            day.save()
            added += 1
        else:
            CalendarDay.objects.filter(pk=old.pk).update(estimated=day.estimated)
            changed += 1
    if added or changed:
        facts = {"source": source, "added": added, "changed": changed}
        _record(CALENDAR, "calendar.import", by=by, at=at, facts=facts, key=key, body=body)
    return added


@transaction.atomic
def add_calendar_day(
    *,
    day: date,
    kind: str,
    name: str,
    by: User | None,
    at: datetime,
    basis: str = "",
    estimated: bool = False,
    key: str | None = None,
    body: str = "",
) -> CalendarDay:
    """Close the office on a day, or open it on one that would be closed (a replacement working day).

    Raises:
        NotAdministrator: the person may not.
        Refused: the day is there already, or a field cannot be used.
    """
    _demand(by, at)
    if kind not in CalendarDay.Kind.values:
        raise Refused("Pilih jenis hari.", "kind")
    values = _clean(CalendarDay, {"name": name, "basis": basis})
    _require(values, name="keterangan hari")
    if CalendarDay.objects.filter(date=day, kind=kind).exists():
        raise Refused("Hari dengan tanggal dan jenis ini sudah ada di kalender.", "date")
    row = CalendarDay.objects.create(
        date=day, kind=kind, estimated=estimated, source="administrator", **values
    )
    _record(CALENDAR, "calendar.add", by=by, at=at, facts=_told_day(row), key=key, body=body)
    return row


@transaction.atomic
def remove_calendar_day(
    day_id: int, *, by: User | None, at: datetime, key: str | None = None, body: str = ""
) -> None:
    """Take a day out of the calendar; what it was stays in the record. Raises NotAdministrator."""
    _demand(by, at)
    row = CalendarDay.objects.select_for_update().get(pk=day_id)
    facts = _told_day(row)
    row.delete()
    _record(CALENDAR, "calendar.remove", by=by, at=at, facts=facts, key=key, body=body)


def _calendar_row(row: Mapping[str, str], *, number: int, source: str) -> CalendarDay:
    if missing := [column for column in COLUMNS if row.get(column) is None]:
        raise Refused(f"Baris {number}: kolom {', '.join(missing)} tidak ada. Tidak ada baris yang diimpor.")
    try:
        day = date.fromisoformat(row["tanggal"].strip())
        name = clean_text(row["nama"], max_length=120)
    except ValueError as error:
        raise Refused(
            f"Baris {number}: {_why(error, row['tanggal'])} Tidak ada baris yang diimpor."
        ) from None
    kind, estimated = row["jenis"].strip(), row["perkiraan"].strip().upper()
    if kind not in CalendarDay.Kind.values:
        raise Refused(f"Baris {number}: jenis “{kind}” tidak dikenal. Tidak ada baris yang diimpor.")
    if estimated not in {"Y", "N"}:
        raise Refused(f"Baris {number}: perkiraan harus Y atau N. Tidak ada baris yang diimpor.")
    if not name:
        raise Refused(f"Baris {number}: nama hari kosong. Tidak ada baris yang diimpor.")
    return CalendarDay(date=day, kind=kind, name=name, estimated=estimated == "Y", source=source)


def _why(error: ValueError, text: str) -> str:
    if isinstance(error, ValueRefused):
        return error.message
    return f"“{text}” bukan tanggal; tulis seperti 2026-12-25."


def _told_day(row: CalendarDay) -> dict[str, object]:
    return {
        "date": row.date.isoformat(),
        "kind": row.kind,
        "name": row.name,
        "estimated": row.estimated,
        "basis": row.basis,
    }


# --- what the SOP leaves to the office --------------------------------------------------------------------


@transaction.atomic
def set_office_setting(
    *,
    setting: str,
    value: int,
    effective_from: date,
    basis: str,
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> OfficeSetting:
    """Set a number that the SOP leaves open, from a day on; what held before stays on record.

    Raises:
        NotAdministrator: the person may not.
        Refused: it is no number of days, the basis is missing, the day is past, or has a value already.
    """
    _demand(by, at)
    if setting not in OfficeSetting.Key.values:
        raise Refused("Pilih ketentuan yang diatur.", "setting")
    if value < 1 and setting not in OfficeSetting.MAY_BE_ZERO:
        raise Refused("Isi paling sedikit 1.", "value")
    if setting in OfficeSetting.MAY_BE_ZERO and not 0 <= value <= OfficeSetting.MOST_QUARTERS:
        raise Refused(f"Isi 0 sampai {OfficeSetting.MOST_QUARTERS} triwulan.", "value")
    if setting == OfficeSetting.Key.REPORT_DUE_DAY and value > 31:
        raise Refused("Isi tanggal, dari 1 sampai 31.", "value")
    if setting == OfficeSetting.Key.LOGGER_SHARE and value > 100:
        raise Refused("Isi persen, dari 1 sampai 100.", "value")
    if by is not None and effective_from < office_day(at):
        raise Refused(
            "Ketentuan tidak dapat berlaku surut. Pilih hari ini atau sesudahnya.", "effective_from"
        )
    values = _clean(OfficeSetting, {"basis": basis})
    _require(values, basis="dasar ketentuan ini")
    if OfficeSetting.objects.filter(key=setting, effective_from=effective_from).exists():
        raise Refused("Sudah ada nilai yang berlaku sejak tanggal itu. Pilih tanggal lain.", "effective_from")
    row = OfficeSetting.objects.create(key=setting, value=value, effective_from=effective_from, **values)
    _record(
        f"setting:{setting}",
        "setting.set",
        by=by,
        at=at,
        facts={"value": value, "effective_from": effective_from.isoformat(), "basis": row.basis},
        key=key,
        body=body,
    )
    return row


# --- service hours ---------------------------------------------------------------------------------------


@transaction.atomic
def set_hours(
    *,
    weekdays: Sequence[int],
    opens: time | None,
    closes: time | None,
    effective_from: date,
    basis: str,
    by: User | None,
    at: datetime,
    on_holidays: bool = False,
    key: str | None = None,
    body: str = "",
) -> None:
    """Set the service hours of some weekdays from a day on; no times: closed. The old hours stay on record.

    Raises:
        NotAdministrator: the person may not.
        Refused: no weekday, one time alone, an end before the beginning, a past day, hours set for that day
            already, or no basis.
    """
    _demand(by, at)
    if not weekdays or set(weekdays) - set(ServiceHours.Weekday.values):
        raise Refused("Pilih hari yang diatur.", "weekdays")
    if (opens is None) != (closes is None):
        raise Refused("Isi jam buka dan jam tutup, atau kosongkan keduanya bila kantor tutup.", "closes")
    if opens is not None and closes is not None and closes <= opens:
        raise Refused("Jam tutup harus sesudah jam buka.", "closes")
    if by is not None and effective_from < office_day(at):
        raise Refused(
            "Jam pelayanan tidak dapat berlaku surut. Pilih hari ini atau sesudahnya.", "effective_from"
        )
    values = _clean(ServiceHours, {"basis": basis})
    _require(values, basis="dasar jam pelayanan ini")
    if ServiceHours.objects.filter(weekday__in=weekdays, effective_from=effective_from).exists():
        raise Refused(
            "Jam hari itu sudah diatur sejak tanggal yang sama. Pilih tanggal lain.", "effective_from"
        )
    ServiceHours.objects.bulk_create(
        ServiceHours(
            weekday=day,
            opens=opens,
            closes=closes,
            on_holidays=on_holidays,
            effective_from=effective_from,
            **values,
        )
        for day in sorted(set(weekdays))
    )
    facts = {
        "weekdays": sorted(set(weekdays)),
        "opens": opens.isoformat() if opens else None,
        "closes": closes.isoformat() if closes else None,
        "on_holidays": on_holidays,
        "effective_from": effective_from.isoformat(),
        "basis": values["basis"],
    }
    _record(HOURS, "hours.set", by=by, at=at, facts=facts, key=key, body=body)


def import_hours(*, by: User | None, at: datetime) -> None:
    """Set the hours that the SOP prints (step 1), from the day the SOP came into force."""
    path = Path(__file__).parent.parent / "data" / SHIPPED_HOURS
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            set_hours(
                weekdays=[int(row["hari"])],
                opens=time.fromisoformat(row["buka"]) if row["buka"] else None,
                closes=time.fromisoformat(row["tutup"]) if row["tutup"] else None,
                effective_from=SOP_HOURS_SINCE,
                basis=SOP_HOURS_BASIS,
                by=by,
                at=at,
            )


# --- shared by the acts above ----------------------------------------------------------------------------


def _demand(by: User | None, at: datetime) -> None:
    if by is not None and not may_administer(by, at=at):
        raise NotAdministrator


def _record(
    chain: str,
    verb: str,
    *,
    by: User | None,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    key: str | None,
    body: str,
) -> None:
    by_id = by.pk if by else None
    record(chain=chain, verb=verb, by_id=by_id, at=at, facts=facts, note=note, key=key, body=body)


def _assign(row: Office | User, values: Mapping[str, object]) -> list[str]:
    """Set the fields of a row, and tell which of them changed."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _clean(
    model: type[Office | User | CalendarDay | AgencySigner | OfficeSetting | ServiceHours],
    typed: Mapping[str, str],
    *,
    checks: Mapping[str, Callable[[str], str]] | None = None,
) -> dict[str, str]:
    """Trim texts and keep them within their columns; what has a shape of its own is read by its check."""
    values = {}
    for name, text in typed.items():
        try:
            value = clean_text(text)
            if value and checks and name in checks:
                value = checks[name](value)
            limit: int | None = model._meta.get_field(name).max_length  # type: ignore[union-attr]
            values[name] = clean_text(value, max_length=limit)
        except ValueRefused as refusal:
            raise Refused(refusal.message, name) from None
    return values


def _reason(text: str) -> str:
    try:
        return clean_text(text, max_length=REASON_LENGTH)
    except ValueRefused as refusal:
        raise Refused(refusal.message, "reason") from None


def _require(values: Mapping[str, str], **fields: str) -> None:
    for name, label in fields.items():
        if not values[name]:
            raise Refused(f"Isi {label}.", name)

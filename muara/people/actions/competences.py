"""What officials learned (SOP section O): written down by whoever answers for them, withdrawn when wrong."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from muara.audit.actions import record
from muara.people.actions import Refused
from muara.people.models import Competence, User, office_day
from muara.people.rules import may_record_competence
from muara.sop.values import ValueRefused, clean_text


class NotTheirs(Exception):
    """The person neither is above the official nor administers the office."""


@transaction.atomic
def record_competence(
    user_id: int,
    *,
    kind: str,
    title: str,
    issuer: str,
    obtained_on: date,
    number: str = "",
    valid_until: date | None = None,
    by: User,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> Competence:
    """Write down an education, a training or a certificate of an official.

    Raises:
        NotTheirs: the person may not. Refused: something is missing, or the days cannot be.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not may_record_competence(by, user, at=at):
        raise NotTheirs
    if kind not in Competence.Kind.values:
        raise Refused("Pilih jenisnya.", "kind")
    texts = {"title": title, "issuer": issuer, "number": number}
    said = {name: _clean(name, text) for name, text in texts.items()}
    if obtained_on > office_day(at):
        raise Refused("Tanggalnya belum tiba. Catat setelah diperoleh.", "obtained_on")
    if valid_until is not None and valid_until < obtained_on:
        raise Refused("Masa berlakunya berakhir sebelum diperoleh. Periksa kedua tanggalnya.", "valid_until")
    made = Competence.objects.create(
        user=user,
        kind=kind,
        obtained_on=obtained_on,
        valid_until=valid_until,
        recorded_by=by,
        recorded_at=at,
        **said,
    )
    _record(made, "competence.record", by=by, at=at, key=key, body=body)
    return made


@transaction.atomic
def withdraw_competence(
    competence_id: int, *, by: User, at: datetime, key: str | None = None, body: str = ""
) -> Competence:
    """Take back what was written down by mistake; the row stays.

    Raises:
        NotTheirs: the person may not. Refused: it was withdrawn already.
    """
    found = Competence.objects.select_for_update().select_related("user").get(pk=competence_id)
    if not may_record_competence(by, found.user, at=at):
        raise NotTheirs
    if found.withdrawn_at is not None:
        raise Refused("Catatan ini sudah dibatalkan. Muat ulang halaman.")
    found.withdrawn_by, found.withdrawn_at = by, at
    found.save(update_fields=["withdrawn_by", "withdrawn_at"])
    _record(found, "competence.withdraw", by=by, at=at, key=key, body=body)
    return found


def _clean(name: str, text: str) -> str:
    limit: int | None = Competence._meta.get_field(name).max_length  # type: ignore[union-attr]
    try:
        value = clean_text(text, max_length=limit)
    except ValueRefused as refusal:
        raise Refused(refusal.message, name) from None
    if not value and name != "number":
        raise Refused("Isi bagian ini.", name)
    return value


def _record(row: Competence, verb: str, *, by: User, at: datetime, key: str | None, body: str) -> None:
    facts = {"competence": row.pk, "kind": row.kind, "obtained_on": row.obtained_on.isoformat()}
    record(chain=f"user:{row.user_id}", verb=verb, by_id=by.pk, at=at, facts=facts, key=key, body=body)

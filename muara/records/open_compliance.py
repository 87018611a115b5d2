"""The compliance of all permits by quarter as open data, where the office publishes it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import QuerySet

from muara.compliance.models import Grant
from muara.compliance.published import PublishedQuarter, published_quarters
from muara.people.queries import published_quarters_set
from muara.permits.models import Permit
from muara.records.open_register import Column

COLUMNS = (
    Column("nomor_izin", "Nomor izin menurut buku register."),
    Column("pemegang", "Nama pemegang izin seperti tertulis dalam keputusan."),
    Column("triwulan", "Triwulan; diumumkan sesudah laporannya jatuh tempo."),
    Column("hari_taat", "Hari yang debit dan pH-nya tercatat dan memenuhi batas, pada semua titik penaatan."),
    Column("hari_wajib", "Hari yang wajib dicatat, pada semua titik penaatan."),
    Column("uji_taat", "Uji bulanan (parameter dan titik) yang ada dan memenuhi baku mutu izin."),
    Column("uji_wajib", "Uji bulanan (parameter dan titik) yang wajib."),
    Column("pelampauan_ditegaskan", "Banyaknya pelampauan yang ditegaskan petugas."),
    Column("keadaan", "Taat, ada pelampauan yang ditegaskan, atau belum seluruhnya terbukti taat."),
)
Row = dict[str, str | int]


@dataclass(frozen=True, slots=True)
class Line:
    """A permit's quarter as the public takes it along."""

    nomor_izin: str
    pemegang: str
    triwulan: str
    hari_taat: int
    hari_wajib: int
    uji_taat: int
    uji_wajib: int
    pelampauan_ditegaskan: int
    keadaan: str


def compliance_of(permit: Permit, *, today: date) -> list[PublishedQuarter]:
    """A permit's published quarters; none where the office publishes none, or nothing was followed yet."""
    number = published_quarters_set(on=today)
    grant = _grants().filter(permit=permit).first() if number else None
    return published_quarters(grant, number=number, today=today) if grant else []


def _grants() -> QuerySet[Grant]:
    rows = Grant.objects.filter(permit__scan__isnull=False).select_related("discharge", "permit__number")
    return rows.prefetch_related("discharge__grants").order_by("-permit__issued_on", "-permit")


def count_compliance(today: date) -> list[Row]:
    """All that is published on a day, the newest permits first."""
    number = published_quarters_set(on=today)
    return [asdict(line) for line in _lines(number, today)] if number else []


def _lines(number: int, today: date) -> Iterator[Line]:
    for grant in _grants():
        permit = grant.permit
        for quarter in published_quarters(grant, number=number, today=today):
            yield Line(
                permit.number.text,
                permit.company,
                quarter.name,
                quarter.days,
                quarter.days_required,
                quarter.tests,
                quarter.tests_required,
                len(quarter.confirmed),
                quarter.state,
            )


def compliance_key(today: date) -> str:
    return f"compliance:{today}:{published_quarters_set(on=today)}"

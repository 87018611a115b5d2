"""The register of permits as anybody may read and take it along, and what each column means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q, QuerySet, Value

from muara.cases.models import Revision
from muara.people.queries import issuing_office
from muara.permits.models import OldPermit, Permit
from muara.sop.places import regency
from muara.steps.actions.drafting import decree

LICENCE = "CC BY 4.0"
LICENCE_NAME = "Creative Commons Atribusi 4.0 Internasional"
PROPOSED = "Lisensi ini usulan; berlaku setelah kantor menetapkannya."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the open data: its key, and what stands in it."""

    key: str
    meaning: str


def described(title: str) -> dict[str, Any]:
    """How a file of open data begins in JSON: what it is, who publishes it, and under which licence."""
    office = issuing_office()
    return {
        "judul": title,
        "penerbit": office.name if office else "",
        "lisensi": LICENCE,
        "catatan_lisensi": PROPOSED,
    }


def explained(columns: Iterable[Column]) -> list[dict[str, str]]:
    """What each column means, for the same file."""
    return [{"nama": column.key, "arti": column.meaning} for column in columns]


COLUMNS = (
    Column("nomor_izin", "Nomor izin menurut buku register."),
    Column("jenis_izin", "Nama izin."),
    Column("pemegang", "Nama pemegang izin seperti tertulis dalam keputusan."),
    Column("lokasi", "Lokasi kegiatan seperti tertulis dalam keputusan."),
    Column("ditetapkan", "Tanggal penetapan (tahun-bulan-tanggal)."),
    Column("berlaku_sampai", "Hari terakhir masa berlaku (tahun-bulan-tanggal)."),
    Column("status", "Keadaan izin pada hari data ini diambil, misalnya berlaku, berakhir, atau diganti."),
    Column("menggantikan", "Nomor izin sebelumnya yang digantikan; kosong bila tidak ada."),
    Column("asal", "Diterbitkan di Muara, atau diimpor dari register lama kantor."),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A permit as the public reads it: no person's number, address or telephone."""

    nomor_izin: str
    jenis_izin: str
    pemegang: str
    lokasi: str
    ditetapkan: date
    berlaku_sampai: date
    status: str
    menggantikan: str
    asal: str

    @property
    def is_imported(self) -> bool:
        return self.asal == OldPermit.ORIGIN

    def cells(self) -> list[str | date]:
        return [getattr(self, column.key) for column in COLUMNS]

    def as_json(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items()}


Key = tuple[date, int, int]  # day of issue, 1 for an old permit and 0 for ours, its row


def issued_permits(text: str = "") -> QuerySet[Any, Key]:
    """The permits that were issued, ours and imported ones, the newest first, as keys for `lines`.

    With `text`, those whose number or holder has it.
    """
    ours, old = Permit.objects.filter(scan__isnull=False), OldPermit.objects.all()
    if text:
        ours = ours.filter(Q(number__text__icontains=text) | Q(company__icontains=text))
        old = old.filter(Q(number__icontains=text) | Q(company__icontains=text))
    keys = [
        rows.order_by().annotate(is_old=Value(number)).values_list("issued_on", "is_old", "pk")
        for number, rows in enumerate((ours, old))
    ]
    found: QuerySet[Any, Key] = keys[0].union(keys[1], all=True)
    return found.order_by("-issued_on", "is_old", "-pk")


def lines(keys: Iterable[Key], *, day: date) -> Iterator[Line]:
    """What the register says of permits on a day, read some hundreds at a time."""
    keys, products = iter(keys), _products()
    while some := list(islice(keys, 500)):
        ours = Permit.objects.select_related(
            "number", "draft", "case", "replaces__number", "replaces_old"
        ).prefetch_related("later")
        issued = ours.in_bulk([pk for _, is_old, pk in some if not is_old])
        imported = OldPermit.objects.in_bulk([pk for _, is_old, pk in some if is_old])
        yield from (
            _old_line(imported[pk], products, day=day) if is_old else _line(issued[pk], day=day)
            for _, is_old, pk in some
        )


def _line(permit: Permit, *, day: date) -> Line:
    return Line(
        nomor_izin=permit.number.text,
        jenis_izin=permit.case.process.product,
        pemegang=permit.company,
        lokasi=str(decree(permit.draft).get("location", "")),
        ditetapkan=permit.issued_on,
        berlaku_sampai=permit.expires_on,
        status=permit.status(day),
        menggantikan=str(permit.takes_the_place_of or ""),
        asal="diterbitkan di Muara",
    )


def _old_line(old: OldPermit, products: dict[str, str], *, day: date) -> Line:
    place = regency(old.regency)
    return Line(
        nomor_izin=old.number,
        jenis_izin=products.get(old.service, ""),
        pemegang=old.company,
        lokasi=", ".join(part for part in (old.location, place.name if place else "") if part),
        ditetapkan=old.issued_on,
        berlaku_sampai=old.expires_on,
        status=old.status(day),
        menggantikan="",
        asal=OldPermit.ORIGIN,
    )


def _products() -> dict[str, str]:
    """What each service's permit is called, by its newest revision."""
    rows = Revision.objects.order_by("effective_from", "pk").defer("files")
    return {row.service: row.process.product for row in rows}

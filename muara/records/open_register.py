"""The register of permits as anybody may read and take it along, and what each column means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

from django.db.models import Q, QuerySet

from muara.permits.models import Permit
from muara.steps.actions.drafting import decree

LICENCE = "CC BY 4.0"
LICENCE_NAME = "Creative Commons Atribusi 4.0 Internasional"
PROPOSED = "Lisensi ini usulan; berlaku setelah kantor menetapkannya."


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the open data: its key, and what stands in it."""

    key: str
    meaning: str


COLUMNS = (
    Column("nomor_izin", "Nomor izin menurut buku register."),
    Column("jenis_izin", "Nama izin."),
    Column("pemegang", "Nama pemegang izin seperti tertulis dalam keputusan."),
    Column("lokasi", "Lokasi kegiatan seperti tertulis dalam keputusan."),
    Column("ditetapkan", "Tanggal penetapan (tahun-bulan-tanggal)."),
    Column("berlaku_sampai", "Hari terakhir masa berlaku (tahun-bulan-tanggal)."),
    Column("status", "Keadaan izin pada hari data ini diambil, misalnya berlaku, berakhir, atau diganti."),
    Column("menggantikan", "Nomor izin sebelumnya yang digantikan; kosong bila tidak ada."),
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

    def cells(self) -> list[str | date]:
        return [getattr(self, column.key) for column in COLUMNS]

    def as_json(self) -> dict[str, str]:
        return {key: str(value) for key, value in asdict(self).items()}


def issued_permits(text: str = "") -> QuerySet[Permit]:
    """The permits that were issued, the newest first; with `text`, those whose number or holder has it."""
    rows = Permit.objects.filter(scan__isnull=False).select_related(
        "number", "draft", "case", "replaces__number"
    )
    rows = rows.prefetch_related("later")
    if text:
        rows = rows.filter(Q(number__text__icontains=text) | Q(company__icontains=text))
    return rows.order_by("-issued_on", "-pk")


def lines(permits: Iterable[Permit], *, day: date) -> Iterator[Line]:
    """What the register says of permits on a day."""
    for permit in permits:
        yield Line(
            nomor_izin=permit.number.text,
            jenis_izin=permit.case.process.product,
            pemegang=permit.company,
            lokasi=str(decree(permit.draft).get("location", "")),
            ditetapkan=permit.issued_on,
            berlaku_sampai=permit.expires_on,
            status=permit.status(day),
            menggantikan=permit.replaces.number.text if permit.replaces else "",
        )

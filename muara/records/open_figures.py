"""What the office publishes of a period, as rows: counts, shares and times; never a case, company or person.

The public page, the files to take along and the dictionary beside them all read these rows. A time of fewer
than five cases is withheld, and says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.db.models import Count

from muara.cases.forecast import percentile
from muara.cases.timeline import AGENCY, APPLICANT
from muara.contacts import survey
from muara.contacts.models import Complaint
from muara.contacts.queries import ComplaintFigures, complaint_figures
from muara.documents.indonesian import MONTHS
from muara.people.calendar import office_calendar
from muara.permits.models import Permit, Refusal
from muara.records.figures import MIDDLE, Decided, Facts, OpenRow, Passage, Share, permits, share
from muara.records.open_register import Column
from muara.records.periods import Period
from muara.records.survey import Results, results
from muara.sop.definition import Process
from muara.sop.places import regency

FEWEST = 5  # cases; times of fewer are withheld
MOST = 90  # per cent
WITHHELD = f"ditahan: kurang dari {FEWEST} berkas"
NONE_YET = "belum ada data"

SECTIONS = (
    Column(
        "izin_per_bulan",
        "Izin yang ditetapkan dan sudah disahkan, menurut bulan penetapannya. Bulan yang belum tiba tidak "
        "memiliki baris.",
    ),
    Column(
        "izin_per_wilayah",
        "Izin yang sama menurut kabupaten atau kota lokasi pembuangan, dengan kode wilayah Kemendagri.",
    ),
    Column(
        "izin_per_sektor",
        "Izin yang sama menurut dua angka pertama KBLI (golongan pokok) usaha pemegangnya.",
    ),
    Column("penolakan", "Keputusan penolakan yang ditetapkan dan sudah disahkan dalam periode."),
    Column(
        "tepat_waktu",
        "Keputusan yang siap diambil dalam waktu yang dijanjikan SOP sejak rekomendasi teknis diterima (H), "
        "dari semua yang siap diambil dalam periode; jeda tidak mengurangi.",
    ),
    Column(
        "lama_proses",
        "Hari kerja dari H sampai izin siap diambil: bruto menghitung semuanya, neto tanpa hari di tangan "
        "pemohon, OPD, atau pihak lain.",
    ),
    Column(
        "langkah",
        "Tiap langkah SOP yang selesai dalam periode: hari kerja sejak berkas tiba sampai langkah selesai, "
        "dan, untuk langkah kantor, menit dalam jam pelayanan sejak berkas diterima petugas.",
    ),
    Column(
        "survei",
        "Nilai survei kepuasan masyarakat tiap semester dalam periode (PermenPAN-RB 14/2017, 25 sampai 100). "
        "Dibuka sebulan setelah semester berakhir; kurang dari lima jawaban tidak ditampilkan.",
    ),
    Column(
        "pengaduan",
        "Semua yang disampaikan kepada kantor dalam periode, lewat kanal mana pun, untuk semua layanan.",
    ),
    Column("pengaduan_jenis", "Yang sama menurut jenisnya."),
    Column("pengaduan_kategori", "Yang sama menurut hal yang disampaikan."),
    Column(
        "pengaduan_tepat_waktu",
        "Pengaduan dan keluhan yang diterima (atau diputus) dalam periode tanpa melewati batas UU 25/2009.",
    ),
)
COLUMNS = (
    Column("layanan", "Alamat pendek layanan."),
    Column("periode", "Semester (tahun-1 atau tahun-2) atau tahun."),
    Column("dihitung", "Kapan angka ini dihitung (tanggal, jam, dan selisihnya dari UTC)."),
    Column("bagian", "Kelompok angka; artinya ada di bawah."),
    Column("kunci", "Yang dihitung, dalam bentuk yang tetap: bulan, kode wilayah, langkah, atau jenis."),
    Column("rincian", "Yang sama, seperti orang membacanya."),
    Column(
        "ukuran",
        "jumlah, persen, nilai, median, atau p90: 90 dari 100 paling lama sekian (peringkat terdekat).",
    ),
    Column("nilai", "Angkanya; kosong bila tidak ada atau ditahan."),
    Column("satuan", "Satuan angkanya."),
    Column("pembilang", "Untuk persen: berapa yang memenuhi."),
    Column("penyebut", "Untuk persen: dari berapa; untuk survei: berapa kuesioner diberikan."),
    Column("n", "Berapa yang diukur untuk median dan p90, atau berapa jawaban survei."),
    Column("keterangan", "Mengapa nilainya kosong, atau mutu menurut survei."),
)


def as_record(row: OpenRow) -> dict[str, str | int | float | None]:
    """A row by the names that the dictionary explains."""
    return {
        "bagian": row.section,
        "kunci": row.key,
        "rincian": row.label,
        "ukuran": row.measure,
        "nilai": row.value,
        "satuan": row.unit,
        "pembilang": row.part,
        "penyebut": row.whole,
        "n": row.counted,
        "keterangan": row.remark,
    }


def published(facts: Facts, service: str, process: Process, period: Period, *, on: date) -> Iterator[OpenRow]:
    """All that is told of a period on a day; `facts` are the period's."""
    yield from _permits(service, period, on=on)
    refused = Refusal.objects.filter(
        case__revision__service=service, scan__isnull=False, issued_on__range=(period.first, period.last)
    )
    yield OpenRow("penolakan", "semua", "Penolakan", "jumlah", refused.count(), "keputusan")
    yield from _kept(facts.decided)
    yield from _lasted(permits(facts))
    yield from steps_told(facts.by_step(), process)
    for half in _semesters(period):
        yield from _surveyed(half, results(service, on=on, only=half))
    received = complaint_figures(period.first, period.last, on=on, calendar=office_calendar())
    yield from _complained(received, share(facts.complaints))


# --- permits ----------------------------------------------------------------------------------------------


def _permits(service: str, period: Period, *, on: date) -> Iterator[OpenRow]:
    """By month, by place and by line of business, from one reading."""
    rows = (
        Permit.objects.filter(
            case__revision__service=service,
            scan__isnull=False,
            issued_on__range=(period.first, period.last),
        )
        .order_by()
        .values_list(
            "issued_on__year", "issued_on__month", "grant__discharge__regency", "grant__discharge__kbli"
        )
        .annotate(Count("pk"))
    )
    months: Counter[str] = Counter()
    places: Counter[str] = Counter()
    sectors: Counter[str] = Counter()
    for year, month, place, kbli, issued in rows:
        months[f"{year}-{month:02}"] += issued
        places[place or ""] += issued
        sectors[(kbli or "")[:2]] += issued
    for month in _months(period, until=on):
        yield _issued("izin_per_bulan", month, _month_name(month), months[month])
    for code in sorted(places, key=lambda code: (code == "", code)):
        found = regency(code)
        label = found.name if found else code or "Tidak tercatat"
        yield _issued("izin_per_wilayah", code or "tidak_tercatat", label, places[code])
    for code in sorted(sectors, key=lambda code: (code == "", code)):
        label = f"Golongan pokok KBLI {code}" if code else "Tidak tercatat"
        yield _issued("izin_per_sektor", code or "tidak_tercatat", label, sectors[code])


def _issued(section: str, key: str, label: str, count: int) -> OpenRow:
    return OpenRow(section, key, label, "jumlah", count, "izin")


def _months(period: Period, *, until: date) -> Iterator[str]:
    last = min(period.last, until)
    for number in range(period.first.year * 12 + period.first.month, last.year * 12 + last.month + 1):
        yield f"{(number - 1) // 12}-{(number - 1) % 12 + 1:02}"


def _month_name(month: str) -> str:
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


# --- times ------------------------------------------------------------------------------------------------


def _kept(decided: Iterable[Decided]) -> Iterator[OpenRow]:
    found = list(decided)
    for kind, key, label in (("permit", "izin", "Izin"), ("refusal", "penolakan", "Penolakan")):
        yield _share("tepat_waktu", key, label, share(one.kept for one in found if one.kind == kind))


def _share(section: str, key: str, label: str, found: Share) -> OpenRow:
    value = None if found.percent is None else round(found.percent, 2)
    remark = NONE_YET if value is None else ""
    return OpenRow(section, key, label, "persen", value, "persen", found.part, found.whole, remark=remark)


def _lasted(issued: Sequence[Decided]) -> Iterator[OpenRow]:
    cases = {one.case.pk for one in issued}
    for key, label, days in (
        ("bruto", "Bruto", [one.gross for one in issued]),
        ("neto", "Neto", [one.net for one in issued]),
    ):
        yield from _times("lama_proses", key, label, days, "hari kerja", cases=len(cases))


def steps_told(by_step: Mapping[str, Sequence[Passage]], process: Process) -> Iterator[OpenRow]:
    """How long the steps took of which at least one was done, in days; the office's own in minutes too."""
    for step in process.steps:
        passages = by_step.get(step.key, ())
        if not passages:
            continue
        label = f"{step.number}. {step.title}"
        days, cases = [one.days for one in passages], {one.case.pk for one in passages}
        yield from _times("langkah", step.key, label, days, "hari kerja", cases=len(cases))
        if process.actor(step.actor).side not in {APPLICANT, AGENCY}:
            worked = [(one.case.pk, one.minutes) for one in passages if one.minutes is not None]
            minutes, cases = [taken for _, taken in worked], {case for case, _ in worked}
            yield from _times("langkah", step.key, label, minutes, "menit kerja", cases=len(cases))


def _times(
    section: str, key: str, label: str, values: Sequence[int], unit: str, *, cases: int
) -> Iterator[OpenRow]:
    """Median and 90th percentile; of few cases neither, nor how many they were."""
    told = cases >= FEWEST
    remark = "" if told else WITHHELD if cases else NONE_YET
    for measure, part in (("median", MIDDLE), ("p90", MOST)):
        value = percentile(values, part) if told else None
        counted = len(values) if told else None
        yield OpenRow(section, key, label, measure, value, unit, counted=counted, remark=remark)


# --- people's judgement -----------------------------------------------------------------------------------


def _semesters(period: Period) -> list[str]:
    """The semesters of a semester or a year; the survey tells no year beside them (adr/0023)."""
    return sorted({survey.semester_of(period.first), survey.semester_of(period.last)})


def _surveyed(half: str, found: Sequence[Results]) -> Iterator[OpenRow]:
    year, number = half.split("-")
    told = next((one for one in found if one.index is not None), None)
    remark = "belum dibuka, atau tidak ada kuesioner"
    if told is not None and told.index is not None:
        value, quality = float(told.index), told.quality
        remark = f"mutu {quality.letter} ({quality.told})" if quality else ""
        if told.is_indicative:
            remark = f"{remark}; indikatif, jawabannya sedikit"
        yield OpenRow(
            "survei",
            half,
            f"Semester {number} {year}",
            "nilai",
            value,
            "nilai 25–100",
            whole=told.given,
            counted=told.answers,
            remark=remark,
        )
        return
    if found:
        remark = f"ditahan: kurang dari {survey.FEWEST} jawaban"
    yield OpenRow("survei", half, f"Semester {number} {year}", "nilai", None, "nilai 25–100", remark=remark)


KINDS = {str(label): value for value, label in Complaint.Kind.choices}
CATEGORIES = {str(label): value for value, label in Complaint.Category.choices}


def _complained(received: ComplaintFigures, decided: Share) -> Iterator[OpenRow]:
    said = "penyampaian"
    yield OpenRow("pengaduan", "diterima", "Diterima", "jumlah", received.total, said)
    yield OpenRow("pengaduan", "belum_selesai", "Belum selesai", "jumlah", received.open, said)
    for label, count in received.by_kind:
        yield OpenRow("pengaduan_jenis", KINDS[label], label, "jumlah", count, said)
    for label, count in received.by_category:
        yield OpenRow("pengaduan_kategori", CATEGORIES[label], label, "jumlah", count, said)
    section = "pengaduan_tepat_waktu"
    yield _share(section, "diterima", "Yang diterima", Share(received.on_time, received.formal))
    yield _share(section, "diputus", "Yang diputus", decided)

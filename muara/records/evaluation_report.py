"""The sheets of section T as they are read: an official's half year, and the units' beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from muara.contacts.assessment import value_of
from muara.contacts.models import Assessment, AssessmentItem
from muara.contacts.survey import FEWEST
from muara.documents.indonesian import angka, tanggal
from muara.people.models import Competence
from muara.people.queries import Post
from muara.records import board
from muara.records.evaluation import AtStep, Measured, Measures
from muara.records.figures import Indicator, Line, Share, percent
from muara.records.periods import Period
from muara.records.survey import results
from muara.records.tabled import Report, Table, Value

ABOUT_STAFF = {"u6": "U6 Kompetensi pelaksana", "u7": "U7 Perilaku pelaksana"}
STEP_HEAD = (
    "Layanan",
    "Langkah",
    "Selesai",
    "Dalam batas",
    "Dinilai",
    "Tidak dinilai",
    "Waktu kerja, median menit",
    "Dikirim balik",
)
STEP_WIDTHS = (6, 16, 6, 6, 6, 6, 8, 7)
FAIR = (
    "Selesai: dihitung bagi yang menyelesaikan langkah. Tugas yang dibuka lalu diambil rekan, "
    "ketidakhadiran, dan menyatakan konflik kepentingan tidak dihitung terhadap siapa pun.",
    "Dalam batas: lintasan pertama sebuah langkah; hari kerja sejak berkas diterima pegawai atau ditugaskan "
    "kepadanya, tanpa hari di tangan pemohon atau OPD, tanpa jeda, dan tanpa hari ketidakhadirannya, "
    "dibandingkan dengan hari kerja yang saat itu tersisa dari batas langkah.",
    "Tidak dinilai: berkas datang ketika batas langkahnya sudah lewat. Berkas yang siap diambil (langkah 17) "
    "menunggu pemohon, jadi tanpa batas dan tanpa menit.",
    "Waktu kerja: menit dalam jam pelayanan sejak diterima sampai selesai; statistik, bukan pelanggaran.",
    "Dikirim balik: berkas belum benar yang ia kembalikan; itu tugas, bukan kesalahan. Dikembalikan karena "
    "pekerjaannya: langkah sesudahnya menemukan kesalahan pada langkah yang terakhir ia kerjakan.",
    "Pengaduan: diputus beralasan (seluruhnya atau sebagian) dalam semester ini, menyangkut pegawai, dan "
    "sebabnya bukan pemohon, OPD, atau pihak lain.",
)
UNIT_NOTE = (
    "Unit: dihitung sejak berkas datang di pelaksana itu, termasuk waktu antre sebelum diterima petugas, "
    "tanpa hari di tangan pemohon atau OPD dan tanpa jeda."
)
SURVEY_NOTE = (
    "Survei tidak dapat dikaitkan dengan seorang pegawai: jawabannya disimpan tanpa nama, berkas, dan waktu. "
    f"Yang tertera adalah nilai seluruh layanan, dan hanya dari {FEWEST} jawaban atau lebih."
)


def actor_labels() -> dict[str, str]:
    """How the SOP's actors are called, over all services."""
    return {actor.key: actor.label for service in board.services() for actor in board.newest(service).actors}


def sheet_of(
    post: Post, found: Measures, competences: Iterable[Competence], *, period: Period, on: date
) -> Report:
    """An official's half year, with what the survey tells on a day and the competences that they had."""
    labels = actor_labels()
    lead = (
        ("Pegawai", post.user.name),
        ("NIP", post.user.nip),
        ("Pelaksana", ", ".join(sorted(labels.get(actor, actor) for actor in post.actors))),
        ("Berkas yang dikerjakan", str(found.cases)),
        ("Langkah selesai dalam batas", of(found.in_time)),
        ("Dikembalikan karena pekerjaannya", str(found.caused)),
        ("Dikerjakan lagi setelah dikembalikan", str(found.received)),
        ("Pengaduan beralasan yang menyangkutnya", str(found.complaints)),
        ("Konsultasi dijawab", str(found.talks)),
        ("Pengunjung antrean dilayani", str(found.visitors)),
    )
    return Report(
        title="Penilaian kinerja pegawai",
        about=period.label,
        lead=lead,
        tables=(
            Table("Menurut langkah", STEP_HEAD, _steps(found.steps), STEP_WIDTHS, tuple(range(2, 8))),
            _survey(period, on=on),
            _competences(list(competences), on=period.last),
        ),
        notes=FAIR,
    )


def units_of(found: Measured, *, period: Period) -> Report:
    """The units of the office in a half year: a line each, then their steps."""
    labels = actor_labels()
    known = {actor: one for actor, one in found.units.items() if one.steps}
    order = [actor for actor in labels if actor in known]
    head = (
        "Unit",
        "Berkas",
        "Langkah selesai",
        "Dalam batas",
        "Dinilai",
        "Persentase",
        "Kesalahan dikembalikan",
        "Dikerjakan lagi",
    )
    rows = tuple(_unit(labels[actor], known[actor]) for actor in order)
    steps = tuple(row for actor in order for row in _steps(known[actor].steps))
    return Report(
        title="Evaluasi kinerja unit",
        about=period.label,
        tables=(
            Table("Menurut unit", head, rows, (14, 5, 6, 6, 6, 7, 9, 8), tuple(range(1, 8)), UNIT_NOTE),
            Table("Menurut langkah", STEP_HEAD, steps, STEP_WIDTHS, tuple(range(2, 8))),
        ),
        notes=FAIR[2:5],
    )


def assessment_of(row: Assessment, items: Iterable[AssessmentItem]) -> Report:
    """A year's self-assessment; the files of the items may be fetched before."""
    rows = list(items)
    answered = [(one.weight, one.mark) for one in rows if one.mark is not None]
    value = value_of(answered)
    return Report(
        title="Penilaian mandiri mutu pelayanan",
        about=f"Tahun {row.year}",
        lead=(
            ("Daftar pertanyaan", row.basis or "contoh, belum resmi"),
            ("Terjawab", f"{len(answered)} dari {len(rows)}"),
            ("Nilai (0–100)", "belum ada" if value is None else angka(value)),
        ),
        tables=(
            Table(
                "Jawaban",
                ("Kode", "Pertanyaan", "Bobot", "Nilai (0–4)", "Bukti", "Penjelasan"),
                tuple(
                    (one.code, one.question, one.weight, one.mark, _evidence(one), one.note) for one in rows
                ),
                (4, 17, 4, 5, 12, 14),
                (2, 3),
            ),
        ),
        notes=(
            "Nilai: jumlah bobot dikalikan nilai, dibagi jumlah bobot dikalikan 4, dikalikan 100, dibulatkan "
            "setengah ke atas menjadi dua desimal; hanya pertanyaan yang sudah dijawab.",
            "Penilaian mandiri ini bukan kualifikasi bintang PTSP: kriteria resminya ditetapkan BKPM.",
        ),
    )


def _evidence(one: AssessmentItem) -> str:
    return "; ".join(file.filename for file in one.files.all()) or ("wajib" if one.needs_evidence else "")


def figures_of(
    now: Sequence[Indicator], before: Sequence[Indicator], *, period: Period, service: str
) -> Report:
    """K1–K11 of a service in a period, beside the period before."""
    return Report(
        title="Laporan indikator kinerja K1–K11",
        about=period.label,
        lead=(("Layanan", service), ("Dibandingkan dengan", period.before.label)),
        tables=tuple(
            Table(
                f"{one.code}. {one.name}",
                ("Rincian", period.label, "Dihitung dari", "Target SOP", period.before.label),
                tuple(
                    (line.label, line.value, line.counted, _target(line), earlier.value)
                    for line, earlier in zip(one.lines, was.lines, strict=True)
                ),
                (10, 9, 12, 7, 9),
                note=f"{one.definition} {one.note}".strip(),
            )
            for one, was in zip(now, before, strict=True)
        ),
    )


def _target(line: Line) -> str:
    met = {True: " (tercapai)", False: " (belum tercapai)", None: ""}[line.met]
    return f"{line.target or 'tidak ada'}{met}"


def of(found: Share) -> str:
    """A share with what it was counted from."""
    return f"{found.part} dari {found.whole} ({percent(found)})" if found.whole else "tidak ada yang dinilai"


def _unit(label: str, one: Measures) -> tuple[Value, ...]:
    return (
        label,
        one.cases,
        sum(step.done for step in one.steps),
        one.in_time.part,
        one.in_time.whole,
        percent(one.in_time) if one.in_time.whole else "–",
        one.caused,
        one.received,
    )


def _steps(steps: Iterable[AtStep]) -> tuple[tuple[Value, ...], ...]:
    return tuple(
        (
            one.step.service,
            f"{one.step.number}. {one.step.title}",
            one.done,
            one.in_time.part,
            one.in_time.whole,
            one.not_judged,
            one.minutes.median if one.minutes else None,
            one.sent_back,
        )
        for one in steps
    )


def _survey(period: Period, *, on: date) -> Table:
    return Table(
        "Survei kepuasan, seluruh layanan",
        ("Layanan", "Unsur", "Nilai (25–100)"),
        tuple(_told(period, on=on)),
        (6, 16, 6),
        (2,),
        SURVEY_NOTE,
    )


def _told(period: Period, *, on: date) -> Iterator[tuple[Value, ...]]:
    for service in board.services():
        values: Mapping[str, str] = {}
        for one in results(service, on=on, only=period.key):
            if one.is_told:
                values = {
                    row.question.code: angka(row.value) for row in one.elements if row.value is not None
                }
        for code, label in ABOUT_STAFF.items():
            yield service, label, values.get(code, "belum dibuka atau terlalu sedikit")


def _competences(known: list[Competence], *, on: date) -> Table:
    rows = [
        (
            one.get_kind_display(),
            one.title,
            one.issuer,
            tanggal(one.obtained_on),
            tanggal(one.valid_until) if one.valid_until else "tanpa batas",
            "berlaku" if one.holds_on(on) else "tidak berlaku pada akhir semester",
        )
        for one in known
    ]
    had = {one.kind for one in known if one.holds_on(on)}
    lacking = [kind.label for kind in Competence.DEMANDED if kind not in had]
    return Table(
        "Kompetensi (bagian O)",
        ("Jenis", "Pendidikan atau pelatihan", "Dari lembaga", "Diperoleh", "Berlaku sampai", "Keadaan"),
        tuple(rows),
        (8, 11, 10, 7, 7, 8),
        note=f"Belum tercatat: {'; '.join(lacking)}." if lacking else "",
    )

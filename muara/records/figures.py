"""The office's figures K1–K11 (domain 1.6), counted from plain facts; pure, to be checked by hand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from muara.cases.forecast import percentile
from muara.contacts.survey import ELEMENTS
from muara.documents.indonesian import angka
from muara.sop.definition import END, Outcome, Process, Step, Touch

MIDDLE, NEARLY_ALL = 50, 95  # per cent
BySteps = Mapping[str, Sequence["Passage"]]


# --- facts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ref:
    """A case as a list names it."""

    pk: int
    number: str
    company: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A step that was done: when it came and went (office days), and what became of it.

    `days` are working days between the two; `minutes` those of the office's hours in the hands of whoever
    received it, None where nobody did. `first` tells the case's first passage from later ones.
    """

    case: Ref
    step: str
    opened: date
    closed: date
    days: int
    returned: bool
    first: bool
    due: date | None = None
    minutes: int | None = None
    new_application: bool = False  # it closed the case and asked for another


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that lay ready for collection: working days since H (gross never stops), and what lacks.

    `gaps` are the steps of its control sheet without actor, time, entry or paraf.
    """

    case: Ref
    kind: str
    ready: date
    gross: int
    net: int
    promise: int
    gaps: tuple[str, ...] = ()

    @property
    def kept(self) -> bool:
        return self.gross <= self.promise


@dataclass(frozen=True, slots=True)
class AtAgency:
    """From the delivery to the agency (9) to H (11): working days in all, and those in its own hands."""

    case: Ref
    delivered: date
    received: date
    days: int
    in_hand: int


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What the satisfaction survey of a semester tells: the index, and each element's value by its code."""

    index: Decimal | None
    values: Mapping[str, Decimal]
    answers: int
    given: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened in a period, as far as the figures need it."""

    passages: Sequence[Passage] = ()
    decided: Sequence[Decided] = ()
    at_agency: Sequence[AtAgency] = ()
    waits: Sequence[timedelta] = ()
    asked: Mapping[tuple[str, str], int] = field(default_factory=dict)  # (step, kind): requests
    survey: Surveyed | None = None
    complaints: Sequence[bool] = ()  # those decided in the period: whether within the law's limits

    def by_step(self) -> dict[str, list[Passage]]:
        """Sort the passages by their step, once for all that is counted of a step."""
        found: dict[str, list[Passage]] = defaultdict(list)
        for one in self.passages:
            found[one.step].append(one)
        return found


# --- arithmetic -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float | None:
        return self.part / self.whole * 100 if self.whole else None


@dataclass(frozen=True, slots=True)
class Spread:
    """How many there were, below what half of them lay, and below what 95 of 100 lay (nearest rank)."""

    count: int
    median: int
    p95: int


def share(flags: Iterable[bool]) -> Share:
    found = list(flags)
    return Share(sum(found), len(found))


def spread(values: Iterable[int]) -> Spread | None:
    found = list(values)
    if not found:
        return None
    return Spread(len(found), percentile(found, MIDDLE), percentile(found, NEARLY_ALL))


def sends_back(outcome: Outcome, process: Process) -> bool:
    """Tell whether a way out of a step says "not right yet": a return, a request, or a new application.

    Asking for advice or a meeting returns nothing; a refusal decides.
    """
    if outcome.drafts == "refusal":
        return False
    if outcome.kind == "return":
        return True
    if outcome.kind == "detour":
        return outcome.to in process.doing("correct")
    return outcome.kind == "close" and outcome.to == END and outcome.needs_reason


def permits(facts: Facts) -> list[Decided]:
    return [one for one in facts.decided if one.kind == "permit"]


def in_time(passages: Iterable[Passage], step: str) -> Share:
    """K3: the first passages that met the step's own limit; later ones answer for the limits after it."""
    return share(one.closed <= one.due for one in passages if one.step == step and one.first and one.due)


def touch(passages: Iterable[Passage], step: str) -> Spread | None:
    """K4: minutes of an officer's own work."""
    return spread(one.minutes for one in passages if one.step == step and one.minutes is not None)


def within(passages: Iterable[Passage], step: str, printed: Touch) -> Share:
    """K4: how many stayed within the printed minutes; statistics, never a breach."""
    known = (one.minutes for one in passages if one.step == step and one.minutes is not None)
    return share(minutes <= printed.most for minutes in known)


def returns(passages: Iterable[Passage], step: str) -> Share:
    """K5: how many passages of a step sent the file back."""
    return share(one.returned for one in passages if one.step == step)


def right_at_once(passages: Iterable[Passage], step: str) -> Share:
    """K5: how many cases went on at their first passage of a step."""
    return share(not one.returned for one in passages if one.step == step and one.first)


# --- the eleven -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """A value of an indicator, with what it was counted from."""

    label: str
    value: str
    counted: str = ""  # numerator and denominator, in words
    target: str = ""
    met: bool | None = None  # None: the SOP sets no target, or there is nothing to measure


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of K1–K11: what it says, how it is counted, and its values."""

    code: str
    name: str
    definition: str
    lines: tuple[Line, ...]
    note: str = ""
    drill: bool = False


NO_DATA = "belum ada data"
RETURNING = (4, 7, 10, 12, 13, 15)  # domain 1.6, K5


def percent(found: Share) -> str:
    if found.percent is None:
        return NO_DATA
    return f"{found.percent:.1f}".replace(".", ",").removesuffix(",0") + " %"


def _share_line(label: str, found: Share, words: str, *, target: str = "") -> Line:
    met = found.part == found.whole if target and found.whole else None
    return Line(label, percent(found), f"{found.part} dari {found.whole} {words}", target, met)


def _spread_line(label: str, found: Spread | None, unit: str, words: str) -> Line:
    if found is None:
        return Line(label, NO_DATA, f"0 {words}")
    value = f"median {found.median}, persentil ke-95 {found.p95} {unit}"
    return Line(label, value, f"{found.count} {words}")


def _survey_lines(found: Surveyed | None) -> tuple[Line, ...]:
    """The index, then its elements; as many lines whether there is anything to tell or not."""

    def line(label: str, value: Decimal | None, counted: str = "") -> Line:
        return Line(label, NO_DATA) if value is None else Line(label, angka(value), counted)

    values = found.values if found else {}
    counted = f"{found.answers} dari {found.given} kuesioner" if found else ""
    return (
        line("SKM", found.index if found else None, counted),
        *(line(f"{one.code.upper()} {one.element}", values.get(one.code)) for one in ELEMENTS),
    )


def indicators(facts: Facts, process: Process) -> list[Indicator]:
    """Count K1–K11 of a period by a service's process (domain 1.6)."""
    issued, by_step = permits(facts), facts.by_step()
    refused = [one for one in facts.decided if one.kind == "refusal"]
    days = process.promise_days
    return [
        Indicator(
            "K1",
            "Izin selesai dalam waktu yang dijanjikan",
            f"Izin yang siap diambil (16.d) paling lambat hari kerja ke-{days} sejak H, dibagi semua izin "
            "yang siap diambil dalam periode; bruto, jeda tidak mengurangi (bagian I).",
            (
                _share_line("Izin", share(one.kept for one in issued), "izin", target="100 %"),
                _share_line("Penolakan", share(one.kept for one in refused), "keputusan penolakan"),
            ),
            note="Berkas yang masih berjalan baru terhitung setelah keputusannya siap; yang sudah lewat "
            "waktunya ada di papan pengawasan.",
            drill=True,
        ),
        Indicator(
            "K2",
            "Lama penyelesaian sejak H",
            "Hari kerja dari H sampai izin siap diambil; bruto menghitung semuanya, neto tanpa hari di "
            "tangan pemohon, OPD, atau pihak lain.",
            (
                _spread_line("Bruto", spread(one.gross for one in issued), "hari kerja", "izin"),
                _spread_line("Neto", spread(one.net for one in issued), "hari kerja", "izin"),
            ),
            drill=True,
        ),
        Indicator(
            "K3",
            "Langkah selesai dalam batasnya sendiri",
            "Lintasan pertama sebuah langkah yang selesai paling lambat pada batasnya, dibagi semua lintasan "
            "pertama langkah itu yang selesai dalam periode dan batasnya sudah berjalan.",
            tuple(_step_lines(by_step, process)),
            drill=True,
        ),
        Indicator(
            "K4",
            "Waktu kerja per langkah",
            "Menit dalam jam pelayanan sejak berkas diterima petugas sampai langkah selesai, di samping "
            "menit yang tercetak dalam SOP.",
            tuple(_touch_lines(by_step, process)),
            note="Statistik saja: melebihi menit yang tercetak bukan pelanggaran.",
        ),
        Indicator(
            "K5",
            "Pengembalian dan benar pada kali pertama",
            "Lintasan yang mengembalikan berkas dibagi semua lintasan langkah itu dalam periode; di "
            "sampingnya lintasan pertama yang langsung diteruskan.",
            tuple(_return_lines(by_step, process)),
            drill=True,
        ),
        Indicator(
            "K6",
            "Waktu di OPD teknis (langkah 9 sampai 11)",
            "Hari kerja dari penyerahan ke OPD sampai rekomendasi teknis dibukukan (H), untuk H dalam "
            "periode.",
            (
                _spread_line(
                    "Seluruhnya", spread(one.days for one in facts.at_agency), "hari kerja", "berkas"
                ),
                _spread_line(
                    "Di tangan OPD", spread(one.in_hand for one in facts.at_agency), "hari kerja", "berkas"
                ),
            ),
            note="Informasi saja: SOP tidak menetapkan target waktu bagi OPD.",
            drill=True,
        ),
        Indicator(
            "K7",
            "Pengaduan yang dijawab tepat waktu",
            "Pengaduan yang ditanggapi dan diputus dalam batas UU 25/2009 (14 dan 60 hari) dibagi semua "
            "pengaduan yang diputus dalam periode.",
            (_share_line("Pengaduan", share(facts.complaints), "pengaduan"),),
            note="Seluruh kantor, bukan satu layanan. Yang belum diputus baru terhitung setelah diputus.",
        ),
        Indicator(
            "K8",
            "Nilai survei kepuasan masyarakat",
            "Nilai SKM per semester dan per unsur, 25 sampai 100 (PermenPAN-RB 14/2017).",
            _survey_lines(facts.survey),
            note="Untuk satu semester, sebulan setelah berakhir; hasil dari kurang dari lima jawaban tidak "
            "ditampilkan.",
        ),
        Indicator(
            "K9",
            "Biaya yang dipungut",
            "Rupiah yang dipungut dari pemohon (bagian J).",
            (
                Line(
                    "Dipungut lewat sistem", "Rp0", "sistem tidak memiliki tempat memungut biaya", "Rp0", True
                ),
            ),
            note="Pungutan di luar sistem tidak terlihat di sini.",
        ),
        Indicator(
            "K10",
            "Map pengendali proses lengkap",
            "Izin yang setiap langkahnya di Muara memiliki penerima, pelaksana, waktu, dan catatan, dan yang "
            "drafnya memiliki semua paraf dan tanda tangan, dibagi semua izin yang siap diambil dalam "
            "periode.",
            (_share_line("Izin", share(not one.gaps for one in issued), "izin", target="100 %"),),
            drill=True,
        ),
        Indicator(
            "K11",
            "Waktu tunggu antrean",
            "Menit dari mengambil nomor, atau dialihkan, sampai panggilan pertama.",
            (_spread_line("Tunggu", spread(_whole_minutes(facts.waits)), "menit", "panggilan"),),
        ),
    ]


def _whole_minutes(waits: Iterable[timedelta]) -> list[int]:
    return [round(one.total_seconds() / 60) for one in waits]


def _name(step: Step) -> str:
    return f"{step.number}. {step.title}"


def _step_lines(by_step: BySteps, process: Process) -> Iterable[Line]:
    for step in process.steps:
        if step.limit is None or step.limit.days is None:
            continue
        printed = not step.limit.derived
        words = f"lintasan pertama{'' if printed else '; batas turunan, tidak tercetak'}"
        yield _share_line(
            _name(step),
            in_time(by_step.get(step.key, ()), step.key),
            words,
            target="100 %" if printed else "",
        )


def _touch_lines(by_step: BySteps, process: Process) -> Iterable[Line]:
    for step in process.steps:
        if step.touch is not None:
            passages = by_step.get(step.key, ())
            found, kept = touch(passages, step.key), within(passages, step.key, step.touch)
            line = _spread_line(_name(step), found, "menit", "lintasan yang diterima petugas")
            counted = f"{line.counted}; {kept.part} dari {kept.whole} paling lama {step.touch.most} menit"
            yield Line(line.label, line.value, counted, f"tercetak {step.touch.told}")


def _return_lines(by_step: BySteps, process: Process) -> Iterable[Line]:
    for step in process.steps:
        if step.number in RETURNING:
            passages = by_step.get(step.key, ())
            back, at_once = returns(passages, step.key), right_at_once(passages, step.key)
            counted = (
                f"{back.part} dari {back.whole} lintasan dikembalikan; benar pada kali pertama "
                f"{percent(at_once)} ({at_once.part} dari {at_once.whole} berkas)"
            )
            yield Line(_name(step), percent(back), counted)


# --- a period in short ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtStep:
    """What was done at a step in a period; `closing` returns ended their case and asked for another."""

    took: Spread | None
    minutes: Spread | None
    returned: Share
    at_once: Share
    closing: int


NOTHING = AtStep(None, None, Share(0, 0), Share(0, 0), 0)


@dataclass(frozen=True, slots=True)
class OpenRow:
    """A value that anybody may read; `value` is None where there is none or it is withheld, `remark` why.

    `part` and `whole` are those of a share; `counted` is how many were measured.
    """

    section: str
    key: str
    label: str
    measure: str
    value: int | float | None
    unit: str
    part: int | None = None
    whole: int | None = None
    counted: int | None = None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A period's figures without its cases: so much is kept of it, however many cases it had."""

    steps: Mapping[str, AtStep]
    asked: Mapping[tuple[str, str], int]
    indicators: tuple[Indicator, ...]
    kept: Share  # permits, K1
    gross: Spread | None  # permits, K2
    proofs: Mapping[str, int]  # of each indicator that names its cases, how many rows
    published: tuple[OpenRow, ...] = ()  # what anybody may read of it


def summary(facts: Facts, process: Process, told: Iterable[Indicator], proofs: Mapping[str, int]) -> Summary:
    """Keep of a period what pages tell of it; `told` are its indicators."""
    by_step, issued = facts.by_step(), permits(facts)
    return Summary(
        steps={step.key: _at_step(by_step.get(step.key, ()), step.key) for step in process.steps},
        asked=dict(facts.asked),
        indicators=tuple(told),
        kept=share(one.kept for one in issued),
        gross=spread(one.gross for one in issued),
        proofs=proofs,
    )


def _at_step(passages: Sequence[Passage], step: str) -> AtStep:
    return AtStep(
        took=spread(one.days for one in passages),
        minutes=touch(passages, step),
        returned=returns(passages, step),
        at_once=right_at_once(passages, step),
        closing=sum(one.returned and one.new_application for one in passages),
    )


# --- the cases behind a figure ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Proof:
    """A case that a figure was counted from, what it adds, and whether it speaks against the target."""

    case: Ref
    day: date
    what: str
    against: bool = False


def proofs(code: str, facts: Facts, process: Process) -> list[Proof]:
    """The cases behind an indicator, those that speak against it first, then the newest."""
    found = list(_proofs(code, facts, process))
    return sorted(found, key=lambda one: (not one.against, -one.day.toordinal(), one.case.pk))


def _proofs(code: str, facts: Facts, process: Process) -> Iterable[Proof]:
    steps = {step.key: step for step in process.steps}
    if code in {"K1", "K2"}:
        for one in facts.decided if code == "K1" else permits(facts):
            kind = "" if one.kind == "permit" else "penolakan, "
            yield Proof(
                one.case, one.ready, f"{kind}bruto {one.gross}, neto {one.net} hari kerja", not one.kept
            )
    elif code == "K3":
        for passage in facts.passages:
            step = steps.get(passage.step)
            if step and passage.first and passage.due:
                late = passage.closed > passage.due
                yield Proof(
                    passage.case, passage.closed, f"{_name(step)}, batas {passage.due:%d-%m-%Y}", late
                )
    elif code == "K5":
        for passage in facts.passages:
            step = steps.get(passage.step)
            if step and step.number in RETURNING and passage.returned:
                yield Proof(passage.case, passage.closed, f"{_name(step)}: dikembalikan", against=True)
    elif code == "K6":
        for stay in facts.at_agency:
            what = f"{stay.days} hari kerja sejak {stay.delivered:%d-%m-%Y}, {stay.in_hand} di tangan OPD"
            yield Proof(stay.case, stay.received, what)
    elif code == "K10":
        for one in permits(facts):
            yield Proof(one.case, one.ready, "; ".join(one.gaps) or "lengkap", bool(one.gaps))

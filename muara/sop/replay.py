"""Did a case keep to the SOP? A replay of its history against the definition it was pinned to.

It reads the definition's data and the rows that a case left behind, never the code that moves cases: if both
made the same mistake, nothing would be proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from muara.sop.definition import CALLER, END, Ending, Outcome, Process, Step, UnknownOutcome, UnknownStep
from muara.sop.history import Endorsed, History, Numbered, Recorded, Stay

# What a deviation is called in words, by its code.
KINDS = {
    "wrong_start": "mulai di langkah yang salah",
    "unknown_step": "langkah yang tidak ada dalam SOP",
    "unknown_outcome": "hasil yang tidak ada dalam SOP",
    "wrong_step": "keluar dari alur",
    "nobody_waits": "kembali kepada pemanggil yang tidak ada",
    "lost_time": "waktu yang hilang",
    "wrong_end": "akhir yang tidak cocok",
    "too_late": "diakhiri sesudah waktunya",
    "wrong_actor": "pelaksana yang salah",
    "not_received": "diselesaikan tanpa diterima",
    "not_separated": "rangkap tugas yang dilarang",
    "no_monitoring": "pemantauan pendamping tidak cocok",
    "no_paraf": "paraf tidak ada",
    "no_signature": "tanda tangan tidak ada",
    "number_before_signature": "nomor sebelum tanda tangan",
    "no_number": "nomor tidak ada",
    "no_handover": "penyerahan tidak ada",
    "no_entry": "tugas ditutup tanpa catatan",
    "no_task": "catatan tanpa tugasnya",
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """Where a case left the path: in which step, when, by whose act (None: nobody's), in words."""

    case: int
    code: str
    step: str
    number: int | None
    task: int | None
    actor: str
    by: int | None
    at: datetime
    words: str


def deviations(history: History) -> list[Deviation]:
    """List where a case left the path of its SOP, oldest first; empty for one that kept to it."""
    found = [
        *_way(history),
        *_companions(history),
        *_persons(history),
        *_separation(history),
        *_decree(history),
        *_handover(history),
        *_log(history),
    ]
    return sorted(found, key=lambda item: (item.at, item.task or 0))


def _off(
    history: History, stay: Stay, code: str, words: str, *, by: int | None = None, at: datetime | None = None
) -> Deviation:
    step = _step(history.process, stay.step)
    return Deviation(
        case=history.case,
        code=code,
        step=stay.step,
        number=step.number if step else None,
        task=stay.id,
        actor=stay.actor,
        by=by if by is not None else stay.closed_by,
        at=at or stay.closed_at or stay.opened_at,
        words=words[0].upper() + words[1:],
    )


def _step(process: Process, key: str) -> Step | None:
    try:
        return process.step(key)
    except UnknownStep:
        return None


def _way_out(process: Process, stay: Stay) -> Outcome | Ending | None:
    try:
        return process.way_out(stay.step, stay.outcome)
    except (UnknownStep, UnknownOutcome):
        return None


def _said(process: Process, key: str) -> str:
    step = _step(process, key)
    return f"langkah {step.number} “{step.title}”" if step else f"langkah '{key}'"


def _forward(history: History, activity: str) -> Iterator[Stay]:
    """The stays of an activity that were closed with its good end ("signed", "issued", "handed_over")."""
    steps = history.process.doing(activity)
    for stay in history.main:
        if stay.step in steps and stay.closed_at is not None:
            way = _way_out(history.process, stay)
            if isinstance(way, Outcome) and way.kind == "forward":
                yield stay


# --- the way --------------------------------------------------------------------------------------------


def _way(history: History) -> Iterator[Deviation]:
    """Follow the main line: each stay begins where and when the outcome before it says."""
    process = history.process
    if not history.main:
        nowhere = Stay(0, process.opens_after, "", False, history.opened_at)
        yield _off(history, nowhere, "wrong_start", "Berkas tidak mempunyai satu tugas pun.")
        return
    first = history.main[0]
    start = history.entered_at or process.opens_after
    if first.step != start:
        words = f"Berkas mulai di {_said(process, first.step)}, seharusnya di {_said(process, start)}."
        yield _off(history, first, "wrong_start", words, at=first.opened_at)
    if first.opened_at != history.opened_at:
        words = "Tugas pertama tidak dibuka pada saat berkas dibuka."
        yield _off(history, first, "lost_time", words, at=first.opened_at)
    waiting: tuple[str, ...] = ()
    following = (*history.main[1:], None)
    for stay, then in zip(history.main, following, strict=True):
        if _step(process, stay.step) is None:
            yield _off(history, stay, "unknown_step", f"SOP tidak mempunyai langkah '{stay.step}'.")
            waiting = ()
            continue
        if stay.closed_at is None:
            yield from _still_open(history, stay, then)
            continue
        if not stay.opened_at <= (stay.received_at or stay.opened_at) <= stay.closed_at:
            words = f"{_said(process, stay.step)} diterima atau ditutup sebelum dibuka: jamnya mundur."
            yield _off(history, stay, "lost_time", words)
        way = _way_out(process, stay)
        if way is None:
            words = f"{_said(process, stay.step)} tidak dapat ditutup dengan '{stay.outcome}'."
            yield _off(history, stay, "unknown_outcome", words)
            waiting = ()
            continue
        if isinstance(way, Ending) and process.step(stay.step).number >= process.step(way.before).number:
            words = f"'{way.label}' hanya mungkin sebelum {_said(process, way.before)}."
            yield _off(history, stay, "too_late", words)
        if isinstance(way, Ending) or way.to == END:
            yield from _at_the_end(history, stay, then)
            continue
        if way.to == CALLER and not waiting:
            words = f"'{way.label}' mengembalikan berkas kepada pemanggil, tetapi tidak ada yang menunggu."
            yield _off(history, stay, "nobody_waits", words)
            continue
        expected, waiting = _after(process, stay, way, waiting)
        yield from _next(history, stay, way, expected, then)
        if then is not None and then.step != expected:
            waiting = ()


def _after(
    process: Process, stay: Stay, way: Outcome, waiting: tuple[str, ...]
) -> tuple[str, tuple[str, ...]]:
    """Where an outcome leads, and who waits then (adr/0008): callers wait while a case is on a detour."""
    if way.to == CALLER:
        return waiting[-1], waiting[:-1]
    if way.kind == "detour":
        return way.to, (*waiting, stay.step)
    return way.to, waiting if waiting and process.is_detour(way.to) else ()


def _next(
    history: History, stay: Stay, way: Outcome, expected: str, then: Stay | None
) -> Iterator[Deviation]:
    process = history.process
    begin = f"Sesudah {_said(process, stay.step)} dengan hasil '{way.label}' berkas seharusnya ke "
    if then is None:
        yield _off(history, stay, "wrong_step", f"{begin}{_said(process, expected)}, tetapi berhenti.")
        return
    if then.step != expected:
        words = f"{begin}{_said(process, expected)}, tetapi dibuka {_said(process, then.step)}"
        found = _step(process, then.step)
        passed = found is not None and found.number > process.step(expected).number
        skipped = f": {_said(process, expected)} terlewati." if passed else "."
        yield _off(history, stay, "wrong_step", words + skipped)
    if then.opened_at != stay.closed_at:
        words = f"{_said(process, then.step)} tidak dibuka pada saat {_said(process, stay.step)} ditutup."
        yield _off(history, then, "lost_time", words, at=then.opened_at)


def _still_open(history: History, stay: Stay, then: Stay | None) -> Iterator[Deviation]:
    said = _said(history.process, stay.step)
    if then is not None:
        words = f"{said} masih terbuka, tetapi {_said(history.process, then.step)} sudah dibuka."
        yield _off(history, stay, "wrong_step", words, at=then.opened_at)
    elif history.closed_at is not None:
        words = f"Berkas ditutup dengan '{history.result}', tetapi {said} masih terbuka."
        yield _off(history, stay, "wrong_end", words, at=history.closed_at)


def _at_the_end(history: History, stay: Stay, then: Stay | None) -> Iterator[Deviation]:
    said = _said(history.process, stay.step)
    if then is not None:
        words = (
            f"Berkas berakhir di {said}, tetapi sesudah itu {_said(history.process, then.step)} masih dibuka."
        )
        yield _off(history, then, "wrong_end", words, at=then.opened_at)
    elif (history.closed_at, history.result) != (stay.closed_at, stay.outcome):
        words = (
            f"Berkas berakhir di {said} dengan '{stay.outcome}', tetapi tercatat '{history.result or '-'}'."
        )
        yield _off(history, stay, "wrong_end", words)


def _companions(history: History) -> Iterator[Deviation]:
    """Monitoring opens and closes with the step that it runs beside."""
    process = history.process
    beside = [stay for stay in history.stays if stay.companion]
    for stay in history.main:
        for step in process.companions(stay.step):
            at_once = (stay.opened_at, stay.closed_at, stay.outcome)
            same = [
                item
                for item in beside
                if item.step == step.key and (item.opened_at, item.closed_at, item.outcome) == at_once
            ]
            if same:
                beside.remove(same[0])
            else:
                words = f"Pemantauan di samping {_said(process, stay.step)} tidak berjalan bersamanya."
                yield _off(history, stay, "no_monitoring", words)
    for stay in beside:
        words = f"Pemantauan {_said(process, stay.step)} berjalan tanpa langkah yang dipantau."
        yield _off(history, stay, "no_monitoring", words)


# --- who --------------------------------------------------------------------------------------------------


def _persons(history: History) -> Iterator[Deviation]:
    """An official receives a file before closing it, and holds the step's actor on that day."""
    process = history.process
    before: Stay | None = None
    for stay in history.main:
        caller, before = before, stay
        step = _step(process, stay.step)
        if step is None:
            continue
        said = _said(process, stay.step)
        if stay.actor != step.actor:
            words = f"{said} tercatat pada '{stay.actor}', bukan {process.actor(step.actor).label}."
            yield _off(history, stay, "wrong_actor", words)
        if stay.closed_at is None or step.actor == "applicant":
            continue
        if not isinstance(_way_out(process, stay), Outcome):
            continue  # a case may be ended by others than the step's actor
        if stay.received_at is None or stay.received_by != stay.closed_by:
            words = f"{said} diselesaikan oleh orang yang tidak menerima berkasnya lebih dahulu."
            yield _off(history, stay, "not_received", words)
        if not stay.roles & _may_do(process, step, caller):
            words = f"{said} diselesaikan oleh orang yang hari itu bukan {process.actor(step.actor).label}."
            yield _off(history, stay, "wrong_actor", words)


def _may_do(process: Process, step: Step, before: Stay | None) -> frozenset[str]:
    """Which actors may close a step.

    A meeting is recorded by whoever called it. For an agency that works on paper the back office enters
    what it wrote.
    """
    actors = {step.actor}
    if step.activity == "meet" and before is not None:
        actors.add(before.actor)
    if process.actor(step.actor).side == "agency":
        actors |= {actor.key for actor in process.actors if actor.side == "back_office"}
    return frozenset(actors)


def _separation(history: History) -> Iterator[Deviation]:
    """Nobody does both steps of a separated pair in one case, whatever the order."""
    process = history.process
    done: dict[int, list[Stay]] = {}
    for stay in history.main:
        if stay.closed_by is None or not isinstance(_way_out(process, stay), Outcome):
            continue
        earlier = done.setdefault(stay.closed_by, [])
        forbidden = process.separated_from(stay.step)
        if clash := next((item for item in earlier if item.step in forbidden), None):
            words = f"Orang yang sama melakukan {_said(process, clash.step)} dan {_said(process, stay.step)}."
            yield _off(history, stay, "not_separated", words)
        earlier.append(stay)


# --- the decree -------------------------------------------------------------------------------------------


def _decree(history: History) -> Iterator[Deviation]:
    """Every paraf before the signature, the signature before the number."""
    process = history.process
    signatures = [item for item in history.endorsements if item.signature]
    for stay in _forward(history, "endorse"):
        if not any(item.task == stay.id and not item.signature for item in history.endorsements):
            words = f"Draf diteruskan dari {_said(process, stay.step)} tanpa paraf."
            yield _off(history, stay, "no_paraf", words)
    for stay in _forward(history, "decide"):
        given = next((item for item in signatures if item.task == stay.id), None)
        if given is None:
            words = f"Berkas diteruskan dari {_said(process, stay.step)} tanpa tanda tangan."
            yield _off(history, stay, "no_signature", words)
            continue
        for step in _unendorsed(history, given):
            words = f"Draf ditandatangani tanpa paraf {_said(process, step)}."
            yield _off(history, stay, "no_paraf", words)
    for number in history.numbers:
        yield from _number(history, number, signatures)
    for stay in _forward(history, "number"):
        assert stay.closed_at is not None
        if not any(item.at <= stay.closed_at and _in_force(item, stay.closed_at) for item in history.numbers):
            words = f"Berkas diteruskan dari {_said(process, stay.step)} tanpa nomor."
            yield _off(history, stay, "no_number", words)


def _unendorsed(history: History, signature: Endorsed) -> list[str]:
    """The endorsing steps whose paraf did not stand on the draft when it was signed."""
    there = {
        item.step
        for item in history.endorsements
        if item.draft == signature.draft and not item.signature and item.holds(signature.at)
    }
    return [step for step in history.process.doing("endorse") if step not in there]


def _in_force(number: Numbered, at: datetime) -> bool:
    return number.voided_at is None or number.voided_at > at


def _number(history: History, number: Numbered, signatures: list[Endorsed]) -> Iterator[Deviation]:
    """A number is given to what bears a signature then, in the step that gives numbers."""
    process = history.process
    place = next(
        (
            stay
            for stay in history.main
            if stay.step in process.doing("number")
            and (stay.closed_at is None or number.at <= stay.closed_at)
        ),
        history.main[-1] if history.main else None,
    )
    if place is None:
        return
    stands = [item for item in signatures if item.holds(number.at)]
    if number.draft is not None:
        stands = [item for item in stands if item.draft == number.draft]
    signed = any(stay.closed_at <= number.at for stay in _forward(history, "decide") if stay.closed_at)
    if not stands or not signed or number.at < place.opened_at:
        words = "Nomor keputusan diberikan sebelum keputusannya ditandatangani."
        yield _off(history, place, "number_before_signature", words, by=number.by, at=number.at)


def _handover(history: History) -> Iterator[Deviation]:
    """What is closed as handed over was handed over; a case ends as received only with its decree in hand."""
    process = history.process
    handed = history.handed
    given = list(_forward(history, "hand_over"))
    for stay in given:
        assert stay.closed_at is not None
        if handed is None or not stay.opened_at <= handed.at <= stay.closed_at:
            words = f"{_said(process, stay.step)} ditutup, tetapi bukti serah terimanya tidak ada."
            yield _off(history, stay, "no_handover", words)
    last = history.main[-1] if history.main else None
    if last is None or last.closed_at is None or last.step not in process.doing("receive"):
        return
    if process.doing("hand_over") and not given:
        words = "Berkas ditutup sebagai diterima pemohon, tetapi tidak pernah diserahkan."
        yield _off(history, last, "no_handover", words)
    if process.doing("number") and not any(item.decision for item in history.numbers):
        words = "Berkas ditutup sebagai diterima pemohon, tetapi register tidak memuat keputusannya."
        yield _off(history, last, "no_number", words)


# --- the log ----------------------------------------------------------------------------------------------


def _log(history: History) -> Iterator[Deviation]:
    """What the rows say was done, the chain says too, and the other way round.

    The chain proves that nothing was changed afterwards, the rows are what pages show: a row written behind
    the engine's back has no entry, and an entry whose row was changed no longer finds it. Steps are not
    compared: an entry keeps the name that a step had before a newer revision renamed it.
    """
    if history.entries is None:
        return
    stays = {stay.id: stay for stay in history.stays}
    told = {
        (entry.task, entry.outcome, entry.by, entry.at)
        for entry in history.entries
        if entry.closes and entry.task in stays
    }
    for stay in history.main:
        if stay.closed_at is not None and (stay.id, stay.outcome, stay.closed_by, stay.closed_at) not in told:
            said = _said(history.process, stay.step)
            words = f"{said} ditutup dengan '{stay.outcome}' tanpa catatan yang sama."
            yield _off(history, stay, "no_entry", words)
    for entry in history.entries:
        if entry.task is None:
            continue
        named = stays.get(entry.task)
        if named is None:
            yield _loose(history, entry, "tugasnya tidak ada")
        elif entry.closes and not _closed_so(named, entry):
            yield _loose(history, entry, "tugasnya tidak ditutup begitu")


def _closed_so(stay: Stay, entry: Recorded) -> bool:
    return (stay.outcome, stay.closed_by, stay.closed_at) == (entry.outcome, entry.by, entry.at)


def _loose(history: History, entry: Recorded, why: str) -> Deviation:
    return Deviation(
        case=history.case,
        code="no_task",
        step="",
        number=None,
        task=entry.task,
        actor="",
        by=entry.by,
        at=entry.at,
        words=f"Catatan {entry.seq} ('{entry.verb}'): {why}.",
    )

"""What changed between two revisions of a service's SOP, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from muara.sop.definition import CALLER, END, Actor, Limit, Process, Requirement, Step
from muara.sop.form import Field
from muara.sop.service import Service


class Keyed(Protocol):
    """Something of a revision that is known by its key."""

    @property
    def key(self) -> str: ...


_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: where, what of it, and how it read before and reads after ("" where it was not)."""

    group: str
    place: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.place}, {self.what}: ditambahkan “{self.after}”"
        if not self.after:
            return f"{self.place}, {self.what}: dihapus “{self.before}”"
        return f"{self.place}, {self.what}: “{self.before}” menjadi “{self.after}”"


def changes(old: Service, new: Service) -> tuple[Change, ...]:
    """Compare two revisions: the printed clauses, steps with limits and outcomes, actors, requirements, form.

    A step that kept its number and activity under another key is told as renamed.
    """
    return (
        *_head(old, new),
        *_clauses(old, new),
        *_steps(old.process, new.process),
        *_actors(old.process, new.process),
        *_requirements(old.process, new.process),
        *_fields(old, new),
        *_rest(old, new),
    )


def _pairs(
    old: Mapping[str, _Thing], new: Mapping[str, _Thing]
) -> Iterator[tuple[str, _Thing | None, _Thing | None]]:
    for key in (*old, *(key for key in new if key not in old)):
        yield key, old.get(key), new.get(key)


def _told(group: str, place: str, parts: Iterable[tuple[str, str, str]]) -> Iterator[Change]:
    for what, before, after in parts:
        if before != after:
            yield Change(group, place, what, before, after)


def _head(old: Service, new: Service) -> Iterator[Change]:
    before, after = old.process, new.process
    yield from _told(
        "Layanan",
        "Layanan",
        (
            ("revisi", before.revision, after.revision),
            ("judul", before.title, after.title),
            ("janji waktu", f"{before.promise_days} hari kerja", f"{after.promise_days} hari kerja"),
            ("masa berlaku", f"{before.validity_years} tahun", f"{after.validity_years} tahun"),
            ("tanggal efektif tercetak", old.document.effective, new.document.effective),
        ),
    )


def _clauses(old: Service, new: Service) -> Iterator[Change]:
    before = {clause.id: clause for clause in old.document.clauses}
    after = {clause.id: clause for clause in new.document.clauses}
    for key, was, now in _pairs(before, after):
        yield from _told(
            "Naskah",
            f"Butir {key}",
            (
                ("naskah", was.text if was else "", now.text if now else ""),
                ("bacaan", was.corrected if was else "", now.corrected if now else ""),
            ),
        )


def renamed_steps(old: Process, new: Process) -> dict[str, str]:
    """Guess which steps only took another key: same number, same activity, and neither key on both sides."""
    known = {step.key for step in old.steps}
    fresh = {(step.number, step.activity): step.key for step in new.steps if step.key not in known}
    kept = {step.key for step in new.steps}
    return {
        step.key: fresh[step.number, step.activity]
        for step in old.steps
        if step.key not in kept and (step.number, step.activity) in fresh
    }


def _steps(old: Process, new: Process) -> Iterator[Change]:
    renamed = renamed_steps(old, new)
    before = {renamed.get(step.key, step.key): step for step in old.steps}
    after = {step.key: step for step in new.steps}
    for _, was, now in _pairs(before, after):
        if was is None or now is None:
            only = was or now
            assert only
            place = f"Langkah {only.number}"
            yield Change("Langkah", place, "langkah", _named(was), _named(now))
            continue
        yield from _step(was, now, old, new, renamed)


def _named(step: Step | None) -> str:
    return f"{step.title} ({step.key})" if step else ""


def _step(was: Step, now: Step, old: Process, new: Process, renamed: Mapping[str, str]) -> Iterator[Change]:
    place = f"Langkah {was.number}"
    yield from _told(
        "Langkah",
        place,
        (
            ("kunci", was.key, now.key),
            ("nomor", str(was.number), str(now.number)),
            ("judul", was.title, now.title),
            ("judul bila ditolak", was.refusal_title, now.refusal_title),
            ("kegiatan", was.activity, now.activity),
            ("pelaksana", old.actor(was.actor).label, new.actor(now.actor).label),
            ("batas waktu", _limit(was.limit, old), _limit(now.limit, new)),
            ("hanya bila diperlukan", _yes(was.optional), _yes(now.optional)),
        ),
    )
    ways = ({way.key: way for way in was.outcomes}, {way.key: way for way in now.outcomes})
    for _, one, other in _pairs(*ways):
        yield from _told(
            "Hasil langkah",
            place,
            (
                (
                    "hasil",
                    f"{one.label}, {_to(renamed.get(one.to, one.to))}" if one else "",
                    f"{other.label}, {_to(other.to)}" if other else "",
                ),
                (
                    "alasan wajib",
                    _yes(one.needs_reason) if one and other else "",
                    _yes(other.needs_reason) if one and other else "",
                ),
            ),
        )


def _yes(value: bool) -> str:
    return "ya" if value else "tidak"


def _to(key: str) -> str:
    return {CALLER: "kembali ke yang meminta", END: "selesai"}.get(key, f"ke {key}")


def _limit(limit: Limit | None, process: Process) -> str:
    if limit is None:
        return "tanpa batas"
    counted = ""
    if limit.days is not None and limit.clock:
        clock = next(item.label for item in process.clocks if item.key == limit.clock)
        counted = f"{limit.days} hari kerja sejak {clock[0].lower()}{clock[1:]}"
        if limit.tells_passes_apart:
            later = "tanpa batas" if limit.later_days is None else f"{limit.later_days} hari kerja"
            counted += f", bila diulang {later}"
    return "; ".join(filter(None, (limit.printed, counted))) or "tanpa batas"


def _actors(old: Process, new: Process) -> Iterator[Change]:
    def say(actor: Actor | None) -> str:
        return f"{actor.label}, kolom {actor.column}" if actor else ""

    yield from _each("Pelaksana", "Pelaksana", _by_key(old.actors), _by_key(new.actors), say)


def _requirements(old: Process, new: Process) -> Iterator[Change]:
    def say(item: Requirement | None) -> str:
        return f"{item.reading}{', dengan berkas' if item.upload else ''}" if item else ""

    before = {str(item.number): item for item in old.requirements}
    after = {str(item.number): item for item in new.requirements}
    yield from _each("Persyaratan", "Persyaratan", before, after, say)


def _fields(old: Service, new: Service) -> Iterator[Change]:
    def say(item: Field | None) -> str:
        if item is None:
            return ""
        choices = ", ".join(choice.label for choice in item.choices)
        parts = (item.label, item.kind, item.unit, "wajib" if item.required else "boleh kosong", choices)
        return "; ".join(filter(None, parts))

    yield from _each("Formulir", "Isian", _by_key(old.form.fields), _by_key(new.form.fields), say)


def _each(
    group: str,
    place: str,
    old: Mapping[str, _Thing],
    new: Mapping[str, _Thing],
    say: Callable[[_Thing | None], str],
) -> Iterator[Change]:
    for key, was, now in _pairs(old, new):
        yield from _told(group, f"{place} {key}", (("isi", say(was), say(now)),))


_Keyed = TypeVar("_Keyed", bound=Keyed)


def _by_key(things: Iterable[_Keyed]) -> dict[str, _Keyed]:
    return {thing.key: thing for thing in things}


def _rest(old: Service, new: Service) -> Iterator[Change]:
    """Name what changed otherwise, without its text: letters, the wording of decrees, the self-check."""
    for key, was, now in _pairs(old.letters, new.letters):
        if was != now:
            yield Change("Surat", f"Templat {key}", "isi", "ada" if was else "", "berubah" if now else "")
    renamed = renamed_steps(old.process, new.process)
    apart = tuple(tuple(renamed.get(step, step) for step in pair) for pair in old.process.separated)
    for told, one, other in (
        ("Susunan kata keputusan", old.wordings, new.wordings),
        ("Cek mandiri", old.selfcheck, new.selfcheck),
        ("Pemisahan tugas", apart, new.process.separated),
    ):
        if one != other:
            yield Change("Lainnya", told, "isi", "seperti revisi lama", "berubah")

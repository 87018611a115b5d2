"""A folder with an application goes through all 18 steps by the acts that the pages use."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from muara.cases.actions import Refused
from muara.cases.models import Application, Case, Correction, Revision, Task
from muara.cases.terms import TermsRefused
from muara.documents.letters import pdf
from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.documents.uploads import Accepted, UploadRefused, accept
from muara.people.models import User
from muara.sop.definition import Outcome
from muara.steps.actions import filing, intake
from muara.steps.actions.checklists import Mark
from muara.steps.actions.requests import Reply
from muara.steps.letters import control_sheet
from muara.web.demo import Clock, Walk, answer_question, applicant, ask_question, officer


class BrokenFolder(Exception):
    """The folder cannot be taken through: the message names the file, the place and what to do."""


# What `application.toml` must hold; the ways off the main line only where it goes there.
NEEDED: dict[str, tuple[str, ...]] = {
    "service": (),
    "kind": (),
    "values": (),
    "files": (),
    "recommendation": ("letter_number", "signed_by_name", "scan"),
    "issue": ("scan",),
    "advice": ("question", "given"),
    "meeting": ("reason", "place", "agenda", "invited", "minutes", "decision"),
    "correction": ("requirement", "reason", "answer"),
}
WAYS_OFF = {"advice", "meeting", "correction"}


def read_folder(folder: Path) -> dict[str, Any]:
    """Read `application.toml`, refusing what the journey could not do without."""
    path = folder / "application.toml"
    try:
        source = tomllib.loads(path.read_text())
    except FileNotFoundError:
        raise BrokenFolder(f"{path}: berkas ini tidak ada.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise BrokenFolder(f"{path}: tidak dapat dibaca sebagai TOML ({problem}).") from None
    for part, keys_needed in NEEDED.items():
        if part not in source:
            if part in WAYS_OFF:
                continue
            raise BrokenFolder(f"{path}: bagian '{part}' tidak ada.")
        for key in keys_needed:
            if key not in source[part]:
                raise BrokenFolder(f"{path}: bagian '{part}', kunci '{key}' tidak ada.")
    revision = Revision.objects.filter(service=source["service"]).first()
    if revision is None:
        raise BrokenFolder(f"{path}: layanan '{source['service']}' tidak dikenal.")
    kinds = [kind.key for kind in revision.process.kinds]
    if source["kind"] not in kinds:
        raise BrokenFolder(
            f"{path}: jenis permohonan '{source['kind']}' tidak dikenal; pilih {', '.join(kinds)}."
        )
    return source


@dataclass
class FolderWalk(Walk):
    """A walk whose files, terms and ways off the main line come from a folder."""

    folder: Path = field(default_factory=Path)
    left_once: set[str] = field(default_factory=set)

    def given(self, name: str, *, at: datetime) -> Accepted:
        """Hand in a file of the folder, through the same checks as an upload."""
        path = self.folder / name
        try:
            return accept(SimpleUploadedFile(path.name, path.read_bytes()), at=at)
        except FileNotFoundError:
            raise BrokenFolder(f"{path}: berkas ini disebut di application.toml tetapi tidak ada.") from None
        except UploadRefused as refusal:
            raise BrokenFolder(f"{path}: {refusal.message}") from None

    def prepare(self) -> Application:
        now = self.clock.now
        self.files = {int(number): self.given(name, at=now) for number, name in self.source["files"].items()}
        uploads = Revision.objects.filter(service=self.source["service"]).latest("pk").process.uploads()
        if lacking := [item for item in uploads if item.number not in self.files]:
            names = ", ".join(f"{item.number} ({item.reading})" for item in lacking)
            raise BrokenFolder(f"application.toml, bagian files: berkas untuk nomor {names} belum ada.")
        return super().prepare()

    def scan(self, key: str, title: str, at: datetime) -> Blob:
        return self.given(self.source[key]["scan"], at=at).blob

    def leaves(self, part: str) -> Any:
        """What the folder says of a way off the main line, the first time it is asked."""
        told = None if part in self.left_once else self.source.get(part)
        self.left_once.add(part)
        return told

    def do_check(self, task: Task, by: User, way: Outcome, note: str) -> None:
        if told := self.leaves("advice"):
            way, note = task.step.outcome("needs_advice"), told["question"]
        super().do_check(task, by, way, note)

    def do_advise(self, task: Task, by: User, way: Outcome, note: str) -> None:
        told = self.source["advice"]
        intake.advise(task, question=told["question"], given=told["given"], by=by, at=self.clock.tick())

    def do_endorse(self, task: Task, by: User, way: Outcome, note: str) -> None:
        if told := self.leaves("meeting"):
            way, note = task.step.outcome("needs_meeting"), told["reason"]
        super().do_endorse(task, by, way, note)

    def do_verify(self, task: Task, by: User, way: Outcome, note: str) -> None:
        if told := self.leaves("correction"):
            way, note = task.step.outcome("incomplete"), told["reason"]
            self.defects = {int(told["requirement"]): Mark("unfit", note)}
        super().do_verify(task, by, way, note)

    def do_correct(self, task: Task, by: User, way: Outcome, note: str) -> None:
        super().do_correct(task, by, way, self.source["correction"]["answer"])

    def reply(self, asked: Correction) -> dict[int, Reply]:
        self._change(asked.case.application, self.source["correction"], at=self.clock.tick())
        return {}

    def _change(self, application: Application, told: Mapping[str, Any], *, at: datetime) -> None:
        for section in application.revision.definition.form.sections:
            changed = {
                key: told.get("values", {})[key] for key in told.get("values", {}) if key in keys(section)
            }
            if changed:
                raw = {**self.source["values"], **changed}
                filing.save_section(application, section=section, raw=raw, by=self.applicant, at=at)
        for number, name in told.get("files", {}).items():
            for old in application.attachments.filter(requirement=int(number), withdrawn_at=None):
                filing.withdraw(old, by=self.applicant, at=at)
            filing.attach(
                application,
                requirement=int(number),
                accepted=self.given(name, at=at),
                by=self.applicant,
                at=at,
            )


def keys(section: Any) -> set[str]:
    return {item.key for item in section.fields}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the journey: step, actor, act, and the letters that were made."""

    step: int
    actor: str
    act: str
    made: tuple[str, ...]

    def __str__(self) -> str:
        made = f"  →  {', '.join(self.made)}" if self.made else ""
        return f"{self.step:>2}. {self.actor:<38} {self.act}{made}"


def travel(folder: Path, *, out: Path, at: datetime) -> Iterator[Line]:
    """Take a folder's application through the 18 steps, writing every letter to `out`.

    Raises:
        BrokenFolder: the folder lacks something, or holds what the office would refuse.
    """
    walk = FolderWalk(Clock(at), applicant(), source=read_folder(folder), folder=folder)
    out.mkdir(parents=True, exist_ok=True)
    try:
        question = ask_question(at=at, text=str(walk.source.get("question") or "Apa saja persyaratannya?"))
        process = Revision.objects.filter(service=walk.source["service"]).latest("pk").process
        yield Line(1, process.actor("applicant").label, "Bertanya di layanan informasi", ())
        answer_question(question, at=walk.clock.tick())
        yield Line(2, officer("information_officer").name, "Menjelaskan syarat, tahapan, waktu dan biaya", ())
        case = walk.submit()
        yield Line(3, walk.applicant.name, f"Menyampaikan permohonan {case.application.reference}", ())
        known: set[int] = set()
        while (
            open_task := Task.objects.filter(case=case, closed_at=None, companion=False).first()
        ) is not None:
            walk.forward()
            done = Task.objects.select_related("closed_by").get(pk=open_task.pk)
            step = process.step(done.step_key)
            made = tuple(_write_new(case, step.number, known, out))
            by = done.closed_by.name if done.closed_by else ""
            yield Line(step.number, by, case.process.way_out(step.key, done.outcome).label, made)
    except Refused as refusal:
        raise BrokenFolder(f"{folder}: {refusal.message}") from None
    except TermsRefused as refusal:
        places = "; ".join(f"{place}: {text}" for place, text in refusal.errors.items())
        raise BrokenFolder(f"{folder / 'application.toml'}, bagian recommendation: {places}") from None
    except ValueError as problem:
        raise BrokenFolder(f"{folder / 'application.toml'}, bagian values: {problem}") from None
    case = Case.objects.get(pk=case.pk)
    (out / "lembar-pengendali.pdf").write_bytes(control_sheet(case, at=walk.clock.tick()))


def _write_new(case: Case, step: int, known: set[int], out: Path) -> Iterator[str]:
    """Write the letters that a step filed, named by step and title."""
    for filed in case.letters.exclude(pk__in=known).select_related("letter__template", "letter__rendered"):
        known.add(filed.pk)
        name = f"{step:02d}-{len(known):02d}-{filed.kind.replace('_', '-')}.pdf"
        with BlobStore().open(pdf(filed.letter).sha256) as source:
            (out / name).write_bytes(source.read())
        yield name

"""What officials are told of their work: a task meant for them, a limit near or over, the legal limit past.

These are about a task (`task:17`), not a case: what is about a case goes to whom the company lets see it.
They say no more of a case than its number and step; the rest is read after signing in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from muara.cases.models import Case, Rung, Task
from muara.documents.indonesian import tanggal
from muara.people.actions.notices import addressee, notify
from muara.people.models import Notice, User
from muara.steps.letters import the_office


def _about(task: Task) -> str:
    return f"task:{task.pk}"


def _tell(task: Task, to: User, *, key: str, kind: str, subject: str, body: str, at: datetime) -> Notice:
    return notify(
        key=f"{_about(task)}:{key}:user:{to.pk}",
        kind=kind,
        about=_about(task),
        to=addressee(to),
        subject=subject,
        text=f"Yth. {to.name},\n\n{body}\n\n{the_office().name}",
        link=f"/meja/tugas/{task.pk}/",
        at=at,
    )


def _where(task: Task) -> str:
    return f"langkah {task.step.number} ({task.step.title}) berkas {task.case}"


def tell_meant_for(task: Task, *, to: User, by: User, seq: int, at: datetime) -> Notice:
    """A superior or colleague means a task for somebody; their message is read at the task."""
    return _tell(
        task,
        to,
        key=f"meant:{seq}",
        kind="meant",
        subject=f"Berkas {task.case} ditugaskan kepada Anda",
        body=f"{by.name} menugaskan {_where(task)} kepada Anda. Pesannya ada pada halaman tugas.",
        at=at,
    )


def tell_limit(task: Task, rung: Rung, *, to: Iterable[User], late: int, at: datetime) -> list[Notice]:
    """A rung of the ladder is reached: before the limit, on its day, or so many working days after it."""
    assert task.due_on is not None
    day, place = tanggal(task.due_on), _where(task)
    if late > 0:
        subject = f"Terlambat {late} hari kerja: berkas {task.case}"
        body = (
            f"Batas {place} adalah {day}. Terlambat {late} hari kerja, dihitung selama berkas dapat "
            "dikerjakan di langkah ini."
        )
    elif rung is Rung.BEFORE:
        subject = f"Segera jatuh tempo: berkas {task.case}"
        body = f"Batas {place} adalah {day}."
    else:
        subject = f"Jatuh tempo: berkas {task.case}"
        body = f"Batas {place} adalah {day}."
    if rung not in {Rung.BEFORE, Rung.DUE}:
        holder = task.received_by.name if task.received_by else "belum diterima siapa pun"
        body += f" Pemegang berkas: {holder}."
    return [
        _tell(task, one, key=f"limit:{rung.value}", kind="limit", subject=subject, body=body, at=at)
        for one in to
    ]


def tell_legal_limit(
    case: Case, task: Task, *, limit: date, to: Iterable[User], at: datetime
) -> list[Notice]:
    """Past the legal limit an application may count as granted by law; Muara itself grants nothing."""
    body = (
        f"Batas waktu keputusan permohonan {case} adalah {tanggal(limit)} (bagian I SOP) dan sudah lewat "
        "tanpa keputusan. Menurut UU 30/2014 Pasal 53 sebagaimana diubah, permohonan yang tidak diputus "
        "dalam batas waktunya dapat dianggap dikabulkan secara hukum. "
        f"Berkas ada pada {_where(task)}. Muara tidak menerbitkan apa pun dengan sendirinya; keputusan tetap "
        "di tangan Anda."
    )
    subject = f"Lewat batas hukum: berkas {case}"
    return [
        _tell(task, one, key="legal", kind="legal_limit", subject=subject, body=body, at=at) for one in to
    ]

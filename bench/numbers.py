"""Numbers under fire: writers that give numbers while they are killed, and acts killed half-way.

`python -m bench.numbers` runs both trials on a private PostgreSQL and on SQLite, each in its own process:

- numbers: `--writers` processes give `--issues` numbers of one series while one after another is killed
  (SIGKILL) and replaced; their clock runs over New Year's midnight in Samarinda half-way;
- acts: cases are signed, numbered and issued by processes of which `--kills` are killed at a random moment.

Afterwards every number that a writer was told stands in the register; there is no gap, no double, none dated
before the one before it; the book outside the database is behind nowhere; every act is there whole or not at
all, with its entry; every chain is unbroken.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bench.apart import apart
from tests.postgres import NoPostgres, cluster

if TYPE_CHECKING:
    from muara.cases.models import Case
    from muara.documents.models import Blob
    from muara.people.models import User

MIDNIGHT = datetime.fromisoformat("2027-01-01T00:00:00+08:00")
SIGNED_AT = datetime.fromisoformat("2026-07-06T09:00:00+08:00")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.numbers", description=__doc__)
    parser.add_argument("--issues", type=int, default=100_000)
    parser.add_argument("--writers", type=int, default=32)
    parser.add_argument("--kills", type=int, default=1_000, help="of acts; writers are killed beside them")
    parser.add_argument("--minutes", type=float, default=120, help="the longest that each trial lasts")
    parser.add_argument("--only", choices=["postgresql", "sqlite"])
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if options.only != "sqlite":
        try:
            with cluster(durable=True, settings={"max_connections": str(options.writers + 20)}) as url:
                _apart(url, options)
        except NoPostgres as error:
            print(error)
    if options.only != "postgresql":
        _apart("", options)


def _apart(url: str, options: argparse.Namespace) -> None:
    apart(url, partial(trials, options), failed="percobaan nomor gagal", MUARA_DEMO="1")


def trials(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from muara.web.demo import seed_office

    call_command("migrate", verbosity=0)
    seed_office(SIGNED_AT)
    chance = random.Random(options.seed)
    # The acts first: after New Year's Eve no number may be dated in July.
    began = time.perf_counter()
    acts = kill_acts(options.kills, chance=chance, minutes=options.minutes)
    print(
        f"{connection.vendor}: {acts.kills} tindakan dibunuh ({acts.lost} sebelum, {acts.kept} sesudah "
        f"tercatat), {acts.done} tindakan selesai, {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    # SQLite has one writer at a time and a disk to wait for at each: fewer numbers say as much.
    share = 1 if connection.vendor == "postgresql" else 10
    began = time.perf_counter()
    fired = kill_writers(
        options.issues // share, writers=options.writers, chance=chance, minutes=options.minutes
    )
    took = time.perf_counter() - began
    print(
        f"{connection.vendor}: {fired.given} nomor oleh {options.writers} penulis, {fired.kills} dibunuh, "
        f"{took:.0f} s ({fired.given / took:.0f} nomor/s), {fired.refused} kali ditolak di tengah malam",
        flush=True,
    )


# --- numbers -------------------------------------------------------------------------------------------


@dataclass
class Fired:
    """What the writers did and what was done to them."""

    given: int = 0
    kills: int = 0
    refused: int = 0


def kill_writers(
    issues: int, *, writers: int, chance: random.Random, every: float = 0.5, minutes: float = 2
) -> Fired:
    """Give numbers by many processes, kill them by and by, and demand that the register is whole.

    It ends when there are enough, or when the time is over.
    """
    from django.db import connections

    from muara.web.demo import officer

    fired, registrar = Fired(), officer("registrar")
    began = time.time()
    with tempfile.TemporaryDirectory() as folder:
        told = Path(folder)

        def write(name: str, seed: int) -> None:
            _write(told / name, registrar, issues=issues, until=began + 60 * minutes, seed=seed)

        connections.close_all()
        running = {_fork(write, f"{n}-0", n): n for n in range(writers)}
        generation = 0
        while running:
            time.sleep(chance.uniform(0, 2 * every))
            for pid in list(running):
                ended, status = os.waitpid(pid, os.WNOHANG)
                assert status == 0, "a writer failed by itself"
                if ended:
                    running.pop(pid)
            if not running or _is_enough(told, issues):
                continue
            victim = chance.choice(list(running))
            os.kill(victim, signal.SIGKILL)
            os.waitpid(victim, 0)
            place = running.pop(victim)
            fired.kills += 1
            generation += 1
            running[_fork(write, f"{place}-{generation}", writers + generation)] = place
        _wait_for_the_dead()
        lines = [line.split() for path in told.iterdir() for line in path.read_text().splitlines()]
    answers = [(int(line[1]), int(line[2])) for line in lines if len(line) == 3 and line[0] == "told"]
    fired.refused = sum(line[:1] == ["refused"] for line in lines)
    fired.given = demand_whole_register(told=answers)
    return fired


def _is_enough(told: Path, issues: int) -> bool:
    """The numbers told so far, by the size of the files: a line is some 15 bytes."""
    return sum(path.stat().st_size for path in told.iterdir()) > issues * 15


def _write(path: Path, registrar: User, *, issues: int, until: float, seed: int) -> None:
    """Give numbers until there are enough; write each one down as soon as it was told."""
    from django.db import connection

    from muara.cases.actions import Refused
    from muara.permits.actions import take_number
    from muara.permits.models import SeriesYear

    connection.ensure_connection()
    with path.open("a", buffering=1) as answers:
        while True:
            given = sum(SeriesYear.objects.filter(series__key="permit").values_list("last", flat=True))
            if given >= issues or time.time() > until:
                return
            # The clock runs so that midnight falls where half of the numbers are given.
            at = MIDNIGHT + timedelta(seconds=60 * (given / issues - 0.5))
            for _ in range(20):
                try:
                    number = take_number(
                        service="LHP", series="permit", given_to=f"trial:{seed}", by=registrar, at=at
                    )
                except Refused as refusal:
                    if "Periksa jam" not in refusal.message:
                        raise
                    answers.write("refused\n")
                    break
                answers.write(f"told {number.dated.year} {number.seq}\n")


def demand_whole_register(*, told: list[tuple[int, int]]) -> int:
    """Raise AssertionError unless the register of permits has every number once, in order; give how many."""
    from muara.audit.queries import breaks, heads
    from muara.cases.queries import case_heads
    from muara.permits import marks
    from muara.permits.models import Number, SeriesYear

    assert len(set(told)) == len(told), "two writers were told the same number"
    rows = Number.objects.filter(counter__series__key="permit")
    given = list(rows.order_by("counter__year", "seq").values_list("counter__year", "seq", "dated"))
    assert set(told) <= {(year, seq) for year, seq, _ in given}, "a number that was told is lost"
    dates = [dated for *_, dated in given]
    assert dates == sorted(dates), "a number is dated before its predecessor"
    for counter in SeriesYear.objects.filter(series__key="permit"):
        seqs = [seq for year, seq, _ in given if year == counter.year]
        assert seqs == list(range(1, counter.last + 1)), "a gap"
        mark = marks.read(str(counter.series), counter.year)
        assert mark is not None
        assert mark.reserved >= counter.last, "the book is behind the database"
        assert mark.issued >= max((seq for year, seq in told if year == counter.year), default=0)
        assert mark.issued <= counter.last, "the book knows a number that was not given"
    assert breaks([*heads(), *case_heads()]) == []
    return len(given)


# --- acts ----------------------------------------------------------------------------------------------


@dataclass
class Acts:
    """How the acts ended that were killed at a random moment, and how many were done in the end."""

    kills: int = 0
    lost: int = 0  # killed before they were recorded: done again
    kept: int = 0  # killed after they were recorded: not done twice
    done: int = 0


def kill_acts(kills: int, *, chance: random.Random, minutes: float = 2) -> Acts:
    """Sign, number and issue cases by processes that are killed, and demand each act whole or not at all.

    It ends when enough were killed, or with the case at hand when the time is over.
    """
    from muara.web.demo import case_at, sample_pdf

    # Made here: what sets letters keeps threads, which a forked process would wait for in vain.
    scan = sample_pdf("Izin bertanda tangan")
    acts, times, until = Acts(), dict.fromkeys(ACTS, 0.0), time.time() + 60 * minutes
    while acts.kills < kills and time.time() < until:
        case, own = case_at("decide", at=SIGNED_AT), _kept(scan)
        for stage, act in enumerate(ACTS):
            _receive(case)
            while (before := demand_whole_case(case)) == stage:
                lasts = times[act] * chance.random() if times[act] and acts.kills < kills else None
                took = _run(act, case, SIGNED_AT + timedelta(hours=1), own, killed_after=lasts)
                after = demand_whole_case(case)
                acts.done += after - before
                if took:
                    assert after == stage + 1
                    times[act] = took
                    continue
                acts.kills += 1
                acts.kept += after > stage
                acts.lost += after == stage
    demand_whole_register(told=[])
    return acts


def _kept(scan: bytes) -> Blob:
    """A scan of one case alone: the office refuses another decree's."""
    from muara.documents.blobs import keep_blob
    from muara.documents.store import BlobStore
    from muara.documents.uploads import PDF

    content = scan + f"\n% {uuid4()}\n".encode()
    stored = BlobStore().put(io.BytesIO(content), limit_bytes=len(content))
    return keep_blob(sha256=stored.sha256, size=stored.size, media_type=PDF, pages=1, at=SIGNED_AT)


def _receive(case: Case) -> None:
    """Take the file over, so that what is killed is the act alone."""
    from muara.web.demo import Clock, Walk, applicant

    Walk(Clock(SIGNED_AT), applicant(), case=case).take()


def _run(
    act: Callable[[Case, datetime, Blob], None],
    case: Case,
    at: datetime,
    scan: Blob,
    *,
    killed_after: float | None,
) -> float:
    """Do an act in a process; give its seconds, or 0 where it was killed."""
    began = time.perf_counter()
    child = _fork(act, case, at, scan)
    if killed_after is None:
        _, status = os.waitpid(child, 0)
        assert status == 0, f"{act.__name__} failed by itself"
        return time.perf_counter() - began
    time.sleep(killed_after)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    _wait_for_the_dead()
    return 0.0


def _sign(case: Case, at: datetime, scan: Blob) -> None:
    from muara.steps.actions.approval import decide
    from muara.steps.actions.drafting import current_draft
    from muara.web.demo import officer

    task = case.main_task
    assert task is not None
    decide(
        task,
        outcome="signed",
        draft_sha256=current_draft(case).sha256,
        clauses=task.step.examines,
        by=officer("head_of_office"),
        at=at,
    )


def _number(case: Case, at: datetime, scan: Blob) -> None:
    from muara.steps.actions.issuance import assign_number
    from muara.web.demo import officer

    task = case.main_task
    assert task is not None
    assign_number(task, by=officer("registrar"), at=at)


def _issue(case: Case, at: datetime, scan: Blob) -> None:
    from muara.steps.actions.issuance import issue
    from muara.web.demo import officer

    task = case.main_task
    assert task is not None
    issue(
        task,
        scan=scan,
        checked=[item.key for item in case.process.final_checklist],
        by=officer("registrar"),
        at=at,
    )


ACTS = (_sign, _number, _issue)


def demand_whole_case(case: Case) -> int:
    """Raise AssertionError where an act is there by half; give how many of the three acts are done."""
    from muara.audit.models import Entry
    from muara.cases.models import Case, Endorsement, FinalCheck
    from muara.permits.models import Number, Permit

    case = Case.objects.get(pk=case.pk)
    task, permit = case.main_task, Permit.objects.filter(case=case).first()
    assert task is not None
    entries = list(Entry.objects.filter(chain=case.chain).order_by("seq").values_list("seq", "hash", "verb"))
    assert (len(entries), entries[-1][:2]) == (case.version, (case.version, case.head)), "a chain is broken"
    verbs = [verb for *_, verb in entries]
    signatures = Endorsement.objects.filter(draft__case=case, kind="signature", voided_at=None)
    given = Number.objects.filter(given_to=case.chain, voided_at=None)
    numbers = given.filter(counter__series__key="permit")  # it has its registration number too
    seen = (
        task.step_key,
        signatures.count(),
        verbs.count("decide.signed"),
        permit is not None,
        numbers.count(),
        verbs.count("number.assign"),
        permit is not None and permit.scan_id is not None,
        FinalCheck.objects.filter(task__case=case).count(),
        verbs.count("number.issued"),
    )
    whole = (
        ("decide", 0, 0, False, 0, 0, False, 0, 0),
        ("number", 1, 1, False, 0, 0, False, 0, 0),
        ("number", 1, 1, True, 1, 1, False, 0, 0),
        ("hand_over", 1, 1, True, 1, 1, True, len(case.process.final_checklist), 1),
    )
    assert seen in whole, f"an act by half: {seen}"
    return whole.index(seen)


# --- processes -----------------------------------------------------------------------------------------


def _fork(work: Callable[..., None], *given: object) -> int:
    """Run a function in a process that may be killed at any moment; give its id."""
    from django.db import connections

    connections.close_all()  # a connection belongs to one process
    pid = os.fork()
    if pid:
        return pid
    try:
        # Under an event loop (a browser's, in tests) the parent closed only what that loop's context held.
        with suppress(AttributeError):
            del connections["default"]
        work(*given)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _wait_for_the_dead() -> None:
    """Wait until PostgreSQL has noticed that its clients were killed: a commit may be on its way."""
    from django.db import connection

    while connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = %s",
                ["client backend"],
            )
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.005)


if __name__ == "__main__":
    main()

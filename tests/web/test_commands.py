"""The commands of an installation: setting it up, checking the SOP, proving the record, serving."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from io import StringIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from muara.audit.models import Entry
from muara.cases.models import Endorsement, Examination, Handover, Revision, Task
from muara.people.models import CalendarDay, Company, Holding, Office, OfficeSetting, User
from muara.permits.models import Number, Series
from muara.sop.service import folders
from muara.web.demo import seed_office
from muara.web.management.commands.serve import supervise
from tests.clock import MONDAY
from tests.databases import PROJECT, OwnDatabase
from tests.remembered import case_at

SETUP = {
    "office_name": "DINAS PERIZINAN CONTOH",
    "short_name": "DPC",
    "government": "PEMERINTAH PROVINSI CONTOH",
    "seat": "Samarinda",
    "head_title": "KEPALA DINAS PERIZINAN CONTOH",
    "name": "Adi Contohno",
    "email": "adi@contoh.example",
}


def run(*arguments: object, **options: object) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)  # type: ignore[arg-type]
    return out.getvalue()


# --- setup -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_installation_is_ready_for_its_first_administrator_and_holds_no_demonstration() -> None:
    told = run("setup", interactive=False, **SETUP)
    user = User.objects.get()
    password = told.partition("ditampilkan sekali ini saja): ")[2].split()[0]
    assert user.check_password(password)
    assert len(password) >= 12
    assert [holding.actor for holding in user.holdings.all()] == ["administrator"]
    assert [office.name for office in Office.objects.all()] == ["DINAS PERIZINAN CONTOH"]
    assert CalendarDay.objects.count() == 108
    assert Revision.objects.count() == len(folders())
    series = sorted(Series.objects.values_list("key", flat=True))
    assert series == ["later", "permit", "refusal", "registration"]
    assert not Company.objects.exists()
    assert run("audit", "verify").startswith("utuh: ")


@pytest.mark.django_db
def test_setup_says_which_days_the_office_has_not_set_and_invents_none() -> None:
    told = run("setup", interactive=False, **SETUP)
    assert "Belum diatur: hari kerja untuk menjawab permintaan perbaikan; hari kerja tanpa jawaban" in told
    assert "tidak ada berkas yang dapat digugurkan" in told
    assert not OfficeSetting.objects.exists()


@pytest.mark.django_db
def test_setup_sets_the_days_that_it_is_told_with_their_basis() -> None:
    days = {"correction_days": "12", "silence_days": "25"}
    with pytest.raises(CommandError, match="dasar ketentuan"):
        run("setup", interactive=False, **SETUP, **days)
    with pytest.raises(CommandError, match="dengan angka"):
        run("setup", interactive=False, **SETUP, correction_days="dua", days_basis="SK Contoh")
    assert not User.objects.exists()

    told = run("setup", interactive=False, **SETUP, **days, days_basis="Keputusan Kepala Dinas (CONTOH)")
    assert "Belum diatur" not in told
    assert {row.key: (row.value, row.basis) for row in OfficeSetting.objects.all()} == {
        "correction_days": (12, "Keputusan Kepala Dinas (CONTOH)"),
        "silence_days": (25, "Keputusan Kepala Dinas (CONTOH)"),
    }


@pytest.mark.django_db
def test_a_second_setup_is_refused_and_changes_nothing() -> None:
    run("setup", interactive=False, **SETUP)
    entries = Entry.objects.count()
    with pytest.raises(CommandError, match="sudah punya administrator"):
        run("setup", interactive=False, **{**SETUP, "email": "lain@contoh.example"})
    assert (User.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.django_db
def test_a_missing_answer_is_named() -> None:
    with pytest.raises(CommandError, match="--seat"):
        run("setup", interactive=False, **{name: text for name, text in SETUP.items() if name != "seat"})
    assert not Office.objects.exists()


@pytest.mark.django_db
def test_a_refused_answer_leaves_nothing_behind() -> None:
    with pytest.raises(CommandError, match="alamat surel"):
        run("setup", interactive=False, **{**SETUP, "email": "adi"})
    assert not Office.objects.exists()
    assert not Holding.objects.exists()
    assert not Entry.objects.exists()


# --- the SOP ---------------------------------------------------------------------------------------------


def test_every_shipped_service_is_sound() -> None:
    told = run("sop", "check").splitlines()
    assert len(told) == len(folders())
    assert all(line.startswith("OK ") for line in told)


def test_a_broken_service_is_refused_by_file_step_and_reason(tmp_path: Path) -> None:
    folder = tmp_path / "lhp-02" / "rev03"
    shutil.copytree(folders()[0], folder)
    process = folder / "process.toml"
    process.write_text(process.read_text().replace('actor = "verifier"', 'actor = "juru_tulis"', 1))
    out = StringIO()
    with pytest.raises(CommandError, match="1 dari 1 layanan"):
        call_command("sop", "check", str(folder), stdout=out)
    assert "RUSAK lhp-02/rev03: process.toml, langkah 7" in out.getvalue()
    assert "juru_tulis" in out.getvalue()


def test_a_stale_document_is_named(tmp_path: Path) -> None:
    run("sop", "docs", out=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["path.md", "sop_coverage.md"]
    run("sop", "docs", out=tmp_path, check=True)
    (tmp_path / "path.md").write_text("kosong")
    with pytest.raises(CommandError, match=r"Usang: path\.md"):
        run("sop", "docs", out=tmp_path, check=True)


@pytest.mark.django_db
def test_storing_the_same_revision_twice_keeps_one() -> None:
    assert "disimpan" in run("sop", "store")
    assert "sudah tersimpan" in run("sop", "store")
    assert Revision.objects.count() == len(folders())
    assert Entry.objects.filter(verb="sop.store").count() == len(folders())


# --- the record ------------------------------------------------------------------------------------------


def tamper(sql: str) -> None:
    """Change entries as somebody would who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_update")
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
        else:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sql)


@pytest.mark.both
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE audit_entry SET text = replace(text, '\"by\":', '\"By\":') WHERE {3}", "entri 3: isi tidak"),
        ("UPDATE audit_entry SET by_id = by_id + 1 WHERE {2}", "entri 2: kolom berbeda"),
        ("DELETE FROM audit_entry WHERE {4}", "entri 4: entri 4 hilang"),
    ],
    ids=["text", "who", "deleted"],
)
def test_verify_names_the_first_broken_entry_of_a_tampered_case(sql: str, told: str, blobs: Path) -> None:
    seed_office(MONDAY)
    chain = case_at("verify", at=MONDAY).chain
    assert run("audit", "verify").startswith("utuh: ")
    tamper(sql.format(*(f"chain = '{chain}' AND seq = {seq}" for seq in range(6))))
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 dari"):
        call_command("audit", "verify", stdout=out)
    assert out.getvalue().startswith(f"PUTUS {chain}, {told}")


# --- serving ---------------------------------------------------------------------------------------------


def test_serving_stops_everything_when_one_process_ends_by_itself() -> None:
    lasting = [sys.executable, "-c", "import time; time.sleep(60)"]
    began = time.monotonic()
    assert supervise({"web": [sys.executable, "-c", "raise SystemExit(3)"], "lain": lasting}) == (
        "web berhenti sendiri (kode 3)"
    )
    assert time.monotonic() - began < 20


def test_a_helper_that_keeps_ending_is_started_again_ever_later_and_stops_nobody(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    failing = f"open({str(log)!r}, 'a').write('x'); raise SystemExit(1)"
    web = [sys.executable, "-c", "import time; time.sleep(9)"]
    assert supervise({"web": web}, helpers={"pekerja": [sys.executable, "-c", failing]}) == (
        "web berhenti sendiri (kode 0)"
    )
    assert 2 <= len(log.read_text()) <= 3  # at once, after 2 and after 4 more seconds


@pytest.mark.slow
def test_serve_answers_and_ends_when_asked(own_database: OwnDatabase) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port)],
        cwd=PROJECT,
        env=own_database.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert answers(f"http://127.0.0.1:{port}/sehat/", server)
        server.send_signal(signal.SIGTERM)
        out, _ = server.communicate(timeout=30)
    finally:
        server.kill()
        server.communicate()
    assert server.returncode == 0, out
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/sehat/", timeout=2)


def answers(url: str, server: subprocess.Popen[str]) -> bool:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=5) as answer:
                return bool(answer.status == 200)
        except (URLError, ConnectionError, TimeoutError):  # not up, or the machine is busy
            time.sleep(0.1)
    return False


@pytest.mark.slow
def test_serve_refuses_a_database_that_lacks_migrations(tmp_path: Path, own_database: OwnDatabase) -> None:
    environment = {**own_database.environment, "MUARA_TEST_DATA": str(tmp_path), "DATABASE_URL": ""}
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "1"],
        cwd=PROJECT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert "migrasi belum diterapkan" in done.stderr


# --- the proof: the process drawn, the log, the replay ---------------------------------------------------

YEAR = {"first": "2026-01-01", "last": "2026-12-31"}


def conformance(*flags: str) -> str:
    """What the replay of the year prints, though it fails where a case left the path."""
    out = StringIO()
    with suppress(CommandError):
        call_command("conformance", "--from", YEAR["first"], "--to", YEAR["last"], *flags, stdout=out)
    return out.getvalue()


def test_the_process_is_written_as_bpmn() -> None:
    told = run("sop", "bpmn")
    assert ElementTree.fromstring(told).tag.endswith("definitions")
    assert 'id="verify-decide"' not in told
    assert 'id="verify-decide"' in run("sop", "bpmn", "--unfold")
    with pytest.raises(CommandError, match=r"process\.toml"):
        run("sop", "bpmn", "tests/sop")


@pytest.mark.django_db
def test_a_log_is_written_to_a_file_and_never_over_another(office: Office, tmp_path: Path) -> None:
    case_at("check", at=MONDAY)
    path = tmp_path / "log.xes"
    arguments = ("--from", "2026-07-06", "--to", "2026-07-06", "--out", str(path))
    assert run("eventlog", "--format", "xes", *arguments) == f"ditulis: {path}\n"
    assert path.read_text() == run("eventlog", "--format", "xes", *arguments[:4])
    with pytest.raises(CommandError, match="tidak dapat ditulis"):
        run("eventlog", "--format", "ocel", *arguments)
    assert json.loads(run("eventlog", "--format", "ocel", *arguments[:4]))["events"] != []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-13-01", "2026-12-31", "Tulis tanggalnya"),
        ("kemarin", "2026-12-31", "Tulis tanggalnya"),
        ("2026-02-01", "2026-01-31", "sebelum atau sama"),
        ("2026-02-01", "9999-12-31", "terlalu jauh"),
    ],
)
def test_a_period_that_is_none_is_refused(first: str, last: str, said: str, tmp_path: Path) -> None:
    out = tmp_path / "log.xes"
    for command in (("conformance",), ("eventlog", "--format", "xes", "--out", str(out))):
        with pytest.raises(CommandError, match=said):
            run(*command, "--from", first, "--to", last)
    assert not out.exists()


@pytest.mark.django_db
def test_the_replay_finds_nothing_in_what_the_acts_did(office: Office) -> None:
    case_at("end", at=MONDAY)
    case_at("meet", at=MONDAY)
    assert run("conformance", "--from", "2026-07-01", "--to", "2026-07-31") == (
        "sesuai SOP: 2 berkas (1 ditutup)\n"
    )
    told = json.loads(conformance("--json"))
    assert told == {
        "from": "2026-01-01",
        "to": "2026-12-31",
        "deviations": [],
        "cases": 2,
        "closed": 1,
        "astray": 0,
        "kinds": {},
    }


@pytest.mark.django_db
def test_the_replay_names_who_left_the_path_and_where(office: Office) -> None:
    """Rows changed behind Muara's back: no handover, a number from before the signature, no step 13."""
    never_handed, early, skipped = (case_at("end", at=MONDAY) for _ in range(3))
    Handover.objects.filter(case=never_handed).delete()
    signed = Task.objects.get(case=early, step_key="decide")
    Number.objects.filter(permit__case=early).update(given_at=signed.opened_at)
    left_out = Task.objects.get(case=skipped, step_key="endorse_division")
    Endorsement.objects.filter(task=left_out).delete()
    Examination.objects.filter(task=left_out).delete()
    left_out.delete()
    case_at("end", at=MONDAY)

    with pytest.raises(CommandError, match="3 dari 4 berkas keluar dari alur SOP"):
        run("conformance", "--from", "2026-07-01", "--to", "2026-07-31")

    told = json.loads(conformance("--json"))
    found = {(item["case"], item["kind"]): item for item in told["deviations"]}
    assert set(found) == {
        (never_handed.pk, "no_handover"),
        (early.pk, "number_before_signature"),
        (skipped.pk, "wrong_step"),
        (skipped.pk, "lost_time"),
        (skipped.pk, "no_paraf"),
        (skipped.pk, "no_task"),  # the log still tells of the step that was taken out
    }
    assert (told["cases"], told["astray"]) == (4, 3)
    section_head = Task.objects.get(case=skipped, step_key="endorse_section").closed_by
    registrar = Task.objects.get(case=early, step_key="number").closed_by
    assert section_head is not None
    assert registrar is not None
    gone = found[skipped.pk, "wrong_step"]
    assert (gone["number"], gone["actor"], gone["user"]) == (12, "section_head", section_head.pk)
    assert found[early.pk, "number_before_signature"]["user"] == registrar.pk

    words = conformance()
    assert f"Berkas {skipped.pk}:" in words
    assert f"terlewati. [Kepala Seksi Layanan, pengguna {section_head.pk}]" in words
    assert section_head.name not in words + json.dumps(told)
    assert f"pengguna {section_head.pk} {section_head.name}]" in conformance("--names")
    assert {item["name"] for item in json.loads(conformance("--json", "--names"))["deviations"]} >= {
        section_head.name
    }

"""What `make demo` and `make journey` promise: a login for every actor, a case at every step, any folder."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from PIL import Image, ImageDraw
from pytest_django import Settings

from muara.cases.models import Case, CaseLetter, Task
from muara.people.models import User
from muara.permits.models import Permit, Refusal
from muara.sop.service import load_folder, read_service, services_root
from muara.web.demo import (
    APPLICANT,
    CAST,
    COLLEAGUE,
    EXAMPLE,
    OTHER_APPLICANT,
    PASSWORD,
    address_of,
    officer,
)
from tests.databases import PATIENCE, PROJECT, OwnDatabase
from tests.journeys.papers import ink_of, pages_of, words_of

PROCESS = read_service(load_folder(services_root() / "lhp-02" / "rev03")).process
LOGINS = [*(person.login for person in CAST), APPLICANT[0], OTHER_APPLICANT[0], COLLEAGUE[0]]
EXAMPLE_MARK = "CONTOH — BUKAN DOKUMEN RESMI"

# --- the demonstration -------------------------------------------------------------------------------


@pytest.mark.slow
def test_every_actor_of_the_sop_has_a_login_and_signs_in(
    demo_database: OwnDatabase, settings: Settings
) -> None:
    settings.MUARA_DEMO = True
    held = {holding.actor for user in User.objects.all() for holding in user.holdings.all()}
    asked = {actor.key for actor in PROCESS.actors} - {"applicant", "joint_meeting"}
    assert held == asked | {"administrator", "auditor", "complaint_manager", "privacy_officer"}
    assert sorted(User.objects.values_list("email", flat=True)) == sorted(map(address_of, LOGINS))
    cache.clear()  # other tests' sign-ins in the same minute count against the same limit
    asked_for_a_code = []
    for login in LOGINS:
        client = Client()
        answer = client.post("/akun/masuk/", {"login": address_of(login), "password": PASSWORD})
        assert answer.status_code == 302, f"{login} cannot sign in"
        if answer["Location"] == "/akun/masuk/kode/":
            asked_for_a_code.append(login)
            shown = re.search(r'id="kode-contoh">(\d{6})<', client.get("/akun/masuk/kode/").content.decode())
            assert shown, f"{login} is asked for a code that no page shows"
            answer = client.post("/akun/masuk/kode/", {"code": shown[1]})
        assert client.get(answer["Location"]).status_code == 200
    assert asked_for_a_code == ["kasi", "kabid", "kadis", "tatausaha"]


@pytest.mark.slow
def test_a_case_stands_at_every_step_and_one_is_finished(demo_database: OwnDatabase) -> None:
    standing = Task.objects.filter(closed_at=None, companion=False).select_related("case")
    assert {task.step.number for task in standing} == set(range(3, 19))
    assert Case.objects.exclude(closed_at=None).exists()
    refused = Refusal.objects.select_related("case__handover")
    assert {(one.case.result, one.case.handover.confirmed_at is None) for one in refused} == {
        ("received", False)
    }
    assert demo_database.manage("audit", "verify").startswith("utuh: ")


# Set anew for whoever asks, because they are no act of a case: nothing of them is filed.
ON_ASKING = {
    *("control_sheet", "delivery_list", "monitoring_form", "summary"),
    *("power_to_sign", "power_to_handle", "revision_status", "brochure"),
}


@pytest.mark.slow
def test_the_demo_holds_every_letter_and_sets_the_others_on_asking(
    demo_database: OwnDatabase, settings: Settings, tmp_path: Path
) -> None:
    settings.MUARA_DEMO = True
    filed = set(CaseLetter.objects.values_list("kind", flat=True))
    # The SOP prints no electronic original (it is the decree's own letter, with form fields for its blanks),
    # and nothing that is decided after the issue.
    assert (
        filed - {"electronic_decree", "later_decision"}
        == {letter.key for letter in PROCESS.letters} - ON_ASKING
    )

    deciding = Task.objects.open().get(step_key="decide").case_id
    watched = Task.objects.open().filter(companion=True)[0].case_id
    # A delivery list belongs to a round, and the demonstration has none.
    forms = [f"/layanan/{PROCESS.slug}/formulir/{form.code}.pdf" for form in PROCESS.forms if form.empty]
    for reader, address in (
        ("head_of_office", f"/meja/berkas/{deciding}/ringkasan.pdf"),
        ("head_of_office", f"/meja/berkas/{deciding}/lembar-pengendali.pdf"),
        ("processing_officer", f"/meja/berkas/{watched}/pemantauan.pdf"),
        *(("head_of_office", form) for form in forms),
    ):
        client = Client()
        client.force_login(officer(reader))
        answer = client.get(address)
        assert answer.status_code == 200, address
        path = tmp_path / "surat.pdf"
        path.write_bytes(b"".join(answer) if answer.streaming else answer.content)
        assert all(EXAMPLE_MARK in page for page in pages_of(path)), address


@pytest.mark.slow
def test_the_demo_tells_its_logins_again_and_refuses_a_database_in_use(demo_database: OwnDatabase) -> None:
    told = demo_database.manage("demo", "--if-empty")
    assert PASSWORD in told
    assert [login for login in LOGINS if address_of(login) not in told] == []
    refused = run(demo_database, "demo")
    assert refused.returncode == 1
    assert "sudah berisi kantor" in refused.stderr
    assert "Traceback" not in refused.stderr


# --- the journey of a folder -------------------------------------------------------------------------


def run(
    database: OwnDatabase, *arguments: str | Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *map(str, arguments)],
        cwd=PROJECT,
        env={**database.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def journey(database: OwnDatabase, folder: Path, out: Path) -> subprocess.CompletedProcess[str]:
    return run(database, "journey", folder, "--out", out, MUARA_DEMO="1")


def steps_in(told: str) -> list[int]:
    return [int(number) for number in re.findall(r"^ ?(\d+)\. ", told, re.MULTILINE)]


@pytest.mark.slow
def test_the_shipped_folder_goes_all_the_way(own_database: OwnDatabase, tmp_path: Path) -> None:
    done = journey(own_database, EXAMPLE, tmp_path / "out")

    assert done.returncode == 0, done.stderr
    told = steps_in(done.stdout)
    assert set(told) == set(range(1, 19))
    assert told == [1, 2, 3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 12, 14, 12, 13, 15, 16, 17, 18]
    assert done.stdout.rstrip().splitlines()[-1].startswith("Jejak audit utuh.")
    assert own_database.manage("audit", "verify").startswith("utuh: ")
    printed = set(re.findall(r"\S+\.pdf", done.stdout))
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == printed | {"lembar-pengendali.pdf"}
    kinds = {re.sub(r"^\d\d-\d\d-|\.pdf$", "", name) for name in written}
    # A case that is granted without a visit is not refused or closed early; the demonstration has such cases.
    other_ways = {"ending_notice", "refusal", "visit_form", "visit_record", "worksheet"}
    not_made = {key.replace("_", "-") for key in other_ways | ON_ASKING}
    assert kinds == {letter.key.replace("_", "-") for letter in PROCESS.letters} - not_made | {
        "lembar-pengendali"
    }
    for path in sorted((tmp_path / "out").iterdir()):
        assert all(EXAMPLE_MARK in page for page in pages_of(path)), path.name
        assert all(0.004 < share < 0.5 for share in ink_of(path, folder=tmp_path)), path.name


@pytest.mark.slow
@pytest.mark.both
def test_another_folder_goes_the_straight_way(own_database: OwnDatabase, tmp_path: Path) -> None:
    folder = another_folder(tmp_path / "lain")

    done = journey(own_database, folder, tmp_path / "out")

    assert done.returncode == 0, done.stderr
    assert steps_in(done.stdout) == [1, 2, 3, 4, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18]
    assert done.stdout.rstrip().splitlines()[-1].startswith("Jejak audit utuh.")
    (permit,) = Permit.objects.all()
    assert permit.company == "CV Karang Umpama"
    assert permit.case.application.reference in done.stdout
    decree = words_of(sorted((tmp_path / "out").glob("15-*-permit.pdf"))[-1])
    for text in ("CV Karang Umpama", "CV KARANG UMPAMA", "Hotel berbintang", "240 m³/hari", "Teluk Rekaan"):
        assert text in decree
    assert "Segara" not in decree


def another_folder(folder: Path) -> Path:
    """A hotel's application with photographs instead of PDFs, and no way off the main line."""
    folder.mkdir()
    text = (EXAMPLE / "application.toml").read_text()
    for old, new in {
        '"PT Segara Contoh Makmur"': '"CV Karang Umpama"',
        '"9999000000011"': '"9999000000022"',
        '"Industri minyak mentah kelapa sawit"': '"Hotel berbintang"',
        '"10431"': '"55110"',
        '"Selat Makassar"': '"Teluk Rekaan"',
        'flow_per_day = "1500"': 'flow_per_day = "240"',
        'flow_per_hour = "75"': 'flow_per_hour = "12,5"',
        ".pdf": ".jpg",
    }.items():
        assert old in text
        text = text.replace(old, new)
    for way in ("advice", "meeting", "correction.values", "correction"):
        text = without_table(text, way)
    source = tomllib.loads(text)
    assert not {"advice", "meeting", "correction"} & source.keys()
    (folder / "application.toml").write_text(text)
    for name in names_in(source):
        (folder / name).write_bytes(photograph(name))
    return folder


def without_table(text: str, name: str) -> str:
    return re.sub(rf"^\[{re.escape(name)}\]\n.*?(?=^\[|\Z)", "", text, flags=re.MULTILINE | re.DOTALL)


def names_in(source: dict[str, Any]) -> Iterator[str]:
    yield from source["files"].values()
    yield source["recommendation"]["scan"]
    yield source["issue"]["scan"]


def photograph(words: str) -> bytes:
    image = Image.new("RGB", (620, 877), "white")
    ImageDraw.Draw(image).text((60, 60), f"CONTOH {words}", fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


# --- a folder that cannot go -------------------------------------------------------------------------


def lacking_the_source(folder: Path) -> None:
    (folder / "application.toml").unlink()


def lacking_an_upload(folder: Path) -> None:
    (folder / "skema-ipal.pdf").unlink()


def lacking_the_mended_file(folder: Path) -> None:
    (folder / "skema-ipal-perbaikan.pdf").unlink()


def lacking_the_scan(folder: Path) -> None:
    (folder / "izin-bertanda-tangan.pdf").unlink()


def changed(old: str, new: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / "application.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return change


def of_another_kind(folder: Path) -> None:
    (folder / "skema-ipal.pdf").write_bytes(b"PK\x03\x04 bukan PDF")


def empty(folder: Path) -> None:
    (folder / "lokasi-outfall.pdf").write_bytes(b"")


@pytest.mark.parametrize(
    ("spoil", "names"),
    [
        (lacking_the_source, "application.toml"),
        (lacking_an_upload, "skema-ipal.pdf"),
        (lacking_the_mended_file, "skema-ipal-perbaikan.pdf"),
        (lacking_the_scan, "izin-bertanda-tangan.pdf"),
        (of_another_kind, "skema-ipal.pdf"),
        (empty, "lokasi-outfall.pdf"),
        (changed("[values]", "[values"), "application.toml"),
        (changed('service = "LHP"', ""), "application.toml"),
        (changed('service = "LHP"', 'service = "XYZ"'), "application.toml"),
        (changed('kind = "new"', 'kind = "baru"'), "application.toml"),
        (changed('company_nib = "9999000000011"', 'company_nib = "12"'), "application.toml"),
        (changed("LU 117°38'20,0", "117°38'20,0"), "application.toml"),
        (changed('flow_per_day = "1500"', 'flow_per_day = "banyak"'), "application.toml"),
        (changed('flow_per_day = "1500"\n', ""), "application.toml"),
        (changed('letter_number = "660/045/CONTOH-DLH/2026"\n', ""), "application.toml"),
        (changed('5 = "skema-ipal.pdf"\n', ""), "application.toml"),
        (changed("[files]", "[berkas]"), "application.toml"),
        (changed('reason = "Debit maksimum perlu dibahas bersama tim teknis."\n', ""), "application.toml"),
    ],
    ids=[
        "no source", "no upload", "no mended file", "no scan", "a zip", "an empty file", "broken TOML",
        "no service", "unknown service", "unknown kind", "wrong NIB", "swapped coordinates", "wrong flow",
        "no flow", "no letter number", "a requirement without a file", "no files",
        "a meeting without a reason",
    ],
)  # fmt: skip
def test_a_folder_that_cannot_go_is_refused_in_one_sentence(
    db: None, blobs: Path, settings: Settings, tmp_path: Path, spoil: Callable[[Path], None], names: str
) -> None:
    settings.MUARA_DEMO = True
    folder = tmp_path / "rusak"
    shutil.copytree(EXAMPLE, folder)
    spoil(folder)

    with pytest.raises(CommandError) as refused:
        call_command("journey", folder, out=tmp_path / "out", stdout=io.StringIO())

    (sentence,) = str(refused.value).splitlines()
    assert names in sentence


@pytest.mark.slow
def test_a_refused_folder_ends_the_command_without_a_traceback(
    own_database: OwnDatabase, tmp_path: Path
) -> None:
    (tmp_path / "application.toml").write_text("[values")

    done = journey(own_database, tmp_path, tmp_path / "out")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert f"{tmp_path / 'application.toml'}: tidak dapat dibaca sebagai TOML" in done.stderr


@pytest.mark.slow
def test_a_real_installation_does_not_travel(own_database: OwnDatabase, tmp_path: Path) -> None:
    done = run(own_database, "journey", EXAMPLE, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert "MUARA_DEMO=1" in done.stderr
    assert not User.objects.exists()
    assert not (tmp_path / "out").exists()


def test_the_example_folder_names_every_file_that_it_holds() -> None:
    source = tomllib.loads((EXAMPLE / "application.toml").read_text())
    named = {*names_in(source), *source["correction"]["files"].values(), "application.toml"}
    assert named == {path.name for path in EXAMPLE.iterdir()}

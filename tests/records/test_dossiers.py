"""A case as one ZIP: complete or told what it lacks, checked without Muara, never held in memory."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from itertools import repeat
from pathlib import Path

import pytest
from django.test import Client

from muara.audit import keys, muara_verify
from muara.audit.checkpoints import take
from muara.cases.models import Attachment, Case
from muara.documents.blobs import keep_blob
from muara.documents.letters import pdf
from muara.documents.store import BlobStore
from muara.people.models import Office
from muara.web.demo import case_at, officer, seed_office
from tests import remembered
from tests.clock import MONDAY
from tests.databases import OwnDatabase

LATER = MONDAY + timedelta(days=60)
MEBI = 1 << 20


def judged(archive: Path, published: str, where: Path) -> tuple[int, str]:
    """What the verifier says in a folder with the keys and the ZIP, by a Python that sees nothing else."""
    where.mkdir()
    (where / "muara-verify.py").write_bytes(Path(muara_verify.__file__).read_bytes())
    (where / "kunci.json").write_text(published)
    (where / "bukti.zip").write_bytes(archive.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "-S", "muara-verify.py", "log", "bukti.zip", "--keys", "kunci.json"],
        cwd=where,
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


def downloaded(client: Client, case: Case, target: Path) -> zipfile.ZipFile:
    answer = client.get(f"/meja/berkas/{case.pk}/bukti.zip")
    target.write_bytes(b"".join(answer))
    return zipfile.ZipFile(target)


@pytest.mark.django_db
def test_a_closed_case_is_one_zip_and_what_is_lost_or_altered_is_told_everywhere(
    office: Office, tmp_path: Path
) -> None:
    keys.make_keys(at=MONDAY)
    case = remembered.case_at("end", at=MONDAY)
    take(at=LATER)
    client, published = Client(), keys.published("")
    client.force_login(officer("collection_counter"))

    with downloaded(client, case, tmp_path / "utuh.zip") as whole:
        page, index = whole.read("daftar-isi.html").decode(), json.loads(whole.read("documents/index.json"))
        assert whole.read("lembar-pengendali.pdf").startswith(b"%PDF-")
        for row in index:
            assert f'href="documents/{row["file"]}"' in page
            assert whole.getinfo(f"documents/{row['file']}").file_size > 0
    assert f"<strong>Lengkap:</strong> {len(index)} dokumen" in " ".join(page.split())
    status, said = judged(tmp_path / "utuh.zip", published, tmp_path / "a")
    assert (status, f"dokumen: {len(index)} cocok" in said) == (0, True), said
    assert "Lengkap" in client.get(f"/meja/berkas/{case.pk}/bukti/").content.decode()

    handed_in = Attachment.objects.filter(application=case.application_id).order_by("requirement")
    lost, changed, *_ = {one.blob.sha256: one for one in handed_in.select_related("blob")}.values()
    store = BlobStore()
    store.path(lost.blob.sha256).unlink()
    store.path(changed.blob.sha256).write_bytes(b"%PDF-1.7 lain")

    with downloaded(client, case, tmp_path / "kurang.zip") as short:
        page = " ".join(short.read("daftar-isi.html").decode().split())
        rows = {row["file"].partition(".")[0]: row for row in json.loads(short.read("documents/index.json"))}
        body = json.loads(json.loads(short.read("manifest.json"))["body"])
    assert f"tidak lengkap: 2 dari {len(index)} dokumen" in page
    assert f"{lost.filename}: HILANG" in page
    assert rows[lost.blob.sha256]["sha256"] is None
    assert rows[changed.blob.sha256]["sha256"] not in (None, changed.blob.sha256)
    assert len(body["lacking"]) == 2
    status, said = judged(tmp_path / "kurang.zip", published, tmp_path / "b")
    assert status == 1
    assert said.startswith("TIDAK LENGKAP: 2 dokumen")
    assert f"{lost.filename}: tidak ada lagi di kantor" in said
    assert f"{changed.filename}: isinya bukan lagi yang disimpan" in said
    told = " ".join(client.get(f"/meja/berkas/{case.pk}/bukti/").content.decode().split())
    assert f"Tidak lengkap: 2 dari {len(index)} dokumen" in told
    assert f"{lost.filename}: hilang" in told


EXPORT = """
import re, sys
from datetime import datetime
from pathlib import Path
from muara.audit.keys import make_keys
from muara.cases.models import Case
from muara.records.dossiers import export_dossier
at = datetime.fromisoformat(sys.argv[3])
make_keys(at=at)
told = export_dossier(Path(sys.argv[2]), Case.objects.get(pk=sys.argv[1]), at=at)
# Not getrusage: that remembers the size of whoever started this process.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(len(told["lacking"]), peak[1])
"""


class Large:
    """A file of so many MiB, each of one letter and a mark, read piece by piece."""

    def __init__(self, mark: int, size: int) -> None:
        self.pieces = repeat(bytes([mark]) * MEBI, size)

    def read(self, _: int) -> bytes:
        return next(self.pieces, b"")


@pytest.mark.slow
def test_the_dossier_of_300_megabytes_is_written_in_less_than_150(
    own_database: OwnDatabase, tmp_path: Path
) -> None:
    seed_office(MONDAY)
    case = case_at("end", at=MONDAY)
    by = officer("customer_service")
    for mark in range(3):
        stored = BlobStore().put(Large(mark, 100), limit_bytes=101 * MEBI)  # type: ignore[arg-type]
        blob = keep_blob(
            sha256=stored.sha256, size=stored.size, media_type="application/pdf", pages=1, at=MONDAY
        )
        Attachment.objects.create(
            application=case.application,
            requirement=4,
            blob=blob,
            filename=f"{mark}.pdf",
            uploaded_by=by,
            uploaded_at=MONDAY,
        )
    # As in an office, where somebody printed each: setting letters takes Typst's own room, for any case.
    for filed in case.letters.all():
        pdf(filed.letter)
    target = tmp_path / "bukti.zip"

    done = own_database.start(EXPORT, str(case.pk), str(target), LATER.isoformat())
    out, problem = done.communicate(timeout=120)

    assert done.returncode == 0, problem
    lacking, peak = (int(part) for part in out.split())
    assert lacking == 0
    assert target.stat().st_size > 300 * MEBI
    assert peak < 150 * 1024, f"{peak} KiB"

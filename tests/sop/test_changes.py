"""The difference of two revisions says what an official would look for, and nothing where there is none."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from muara.sop.changes import changes, renamed_steps
from muara.sop.service import Service, read_service
from tests.sop.folders import REAL, real_files

OLD = read_service(real_files())


def revised(*edits: tuple[str, str, str]) -> dict[str, bytes]:
    files = real_files()
    for name, old, new in edits:
        assert old.encode() in files[name], old
        files[name] = files[name].replace(old.encode(), new.encode())
    return files


def service(*edits: tuple[str, str, str]) -> Service:
    return read_service(revised(*edits))


def told(*edits: tuple[str, str, str]) -> list[str]:
    return [str(change) for change in changes(OLD, service(*edits))]


def test_a_revision_does_not_differ_from_itself() -> None:
    assert changes(OLD, OLD) == ()


def test_another_limit_is_told_with_both_values() -> None:
    limit = ('clock = "recommendation", days = 12', 'clock = "recommendation", days = 9')
    clock = next(clock for clock in OLD.process.clocks if clock.key == "recommendation").label
    since = f"hari kerja sejak {clock[0].lower()}{clock[1:]}"
    printed = "Hari H - H+12 (sesuai dengan jenis permohonan)"

    assert told(("process.toml", *limit)) == [
        f"Langkah 15, batas waktu: “{printed}; 12 {since}” menjadi “{printed}; 9 {since}”"
    ]


def test_a_renamed_step_is_one_change_and_its_ways_are_not_told_again() -> None:
    new = service(("process.toml", "endorse_division", "endorse_field"))

    assert renamed_steps(OLD.process, new.process) == {"endorse_division": "endorse_field"}
    assert [str(change) for change in changes(OLD, new)] == [
        "Langkah 13, kunci: “endorse_division” menjadi “endorse_field”"
    ]


def test_a_changed_clause_is_told_before_and_after() -> None:
    edit = ("document.toml", "Biaya Proses perizinan ini adalah tidak ada", "Biaya Proses ini tidak ada")

    assert told(edit) == [
        "Butir J.1, naskah: “Biaya Proses perizinan ini adalah tidak ada / tanpa tarif / gratis.” menjadi "
        "“Biaya Proses ini tidak ada / tanpa tarif / gratis.”"
    ]


@pytest.mark.parametrize(
    ("edit", "place"),
    [
        (
            ("process.toml", 'label = "Petugas Verifikasi"', 'label = "Verifikator"'),
            "Pelaksana verifier, isi",
        ),
        (("process.toml", 'label = "Setujui dan tanda tangani"', 'label = "Setuju"'), "Langkah 15, hasil"),
        (
            ("form.toml", 'key = "responsible_position"', 'key = "office_held"'),
            "Isian responsible_position, isi",
        ),
    ],
)
def test_actors_outcomes_and_fields_are_told(edit: tuple[str, str, str], place: str) -> None:
    assert any(line.startswith(place) for line in told(edit))


def test_the_command_tells_and_ends_with_1_where_they_differ(tmp_path: Path) -> None:
    folder = tmp_path / "rev04"
    for name, content in revised(("document.toml", "tanpa tarif / gratis", "gratis")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    out = StringIO()

    call_command("sop", "diff", str(REAL), str(REAL), stdout=out)
    with pytest.raises(SystemExit) as ended:
        call_command("sop", "diff", str(REAL), str(folder), stdout=out)

    assert ended.value.code == 1
    assert "Tidak ada perbedaan." in out.getvalue()
    assert "Butir J.1, naskah" in out.getvalue()

"""A service folder is read whole or refused whole, and another service needs no Python."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from muara.sop.broken import BrokenSop
from muara.sop.numbering import UnknownToken, render_number
from muara.sop.service import digest, folders, load_folder, read_service, services_root
from tests.sop.folders import EXAMPLE, REAL, example_files, real_files


def test_the_real_service_is_read_from_its_folder() -> None:
    service = read_service(real_files())

    assert service.process.code == "LHP"
    assert set(service.letters) >= {letter.key for letter in service.process.letters}
    assert REAL in folders(services_root())


def test_a_second_service_needs_no_python() -> None:
    service = read_service(example_files())

    assert [step.activity for step in service.process.steps] == ["apply", "register", "decide", "receive"]
    assert set(service.letters) == {"note", "licence"}
    assert (service.process.promise_days, service.process.validity_years) == (5, 2)
    assert service.process.step("look").outcome("hopeless").to == "end"
    assert EXAMPLE in folders(EXAMPLE.parents[1])


def test_every_shipped_file_is_text() -> None:
    assert [name for name, content in real_files().items() if not content.decode("utf-8")] == []


def test_the_digest_sees_every_byte_and_every_name() -> None:
    files = example_files()
    shifted = {"a": b"bc", "ab": b"c"}

    assert digest(files) == digest(dict(reversed(files.items())))
    assert digest(files) != digest(files | {"form.toml": files["form.toml"] + b" "})
    assert digest({"a": b"1"}) != digest({"b": b"1"})
    assert digest(shifted) != digest({"a": b"bca", "b": b"c"})
    assert len(digest({})) == 64


def test_hidden_files_and_our_own_coverage_do_not_belong_to_a_revision(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "process.toml").write_text("x")
    (tmp_path / "letters" / "a.typ").write_text("y")
    (tmp_path / ".DS_Store").write_text("z")
    (tmp_path / "coverage.toml").write_text("z")

    assert load_folder(tmp_path) == {"letters/a.typ": b"y", "process.toml": b"x"}


def test_all_files_are_refused_together() -> None:
    files = example_files()
    del files["letters/licence.typ"], files["document.toml"]
    files["form.toml"] = files["form.toml"].replace(b"requirements = [2]", b"requirements = [9]")

    with pytest.raises(BrokenSop) as refused:
        read_service(files)

    assert str(refused.value).splitlines() == [
        "document.toml: berkas tidak ada",
        "form.toml, isian 'width': persyaratan 9 tidak dikenal",
        "letters/licence.typ, langkah 3 'sign': templat surat tidak ada",
    ]


def test_a_step_without_its_printed_text_is_refused() -> None:
    files = example_files()
    files["document.toml"] = files["document.toml"].replace(b"number = 4", b"number = 5")

    with pytest.raises(BrokenSop, match=r"document\.toml, langkah 4 'fetch': teks langkah tidak ada"):
        read_service(files)


def test_a_file_that_is_no_text_is_refused_by_name() -> None:
    with pytest.raises(BrokenSop, match=r"process\.toml: bukan teks UTF-8"):
        read_service(example_files() | {"process.toml": b"\xff\xfe"})
    with pytest.raises(BrokenSop, match=r"letters/note\.typ: bukan teks UTF-8"):
        read_service(example_files() | {"letters/note.typ": b"\xff"})


@pytest.mark.parametrize(
    ("key", "sequence", "written"),
    [("registration", 7, "LHP/2026/0007"), ("registration", 12345, "LHP/2026/12345")],
)
def test_registration_numbers_follow_the_pattern(key: str, sequence: int, written: str) -> None:
    numbering = read_service(real_files()).process.numbering(key)

    assert (
        render_number(
            numbering.pattern, sequence=sequence, on=date(2026, 12, 10), values=dict(numbering.values)
        )
        == written
    )


def test_the_permit_number_has_the_form_that_the_sop_shows() -> None:
    permit = read_service(real_files()).process.numbering("permit")

    written = render_number(permit.pattern, sequence=268, on=date(2014, 3, 1), values=dict(permit.values))

    assert written == "503/268/DPMPTSP-III/2014"


def test_an_office_may_use_month_and_its_own_tokens() -> None:
    pattern = "{klasifikasi}/{urut3}/{unit}/{bulan}-{bulan_romawi}/{tahun}"
    values = {"klasifikasi": "500.16", "unit": "PTSP"}

    assert (
        render_number(pattern, sequence=5, on=date(2026, 9, 1), values=values) == "500.16/005/PTSP/09-IX/2026"
    )
    with pytest.raises(UnknownToken, match="unit"):
        render_number(pattern, sequence=5, on=date(2026, 9, 1), values={"klasifikasi": "503"})

"""Decrees are worded by data: the service's own, or what the office approved, from its day on."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date

import pytest

from muara.cases.actions import NotYours, Refused
from muara.cases.models import DecreeTemplate, Draft, Revision
from muara.people.models import Office
from muara.sop.broken import BrokenSop
from muara.sop.service import read_service
from muara.sop.wording import DecreeWording, fill, quotable, wording_of
from muara.steps.actions.wording import approve_wording, propose_wording
from muara.web.demo import officer
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.sop.folders import real_files

pytestmark = pytest.mark.django_db
COPY = "Bupati Contoh"


def own(kind: str = "permit") -> DecreeWording:
    return Revision.objects.get().definition.wordings[kind]


def propose(
    wording: DecreeWording, *, kind: str = "permit", who: str = "processing_officer"
) -> DecreeTemplate:
    return propose_wording(
        Revision.objects.get(),
        kind=kind,
        wording=wording,
        effective_from=date(2026, 7, 6),
        by=officer(who),
        at=MONDAY,
    )


def said() -> dict[str, object]:
    content: dict[str, object] = json.loads(Draft.objects.get().content)
    return content


@pytest.mark.parametrize("kind", ["permit", "refusal"])
def test_a_place_that_nothing_fills_is_refused_naming_file_and_place(kind: str) -> None:
    files = real_files()
    text = files["wording.toml"].decode()
    begin = text.index(f"[{kind}]")
    broken = text[:begin] + text[begin:].replace("{company}", "{perusahaan}", 1)

    with pytest.raises(BrokenSop) as found:
        read_service(files | {"wording.toml": broken.encode()})

    assert [str(fault) for fault in found.value.faults] == [
        f"wording.toml, {kind}, considering butir 1: isian {{perusahaan}} tidak dikenal"
    ]


RANKS = (
    "Undang-Undang", "Peraturan Pemerintah", "Peraturan Presiden", "Peraturan Menteri", "Kepmen",
    "Peraturan Daerah", "Peraturan Gubernur", "Peraturan Kepala Dinas",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["permit", "refusal"])
def test_a_decree_cites_the_laws_of_section_a_in_full_and_by_rank(kind: str) -> None:
    service = read_service(real_files())
    values = quotable(service.document)
    laws = [fill(text, values) for text in service.wordings[kind].laws]

    ranks = [next(rank for rank, name in enumerate(RANKS) if law.startswith(name)) for law in laws]
    assert ranks == sorted(ranks)
    # Number 15 was not found by anybody and is quoted as printed (domain 1.9, row 20).
    assert [law for law in laws if re.search(r"\bNo\.|\bProv\.|Pergub|Perka|Kepmen|PTSP\b(?!-)", law)] == [
        values["A.15"]
    ]

    def numbered(text: str) -> tuple[str, ...]:
        return tuple(part.lstrip("0") for part in re.findall(r"(\d+)(?:/\S+)? [Tt](?:ahun|entang)", text))

    cited = {numbered(law) for law in laws}
    assert {numbered(values[f"A.{number}"]) for number in range(1, 16)} <= cited


def test_a_service_without_its_wording_is_refused() -> None:
    files = real_files()
    del files["wording.toml"]

    with pytest.raises(BrokenSop, match=r"wording\.toml: berkas tidak ada"):
        read_service(files)


def test_an_approved_wording_words_the_drafts_from_its_day_and_its_hash_is_signed(office: Office) -> None:
    made = propose(replace(own(), copies_to=(COPY,)))
    approve_wording(made, Revision.objects.get(), by=officer("head_of_office"), at=MONDAY)
    case_at("endorse_section", at=at("2026-07-07 11:00"))

    assert said()["tembusan"] == [COPY]
    assert said()["template_sha256"] == made.sha256


def test_a_proposal_alone_words_nothing(office: Office) -> None:
    propose(replace(own(), copies_to=(COPY,)))
    case_at("endorse_section", at=at("2026-07-07 11:00"))

    assert COPY not in str(said()["tembusan"])


def test_a_wording_does_not_count_before_its_day(office: Office) -> None:
    made = propose(replace(own(), copies_to=(COPY,)))
    approve_wording(made, Revision.objects.get(), by=officer("head_of_office"), at=MONDAY)
    case_at("endorse_section", at=at("2026-07-03 11:00"))

    assert COPY not in str(said()["tembusan"])


def test_an_unknown_place_is_refused_in_a_sentence(office: Office) -> None:
    with pytest.raises(Refused, match=r"Isian \{perusahaan\} tidak dikenal \(Menimbang, butir 1\)") as found:
        propose(replace(own(), considering=("bahwa {perusahaan} memohon",)))
    assert found.value.field == "considering"


@pytest.mark.parametrize("place", ["earlier_number", "earlier_date", "application_kind"])
def test_an_earlier_permit_is_named_only_where_there_is_one(office: Office, place: str) -> None:
    text = f"bahwa izin {{{place}}} akan berakhir"
    propose(replace(own(), considering_again=(text,)))
    with pytest.raises(Refused, match="tidak dikenal"):
        propose(replace(own(), considering=(text,)))


def test_a_permit_that_renews_cannot_be_left_without_its_considerations(office: Office) -> None:
    with pytest.raises(Refused, match="perpanjangan") as refused:
        propose(replace(own(), considering_again=()))
    assert refused.value.field == "considering_again"

    files = real_files()
    text = files["wording.toml"].decode()
    begin = text.index("considering_again = [")
    end = text.index("]\n", begin) + 2
    with pytest.raises(BrokenSop, match="considering_again"):
        read_service(files | {"wording.toml": (text[:begin] + text[end:]).encode()})


def test_a_refusals_wording_keeps_the_remedies(office: Office) -> None:
    with pytest.raises(Refused, match="upaya hukum"):
        propose(replace(own("refusal"), remedies=()), kind="refusal")


def test_only_who_drafts_or_endorses_proposes_and_only_the_head_approves(office: Office) -> None:
    with pytest.raises(NotYours):
        propose(own(), who="customer_service")
    made = propose(own())
    with pytest.raises(NotYours):
        approve_wording(made, Revision.objects.get(), by=officer("section_head"), at=MONDAY)


def test_a_wording_is_approved_once_and_not_after_its_day(office: Office) -> None:
    made, head = propose(own()), officer("head_of_office")
    with pytest.raises(Refused, match="sudah lewat"):
        approve_wording(made, Revision.objects.get(), by=head, at=at("2026-07-07 09:00"))
    approve_wording(made, Revision.objects.get(), by=head, at=MONDAY)
    with pytest.raises(Refused, match="sudah disetujui"):
        approve_wording(made, Revision.objects.get(), by=head, at=MONDAY)


def test_a_stored_wording_is_read_back_as_it_was(office: Office) -> None:
    assert wording_of(json.loads(propose(own()).text)) == own()

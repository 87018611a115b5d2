"""A fictional office's last half year, evaluated and closed; its competences; its own view of a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from muara.contacts.actions import assessment, evaluation
from muara.contacts.assessment import example
from muara.contacts.queries import comment_day
from muara.people.actions.competences import record_competence
from muara.people.models import Competence, midnight, office_day
from muara.people.queries import evaluated
from muara.people.rules import stands_above
from muara.records.evaluation import NOTHING, measure
from muara.records.evaluation_report import sheet_of
from muara.records.periods import semester
from muara.web.demo import officer, sample_upload, working_morning

SAID = {
    "verifier": "Sudah saya baca. Berkas yang menunggu pemohon memang tidak dihitung; terima kasih.",
    "processing_officer": "Satu draf dikembalikan karena dasar hukumnya berubah pada pekan itu.",
}
LEARNED = (
    (Competence.Kind.EDUCATION, "D III Teknik Lingkungan (CONTOH)", "Politeknik Umpama", None),
    (Competence.Kind.RULES, "Pelatihan SOP perizinan (CONTOH)", "Kantor Contoh", None),
    (Competence.Kind.COMPUTER, "Pengoperasian Muara (CONTOH)", "Kantor Contoh", 5),
)
MARKS = (4, 3, 3, 4, 3, 2, 4, 3, 3, 2)


def seed_evaluations(at: datetime) -> Iterator[str]:
    """Close the half year before this one, but for one sheet that still waits for its official."""
    half = semester(semester(office_day(at)).first - timedelta(days=1))
    moment = min(at, midnight(half.last + timedelta(days=45)))
    for actor, extra in (("verifier", 3), ("processing_officer", 2)):
        _teach(actor, extra, at=at)
    posts, found = evaluated(half.first, half.last), measure(half)
    for pk, post in posts.items():
        (actor, *_) = sorted(post.actors)
        by = officer("head_of_office" if actor == "division_head" else "division_head")
        assert stands_above(by.actors(at), post.actors)
        commented = min(moment, midnight(half.last + timedelta(days=2)) + timedelta(hours=10))
        if office_day(commented) <= half.last:
            continue
        words = SAID.get(actor, "")
        if words and office_day(commented) <= comment_day(half.key, post.user):
            evaluation.comment(half.key, text=words, by=post.user, at=commented)
        elif office_day(moment) <= comment_day(half.key, post.user):
            continue  # may still comment
        known = Competence.objects.filter(user=pk, withdrawn_at=None)
        sheet = sheet_of(post, found.people.get(pk, NOTHING), known, period=half, on=office_day(moment))
        evaluation.close(
            half.key,
            user_id=pk,
            conclusion="CONTOH. Pekerjaan rapi dan tepat waktu; pertahankan.",
            figures=sheet.as_json(),
            by=by,
            at=moment,
        )
        yield f"penilaian {half.label} · {post.user.name}"
    yield _assess(half.last.year - 1, at=moment)


def _teach(actor: str, number: int, *, at: datetime) -> None:
    for kind, title, issuer, years in LEARNED[:number]:
        obtained = date(2024, 3, 4)
        record_competence(
            officer(actor).pk,
            kind=kind,
            title=title,
            issuer=issuer,
            obtained_on=obtained,
            valid_until=obtained.replace(year=obtained.year + years) if years else None,
            by=officer("section_head"),
            at=working_morning(at, ago=60),
        )


def _assess(year: int, *, at: datetime) -> str:
    kasi, head = officer("section_head"), officer("head_of_office")
    made = assessment.open_assessment(year, questions=example(), by=kasi, at=at)
    for item, mark in zip(made.items.all(), MARKS, strict=True):
        file = sample_upload(f"Bukti {item.code}", at=at) if item.needs_evidence else None
        assessment.answer(item.pk, mark=mark, note="CONTOH.", file=file, by=kasi, at=at)
    assessment.close_assessment(
        year,
        conclusion="CONTOH. Kompetensi dan arsip diperbaiki tahun depan: pelatihan dua kali, lemari baru.",
        by=head,
        at=at,
    )
    return f"penilaian mutu {year}"

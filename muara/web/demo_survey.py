"""What six fictional applicants thought of the office in the last counted semester, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from muara.cases.models import Case
from muara.contacts.actions.survey import plan_follow_up, take_back
from muara.contacts.survey import CODES, is_counted, semester_of
from muara.people.models import midnight, office_day
from muara.web.demo import COMPANIES, officer, refused, working_morning

# By applicant, from U1 to U9; time (U3) and complaints (U8) least.
SAID = ("343434324", "332434333", "442444434", "333433323", "432443324", "344434434")
SUGGESTIONS = (
    "Pemberitahuan lewat ponsel sangat membantu.",
    "",
    "Ruang tunggu perlu lebih banyak colokan listrik.",
    "Waktu di OPD teknis terasa lama.",
    "",
    "Petugas loket ramah dan jelas.",
)
EVERY = timedelta(days=18)


def counted_semester(today: date) -> str:
    """The newest semester whose box is open."""
    day = today
    while not is_counted(semester_of(day), on=today):
        day -= timedelta(days=31)
    return semester_of(day)


def seed_survey(at: datetime) -> Iterator[str]:
    """Decide six cases in that semester, have their applicants answer, and plan for the lowest."""
    today = office_day(at)
    semester = counted_semester(today)
    year, half = (int(part) for part in semester.split("-"))
    first = date(year, 2 if half == 1 else 8, 20)
    for place, (marks, words) in enumerate(zip(SAID, SUGGESTIONS, strict=True)):
        morning = working_morning(midnight(first + place * EVERY), ago=1)
        case: Case = refused(at=morning, company=COMPANIES[place])
        given = {code: int(mark) for code, mark in zip(CODES, marks, strict=True)}
        take_back(case.questionnaire.code, marks=given, suggestion=words, at=morning + timedelta(days=2))
        yield f"{case} · {case.application.company} · kuesioner kembali"
    plan_follow_up(
        service=case.process.code,
        semester=semester,
        element="u3",
        plan="Jemput bola ke OPD teknis setiap pekan, dan laporkan berkas yang lewat sepuluh hari kerja.",
        owner="Kepala Seksi Layanan",
        due=today + timedelta(days=60),
        by=officer("section_head"),
        at=at,
    )

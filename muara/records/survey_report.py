"""The papers of the survey, set anew on each reading: nothing of them is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.conf import settings

from muara.contacts.models import Questionnaire, SurveyFollowUp
from muara.contacts.survey import FEWEST, QUESTIONS, Element, Quality, counted_from, last_day, rounded
from muara.documents.contents import Content
from muara.documents.contents.survey import Asked, ElementRow, PlanRow, SurveyForm, SurveyReport, TrendRow
from muara.documents.indonesian import angka
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.records.survey import Results
from muara.steps.letters import letterhead, the_office


def questionnaire_pdf(given: Questionnaire, *, service: str) -> bytes:
    """F29 of a case, to be filled in by hand."""
    address = f"{settings.MUARA_BASE_URL}/survei/"
    content = SurveyForm(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=f"{address}{given.code}/",
        service=service,
        code=given.code,
        address=address,
        until=last_day(given.semester),
        questions=tuple(Asked(text=one.text, choices=one.choices) for one in QUESTIONS),
    )
    return _set(content, title="Kuesioner survei kepuasan pelanggan", dated=counted_from(given.semester))


def report_pdf(
    found: Results, *, service: str, plans: Sequence[SurveyFollowUp], history: Sequence[Results]
) -> bytes:
    """The report of a semester; `history` are the semesters told until then, the oldest first."""
    content = SurveyReport(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        service=service,
        semester=found.label,
        given=str(found.given),
        answers=str(found.answers) if found.is_told else f"kurang dari {FEWEST}",
        needed=str(found.needed),
        told=found.is_told,
        fewest=str(FEWEST),
        index=found.index,
        quality=told(found.quality),
        margin=found.margin if found.index is not None else None,
        incomplete=str(found.incomplete) if found.is_told else "",
        enough=found.is_enough,
        indicative=found.is_indicative,
        elements=tuple(_row(one) for one in found.elements),
        lowest=tuple(one.question.element for one in found.lowest),
        plans=tuple(
            PlanRow(
                element=one.get_element_display(),
                plan=one.plan,
                owner=one.owner,
                due=one.due,
                result=one.result,
            )
            for one in plans
        ),
        trend=tuple(
            TrendRow(
                label=one.label, value=angka(one.index), quality=told(one.quality), share=float(one.index)
            )
            for one in history
            if one.index is not None
        ),
    )
    title = f"Laporan survei kepuasan masyarakat, {found.label}"
    return _set(content, title=title, dated=counted_from(found.semester))


def told(quality: Quality | None) -> str:
    """A quality in words: "B (Baik)"."""
    return f"{quality.letter} ({quality.told})" if quality else ""


def _row(one: Element) -> ElementRow:
    return ElementRow(
        code=one.question.code.upper(),
        element=one.question.element,
        answers=str(one.answers) if one.is_told else f"< {FEWEST}",
        average=angka(rounded(one.average, 3)) if one.average is not None else "",
        value=angka(one.value) if one.value is not None else "",
        quality=told(one.quality),
        share=float(one.value or 0),
    )


def _set(content: Content, *, title: str, dated: date) -> bytes:
    source = (LIBRARY / f"{content.template}.typ").read_text()
    return set_letter(source=source, content=canonical(content), title=title, dated=dated)

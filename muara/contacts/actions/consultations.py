"""Recording what citizens asked and what they were given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from django.conf import settings
from django.db.models import Q

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Application, Case, Revision
from muara.contacts.models import Consultation
from muara.contacts.rules import may_answer
from muara.people.actions.notices import Addressee, addressee, notify
from muara.people.models import User
from muara.people.queries import issuing_office
from muara.sop.values import ValueRefused, check_email, check_phone

ANSWERED_IN_WRITING = frozenset({Consultation.Channel.EMAIL, Consultation.Channel.ONLINE})


def ask(
    *,
    service: str,
    channel: str,
    name: str,
    question: str,
    at: datetime,
    contact: str = "",
    desk: str = Consultation.Desk.INFORMATION,
    person: User | None = None,
    by: User | None = None,
    application: Application | None = None,
    stamp: Stamp = NO_FORM,
) -> Consultation:
    """Step 1, or 5 at the help desk: somebody asks, in person, by telephone, by e-mail or online."""
    if not question.strip():
        raise Refused("Tuliskan apa yang ingin diketahui.", "question")
    with act(stamp):
        consultation = Consultation.objects.create(
            service=service,
            desk=desk,
            channel=channel,
            person=person,
            name=name,
            contact=contact,
            question=question,
            asked_at=at,
            application=application,
        )
        _record(consultation, verb="ask", by=by or person, at=at, note=question, stamp=stamp)
        return consultation


def inform(
    consultation_id: int,
    *,
    given: str,
    covered: Sequence[str],
    forms: Sequence[str] = (),
    send_to: str = "",
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Consultation:
    """Step 2, or 5 at the help desk: forms and explanations are given (the SOP's letters are the guide).

    `forms` are codes of the service's empty forms; `send_to` is where their links go by e-mail, for somebody
    who did not come (step 2, remark 1).

    Raises:
        NotYours: the person does not answer at this desk.
        Refused: it was answered, nothing is explained, or the address is none or has nothing to carry.
    """
    with act(stamp):
        consultation = _at_desk(consultation_id, by=by, at=at)
        if consultation.answered_at is not None:
            raise Refused("Pertanyaan ini sudah dijawab petugas lain.")
        if not given.strip():
            raise Refused("Tuliskan penjelasan yang diberikan.", "given")
        if send_to and not forms:
            raise Refused("Pilih formulir yang dikirim, atau kosongkan alamat surelnya.", "papers")
        consultation.given, consultation.covered = given, list(covered)
        consultation.forms_given, consultation.sent_to = list(forms), _address(send_to)
        consultation.answered_by, consultation.answered_at = by, at
        consultation.save(
            update_fields=["given", "covered", "forms_given", "sent_to", "answered_by", "answered_at"]
        )
        facts = {"forms": list(forms), "sent": bool(send_to)} if forms else {}
        _record(consultation, verb="inform", by=by, at=at, note=given, stamp=stamp, facts=facts)
        if consultation.sent_to or consultation.channel in ANSWERED_IN_WRITING:
            _send_answer(consultation, at=at)
        return consultation


def hand_on(
    consultation_id: int, *, desk: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Consultation:
    """Pass a question that waits on to the other desk: a technical one to the help desk, or back.

    Raises:
        NotYours: the person does not answer at the desk where it waits.
        Refused: it was answered, or it waits at that desk already.
    """
    with act(stamp):
        consultation = _at_desk(consultation_id, by=by, at=at)
        if consultation.answered_at is not None:
            raise Refused("Pertanyaan ini sudah dijawab petugas lain.")
        if consultation.desk == desk:
            raise Refused("Pertanyaan ini sudah ada di meja itu.")
        consultation.desk = desk
        consultation.save(update_fields=["desk"])
        _record(consultation, verb="hand_on", by=by, at=at, note="", stamp=stamp, facts={"desk": desk})
        return consultation


def link_to(
    consultation_id: int, *, number: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Consultation:
    """Tie a talk to the application that came of it, by its submission or registration number.

    Raises:
        NotYours: the person does not answer at this desk.
        Refused: no application of the same service has this number, or the talk belongs to one.
    """
    with act(stamp):
        consultation = _at_desk(consultation_id, by=by, at=at)
        if consultation.application_id is not None:
            raise Refused("Konsultasi ini sudah ditautkan.", "number")
        wanted = " ".join(number.split())
        found = (
            Application.objects.filter(service=consultation.service)
            .filter(Q(reference__iexact=wanted) | Q(case__registration_number__iexact=wanted))
            .first()
        )
        if found is None:
            raise Refused(
                "Tidak ada permohonan dengan nomor itu. Tulis nomor pengajuan (misalnya 7K2M-9QXA) atau "
                "nomor registrasi seperti di tanda terima.",
                "number",
            )
        consultation.application, consultation.case = found, Case.objects.filter(application=found).first()
        consultation.save(update_fields=["application", "case"])
        facts = {"application": found.reference}
        _record(consultation, verb="link", by=by, at=at, note="", stamp=stamp, facts=facts)
        return consultation


def _at_desk(consultation_id: int, *, by: User, at: datetime) -> Consultation:
    """Lock a consultation for whoever answers at its desk."""
    found = Consultation.objects.select_for_update().get(pk=consultation_id)
    if not may_answer(by, found.desk, at=at):
        raise NotYours
    return found


def _address(typed: str) -> str:
    if not typed.strip():
        return ""
    try:
        return check_email(typed.strip())
    except ValueRefused as refusal:
        raise Refused(refusal.message, "send_to") from None


def _send_answer(consultation: Consultation, *, at: datetime) -> None:
    """What was asked by e-mail or online is answered by e-mail, or else by a message; forms go as links."""
    person, contact = consultation.person, consultation.sent_to or consultation.contact.strip()
    to = addressee(person) if person and not consultation.sent_to else _reached_at(consultation.name, contact)
    links = [f"- {settings.MUARA_BASE_URL}{path}" for path in _form_pages(consultation)]
    forms = "\n\nFormulir:\n" + "\n".join(links) if links else ""
    office = issuing_office()
    signed = f"\n\n{office.name}" if office else ""
    if to.email or to.phone:
        notify(
            key=f"consultation:{consultation.pk}:answered",
            kind="answered",
            about=f"consultation:{consultation.pk}",
            to=to,
            subject="Jawaban atas pertanyaan Anda",
            text=(
                f"Yth. {consultation.name},\n\nAnda bertanya:\n{consultation.question}\n\n"
                f"Jawaban kami:\n{consultation.given}{forms}{signed}"
            ),
            at=at,
        )


def _form_pages(consultation: Consultation) -> list[str]:
    if not consultation.forms_given:
        return []
    newest = Revision.objects.filter(service=consultation.service).latest("effective_from", "pk")
    return [f"/layanan/{newest.process.slug}/formulir/{code}.pdf" for code in consultation.forms_given]


def _reached_at(name: str, contact: str) -> Addressee:
    """Read a contact as people write it: an e-mail address, a telephone number, or neither."""
    with suppress(ValueRefused):
        return Addressee(name=name, email=check_email(contact))
    with suppress(ValueRefused):
        return Addressee(name=name, phone=check_phone(contact))
    return Addressee(name=name)


def link(application: Application, *, case: Case) -> None:
    """Tie the applicant's earlier consultations to the case that came of them."""
    Consultation.objects.filter(application=application, case=None).update(case=case)
    if application.applicant_id is not None:
        Consultation.objects.filter(
            person=application.applicant_id, service=application.service, case=None, application=None
        ).update(case=case, application=application)


def _record(
    consultation: Consultation,
    *,
    verb: str,
    by: User | None,
    at: datetime,
    note: str,
    stamp: Stamp,
    facts: Mapping[str, object] | None = None,
) -> None:
    record(
        chain=f"consultation:{consultation.pk}",
        verb=f"consultation.{verb}",
        by_id=by.pk if by else None,
        at=at,
        facts={"service": consultation.service, "channel": consultation.channel, **(facts or {})},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )

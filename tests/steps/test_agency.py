"""What the agency does on a referral before it recommends (SOP step 10)."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, Stamp
from muara.cases.models import Referral, SiteVisit, Task, Worksheet
from muara.cases.rules import may_work_on_task, open_tasks_for
from muara.cases.terms import clean_terms
from muara.documents.blobs import keep_blob
from muara.documents.models import Blob
from muara.documents.pictures import photo_facts
from muara.documents.store import BlobStore
from muara.people.actions import NotAdministrator, Signing, set_signers
from muara.people.models import WITA, Holding, Office, User, office_day
from muara.steps.actions import agency, review, visits
from muara.steps.actions.powers import revoke_power
from muara.steps.actions.review import Substance
from muara.steps.forms.agency import EndorseWorksheet
from muara.web.demo import (
    SINCE,
    Walk,
    applicant,
    example,
    officer,
    other_applicant,
    sample_photo,
    sample_upload,
)
from tests.clock import MONDAY
from tests.powers import given
from tests.steps.test_recommendations import decide, letter, walk_to

pytestmark = pytest.mark.django_db

LATER = MONDAY + timedelta(days=10)


@pytest.fixture
def walk(office: Office) -> Walk:
    return walk_to("review")


def referral_in(walk: Walk) -> Referral:
    referral: Referral = walk.task.case.referrals.select_related("agency").get()
    return referral


def colleague(name: str, *, of: Office | None = None) -> User:
    """One more person of the agency's technical team."""
    made = User.objects.create_user(email=f"{name.split()[0].lower()}@contoh.example", name=name)
    where = of or Office.objects.get(kind=Office.Kind.AGENCY)
    Holding.objects.create(user=made, actor="technical_team", office=where, starts=SINCE)
    return made


def dlh() -> dict[str, Any]:
    return {"by": officer("technical_team"), "at": LATER}


# --- disposition --------------------------------------------------------------------------------------------


def test_a_disposition_hints_who_works_and_bars_nobody(walk: Walk) -> None:
    other = colleague("Lestari Rekaan")
    agency.dispose(walk.task, referral=referral_in(walk), to=other, instruction="Telaah IPAL.", **dlh())

    assert [(item.to, item.instruction) for item in referral_in(walk).dispositions.all()] == [
        (other, "Telaah IPAL.")
    ]
    assert may_work_on_task(officer("technical_team"), walk.task, at=LATER)
    assert may_work_on_task(other, walk.task, at=LATER)


def test_a_file_is_not_passed_to_or_by_somebody_outside_the_agency(walk: Walk) -> None:
    with pytest.raises(Refused) as refusal:
        agency.dispose(
            walk.task, referral=referral_in(walk), to=officer("verifier"), instruction="Telaah.", **dlh()
        )
    assert refusal.value.field == "to"
    elsewhere = Office.objects.create(kind=Office.Kind.AGENCY, name="Dinas Contoh", short_name="DC")
    with pytest.raises(NotYours):
        agency.dispose(
            walk.task,
            referral=referral_in(walk),
            to=officer("technical_team"),
            instruction="Telaah.",
            by=colleague("Orang Luar", of=elsewhere),
            at=LATER,
        )


# --- the site visit -----------------------------------------------------------------------------------------


def test_a_recommendation_waits_for_the_decision_about_a_visit(walk: Walk) -> None:
    with pytest.raises(Refused, match="langkah 10"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))


def test_a_needed_visit_comes_before_the_recommendation(walk: Walk) -> None:
    decide(walk.task, referral_in(walk), needed=True)
    with pytest.raises(Refused, match="belum dilaksanakan"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))


def test_no_recommendation_while_a_visit_is_planned(walk: Walk) -> None:
    visit = walk.visit(days=2)
    with pytest.raises(Refused, match="belum dilaporkan"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))

    visits.cancel_visit(walk.task, visit=visit, reason="Cuaca buruk.", **dlh())
    decide(walk.task, referral_in(walk), needed=False)
    review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))
    assert walk.task.step.activity == "draft"


def test_a_visit_is_planned_only_where_it_was_decided_on(walk: Walk) -> None:
    with pytest.raises(Refused, match="Putuskan"):
        visits.plan_visit(
            walk.task,
            referral=referral_in(walk),
            starts_at=LATER + timedelta(days=1),
            place="Outfall",
            purpose="Memeriksa",
            **dlh(),
        )


def test_a_visit_that_was_agreed_by_telephone_may_already_have_been_made(walk: Walk) -> None:
    plan: dict[str, Any] = {"place": "Outfall", "purpose": "Memeriksa outfall"}
    decide(walk.task, referral_in(walk), needed=True)
    past = LATER - timedelta(days=1)
    with pytest.raises(Refused, match="disepakati"):
        visits.plan_visit(walk.task, referral=referral_in(walk), starts_at=past, **plan, **dlh())

    visits.plan_visit(
        walk.task, referral=referral_in(walk), starts_at=past, agreed_with="Sari, direktur", **plan, **dlh()
    )

    visit = SiteVisit.objects.get()
    assert (visit.starts_at, visit.state) == (past, "disetujui pemohon")
    assert Entry.objects.get(verb="review.plan_visit").note == "Disepakati dengan Sari, direktur"


def test_the_applicant_agrees_or_asks_for_another_time(walk: Walk) -> None:
    visit = walk.visit(days=2)
    at, wish = visit.planned_at + timedelta(hours=1), visit.starts_at + timedelta(days=1)
    visits.wish_other_time(visit, wish_at=wish, reason="Pabrik libur.", by=applicant(), at=at)
    assert (visit.state, visit.agreed_at) == ("pemohon mengusulkan waktu lain", None)

    visits.plan_visit(
        walk.task,
        referral=referral_in(walk),
        starts_at=wish,
        place=visit.place,
        purpose=visit.purpose,
        by=officer("technical_team"),
        at=at,
    )
    visit.refresh_from_db()
    assert (visit.starts_at, visit.state) == (wish, "menunggu jawaban pemohon")
    visits.agree_visit(visit, by=applicant(), at=at)
    assert visit.state == "disetujui pemohon"


def test_nobody_answers_a_plan_in_anothers_place(walk: Walk) -> None:
    visit = walk.visit(days=2)
    for stranger in (other_applicant(), officer("customer_service"), officer("technical_team")):
        with pytest.raises(NotYours):
            visits.agree_visit(visit, by=stranger, at=visit.planned_at)


def findings() -> visits.Findings:
    return visits.Findings(
        held_on=office_day(LATER),
        conditions="Cerah.",
        findings="Sesuai.",
        tests="",
        agency_side=[visits.Side("Teguh Fiktif", "Tim Teknis")],
        applicant_side=[visits.Side("Sari Contohwati", "Manajer")],
    )


def signed() -> Blob:
    return sample_upload("Berita acara", at=LATER).blob


def photo(walk: Walk, visit: SiteVisit, **more: Any) -> None:
    said: dict[str, Any] = {
        "blob": sample_photo("Outfall", at=LATER),
        "caption": "Outfall",
        "taken_at": LATER - timedelta(hours=1),
        "place": "Outfall",
    }
    visits.add_photo(walk.task, visit=visit, **(said | more), **dlh())


def by_a_proxy(name: str = "Budi Misalnya") -> visits.Findings:
    return replace(findings(), applicant_side=[visits.Side(name, "Kuasa pemohon")])


def test_a_proxy_signs_the_record_only_by_a_power_that_covers_it_that_day(walk: Walk) -> None:
    visit, day = walk.visit(days=2), office_day(LATER)
    application = walk.task.case.application
    record = partial(visits.record_findings, walk.task, visit=visit, **dlh())
    with pytest.raises(Refused, match="surat kuasanya untuk permohonan ini belum tercatat") as refusal:
        record(found=by_a_proxy())
    assert refusal.value.field == "applicant_side"

    long_ago: dict[str, Any] = {"dated": SINCE, "starts": SINCE}
    given(application, at=LATER, scope="signing", ends=None, **long_ago)
    with pytest.raises(Refused, match="untuk penandatanganan saja"):
        record(found=by_a_proxy())
    given(application, at=LATER, **long_ago | {"starts": day + timedelta(days=1), "ends": None})
    with pytest.raises(Refused, match="baru berlaku pada"):
        record(found=by_a_proxy())
    given(application, at=LATER, holder_name="Orang Lain", ends=None, **long_ago)
    with pytest.raises(Refused, match="baru berlaku pada"):
        record(found=by_a_proxy())
    assert not Entry.objects.filter(verb="review.findings").exists()

    power = given(application, at=LATER, ends=day, **long_ago)
    revoke_power(power, reason="Selesai.", by=applicant(), at=LATER + timedelta(days=1))
    record(found=by_a_proxy("BUDI  misalnya"))  # revoked only after the visit
    assert json.loads(Entry.objects.get(verb="review.findings").text)["facts"]["powers"] == [power.pk]


def test_a_power_that_was_revoked_before_the_visit_covers_no_signature(walk: Walk) -> None:
    visit = walk.visit(days=2)
    power = given(walk.task.case.application, at=LATER, dated=SINCE, starts=SINCE, ends=None)
    revoke_power(power, reason="Diganti.", by=applicant(), at=LATER - timedelta(hours=1))
    with pytest.raises(Refused, match="dicabut pada"):
        visits.record_findings(walk.task, visit=visit, found=by_a_proxy(), **dlh())


def test_a_visit_report_without_photos_is_refused(walk: Walk) -> None:
    visit = walk.visit(days=2)
    visits.record_findings(walk.task, visit=visit, found=findings(), **dlh())
    with pytest.raises(Refused, match="foto"):
        visits.report_visit(walk.task, visit=visit, signed_record=signed(), **dlh())


def test_a_visit_report_without_the_signed_record_is_refused(walk: Walk) -> None:
    visit = walk.visit(days=2)
    photo(walk, visit)
    with pytest.raises(Refused, match="hasil peninjauan"):
        visits.report_visit(walk.task, visit=visit, signed_record=signed(), **dlh())
    visits.record_findings(walk.task, visit=visit, found=findings(), **dlh())
    with pytest.raises(Refused) as refusal:
        visits.report_visit(walk.task, visit=visit, signed_record=None, **dlh())
    assert refusal.value.field == "signed_record"


def test_a_reported_visit_opens_the_way_to_the_recommendation(walk: Walk) -> None:
    visit = walk.visit(days=2)
    walk.hold(visit)
    visit.refresh_from_db()
    assert (visit.state, visit.photos.count(), visit.samples.count()) == ("sudah dilaporkan", 2, 1)
    kinds = set(walk.task.case.letters.values_list("kind", flat=True))
    assert {"visit_form", "visit_record"} <= kinds

    review.recommend(walk.task, referral=referral_in(walk), **letter(at=walk.clock.tick()))
    assert walk.task.step.activity == "draft"


@pytest.mark.parametrize(
    ("lacking", "field"),
    [
        ({"taken_at": None}, "taken_at"),
        ({"place": ""}, "place"),
        ({"caption": " "}, "caption"),
        ({"blob": None}, "photo"),
        ({"taken_at": LATER + timedelta(hours=1)}, "taken_at"),
    ],
)
def test_a_photo_says_when_where_and_what(walk: Walk, lacking: dict[str, Any], field: str) -> None:
    visit = walk.visit(days=2)
    with pytest.raises(Refused) as refusal:
        photo(walk, visit, **lacking)
    assert refusal.value.field == field


def test_a_pdf_is_no_photo(walk: Walk) -> None:
    visit = walk.visit(days=2)
    with pytest.raises(Refused) as refusal:
        photo(walk, visit, blob=signed())
    assert refusal.value.field == "photo"


def jpeg(*, held: bool) -> Blob:
    """A photo, with what a phone writes into it or without."""
    exif = Image.Exif()
    if held:
        exif.get_ifd(0x8769)[36867] = "2026:07:15 09:30:00"
        exif.get_ifd(0x8825).update({1: "S", 2: (1.0, 15.0, 30.0), 3: "E", 4: (117.0, 2.0, 10.0)})
    content = io.BytesIO()
    Image.new("RGB", (8, 8)).save(content, "JPEG", exif=exif)
    content.seek(0)
    stored = BlobStore().put(content, limit_bytes=100_000)
    return keep_blob(sha256=stored.sha256, size=stored.size, media_type="image/jpeg", pages=1, at=LATER)


def test_time_and_place_are_read_from_a_photo_that_holds_them(blobs: object) -> None:
    held = photo_facts(jpeg(held=True), zone=WITA)
    assert held.taken_at is not None
    assert held.taken_at.isoformat() == "2026-07-15T09:30:00+08:00"
    assert (held.latitude, held.longitude) == ("-1.258333", "117.036111")
    nothing = photo_facts(jpeg(held=False), zone=WITA)
    assert (nothing.taken_at, nothing.latitude) == (None, "")


@pytest.mark.both
def test_the_database_refuses_a_report_without_its_signed_record(walk: Walk) -> None:
    visit = walk.visit(days=2)
    with transaction.atomic(), pytest.raises(IntegrityError), transaction.atomic():
        SiteVisit.objects.filter(pk=visit.pk).update(reported_at=LATER)
    with transaction.atomic(), pytest.raises(IntegrityError), transaction.atomic():
        SiteVisit.objects.filter(pk=visit.pk).update(cancelled_at=LATER)


# --- presentation -------------------------------------------------------------------------------------------


def test_a_presentation_keeps_who_came_and_what_came_of_it(walk: Walk) -> None:
    said: dict[str, Any] = {
        "held_on": office_day(LATER),
        "place": "Ruang rapat DLH",
        "attendance": "Sari Contohwati",
    }
    agency.record_presentation(walk.task, referral=referral_in(walk), result="Debit jelas.", **said, **dlh())
    with pytest.raises(Refused) as refusal:
        agency.record_presentation(walk.task, referral=referral_in(walk), result=" ", **said, **dlh())
    assert refusal.value.field == "result"
    assert [item.result for item in referral_in(walk).presentations.all()] == ["Debit jelas."]


# --- worksheet and signing order ----------------------------------------------------------------------------


def order(*people: User) -> None:
    signers = [Signing(position=f"Jabatan {user.name}", user_id=user.pk) for user in people]
    agency_id = Office.objects.get(kind=Office.Kind.AGENCY).pk
    set_signers(agency_id, signers=signers, by=officer("administrator"), at=MONDAY)


def write(walk: Walk, *, analysis: str = "Memenuhi syarat.", **terms: Any) -> Worksheet:
    told = example()["recommendation"] | terms
    agency.write_worksheet(
        walk.task,
        referral=referral_in(walk),
        analysis=analysis,
        said=Substance(terms=clean_terms(told)),
        **dlh(),
    )
    return referral_in(walk).worksheets.latest("number")


def paraf(walk: Walk, sheet: Worksheet, by: User) -> None:
    agency.endorse_worksheet(walk.task, worksheet=sheet, sha256=sheet.sha256, by=by, at=LATER)


@pytest.fixture
def signing(walk: Walk) -> tuple[User, User]:
    first, second = colleague("Lilis Umpama"), colleague("Kurnia Misalnya")
    order(first, second)
    decide(walk.task, referral_in(walk), needed=False)
    return first, second


def test_parafs_are_given_in_the_agencys_order(walk: Walk, signing: tuple[User, User]) -> None:
    first, second = signing
    sheet = write(walk)
    with pytest.raises(Refused, match="giliran"):
        paraf(walk, sheet, second)
    paraf(walk, sheet, first)
    paraf(walk, sheet, second)
    with pytest.raises(Refused, match="lengkap"):
        paraf(walk, sheet, first)


def test_each_agencys_signer_gives_the_paraf_to_their_own_worksheet(
    walk: Walk, signing: tuple[User, User]
) -> None:
    write(walk)
    theirs = second_agencys_worksheet(walk)
    signer = theirs.referral.agency.signers.get().user
    form = EndorseWorksheet(walk.task, at=LATER)
    choices = dict(form.fields["worksheet"].widget.choices)
    assert list(choices.values()) == [
        "DLH (contoh), lembar kerja ke-1, menunggu Jabatan Lilis Umpama, Lilis Umpama",
        "Dishub, lembar kerja ke-1, menunggu Kepala Bidang, Wira Rekaan",
    ]
    assert EndorseWorksheet.may(signer, walk.task, at=LATER)

    posted = EndorseWorksheet(walk.task, at=LATER, data={"worksheet": f"{theirs.pk}:{theirs.sha256}"})
    assert posted.is_valid()
    posted.carry_out(by=signer, at=LATER, stamp=Stamp())
    assert theirs.endorsements.get().by == signer


def second_agencys_worksheet(walk: Walk) -> Worksheet:
    """Another agency was asked too; its worksheet says the same and waits for its one signer."""
    other = Office.objects.create(
        kind=Office.Kind.AGENCY, name="Dinas Perhubungan (contoh)", short_name="Dishub", seat="Bontang"
    )
    signer = colleague("Wira Rekaan", of=other)
    signers = [Signing(position="Kepala Bidang", user_id=signer.pk)]
    set_signers(other.pk, signers=signers, by=officer("administrator"), at=MONDAY)
    first = referral_in(walk)
    Referral.objects.create(
        case=first.case,
        agency=other,
        subject="pertek alur pelayaran",
        letter_number="500/2/2026",
        letter_date=first.letter_date,
        made_by=first.made_by,
        made_at=first.made_at,
        delivered_by=first.delivered_by,
        delivered_at=first.delivered_at,
        receiver="Penerima Contoh",
    )
    said = Substance(terms=clean_terms(example()["recommendation"]))
    theirs = Referral.objects.get(agency=other)
    agency.write_worksheet(
        walk.task, referral=theirs, analysis="Memenuhi syarat.", said=said, by=signer, at=LATER
    )
    return theirs.worksheets.get()


def test_no_letter_goes_out_before_every_paraf(walk: Walk, signing: tuple[User, User]) -> None:
    with pytest.raises(Refused, match="lembar kerja"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))
    sheet = write(walk)
    paraf(walk, sheet, signing[0])
    with pytest.raises(Refused, match="Jabatan Kurnia Misalnya"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))
    paraf(walk, sheet, signing[1])
    review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))
    assert walk.task.step.activity == "draft"


def test_the_letter_says_what_the_parafs_were_given_to(walk: Walk, signing: tuple[User, User]) -> None:
    sheet = write(walk, flow_per_day="1400")
    for signer in signing:
        paraf(walk, sheet, signer)
    with pytest.raises(Refused, match="berbeda"):
        review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))


def test_a_changed_worksheet_voids_the_parafs_before(walk: Walk, signing: tuple[User, User]) -> None:
    sheet = write(walk)
    paraf(walk, sheet, signing[0])
    newer = write(walk, flow_per_day="1400")
    assert [item.void_reason for item in sheet.endorsements.all()] == ["Diganti lembar kerja ke-2."]
    turn = agency.next_signer(newer)
    assert turn is not None
    assert turn.user == signing[0]
    with pytest.raises(Refused, match="berubah"):
        paraf(walk, sheet, signing[0])


def test_without_a_signing_order_no_paraf_is_demanded(walk: Walk) -> None:
    decide(walk.task, referral_in(walk), needed=False)
    review.recommend(walk.task, referral=referral_in(walk), **letter(at=LATER))
    assert walk.task.step.activity == "draft"


def test_only_an_administrator_sets_the_order_and_only_of_the_agencys_people(office: Office) -> None:
    agency_id = Office.objects.get(kind=Office.Kind.AGENCY).pk
    outsider = [Signing(position="Kepala", user_id=officer("verifier").pk)]
    with pytest.raises(Refused, match="anggota"):
        set_signers(agency_id, signers=outsider, by=officer("administrator"), at=MONDAY)
    with pytest.raises(NotAdministrator):
        set_signers(agency_id, signers=[], by=officer("technical_team"), at=MONDAY)


# --- an agency that works on paper --------------------------------------------------------------------------


def on_paper() -> None:
    Office.objects.filter(kind=Office.Kind.AGENCY).update(paper_only=True)


@pytest.mark.both
@pytest.mark.parametrize("actor", ["liaison", "processing_officer"])
def test_an_officer_enters_what_an_agency_on_paper_recommends(office: Office, actor: str) -> None:
    on_paper()
    walk = walk_to("deliver")
    walk.forward()
    task, by = walk.task, officer(actor)
    assert may_work_on_task(by, task, at=MONDAY)
    assert Task.objects.filter(open_tasks_for(by, at=MONDAY), pk=task.pk).exists()
    walk.who = lambda task: by  # type: ignore[method-assign]
    walk.take()
    review.recommend(walk.task, referral=referral_in(walk), **letter(by=by, at=LATER))

    said = referral_in(walk).recommendations.get()
    assert (said.on_behalf, said.issued_by) == (True, by)


@pytest.mark.both
def test_nobody_of_the_office_enters_for_an_agency_that_works_here(walk: Walk) -> None:
    for actor in ("liaison", "processing_officer", "verifier", "head_of_office"):
        assert not may_work_on_task(officer(actor), walk.task, at=MONDAY)
    on_paper()
    for actor in ("verifier", "section_head", "head_of_office", "administrator"):
        assert not may_work_on_task(officer(actor), walk.task, at=MONDAY)
    assert may_work_on_task(officer("liaison"), walk.task, at=MONDAY)

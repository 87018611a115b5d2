"""A fictional office, and cases walked to any step by the acts that the pages use.

The same walk serves the demonstration, the tests and `manage.py journey`, so no case in any of them is
in a state that a person could not have brought it to. People and companies are invented (CONTOH).
"""

from __future__ import annotations

import io
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any

import typst
from allauth.mfa.totp.internal.auth import TOTP
from django.utils.crypto import salted_hmac
from PIL import Image, ImageDraw

from muara.cases.actions import Moved, Stamp, store_revision, take_over
from muara.cases.models import (
    Application,
    AuthorityCheck,
    Case,
    Correction,
    CorrectionItem,
    Draft,
    Handover,
    PowerOfAttorney,
    Referral,
    Revision,
    SigningWay,
    SiteVisit,
    Task,
)
from muara.cases.models.coordination import Channel
from muara.cases.terms import clean_terms
from muara.contacts.actions import complaints, queue
from muara.contacts.actions.complaints import Filing
from muara.contacts.actions.consultations import ask, inform
from muara.contacts.models import (
    Complaint,
    Consultation,
    DataAccess,
    DataRequest,
    PhoneTask,
    QueueSeries,
    Ticket,
)
from muara.documents.blobs import keep_blob
from muara.documents.contents.refusal import Reason
from muara.documents.models import Blob, Certificate
from muara.documents.signing import certificates
from muara.documents.store import BlobStore
from muara.documents.uploads import JPEG, PDF, Accepted
from muara.people.actions import (
    SHIPPED_CALENDAR,
    companies,
    import_calendar,
    import_hours,
    set_hours,
    set_office_setting,
    shipped_calendar,
)
from muara.people.actions.notices import give_up
from muara.people.calendar import office_calendar
from muara.people.models import (
    WITA,
    Company,
    Holding,
    Notice,
    Office,
    OfficeSetting,
    User,
    midnight,
    office_day,
)
from muara.people.rules import COMPLAINT_MANAGER, PRIVACY_OFFICER, Proof
from muara.permits.actions import set_up_missing
from muara.sop.definition import Outcome
from muara.sop.service import load_folder, read_service, services_root
from muara.sop.working_time import is_working_day
from muara.steps.actions import (
    approval,
    drafting,
    filing,
    intake,
    issuance,
    meeting,
    registration,
    review,
    signing,
    verification,
    visits,
)
from muara.steps.actions.agency import write_worksheet
from muara.steps.actions.archive import Shelf, file_paper, lend_paper
from muara.steps.actions.checklists import Mark
from muara.steps.actions.coordination import ask_agency
from muara.steps.actions.endings import withdraw_application
from muara.steps.actions.issuance import Taker
from muara.steps.actions.meeting import Guest, Plan
from muara.steps.actions.monitoring import monitor
from muara.steps.actions.paper import OnPaper, Paper, enter_running_case
from muara.steps.actions.powers import PowerLetter, record_power, take_up
from muara.steps.actions.requests import Asked, Reply
from muara.steps.actions.review import Substance
from muara.steps.actions.unreached import escalate, note_call
from muara.steps.letters import proposed_wording
from muara.web.demo_privacy import privacy_life
from muara.web.second_factor import DEMO_SECRET

PASSWORD = "cerdas-melayani"
CARD = "6400000101019999"  # of nobody: no region has this code
EXAMPLE = Path(__file__).resolve().parent.parent.parent / "examples" / "way-through"
SINCE = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Person:
    """A fictional official: which actor, how they sign in, what is printed under a signature."""

    actor: str
    login: str
    name: str
    rank: str = ""
    nip: str = ""


CAST = (
    Person("information_officer", "informasi", "Intan Umpama"),
    Person("customer_service", "cs", "Citra Contohan"),
    Person("registration_counter", "pendaftaran", "Rina Misalkan"),
    Person("verifier", "verifikasi", "Vino Andaikata"),
    Person("liaison", "penghubung", "Hendra Rekaan"),
    Person("processing_officer", "pemrosesan", "Dewi Umpamawati"),
    Person("technical_team", "dlh", "Teguh Fiktif"),
    Person("section_head", "kasi", "Seno Contohadi", "Penata Tingkat I", "198001012005011001"),
    Person("division_head", "kabid", "Kartika Misalnya", "Pembina", "197502022000032002"),
    Person("head_of_office", "kadis", "Guntur Andaian", "Pembina Utama Muda", "197003031995031003"),
    Person("registrar", "tatausaha", "Tuti Rekawati"),
    Person("collection_counter", "pengambilan", "Ambar Umpamani"),
    Person("complaint_manager", "pengaduan", "Prita Umpama"),
    Person("privacy_officer", "privasi", "Pandu Misalkan"),
    Person("administrator", "admin", "Adi Contohno"),
    Person("auditor", "auditor", "Awas Misalkan"),
)
APPLICANT = ("sari", "Sari Contohwati")
OTHER_APPLICANT = ("budi", "Budi Misalnya")
COLLEAGUE = ("rahmat", "Rahmat Andaian")
COMPANIES = (
    "PT Segara Contoh Makmur",
    "PT Muara Fiktif Energi",
    "PT Teluk Rekaan Kimia",
    "PT Karang Umpama Batubara",
    "PT Tanjung Andaikan Pupuk",
    "CV Ombak Misalnya",
    "PT Pesisir Teladan Resort",
)
# Those of the companies after the first, each some 300 to 500 m off the shore and its own.
OUTFALLS = tuple(
    f'0°{north}\'20,0" LU 117°{east},0" BT'
    for north, east in (
        (28, "36'30"),
        (26, "36'40"),
        (24, "36'10"),
        (22, "33'40"),
        (20, "33'00"),
        (18, "31'50"),
    )
)


INCOMPLETE = "Skema IPAL belum lengkap."
REFUSED = "Air limbah yang direncanakan tidak memenuhi baku mutu"
REFUSED_BY = "Pasal 20 Undang-Undang Nomor 32 Tahun 2009"

LOGINS = {person.actor: person.login for person in CAST}


def address_of(login: str) -> str:
    return f"{login}@contoh.example"


def officer(actor: str) -> User:
    """The fictional holder of an actor."""
    return User.objects.get(email=address_of(LOGINS[actor]))


def applicant() -> User:
    return User.objects.get(email=address_of(APPLICANT[0]))


def other_applicant() -> User:
    return User.objects.get(email=address_of(OTHER_APPLICANT[0]))


def colleague() -> User:
    return User.objects.get(email=address_of(COLLEAGUE[0]))


def seed_office(at: datetime) -> Office:
    """Make the fictional office: its people, its agency, the calendar, the number series, the SOP."""
    office = Office.objects.create(
        kind=Office.Kind.ISSUING,
        name="DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU",
        short_name="DPMPTSP (contoh)",
        government="PEMERINTAH PROVINSI KALIMANTAN TIMUR",
        address="Jalan Contoh Nomor 1 (alamat rekaan)",
        phone="(0541) 000001",
        email="layanan@contoh.example",
        seat="Samarinda",
        head_title=(
            "KEPALA DINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU PROVINSI KALIMANTAN TIMUR"
        ),
        pledge=(
            "CONTOH. Kami sanggup menyelenggarakan pelayanan sesuai standar pelayanan yang telah ditetapkan, "
            "dan bersedia menerima sanksi bila tidak menepatinya."
        ),
        pledge_day=SINCE,
        privacy_contact="Pandu Misalkan, petugas pelindungan data pribadi (contoh), telepon (0541) 000001",
    )
    agency = Office.objects.create(
        kind=Office.Kind.AGENCY,
        name="Dinas Lingkungan Hidup Provinsi Kalimantan Timur",
        short_name="DLH (contoh)",
        government="PEMERINTAH PROVINSI KALIMANTAN TIMUR",
        seat="Samarinda",
        head_title="Kepala Dinas Lingkungan Hidup Provinsi Kalimantan Timur",
    )
    for person in CAST:
        user = User.objects.create_user(
            email=address_of(person.login),
            name=person.name,
            password=PASSWORD,
            nip=person.nip,
            rank=person.rank,
        )
        where = agency if person.actor == "technical_team" else office
        Holding.objects.create(user=user, actor=person.actor, office=where, starts=SINCE)
    for key, name in (APPLICANT, OTHER_APPLICANT, COLLEAGUE):
        User.objects.create_user(email=address_of(key), name=name, password=PASSWORD, phone="+628110000001")
    import_calendar(rows=shipped_calendar(), source=SHIPPED_CALENDAR, by=None, at=at)
    import_hours(by=None, at=at)
    queue.open_shipped_queue(at=at)
    queue.add_kiosk("Kios pintu utama", secret=kiosk_secret(), by=None, at=at)
    for folder in sorted(path for path in services_root().glob("*/*") if path.is_dir()):
        seed_service(folder, at)
    for key, days in ((OfficeSetting.Key.CORRECTION_DAYS, 10), (OfficeSetting.Key.SILENCE_DAYS, 20)):
        set_office_setting(
            setting=key,
            value=days,
            effective_from=SINCE,
            basis="Contoh; jangka waktu perbaikan mengikuti PP 22/2021 Pasal 250 (10 hari kerja)",
            by=None,
            at=at,
        )
    return office


def seed_second_factors() -> None:
    """Give those who bind the office the telephone that everybody knows; the pages show its codes."""
    for actor in ("section_head", "division_head", "head_of_office", "registrar"):
        TOTP.activate(officer(actor), DEMO_SECRET)


def seed_signing(at: datetime) -> Certificate:
    """Make a fictional root, the head's certificate and the office's seal, and return the seal."""
    starts, head = midnight(SINCE), officer("head_of_office")
    ends, organisation = starts + timedelta(days=10 * 365), "CONTOH DPMPTSP"
    root = certificates.make_root(
        common_name="CONTOH Akar Sertifikat Kantor",
        organisation=organisation,
        starts=starts,
        ends=ends,
        at=at,
    )
    issue = partial(certificates.issue, root, organisation=organisation, starts=starts, ends=ends, at=at)
    issue(kind=Certificate.Kind.OFFICIAL, holder=head, common_name=f"CONTOH {head.name}")
    return issue(kind=Certificate.Kind.SEAL, common_name="CONTOH Segel Elektronik Kantor")


def sign_electronically(at: datetime) -> None:
    """From this day on the fictional office signs with its own certificates."""
    signing.set_way(
        service=Revision.objects.latest("pk").process.code,
        way=SigningWay.Way.LOCAL,
        effective_from=office_day(at),
        basis="CONTOH: tanda tangan elektronik diujicobakan",
        by=None,
        at=at,
    )


def open_always(at: datetime) -> None:
    """Let the demonstration's queue work at any hour, and say that it is an example."""
    set_hours(
        weekdays=range(7),
        opens=time.min,
        closes=time.max,
        on_holidays=True,
        effective_from=office_day(at),
        basis="CONTOH: antrean demonstrasi selalu buka; jam SOP ada pada riwayat",
        by=None,
        at=at,
    )


def kiosk_secret() -> str:
    """The secret of the demonstration's kiosk: always the same here, so that its link can be told again."""
    return salted_hmac("muara.demo.kiosk", "").hexdigest()


def seed_queue(at: datetime) -> None:
    """A morning's queue behind us: some served, one absent, one at the counter, some waiting."""
    first = max(at - timedelta(minutes=50), midnight(office_day(at)))
    clock = Clock(first, pace=(at - first) / 40)
    information = officer("information_officer")
    a, b = (QueueSeries.objects.get(letter=letter) for letter in "AB")
    desk = a.counters.get()

    def take(series: QueueSeries, priority: str = Ticket.Priority.NONE) -> None:
        queue.take(series_id=series.pk, priority=priority, channel=Ticket.Channel.KIOSK, at=clock.tick())

    def call() -> Ticket:
        return queue.call_next(desk, by=information, at=clock.tick())

    for _ in range(4):
        take(a)
    for _ in range(2):
        served = call()
        queue.start(served, counter=desk, by=information, at=clock.tick())
        take(b)
        queue.finish(served, counter=desk, by=information, at=clock.tick())
    queue.skip(call(), counter=desk, by=information, at=clock.tick())
    take(a)
    take(a, Ticket.Priority.ELDERLY)
    take(a)
    queue.start(call(), counter=desk, by=information, at=clock.tick())


def seed_service(folder: Path, at: datetime) -> Revision:
    """Keep a service's revision, and set up its number series as its SOP has them."""
    files = load_folder(folder)
    effective = read_service(files).process.effective
    revision = store_revision(files=files, by_id=None, at=at, effective_from=effective)
    set_up_missing(revision.process, at=at)
    return revision


@cache
def sample_pdf(title: str) -> bytes:
    """Make a one-page PDF that says what it stands for, and that it is an example."""
    source = """
#set page(paper: "a4", margin: 2.5cm)
#set text(size: 14pt, lang: "id")
#align(center)[#text(size: 22pt, weight: "bold")[CONTOH --- BUKAN DOKUMEN RESMI]]
#v(4cm)
#align(center)[#text(size: 18pt)[#sys.inputs.title]]
#v(1cm)
#rect(width: 100%, height: 10cm, stroke: 0.5pt, inset: 1cm)[
  #align(center + horizon)[
    Pengganti pindaian untuk contoh. Di kantor sungguhan, di sini tampak dokumen aslinya:
    tanda tangan, nomor, tanggal, dan capnya.
  ]
]
"""
    document = typst.compile(source.encode(), sys_inputs={"title": title})
    assert isinstance(document, bytes)
    return document


def sample_upload(title: str, *, at: datetime) -> Accepted:
    """Keep a sample as if it had been uploaded; we made it ourselves, so it needs no inspection."""
    content = sample_pdf(title)
    stored = BlobStore().put(io.BytesIO(content), limit_bytes=len(content))
    blob = keep_blob(sha256=stored.sha256, size=stored.size, media_type=PDF, pages=1, at=at)
    return Accepted(blob, f"{title.lower().replace(' ', '-')}.pdf", PDF, 1)


def sample_photo(title: str, *, at: datetime) -> Blob:
    """Keep a small picture that says it is an example, as a phone would hand it in."""
    picture = Image.new("RGB", (640, 420), (207, 226, 228))
    brush = ImageDraw.Draw(picture)
    brush.rectangle((0, 250, 640, 420), fill=(84, 139, 150))
    brush.text((24, 24), f"CONTOH\n{title}", fill=(20, 48, 58), font_size=34)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=80)
    content.seek(0)
    stored = BlobStore().put(content, limit_bytes=len(content.getvalue()))
    return keep_blob(sha256=stored.sha256, size=stored.size, media_type=JPEG, pages=1, at=at)


@cache
def example() -> dict[str, Any]:
    """The shipped application, as its TOML says it."""
    return tomllib.loads((EXAMPLE / "application.toml").read_text())


def current_draft(task: Task) -> Draft:
    """The draft that a page of this task would show."""
    current = drafting.latest_draft(task.case)
    assert current is not None
    return current


@dataclass
class Clock:
    """Hands out the moments of a walk: each act some minutes after the one before."""

    now: datetime
    pace: timedelta = timedelta(minutes=5)

    def tick(self) -> datetime:
        self.now += self.pace
        return self.now


def _identity(company: str) -> dict[str, str]:
    """A company's name and, for the demonstration's companies, its own NIB and its outfall down the coast."""
    if company not in COMPANIES[1:]:
        return {"company_name": company}
    place = COMPANIES.index(company)
    return {
        "company_name": company,
        "company_nib": f"99990000001{place:02d}",
        "outfall_coordinate": OUTFALLS[place - 1],
    }


def proven(at: datetime) -> Stamp:
    """Nobody sits at a page here: the entry of what binds the office says that the demonstration did it."""
    return Stamp(proof=Proof(means="demo", at=at))


@dataclass
class Walk:
    """A case on its way, one act after another; each step is done by the cast's holder of its actor."""

    clock: Clock
    applicant: User
    source: Mapping[str, Any] = field(default_factory=example)
    company: str = ""
    on_behalf_by: User | None = None
    files: Mapping[int, Accepted] = field(default_factory=dict)
    application: Application | None = None
    case: Case | None = None
    defects: dict[int, Mark] = field(default_factory=lambda: {5: Mark("unfit", INCOMPLETE)})

    @property
    def task(self) -> Task:
        assert self.case is not None
        return Task.objects.select_related("case__revision", "case__application__company").get(
            case=self.case, closed_at=None, companion=False
        )

    def prepare(self) -> Application:
        """Fill in the application and hand in its files, without submitting it."""
        by = self.on_behalf_by or self.applicant
        values = dict(self.source["values"])
        if self.company:
            values |= _identity(self.company)
        revision = Revision.objects.filter(service=self.source["service"]).latest("effective_from", "pk")
        at = self.clock.tick()
        company = Company.objects.filter(name=values["company_name"], memberships__user=by).first()
        self.application = filing.start_application(
            revision=revision,
            kind=self.source["kind"],
            company=company,
            company_name=values["company_name"],
            by=by,
            at=at,
            on_behalf=self.on_behalf_by is not None,
        )
        for section in revision.definition.form.sections:
            errors = filing.save_section(self.application, section=section, raw=values, by=by, at=at)
            if errors:
                raise ValueError(f"{section.title}: {errors}")
        for requirement in revision.process.uploads():
            accepted = self.files.get(requirement.number) or sample_upload(requirement.reading, at=at)
            filing.attach(self.application, requirement=requirement.number, accepted=accepted, by=by, at=at)
        return self.application

    def submit(self) -> Case:
        """Step 3."""
        application = self.application or self.prepare()
        at = self.clock.tick()
        filing.submit(application, by=self.applicants_hand, at=at, proof=self.proof(at))
        self.case = Case.objects.get(application=application)
        return self.case

    def take(self) -> Task:
        """Receive the file at the step it stands at."""
        task = self.task
        take_over(task.pk, by=self.who(task), at=self.clock.tick())
        return self.task

    def who(self, task: Task) -> User:
        if task.actor == "applicant":
            return self.on_behalf_by or self.applicant
        if task.actor == "joint_meeting":
            return officer(task.case.process.step(task.case.call_stack[-1]).actor)
        return officer(task.actor)

    def forward(self, outcome: str = "", *, note: str = "") -> str:
        """Do the step the case stands at, by the way that leads on or another; return the step's key."""
        task = self.task
        if task.actor != "applicant":
            task = self.take()
        way = task.step.outcome(outcome or task.step.outcomes[0].key)
        getattr(self, f"do_{task.step.activity}")(task, self.who(task), way, note)
        return task.step_key

    def do_apply(self, task: Task, by: User, way: Outcome, note: str) -> None:
        asked = Correction.objects.open().filter(case=task.case_id).first()
        replies = self.reply(asked) if asked is not None else {}
        at = self.clock.tick()
        filing.submit(
            task.case.application,
            note=note or "Sudah dilengkapi.",
            replies=replies,
            by=by,
            at=at,
            proof=self.proof(at),
        )

    def do_check(self, task: Task, by: User, way: Outcome, note: str) -> None:
        marks = self.marks(task, way)
        intake.check(task, outcome=way.key, marks=marks, by=by, at=self.clock.tick(), note=note)

    def marks(self, task: Task, way: Outcome) -> dict[int, Mark]:
        """The checklist as it is filled in for an outcome: all fits, or the walk's defects are found."""
        return all_fit(task) | (self.defects if way.kind == "return" else {})

    def asked(self, task: Task, way: Outcome) -> Sequence[Asked]:
        """What an outcome asks of the applicant item by item; nothing: what the note says."""
        return ()

    def do_advise(self, task: Task, by: User, way: Outcome, note: str) -> None:
        intake.advise(
            task, question="Bagaimana mengisi neraca air?", given="Dijelaskan.", by=by, at=self.clock.tick()
        )

    def do_register(self, task: Task, by: User, way: Outcome, note: str) -> None:
        at = self.clock.tick()
        registration.register(task, outcome=way.key, applicant_signed=True, by=by, at=at, note=note)

    def do_verify(self, task: Task, by: User, way: Outcome, note: str) -> None:
        marks = self.marks(task, way)
        at = self.clock.tick()
        request = verification.Request(
            agency=Office.objects.get(kind=Office.Kind.AGENCY),
            subject="rekomendasi teknis pembuangan air limbah ke laut",
            letter_number=f"500/{task.case_id:03d}/CONTOH/{office_day(at).year}",
            letter_date=office_day(at),
        )
        verification.verify(task, outcome=way.key, marks=marks, requests=[request], by=by, at=at, note=note)

    def do_correct(self, task: Task, by: User, way: Outcome, note: str) -> None:
        verification.ask_applicant(task, by=by, at=self.clock.tick())
        replies = self.reply(Correction.objects.open().get(case=task.case_id))
        at = self.clock.tick()
        verification.answer_correction(
            task.case,
            answer=note or "Sudah dilengkapi.",
            replies=replies,
            proof=self.proof(at),
            by=self.applicants_hand,
            at=at,
        )
        verification.hand_back(self.task, by=by, at=self.clock.tick())

    def reply(self, asked: Correction) -> dict[int, Reply]:
        """Do what was asked; what the applicant says of single items (here nothing) stands beside it."""
        self.mend(asked)
        return {}

    def mend(self, asked: Correction, *, requirements: Collection[int] = ()) -> None:
        """Hand in another file for what was asked of requirements with files, of these or of all."""
        application, at = asked.case.application, self.clock.tick()
        process = asked.case.process
        for item in asked.items.exclude(kind=CorrectionItem.Kind.CONFIRM).filter(requirement__isnull=False):
            wanted = process.requirement(item.requirement or 0)
            if requirements and wanted.number not in requirements:
                continue
            number = wanted.covered_by or wanted.number
            if process.requirement(number).upload:
                title = f"{wanted.reading} perbaikan {asked.number}"
                for old in application.attachments.filter(requirement=number, withdrawn_at=None):
                    filing.withdraw(old, by=self.applicants_hand, at=at)
                accepted = sample_upload(title, at=at)
                filing.attach(
                    application, requirement=number, accepted=accepted, by=self.applicants_hand, at=at
                )

    @property
    def applicants_hand(self) -> User:
        """Who does the applicant's steps: the applicant, or an officer on their behalf."""
        return self.on_behalf_by or self.applicant

    def proof(self, at: datetime) -> Blob | None:
        """The paper that the applicant signed, where an officer records their act."""
        return sample_upload("Surat yang ditandatangani pemohon", at=at).blob if self.on_behalf_by else None

    def do_deliver(self, task: Task, by: User, way: Outcome, note: str) -> None:
        verification.deliver(task, receiver="Penerima Contoh", by=by, at=self.clock.tick())

    def do_review(self, task: Task, by: User, way: Outcome, note: str) -> None:
        if way.kind != "forward":
            asked = self.asked(task, way)
            review.find_unfit(task, outcome=way.key, asked=asked, note=note, by=by, at=self.clock.tick())
            return
        for referral in task.case.referrals.unanswered():
            self.recommend(referral, by)

    def recommend(self, referral: Referral, by: User) -> None:
        """The agency says that no visit is needed, and gives its recommendation."""
        if referral.visit_needed is None:
            visits.decide_visit(
                self.task,
                referral=referral,
                needed=False,
                reason="Data permohonan cukup untuk dianalisis.",
                by=by,
                at=self.clock.tick(),
            )
        at = self.clock.tick()
        told = self.source["recommendation"]
        review.recommend(
            self.task,
            referral=referral,
            letter_number=told["letter_number"],
            letter_date=office_day(at),
            signed_by_name=told["signed_by_name"],
            scan=self.scan("recommendation", "Rekomendasi teknis", at),
            by=by,
            at=at,
            **self.advice(),
        )

    def advice(self) -> dict[str, Any]:
        """What the agency advises: the source's terms for the permit."""
        return {"terms": clean_terms(self.source["recommendation"])}

    def write_worksheet(self, referral: Referral) -> None:
        """The agency works its recommendation out; its signers have not given their parafs yet."""
        write_worksheet(
            self.task,
            referral=referral,
            analysis="Berkas lengkap dan benar. Kapasitas IPAL memadai untuk debit yang dimohon.",
            said=Substance(terms=clean_terms(self.source["recommendation"])),
            by=officer("technical_team"),
            at=self.clock.tick(),
        )

    def visit(self, *, days: int) -> SiteVisit:
        """The agency needs to see the place, and proposes a time to the applicant."""
        task, by = self.task, officer("technical_team")
        referral = task.case.referrals.get()
        visits.decide_visit(
            task,
            referral=referral,
            needed=True,
            reason="Letak outfall dekat mangrove perlu diperiksa di lapangan.",
            by=by,
            at=self.clock.tick(),
        )
        at = self.clock.tick()
        visits.plan_visit(
            task,
            referral=referral,
            starts_at=at + timedelta(days=days),
            place="Lokasi IPAL dan outfall (CONTOH)",
            purpose="Memeriksa titik penaatan, outfall, dan keadaan sekitar; mengambil contoh uji.",
            by=by,
            at=at,
        )
        return referral.visits.get()

    def hold(self, visit: SiteVisit) -> None:
        """The visit takes place: photos, a sample, findings, and the record signed by both sides."""
        task, by = self.task, officer("technical_team")
        visits.agree_visit(visit, by=self.on_behalf_by or self.applicant, at=self.clock.tick())
        self.clock.now = max(self.clock.now, visit.starts_at)
        for caption in ("Outlet kolam sedimentasi", "Outfall saat surut"):
            taken = self.clock.tick()
            visits.add_photo(
                task,
                visit=visit,
                blob=sample_photo(caption, at=taken),
                caption=f"{caption} (CONTOH)",
                taken_at=taken,
                latitude="0.504167",
                longitude="117.633333",
                by=by,
                at=self.clock.tick(),
            )
        taken = self.clock.tick()
        visits.add_sample(
            task,
            visit=visit,
            code=f"AL-{visit.pk:03d}",
            point="TP-01 Outlet kolam sedimentasi",
            taken_at=taken,
            parameters="pH, BOD5, COD, TSS",
            laboratory="Laboratorium Contoh",
            by=by,
            at=self.clock.tick(),
        )
        at = self.clock.tick()
        found = visits.Findings(
            held_on=office_day(at),
            conditions="Cerah, air laut surut; pabrik beroperasi.",
            findings="Titik penaatan dan outfall sesuai koordinat permohonan. Alat ukur debit terpasang.",
            tests="pH di tempat 7,2.",
            agency_side=[visits.Side("Teguh Fiktif", "Tim Teknis DLH")],
            applicant_side=[visits.Side("Sari Contohwati", "Manajer Lingkungan")],
        )
        visits.record_findings(task, visit=visit, found=found, by=by, at=at)
        signed = self.scan("visit", "Berita acara bertanda tangan", at)
        visits.report_visit(task, visit=visit, signed_record=signed, by=by, at=self.clock.tick())

    def scan(self, key: str, title: str, at: datetime) -> Blob:
        """The scan named in the source's table `key`, as handed over, or a sample."""
        return sample_upload(title, at=at).blob

    def do_draft(self, task: Task, by: User, way: Outcome, note: str) -> None:
        at = self.clock.tick()
        if way.kind != "forward":
            drafting.return_recommendation(task, note=note, by=by, at=at)
            return
        while review.unbooked_recommendation(task.case) is not None:
            drafting.receive_recommendation(
                task,
                agenda_number=f"{task.case_id:03d}",
                received_on=office_day(at),
                by=by,
                at=at,
            )
        wording = proposed_wording(
            task.case,
            drafting.booked_recommendation(task.case),
            kind=drafting.required_kind(task.case),
            on=office_day(at),
        )
        if wording.remedies and not wording.reasons:
            wording = replace(wording, reasons=(Reason(text=REFUSED, basis=REFUSED_BY),))
        answers = {item.pk: "Sudah diperbaiki." for item in drafting.open_remarks(task.case)}
        drafting.draft(task, wording=wording, answers=answers, by=by, at=self.clock.tick())

    def do_endorse(self, task: Task, by: User, way: Outcome, note: str) -> None:
        self.judge(approval.endorse, task, by, way, note)

    def do_decide(self, task: Task, by: User, way: Outcome, note: str) -> None:
        if way.key == "signed" and signing.way_of(task.case, at=self.clock.now) != SigningWay.Way.INK:
            at = self.clock.tick()
            row = signing.sign(
                task,
                draft_sha256=current_draft(task).sha256,
                clauses=task.step.examines,
                by=by,
                at=at,
                note=note,
                stamp=proven(at),
            )
            assert row.signed, row.failure
            return
        self.judge(approval.decide, task, by, way, note)

    def judge(self, act: Callable[..., Moved], task: Task, by: User, way: Outcome, note: str) -> None:
        """A head examines the draft and lets it go on, or sends it elsewhere."""
        asked, at = self.asked(task, way), self.clock.tick()
        act(
            task,
            outcome=way.key,
            draft_sha256=current_draft(task).sha256,
            clauses=task.step.examines if way.kind == "forward" else (),
            asked=asked,
            by=by,
            at=at,
            note=note,
            stamp=proven(at),
        )

    def do_meet(self, task: Task, by: User, way: Outcome, note: str) -> None:
        self.call_meeting(task, by)
        self.hold_meeting(task, by)
        decision, asked = self.meeting["decision"], self.asked(task, way)
        at = self.clock.tick()
        meeting.decide(task, outcome=way.key, decision=decision, asked=asked, by=by, at=at, note=note)

    def call_meeting(self, task: Task, by: User) -> None:
        """Invite a meeting for this very hour."""
        at, told = self.clock.tick(), self.meeting
        begun = at.astimezone(WITA).time().replace(second=0, microsecond=0)
        meeting.plan(
            task,
            plan=Plan(day=office_day(at), starts=begun, place=told["place"], agenda=told["agenda"]),
            invited=[Guest(**person) for person in told["invited"]],
            by=by,
            at=at,
        )

    def hold_meeting(self, task: Task, by: User) -> None:
        """Everybody who was invited came; the minutes are written and approved."""
        present = task.meeting.participants.values_list("pk", flat=True)
        meeting.record_attendance(task, present=present, by=by, at=self.clock.tick())
        meeting.write_minutes(task, text=self.meeting["minutes"], by=by, at=self.clock.tick())
        meeting.approve_minutes(task, by=by, at=self.clock.tick())

    @property
    def meeting(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = self.source["meeting"]
        return told

    def do_number(self, task: Task, by: User, way: Outcome, note: str) -> None:
        at = self.clock.tick()
        decision = issuance.assign_number(task, by=by, at=at, stamp=proven(at))
        at = self.clock.tick()
        electronic = signing.electronic_of(decision.draft)
        if electronic is not None:
            assert signing.seal_pending(electronic, at=at), electronic.failure
        if way.kind == "return":
            issuance.return_to_head(task, note=note, by=by, at=at)
            return
        checked = [item.key for item in task.case.process.final_checklist]
        scan = None if electronic else self.scan("issue", f"Izin bertanda tangan, berkas {task.case_id}", at)
        issuance.issue(task, scan=scan, checked=checked, by=by, at=at, stamp=proven(at))

    def do_hand_over(self, task: Task, by: User, way: Outcome, note: str) -> None:
        values = self.source["values"]
        if way.key == "sent":
            at = self.clock.tick()
            issuance.send(
                task,
                way=Handover.Way.POST,
                address=str(values["office_address"]),
                tracking_number="RR 000 000 001 ID",
                proof=sample_upload("Bukti kirim", at=at).blob,
                by=by,
                at=at,
            )
            return
        issuance.hand_over(
            task,
            taker=Taker(
                name=str(values["applicant_name"]),
                identity="ktp",
                number=str(values.get("applicant_nik", CARD)),
            ),
            brought_receipt=True,
            told_duties=True,
            by=by,
            at=self.clock.tick(),
        )

    def do_receive(self, task: Task, by: User, way: Outcome, note: str) -> None:
        at = self.clock.tick()
        signed = sample_upload("Bukti serah terima", at=at).blob if self.on_behalf_by else None
        issuance.confirm_receipt(task, proof=signed, by=by, at=at)


def all_fit(task: Task) -> dict[int, Mark]:
    return {item.number: Mark("fit") for item in task.case.process.requirements}


# Steps that only a return or a detour leads to: the step that sends there, how, and why.
OFF_THE_MAIN_LINE = {
    "apply": ("check", "incomplete", INCOMPLETE),
    "advise": ("check", "needs_advice", "Neraca air belum dipahami."),
    "correct": ("verify", "incomplete", INCOMPLETE),
    "meet": ("endorse_section", "needs_meeting", "Perlu dibahas bersama DLH."),
}


def case_at(
    step_key: str,
    *,
    at: datetime,
    company: str = "",
    by: User | None = None,
    on_behalf_by: User | None = None,
    pace: timedelta = timedelta(minutes=5),
) -> Case:
    """Walk a new case to a step by the shortest way of its SOP ("end": all the way)."""
    walk = Walk(
        Clock(at - timedelta(hours=2), pace=pace),
        by or applicant(),
        company=company,
        on_behalf_by=on_behalf_by,
    )
    case = walk.submit()
    while (main := Task.objects.filter(case=case, closed_at=None, companion=False).first()) is not None:
        if main.step_key == step_key:
            break
        turns_at, outcome, note = OFF_THE_MAIN_LINE.get(step_key, ("", "", ""))
        if turns_at == main.step_key:
            walk.forward(outcome, note=note)
        else:
            walk.forward()
    return Case.objects.get(pk=case.pk)


def ask_question(*, at: datetime, text: str, person: User | None = None) -> Consultation:
    """Step 1."""
    who = person or applicant()
    return ask(
        service="LHP", channel="daring", name=who.name, contact=who.email, question=text, at=at, person=who
    )


def answer_question(consultation: Consultation, *, at: datetime) -> Consultation:
    """Step 2."""
    return inform(
        consultation.pk,
        given="Formulir dan daftar periksa diberikan; tahapan, waktu dan biaya (gratis) dijelaskan.",
        covered=["a", "b", "c", "d", "e", "f"],
        by=officer("information_officer"),
        at=at,
    )


# Beside the steps: cases at the agency with a visit, and how many days after its plan the visit is.
VISITS = {"visit_held": 1, "visit_planned": 9}
# How many working days ago each demonstration case was handed in: some limits are far, near, and past.
AGES = {
    "end": 20,
    "receive": 14,
    "hand_over": 13,
    "number": 12,
    "decide": 6,
    "review": 6,
    "visit_held": 5,
    "visit_planned": 2,
    "meet": 5,
    "endorse_division": 4,
    "deliver": 3,
    "correct": 2,
    "draft": 1,
    "endorse_section": 1,
    "apply": 1,
}


def seed_cases(at: datetime) -> Iterator[str]:
    """Put a case at every step, the oldest first, and two questions at the information desk."""
    answer_question(
        ask_question(at=working_morning(at, ago=21), text="Apakah izin lama dapat diperpanjang?"),
        at=working_morning(at, ago=21),
    )
    steps = [step.key for step in Revision.objects.latest("pk").process.steps if step.number >= 3]
    made: list[tuple[int, Callable[..., Case]]] = [
        (
            AGES.get(key, 0),
            partial(
                partial(visit_at, key) if key in VISITS else partial(case_at, key),
                company=COMPANIES[index % len(COMPANIES)],
            ),
        )
        for index, key in enumerate(sorted([*steps, "end", *VISITS], key=lambda key: -AGES.get(key, 0)))
    ]
    for ago, make in sorted([*made, *TURNED], key=lambda item: -item[0]):
        case = make(at=working_morning(at, ago=ago))
        task = case.main_task
        yield f"{case} · {case.application.company} · {task.step.title if task else 'selesai'}"
    ask_question(at=at, text="Apakah hotel kecil di pantai perlu izin ini?")
    yield f"{seed_complaints(at)} pengaduan, saran, dan pertanyaan"
    yield seed_privacy(at)
    _coordinate(at)
    yield f"{_from_paper(at)} · dari kertas"
    yield from _unreached(at)
    yield _share(at)
    yield _electronic(at)
    yield _filed(at)


def seed_privacy(at: datetime) -> str:
    """Who saw whose data, what was asked, and what went wrong once."""
    cases = list(Case.objects.exclude(registration_number=None).order_by("pk")[:4])
    privacy_life(
        cases,
        officer=officer(PRIVACY_OFFICER),
        verifier=officer("verifier"),
        counter=officer("customer_service"),
        applicant=applicant(),
        at=at,
    )
    looks, asked = DataAccess.objects.count(), DataRequest.objects.count()
    return f"{looks} akses data pribadi, {asked} permintaan, satu insiden"


def seed_complaints(at: datetime) -> int:
    """Complaints in several states: late and in time, named, confidential and without a name."""
    by, case = officer(COMPLAINT_MANAGER), Case.objects.exclude(registration_number=None).earliest("pk")
    kind, category, channel = Complaint.Kind, Complaint.Category, Complaint.Channel
    laras = partial(Filing, name="Laras Pengandaian", address="Jalan Rekaan Nomor 2, Samarinda")

    def file(said: Filing, *, ago: int, by: User | None = None) -> Complaint:
        return complaints.file_complaint(said, by=by, at=working_morning(at, ago=ago))

    slow = laras(
        kind=kind.COMPLAINT,
        category=category.TIME,
        text="Berkas kami tidak bergerak selama dua minggu dan tidak ada kabar.",
        harm="Pengoperasian unit baru tertunda.",
        wanted="Kepastian kapan rekomendasi teknis diminta.",
        case_number=case.registration_number or "",
        email="laras@contoh.example",
    )
    _answer(file(slow, ago=30), by=by, at=at)
    turned_away = laras(
        kind=kind.COMPLAINT,
        category=category.CONDUCT,
        text="Saya diminta kembali tiga kali untuk syarat yang berbeda-beda.",
        channel=channel.COUNTER,
        confidential=True,
        phone="+628110000009",
    )
    file(turned_away, ago=17, by=officer("customer_service"))
    unclear = laras(kind=kind.GRIEVANCE, category=category.PROCEDURE, text="Jawaban di telepon tidak jelas.")
    moment = working_morning(at, ago=7)
    asked = "Kapan dan kepada siapa Anda menelepon?"
    complaints.ask_to_complete(file(unclear, ago=9).pk, text=asked, by=by, at=moment)
    smell = Filing(
        kind=kind.COMPLAINT, category=category.POLLUTION, text="Air di muara berbau.", anonymous=True
    )
    complaints.forward(
        file(smell, ago=6).pk,
        recipient=Complaint.Recipient.AGENCY,
        name="Dinas Lingkungan Hidup Provinsi Kalimantan Timur",
        text="Dugaan pencemaran ditangani pengawas lingkungan hidup.",
        by=by,
        at=working_morning(at, ago=5),
    )
    unheard = laras(
        kind=kind.COMPLAINT, category=category.CONDUCT, text="Saya tidak ditanggapi.", about="Prita"
    )
    file(unheard, ago=3)  # it concerns the complaint manager: the section head has it
    chairs = Filing(
        kind=kind.SUGGESTION,
        category=category.FACILITIES,
        text="Tambah kursi di ruang tunggu.",
        channel=channel.BOX,
        anonymous=True,
    )
    file(chairs, ago=2, by=officer("information_officer"))
    fee = file(
        laras(kind=kind.INFORMATION, category=category.COST, text="Apakah benar tidak ada biaya?"), ago=1
    )
    complaints.accept(fee.pk, handling=Complaint.Handling.SIMPLE, by=by, at=at)
    return Complaint.objects.count()


def _answer(complaint: Complaint, *, by: User, at: datetime) -> None:
    """From the answer that it is complete to the complainant's thanks."""
    pk, moment = complaint.pk, working_morning(at, ago=28)
    complaints.accept(pk, handling=Complaint.Handling.EXAMINED, by=by, at=moment)
    number = complaint.case_number
    complaints.link_case(pk, number=number, step_key="verify", cause="office", by=by, at=moment)
    moment, told = working_morning(at, ago=20), "Berkas tertahan di verifikasi; kini sudah diteruskan."
    complaints.decide(pk, verdict=Complaint.Verdict.FOUNDED, text=told, by=by, at=moment)
    complaints.deliver(pk, how="Surel", by=by, at=moment)
    complaints.rate(pk, satisfied=True, at=working_morning(at, ago=19))


def _electronic(at: datetime) -> str:
    """From today the office signs electronically; one case has gone all the way already."""
    seed_signing(at)
    morning = working_morning(at, ago=0)
    sign_electronically(morning - timedelta(hours=2))
    case = case_at("hand_over", at=morning, company=COMPANIES[4], pace=timedelta(seconds=90))
    return f"{case} · {case.application.company} · ditandatangani elektronik"


def _filed(at: datetime) -> str:
    """The paper of the granted case that closed first was filed, moved once, and is lent since long ago."""
    case = Case.objects.filter(closed_at__isnull=False, permit__isnull=False).order_by("closed_at")[0]
    by = officer("collection_counter")
    first, moved = Shelf("Arsip lantai 1", "A2", "14", "3"), Shelf("Arsip lantai 2", "B1", "02", "7")
    assert case.closed_at is not None
    ended = case.closed_at
    file_paper(case, shelf=first, by=by, at=ended + timedelta(hours=1))
    file_paper(
        case, shelf=moved, reason="Lemari A2 penuh.", by=officer("registrar"), at=ended + timedelta(hours=2)
    )
    lend_paper(
        case,
        borrower="Rina Contoh",
        unit="Dinas Lingkungan Hidup",
        purpose="Mencocokkan titik penaatan sebelum pengawasan (CONTOH).",
        due_on=office_day(ended) + timedelta(days=1),
        by=by,
        at=ended + timedelta(hours=3),
    )
    return f"{case} · diarsipkan"


def _share(at: datetime) -> str:
    """A company with two people, who let a third handle one application, and ask a signature of them."""
    running = Case.objects.filter(closed_at=None, application__company__name=COMPANIES[0])
    case = running.exclude(registration_number=None).select_related("application__company").first()
    assert case is not None
    company, sari, budi, today = case.application.company, applicant(), other_applicant(), office_day(at)
    asked = companies.invite(company.pk, address=colleague().email, by=sari, at=at)
    companies.accept_invitation(asked, by=colleague(), at=at)
    companies.invite(company.pk, address=address_of("wati"), by=sari, at=at)

    def letter(scope: str) -> PowerLetter:
        return PowerLetter(
            scope=scope,
            giver=sari.name,
            giver_position="Direktur",
            holder_name=budi.name,
            dated=today,
            starts=today,
            ends=today + timedelta(days=180),
            scan=sample_upload(f"Surat kuasa {PowerOfAttorney.Scope(scope).label.lower()}", at=at).blob,
        )

    handling, signing = PowerOfAttorney.Scope.HANDLING, PowerOfAttorney.Scope.SIGNING
    given = record_power(
        company,
        letter(handling),
        application=case.application,
        holder_address=budi.email,
        by=sari,
        at=at,
    )
    take_up(given, by=budi, at=at)
    record_power(company, letter(signing), holder_address=budi.email, by=sari, at=at)
    return f"{company}: dua orang, dan kuasa pengurusan {case} kepada {budi.name}"


def _unreached(at: datetime) -> Iterator[str]:
    """Two notices that could not be sent: one waits to be telephoned, for the other a letter was made."""
    running = [case.chain for case in Case.objects.filter(closed_at=None)]
    newest = Notice.objects.filter(kind="registered", about__in=running).order_by("-made_at", "-pk")
    for notice in newest[:2]:
        give_up(notice, why="Server surel menolak alamat penerima (kode 550).", at=at)
    waiting = [made for made in escalate(at=at) if isinstance(made, PhoneTask)]
    for task in waiting[1:]:
        note_call(task, outcome="letter", note="Nomor tidak aktif.", by=officer("customer_service"), at=at)
    yield f"{len(waiting)} pemberitahuan tidak sampai: telepon dan surat"


def _coordinate(at: datetime) -> None:
    """A question of the section head to the agency, and the first note of the monitoring there."""
    agency = Office.objects.filter(kind=Office.Kind.AGENCY)[0]
    task, by = Task.objects.open().filter(step_key="endorse_section")[0], officer("section_head")
    take_over(task.pk, by=by, at=at)
    text = "Apakah debit maksimum per jam dalam rekomendasi sudah memperhitungkan jam puncak?"
    ask_agency(task, agency=agency, text=text, by=by, at=at)
    watch, by = Task.objects.open().filter(companion=True)[0], officer("processing_officer")
    take_over(watch.pk, by=by, at=at)
    monitor(
        watch,
        whom="Teguh Fiktif, Tim Teknis",
        channel=Channel.TELEPHONE,
        status="Peninjauan lapangan dijadwalkan; menunggu hasil laboratorium.",
        expected_on=office_day(at) + timedelta(days=10),
        follow_up_on=office_day(at) + timedelta(days=3),
        by=by,
        at=at,
    )


def _from_paper(at: datetime) -> Case:
    """A case that ran on paper before the office went live, now at the verifier."""
    walk = Walk(Clock(at), applicant(), company=COMPANIES[-1], on_behalf_by=officer("customer_service"))
    registered = office_day(working_morning(at, ago=8))
    moved = enter_running_case(
        walk.prepare(),
        told=OnPaper(
            step="verify",
            note="Berjalan di atas kertas ketika kantor mulai memakai Muara; mapnya di lemari 3.",
            registration_number=f"017/LHP-MANUAL/{registered.year}",
            registered_on=registered,
        ),
        papers=[Paper("Tanda terima berkas", registered, sample_upload("Tanda terima", at=at).blob)],
        by=officer("customer_service"),
        at=at,
    )
    return Case.objects.get(pk=moved.case_id)


def visit_at(key: str, *, at: datetime, company: str) -> Case:
    """Walk a new case to the agency, which asks the applicant about a visit, or has held it already."""
    case = case_at("review", at=at, company=company)
    walk = Walk(Clock(at + timedelta(hours=1)), applicant(), case=case)
    walk.take()
    visit = walk.visit(days=VISITS[key])
    if key == "visit_held":
        walk.hold(visit)
        walk.write_worksheet(visit.referral)
    return Case.objects.get(pk=case.pk)


DEFECTS = {
    5: Mark("unfit", "Skema IPAL belum menunjukkan kapasitas kolam aerobik.", "repair"),
    8: Mark("unfit", "Pastikan debit maksimum per jam; angkanya tidak sama dengan neraca air.", "confirm"),
    15: Mark("unfit", "Lampirkan juga prosedur bila pompa IPAL mati.", "additional"),
}


def asked_several_things(*, at: datetime, company: str = COMPANIES[0]) -> Case:
    """A case whose applicant was asked three things of different kinds, and has not answered yet (step 8)."""
    walk = _walk_to("verify", at=at, company=company)
    walk.defects = DEFECTS
    walk.forward("incomplete", note="Tiga hal perlu diselesaikan.")
    task = walk.take()
    verification.ask_applicant(
        task,
        explanation="Hubungi kami bila ada yang kurang jelas.",
        by=walk.who(task),
        at=walk.clock.tick(),
    )
    return Case.objects.get(pk=task.case_id)


def answered_with_a_dispute(*, at: datetime, company: str = COMPANIES[1]) -> Case:
    """A case whose applicant mended one thing, confirmed one and disputes one (still at step 8)."""
    case = asked_several_things(at=at, company=company)
    walk = Walk(Clock(at + timedelta(hours=3)), applicant(), case=case)
    asked = Correction.objects.open().get(case=case)
    water = next(part for part in case.revision.definition.form.sections if part.key == "water")
    values = {**case.application.data, "treatment_capacity": "1700"}
    filing.save_section(case.application, section=water, raw=values, by=applicant(), at=walk.clock.tick())
    walk.mend(asked, requirements={5})
    verification.answer_correction(
        case,
        replies={
            1: Reply(answer="Skema baru sudah diunggah, kapasitas kolam aerobik 600 m³."),
            2: Reply(answer="Benar, debit maksimum 75 m³ per jam."),
            3: Reply(
                disputed=True,
                grounds="Prosedur pompa mati sudah ada di halaman 4 dokumen penanggulangan dampak.",
            ),
        },
        by=applicant(),
        at=walk.clock.tick(),
    )
    return case


def told_to_apply_anew(*, at: datetime, company: str = COMPANIES[2]) -> Case:
    """A case closed at step 7 because it must be applied for anew; its successor waits in the portal."""
    walk = _walk_to("verify", at=at, company=company)
    walk.forward("new_application", note="Lokasi outfall berpindah, jadi kajiannya harus diulang.")
    assert walk.case is not None
    return Case.objects.get(pk=walk.case.pk)


def withdrawn(*, at: datetime, company: str = COMPANIES[5]) -> Case:
    """A case that its applicant has withdrawn."""
    walk = _walk_to("review", at=at, company=company)
    withdraw_application(
        walk.task, reason="Pembangunan pabrik ditunda.", by=applicant(), at=walk.clock.tick()
    )
    assert walk.case is not None
    return Case.objects.get(pk=walk.case.pk)


def sent_elsewhere(*, at: datetime, company: str = COMPANIES[3]) -> Case:
    """A case that was another authority's: its applicant was told where to apply."""
    source = example()
    source = source | {"values": source["values"] | {"kbli": "06100"}}
    walk = Walk(Clock(at - timedelta(hours=1)), applicant(), source=source, company=company)
    case = walk.submit()
    task = walk.take()
    intake.decide_authority(
        task,
        decision=AuthorityCheck.Decision.REDIRECT,
        reason="Kegiatan hulu minyak dan gas bumi bukan kewenangan gubernur.",
        apply_to="Kementerian Lingkungan Hidup",
        by=walk.who(task),
        at=walk.clock.tick(),
    )
    return Case.objects.get(pk=case.pk)


def talked_over(*, at: datetime, company: str = COMPANIES[4]) -> Case:
    """A case that a joint meeting has talked over and sent back to the section head."""
    walk = _walk_to("endorse_section", at=at, company=company)
    _, outcome, note = OFF_THE_MAIN_LINE["meet"]
    walk.forward(outcome, note=note)
    walk.forward()
    assert walk.case is not None
    return Case.objects.get(pk=walk.case.pk)


def refused_at_the_top(*, at: datetime, company: str = "") -> Walk:
    """A case whose permit the head would not sign: it stands at drafting again, bound to a refusal."""
    walk = _walk_to("decide", at=at, company=company)
    walk.forward("refuse", note=f"{REFUSED}.")
    return walk


def refused(*, at: datetime, company: str = COMPANIES[6]) -> Case:
    """A case that ended with a refusal, its decree numbered and received; the days to object run."""
    walk = refused_at_the_top(at=at, company=company)
    assert walk.case is not None
    while Case.objects.get(pk=walk.case.pk).closed_at is None:
        walk.forward()
    return Case.objects.get(pk=walk.case.pk)


# How many working days ago a case was handed in that its applicant was asked about, or that ended otherwise.
TURNED: tuple[tuple[int, Callable[..., Case]], ...] = (
    (3, asked_several_things),
    (4, answered_with_a_dispute),
    (5, told_to_apply_anew),
    (6, withdrawn),
    (7, sent_elsewhere),
    (8, talked_over),
    (10, refused),
)


def _walk_to(step_key: str, *, at: datetime, company: str) -> Walk:
    walk = Walk(Clock(at - timedelta(hours=1)), applicant(), company=company)
    walk.submit()
    while walk.task.step_key != step_key:
        walk.forward()
    return walk


def working_morning(at: datetime, *, ago: int) -> datetime:
    """Ten o'clock (WITA) of the working day that lies `ago` working days back; today: now."""
    if not ago:
        return at
    calendar, day = office_calendar(), office_day(at)
    while ago:
        day -= timedelta(days=1)
        ago -= is_working_day(calendar, day)
    return datetime.combine(day, time(10), WITA).astimezone(UTC)

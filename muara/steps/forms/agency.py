"""What an agency records beside its recommendation (SOP step 10.a–e); any of its people may."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.forms import HiddenInput

from muara.cases.actions import Refused, Stamp
from muara.cases.models import SiteVisit, Task, Worksheet
from muara.documents.pictures import photo_facts
from muara.documents.uploads import PDF
from muara.people.models import WITA, User
from muara.steps.actions import agency, review, visits
from muara.steps.forms.fields import Day, Items, Line, Moment, Paragraph, Scan
from muara.steps.forms.referrals import answered_referral, offer_referrals, referral_of
from muara.steps.forms.review import SubstanceForm
from muara.steps.forms.step import MORE, ActForm


class AgencyForm(ActForm):
    """An act of the agency under review: its people need not have received the file themselves."""

    activities, for_holder = frozenset({"review"}), False
    referral = answered_referral()

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        offer_referrals(self)


class Dispose(AgencyForm):
    """Somebody of the agency passes the file on to a colleague."""

    slug, done = "disposisi", "Disposisi dicatat."
    title = "Disposisi kepada rekan"
    button = "Catat disposisi"
    to = forms.ModelChoiceField(
        label="Diteruskan kepada", queryset=User.objects.none(), empty_label="Pilih rekan"
    )
    instruction = Paragraph(label="Arahan", rows=3)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        live = task.case.referrals.live().select_related("agency")
        people = {user.pk for item in live for user in agency.colleagues(item, actor=task.actor, at=at)}
        choice = self.fields["to"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = User.objects.filter(pk__in=people)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return agency.dispose(
            self.task,
            referral=referral_of(self, by),
            **self.typed("to", "instruction"),
            by=by,
            at=at,
            stamp=stamp,
        )


class DecideVisit(AgencyForm):
    """Step 10.b: whether this kind of application is visited."""

    slug, done = "perlu-peninjauan", "Keputusan tentang peninjauan dicatat."
    title = "Perlu peninjauan lapangan? (10.b)"
    button = "Catat keputusan"
    needed = forms.ChoiceField(
        label="Peninjauan lapangan",
        choices=[("ya", "Diperlukan"), ("tidak", "Tidak diperlukan")],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih salah satu."},
    )
    reason = Paragraph(label="Alasan", rows=3, help_text="Ketentuan atau hasil telaah yang menjadi dasarnya.")

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return visits.decide_visit(
            self.task,
            referral=referral_of(self, by),
            needed=self.cleaned_data["needed"] == "ya",
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class PlanVisit(AgencyForm):
    """Step 10.b: time and place are proposed to the applicant."""

    slug, done = "rencana-peninjauan", "Rencana peninjauan disampaikan kepada pemohon."
    title = "Rencanakan peninjauan lapangan"
    button = "Usulkan kepada pemohon"
    starts_at = Moment(label="Waktu (WITA)")
    place = Line(label="Tempat", longest=200)
    purpose = Paragraph(label="Tujuan", rows=3, help_text="Apa yang ditinjau, diperiksa, atau diuji.")
    agreed_with = Line(
        label="Sudah disepakati dengan",
        help_text="Hanya bila waktunya sudah disepakati, misalnya lewat telepon: nama dan jabatannya. "
        "Pemohon tidak ditanya lagi, dan waktu yang sudah lewat boleh diisi.",
        required=False,
        longest=160,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        if (visit := _only_open_visit(task)) is not None:
            self.fields["starts_at"].initial = visit.wish_at or visit.starts_at
            self.fields["place"].initial, self.fields["purpose"].initial = visit.place, visit.purpose

    @classmethod
    def offered(cls, task: Task) -> bool:
        return task.case.referrals.live().filter(visit_needed=True).exists()

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return visits.plan_visit(
            self.task,
            referral=referral_of(self, by),
            **self.typed("starts_at", "place", "purpose", "agreed_with"),
            by=by,
            at=at,
            stamp=stamp,
        )


def _open_visits(task: Task) -> Any:
    return SiteVisit.objects.filter(
        referral__in=task.case.referrals.live(), reported_at=None, cancelled_at=None
    )


def _only_open_visit(task: Task) -> SiteVisit | None:
    """The open visit to begin a form from; of several agencies' none, lest one reads as another's."""
    found = list(_open_visits(task)[:2])
    return found[0] if len(found) == 1 else None


class VisitForm(AgencyForm):
    """An act on the visit that is planned and not reported yet."""

    @classmethod
    def offered(cls, task: Task) -> bool:
        return bool(_open_visits(task).exists())

    def visit(self, by: User) -> SiteVisit:
        """The open visit of this person's referral."""
        visit = visits.open_visit(referral_of(self, by))
        if visit is None:
            raise Refused("Tidak ada peninjauan yang sedang direncanakan untuk OPD Anda.")
        return visit


class CancelVisit(VisitForm):
    """A planned visit is called off."""

    slug, done = "batal-peninjauan", "Peninjauan dibatalkan."
    title = "Batalkan peninjauan"
    button = "Batalkan peninjauan"
    reason = Paragraph(label="Alasan", rows=3)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return visits.cancel_visit(
            self.task, visit=self.visit(by), reason=self.cleaned_data["reason"], by=by, at=at, stamp=stamp
        )


class AddPhoto(VisitForm):
    """A photo, straight from the phone; time and place are read from it where it holds them."""

    slug, done = "foto-peninjauan", "Foto ditambahkan."
    title = "Tambah foto peninjauan"
    button = "Tambah foto"
    photo = Scan(label="Foto", help_text="JPEG atau PNG.")
    caption = Line(label="Keterangan foto", longest=200)
    taken_at = Moment(
        label="Waktu pengambilan (WITA)",
        help_text="Hanya bila fotonya tidak menyimpan waktu.",
        required=False,
    )
    place = Line(
        label="Tempat pengambilan",
        help_text="Wajib bila fotonya tidak menyimpan koordinat.",
        required=False,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["photo"].widget.attrs["accept"] = "image/jpeg,image/png"

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        blob = self.cleaned_data["photo"]
        held = photo_facts(blob, zone=WITA) if blob and blob.media_type != PDF else None
        return visits.add_photo(
            self.task,
            visit=self.visit(by),
            blob=blob,
            caption=self.cleaned_data["caption"],
            taken_at=(held.taken_at if held else None) or self.cleaned_data["taken_at"],
            latitude=held.latitude if held else "",
            longitude=held.longitude if held else "",
            place=self.cleaned_data["place"],
            by=by,
            at=at,
            stamp=stamp,
        )


class AddSample(VisitForm):
    """A sample taken on the spot."""

    slug, done = "contoh-uji", "Contoh uji dicatat."
    title = "Catat contoh uji"
    button = "Catat contoh uji"
    code = Line(label="Kode contoh uji", longest=40)
    point = Line(label="Titik pengambilan")
    taken_at = Moment(label="Waktu pengambilan (WITA)")
    parameters = Line(label="Parameter yang diuji", longest=400)
    laboratory = Line(label="Laboratorium penguji")

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.typed("code", "point", "taken_at", "parameters", "laboratory")
        return visits.add_sample(self.task, visit=self.visit(by), by=by, at=at, stamp=stamp, **said)


SIDE_HELP = 'Satu baris satu orang: nama, koma, jabatan. Misalnya "Teguh Fiktif, Tim Teknis DLH".'


class RecordFindings(VisitForm):
    """Step 10.c: what the visit found; the record is printed for both sides to sign."""

    slug, done = (
        "hasil-peninjauan",
        "Hasil dicatat. Cetak berita acara dan mintakan tanda tangan kedua pihak.",
    )
    title = "Catat hasil peninjauan (10.c)"
    button = "Catat dan cetak berita acara"
    saves = True
    held_on = Day(label="Tanggal pelaksanaan", help_text="Misalnya 10/12/2026.")
    conditions = Paragraph(label="Kondisi lapangan")
    findings = Paragraph(label="Temuan")
    tests = Paragraph(label="Pengujian di tempat", required=False, rows=3)
    agency_side = Items(label="Penandatangan pihak OPD", rows=3, help_text=SIDE_HELP)
    applicant_side = Items(
        label="Penandatangan pihak pemohon",
        rows=3,
        help_text='Satu baris satu orang: nama, koma, jabatan. Seorang kuasa ditulis "Budi Misalnya, kuasa '
        'pemohon"; surat kuasa pengurusannya harus tercatat dan berlaku pada tanggal pelaksanaan.',
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        visit = _only_open_visit(task)
        if visit is not None and visit.held_on is not None:
            for name in ("held_on", "conditions", "findings", "tests"):
                self.fields[name].initial = getattr(visit, name)
            for name in ("agency_side", "applicant_side"):
                self.fields[name].initial = [", ".join(row) for row in getattr(visit, name)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for name in ("agency_side", "applicant_side"):
            lines = cleaned.get(name) or ()
            sides = [
                visits.Side(who.strip(), post.strip()) for who, _, post in (x.partition(",") for x in lines)
            ]
            if any(not side.name or not side.position for side in sides):
                self.add_error(name, "Setiap baris memuat nama dan jabatan, dipisahkan koma.")
            cleaned[name] = sides
        return cleaned

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        names = ("held_on", "conditions", "findings", "tests", "agency_side", "applicant_side")
        found = visits.Findings(**self.typed(*names))
        return visits.record_findings(self.task, visit=self.visit(by), found=found, by=by, at=at, stamp=stamp)


class ReportVisit(VisitForm):
    """Remark 3: the report is complete with photos and the record signed by both sides."""

    slug, done = "laporan-peninjauan", "Peninjauan dilaporkan."
    title = "Laporkan peninjauan"
    button = "Laporkan peninjauan"
    signed_record = Scan(
        label="Berita acara yang ditandatangani kedua pihak", help_text="Pindaian PDF, JPEG, atau PNG."
    )
    asked = ("signed_record",)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return bool(_open_visits(task).filter(record__isnull=False).exists())

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return visits.report_visit(
            self.task,
            visit=self.visit(by),
            signed_record=self.cleaned_data["signed_record"],
            by=by,
            at=at,
            stamp=stamp,
        )


class RecordPresentation(AgencyForm):
    """Step 10.d: a meeting with the applicant, or their presentation."""

    slug, done = "pertemuan", "Pertemuan dicatat."
    title = "Catat pertemuan atau presentasi pemohon (10.d)"
    button = "Catat pertemuan"
    held_on = Day(label="Tanggal", help_text="Misalnya 10/12/2026.")
    place = Line(label="Tempat")
    attendance = Paragraph(label="Yang hadir", rows=3, help_text="Nama dan jabatan, satu baris satu orang.")
    result = Paragraph(label="Hasil")

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.typed("held_on", "place", "attendance", "result")
        return agency.record_presentation(
            self.task, referral=referral_of(self, by), by=by, at=at, stamp=stamp, **said
        )


class WriteWorksheet(SubstanceForm, AgencyForm):
    """Steps 10.a and 10.e: the recommendation as the agency works it out, before the letter is signed."""

    template = "desk/steps/worksheet.html"
    slug, done = "lembar-kerja", "Lembar kerja disimpan dan dapat dicetak."
    title = "Lembar kerja rekomendasi"
    button = "Simpan lembar kerja"
    saves: ClassVar[bool] = True
    analysis = Paragraph(
        label="Hasil telaah",
        rows=8,
        help_text="Kelengkapan dan kebenaran berkas, hasil peninjauan, dasar ketentuan yang diusulkan.",
    )
    asked = ("analysis", *SubstanceForm.asked)

    def begin(self) -> dict[str, Any]:
        before = Worksheet.objects.filter(referral__case=self.task.case).order_by("-made_at").first()
        analysis = {"analysis": agency.analysis_of(before)} if before else {}
        return {**super().begin(), **analysis}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE not in self.data:
            self.judge()
        return cleaned

    def about(self) -> Any:
        return self.section(("referral", "analysis"))

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return agency.write_worksheet(
            self.task,
            referral=referral_of(self, by),
            analysis=self.cleaned_data["analysis"],
            said=self.substance(),
            by=by,
            at=at,
            stamp=stamp,
        )


class EndorseWorksheet(AgencyForm):
    """The next signer's paraf, given to exactly the worksheet on the page."""

    template = "desk/steps/worksheet_paraf.html"
    slug, done = "paraf", "Paraf diberikan pada lembar kerja."
    title = "Paraf lembar kerja"
    button = "Beri paraf"
    worksheet = forms.CharField(label="Lembar kerja yang diparaf", widget=forms.RadioSelect)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields.pop("referral", None)
        self.worksheets = [item for item in _current_worksheets(task) if agency.next_signer(item)]
        # A choice names the content that is shown; the act judges whether it still is the current one.
        choices = [(f"{item.pk}:{item.sha256}", _awaited(item)) for item in self.worksheets]
        several = len(choices) > 1
        self.fields["worksheet"].widget = forms.RadioSelect(choices=choices) if several else HiddenInput()
        self.fields["worksheet"].initial = "" if several or not choices else choices[0][0]

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        """Only a person whose turn it is."""
        turns = (agency.next_signer(item) for item in _current_worksheets(task))
        return super().may(user, task, at=at) and user.pk in {turn.user_id for turn in turns if turn}

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        number, _, shown = str(self.cleaned_data["worksheet"]).partition(":")
        told = Worksheet.objects.filter(referral__case=self.task.case)
        worksheet = told.filter(pk=number).first() if number.isdecimal() else None
        if worksheet is None:
            raise Refused("Lembar kerja itu tidak ada pada berkas ini.")
        return agency.endorse_worksheet(
            self.task, worksheet=worksheet, sha256=shown, by=by, at=at, stamp=stamp
        )


def _awaited(worksheet: Worksheet) -> str:
    """A worksheet by its agency and number, and whose paraf it waits for."""
    signer = agency.next_signer(worksheet)
    waits = f", menunggu {signer.position}, {signer.user.name}" if signer else ""
    return f"{worksheet.referral.agency.short_name}, lembar kerja ke-{worksheet.number}{waits}"


def _current_worksheets(task: Task) -> list[Worksheet]:
    live = task.case.referrals.live()
    found = [review.latest_worksheet(item) for item in live]
    return [item for item in found if item is not None]


AGENCY_ACTS: tuple[type[ActForm], ...] = (
    Dispose,
    DecideVisit,
    PlanVisit,
    AddPhoto,
    AddSample,
    RecordFindings,
    ReportVisit,
    CancelVisit,
    RecordPresentation,
    WriteWorksheet,
    EndorseWorksheet,
)

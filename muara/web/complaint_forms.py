"""The forms of complaints: what a citizen says, what an officer writes down, and the acts of the handler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from muara.cases.actions import Stamp
from muara.contacts.actions import complaints as acts
from muara.contacts.actions.complaints import LINE, TEXT, Filing, officials
from muara.contacts.models import Complaint
from muara.documents.uploads import Accepted, accept, readable_size
from muara.people.models import User
from muara.web.office_forms import Day

OPEN, CONFIDENTIAL, ANONYMOUS = "terbuka", "rahasia", "anonim"
UPLOAD_LIMIT = min(10 * 1024 * 1024, settings.MUARA_UPLOAD_LIMIT)
State = Complaint.State


def words(label: str, *, rows: int = 4, lacking: str = "", **more: Any) -> forms.CharField:
    """A field for a few sentences."""
    return forms.CharField(
        label=label,
        widget=forms.Textarea(attrs={"rows": rows}),
        max_length=TEXT,
        required=bool(lacking),
        error_messages={
            "required": lacking,
            "max_length": "Terlalu panjang: %(show_value)d karakter. Ringkas menjadi paling banyak "
            "%(limit_value)d, atau lampirkan sebagai berkas PDF.",
        },
        **more,
    )


def line(label: str, *, limit: int = LINE, lacking: str = "", wide: int = 20, **more: Any) -> forms.CharField:
    """A field for one line."""
    return forms.CharField(
        label=label,
        max_length=limit,
        required=bool(lacking),
        error_messages={"required": lacking},
        widget=forms.TextInput({"class": f"govuk-input--width-{wide}"}),
        **more,
    )


def choice(
    label: str, choices: Any, *, radio: bool = True, lacking: str = "", **more: Any
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect if radio else forms.Select,
        error_messages={
            "required": lacking or f"Pilih {label.lower()}.",
            "invalid_choice": "Pilih dari daftar.",
        },
        **more,
    )


def one_file() -> forms.FileField:
    return forms.FileField(
        label="Lampiran",
        required=False,
        allow_empty_file=True,  # documents.uploads says in its own words that it is empty
        help_text=f"Boleh dikosongkan. PDF, JPEG, atau PNG, paling besar {readable_size(UPLOAD_LIMIT)}.",
        widget=forms.FileInput({"accept": "application/pdf,image/jpeg,image/png"}),
    )


def taken(upload: UploadedFile[Any] | None, *, at: datetime) -> Accepted | None:
    """Check and store what was attached; raises UploadRefused."""
    return accept(upload, at=at, limit=UPLOAD_LIMIT) if upload else None


class Complaining(forms.Form):
    """What somebody complains of, suggests or asks (UU 25/2009, Pasal 42(3)); the SOP's F30 on the web."""

    use_required_attribute = False
    SECTIONS: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = (
        ("Yang ingin Anda sampaikan", ("kind", "category", "text", "harm", "wanted", "claims_compensation")),
        ("Tentang pelayanannya", ("served_on", "place", "about", "case_number", "file")),
        ("Siapa Anda", ("identity", "name", "address", "email", "phone", "proxy_for")),
    )
    kind = choice("Jenis", Complaint.Kind.choices, lacking="Pilih jenis yang Anda sampaikan.")
    category = choice(
        "Tentang apa",
        [("", "Pilih satu"), *Complaint.Category.choices],
        radio=False,
        lacking="Pilih tentang apa ini.",
    )
    text = words("Uraian", rows=6, lacking="Tuliskan apa yang ingin Anda sampaikan.")
    harm = words("Kerugian yang Anda alami", rows=3, help_text="Bila ada.")
    wanted = words("Penyelesaian yang Anda minta", rows=3)
    claims_compensation = forms.BooleanField(label="Saya menuntut ganti rugi", required=False)
    served_on = Day(
        label="Tanggal pelayanan",
        required=False,
        help_text=(
            "Pengaduan disampaikan paling lama 30 hari sejak pelayanan diterima (UU 25/2009 Pasal 42); "
            "sesudah itu dicatat sebagai masukan. Misalnya 10/3/2026."
        ),
    )
    place = line("Tempat", help_text="Misalnya loket pendaftaran, telepon, atau laman ini.")
    about = line(
        "Siapa yang diadukan",
        help_text="Nama atau jabatan, bila ada. Ia tidak dapat membaca atau menangani pengaduan ini.",
    )
    case_number = line(
        "Nomor registrasi atau nomor pengajuan", limit=60, help_text="Bila tentang satu berkas."
    )
    file = one_file()
    identity = choice(
        "Identitas",
        [
            (OPEN, "Nama saya dicatat"),
            (CONFIDENTIAL, "Nama saya dirahasiakan; kabar hanya lewat halaman pelacakan"),
            (ANONYMOUS, "Tanpa nama; pengaduan dicatat sebagai masukan"),
        ],
        initial=OPEN,
        help_text="Hanya pengelola pengaduan yang dapat membuka identitas, dan setiap pembukaan dicatat.",
    )
    name = line("Nama lengkap", help_text="Diisi kecuali Anda memilih tanpa nama.")
    address = line("Alamat lengkap", limit=300, help_text="Wajib untuk pengaduan dan keluhan yang bernama.")
    email = forms.EmailField(
        label="Surel",
        required=False,
        error_messages={"invalid": "Tulis alamat surel seperti nama@contoh.com."},
    )
    phone = line("Nomor telepon", limit=20)
    proxy_for = line(
        "Sebagai kuasa dari", help_text="Isi bila Anda mengadu untuk orang lain; lampirkan surat kuasa."
    )

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The questions as the page groups them."""
        return [
            (title, [self[name] for name in names if name in self.fields]) for title, names in self.SECTIONS
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("identity") in {OPEN, CONFIDENTIAL}:
            self._demand("name", said, "Tuliskan nama lengkap Anda, atau pilih tanpa nama.")
            if said.get("kind") in Complaint.FORMAL:
                self._demand(
                    "address", said, "Pengaduan memuat alamat lengkap pelapor (UU 25/2009 Pasal 42)."
                )
        return said

    def _demand(self, name: str, said: Mapping[str, Any], sentence: str) -> None:
        if not str(said.get(name) or "").strip() and name not in self.errors:
            self.add_error(name, sentence)

    def filing(self) -> Filing:
        """What was said, for the act."""
        said = {key: value for key, value in self.cleaned_data.items() if key not in {"identity", "file"}}
        identity = self.cleaned_data["identity"]
        if identity == ANONYMOUS:
            said |= dict.fromkeys(("name", "address", "email", "phone", "proxy_for"), "")
        return Filing(**said, anonymous=identity == ANONYMOUS, confidential=identity == CONFIDENTIAL)

    def carry_out(self, *, by: User | None, at: datetime, stamp: Stamp) -> Complaint:
        upload = taken(self.cleaned_data["file"], at=at)
        return acts.file_complaint(self.filing(), upload=upload, by=by, at=at, stamp=stamp)


class Recording(Complaining):
    """What came by telephone, on paper or to a counter, as the officer heard or read it (Q.1, Q.2)."""

    SECTIONS = (("Dari mana", ("channel", "elsewhere")), *Complaining.SECTIONS)
    channel = choice(
        "Kanal",
        [item for item in Complaint.Channel.choices if item[0] != Complaint.Channel.WEB],
        lacking="Pilih lewat mana ini disampaikan.",
    )
    elsewhere = line("Nomor di kanal lain", limit=60, help_text="Nomor laporan SP4N-LAPOR!, bila dari sana.")

    def _demand(self, name: str, said: Mapping[str, Any], sentence: str) -> None:
        if name != "address":  # a caller may be asked for it afterwards: that is what "incomplete" is for
            super()._demand(name, said, sentence)


# --- the complainant's, behind number and code ------------------------------------------------------------


class Supplying(forms.Form):
    use_required_attribute = False
    title, submit = "Lengkapi", "Kirim kelengkapan"
    text = words("Yang Anda lengkapi", rows=5, lacking="Tuliskan yang Anda lengkapi.")
    file = one_file()

    def carry_out(self, complaint: Complaint, *, at: datetime, stamp: Stamp) -> object:
        upload = taken(self.cleaned_data["file"], at=at)
        return acts.supply(complaint.pk, text=self.cleaned_data["text"], upload=upload, at=at, stamp=stamp)


class Rating(forms.Form):
    use_required_attribute = False
    title, submit = "Apakah jawaban ini memuaskan?", "Kirim penilaian"
    satisfied = choice(
        "Penilaian",
        [("ya", "Ya, saya puas"), ("tidak", "Tidak, saya belum puas")],
        lacking="Pilih ya atau tidak.",
    )
    text = words("Alasan", rows=3)

    def carry_out(self, complaint: Complaint, *, at: datetime, stamp: Stamp) -> object:
        said = self.cleaned_data
        return acts.rate(
            complaint.pk, satisfied=said["satisfied"] == "ya", text=said["text"], at=at, stamp=stamp
        )


class Reopening(forms.Form):
    use_required_attribute = False
    title, submit = "Minta dibuka kembali", "Minta dibuka kembali"
    text = words(
        "Apa yang belum terjawab",
        lacking="Tuliskan apa yang belum terjawab.",
        help_text="Dapat diminta satu kali.",
    )

    def carry_out(self, complaint: Complaint, *, at: datetime, stamp: Stamp) -> object:
        return acts.reopen(complaint.pk, text=self.cleaned_data["text"], at=at, stamp=stamp)


def own_forms(complaint: Complaint) -> dict[str, type[Supplying | Rating | Reopening]]:
    """What the complainant may do now, by the slug that the form is sent with."""
    found: dict[str, type[Supplying | Rating | Reopening]] = {}
    if complaint.state == State.INCOMPLETE:
        found["lengkapi"] = Supplying
    if complaint.state == State.DELIVERED:
        found["nilai"] = Rating
    if complaint.may_be_reopened:
        found["buka-kembali"] = Reopening
    return found


# --- the handler's ------------------------------------------------------------------------------------------


class HandlerForm(forms.Form):
    """An act of the handler: what it is called, and in which states it is offered."""

    use_required_attribute = False
    title: ClassVar[str]
    submit: ClassVar[str]
    states: ClassVar[tuple[str, ...]] = Complaint.OPEN
    act: ClassVar[Callable[..., object]]

    def __init__(self, *args: Any, complaint: Complaint, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.complaint, self.at = complaint, at
        self.offer()

    def offer(self) -> None:
        """Fill in what depends on the complaint."""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return type(self).act(self.complaint.pk, **self.cleaned_data, by=by, at=at, stamp=stamp)


class Accepting(HandlerForm):
    title, submit = "Nyatakan lengkap dan proses", "Proses"
    states, act = (State.RECEIVED,), staticmethod(acts.accept)
    handling = choice("Cara penanganan", Complaint.Handling.choices, lacking="Pilih cara penanganannya.")


class AskingMore(HandlerForm):
    title, submit = "Minta dilengkapi", "Minta dilengkapi"
    states, act = (State.RECEIVED,), staticmethod(acts.ask_to_complete)
    text = words("Yang perlu dilengkapi", lacking="Sebutkan apa yang perlu dilengkapi.")


class Deciding(HandlerForm):
    title, submit = "Putuskan", "Simpan keputusan"
    states, act = (State.PROCESSED,), staticmethod(acts.decide)
    verdict = choice("Hasil", (), lacking="Pilih hasil pemeriksaannya.")
    text = words("Keputusan atau jawaban", rows=8, lacking="Tuliskan keputusan atau jawabannya.")

    def offer(self) -> None:
        verdict, answered = self.fields["verdict"], Complaint.Verdict.ANSWERED
        assert isinstance(verdict, forms.ChoiceField)
        verdict.choices = [
            item for item in Complaint.Verdict.choices if (item[0] != answered) == self.complaint.is_formal
        ]
        if not self.complaint.is_formal:
            verdict.widget, verdict.initial = forms.HiddenInput(), answered


class Delivering(HandlerForm):
    title, submit = "Sampaikan jawaban", "Catat sudah disampaikan"
    states, act = (State.DECIDED,), staticmethod(acts.deliver)
    how = line(
        "Disampaikan melalui",
        lacking="Tuliskan bagaimana jawaban disampaikan.",
        help_text="Misalnya surel, telepon, surat. Jawaban juga terbaca di halaman pelacakan pelapor.",
    )


class Forwarding(HandlerForm):
    title, submit = "Teruskan ke instansi lain", "Teruskan"
    states, act = (State.RECEIVED, State.PROCESSED), staticmethod(acts.forward)
    recipient = choice("Kepada", Complaint.Recipient.choices, lacking="Pilih kepada siapa.")
    name = line("Nama instansi", limit=160, lacking="Sebutkan nama instansi yang dituju.")
    text = words("Alasan", lacking="Tuliskan mengapa diteruskan.", help_text="Dibaca juga oleh pelapor.")


class Confirming(HandlerForm):
    title, submit = "Catat konfirmasi penerusan", "Catat konfirmasi"
    states, act = (State.FORWARDED,), staticmethod(acts.confirm_forwarding)
    text = words(
        "Konfirmasi", rows=3, lacking="Tuliskan nomor dan tanggal surat, atau siapa yang mengonfirmasi."
    )


class Linking(HandlerForm):
    title, submit = "Tautkan dengan berkas", "Tautkan"
    act = staticmethod(acts.link_case)
    number = line("Nomor registrasi atau nomor pengajuan", limit=60, lacking="Tulis nomor berkasnya.")
    step_key = choice("Langkah yang diadukan", (), radio=False, required=False)
    cause = choice(
        "Sebab keterlambatan",
        [("", "Bukan soal keterlambatan"), *Complaint.Cause.choices],
        radio=False,
        required=False,
    )

    def offer(self) -> None:
        case, step = self.complaint.case, self.fields["step_key"]
        assert isinstance(step, forms.ChoiceField)
        steps = case.process.steps if case else ()
        step.choices = [("", "Tidak tertentu"), *((s.key, f"{s.number}. {s.title}") for s in steps)]
        if case is None:
            step.widget = forms.HiddenInput()
            self.fields["number"].help_text = "Langkahnya dapat dipilih sesudah berkasnya tertaut."
        else:
            self.initial = {
                "number": case.registration_number or case.application.reference,
                "step_key": self.complaint.step_key,
                "cause": self.complaint.cause,
            }


class Concerning(HandlerForm):
    title, submit = "Menyangkut pegawai", "Catat"
    act = staticmethod(acts.add_concern)
    user_id = forms.TypedChoiceField(
        label="Pegawai",
        coerce=int,
        error_messages={"required": "Pilih pegawainya.", "invalid_choice": "Pilih dari daftar."},
        help_text="Ia tidak lagi dapat membaca atau menanganinya. Pilih diri sendiri bila menyangkut Anda.",
    )

    def offer(self) -> None:
        user = self.fields["user_id"]
        assert isinstance(user, forms.ChoiceField)
        user.choices = [("", "Pilih satu"), *officials(self.at).items()]


class Looking(HandlerForm):
    title, submit = "Buka identitas pelapor", "Buka identitas"
    states, act = tuple(State), staticmethod(acts.look)
    reason = line(
        "Alasan",
        lacking="Tuliskan mengapa identitas dibuka.",
        help_text="Dicatat bersama nama Anda dan waktunya (UU 25/2009 Pasal 49).",
    )


HANDLER_FORMS: dict[str, type[HandlerForm]] = {
    "proses": Accepting,
    "minta-lengkap": AskingMore,
    "putuskan": Deciding,
    "sampaikan": Delivering,
    "konfirmasi": Confirming,
    "teruskan": Forwarding,
    "tautkan": Linking,
    "menyangkut": Concerning,
    "identitas": Looking,
}


class ComplaintFilter(forms.Form):
    """Narrow the list of complaints."""

    keadaan = forms.ChoiceField(
        label="Keadaan",
        required=False,
        choices=[("", "Semua"), ("terbuka", "Belum selesai"), *State.choices],
    )
    jenis = forms.ChoiceField(
        label="Jenis", required=False, choices=[("", "Semua jenis"), *Complaint.Kind.choices]
    )
    kategori = forms.ChoiceField(
        label="Kategori", required=False, choices=[("", "Semua kategori"), *Complaint.Category.choices]
    )
    milik = forms.ChoiceField(
        label="Pengelola", required=False, choices=[("", "Siapa pun"), ("saya", "Diserahkan kepada saya")]
    )

    def narrow(self, rows: Any, *, user: User) -> Any:
        """Apply what was chosen; a choice that does not exist narrows nothing."""
        said = self.cleaned_data if self.is_valid() else {}
        if state := said.get("keadaan"):
            rows = rows.open() if state == "terbuka" else rows.filter(state=state)
        if kind := said.get("jenis"):
            rows = rows.filter(kind=kind)
        if category := said.get("kategori"):
            rows = rows.filter(category=category)
        return rows.filter(handler=user) if said.get("milik") else rows

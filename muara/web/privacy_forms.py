"""The forms about personal data: asking, answering, revealing numbers, breaches, and whose data were seen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import QuerySet

from muara.cases.queries import case_by_number
from muara.contacts.models import BreachAct, DataAccess, DataRequest
from muara.contacts.rules import why_not_erase
from muara.people.models import User
from muara.records.privacy import accesses
from muara.steps.forms.fields import Moment
from muara.web.complaint_forms import choice, line, words
from muara.web.office_forms import Day

CARDS = [item for item in DataRequest.Identity.choices if item[0] != DataRequest.Identity.ACCOUNT]


class OwnRequest(forms.Form):
    """What a signed-in person asks about their own data."""

    use_required_attribute = False
    kind = choice("Apa yang Anda minta", DataRequest.Kind.choices, lacking="Pilih apa yang Anda minta.")
    text = words(
        "Uraian",
        lacking="Tuliskan apa yang Anda minta.",
        help_text="Data mana, dan mengapa. Untuk pembetulan tulis juga data yang benar.",
    )


class CounterRequest(forms.Form):
    """What somebody asks in person about their data, having shown a card."""

    use_required_attribute = False
    kind = choice("Apa yang diminta", DataRequest.Kind.choices, lacking="Pilih apa yang diminta.")
    text = words("Uraian", lacking="Tuliskan apa yang diminta.")
    name = line("Nama lengkap", lacking="Tulis nama seperti pada kartunya.")
    identity = choice("Bukti diri yang diperlihatkan", CARDS, lacking="Pilih bukti diri yang diperlihatkan.")
    number = line(
        "Nomor bukti diri",
        limit=40,
        lacking="Salin nomornya dari kartu.",
        help_text="Yang disimpan hanya bentuk samarannya, misalnya 6472••••••••0001.",
    )
    contact = line("Surel atau alamat untuk jawaban", limit=200, lacking="Tulis ke mana jawaban dikirim.")
    email = line("Surel akunnya di Muara", limit=254, help_text="Kosongkan bila tidak punya akun.")
    case_number = line(
        "Nomor registrasi atau nomor pengajuan", limit=60, help_text="Bila tentang satu berkas."
    )


class Answer(forms.Form):
    """The office's answer with its reason; of an erasure, what is erased."""

    use_required_attribute = False
    verdict = choice("Hasil", DataRequest.Verdict.choices, lacking="Pilih hasilnya.")
    erase = forms.MultipleChoiceField(
        label="Yang dihapus sekarang",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "Pilih dari daftar."},
        help_text="Dilaksanakan bersama jawaban ini dan tidak dapat dikembalikan.",
    )
    text = words(
        "Jawaban dengan alasannya",
        rows=6,
        lacking="Tuliskan jawaban dengan alasannya.",
        help_text="Dibaca pemohon dan dikirim ke alamatnya.",
    )

    def __init__(self, *args: Any, asked: DataRequest, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: dict[str, str] = {}
        if asked.kind != DataRequest.Kind.ERASURE or asked.subject is None:
            del self.fields["erase"]
            return
        self.kept = {
            label: why
            for key, label in DataRequest.Erased.choices
            if (why := why_not_erase(asked.subject, key, at=at))
        }
        erase = self.fields["erase"]
        assert isinstance(erase, forms.MultipleChoiceField)
        erase.choices = [item for item in DataRequest.Erased.choices if item[1] not in self.kept]
        if not erase.choices:
            del self.fields["erase"]


class Reveal(forms.Form):
    """Why the whole NIK and NPWP of a case are needed."""

    use_required_attribute = False
    reason = line(
        "Alasan",
        limit=200,
        lacking="Tuliskan mengapa nomornya dibuka.",
        help_text="Dicatat bersama nama Anda dan waktunya; pemohon dapat membacanya.",
    )


class BreachForm(forms.Form):
    """What Pasal 46 asks of a breach: which data, when and how, handling and recovery."""

    use_required_attribute = False
    known_at = Moment(label="Diketahui (WITA)", error_messages={"required": "Isi kapan diketahui."})
    began_at = Moment(label="Terjadi sejak (WITA)", error_messages={"required": "Isi kapan mulai terjadi."})
    ended_at = Moment(label="Sampai (WITA)", required=False, help_text="Kosongkan bila belum berhenti.")
    exposed = words("Data apa yang terungkap", lacking="Sebutkan data apa yang terungkap.")
    how = words("Bagaimana terjadi", lacking="Ceritakan bagaimana terjadinya.")
    handling = words("Penanganan dan pemulihan", lacking="Tuliskan penanganan dan pemulihannya.")
    persons = forms.IntegerField(
        label="Jumlah orang, bila diketahui",
        required=False,
        min_value=0,
        max_value=100_000_000,
        error_messages={"invalid": "Tulis dengan angka.", "min_value": "Tulis dengan angka."},
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-5"}),
    )


class BreachStep(forms.Form):
    """What was done about a breach."""

    use_required_attribute = False
    kind = choice(
        "Apa yang dilakukan",
        [item for item in BreachAct.Kind.choices if item[0] != BreachAct.Kind.RECORD],
        lacking="Pilih apa yang dilakukan.",
    )
    text = words(
        "Keterangan",
        rows=3,
        lacking="Tuliskan apa yang dilakukan.",
        help_text="Bagaimana, kepada siapa, nomor dan tanggal suratnya.",
    )


class WhoseData(forms.Form):
    """Whose data were seen: by an official, in a period, of a person or a case."""

    use_required_attribute = False
    pegawai = forms.ChoiceField(label="Yang melihat", required=False)
    dari = Day(label="Dari", required=False)
    sampai = Day(label="Sampai", required=False)
    berkas = line("Nomor berkas", limit=60, help_text="Nomor registrasi atau nomor pengajuan.")
    surel = line("Surel akun pemilik data", limit=254)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        viewers = User.objects.filter(pk__in=DataAccess.objects.order_by().values("viewer").distinct())
        chosen = self.fields["pegawai"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", "Siapa pun"), *((str(one.pk), one.name) for one in viewers)]

    def clean(self) -> dict[str, Any]:
        """Find the case or person that is named; one that is not there is said, not passed over."""
        said = super().clean() or self.cleaned_data
        first, last = said.get("dari"), said.get("sampai")
        if isinstance(first, date) and isinstance(last, date) and last < first:
            self.add_error("sampai", "Akhir masa lebih awal dari mulainya.")
        said["about"] = ""
        if number := said.get("berkas"):
            case = case_by_number(number)
            if case is None:
                self.add_error("berkas", "Tidak ada berkas dengan nomor itu.")
            else:
                said["about"] = f"case:{case.pk}"
        elif email := said.get("surel"):
            user = User.objects.filter(email__iexact=email).first()
            if user is None:
                self.add_error("surel", "Tidak ada akun dengan surel itu.")
            else:
                said["about"] = f"user:{user.pk}"
        return said

    def rows(self) -> QuerySet[DataAccess]:
        """The accesses that fit; none where something could not be read."""
        if not self.is_valid():
            return DataAccess.objects.none()
        said = self.cleaned_data
        viewer = int(said["pegawai"]) if said["pegawai"] else None
        return accesses(viewer=viewer, first=said["dari"], last=said["sampai"], about=said["about"])

    def told(self) -> str:
        """What was asked, for the log."""
        chosen = {name: self.data.get(name) for name in ("pegawai", "dari", "sampai", "berkas", "surel")}
        return ", ".join(f"{name} {value}" for name, value in chosen.items() if value) or "semua"


class Taking(forms.Form):
    """Why the list of persons is taken along, and as what."""

    use_required_attribute = False
    bentuk = choice("Bentuk", [("xlsx", "XLSX"), ("csv", "CSV")], initial="xlsx")
    alasan = line("Alasan", limit=200, lacking="Tuliskan untuk apa daftar ini diunduh.")

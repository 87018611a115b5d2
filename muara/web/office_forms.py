"""The forms of the administration pages: text made printable, days and numbers read; acts judge the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms

from muara.cases.copies import MOST
from muara.cases.models import ArchiveRule, Revision, SigningWay
from muara.cases.queries import newest_processes
from muara.contacts.models import Counter, QueueSeries
from muara.documents.repertoire import allowed
from muara.people.actions import OfficeDetails, Profile, Signing
from muara.people.models import CalendarDay, Holding, Office, OfficeSetting, ServiceHours, User
from muara.permits.models import Series
from muara.sop.numbering import render_number, unknown_tokens
from muara.sop.values import ValueRefused, clean_text, parse_date

WIDE, MIDDLE, SHORT = "", "govuk-input--width-20", "govuk-input--width-10"
TOKEN = "isian_"
USUAL_TOKENS = {
    "klasifikasi": "Kode klasifikasi",
    "unit": "Unit",
    "bidang_romawi": "Bidang (angka Romawi)",
}


class Printed(forms.CharField):
    """A line that may end up on a letter: only characters that the letters' fonts hold."""

    def __init__(self, *, label: str, max_length: int, width: str = WIDE, rows: int = 1, **more: Any) -> None:
        attrs = {"class": width, "autocomplete": "off"}
        widget = forms.TextInput(attrs) if rows == 1 else forms.Textarea({**attrs, "rows": rows})
        super().__init__(label=label, max_length=max_length, widget=widget, **more)

    def clean(self, value: Any) -> str:
        """Return the text trimmed and composed."""
        try:
            return clean_text(super().clean(value), printable=allowed, max_length=self.max_length)
        except ValueRefused as refusal:
            raise forms.ValidationError(refusal.message) from None


class Day(forms.DateField):
    """A day, picked or typed as Indonesians write it."""

    def __init__(self, *, label: str, **more: Any) -> None:
        widget = forms.DateInput({"type": "date", "class": SHORT}, format="%Y-%m-%d")
        super().__init__(label=label, widget=widget, **more)

    def to_python(self, value: Any) -> date | None:
        """Read what was typed."""
        if isinstance(value, date) or value in self.empty_values:
            return value or None
        try:
            return parse_date(str(value))
        except ValueRefused as refusal:
            raise forms.ValidationError(refusal.message) from None


class Hour(forms.TimeField):
    """A time of day, picked or typed as Indonesians write it (08.00)."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            widget=forms.TimeInput({"type": "time", "class": SHORT}, format="%H:%M"),
            input_formats=["%H:%M", "%H.%M", "%H:%M:%S"],
            required=False,
            error_messages={"invalid": "Tulis jamnya seperti 08.00."},
            **more,
        )


class OfficeForm(forms.Form):
    """Who an office is: what its letterhead prints and how its head is titled."""

    use_required_attribute = False
    government = Printed(
        label="Pemerintah daerah",
        max_length=200,
        help_text="Baris pertama kop surat, ditulis seperti dicetak.",
    )
    name = Printed(
        label="Nama kantor",
        max_length=200,
        rows=2,
        help_text="Baris kedua kop surat, ditulis seperti dicetak.",
    )
    short_name = Printed(
        label="Nama singkat", max_length=60, width=MIDDLE, help_text="Untuk layar, misalnya DPMPTSP."
    )
    head_title = Printed(
        label="Sebutan jabatan kepala",
        max_length=200,
        rows=2,
        help_text="Seperti dicetak di atas tanda tangannya.",
    )
    seat = Printed(
        label="Tempat kedudukan", max_length=60, width=MIDDLE, help_text="Dicetak pada “Ditetapkan di …”."
    )
    address = Printed(label="Alamat", max_length=300, rows=2, required=False)
    postal_code = Printed(label="Kode pos", max_length=10, width=SHORT, required=False)
    phone = Printed(label="Telepon", max_length=40, width=MIDDLE, required=False)
    email = Printed(label="Surel", max_length=254, required=False)
    website = Printed(label="Laman", max_length=100, required=False)

    def __init__(self, office: Office | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if office is not None:
            self.initial = {name: getattr(office, name) for name in self.fields}

    def details(self) -> OfficeDetails:
        """What was typed, for the act."""
        return OfficeDetails(**self.cleaned_data)


class IdentityForm(OfficeForm):
    """The issuing office signs permits, perhaps on somebody's behalf."""

    on_behalf_of = Printed(
        label="Menandatangani atas nama",
        max_length=100,
        required=False,
        help_text=(
            "Kosongkan bila kepala kantor menandatangani atas nama jabatannya sendiri (delegasi). Isi bila "
            "ia memegang mandat, misalnya GUBERNUR KALIMANTAN TIMUR; izin lalu memuat “a.n.” (UU 30/2014 "
            "Pasal 14)."
        ),
    )
    pledge = Printed(
        label="Maklumat pelayanan",
        max_length=1000,
        rows=4,
        required=False,
        help_text=(
            "Janji pelayanan seperti ditetapkan kepala kantor (PP 96/2012 Pasal 30), tampil di halaman "
            "Standar pelayanan. Selama kosong, halaman itu mengatakan bahwa maklumat belum ditetapkan."
        ),
    )
    pledge_day = Day(label="Maklumat ditetapkan tanggal", required=False)
    privacy_contact = Printed(
        label="Petugas pelindungan data pribadi",
        max_length=200,
        required=False,
        help_text="Nama jabatan, telepon, dan surelnya (UU 27/2022 Pasal 53). Tampil di halaman Privasi.",
    )


class ReasonForm(forms.Form):
    """Why an administrator does what the account's owner did not ask for here."""

    use_required_attribute = False
    reason = Printed(
        label="Alasan",
        max_length=300,
        rows=2,
        help_text="Misalnya: ponsel hilang, datang sendiri dengan kartu pegawai.",
        error_messages={"required": "Tuliskan alasannya, misalnya ponselnya hilang."},
    )


class AgencyForm(OfficeForm):
    """An agency's letters are its own: Muara only addresses it."""

    paper_only = forms.BooleanField(
        label="Hanya bersurat: OPD ini belum memakai Muara",
        required=False,
        help_text="Petugas penghubung atau pemrosesan memasukkan rekomendasinya, dan tercatat sebagai "
        "dimasukkan atas nama OPD.",
    )

    field_order = ["name", "short_name", "head_title", "government", "seat"]

    def __init__(self, office: Office | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(office, *args, **kwargs)
        self.fields["name"].help_text = "Seperti dicetak pada surat pengantar."
        self.fields["government"].help_text = ""
        self.fields["head_title"].help_text = "Alamat tujuan surat pengantar, misalnya Kepala Dinas …"
        self.fields["seat"].help_text = "Dicetak pada “di …” di bawah nama tujuan."


class SignersForm(forms.Form):
    """Who gives a paraf on an agency's worksheets, in which order; empty places are left out."""

    use_required_attribute = False
    spare = 3

    def __init__(self, agency: Office, *args: Any, team: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = list(agency.signers.all())
        choices = [("", "Tidak ada"), *((str(user.pk), user.name) for user in team)]
        self.places = range(1, len(now) + self.spare + 1)
        for place in self.places:
            held = now[place - 1] if place <= len(now) else None
            self.fields[f"position_{place}"] = Printed(
                label=f"Jabatan pemaraf {place}",
                max_length=120,
                required=False,
                initial=held.position if held else "",
            )
            self.fields[f"user_{place}"] = forms.ChoiceField(
                label=f"Pemaraf {place}",
                choices=choices,
                required=False,
                initial=str(held.user_id) if held else "",
            )

    def clean(self) -> dict[str, Any]:
        """A position and a person belong together."""
        cleaned = super().clean() or self.cleaned_data
        for place in self.places:
            position, user = (cleaned.get(f"{name}_{place}") for name in ("position", "user"))
            if bool(position) != bool(user):
                self.add_error(
                    f"position_{place}", "Isi jabatan dan pilih orangnya, atau kosongkan keduanya."
                )
        return cleaned

    def signers(self) -> list[Signing]:
        """The order as it was typed."""
        chosen = [
            (self.cleaned_data[f"position_{place}"], self.cleaned_data[f"user_{place}"])
            for place in self.places
        ]
        return [Signing(position=position, user_id=int(user)) for position, user in chosen if user]


class ProfileForm(forms.Form):
    """Who a user is."""

    use_required_attribute = False
    name = Printed(label="Nama", max_length=120, help_text="Dengan gelar, seperti dicetak pada surat.")
    email = forms.EmailField(
        label="Alamat surel",
        max_length=254,
        help_text="Dipakai untuk masuk.",
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    phone = Printed(label="Nomor telepon", max_length=30, width=MIDDLE, required=False)
    nip = Printed(
        label="NIP",
        max_length=30,
        width=MIDDLE,
        required=False,
        help_text="18 angka. Format diperiksa; keabsahannya tidak.",
    )
    rank = Printed(
        label="Pangkat/golongan",
        max_length=60,
        required=False,
        help_text="Seperti dicetak di bawah tanda tangan, misalnya Pembina Utama Muda.",
    )

    def profile(self) -> Profile:
        """What was typed, for the act."""
        return Profile(
            **{name: self.cleaned_data[name] for name in ("email", "name", "phone", "nip", "rank")}
        )


class UserForm(ProfileForm):
    """A user's profile, and whether the account is open."""

    is_active = forms.BooleanField(
        label="Akun aktif", required=False, help_text="Akun nonaktif langsung tidak dapat masuk."
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(user, name) for name in self.fields}


class GrantForm(forms.Form):
    """What a person holds, where, as what, and when."""

    use_required_attribute = False
    actor = forms.ChoiceField(label="Pelaksana", widget=forms.Select)
    office = forms.ChoiceField(
        label="Kantor", help_text="Tim teknis bekerja di OPD; pelaksana lain di kantor penerbit izin."
    )
    status = forms.ChoiceField(
        label="Status", choices=Holding.Status.choices, widget=forms.RadioSelect, initial="definitif"
    )
    starts = Day(label="Mulai tanggal")
    ends = Day(label="Sampai tanggal", required=False, help_text="Hari terakhir. Wajib untuk Plt. dan Plh.")
    reason = Printed(
        label="Dasar penugasan",
        max_length=300,
        required=False,
        help_text="Misalnya nomor surat perintah. Wajib bila Anda menugaskan diri sendiri.",
    )

    def __init__(
        self, *args: Any, actors: Mapping[str, str], offices: Iterable[Office], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choose = ("", "Pilih …")
        self.fields["actor"].choices = [choose, *actors.items()]  # type: ignore[attr-defined]
        places = [(str(office.pk), office.name) for office in offices]
        self.fields["office"].choices = places  # type: ignore[attr-defined]


class EndForm(forms.Form):
    """The last day of a period."""

    use_required_attribute = False
    ends = Day(label="Hari terakhir", help_text="Pada hari itu ia masih memegangnya, sampai pukul 24.00.")
    reason = Printed(label="Alasan", max_length=300, required=False)


class SeriesForm(forms.Form):
    """A number series: its pattern, what fills the pattern, and where it starts."""

    use_required_attribute = False
    label = Printed(label="Nama register", max_length=120)
    pattern = Printed(label="Pola nomor", max_length=120)
    starts_at = forms.IntegerField(
        label="Nomor awal",
        min_value=1,
        max_value=999_999,
        widget=forms.NumberInput({"class": "govuk-input--width-5"}),
        help_text="Nomor urut pertama. Lanjutkan dari buku register kertas bila seri ini sudah berjalan.",
    )

    def __init__(self, series: Series, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {"label": series.label, "pattern": series.pattern, "starts_at": series.starts_at}
        self.tokens = [*dict.fromkeys([*series.tokens, *USUAL_TOKENS])]
        for token in self.tokens:
            self.fields[TOKEN + token] = Printed(
                label=USUAL_TOKENS.get(token, token), max_length=40, width=SHORT, required=False,
                help_text=f"Mengisi {{{token}}}.",
            )  # fmt: skip
            self.initial[TOKEN + token] = series.tokens.get(token, "")
        if series.years.exists():
            self.fields["starts_at"].disabled = True
            self.fields["starts_at"].help_text = "Seri ini sudah memberi nomor; nomor awalnya tetap."

    def values(self) -> dict[str, str]:
        """What fills the pattern; a token without a value is not there."""
        typed = {token: self.cleaned_data.get(TOKEN + token, "") for token in self.tokens}
        return {token: value for token, value in typed.items() if value}

    def example(self, *, sequence: int | None, on: date) -> str:
        """Write the number that the form as it stands would give next; empty where it cannot."""
        if self.is_bound:
            self.is_valid()
            pattern, values = self.cleaned_data.get("pattern", ""), self.values()
            first = self.cleaned_data.get("starts_at") or 1
        else:
            pattern, first = str(self.initial["pattern"]), int(self.initial["starts_at"])
            typed = {token: str(self.initial[TOKEN + token]) for token in self.tokens}
            values = {token: value for token, value in typed.items() if value}
        if not pattern or unknown_tokens(pattern, values=values):
            return ""
        return render_number(pattern, sequence=sequence or first, on=on, values=values)


class DayForm(forms.Form):
    """A day on which the office differs from Monday to Friday."""

    use_required_attribute = False
    date = Day(label="Tanggal")
    kind = forms.ChoiceField(label="Jenis", choices=CalendarDay.Kind.choices, widget=forms.RadioSelect)
    name = Printed(label="Keterangan", max_length=120, help_text="Misalnya Hari Jadi Provinsi.")
    basis = Printed(
        label="Dasar", max_length=200, required=False, help_text="Nomor keputusan atau surat edaran."
    )
    estimated = forms.BooleanField(
        label="Masih perkiraan", required=False, help_text="Tanggalnya menunggu penetapan pemerintah."
    )


class TableForm(forms.Form):
    """Days as a table; once read, its text travels with the page until it is confirmed."""

    use_required_attribute = False
    table = forms.CharField(
        label="Isi tabel",
        widget=forms.Textarea({"rows": 8, "spellcheck": "false"}),
        max_length=200_000,
        help_text="CSV. Baris pertama: tanggal,jenis,nama,perkiraan. Lalu satu hari sebaris, misalnya "
        "2027-12-24,CUTI_BERSAMA,Cuti Bersama Natal,N (perkiraan: Y atau N). Jenis: "
        + "; ".join(f"{key} = {label}" for key, label in CalendarDay.Kind.choices)
        + ".",
        error_messages={"required": "Tempelkan isi tabelnya."},
    )
    source = Printed(
        label="Sumber", max_length=200, help_text="Misalnya nomor keputusan bersama tiga menteri."
    )


class SettingForm(forms.Form):
    """A number that the SOP leaves to the office, from a day on."""

    use_required_attribute = False
    setting = forms.ChoiceField(
        label="Ketentuan", choices=OfficeSetting.Key.choices, widget=forms.RadioSelect
    )
    value = forms.IntegerField(
        label="Nilai",
        help_text="Dalam hari kerja; untuk antrean prioritas, banyaknya nomor; untuk pengumuman, triwulan.",
        min_value=0,
        max_value=250,
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-4"}),
    )
    effective_from = Day(label="Berlaku sejak", help_text="Hari ini atau sesudahnya. Misalnya 10/12/2026.")
    basis = Printed(
        label="Dasar",
        max_length=200,
        help_text="Misalnya keputusan kepala dinas. Acuan perbaikan: 10 hari kerja, PP 22/2021 Pasal 250.",
    )


class HoursForm(forms.Form):
    """When the office serves on some weekdays, from a day on."""

    use_required_attribute = False
    weekdays = forms.MultipleChoiceField(
        label="Hari",
        choices=ServiceHours.Weekday.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih hari yang diatur."},
    )
    opens = Hour(label="Buka pukul", help_text="WITA, misalnya 08.00. Kosongkan keduanya bila kantor tutup.")
    closes = Hour(label="Tutup pukul", help_text="Nomor antrean terakhir diberikan sebelum jam ini.")
    on_holidays = forms.BooleanField(
        label="Juga pada hari libur",
        required=False,
        help_text="Biasanya tidak: kantor tutup pada hari libur dan cuti bersama menurut kalender kerja.",
    )
    effective_from = Day(label="Berlaku sejak", help_text="Hari ini atau sesudahnya.")
    basis = Printed(
        label="Dasar", max_length=200, help_text="Misalnya surat edaran kepala dinas tentang jam Ramadan."
    )


class QueueSeriesForm(forms.Form):
    """A series of queue numbers: its letter, what it is for, who calls it."""

    use_required_attribute = False
    letter = Printed(label="Huruf", max_length=1, width="govuk-input--width-2", help_text="A sampai Z.")
    name = Printed(label="Nama", max_length=60, width=MIDDLE, help_text="Misalnya Layanan informasi.")
    purpose = Printed(
        label="Keperluan", max_length=120, help_text="Dibaca pengunjung di kios, di bawah namanya."
    )
    actor = forms.ChoiceField(label="Dipanggil oleh", widget=forms.RadioSelect)
    active = forms.BooleanField(label="Dibuka untuk pengunjung", required=False)

    def __init__(
        self, item: QueueSeries | None, *args: Any, actors: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["actor"].choices = list(actors)  # type: ignore[attr-defined]
        self.initial = {name: getattr(item, name) for name in self.fields} if item else {"active": True}


class CounterForm(forms.Form):
    """A counter: its name on the display, and the series called there."""

    use_required_attribute = False
    name = Printed(label="Nama loket", max_length=40, width=MIDDLE, help_text="Misalnya Loket 3.")
    series = forms.MultipleChoiceField(
        label="Seri yang dipanggil di sini",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pilih paling sedikit satu seri."},
    )
    active = forms.BooleanField(label="Loket dipakai", required=False)

    def __init__(
        self, item: Counter | None, *args: Any, series: Iterable[QueueSeries], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["series"].choices = [(str(one.pk), str(one)) for one in series]  # type: ignore[attr-defined]
        self.initial = (
            {
                "name": item.name,
                "series": [str(one.pk) for one in item.series.all()],
                "active": item.active,
            }
            if item
            else {"active": True}
        )


class KioskForm(forms.Form):
    """A new kiosk: how the office calls it."""

    use_required_attribute = False
    name = Printed(label="Nama kios", max_length=40, width=MIDDLE, help_text="Misalnya Kios pintu utama.")


class Empty(forms.Form):
    """A button that asks nothing."""


class CopyForm(forms.Form):
    """A numbered print of the SOP that was handed out."""

    use_required_attribute = False
    revision = forms.ModelChoiceField(
        label="Revisi",
        queryset=Revision.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Pilih revisi yang dicetak.",
            "invalid_choice": "Pilih salah satu revisi dalam daftar.",
        },
    )
    number = forms.IntegerField(
        label="Nomor salinan",
        min_value=1,
        max_value=MOST,
        help_text="Nomor yang tercetak di setiap halaman salinan.",
        error_messages={
            "required": "Isi nomor salinan.",
            "invalid": "Tulis nomor salinan dengan angka, misalnya 3.",
            "min_value": "Nomor salinan mulai dari 1.",
            "max_value": f"Nomor salinan paling besar {MOST}.",
        },
    )
    holder = Printed(
        label="Pemegang",
        max_length=160,
        help_text="Jabatan atau unit, misalnya Kepala Seksi Perizinan.",
        error_messages={"required": "Tuliskan siapa yang memegang salinan ini."},
    )
    given_on = Day(label="Diserahkan tanggal")

    def __init__(self, data: Any = None, *, revisions: list[Revision], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        chosen = self.fields["revision"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = Revision.objects.defer("files").filter(pk__in=[one.pk for one in revisions])


def _choose_service(form: forms.Form) -> None:
    """Offer the services that the office has a SOP for."""
    service = form.fields["service"]
    assert isinstance(service, forms.ChoiceField)
    service.choices = [(key, process.title) for key, process in newest_processes().items()]


class ArchiveRuleForm(forms.Form):
    """How the files of a service are classified and kept, from a day on."""

    use_required_attribute = False
    service = forms.ChoiceField(label="Layanan", widget=forms.RadioSelect)
    code = Printed(label="Kode klasifikasi", max_length=40, width=SHORT)
    active_years = forms.IntegerField(
        label="Aktif (tahun)",
        help_text="Sejak berkas ditutup: ketika izinnya berakhir; tanpa izin, ketika berkasnya selesai.",
        min_value=0,
        max_value=100,
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-4"}),
    )
    inactive_years = forms.IntegerField(
        label="Inaktif (tahun)",
        help_text="Dihitung sesudah masa aktif.",
        min_value=0,
        max_value=100,
        widget=forms.TextInput({"inputmode": "numeric", "class": "govuk-input--width-4"}),
    )
    fate = forms.ChoiceField(
        label="Nasib akhir",
        choices=ArchiveRule.Fate.choices,
        widget=forms.RadioSelect,
        help_text="Muara tidak menghapus apa pun dengan sendirinya.",
    )
    basis = Printed(label="Dasar", max_length=200, help_text="Peraturan atau keputusan yang menetapkannya.")
    confirmed = forms.BooleanField(
        label="Sesuai Jadwal Retensi Arsip (JRA) resmi kantor",
        required=False,
        help_text="Tanpa centang ini, ketentuan ditandai belum berdasar JRA resmi.",
    )
    effective_from = Day(label="Berlaku sejak", help_text="Hari ini atau sesudahnya.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_service(self)


class SigningWayForm(forms.Form):
    """How the decrees of a service are signed, from a day on."""

    use_required_attribute = False
    service = forms.ChoiceField(label="Layanan", widget=forms.RadioSelect)
    way = forms.ChoiceField(
        label="Cara menandatangani", choices=SigningWay.Way.choices, widget=forms.RadioSelect
    )
    basis = Printed(label="Dasar", max_length=200, help_text="Misalnya nomor keputusan kepala dinas.")
    effective_from = Day(label="Berlaku sejak", help_text="Hari ini atau sesudahnya.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_service(self)

"""Taking over a running case from paper: how far it came, and the papers that show it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Moved, Stamp
from muara.cases.models import Application
from muara.people.models import Office, User
from muara.steps.actions.paper import OnPaper, Paper, PaperReferral, enter_running_case, entrances
from muara.steps.forms.fields import Day, Line, Paragraph, Scan, ScanForm

PAPERS = 5


class RunningCase(ScanForm):
    """What paper says of a running case; the act judges whether it is enough for its step."""

    use_required_attribute = False
    step = forms.ChoiceField(label="Berkas sekarang berada pada langkah", widget=forms.RadioSelect)
    checked_by = Line(
        label="Daftar periksa kertas ditandatangani CS",
        required=False,
        longest=120,
        help_text="Hanya langkah 6: nama CS. Sertakan pindaian daftar periksanya di bawah.",
    )
    checked_on = Day(label="Tanggal daftar periksa kertas", required=False, help_text="Hanya langkah 6.")
    registration_number = Line(
        label="Nomor registrasi dari kertas",
        required=False,
        longest=40,
        help_text="Kosongkan pada langkah 4 dan 6.",
    )
    registered_on = Day(label="Tanggal registrasi menurut kertas", required=False)
    agency = forms.ModelChoiceField(
        label="OPD yang dituju",
        queryset=Office.objects.filter(kind=Office.Kind.AGENCY),
        required=False,
        empty_label="Belum ada",
        help_text="Langkah 9 sampai 11: salin dari surat pengantar.",
    )
    subject = Line(label="Pertek yang diminta", required=False, longest=200)
    letter_number = Line(label="Nomor surat pengantar", required=False, longest=80)
    letter_date = Day(label="Tanggal surat pengantar", required=False)
    delivered_on = Day(label="Tanggal diserahkan ke OPD", required=False, help_text="Langkah 10 dan 11.")
    receiver = Line(label="Diterima di OPD oleh", required=False, longest=120, help_text="Langkah 10 dan 11.")
    recommended_on = Day(
        label="Tanggal rekomendasi teknis diterima di kantor (H)",
        required=False,
        help_text="Hanya langkah 10, bila suratnya sudah ada di kantor. Batas waktu dihitung dari hari ini.",
    )
    note = Paragraph(
        label="Keterangan",
        rows=3,
        help_text="Mengapa dimasukkan di tengah jalan, dan di mana map kertasnya disimpan.",
    )

    def __init__(
        self, application: Application, data: Any = None, files: Any = None, *, at: datetime
    ) -> None:
        self.application, self.at, self.owner = application, at, f"application:{application.pk}"
        self.papers: list[Paper] = []
        super().__init__(data, files)
        steps = entrances(application.revision.process)
        step = self.fields["step"]
        assert isinstance(step, forms.ChoiceField)
        step.choices = [(item.key, f"{item.number}. {item.title}") for item in steps]
        for name, sentence in (
            ("step", "Pilih langkah tempat berkas berada."),
            ("note", "Tuliskan keterangannya."),
        ):
            self.fields[name].error_messages["required"] = sentence
        for number in range(1, PAPERS + 1):
            self.fields[f"title_{number}"] = Line(label=f"Surat {number}: apa", required=False)
            self.fields[f"dated_{number}"] = Day(label=f"Surat {number}: tanggal di kertas", required=False)
            self.fields[f"scan_{number}"] = Scan(
                label=f"Surat {number}: pindaian", required=False, help_text="PDF, JPEG, atau PNG."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for number in range(1, PAPERS + 1):
            self._read_paper(number, cleaned)
        if cleaned.get("letter_number") and not (cleaned.get("agency") and cleaned.get("letter_date")):
            self.add_error("letter_date", "Isi OPD dan tanggal surat pengantar.")
        return cleaned

    def _read_paper(self, number: int, cleaned: dict[str, Any]) -> None:
        title, dated, scan = (cleaned.get(f"{name}_{number}") for name in ("title", "dated", "scan"))
        if not (title or dated or scan):
            return
        for name, value in (("title", title), ("dated", dated), ("scan", scan)):
            if not value and f"{name}_{number}" not in self.errors:
                self.add_error(f"{name}_{number}", "Isi nama, tanggal, dan pindaian surat ini.")
        if title and dated and scan:
            self.papers.append(Paper(title, dated, scan))

    def told(self) -> OnPaper:
        said = self.cleaned_data
        referral = None
        if said["letter_number"]:
            referral = PaperReferral(
                agency=said["agency"],
                subject=said["subject"],
                letter_number=said["letter_number"],
                letter_date=said["letter_date"],
                delivered_on=said["delivered_on"],
                receiver=said["receiver"],
            )
        return OnPaper(
            step=said["step"],
            note=said["note"],
            checked_by=said["checked_by"],
            checked_on=said["checked_on"],
            registration_number=said["registration_number"],
            registered_on=said["registered_on"],
            recommended_on=said["recommended_on"],
            referral=referral,
        )

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> Moved:
        return enter_running_case(
            self.application, told=self.told(), papers=self.papers, by=by, at=at, stamp=stamp
        )

    def about(self) -> Iterator[forms.BoundField]:
        """The fields of the case itself."""
        return (field for field in self.visible_fields() if not field.name[-1].isdigit())

    def scanned(self) -> Iterator[tuple[int, list[forms.BoundField]]]:
        """The fields of each paper."""
        for number in range(1, PAPERS + 1):
            yield number, [self[f"{name}_{number}"] for name in ("title", "dated", "scan")]

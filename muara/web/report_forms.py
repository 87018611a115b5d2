"""What a holder writes into a report, how it is signed, and what an agency says about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms

from muara.compliance.actions.reports import Signature
from muara.compliance.letters import DECLARATION
from muara.compliance.models import Finding, Point, Review
from muara.compliance.reports import Part
from muara.documents.uploads import Accepted
from muara.steps.forms.fields import Day, Items, Line, Moment, Paragraph, Scan, ScanForm

ACCOUNT, INK = "account", "ink"


def accepted(form: ScanForm, name: str) -> Accepted:
    """A file that a valid form took, as acts want it."""
    kept = form.kept[name]
    return Accepted(kept.blob, kept.filename, kept.blob.media_type, kept.blob.pages or 0)


class TellForm(forms.Form):
    """The parts of a report that only people can tell, each a paragraph that may stay empty for now."""

    use_required_attribute = False

    def __init__(self, parts: Iterable[Part], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in parts:
            self.fields[part.key] = Paragraph(label=part.title, help_text=part.asks, required=False)


class AttachForm(ScanForm):
    """A file that goes with a report."""

    use_required_attribute = False
    title = Line(
        label="Nama lampiran",
        help_text="Misalnya Peta titik penaatan.",
        error_messages={"required": "Beri nama lampirannya."},
    )
    file = Scan(label="Berkas (PDF, JPEG, atau PNG)", error_messages={"required": "Pilih berkasnya."})

    def __init__(self, *args: Any, at: datetime, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.owner = at, owner


class SignForm(ScanForm):
    """Who signs a report for the company: with the account, or in ink with the scan of the signed report."""

    use_required_attribute = False
    lenient = ("scan",)
    name = Line(label="Nama penanda tangan", error_messages={"required": "Isi nama penanda tangan."})
    position = Line(
        label="Jabatan",
        help_text="Misalnya Direktur.",
        error_messages={"required": "Isi jabatan penanda tangan."},
    )
    signing = forms.ChoiceField(
        label="Cara menandatangani",
        widget=forms.RadioSelect,
        choices=[
            (ACCOUNT, "Dengan akun ini, sekarang"),
            (INK, "Dengan tinta: cetak naskah, tanda tangani dan cap, lalu unggah pindaiannya"),
        ],
        error_messages={"required": "Pilih cara menandatangani."},
    )
    scan = Scan(label="Pindaian laporan bertanda tangan", required=False)
    declared = forms.BooleanField(
        label=DECLARATION, error_messages={"required": "Beri tanda pada pernyataan bahwa isi laporan benar."}
    )

    def __init__(self, *args: Any, at: datetime, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.owner = at, owner

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("signing") == INK and not said.get("scan") and "scan" not in self.errors:
            self.add_error("scan", "Unggah pindaian laporan yang sudah ditandatangani.")
        return said

    @property
    def signature(self) -> Signature:
        said = self.cleaned_data
        return Signature(
            said["name"],
            said["position"],
            declared=said["declared"],
            scan=accepted(self, "scan") if said["signing"] == INK else None,
        )


class ReviewForm(forms.Form):
    """The agency's outcome, with a comment on each part that needs one."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label="Hasil pemeriksaan",
        widget=forms.RadioSelect,
        choices=[(Review.Outcome.ACCEPTED, "Terima laporan"), (Review.Outcome.REPAIR, "Minta perbaikan")],
        error_messages={"required": "Pilih hasilnya."},
    )
    note = Paragraph(label="Catatan umum", rows=3, required=False)

    def __init__(self, parts: Mapping[str, str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for key, title in parts.items():
            self.fields[f"c_{key}"] = Paragraph(
                label=f"Catatan: {title}", rows=2, longest=2000, required=False
            )

    @property
    def comments(self) -> dict[str, str]:
        return {key: self.cleaned_data.get(f"c_{key}", "") for key in self.parts}

    @property
    def comment_fields(self) -> list[forms.BoundField]:
        return [self[f"c_{key}"] for key in self.parts]


class RulingForm(forms.Form):
    """Confirm or dismiss something that was detected."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label="Putusan",
        widget=forms.RadioSelect,
        choices=[
            (Finding.Outcome.CONFIRMED, "Tegaskan: benar terjadi"),
            (Finding.Outcome.DISMISSED, "Kesampingkan"),
        ],
        error_messages={"required": "Pilih putusannya."},
    )
    reason = Paragraph(
        label="Alasan", rows=3, longest=500, error_messages={"required": "Tuliskan alasannya."}
    )


class PrepareWarningForm(forms.Form):
    """What a teguran rests on, what it asks for, and by when."""

    use_required_attribute = False
    demand = Items(
        label="Yang diminta",
        rows=4,
        help_text="Satu permintaan satu baris.",
        error_messages={"required": "Tuliskan apa yang diminta."},
    )
    answer_by = Day(label="Paling lambat", error_messages={"required": "Isi batas waktunya."})

    def __init__(self, rows: Iterable[Finding], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(row.pk): row for row in rows}
        self.fields["findings"] = forms.MultipleChoiceField(
            label="Temuan yang ditegaskan OPD",
            widget=forms.CheckboxSelectMultiple,
            choices=[(key, row.told) for key, row in self.rows.items()],
            error_messages={
                "required": "Pilih paling sedikit satu temuan.",
                "invalid_choice": "Temuan ini tidak ada lagi. Muat ulang halaman ini.",
            },
        )
        self.order_fields(["findings", "demand", "answer_by"])

    @property
    def findings(self) -> list[Finding]:
        return [self.rows[key] for key in self.cleaned_data["findings"]]


class SendForm(ScanForm):
    """A teguran as it was signed and numbered."""

    use_required_attribute = False
    number = Line(label="Nomor surat", longest=80, error_messages={"required": "Isi nomor surat."})
    dated = Day(label="Tanggal surat", error_messages={"required": "Isi tanggal surat."})
    scan = Scan(label="Pindaian surat bertanda tangan", error_messages={"required": "Unggah pindaiannya."})

    def __init__(self, *args: Any, at: datetime, owner: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at, self.owner = at, owner


class SettleForm(forms.Form):
    use_required_attribute = False
    why = Paragraph(
        label="Bagaimana teguran ini dipenuhi",
        rows=3,
        longest=500,
        error_messages={"required": "Tuliskan bagaimana teguran ini dipenuhi."},
    )


class DropForm(forms.Form):
    use_required_attribute = False
    reason = Line(
        label="Alasan dibatalkan",
        longest=300,
        error_messages={"required": "Tuliskan alasan dibatalkan."},
    )


class IncidentForm(forms.Form):
    """An abnormal condition or emergency, as the holder reports it."""

    use_required_attribute = False
    happened_at = Moment(label="Terjadi (WITA)", error_messages={"required": "Isi waktunya."})
    known_at = Moment(label="Diketahui (WITA)", error_messages={"required": "Isi waktunya."})
    what = Paragraph(
        label="Apa yang terjadi",
        rows=4,
        help_text="Apa, di mana, berapa banyak, dan akibatnya.",
        error_messages={"required": "Ceritakan apa yang terjadi."},
    )
    action = Paragraph(
        label="Tindakan pertama",
        rows=3,
        help_text="Misalnya sumbernya dihentikan, tumpahan dikurung, warga diberi tahu.",
        error_messages={"required": "Tuliskan tindakan pertama."},
    )

    def __init__(self, points: Iterable[Point], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = {str(point.pk): point for point in points}
        self.fields["point"] = forms.ChoiceField(
            label="Titik, bila diketahui",
            required=False,
            choices=[("", "Tidak pada satu titik"), *((key, one.name) for key, one in self.points.items())],
            error_messages={"invalid_choice": "Pilih titik dari daftar."},
        )

    @property
    def point(self) -> Point | None:
        return self.points.get(self.cleaned_data["point"])


class FollowUpForm(forms.Form):
    """What came after an incident."""

    use_required_attribute = False
    text = Paragraph(label="Tindak lanjut", rows=4, error_messages={"required": "Tuliskan tindak lanjutnya."})
    over = forms.BooleanField(label="Keadaan sudah pulih", required=False)

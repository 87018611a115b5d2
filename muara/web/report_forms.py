"""What a holder writes into a report, how it is signed, and what an agency says about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms

from muara.compliance.actions.reports import Signature
from muara.compliance.letters import DECLARATION
from muara.compliance.models import Review
from muara.compliance.reports import Part
from muara.documents.uploads import Accepted
from muara.steps.forms.fields import Line, Paragraph, Scan, ScanForm

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

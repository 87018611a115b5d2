"""The way through a service as a citizen sees it: a few phases that gather the SOP's steps."""

from __future__ import annotations

from dataclasses import dataclass

from muara.sop.definition import Process, Step

# Title, what happens, the activities it gathers.
PHASES = (
    ("Bertanya", "Tanyakan syarat dan caranya, di loket informasi atau dari sini.", {"ask", "inform"}),
    (
        "Mengajukan",
        "Isi formulir dan unggah berkas. Petugas memeriksa kelengkapannya.",
        {"apply", "check", "advise"},
    ),
    (
        "Terdaftar dan diverifikasi",
        "Berkas mendapat nomor registrasi dan tanda terima, lalu diverifikasi dan dikirim ke OPD teknis.",
        {"register", "verify", "correct", "deliver"},
    ),
    ("Rekomendasi teknis", "OPD teknis mengkaji berkas dan meninjau lapangan.", {"review"}),
    (
        "Keputusan",
        "Draf izin disusun, diperiksa berjenjang, ditandatangani, dan diberi nomor.",
        {"draft", "endorse", "meet", "decide", "number"},
    ),
    ("Menerima izin", "Ambil surat izin di loket, lalu konfirmasi penerimaannya.", {"hand_over", "receive"}),
)


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of the way, with the SOP's steps that it gathers."""

    title: str
    text: str
    steps: tuple[Step, ...]

    @property
    def numbers(self) -> str:
        """Word which steps: "Langkah 4–6"."""
        first, last = self.steps[0].number, self.steps[-1].number
        return f"Langkah {first}" if first == last else f"Langkah {first}–{last}"


def phases(process: Process) -> list[Phase]:
    """Gather a service's steps into the phases of the way; a phase without steps is left out."""
    gathered = [
        Phase(title, text, tuple(step for step in process.steps if step.activity in activities))
        for title, text, activities in PHASES
    ]
    return [phase for phase in gathered if phase.steps]

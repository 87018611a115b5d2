"""Personal data in the demonstration: some looks, two requests of which one waits, one breach. All CONTOH."""

from __future__ import annotations

from datetime import datetime, timedelta

from muara.cases.models import Case
from muara.contacts.actions.privacy import (
    Asking,
    answer_request,
    ask_about_own_data,
    note_breach,
    record_breach,
    record_data_request,
    reveal_numbers,
)
from muara.contacts.models import BreachAct, DataRequest
from muara.people.models import User
from muara.web.seen import CONTACT, saw_case

Kind, Verdict = DataRequest.Kind, DataRequest.Verdict


def privacy_life(
    cases: list[Case], *, officer: User, verifier: User, counter: User, applicant: User, at: datetime
) -> None:
    """What a few days bring: `officer` answers for personal data, `applicant` asks about their own."""
    for place, case in enumerate(cases):
        for viewer in (counter, verifier):
            saw_case(
                viewer,
                case,
                place="berkas/data",
                what=f"{CONTACT}; NIK dan NPWP disamarkan",
                at=at - timedelta(days=1, minutes=place),
            )
    reason = "CONTOH: dicocokkan dengan kartu yang diperlihatkan."
    reveal_numbers(cases[0], reason=reason, by=counter, at=at - timedelta(hours=20))
    asked = record_data_request(
        Asking(
            kind=Kind.ERASURE,
            text="CONTOH: hapus nomor telepon dan semua berkas saya.",
            name="Laras Pengandaian",
            contact="laras@contoh.example",
            identity="ktp",
            number="6400004101909999",
        ),
        by=counter,
        at=at - timedelta(days=5),
    )
    why = "Berkasnya arsip negara dan disimpan sampai masa retensinya berakhir (UU 43/2009)."
    answer_request(asked.pk, verdict=Verdict.REFUSED, text=why, by=officer, at=at - timedelta(days=4))
    words = "CONTOH: siapa saja yang membuka data saya bulan ini, dan untuk apa?"
    ask_about_own_data(Asking(kind=Kind.ACCESS, text=words), by=applicant, at=at - timedelta(hours=30))
    breach = record_breach(
        began_at=at - timedelta(days=2),
        ended_at=at - timedelta(days=1),
        known_at=at - timedelta(days=1),
        exposed="CONTOH: nama, telepon, dan surel pemohon pada layar loket.",
        how="CONTOH: komputer loket ditinggal terbuka semalam di ruang tunggu.",
        handling="CONTOH: sesi diputus, layar kini terkunci sesudah lima menit.",
        persons=len({case.application.applicant_id for case in cases}),
        by=officer,
        at=at - timedelta(hours=22),
    )
    told = "CONTOH: surat pemberitahuan dikirim ke surel masing-masing."
    note_breach(breach.pk, kind=BreachAct.Kind.SUBJECTS, text=told, by=officer, at=at - timedelta(hours=18))

"""Certificates: a PDF, its samples and results, by a laboratory registered on the day; and what follows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from muara.cases.actions import Refused
from muara.compliance.actions import regenerate
from muara.compliance.actions.laboratory import Reported, Taken, enter_certificate
from muara.compliance.actions.readings import Asked, Entry, Unfit, enter_production, enter_readings
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.verdicts import Standing
from muara.compliance.models import Certificate
from muara.compliance.queries import Summary, month_summary
from muara.documents.uploads import Accepted
from muara.web.demo import sample_upload
from tests.clock import at
from tests.holders import Holder

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NOW = at("2026-09-20 09:00")
TAKEN = at("2026-08-12 10:30")
SEPTEMBER_1 = date(2026, 9, 1)


def reported(**results: str) -> list[Reported]:
    """Results by parameter: in mg/L but pH."""
    return [
        Reported(name, read_measured(text, unit="" if name == "pH" else "mg/L"), "SNI (contoh)", place=name)
        for name, text in results.items()
    ]


ALL = {"BOD5": "40", "COD": "120", "TSS": "90", "Minyak dan lemak": "<1", "pH": "7,2"}


def certify(
    holder: Holder,
    number: str = "C-1",
    *,
    file: Accepted | None = None,
    taken: datetime = TAKEN,
    point: int | None = None,
    dated: date = SEPTEMBER_1,
    results: dict[str, str] | None = None,
    **more: object,
) -> Certificate:
    sample = Taken(
        point or holder.outlet.pk, taken, "Petugas Contoh", reported(**(results or ALL)), place="sample"
    )
    return enter_certificate(
        holder.discharge,
        laboratory=holder.laboratory,
        number=number,
        dated=dated,
        file=file or sample_upload(f"Sertifikat {number}", at=NOW),
        samples=[sample],
        by=holder.person,
        at=NOW,
        **more,  # type: ignore[arg-type]
    )


def august(holder: Holder) -> Summary:
    return month_summary(holder.discharge, date(2026, 8, 1), until=date(2026, 9, 20))


def log_august(holder: Holder, flow: str = "1000") -> None:
    days = [date(2026, 8, day) for day in range(1, 32)]
    entries = [
        Entry(holder.outlet.pk, day, Decimal(flow), Decimal(7) + day.day * Decimal("0.01")) for day in days
    ]
    enter_readings(holder.discharge, entries, by=holder.person, at=NOW, sure=True)


def test_a_month_with_everything_complies_and_shows_its_working(holder: Holder) -> None:
    log_august(holder)
    certify(holder)

    found = august(holder)

    assert found.standing is Standing.COMPLIES
    assert (found.flows.shown, found.phs.shown, found.parameters.shown) == (
        "31 dari 31",
        "31 dari 31",
        "5 dari 5",
    )
    tss = next(test for test in found.tests if test.parameter == "tss")
    assert tss.load is not None
    assert tss.permitted is not None
    # 31 days × 1.000 m³ × 90 mg/L ÷ 1000, and 31 × 250 mg/L × 1.500 m³ ÷ 1000
    assert (tss.load.shown, tss.permitted.shown) == ("2.790 kg", "11.625 kg")
    assert tss.load.inputs[1].source == "rata-rata 1 contoh uji"
    oil = next(test for test in found.tests if test.parameter == "minyak_lemak")
    assert oil.load is not None
    assert oil.load.shown == "≤ 31 kg"
    ph = next(test for test in found.tests if test.parameter == "ph")
    assert (ph.load, ph.no_load) == (None, "Beban tidak dihitung untuk satuan tanpa satuan.")
    assert found.loads.shown == "4 dari 4"


def test_the_first_month_is_reckoned_from_the_day_of_issue(holder: Holder) -> None:
    """6 to 31 July: 26 days × 250 mg/L × 1.500 m³ ÷ 1000, and no day before them is missing."""
    days = [date(2026, 7, day) for day in range(6, 32)]
    entries = [Entry(holder.outlet.pk, day, Decimal(1000), Decimal(7)) for day in days]
    enter_readings(holder.discharge, entries, by=holder.person, at=NOW, sure=True)
    certify(holder, taken=at("2026-07-15 10:00"))

    summary = month_summary(holder.discharge, date(2026, 7, 1), until=date(2026, 9, 20))
    tss = next(test for test in summary.tests if test.parameter == "tss")

    assert tss.load is not None
    assert tss.permitted is not None
    assert (tss.load.shown, tss.load.lacks, tss.permitted.shown) == ("2.340 kg", "", "9.750 kg")


def test_a_month_that_lacks_a_parameter_is_incomplete_never_compliant(holder: Holder) -> None:
    log_august(holder)
    certify(holder, results={"BOD5": "40", "COD": "120", "pH": "7,2"})

    found = august(holder)

    assert found.standing is Standing.INCOMPLETE
    assert (found.parameters.shown, found.missing) == ("3 dari 5", ("TP-01: Minyak dan lemak", "TP-01: TSS"))
    assert (
        month_summary(holder.discharge, date(2026, 9, 1), until=date(2026, 9, 20)).missing == ()
    )  # not over


def test_detection_above_the_limit_cannot_be_judged_and_an_exceedance_has_its_excess_load(
    holder: Holder,
) -> None:
    log_august(holder)
    certify(holder, results={**ALL, "Minyak dan lemak": "<30", "TSS": "310"})

    found = august(holder)
    by_key = {test.parameter: test for test in found.tests}

    assert [verdict.standing for verdict in by_key["minyak_lemak"].verdicts] == [Standing.UNJUDGED]
    assert [verdict.standing for verdict in by_key["tss"].verdicts] == [Standing.EXCEEDS]
    assert [figure.shown for figure in by_key["tss"].excess] == [
        "60 kg"
    ]  # (310 − 250) × 1.000 ÷ 1000 × 1 day
    assert (found.parameters.complying, found.parameters.exceeding, found.parameters.unjudged) == (3, 1, 1)


def test_a_limit_changed_in_the_middle_of_the_month_judges_by_the_day_of_sampling(holder: Holder) -> None:
    terms = holder.terms
    stricter = tuple(replace(row, high="80") if row.parameter == "TSS" else row for row in terms.limits)
    regenerate(
        holder.permit, terms=replace(terms, limits=stricter), reason="Perubahan", at=at("2026-08-16 08:00")
    )
    certify(holder, "C-1", taken=at("2026-08-15 23:30"))
    certify(holder, "C-2", taken=at("2026-08-16 00:30"))

    tss = next(test for test in august(holder).tests if test.parameter == "tss")

    assert [verdict.standing for verdict in tss.verdicts] == [Standing.COMPLIES, Standing.EXCEEDS]
    assert tss.permitted is not None
    assert tss.permitted.value == (15 * 250 + 16 * 80) * Decimal(1500) / 1000


def test_loads_that_the_permit_limits_must_hold_beside_the_concentration(holder: Holder) -> None:
    terms = holder.terms
    loaded = tuple(replace(row, load="85") if row.parameter == "TSS" else row for row in terms.limits)
    regenerate(
        holder.permit, terms=replace(terms, limits=loaded), reason="Batas beban", at=at("2026-07-20 08:00")
    )
    log_august(holder)
    certify(holder)  # 90 mg/L complies; 90 kg that day does not
    enter_production(holder.discharge, month=date(2026, 8, 1), tons=Decimal(12400), by=holder.person, at=NOW)

    tss = next(test for test in august(holder).tests if test.parameter == "tss")

    assert [verdict.standing for verdict in tss.verdicts] == [Standing.COMPLIES]
    assert [verdict.standing for verdict in tss.loads] == [Standing.EXCEEDS]
    assert tss.per_ton is not None
    assert tss.per_ton.value == Decimal("0.225")  # 90 mg/L × 2,5 m³/ton ÷ 1000
    assert august(holder).parameters.exceeding == 1


def test_a_certificate_proves_once_and_so_does_its_pdf(holder: Holder) -> None:
    file = sample_upload("Sertifikat", at=NOW)
    first = certify(holder, "C-1", file=file)

    with pytest.raises(Refused, match="sudah dicatat"):
        certify(holder, "C-1")
    with pytest.raises(Refused, match="sudah menjadi bukti"):
        certify(holder, "C-2", file=file)
    with pytest.raises(Refused, match="alasan"):
        certify(holder, "C-1", file=file, corrects=first)

    second = certify(
        holder, "C-1", file=file, corrects=first, reason="Salah ketik TSS", results={**ALL, "TSS": "95"}
    )

    assert second.corrects == first
    tss = next(test for test in august(holder).tests if test.parameter == "tss")
    assert [result.measured.shown for result in tss.results] == ["95 mg/L"]
    assert Certificate.objects.count() == 2


def test_what_a_certificate_cannot_say_is_refused_place_by_place(holder: Holder) -> None:
    def why(**more: object) -> dict[str, str]:
        with pytest.raises(Unfit) as refused:
            certify(holder, **more)  # type: ignore[arg-type]
        return refused.value.errors

    assert why(results={"pH": "70"}) == {"pH": "pH 70 tidak mungkin. Apakah maksudnya 7?"}
    assert why(taken=at("2026-09-02 08:00")) == {
        "sample": "Contoh diambil sesudah tanggal sertifikat. Periksa kedua tanggalnya."
    }
    assert why(taken=at("2026-07-05 08:00")) == {"sample": "Izin belum berlaku pada 5 Juli 2026."}
    outfall = holder.discharge.points.get(name="OF-01")
    assert why(point=outfall.pk) == {"sample": "Pilih titik penaatan atau titik pantau izin ini."}
    with pytest.raises(Refused, match="belum tiba"):
        certify(holder, dated=date(2026, 9, 21))
    holder.laboratory.registered_to = date(2026, 8, 1)
    holder.laboratory.save()
    assert why() == {
        "sample": "Laboratorium Contoh tidak teregistrasi pada 12 Agustus 2026. Hasilnya tidak dapat dipakai."
    }
    assert not Certificate.objects.exists()


def test_a_result_ten_times_the_last_is_asked_about(holder: Holder) -> None:
    certify(holder, "C-1", results={"TSS": "9"})

    with pytest.raises(Asked) as asked:
        certify(holder, "C-2", taken=at("2026-08-20 10:00"), results={"TSS": "90"})

    assert asked.value.questions == {"TSS": ["TSS 90 mg/L, padahal hasil sebelumnya 9 mg/L. Benarkah?"]}
    assert certify(holder, "C-2", taken=at("2026-08-20 10:00"), results={"TSS": "90"}, sure=True)

"""Laboratories and their certificates: a PDF and the results that it proves, entered together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.rules import Doing
from muara.cases.terms import PointKind
from muara.compliance.actions.readings import Asked, Unfit, why_not_that_day
from muara.compliance.arithmetic.limits import parameter, parameter_key
from muara.compliance.arithmetic.measured import Measured
from muara.compliance.arithmetic.plausible import impossible
from muara.compliance.arithmetic.units import same_dimension
from muara.compliance.models import Certificate, Discharge, Laboratory, Point, Result, Sample
from muara.compliance.rules import application_of
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.documents.uploads import PDF, Accepted
from muara.people.actions import NotAdministrator
from muara.people.models import User, office_day
from muara.people.rules import may_administer

TEN = Decimal(10)
PLACES = 10


@dataclass(frozen=True, slots=True)
class Reported:
    """One result of a sample: `parameter` as the certificate names it. `place` says where it was typed."""

    parameter: str
    measured: Measured
    method: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample as the certificate tells of it."""

    point: int
    at: datetime
    by: str
    results: Sequence[Reported]
    code: str = ""
    place: str = ""


def register_laboratory(
    *,
    name: str,
    registration: str,
    registered_from: date,
    registered_to: date,
    by: User | None,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Laboratory:
    """Enter a laboratory with its registration (PP 22/2021, Pasal 144); `by` None at set-up only.

    Raises:
        NotAdministrator: the person may not. Refused: a field is empty, the period is none, or the
            registration is there already.
    """
    if by is not None and not may_administer(by, at=at):
        raise NotAdministrator
    for field, text in (("name", name), ("registration", registration)):
        if not text.strip():
            raise Refused("Isi nama laboratorium dan nomor registrasinya.", field)
    if registered_to < registered_from:
        raise Refused("Registrasi berakhir sebelum dimulai. Periksa tanggalnya.", "registered_to")
    with act(stamp):
        same = Laboratory.objects.filter(registration=registration.strip(), registered_from=registered_from)
        if same.exists():
            raise Refused("Registrasi ini sudah tercatat sejak tanggal itu.", "registration")
        row = Laboratory.objects.create(
            name=name.strip(),
            registration=registration.strip(),
            registered_from=registered_from,
            registered_to=registered_to,
        )
        record(
            chain=f"laboratory:{row.pk}",
            verb="laboratory.register",
            by_id=by.pk if by else None,
            at=at,
            facts={"registration": row.registration, "until": registered_to.isoformat()},
            key=stamp.key,
            body=stamp.body,
        )
        return row


def enter_certificate(
    discharge: Discharge,
    *,
    laboratory: Laboratory,
    number: str,
    dated: date,
    file: Accepted,
    samples: Sequence[Taken],
    by: User,
    at: datetime,
    corrects: Certificate | None = None,
    reason: str = "",
    sure: bool = False,
    stamp: Stamp = NO_FORM,
) -> Certificate:
    """Keep a certificate with its PDF, samples and results, all or nothing.

    `corrects` names the certificate that was entered wrongly: it stays, and stops counting. `sure` answers
    the plausibility questions.

    Raises:
        Unfit: a place holds what cannot be kept. Asked: see `sure`. Refused: the certificate or its PDF
            counts already, the file is no PDF, or a correction has no reason.
    """
    with act(stamp):
        power = act_for_applicant(application_of(discharge), doing=Doing.REPORT, by=by, at=at)
        discharge = Discharge.objects.select_for_update().get(pk=discharge.pk)
        if corrects is not None:
            _stop_counting(corrects, discharge, reason)
        _demand_unused(laboratory, number, file)
        points = {row.pk: row for row in discharge.points.exclude(kind=PointKind.DISCHARGE)}
        _demand_fit(discharge, laboratory, dated, samples, points, today=office_day(at))
        if not sure and (asked := _questions(samples)):
            raise Asked(asked)
        certificate = Certificate.objects.create(
            discharge=discharge,
            laboratory=laboratory,
            number=number.strip(),
            dated=dated,
            blob=file.blob,
            filename=file.filename,
            corrects=corrects,
            by=by,
            at=at,
            reason=reason.strip() if corrects else "",
        )
        for taken in samples:
            _keep_sample(certificate, taken)
        record(
            chain=discharge.chain,
            verb="certificate.correct" if corrects else "certificate.enter",
            by_id=by.pk,
            at=at,
            facts={
                "certificate": certificate.pk,
                "pdf": file.blob.sha256,
                "results": sum(len(taken.results) for taken in samples),
                **({"corrects": corrects.pk} if corrects else {}),
                **by_power(power),
            },
            note=certificate.reason,
            key=stamp.key,
            body=stamp.body,
        )
        return certificate


def _stop_counting(corrected: Certificate, discharge: Discharge, reason: str) -> None:
    if not reason.strip():
        raise Refused("Tuliskan alasan sertifikat ini diperbaiki.", "reason")
    stopped = Certificate.objects.filter(pk=corrected.pk, discharge=discharge, current=True).update(
        current=None
    )
    if not stopped:
        raise Refused("Sertifikat ini sudah diperbaiki sebelumnya. Buka yang terbaru.")


def _demand_unused(laboratory: Laboratory, number: str, file: Accepted) -> None:
    if not number.strip():
        raise Refused("Isi nomor sertifikat.", "number")
    if file.media_type != PDF:
        raise Refused("Unggah sertifikatnya sebagai PDF.", "file")
    standing = Certificate.objects.filter(current=True)
    if standing.filter(laboratory=laboratory, number=number.strip()).exists():
        raise Refused(
            f"Sertifikat {number.strip()} dari {laboratory} sudah dicatat. Perbaiki yang itu bila keliru.",
            "number",
        )
    if used_already(file.blob):
        raise Refused(
            "PDF ini sudah menjadi bukti sertifikat lain. Unggah sertifikat yang benar.",
            "file",
        )


def used_already(blob: Blob) -> bool:
    return Certificate.objects.filter(current=True, blob=blob).exists()


def _demand_fit(
    discharge: Discharge,
    laboratory: Laboratory,
    dated: date,
    samples: Sequence[Taken],
    points: dict[int, Point],
    *,
    today: date,
) -> None:
    if not samples or not any(taken.results for taken in samples):
        raise Refused("Isi paling sedikit satu hasil uji.", "results")
    if dated > today:
        raise Refused(f"{tanggal(dated)} belum tiba. Isi tanggal pada sertifikat.", "dated")
    grants = list(discharge.grants.all())
    units = _units(discharge)
    errors: dict[str, str] = {}
    for taken in samples:
        day = office_day(taken.at)
        if taken.point not in points:
            errors[taken.place] = "Pilih titik penaatan atau titik pantau izin ini."
        elif why := why_not_that_day(grants, day, today=today):
            errors[taken.place] = why
        elif day > dated:
            errors[taken.place] = "Contoh diambil sesudah tanggal sertifikat. Periksa kedua tanggalnya."
        elif not laboratory.is_registered(day):
            errors[taken.place] = (
                f"{laboratory} tidak teregistrasi pada {tanggal(day)}. Hasilnya tidak dapat dipakai."
            )
        elif not taken.by.strip():
            errors[taken.place] = "Isi nama petugas pengambil contoh."
        errors |= _unfit(taken.results, units)
    if errors:
        raise Unfit(errors)


def _units(discharge: Discharge) -> dict[str, str]:
    """The unit of each parameter that the permit limits, by its key."""
    return dict(discharge.limits.order_by("valid_from").values_list("parameter", "unit"))


def _unfit(results: Sequence[Reported], units: dict[str, str]) -> dict[str, str]:
    errors: dict[str, str] = {}
    seen: set[str] = set()
    for tested in results:
        key = parameter_key(tested.parameter)
        known = parameter(key, name=tested.parameter)
        unit = units.get(key, known.unit)
        if key in seen:
            errors[tested.place] = f"{known.name} tertulis dua kali."
        elif not tested.method.strip():
            errors[tested.place] = "Isi metode uji seperti pada sertifikat."
        elif not same_dimension(tested.measured.unit, unit):
            errors[tested.place] = (
                f"{known.name} dinyatakan dalam {unit or 'tanpa satuan'}. Periksa satuannya."
            )
        elif why := impossible(tested.measured.value, known):
            errors[tested.place] = why
        elif tested.measured.value != round(tested.measured.value, PLACES):
            errors[tested.place] = f"Tulis paling banyak {PLACES} angka di belakang koma."
        seen.add(key)
    return errors


def _questions(samples: Sequence[Taken]) -> dict[str, list[str]]:
    """Ask about results that lie ten times above or below the point's last one."""
    asked: dict[str, list[str]] = {}
    for taken in samples:
        for tested in taken.results:
            last = _last_result(taken, parameter_key(tested.parameter))
            if (
                last is None
                or last.sign
                or tested.measured.sign
                or not last.value
                or not tested.measured.value
            ):
                continue
            before = last.measured.within(tested.measured.unit).value
            if not before / TEN < tested.measured.value < before * TEN:
                asked[tested.place] = [
                    f"{tested.parameter} {tested.measured.shown}, padahal hasil sebelumnya "
                    f"{last.measured.shown}. Benarkah?"
                ]
    return asked


def _last_result(taken: Taken, key: str) -> Result | None:
    rows = Result.objects.filter(
        sample__point=taken.point,
        parameter=key,
        sample__certificate__current=True,
        sample__taken_at__lt=taken.at,
    )
    return rows.order_by("-sample__taken_at").first()


def _keep_sample(certificate: Certificate, taken: Taken) -> None:
    sample = Sample.objects.create(
        certificate=certificate,
        point_id=taken.point,
        taken_at=taken.at,
        day=office_day(taken.at),
        taken_by=taken.by.strip(),
        code=taken.code.strip(),
    )
    Result.objects.bulk_create(
        Result(
            sample=sample,
            parameter=parameter_key(tested.parameter),
            sign=tested.measured.sign,
            value=tested.measured.value,
            unit=tested.measured.unit,
            method=tested.method.strip(),
        )
        for tested in taken.results
    )

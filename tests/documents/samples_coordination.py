"""Fictional contents of the liaison's delivery list and the monitoring form."""

from __future__ import annotations

from datetime import UTC, date, datetime

from muara.documents.contents import Content
from muara.documents.contents.coordination import Delivered, DeliveryList, Monitored, MonitoringForm
from tests.documents.samples import AGENCY, COMPANY, HEAD, SERVICE


def delivery_list() -> DeliveryList:
    return DeliveryList(
        letterhead=HEAD,
        demo=True,
        agency=AGENCY,
        rows=tuple(
            Delivered(
                registration_number=f"LHP/2026/{number:04d}",
                company=COMPANY if number == 1 else f"PT Contoh Nomor {number}",
                letter_number=f"500/{number:03d}/CONTOH/2026",
                letter_date=date(2026, 12, 10),
                subject="rekomendasi teknis pembuangan air limbah ke laut",
            )
            for number in (1, 2, 3)
        ),
        place="Samarinda",
        liaison="Hendra Rekaan",
        receiver="Penerima Contoh",
        delivered_at=datetime(2026, 12, 11, 2, 0, tzinfo=UTC),
    )


def monitoring_form() -> MonitoringForm:
    return MonitoringForm(
        letterhead=HEAD,
        demo=True,
        registration_number="LHP/2026/0001",
        company=COMPANY,
        service=SERVICE,
        agency=AGENCY,
        letter_number="500/001/CONTOH/2026",
        delivered_at=datetime(2026, 12, 11, 2, 0, tzinfo=UTC),
        rows=(
            Monitored(
                at=datetime(2026, 12, 14, 2, 0, tzinfo=UTC),
                by="Dewi Umpamawati",
                whom="Teguh Fiktif, Kepala Seksi",
                channel="Telepon",
                status="Berkas sudah didisposisikan; peninjauan lapangan dijadwalkan.",
                expected_on=date(2026, 12, 28),
            ),
            Monitored(
                at=datetime(2026, 12, 18, 2, 0, tzinfo=UTC),
                by="Dewi Umpamawati",
                whom="Teguh Fiktif, Kepala Seksi",
                channel="Tatap muka",
                status="Menunggu hasil laboratorium.",
            ),
        ),
        printed_at=datetime(2026, 12, 18, 3, 0, tzinfo=UTC),
    )


def contents() -> tuple[Content, ...]:
    return delivery_list(), monitoring_form()

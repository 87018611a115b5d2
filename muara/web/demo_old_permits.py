"""A fictional old register, taken over as a table: a permit in force, one that ends soon, one that ended."""

from __future__ import annotations

from datetime import date, datetime

from muara.documents.tables import read_table
from muara.people.models import office_day
from muara.permits.actions import import_old_permits
from muara.permits.sheets import HEAD, read_old_register
from muara.sop.working_time import add_years
from muara.web.demo import officer
from muara.web.sheets import as_csv


def seed_old_permits(at: datetime, *, service: str) -> int:
    """Import three permits; returns how many there are now."""
    today = office_day(at)
    issued = [date(today.year - 2, 3, 12), date(today.year - 5, today.month, 28), date(today.year - 9, 5, 9)]
    if issued[1] <= add_years(today, -5):
        issued[1] = date(today.year - 5, today.month % 12 + 1, 28)
    holders = (
        ("PT Segara Contoh Makmur", "Kabupaten Paser", "1,83 LS", "116,33"),
        ("PT Bahari Umpama Lestari", "Kota Bontang", "0,12 LU", "117,55"),
        ("PT Pesisir Misal Jaya", "Kabupaten Berau", "2,10 LU", "117,95"),
    )
    rows = [
        (
            f"CONTOH/{number}/BPPMD/{day.year}",
            holder,
            None,
            f"{day:%d/%m/%Y}",
            f"{add_years(day, 5):%d/%m/%Y}",
            f"Jalan Contoh {number}",
            place,
            "Dasar hukum pada surat izin (contoh)",
            "Outfall contoh",
            latitude,
            longitude,
            *(1500, 6, 9, 200, 300, 100, 10),
        )
        for number, (day, (holder, place, latitude, longitude)) in enumerate(
            zip(issued, holders, strict=True), 1
        )
    ]
    data = as_csv([HEAD, *rows])
    read = read_old_register(read_table(data), today=today)
    assert not read.errors, read.errors
    found = import_old_permits(read.rows, service=service, sheet="contoh", by=officer("registrar"), at=at)
    return len(found.fresh)

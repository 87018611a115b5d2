"""Reading TOML key by key: what is missing or of the wrong type is noted, and reading goes on."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime

from muara.sop.broken import BrokenSop, Fault

_NAMES = {
    str: "teks",
    int: "bilangan bulat",
    bool: "true/false",
    date: "tanggal",
    list: "daftar",
    dict: "tabel",
}


class Table:
    """One TOML table with its place in the file; faults are collected in a list that all tables share."""

    def __init__(self, data: Mapping[str, object], *, file: str, step: str, faults: list[Fault]) -> None:
        self.file, self.step, self.faults = file, step, faults
        self._data, self._read = data, set[str]()

    def refuse(self, reason: str) -> None:
        """Note a fault of this table."""
        self.faults.append(Fault(self.file, self.step, reason))

    def has(self, key: str) -> bool:
        """Tell whether the key is written at all."""
        return key in self._data

    def text(self, key: str, default: str | None = None) -> str:
        """Read a text; without a default it must be there and not be blank."""
        value = self._get(key, str, default)
        if default is None and isinstance(value, str) and not value.strip() and self.has(key):
            self.refuse(f"kunci '{key}' kosong")
        return value if isinstance(value, str) else ""

    def integer(self, key: str, default: int | None = None) -> int:
        """Read a whole number."""
        value = self._get(key, int, default)
        return value if isinstance(value, int) else 0

    def maybe_integer(self, key: str) -> int | None:
        """Read a whole number that may be left out."""
        return self.integer(key) if self.has(key) else None

    def boolean(self, key: str, default: bool | None = None) -> bool:
        """Read true or false."""
        return self._get(key, bool, default) is True

    def day(self, key: str) -> date:
        """Read a date."""
        value = self._get(key, date, None)
        return value if isinstance(value, date) else date.min

    def texts(self, key: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...]:
        """Read a list of texts."""
        items = self._list(key, default)
        if any(not isinstance(item, str) for item in items):
            self.refuse(f"kunci '{key}' harus daftar teks")
        return tuple(item for item in items if isinstance(item, str))

    def integers(self, key: str) -> tuple[int, ...]:
        """Read a list of whole numbers that may be left out."""
        items = self._list(key, ())
        if any(not isinstance(item, int) or isinstance(item, bool) for item in items):
            self.refuse(f"kunci '{key}' harus daftar bilangan bulat")
        return tuple(item for item in items if isinstance(item, int))

    def table(self, key: str) -> Table:
        """Read a table inside this one."""
        value = self._get(key, dict, None)
        return self._at(value if isinstance(value, dict) else {}, self.step)

    def maybe_table(self, key: str) -> Table | None:
        """Read a table inside this one that may be left out."""
        return self.table(key) if self.has(key) else None

    def tables(self, key: str, *, name: str = "", required: bool = True) -> list[Table]:
        """Read a list of tables; `name` is the key whose value names each in refusals."""
        found = []
        for number, item in enumerate(self._list(key, None if required else ()), start=1):
            if isinstance(item, dict):
                place = f"{key} '{item[name]}'" if name in item else f"{key} ke-{number}"
                found.append(self._at(item, ", ".join(part for part in (self.step, place) if part)))
            else:
                self.refuse(f"kunci '{key}' harus daftar tabel")
        return found

    def items(self) -> list[tuple[str, Table]]:
        """Read every key of this table as a table."""
        self._read |= set(self._data)
        wrong = [key for key, value in self._data.items() if not isinstance(value, dict)]
        for key in wrong:
            self.refuse(f"kunci '{key}' harus tabel")
        return [
            (key, self._at(value, f"'{key}'")) for key, value in self._data.items() if isinstance(value, dict)
        ]

    def strings(self) -> dict[str, str]:
        """Read every key of this table as a text."""
        return {key: self.text(key) for key in self._data}

    def finish(self) -> None:
        """Refuse keys that nobody asked for: a slip of the pen must not be silently ignored."""
        for key in sorted(set(self._data) - self._read):
            self.refuse(f"kunci '{key}' tidak dikenal")

    def _at(self, data: dict[str, object], step: str) -> Table:
        return Table(data, file=self.file, step=step, faults=self.faults)

    def _list(self, key: str, default: tuple[str, ...] | None) -> list[object]:
        value = self._get(key, list, None if default is None else list(default))
        return value if isinstance(value, list) else []

    def _get(self, key: str, kind: type, default: object) -> object:
        self._read.add(key)
        if key not in self._data:
            if default is None:
                self.refuse(f"kunci '{key}' tidak ada")
            return default
        value = self._data[key]
        wrong_bool = isinstance(value, bool) and kind is not bool
        wrong_moment = isinstance(value, datetime)
        if not isinstance(value, kind) or wrong_bool or wrong_moment:
            self.refuse(f"kunci '{key}' harus {_NAMES[kind]}")
            return default
        return value


def read_toml(text: str, *, file: str, faults: list[Fault]) -> Table:
    """Read a whole file; raises BrokenSop at once where it is not TOML."""
    try:
        return Table(tomllib.loads(text), file=file, step="", faults=faults)
    except tomllib.TOMLDecodeError as error:
        raise BrokenSop([Fault(file, "", f"bukan TOML yang sah ({error})")]) from error

"""The application form as data: sections and fields of `form.toml`, and the cleaning of what is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal, TypeGuard, get_args

from muara.sop import values as typed
from muara.sop.broken import BrokenSop, Fault
from muara.sop.places import BOXES, REGENCIES, regency
from muara.sop.tables import Table, read_toml
from muara.sop.values import MONTHS, Coordinate, ValueRefused

FILE = "form.toml"

FieldKind = Literal[
    "text",
    "textarea",
    "integer",
    "decimal",
    "choice",
    "multichoice",
    "date",
    "coordinate",
    "phone",
    "email",
    "nib",
    "npwp",
    "nik",
    "kbli",
    "postal_code",
    "regency",
    "table",
    "confirm",
]
# What an answer may ask the decision to settle, with the kind of field that can say so; the last three
# are named places, whose name stands in the field `named_by`.
PROPOSES: Mapping[str, FieldKind] = {
    "flow_per_day": "decimal",
    "flow_per_hour": "decimal",
    "limit": "text",
    "penaatan": "coordinate",
    "pembuangan": "coordinate",
    "pantau": "coordinate",
}
NUMBERS_OF_PERSONS = frozenset({"nik", "npwp"})
TEXT_LENGTH, TEXTAREA_LENGTH = 200, 4000
REQUIRED = "Isian ini wajib diisi."
OUTFALL = "outfall"  # the coordinate at which the wastewater reaches the sea
ROLES = frozenset({"", OUTFALL})

Printable = Callable[[str], bool]
_CHECKS: Mapping[str, Callable[[str], str]] = {
    "phone": typed.check_phone,
    "email": typed.check_email,
    "nib": typed.check_nib,
    "npwp": typed.check_npwp,
    "nik": typed.check_nik,
    "kbli": typed.check_kbli,
    "postal_code": typed.check_postal_code,
}


class UnknownSection(LookupError):
    """The form has no section of this key."""


class UnknownField(LookupError):
    """The form or section has no field of this key."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the answers that a field offers."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question of the form; `requirements` are the numbers of section G that it answers.

    `columns` are the fields of each row of a table; `statement` is what a confirm field declares;
    `near` names the regency field of the same section that a coordinate must agree with, `from_shore` the
    number beside it that says how many metres it lies from the shore; `role` says what the answer means to
    the office, whatever its key. `proposes` says what of the decision the answer asks
    for, `named_by` where a place's name stands; `cited` marks what a technical recommendation cites, so
    that a change of it needs the agency again.
    """

    key: str
    label: str
    kind: FieldKind
    help: str = ""
    required: bool = True
    unit: str = ""
    requirements: tuple[int, ...] = ()
    max_length: int | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    choices: tuple[Choice, ...] = ()
    columns: tuple[Field, ...] = ()
    min_rows: int = 0
    max_rows: int = 50
    statement: str = ""
    box: str = "land"
    near: str = ""
    from_shore: str = ""
    coastal: bool = False
    role: str = ""
    proposes: str = ""
    named_by: str = ""
    cited: bool = False

    def choice(self, key: str) -> Choice | None:
        """Find an offered answer by key."""
        return next((item for item in self.choices if item.key == key), None)


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the form."""

    key: str
    title: str
    intro: str
    fields: tuple[Field, ...]

    def field(self, key: str) -> Field:
        """Find a field; raises UnknownField."""
        for item in self.fields:
            if item.key == key:
                return item
        raise UnknownField(f"Bagian '{self.key}' tidak mempunyai isian '{key}'.")


@dataclass(frozen=True, slots=True)
class Form:
    """The application form of a service."""

    sections: tuple[Section, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """List the fields of all sections in their order."""
        return tuple(item for section in self.sections for item in section.fields)

    def section(self, key: str) -> Section:
        """Find a section; raises UnknownSection."""
        for section in self.sections:
            if section.key == key:
                return section
        raise UnknownSection(f"Formulir tidak mempunyai bagian '{key}'.")

    def field(self, key: str) -> Field:
        """Find a field in any section; raises UnknownField."""
        for item in self.fields:
            if item.key == key:
                return item
        raise UnknownField(f"Formulir tidak mempunyai isian '{key}'.")

    @property
    def outfall(self) -> Field | None:
        """The coordinate that is the outfall; None where a service has none."""
        return next((item for item in self.fields if item.role == OUTFALL), None)


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What became of a section's typed values: JSON-ready values, and a sentence for each wrong field."""

    values: dict[str, object] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


# What cannot be shown again as it was typed.
NOT_KEPT_UNREAD = frozenset({"choice", "multichoice", "regency", "confirm", "table"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A section half done: the values that could be read; by control, the text that could not, and why."""

    values: dict[str, object] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


def read_form(text: str) -> Form:
    """Read and check a `form.toml`; raises BrokenSop listing every fault."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    form = Form(tuple(_section(item) for item in top.tables("sections", name="key")))
    top.finish()
    faults += _doubles(form)
    if faults:
        raise BrokenSop(faults)
    return form


def clean_section(
    section: Section,
    raw: Mapping[str, object],
    *,
    printable: Printable = typed.is_basic,
    complete: bool = True,
) -> Cleaned:
    """Clean a whole section as typed on a page or read from TOML; empty optional fields are left out.

    With `complete` False missing answers are no error: the section is saved as one goes.
    """
    cleaned = Cleaned()
    for item in sorted(section.fields, key=lambda item: item.kind == "coordinate"):
        try:
            value = _clean(
                item, raw.get(item.key), printable=printable, beside=cleaned.values, complete=complete
            )
        except ValueRefused as refusal:
            cleaned.errors[item.key] = refusal.message
            continue
        if value is not None:
            cleaned.values[item.key] = value
        elif item.required and complete:
            cleaned.errors[item.key] = _missing(item)
    ordered = {item.key: cleaned.values[item.key] for item in section.fields if item.key in cleaned.values}
    errors = {item.key: cleaned.errors[item.key] for item in section.fields if item.key in cleaned.errors}
    return Cleaned(ordered, errors)


def cell_name(table: str, row: int, column: str) -> str:
    """Name the control of a table's cell; rows count from 0."""
    return f"{table}-{row}-{column}"


def field_of(control: str) -> str:
    """Name the field that a control belongs to."""
    return control.partition("-")[0]


def keep_section(
    section: Section, raw: Mapping[str, object], *, printable: Printable = typed.is_basic
) -> Kept:
    """Keep of a section what can be read, cell by cell, and beside it what cannot, as it was typed.

    Controls are named as on the page without its empty rows. An identity number that cannot be read is
    only marked, with an empty text.
    """
    read = clean_section(section, raw, printable=printable, complete=False)
    values: dict[str, object] = dict(read.values)
    kept = Kept()
    for key, message in read.errors.items():
        item, said = section.field(key), raw.get(key)
        if item.kind == "table" and _are_rows(said):
            rows = [
                _keep_row(item, number, row, printable, kept)
                for number, row in enumerate(_filled(item, said))
            ]
            values[key] = rows
            if not any(field_of(control) == key for control in kept.errors):
                kept.errors[key] = message  # of the table as a whole
        else:
            kept.errors[key] = message
            _keep_unread(item, key, said, kept)
    ordered = {item.key: values[item.key] for item in section.fields if item.key in values}
    return Kept(ordered, kept.unread, kept.errors)


def _keep_row(
    item: Field, number: int, row: Mapping[str, object], printable: Printable, kept: Kept
) -> dict[str, object]:
    columns = Section(item.key, item.label, "", item.columns)
    cleaned = clean_section(columns, row, printable=printable, complete=False)
    for key, message in cleaned.errors.items():
        control = cell_name(item.key, number, key)
        kept.errors[control] = message
        _keep_unread(columns.field(key), control, row.get(key), kept)
    return cleaned.values


def _keep_unread(item: Field, control: str, said: object, kept: Kept) -> None:
    if item.kind == "nik":
        kept.unread[control] = ""
    elif item.kind not in NOT_KEPT_UNREAD and isinstance(said, str):
        # No database keeps a NUL; what stands for it cannot be printed either, so the fault stays seen.
        kept.unread[control] = said.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def point_of(value: object) -> tuple[Decimal, Decimal] | None:
    """Read a stored coordinate as latitude and longitude; None where it was left out."""
    if not isinstance(value, Mapping):
        return None
    return Decimal(str(value["latitude"])), Decimal(str(value["longitude"]))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that an application names: what it is, its name, its point.

    `control` and `requirements` are those of its question; `at_sea` and `outfall` say what it must be;
    `told` is its distance from the shore as the application tells it, in metres.
    """

    label: str
    name: str
    latitude: Decimal
    longitude: Decimal
    control: str = ""
    requirements: tuple[int, ...] = ()
    at_sea: bool = False
    outfall: bool = False
    told: Decimal | None = None

    @property
    def title(self) -> str:
        return f"{self.label}: {self.name}" if self.name else self.label


def spots(fields: Sequence[Field], values: Mapping[str, object]) -> tuple[Spot, ...]:
    """List the places whose coordinates these fields of an application give, in the order of the form."""
    found: list[Spot] = []
    for item in fields:
        rows = values.get(item.key)
        if item.kind == "table" and isinstance(rows, list):
            found += [
                spot
                for number, row in enumerate(rows)
                for column in item.columns
                for spot in _spot(
                    column, row, item.label, cell_name(item.key, number, column.key), item.requirements
                )
            ]
        else:
            label = item.label.removeprefix("Koordinat ").capitalize()
            found += _spot(item, values, label, item.key, item.requirements)
    return tuple(found)


def _spot(
    item: Field, beside: Mapping[str, object], label: str, control: str, requirements: tuple[int, ...]
) -> list[Spot]:
    point = point_of(beside.get(item.key)) if item.kind == "coordinate" else None
    if point is None:
        return []
    told = beside.get(item.from_shore)
    return [
        Spot(
            label,
            str(beside.get(item.named_by, "")),
            *point,
            control=control,
            requirements=requirements,
            at_sea=item.box == "sea",
            outfall=item.role == OUTFALL,
            told=None if told is None else Decimal(str(told)),
        )
    ]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One thing that an application asks the decision to settle: a flow, a parameter, a named place."""

    kind: str
    name: str
    value: object = None


def proposals(form: Form, values: Mapping[str, object]) -> tuple[Proposal, ...]:
    """List what an application asks for, as the form's `proposes` marks say."""
    found: list[Proposal] = []
    for item in form.fields:
        rows = values.get(item.key)
        if item.kind == "table" and isinstance(rows, list):
            found += [asked for row in rows for column in item.columns for asked in _proposed(column, row)]
        else:
            found += _proposed(item, values)
    return tuple(found)


def _proposed(item: Field, beside: Mapping[str, object]) -> list[Proposal]:
    value = beside.get(item.key)
    if not item.proposes or value is None:
        return []
    if item.kind == "coordinate":
        return [Proposal(item.proposes, str(beside.get(item.named_by, "")), value)]
    return [Proposal(item.proposes, str(value) if item.kind == "text" else item.label, value)]


def show(item: Field, value: object) -> str:
    """Write a stored value as Indonesian text; a table becomes a line a row, each cell after its column."""
    if value is None or value == "" or value == []:
        return ""
    if item.kind == "table" and isinstance(value, list):
        return "\n".join("; ".join(_cells(item, row)) for row in value if isinstance(row, Mapping))
    if item.kind == "multichoice" and isinstance(value, list):
        return ", ".join(_label(item, str(key)) for key in value)
    if item.kind == "coordinate" and isinstance(value, Mapping):
        return typed.show_coordinate(
            Coordinate(Decimal(str(value["latitude"])), Decimal(str(value["longitude"])))
        )
    return _show_one(item, value)


def show_masked(item: Field, value: object) -> str:
    """Write a stored value as `show` does, the number of a person masked (UU 27/2022; domain 10.1)."""
    text = show(item, value)
    return typed.masked(text) if item.kind in NUMBERS_OF_PERSONS and text else text


def _show_one(item: Field, value: object) -> str:
    if item.kind == "choice":
        return _label(item, str(value))
    if item.kind == "regency":
        found = regency(str(value))
        return found.name if found else str(value)
    if item.kind == "confirm":
        return "Ya" if value is True else "Tidak"
    if item.kind == "date":
        day = date.fromisoformat(str(value))
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    if item.kind in {"decimal", "integer"}:
        return " ".join(part for part in (show_decimal(value), item.unit) if part)
    return str(value)


def show_decimal(number: object) -> str:
    """Write a stored number the Indonesian way: 1.500,5."""
    whole, _, part = str(number).partition(".")
    part = part.rstrip("0")
    grouped = f"{int(whole):,}".replace(",", ".") if whole not in {"-0", ""} else whole
    return f"{grouped},{part}" if part else grouped


def _cells(item: Field, row: Mapping[str, object]) -> list[str]:
    return [
        f"{column.label}: {text}" for column in item.columns if (text := show(column, row.get(column.key)))
    ]


def _label(item: Field, key: str) -> str:
    choice = item.choice(key)
    return choice.label if choice else key


def _missing(item: Field) -> str:
    if item.kind == "confirm":
        return "Nyatakan kesanggupan ini untuk melanjutkan."
    if item.kind in {"choice", "regency", "multichoice"}:
        return "Pilih salah satu." if item.kind != "multichoice" else "Pilih paling sedikit satu."
    if item.kind == "table":
        return f"Isi paling sedikit {max(item.min_rows, 1)} baris."
    return REQUIRED


def _clean(
    item: Field, raw: object, *, printable: Printable, beside: Mapping[str, object], complete: bool
) -> object:
    """Return one JSON-ready value, None where nothing was typed; raises ValueRefused."""
    if item.kind == "table":
        return _clean_table(item, raw, printable=printable, complete=complete)
    if item.kind == "coordinate":
        return _clean_coordinate(item, raw, beside)
    if item.kind == "multichoice":
        return _clean_choices(item, raw)
    if item.kind == "confirm":
        return True if raw is True or _text(raw).strip().lower() in {"1", "on", "true", "ya"} else None
    text = _text(raw).strip()
    return _clean_one(item, text, printable) if text else None


def _clean_one(item: Field, text: str, printable: Printable) -> object:
    if item.kind in {"text", "textarea"}:
        lines = item.kind == "textarea"
        limit = item.max_length or (TEXTAREA_LENGTH if lines else TEXT_LENGTH)
        return typed.clean_text(text, printable=printable, max_length=limit, lines=lines) or None
    if item.kind == "integer":
        return int(_within(item, Decimal(typed.parse_integer(text))))
    if item.kind == "decimal":
        return _plain(_within(item, typed.parse_decimal(text)))
    if item.kind == "date":
        return typed.parse_date(text).isoformat()
    if item.kind == "choice":
        return _chosen(item, text)
    if item.kind == "regency":
        return _clean_regency(item, text)
    return _CHECKS[item.kind](text)


def _clean_regency(item: Field, code: str) -> str:
    found = regency(code)
    if found is None:
        raise ValueRefused("Pilih kabupaten atau kota dari daftar.")
    if item.coastal and not found.coastal:
        raise ValueRefused(
            f"{found.name} tidak mempunyai laut. Pilih kabupaten atau kota tempat outfall berada."
        )
    return found.code


def _clean_choices(item: Field, raw: object) -> list[str] | None:
    picked = (
        [str(key) for key in raw] if isinstance(raw, Sequence) and not isinstance(raw, str) else [_text(raw)]
    )
    chosen = {_chosen(item, key) for key in picked if key.strip()}
    return [choice.key for choice in item.choices if choice.key in chosen] or None


def _chosen(item: Field, key: str) -> str:
    if item.choice(key) is None:
        raise ValueRefused("Pilih salah satu jawaban dari daftar.")
    return key


def _clean_coordinate(item: Field, raw: object, beside: Mapping[str, object]) -> dict[str, str] | None:
    pair = _pair(raw)
    if pair is None:
        return None
    near = regency(str(beside.get(item.near, ""))) if item.near else None
    point = typed.parse_coordinate(*pair, box=BOXES[item.box], near=near)
    return {"latitude": f"{point.latitude:+f}", "longitude": f"{point.longitude:f}"}


def _pair(raw: object) -> tuple[str, str] | None:
    if isinstance(raw, Mapping):
        latitude, longitude = _text(raw.get("latitude")).strip(), _text(raw.get("longitude")).strip()
    elif isinstance(raw, Sequence) and not isinstance(raw, str):
        if len(raw) != 2:
            raise ValueRefused("Tulis dua nilai: lintang lalu bujur.")
        latitude, longitude = (_signed(part) for part in raw)
    elif not (text := _text(raw).strip()):
        return None
    else:
        latitude, longitude = typed.split_coordinate(text)
    if not latitude and not longitude:
        return None
    if not latitude or not longitude:
        raise ValueRefused("Isi lintang dan bujur, keduanya.")
    return latitude, longitude


def _signed(part: object) -> str:
    """Write a number of a data file with its sign: there a bare number is no slip of the pen."""
    return f"{Decimal(str(part)):+f}" if isinstance(part, (int, float)) else _text(part).strip()


def _clean_table(
    item: Field, raw: object, *, printable: Printable, complete: bool
) -> list[dict[str, object]] | None:
    if raw is None or raw == "":
        return None
    if not _are_rows(raw):
        raise ValueRefused("Isi tabel ini baris demi baris.")
    rows, wrong = [], []
    columns = Section(item.key, item.label, "", item.columns)
    for number, row in enumerate(_filled(item, raw), start=1):
        cleaned = clean_section(columns, row, printable=printable, complete=complete)
        rows.append(cleaned.values)
        wrong += [
            f"Baris {number}, {columns.field(key).label}: {message}"
            for key, message in cleaned.errors.items()
        ]
    if wrong:
        raise ValueRefused(" ".join(wrong))
    if len(rows) > item.max_rows:
        raise ValueRefused(f"Terlalu banyak baris: {len(rows)}. Paling banyak {item.max_rows}.")
    if rows and complete and len(rows) < item.min_rows:
        raise ValueRefused(f"Isi paling sedikit {item.min_rows} baris; baru {len(rows)}.")
    return rows or None


def _are_rows(raw: object) -> TypeGuard[Sequence[Mapping[str, object]]]:
    return (
        isinstance(raw, Sequence)
        and not isinstance(raw, str)
        and all(isinstance(row, Mapping) for row in raw)
    )


def _filled(item: Field, rows: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return [row for row in rows if any(_is_filled(row.get(column.key)) for column in item.columns)]


def _is_filled(raw: object) -> bool:
    if isinstance(raw, Mapping):
        return any(_is_filled(part) for part in raw.values())
    return bool(_text(raw).strip()) if not isinstance(raw, (list, tuple)) else bool(raw)


def _within(item: Field, number: Decimal) -> Decimal:
    if item.least is not None and number < item.least:
        raise ValueRefused(f"Paling sedikit {_as_typed(item.least)}.")
    if item.most is not None and number > item.most:
        raise ValueRefused(f"Paling banyak {_as_typed(item.most)}.")
    return number


def _as_typed(number: Decimal) -> str:
    """Write a number as it can be typed: no points of thousands, which would be refused."""
    return _plain(number).replace(".", ",")


def _plain(number: Decimal) -> str:
    """Write a number so that it reads back as itself: never three decimals, which might be thousands."""
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _text(raw: object) -> str:
    """Write a typed or TOML value as the text a person would have typed."""
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "ya" if raw else ""
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, date):
        return raw.isoformat()
    if isinstance(raw, float):
        return f"{Decimal(str(raw)):f}".replace(".", ",")
    return str(raw)


def _section(table: Table) -> Section:
    section = Section(
        key=table.text("key"),
        title=table.text("title"),
        intro=table.text("intro", ""),
        fields=tuple(_field(item) for item in table.tables("fields", name="key")),
    )
    table.finish()
    _check_beside(table, section)
    return section


def _field(table: Table) -> Field:
    kind = table.text("kind")
    if kind and kind not in get_args(FieldKind):
        table.refuse(f"jenis isian '{kind}' tidak dikenal")
    item = Field(
        key=table.text("key"),
        label=table.text("label"),
        kind=next((known for known in get_args(FieldKind) if known == kind), "text"),
        help=table.text("help", ""),
        required=table.boolean("required", True),
        unit=table.text("unit", ""),
        requirements=table.integers("requirements"),
        max_length=table.maybe_integer("max_length"),
        least=_bound(table, "least"),
        most=_bound(table, "most"),
        choices=tuple(_choice(entry) for entry in table.tables("choices", name="key", required=False)),
        columns=tuple(_field(entry) for entry in table.tables("columns", name="key", required=False)),
        min_rows=table.integer("min_rows", 0),
        max_rows=table.integer("max_rows", 50),
        statement=table.text("statement", ""),
        box=table.text("box", "land"),
        near=table.text("near", ""),
        from_shore=table.text("from_shore", ""),
        coastal=table.boolean("coastal", False),
        role=table.text("role", ""),
        proposes=table.text("proposes", ""),
        named_by=table.text("named_by", ""),
        cited=table.boolean("cited", False),
    )
    _check_field(table, item)
    table.finish()
    return item if item.kind != "regency" else _with_regencies(item)


def _with_regencies(item: Field) -> Field:
    offered = tuple(
        Choice(found.code, found.name) for found in REGENCIES if found.coastal or not item.coastal
    )
    return Field(**{name: getattr(item, name) for name in Field.__slots__} | {"choices": offered})


def _choice(table: Table) -> Choice:
    choice = Choice(table.text("key"), table.text("label"))
    table.finish()
    return choice


def _bound(table: Table, key: str) -> Decimal | None:
    if not table.has(key):
        return None
    text = table.text(key)
    try:
        return typed.parse_decimal(text)
    except ValueRefused:
        table.refuse(f"kunci '{key}' harus angka dalam teks")
        return None


def _check_field(table: Table, item: Field) -> None:
    if (item.kind in {"choice", "multichoice"}) != bool(item.choices):
        table.refuse("'choices' wajib bagi isian pilihan, dan hanya bagi isian pilihan")
    if (item.kind == "table") != bool(item.columns):
        table.refuse("'columns' wajib bagi tabel, dan hanya bagi tabel")
    if (item.kind == "confirm") != bool(item.statement):
        table.refuse("'statement' wajib bagi pernyataan, dan hanya bagi pernyataan")
    if any(column.kind == "table" for column in item.columns):
        table.refuse("tabel di dalam tabel tidak didukung")
    if item.proposes and PROPOSES.get(item.proposes) != item.kind:
        table.refuse(f"isian jenis '{item.kind}' tidak dapat mengusulkan '{item.proposes}'")
    if (item.kind == "coordinate" and bool(item.proposes)) != bool(item.named_by):
        table.refuse("'named_by' wajib bagi koordinat yang diusulkan, dan hanya baginya")
    if item.box not in BOXES:
        table.refuse(f"kotak wilayah '{item.box}' tidak dikenal")
    if item.role not in ROLES or (item.role and item.kind != "coordinate"):
        table.refuse(f"peran '{item.role}' tidak dikenal, atau bukan bagi isian jenis ini")
    for what, keys in (
        ("pilihan", [choice.key for choice in item.choices]),
        ("kolom", [column.key for column in item.columns]),
    ):
        for key, times in Counter(keys).items():
            if times > 1:
                table.refuse(f"{what} '{key}' dipakai lebih dari sekali")


def _check_beside(table: Table, section: Section) -> None:
    regencies = {item.key for item in section.fields if item.kind == "regency"}
    metres = {item.key for item in section.fields if item.kind == "decimal" and item.unit == "m"}
    for item in section.fields:
        if item.near and item.near not in regencies:
            table.refuse(f"isian '{item.key}' menunjuk kabupaten '{item.near}' yang tidak ada di bagian ini")
        if item.from_shore and item.from_shore not in metres:
            table.refuse(
                f"isian '{item.key}' menunjuk jarak '{item.from_shore}' yang bukan angka (m) di bagian ini"
            )


def _doubles(form: Form) -> list[Fault]:
    counted = (
        ("bagian", Counter(section.key for section in form.sections)),
        ("isian", Counter(item.key for item in form.fields)),
        ("peran", Counter(item.role for item in form.fields if item.role)),
    )
    return [
        Fault(FILE, f"{what} '{key}'", "dipakai lebih dari sekali")
        for what, keys in counted
        for key, times in keys.items()
        if times > 1
    ]

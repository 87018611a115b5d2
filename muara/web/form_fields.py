"""A section of form.toml as a Django form: what is typed stays text, muara.sop says what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape

from muara.documents.indonesian import tanggal
from muara.documents.repertoire import allowed
from muara.permits.models import Earlier, OldPermit
from muara.sop.form import (
    OUTFALL,
    TEXT_LENGTH,
    Field,
    Section,
    cell_name,
    clean_section,
    show,
    spots,
)
from muara.sop.places import UNCERTAIN, beside_the_sea
from muara.sop.siting import Doubtful, doubtful

EMPTY_ROWS = 2
# What a field of a kind is told to look like where the SOP's form says nothing of its own.
EXAMPLES = {
    "date": "Hari, bulan, tahun, misalnya 10/12/2026 atau 10 Desember 2026.",
    "decimal": "Misalnya 1500 atau 80,5; tanpa titik ribuan.",
    "integer": "Angka saja, misalnya 12.",
    "coordinate": "Misalnya 0°30'20\" LU 117°38'20\" BT, atau desimal seperti +0,505556; 117,638889.",
}


class Answer(forms.Field):
    """A question whose typed text is judged by `clean_section`, in its own sentences."""

    def clean(self, value: Any) -> Any:
        """Return what was typed, whatever it is."""
        return value


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, as its own group of questions."""

    number: int
    cells: list[Question]
    filled: bool


@dataclass(frozen=True, slots=True)
class Question:
    """A question of the section as the page shows it: one control, or the rows of a table.

    A coordinate has what was read of it, what is doubtful of its place, and what a map of it must know.
    """

    field: Field
    control: forms.BoundField | None
    rows: tuple[Row, ...] = ()
    read_as: str = ""
    doubts: tuple[str, ...] = ()
    row: int = 0  # counted from 1; 0 outside a table
    name_control: str = ""  # where the place's name is typed
    distance_control: str = ""  # where its distance from the shore is typed

    @property
    def is_outfall(self) -> bool:
        return self.field.role == OUTFALL


class SectionForm(forms.Form):
    """One section of the application form, kept as one goes: gaps are no error, unreadable values are.

    After `is_valid`, `said` is what was typed, as `clean_section` reads it.
    """

    use_required_attribute = False

    def __init__(
        self,
        section: Section,
        *,
        values: Mapping[str, object],
        data: MultiValueDict[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self.said: dict[str, object] = {}
        self.section, self.values = section, values
        self.sizes: dict[str, int] = {}
        for item in section.fields:
            if item.kind == "table":
                self._add_table(item)
            else:
                self.fields[item.key] = answer(item)
                self.initial[item.key] = as_typed(item, values.get(item.key))

    def _add_table(self, item: Field) -> None:
        stored = rows_of(self.values.get(item.key))
        self.sizes[item.key] = self._posted_rows(item) if self.is_bound else len(stored) + EMPTY_ROWS
        for row in range(self.sizes[item.key]):
            for column in item.columns:
                name = cell(item, row, column)
                self.fields[name] = answer(column)
                if row < len(stored):
                    self.initial[name] = as_typed(column, stored[row].get(column.key))

    def _posted_rows(self, item: Field) -> int:
        numbers = [
            int(m[1]) for name in self.data if (m := re.fullmatch(rf"{item.key}-(\d{{1,3}})-\w+", name))
        ]
        return min(max(numbers, default=-1) + 1, item.max_rows + EMPTY_ROWS)

    def typed_before(self, unread: Mapping[str, str]) -> MultiValueDict[str, Any]:
        """Give the section as it stood when it was left, with what could not be read as it was typed."""
        shown = {name: self[name].value() for name in self.fields} | dict(unread)
        return MultiValueDict(
            {name: value if isinstance(value, list) else [value or ""] for name, value in shown.items()}
        )

    def _raw(self) -> dict[str, object]:
        """Give what was typed as `clean_section` reads it: tables as lists of rows."""
        said: dict[str, object] = {}
        for item in self.section.fields:
            if item.kind == "table":
                said[item.key] = [self._row(item, row) for row in range(self.sizes[item.key])]
            else:
                said[item.key] = self.cleaned_data.get(item.key)
        return said

    def _row(self, item: Field, row: int) -> dict[str, object]:
        return {column.key: self.cleaned_data.get(cell(item, row, column)) for column in item.columns}

    def clean(self) -> dict[str, Any]:
        """Name what cannot be read, each beside the control it was typed in."""
        self.said = self._raw()
        errors = clean_section(self.section, self.said, printable=allowed, complete=False).errors
        for key, message in errors.items():
            item = self.section.field(key)
            if item.kind != "table":
                self.add_error(key, message)
            elif not self._point_into_table(item):
                self.add_error(None, f"{item.label}: {message}")
        return self.cleaned_data

    def _point_into_table(self, item: Field) -> bool:
        columns = Section(item.key, item.label, "", item.columns)
        found = False
        for row in range(self.sizes[item.key]):
            wrong = clean_section(columns, self._row(item, row), printable=allowed, complete=False).errors
            for key, message in wrong.items():
                self.add_error(cell(item, row, columns.field(key)), f"Baris {row + 1}: {message}")
                found = True
        return found

    def questions(self) -> Iterator[Question]:
        """List the section's questions in the order of the form."""
        read = self._read()
        told = {item.spot.control: item.doubts for item in doubtful(self.section.fields, read)}
        where = {
            spot.control: beside_the_sea(spot.latitude, spot.longitude)
            for spot in spots(self.section.fields, read)
        }
        for item in self.section.fields:
            if item.kind == "table":
                yield Question(item, None, rows=tuple(self._rows(item, read, where, told)))
            else:
                yield self._question(item, item.key, read, where, told)

    def _rows(
        self,
        item: Field,
        read: Mapping[str, object],
        where: Mapping[str, str],
        told: Mapping[str, tuple[str, ...]],
    ) -> Iterator[Row]:
        stored = rows_of(read.get(item.key))
        for row in range(self.sizes[item.key]):
            values = stored[row] if row < len(stored) else {}
            cells = [
                self._question(column, cell(item, row, column), values, where, told, table=item, row=row + 1)
                for column in item.columns
            ]
            yield Row(row + 1, cells, any(one.control is not None and one.control.value() for one in cells))

    def _question(
        self,
        item: Field,
        control: str,
        values: Mapping[str, object],
        where: Mapping[str, str],
        told: Mapping[str, tuple[str, ...]],
        *,
        table: Field | None = None,
        row: int = 0,
    ) -> Question:
        doubts, read_as = told.get(control, ()), ""
        if control in where:
            read_as = f"{show(item, values.get(item.key))}. {where[control]}"
            if doubts or table is None:
                read_as = f"{read_as} {UNCERTAIN}"
        return Question(
            item,
            self[control],
            read_as=read_as,
            doubts=doubts,
            row=row,
            name_control=self._beside(item.named_by, table, row),
            distance_control=self._beside(item.from_shore, table, row),
        )

    def _beside(self, key: str, table: Field | None, row: int) -> str:
        """Give the id of the control of a field in the same section, or in the same row."""
        if not key:
            return ""
        return self[key if table is None else cell_name(table.key, row - 1, key)].auto_id

    def doubtful(self) -> tuple[Doubtful, ...]:
        """List the places typed here that lie doubtfully; advice, no error."""
        return doubtful(self.section.fields, self._read())

    def _read(self) -> Mapping[str, object]:
        """Give what could be read, rows where they stand on the page: the stored, or what was typed."""
        if not self.is_bound:
            return self.values
        read = clean_section(self.section, self.said, printable=allowed, complete=False).values
        for item in self.section.fields:
            if item.kind == "table":
                columns = Section(item.key, item.label, "", item.columns)
                read[item.key] = [
                    clean_section(columns, self._row(item, row), printable=allowed, complete=False).values
                    for row in range(self.sizes[item.key])
                ]
        return read


def cell(item: Field, row: int, column: Field) -> str:
    """Name the control of a table's cell."""
    return cell_name(item.key, row, column.key)


def rows_of(value: object) -> list[Mapping[str, object]]:
    """Read a stored table."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def answer(item: Field) -> Answer:
    """Make the control of a question."""
    unit = f" ({item.unit})" if item.unit else ""
    return Answer(
        label=item.statement or f"{item.label}{unit}",
        help_text=escape(" ".join(part for part in (item.help, EXAMPLES.get(item.kind, "")) if part)),
        required=item.required,
        widget=WIDGETS.get(item.kind, _line)(item),
    )


def as_typed(item: Field, value: object) -> object:
    """Write a stored value as a person would type it, so that saving it again changes nothing."""
    if value is None:
        return [] if item.kind == "multichoice" else ""
    if item.kind in {"multichoice", "confirm"}:
        return value
    if item.kind == "decimal":
        return str(value).replace(".", ",")
    if item.kind == "date":
        day = date.fromisoformat(str(value))
        return f"{day.day}/{day.month}/{day.year}"
    if item.kind == "coordinate" and isinstance(value, Mapping):
        return f"{_side(value['latitude'], 'LU', 'LS')}; {_side(value['longitude'], 'BT', 'BB')}"
    return str(value)


def _side(degrees: object, positive: str, negative: str) -> str:
    plain = str(degrees).replace(".", ",")
    return f"{plain.lstrip('+-')} {negative if plain.startswith('-') else positive}"


def _line(item: Field) -> forms.Widget:
    attrs: dict[str, Any] = {"autocomplete": "off", "class": WIDTHS.get(item.kind, "")}
    if item.kind in DIGITS:
        attrs["inputmode"] = "numeric"
    if item.kind == "decimal":
        attrs["inputmode"] = "decimal"
    if item.kind in {"phone", "email"}:
        attrs |= {"inputmode": "tel" if item.kind == "phone" else "email", "autocomplete": item.kind}
    if item.kind == "phone":
        attrs["autocomplete"] = "tel"
    if item.kind == "text" and (item.max_length or TEXT_LENGTH) <= 40:
        attrs["class"] = "govuk-input--width-10"
    return forms.TextInput(attrs)


def _lines(item: Field) -> forms.Widget:
    return forms.Textarea({"rows": 3 if (item.max_length or 0) <= 400 else 6, "maxlength": item.max_length})


def _picked(item: Field) -> forms.Widget:
    return forms.RadioSelect(choices=_choices(item))


def _ticked(item: Field) -> forms.Widget:
    return forms.CheckboxSelectMultiple(choices=_choices(item))


def _listed(item: Field) -> forms.Widget:
    return forms.Select(choices=[("", "Pilih"), *_choices(item)])


def _confirmed(item: Field) -> forms.Widget:
    return forms.CheckboxInput()


def _choices(item: Field) -> list[tuple[str, str]]:
    return [(choice.key, choice.label) for choice in item.choices]


DIGITS = {"integer", "nib", "npwp", "nik", "kbli", "postal_code"}
WIDTHS = {
    "integer": "govuk-input--width-5",
    "decimal": "govuk-input--width-10",
    "kbli": "govuk-input--width-5",
    "postal_code": "govuk-input--width-5",
    "date": "govuk-input--width-10",
    "nib": "govuk-input--width-20",
    "npwp": "govuk-input--width-20",
    "nik": "govuk-input--width-20",
    "phone": "govuk-input--width-20",
}
WIDGETS: dict[str, Callable[[Field], forms.Widget]] = {
    "textarea": _lines,
    "choice": _picked,
    "multichoice": _ticked,
    "regency": _listed,
    "confirm": _confirmed,
}


class PreviousPermit(forms.ChoiceField):
    """The permit to renew or change, of those that the register knows; its value is the permit."""

    TYPED = "Belum tercatat di Muara: nomor dan tanggalnya saya tulis dalam formulir"

    def __init__(self) -> None:
        super().__init__(
            label="Izin yang diperpanjang atau diubah",
            help_text="Hanya untuk perpanjangan atau perubahan. Isian izin itu disalin ke permohonan ini.",
            widget=forms.RadioSelect,
            required=False,
            error_messages={"invalid_choice": "Pilih izin dari daftar."},
        )
        self.permits: dict[str, Earlier] = {}

    def offer(self, permits: Iterable[Earlier]) -> None:
        self.permits = {self._key(permit): permit for permit in permits}
        offered = [(key, self._name(permit)) for key, permit in self.permits.items()]
        self.choices = [*offered, ("", self.TYPED)]

    def clean(self, value: object) -> Earlier | None:
        return self.permits.get(super().clean(value))

    def _key(self, permit: Earlier) -> str:
        return f"lama-{permit.pk}" if isinstance(permit, OldPermit) else str(permit.pk)

    def _name(self, permit: Earlier) -> str:
        origin = f" ({permit.ORIGIN})" if isinstance(permit, OldPermit) else ""
        return f"{permit}, {permit.company}, berlaku sampai {tanggal(permit.expires_on)}{origin}"


def offer_permits(form: forms.Form, permits: Sequence[Earlier]) -> None:
    """Ask for the earlier permit only where there is one to choose."""
    field = form.fields["previous"]
    assert isinstance(field, PreviousPermit)
    if permits:
        field.offer(permits)
    else:
        del form.fields["previous"]

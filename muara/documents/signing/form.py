"""A letter's named blanks as form fields: what may still be filled in after the official has signed.

Typst sets each blank as a link to `field:NAME`, which gives it a rectangle, a tag and its place in the
reading order. One full rewrite before any signature makes the links into fields; after it the file only
grows.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

import pikepdf
from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, String

OFFICIAL, SEAL, TIMESTAMP = "ttd", "segel", "stempel_waktu"
BLANKS = ("nomor", "tanggal", "berlaku")  # a place is one of these with its running number: "nomor_1"
SCHEME = "field:"
FONT = Path(__file__).resolve().parent.parent / "fonts" / "texgyrebonum-regular.otf"
FONT_NAME = "/Bonum"
SIZE = 10.5  # points, as the decree around it
NUMBER_ROOM = 72 / 25.4 * 72  # points: the width that the template library gives the number's blank
READ_ONLY, NO_SPELLING, NO_SCROLL = 1 << 0, 1 << 22, 1 << 23
PRINTED = 4  # an annotation that is printed
LOCKED = 128
CHARACTERS = "".join(chr(code) for code in range(0x20, 0x7F))
TOLD = {
    "nomor": "Nomor keputusan, diisi petugas tata usaha setelah ditandatangani",
    "tanggal": "Tanggal penetapan, diisi petugas tata usaha setelah ditandatangani",
    "berlaku": "Tanggal akhir masa berlaku, diisi petugas tata usaha setelah ditandatangani",
    OFFICIAL: "Tanda tangan elektronik pejabat",
    SEAL: "Segel elektronik kantor",
}


class NoPlaces(ValueError):
    """A letter without the places that an electronic signature needs."""


def kind_of(name: str) -> str:
    """Which blank a field repeats: "nomor_2" is "nomor"."""
    return name.partition("_")[0]


def is_blank(name: str) -> bool:
    kind, _, place = name.partition("_")
    return kind in BLANKS and place.isdigit()


def prepare(pdf: bytes, *, seal_subject: str = "", official_signs_here: bool = True) -> bytes:
    """Give a letter its fields; the same letter gives the same bytes.

    `seal_subject` is the common name that alone may fill the seal's field. A service that brings a field
    of its own (BSrE) signs a letter without ours.

    Raises:
        NoPlaces: the letter has no place for a signature, the seal or the number.
    """
    document = pikepdf.open(io.BytesIO(pdf))
    font = _font(document)
    fields: dict[str, Dictionary] = {}
    for page in document.pages:
        annotations = page.get("/Annots", Array())
        for annotation in cast("Iterator[Dictionary]", iter(annotations)):
            name = _named(annotation)
            if not name:
                continue
            if name in fields:
                raise NoPlaces(f"place {name} occurs twice")
            _become_widget(document, annotation, page, name, font)
            fields[name] = annotation
    blanks = sorted(name for name in fields if is_blank(name))
    if OFFICIAL not in fields or SEAL not in fields or not any(kind_of(name) == "nomor" for name in blanks):
        raise NoPlaces("a decree needs places for its number, its signature and the seal")
    if not official_signs_here:
        _take_out(document, fields.pop(OFFICIAL))
    else:
        fields[OFFICIAL][Name.Lock] = document.make_indirect(
            Dictionary(
                Type=Name.SigFieldLock,
                Action=Name.Exclude,
                Fields=Array([String(name) for name in (*blanks, SEAL, TIMESTAMP)]),
                P=2,
            )
        )
    fields[SEAL][Name.Lock] = document.make_indirect(Dictionary(Type=Name.SigFieldLock, Action=Name.All, P=2))
    if seal_subject:
        fields[SEAL][Name.SV] = document.make_indirect(
            Dictionary(
                Type=Name.SV,
                Cert=Dictionary(
                    Type=Name.SVCert, Ff=2, SubjectDN=Array([Dictionary({"/CN": String(seal_subject)})])
                ),
            )
        )
    document.Root.AcroForm = document.make_indirect(
        Dictionary(
            Fields=Array(list(fields.values())),
            SigFlags=3,
            DR=Dictionary(Font=Dictionary({FONT_NAME: font})),
            DA=String(f"{FONT_NAME} {SIZE} Tf 0 g"),
        )
    )
    out = io.BytesIO()
    document.save(out, static_id=False, deterministic_id=True, linearize=False)
    return out.getvalue()


def appearance(text: str, *, width: float, height: float) -> bytes:
    """The drawing of a filled-in blank: what the validator expects to see, byte by byte."""
    drawn = text.encode("ascii").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return (
        b"/Tx BMC q 0 0 %.2f %.2f re W n BT %s %.2f Tf 0 g 1 %.2f Td (%s) Tj ET Q EMC"
        % (width, height, FONT_NAME.encode(), SIZE, (height - SIZE) / 2 + 2.2, drawn)
    )  # fmt: skip


def fits(text: str, *, width: float) -> bool:
    """A text can be drawn in a blank of this width (points): printable ASCII, and not too long."""
    if any(character not in CHARACTERS for character in text):
        return False
    _, widths = _subset()
    return sum(widths[ord(character) - 0x20] for character in text) * SIZE / 1000 + 1 <= width


def _named(annotation: Dictionary) -> str:
    action = annotation.get("/A")
    target = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
    return target.removeprefix(SCHEME) if target.startswith(SCHEME) else ""


def _become_widget(
    document: pikepdf.Pdf, annotation: Dictionary, page: pikepdf.Page, name: str, font: pikepdf.Object
) -> None:
    signature = name in (OFFICIAL, SEAL)
    for key in ("/A", "/Border", "/Contents", "/BS", "/C", "/H", "/F"):
        if key in annotation:
            del annotation[key]
    left, bottom, right, top = (float(cast("Any", side)) for side in annotation.Rect)
    empty = pikepdf.Stream(document, b"")
    empty.stream_dict.update(
        {
            "/Type": Name.XObject,
            "/Subtype": Name.Form,
            "/BBox": Array([0, 0, round(right - left, 2), round(top - bottom, 2)]),
        }
    )
    annotation.Subtype = Name.Widget
    annotation.P = page.obj
    annotation.T = String(name)
    annotation.TU = String(TOLD[kind_of(name)])
    annotation.F = PRINTED | LOCKED if signature else PRINTED
    annotation.AP = Dictionary(N=document.make_indirect(empty))
    if signature:
        annotation.FT = Name.Sig
    else:
        annotation.FT = Name.Tx
        annotation.Ff = NO_SPELLING | NO_SCROLL
        annotation.DA = String(f"{FONT_NAME} {SIZE} Tf 0 g")
    element = _tag_of(document, annotation)
    element.S = Name.Form
    element.K = Dictionary(Type=Name.OBJR, Obj=annotation, Pg=page.obj)
    if "/A" in element:
        del element["/A"]


def _tag_of(document: pikepdf.Pdf, annotation: Dictionary) -> Dictionary:
    """The structure element of an annotation, by the parent tree."""
    wanted = int(cast("Any", annotation.StructParent))
    tree = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
    return cast("Dictionary", tree[wanted])


def _take_out(document: pikepdf.Pdf, annotation: Dictionary) -> None:
    """Leave a place empty: no field, no annotation, and its tag holds nothing."""
    element = _tag_of(document, annotation)
    element.S = Name.NonStruct
    del element["/K"]
    page = pikepdf.Page(cast("Dictionary", annotation.P))
    kept = [one for one in cast("Any", page.Annots) if one.objgen != annotation.objgen]
    page.obj.Annots = Array(kept)


def _font(document: pikepdf.Pdf) -> pikepdf.Object:
    """The face of the blanks, embedded before the signature, so that the official signs it too."""
    program, widths = _subset()
    file = pikepdf.Stream(document, program)
    file.stream_dict.Subtype = Name.Type1C
    face = TTFont(FONT)
    scale = 1000 / face["head"].unitsPerEm
    box = [round(getattr(face["head"], side) * scale) for side in ("xMin", "yMin", "xMax", "yMax")]
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/MUARAA+TeXGyreBonum-Regular"),
        Flags=32 | 2,
        FontBBox=Array(box),
        ItalicAngle=0,
        Ascent=round(face["hhea"].ascent * scale),
        Descent=round(face["hhea"].descent * scale),
        CapHeight=round(face["OS/2"].sCapHeight * scale) or 680,
        StemV=80,
        FontFile3=document.make_indirect(file),
    )
    return document.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type1,
            BaseFont=Name("/MUARAA+TeXGyreBonum-Regular"),
            FirstChar=0x20,
            LastChar=0x7E,
            Widths=Array(widths),
            Encoding=Name.WinAnsiEncoding,
            FontDescriptor=document.make_indirect(descriptor),
        )
    )


@cache
def _subset() -> tuple[bytes, list[int]]:
    """The bare CFF program of the printable ASCII characters, and their widths."""
    options = subset.Options(glyph_names=True, desubroutinize=True, hinting=False, layout_features=[])
    face = TTFont(FONT)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=CHARACTERS)
    subsetter.subset(face)
    scale = 1000 / face["head"].unitsPerEm
    names = face.getBestCmap()
    widths = [round(face["hmtx"][names[ord(character)]][0] * scale) for character in CHARACTERS]
    compiled = io.BytesIO()
    face.save(compiled, reorderTables=False)
    compiled.seek(0)
    return cast("bytes", TTFont(compiled).reader["CFF "]), widths

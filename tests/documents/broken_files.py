"""Real files for upload tests, good and broken, made by independent writers (pikepdf, Pillow, zlib)."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pikepdf
from PIL import Image


def pdf(*, pages: int = 1, size: tuple[float, float] = (595, 842)) -> bytes:
    """A PDF of blank pages; `size` in points."""
    with pikepdf.new() as document:
        for _ in range(pages):
            document.add_blank_page(page_size=size)
        buffer = BytesIO()
        document.save(buffer, static_id=True)
    return buffer.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that asks for a password before it opens."""
    with pikepdf.open(BytesIO(pdf())) as document:
        buffer = BytesIO()
        document.save(buffer, encryption=pikepdf.Encryption(owner="pemilik", user="rahasia"))
    return buffer.getvalue()


def picture(kind: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A small picture in "PNG" or "JPEG"."""
    buffer = BytesIO()
    Image.new("RGB", size, "teal").save(buffer, kind)
    return buffer.getvalue()


def png_bomb(side: int = 30_000) -> bytes:
    """A valid PNG of a few hundred kilobytes that unpacks to `side` × `side` pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    packer = zlib.compressobj(9)
    row = b"\0" + bytes(side // 8 + 1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")

"""A logo that a partner uploads, and what it costs libpng alone."""

from __future__ import annotations

import shlex
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

SIDE = 512
SOURCE = Path(__file__).with_name("libpng.c")


def picture(number: int) -> bytes:
    """A disc on transparent ground, in a colour of its own up to 16 million."""
    colour, clear = (number * 2_654_435_761 % (1 << 24)).to_bytes(3, "big") + b"\xff", bytes(4)
    rows = bytearray()
    for y in range(SIDE):
        half = int(max(0, (SIDE * 0.45) ** 2 - (y - SIDE / 2) ** 2) ** 0.5)
        ground = clear * (SIDE // 2 - half)
        rows += b"\0" + ground + colour * (2 * half) + ground
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 1)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def form(fields: dict[str, str], file: bytes) -> tuple[str, bytes]:
    """The type and the body of a form with a logo (RFC 7578)."""
    boundary = "logo-of-the-bench"
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts.append(b'name="logo"; filename="logo.png"\r\nContent-Type: image/png\r\n\r\n' + file)
    head = f"--{boundary}\r\nContent-Disposition: form-data; ".encode()
    body = b"".join(head + part + b"\r\n" for part in parts) + f"--{boundary}--\r\n".encode()
    return f"multipart/form-data; boundary={boundary}", body


class LibPNG:
    """libpng doing no more than it must, in a program that is compiled for it."""

    def __init__(self, folder: Path) -> None:
        self.program, self.picture = folder / "libpng", folder / "logo.png"
        self.picture.write_bytes(picture(1))
        subprocess.run(["cc", "-O2", "-o", self.program, SOURCE, *flags()], check=True)

    def rate(self, seconds: float) -> float:
        """So many logos a second on one core."""
        asked = [self.program, self.picture, str(seconds)]
        return float(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)


def flags() -> Iterator[str]:
    asked = ["pkg-config", "--cflags", "--libs", "libpng"]
    yield from shlex.split(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)

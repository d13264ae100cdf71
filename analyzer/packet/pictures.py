"""Draws pictures anew, so that nothing hides in them; the only door to Pillow."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from PIL import Image, ImageOps

from analyzer.errors import Location, UsageError

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM")
_MOST_PIXELS = 50_000_000
_LEAST_SIDE = 16
_HINT = "Take the screenshot again as PNG."


def is_picture(data: bytes) -> bool:
    """Whether the first bytes are those of a picture that can be drawn anew."""
    return data.startswith(_BEGINNINGS) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP")


def redrawn(data: bytes, most_bytes: int, name: str) -> bytes:
    """Gives a PNG of at most most_bytes that holds the picture's points and nothing else.

    What goes: EXIF, text, colour profiles, thumbnails, further frames, and whatever follows the picture's end. The
    turn that EXIF asks for is done. A picture that is too large is made smaller. Raises UsageError for what is no
    picture, is damaged, or has more than 50 million points.
    """
    for picture in _halved(_points(data, name)):
        buffer = io.BytesIO()
        picture.save(buffer, "PNG", optimize=True)
        if buffer.tell() <= most_bytes:
            return buffer.getvalue()
    raise UsageError(f"cannot be made smaller than {most_bytes:,} bytes.", location=Location(name), hint=_HINT)


def _points(data: bytes, name: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of too many points, or of damaged EXIF
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                if opened.width * opened.height > _MOST_PIXELS:
                    message = f"has more than {_MOST_PIXELS:,} points."
                    raise UsageError(message, location=Location(name), hint="Cut it to what matters.")
                turned = ImageOps.exif_transpose(opened)
                seen = turned.convert("RGBA" if turned.has_transparency_data else "RGB")
                return Image.frombytes(seen.mode, seen.size, seen.tobytes())
    except (OSError, SyntaxError, ValueError, EOFError, Warning, Image.DecompressionBombError) as error:
        message = "is no picture that can be read, or is damaged."
        raise UsageError(message, location=Location(name), hint=_HINT) from error


def _halved(picture: Image.Image) -> Iterator[Image.Image]:
    """Yields the picture, and then ever smaller ones."""
    while True:
        yield picture
        width, height = picture.width // 2, picture.height // 2
        if max(width, height) < _LEAST_SIDE or min(width, height) < 1:
            return
        picture = picture.resize((width, height), Image.Resampling.LANCZOS)

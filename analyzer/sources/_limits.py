"""What one input may cost, and the meter that stops a decompression bomb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzer.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one input; ratios are of decompressed to compressed bytes, all others are absolute.

    ratio: what one compressed stream may reach once it gave ratio_from_bytes, with bytes that are no lines or always
        the same ones. A stream has no absolute limit, so a long log is no bomb.
    line_ratio: the same for lines that differ: a log of health checks is 100 to 700 times its size in xz.
    decompressed_bytes: from here on the input as a whole, all layers and members together, must keep to these ratios;
        also the most that is stored in a temporary file, for what cannot be read in place.
    nesting: containers around a member: a tar in a gzip is 2.
    members: members of all archives in one input.
    line_bytes: what is kept of one line, in UTF-8; the rest is counted.
    document_bytes: the largest document that Stream.whole gives.
    """

    ratio: int = 200
    line_ratio: int = 1_500
    ratio_from_bytes: int = 64 << 20
    decompressed_bytes: int = 2 << 30
    nesting: int = 2
    members: int = 10_000
    line_bytes: int = 1_000_000
    document_bytes: int = 512 << 20


@dataclass(slots=True)
class Meter:
    """Passes decompressed chunks on while they are in proportion to the compressed bytes that taken() tells.

    floor is what may be given whatever the proportion.
    """

    taken: Callable[[], int]
    limits: Limits
    floor: int
    given: int = 0
    tripped: bool = False
    _needed: float = 0.0  # compressed bytes that an honest stream takes for what was given
    _last: bytes = b""

    def guard(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yields what the limits allow; raises InputError at the first byte beyond them."""
        for chunk in chunks:
            ratio = self._ratio(chunk)
            allowed = max(self.floor - self.given, int((self.taken() - self._needed) * ratio))
            if len(chunk) > allowed:
                self.tripped = True
                yield chunk[: max(allowed, 0)]
                self.given += max(allowed, 0)
                raise InputError(
                    f"grows to more than {ratio:,} times its compressed size ({self.given:,} bytes from"
                    f" {self.taken():,}), which is the limit against decompression bombs",
                    hint="If you trust it, decompress it yourself and name the result.",
                )
            self.given += len(chunk)
            self._needed += len(chunk) / ratio
            yield chunk

    def _ratio(self, chunk: bytes) -> int:
        """Gives what the chunk may reach: its last whole line tells whether there are lines, and new ones."""
        end = chunk.rfind(b"\n")
        last = chunk[chunk.rfind(b"\n", 0, end) + 1 : end] if end >= 0 else self._last
        first = chunk.partition(b"\n")[0] if end >= 0 else b""
        known, self._last = self._last or first, last
        return self.limits.ratio if last == known else self.limits.line_ratio

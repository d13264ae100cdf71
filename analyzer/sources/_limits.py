"""What one input may cost, and the meter that stops a decompression bomb."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from analyzer.errors import InputError


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for one input; all but the first two are absolute.

    ratio: decompressed to compressed bytes that one compressed stream may reach once it gave ratio_from_bytes. A
        stream has no absolute limit, so a long honest log (20 to 150 times) is no bomb.
    decompressed_bytes: from here on the input as a whole, all layers and members together, must keep to ratio; also
        the most that is stored in a temporary file, for a zip archive that cannot be read in place.
    nesting: containers around a member: a tar in a gzip is 2.
    members: members of all archives in one input.
    line_bytes: what is kept of one line, in UTF-8; the rest is counted.
    document_bytes: the largest document that Stream.whole gives.
    """

    ratio: int = 200
    ratio_from_bytes: int = 64 << 20
    decompressed_bytes: int = 2 << 30
    nesting: int = 2
    members: int = 10_000
    line_bytes: int = 1_000_000
    document_bytes: int = 512 << 20


@dataclass(slots=True)
class Meter:
    """Passes decompressed chunks on while they are in proportion to the compressed bytes that taken() tells."""

    taken: Callable[[], int]
    ratio: int
    floor: int
    given: int = 0
    tripped: bool = False

    def guard(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yields what the limit allows; raises InputError at the first byte beyond it."""
        for chunk in chunks:
            allowed = max(self.floor, self.ratio * self.taken())
            if self.given + len(chunk) > allowed:
                self.tripped = True
                yield chunk[: allowed - self.given]
                raise InputError(
                    f"grows to more than {self.ratio} times its compressed size ({allowed:,} bytes from"
                    f" {self.taken():,}), which is the limit against decompression bombs",
                    hint="If you trust it, decompress it yourself and name the result.",
                )
            self.given += len(chunk)
            yield chunk

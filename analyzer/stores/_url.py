"""The names of objects: scheme://bucket/key, without anything that could be a credential."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, cast

from analyzer.errors import Location, UsageError

Scheme = Literal["s3", "gs", "az"]
_URL = re.compile(r"(s3|gs|az)://([^/]*)(?:/(.*))?", re.DOTALL | re.IGNORECASE)
_BUCKET = re.compile(r"[A-Za-z0-9$][A-Za-z0-9._-]{1,254}")
# A signed URL that was pasted; a single ? is a wildcard, and may stand in a key.
_QUERY = re.compile(r"\?[^/]*=")
_HINT = "Credentials come from the environment or the provider's own files, never from a URL."


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """A place in an object store; key is empty for the bucket as a whole, and ends with "/" for a folder."""

    scheme: Scheme
    bucket: str
    key: str

    @property
    def name(self) -> str:
        """The last part of the key."""
        return self.key.rstrip("/").rpartition("/")[2]

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return self.name.removesuffix(self.suffix)

    @property
    def suffix(self) -> str:
        """The end of the name from its last dot on, as that of a path."""
        before, dot, end = self.name.rpartition(".")
        return f".{end}" if before and dot and end else ""

    def with_name(self, name: str) -> StoreUrl:
        """Gives the place of that name beside this one."""
        above, slash, _ = self.key.rstrip("/").rpartition("/")
        return replace(self, key=f"{above}{slash}{name}")

    def __truediv__(self, name: str) -> StoreUrl:
        """Gives the place of that name below this one."""
        return replace(self, key=f"{self.key.rstrip('/')}/{name}".lstrip("/"))

    def __str__(self) -> str:
        """Gives the URL."""
        return f"{self.scheme}://{self.bucket}/{self.key}"


def is_store_url(name: str) -> bool:
    """Whether a name is that of an object, of a folder or of a pattern in a store."""
    return _URL.match(name) is not None


def parse_url(name: str, *, typed: bool = True) -> StoreUrl:
    """Reads a URL; raises UsageError, which does not repeat it, where it holds what may be a credential.

    A key that a store listed, rather than a person typed, may look as it likes.
    """
    found = _URL.fullmatch(name)
    if found is None:
        raise UsageError("that is no URL of an object store.", hint="Such as s3://bucket/logs/.")
    scheme, bucket, key = cast("Scheme", found[1].lower()), found[2], found[3] or ""
    if "@" in bucket or (typed and _QUERY.search(key)):
        raise UsageError(f"a {scheme}:// URL holds what may be a credential.", hint=_HINT)
    if not _BUCKET.fullmatch(bucket):
        raise UsageError(f"a {scheme}:// URL names no bucket.", hint=f"Such as {scheme}://bucket/logs/.")
    return StoreUrl(scheme, bucket, key)


def parse_output(name: str) -> StoreUrl:
    """Reads the URL of an output; raises UsageError for a bucket as a whole, and for a key that cannot be named."""
    url = parse_url(name)
    url = replace(url, key=url.key.removesuffix("/"))
    if not url.key or not can_be_named(url.key):
        message = "names no folder or file in the bucket." if not url.key else "has an empty or dotted part."
        raise UsageError(message, location=Location(str(url)), hint=f"Such as {url.scheme}://{url.bucket}/reports/new.")
    return url


def can_be_named(key: str) -> bool:
    """Whether a key reaches the store as it is: clients turn //, . and .. in it into the name of another object."""
    return key == key.strip() and not {"", ".", ".."} & set(key.split("/"))

"""Object stores (s3://, gs://, az://) as places of inputs and outputs; the only door to OpenDAL."""

from __future__ import annotations

from analyzer.stores._objects import find_objects, open_object
from analyzer.stores._store import Known, Listed, Store, open_store
from analyzer.stores._upload import check_objects, object_exists, put_object, replace_objects
from analyzer.stores._url import StoreUrl, can_be_named, is_store_url, parse_output, parse_url

__all__ = [
    "Known",
    "Listed",
    "Store",
    "StoreUrl",
    "can_be_named",
    "check_objects",
    "find_objects",
    "is_store_url",
    "object_exists",
    "open_object",
    "open_store",
    "parse_output",
    "parse_url",
    "put_object",
    "replace_objects",
]

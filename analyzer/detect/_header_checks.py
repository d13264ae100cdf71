"""Checks the header keys of a rule that matching does not need: dates, tags, related rules, lists of texts.

Sigma specification 2.1: https://github.com/SigmaHQ/sigma-specification.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from analyzer.detect._faults import Faults

RELATIONS = ("derived", "obsolete", "merged", "renamed", "similar")
UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MAX_DESCRIPTION = 65_535

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TAG = re.compile(r"[a-z0-9_-]+\.[a-z0-9._-]+")
_LISTS = ("references", "falsepositives", "fields", "tags", "scope")
_TEXTS = {"license": "An SPDX identifier, such as MIT.", "author": "Several names go into one text, with commas."}
_LIST_HINT = "Begin each line with a dash, and quote it."


def check_header(section: dict[str, Any], faults: Faults) -> None:
    """Notes what is not as the specification has it: in our own rules a fault, in all others a warning."""
    identity = section.get("id")
    if isinstance(identity, str) and not UUID.fullmatch(identity):
        faults.remark(f"has the id {identity!r}, which is no UUID.", "id", hint="Make one, such as with uuidgen.")
    description = section.get("description")
    if isinstance(description, str) and len(description) > MAX_DESCRIPTION:
        hint = "Move what is more into references."
        faults.add(f"has a description of more than {MAX_DESCRIPTION:,} characters.", "description", hint=hint)
    for key in ("date", "modified"):
        _check_date(section, key, faults)
    _check_lists(section, faults)
    for key, hint in _TEXTS.items():
        if not isinstance(section.get(key, ""), str):
            faults.remark(f"needs text as {key}.", key, hint=hint)
    if "related" in section:
        _check_related(section["related"], faults)
    _check_case(section.get("logsource"), faults)


def _check_lists(section: dict[str, Any], faults: Faults) -> None:
    for key in _LISTS:
        if key in section and not _is_texts(section[key]):
            faults.remark(f"needs a list of texts as {key}.", key, hint=_LIST_HINT)
    for index, tag in enumerate(texts_in(section, "tags")):
        if not _TAG.fullmatch(tag):
            faults.remark(f"has the tag {tag!r}.", "tags", index, hint="Tags are namespace.name in lower case.")


def texts_in(section: dict[str, Any], key: str) -> tuple[str, ...]:
    """Gives the texts under a key, and leaves out what is none."""
    value = section.get(key)
    values = [value] if isinstance(value, str) else value
    return tuple(item for item in values if isinstance(item, str)) if isinstance(values, list) else ()


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)


def _check_date(section: dict[str, Any], key: str, faults: Faults) -> None:
    value = section.get(key)
    if key not in section or (isinstance(value, str) and _DATE.fullmatch(value) and _is_day(value)):
        return
    faults.remark(f"has {value!r} as {key}.", key, hint="Dates are YYYY-MM-DD, such as 2026-03-01.")


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _check_related(related: Any, faults: Faults) -> None:
    hint = f"Each is an id and a type, one of {', '.join(RELATIONS)}."
    if not isinstance(related, list):
        faults.remark("needs a list of maps as related.", "related", hint=hint)
        return
    for index, each in enumerate(related):
        if not isinstance(each, dict) or each.keys() != {"id", "type"}:
            faults.remark("needs an id and a type here.", "related", index, hint=hint)
            continue
        if not isinstance(each["id"], str) or not UUID.fullmatch(each["id"]):
            faults.remark("needs a UUID as id of a related rule.", "related", index, "id", hint=hint)
        if each["type"] not in RELATIONS:
            faults.remark(f"has the relation {each['type']!r}.", "related", index, "type", hint=hint)


def _check_case(logsource: Any, faults: Faults) -> None:
    if not isinstance(logsource, dict):
        return
    for key in ("category", "product", "service"):
        value = logsource.get(key)
        if isinstance(value, str) and value != value.lower():
            hint = "It is read in lower case, as the specification has it."
            faults.remark(f"has {value!r} as {key}.", "logsource", key, hint=hint)

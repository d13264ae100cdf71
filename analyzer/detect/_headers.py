"""Reads what every rule document says of itself, and the x-report and x-burst sections."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any, get_args

from analyzer.detect import _samples, _timespan
from analyzer.detect._faults import Faults
from analyzer.detect._header_checks import check_header, texts_in
from analyzer.detect._rule import About, BurstRequest, Logsource, Report
from analyzer.detect._signal import SIGMA_LEVELS
from analyzer.model import Layer

COMMON = frozenset({
    "title", "id", "name", "related", "taxonomy", "status", "description", "license", "references", "author", "date",
    "modified", "falsepositives", "level", "tags", "scope", "fields", "x-report", "x-tests",
})  # fmt: skip
STATUSES = ("stable", "test", "experimental", "deprecated", "unsupported")
_REPORT = frozenset({"says", "ask", "next_steps", "layer", "owner_hint", "unless"})
_BURST = frozenset({"against", "group-by", "bucket", "alpha", "min-errors", "local", "beside", "need-baseline"})
_MAX_TITLE = 256
_DEFAULT_LEVEL = "medium"  # foreign rules may leave it out


def parse_about(section: dict[str, Any], faults: Faults, *, fallback_id: str, own: bool) -> About:
    """Gives the header of a document; faults are noted, and a faulty value is replaced so that reading goes on."""
    path = PurePath(faults.document.path)
    name = faults.text(section, "name")
    identity = faults.text(section, "id")
    check_header(section, faults)
    _check_taxonomy(section, faults)
    return About(
        id=identity or name or fallback_id,
        name=name,
        title=_title(section, faults),
        level=_level(section, faults, own=own),
        author=_author(section),
        status=_status(section, faults),
        description=faults.text(section, "description"),
        references=texts_in(section, "references"),
        family=path.parent.name,
        location=faults.document.where(),
        own=own,
        report=_report(section, faults),
        falsepositives=texts_in(section, "falsepositives"),
        samples=_samples.parse_samples(section, faults),
    )


def parse_logsource(section: dict[str, Any], faults: Faults) -> Logsource:
    """Gives the logsource of a rule; keys beyond category, product and service are not evaluated."""
    source = section.get("logsource")
    if not isinstance(source, dict):
        faults.add("needs a map as logsource.", "logsource", hint="Such as: logsource: {category: webserver}.")
        return Logsource()
    parts = {key: faults.text(source, key, "logsource") for key in ("category", "product", "service")}
    if not any(parts.values()):
        hint = "Requests of every log and HAR are of the category webserver."
        faults.add("needs a category, product or service in its logsource.", "logsource", hint=hint)
    return Logsource(**{key: value.lower() if value else None for key, value in parts.items()})


def parse_burst(section: dict[str, Any], faults: Faults) -> BurstRequest | None:
    """Gives the x-burst section of a rule, None where it has none."""
    burst = section.get("x-burst")
    if "x-burst" not in section:
        return None
    if not isinstance(burst, dict):
        faults.add("needs a map as x-burst.", "x-burst", hint="An empty one is {}.")
        return None
    faults.unknown(burst, _BURST, "x-burst")
    default = BurstRequest()
    return BurstRequest(
        against=faults.text(burst, "against", "x-burst") or default.against,
        group_by=faults.texts(burst, "group-by", "x-burst"),
        bucket_seconds=_bucket(burst, faults),
        alpha=_alpha(burst, faults, default.alpha),
        min_errors=_min_errors(burst, faults, default.min_errors),
        local_seconds=_seconds(burst, "local", faults) or default.local_seconds,
        beside=faults.texts(burst, "beside", "x-burst"),
        need_baseline=_need_baseline(burst, faults),
    )


def _title(section: dict[str, Any], faults: Faults) -> str:
    title = section.get("title")
    if not isinstance(title, str) or not title.strip():
        faults.add("needs a title.", "title", hint="A short text that names the finding.")
        return ""
    if len(title) > _MAX_TITLE:
        faults.add(f"has a title of more than {_MAX_TITLE} characters.", "title", hint="Say more in the description.")
    return title


def _level(section: dict[str, Any], faults: Faults, *, own: bool) -> str:
    level = section.get("level")
    if level is None and not own:
        return _DEFAULT_LEVEL
    if level not in SIGMA_LEVELS:
        faults.add("needs a level.", "level", hint=f"One of {', '.join(SIGMA_LEVELS)}.")
        return _DEFAULT_LEVEL
    return str(level)


def _author(section: dict[str, Any]) -> str | None:
    author = section.get("author")
    if isinstance(author, list):
        return ", ".join(str(each) for each in author)
    return None if author is None else str(author)


def _status(section: dict[str, Any], faults: Faults) -> str | None:
    status = section.get("status")
    if status is not None and status not in STATUSES:
        faults.add("has an unknown status.", "status", hint=f"One of {', '.join(STATUSES)}.")
        return None
    return status


def _check_taxonomy(section: dict[str, Any], faults: Faults) -> None:
    if section.get("taxonomy", "sigma") != "sigma":
        faults.add("uses a taxonomy other than sigma.", "taxonomy", hint="Its field names mean something else here.")


def _report(section: dict[str, Any], faults: Faults) -> Report:
    report = section.get("x-report")
    if "x-report" not in section:
        return Report()
    if not isinstance(report, dict):
        faults.add("needs a map as x-report.", "x-report", hint=f"Known keys: {', '.join(sorted(_REPORT))}.")
        return Report()
    faults.unknown(report, _REPORT, "x-report")
    layer = report.get("layer")
    if layer is not None and layer not in get_args(Layer):
        faults.add("has an unknown layer.", "x-report", "layer", hint=f"One of {', '.join(get_args(Layer))}.")
        layer = None
    return Report(
        says=faults.text(report, "says", "x-report"),
        ask=faults.texts(report, "ask", "x-report"),
        next_steps=faults.texts(report, "next_steps", "x-report"),
        layer=layer,
        owner_hint=faults.text(report, "owner_hint", "x-report"),
        unless=faults.texts(report, "unless", "x-report"),
    )


def _bucket(burst: dict[str, Any], faults: Faults) -> int | None:
    if burst.get("bucket", "auto") == "auto":
        return None
    seconds = _seconds(burst, "bucket", faults)
    if seconds and seconds % 10:
        faults.add("needs a bucket of whole tens of seconds.", "x-burst", "bucket", hint="Such as 10s or 1m.")
    return seconds


def _seconds(burst: dict[str, Any], key: str, faults: Faults) -> int | None:
    if key not in burst:
        return None
    try:
        return _timespan.parse(burst[key])
    except _timespan.TimespanError as error:
        faults.add(error.message, "x-burst", key, hint=error.hint)
        return None


def _alpha(burst: dict[str, Any], faults: Faults, default: float) -> float:
    alpha = burst.get("alpha", default)
    if isinstance(alpha, bool) or not isinstance(alpha, (int, float)) or not 1e-9 <= alpha <= 1:
        faults.add("needs a number above 0 and up to 1 as alpha.", "x-burst", "alpha", hint="Such as 0.01.")
        return default
    return float(alpha)


def _need_baseline(burst: dict[str, Any], faults: Faults) -> bool:
    value = burst.get("need-baseline", False)
    if not isinstance(value, bool):
        faults.add("needs true or false as need-baseline.", "x-burst", "need-baseline", hint="Without quotes.")
        return False
    return value


def _min_errors(burst: dict[str, Any], faults: Faults, default: int) -> int:
    value = burst.get("min-errors", default)
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value < 2**31:
        faults.add("needs a whole number from 1 as min-errors.", "x-burst", "min-errors", hint="Such as 5.")
        return default
    return value

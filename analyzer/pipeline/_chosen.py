"""Makes formats of what the user names: a format, a format text, a YAML file, a server's configuration."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from analyzer.errors import FormatError, InputError
from analyzer.formats import (
    Configuration,
    DocumentFormat,
    Format,
    compile_log_format,
    document_formats,
    line_formats,
    read_configuration,
    read_custom_format,
)
from analyzer.model import SourceReport
from analyzer.pipeline._plan import Plan

_DEFINITION = (".yml", ".yaml")
_LARGEST_CONFIGURATION = 4 << 20


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the user chose for every source: a line format, a document format, or neither; and what may be chosen.

    own are formats of the user's that detection may choose; configuration says which log has which format.
    """

    lines: Format | None = None
    document: DocumentFormat | None = None
    own: tuple[Format, ...] = ()
    configuration: Configuration | None = None

    def for_source(self, name: str) -> Format | None:
        """Gives the format that is certain for the source with this name."""
        if self.lines is None and self.configuration is not None:
            return self.configuration.format_for(name)
        return self.lines


def choose(plan: Plan) -> Chosen:
    """Gives what the plan asks for; raises FormatError and InputError with a place and a hint."""
    configuration = _configuration(plan.log_format_from) if plan.log_format_from else None
    own = (
        *(configuration.formats if configuration else ()),
        *(read_custom_format(path) for path in plan.own_formats),
    )
    if plan.log_format is not None:
        return Chosen(lines=compile_log_format(plan.log_format), own=own, configuration=configuration)
    if plan.format_name is None:
        return Chosen(own=own, configuration=configuration)
    if plan.format_name.lower().endswith(_DEFINITION):
        return Chosen(lines=read_custom_format(Path(plan.format_name)), own=own, configuration=configuration)
    named = {form.name: form for form in own} | dict(line_formats())
    lines, document = named.get(plan.format_name), document_formats().get(plan.format_name)
    if lines is None and document is None:
        known = ", ".join(sorted([*named, *document_formats()]))
        raise FormatError(f"there is no format {plan.format_name!r}.", hint=f"Known formats: {known}.")
    return Chosen(lines, document, own, configuration)


def check_choice(plan: Plan, chosen: Chosen, sources: list[SourceReport]) -> None:
    """Raises FormatError if the format that the user chose reads no source at all."""
    wanted = chosen.lines or chosen.document
    if wanted is None:
        return
    if not any(use.name == wanted.name for source in sources for use in source.formats):
        text = plan.log_format or plan.format_name
        hint = "Leave the option out to let each source's format be detected."
        raise FormatError(f"the chosen format {text!r} reads no line of any input.", hint=hint)


def _configuration(path: Path) -> Configuration:
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_CONFIGURATION).decode(errors="replace")
    except OSError as error:
        hint = "Name the server's configuration file, such as nginx.conf or httpd.conf."
        raise InputError(f"{path} cannot be read: {error.strerror}.", hint=hint) from error
    return read_configuration(text, str(path))

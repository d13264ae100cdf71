"""Makes the environments: the package's own, and one for a folder of the user's; and the policy of their pages."""

from __future__ import annotations

from base64 import b64encode
from functools import cache, lru_cache
from hashlib import sha256

from jinja2 import Environment, PackageLoader, StrictUndefined, meta, nodes

from analyzer.report.links import href
from analyzer.report.material import runs
from analyzer.report.render._sandbox import Sandbox
from analyzer.report.templates import SCRIPT, Templates, shipped
from analyzer.wording.quoting import is_short, visible

_RANKS = {"style.css": 0, "paper.css": 2}  # what is in between stands beside its template


@cache
def environment() -> Environment:
    """Gives the environment: escaping on, undefined names are errors, templates only from this package."""
    made = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=PackageLoader("analyzer.report", "."),
        finalize=finalize,
    )
    made.filters["href"] = href
    made.filters["runs"] = runs
    made.tests["short"] = is_short
    made.globals["styles"] = styles
    return made


@lru_cache(maxsize=1)
def sandbox(templates: Templates) -> Sandbox:
    """Gives the environment in which templates of the user's run.

    Raises DocumentError with the place of what they may not do, as far as that can be told without running them.
    """
    made = Sandbox(templates, environment(), finalize)
    made.check()
    return made


@cache
def styles() -> tuple[str, ...]:
    """Gives the files of the style block in their order: the page's own, those of charts and sections, then paper."""
    found = sorted(environment().list_templates(extensions=["css"]), key=lambda name: (_RANKS.get(name, 1), name))
    return tuple(found)


def policy(templates: Templates | None = None) -> str:
    """Gives the content security policy: nothing may load or run but the page's own style and script block."""
    return (
        f"default-src 'none'; script-src '{_digest(script_block())}'; style-src '{_digest(style_block(templates))}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def script_block() -> str:
    """Gives the text of the script element, which is always the package's own."""
    return environment().get_template(SCRIPT).render()


def style_block(templates: Templates | None = None) -> str:
    """Gives the text of the style element."""
    if templates is not None:
        return sandbox(templates).run(*styles())
    return "".join(environment().get_template(name).render() for name in styles())


def names_from_outside(name: str) -> frozenset[str]:
    """Gives the names that a shipped template takes from where it is included."""
    return frozenset(meta.find_undeclared_variables(environment().parse(shipped()[name])))


def macros_of(name: str) -> tuple[str, ...]:
    """Gives the macros of a shipped template with their arguments, such as `table(data, class)`."""
    found = environment().parse(shipped()[name]).find_all(nodes.Macro)
    return tuple(f"{macro.name}({', '.join(argument.name for argument in macro.args)})" for macro in found)


def finalize(value: object) -> object:
    """Gives what is printed of a value: text with its unseen characters written out; raises TypeError for others."""
    # What a macro gives is escaped already, and its text went through here.
    if hasattr(value, "__html__"):
        return value
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, int):
        return value
    raise TypeError(f"a template may print text and whole numbers, not {type(value).__name__}")


def _digest(block: str) -> str:
    return f"sha256-{b64encode(sha256(block.encode()).digest()).decode()}"

"""The pages that a browser opens, one a topic; each asks its URLs one after the other, then says so in its title."""

from __future__ import annotations

from pathlib import Path

from lab.captures import addresses, planted
from lab.captures.answers import Answer

HERE = Path(__file__).parent
DONE = "done"
TOPICS = ("statuses", "redirects", "loop", "connections", "origins", "mixed", "worker", "messages")
_NAMES = {
    name: value for module in (addresses, planted) for name, value in vars(module).items() if isinstance(value, str)
}
_HEADERS = {
    "origins": (("Content-Security-Policy", f"connect-src 'self' {addresses.API}"),),
    "worker": (("Cache-Control", "no-store"),),
}


def page(path: str) -> Answer | None:
    """Gives the page of a topic, or the service worker's script."""
    name = path.strip("/")
    if name == "worker.js":
        return Answer(200, (("Content-Type", "text/javascript"),), (HERE / "worker_itself.js").read_bytes())
    if name == "opening":
        return Answer(200, (("Content-Type", "text/html"),), (HERE / "opening.html").read_bytes())
    if name not in TOPICS:
        return None
    asks = (HERE / f"{name}.js").read_text("utf-8")
    for constant, value in _NAMES.items():
        asks = asks.replace(f"${{{constant}}}", value)
    text = (HERE / "page.html").read_text("utf-8").replace("/* asks */", asks)
    return Answer(200, (("Content-Type", "text/html; charset=utf-8"), *_HEADERS.get(name, ())), text.encode())


def address_of(topic: str) -> str:
    """Gives the page's URL; only mixed content needs one that came over TLS."""
    return f"{addresses.SHOP if topic == 'mixed' else addresses.PAGE}/{topic}"

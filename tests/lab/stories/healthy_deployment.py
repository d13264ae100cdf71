"""A release and a reload that nobody notices."""

from __future__ import annotations

import threading

from lab.edge import Edge
from lab.stack import Stack
from lab.stories._story import Story
from lab.stories.old_api_version import deploy
from lab.traffic import Floor


def prepare(stack: Stack, _: Floor) -> None:
    acts = ((17.0, lambda: deploy(stack, "2026.11.3", v1=True)), (24.0, lambda: stack.reload(stack.edge)))
    for moment, act in acts:
        timer = threading.Timer(moment, act)
        timer.daemon = True
        timer.start()


STORY = Story(
    name="healthy-deployment",
    title="A new release and a reloaded edge, and nothing is wrong",
    what_happened="No fault was caused. The application was loaded anew with release 2026.11.3 and nginx with the same "
    "configuration; nobody noticed.",
    prepare=prepare,
    edge=Edge(timezone="Europe/Amsterdam", log_format="ingress"),
    log_style="otel",
    distractors=("gunicorn and nginx write lines about signals and starting processes",),
)

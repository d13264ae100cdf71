"""A machine whose clock is ahead signs tokens that are not valid yet."""

from __future__ import annotations

from lab.clients import Change
from lab.edge import Edge
from lab.stories._changes import AUTOMATION, begin, end, refused, with_changes
from lab.stories._story import Fault, Story

STORY = Story(
    name="client-clock-skew",
    title="One machine's clock is five minutes ahead: its own tokens are not yet valid, 401",
    what_happened="kestrel-sync (127.30.3.60) signs a short-lived token for every request. Its clock jumped 300 s ahead, so that "
    "iat and nbf lay in the server's future: 401 invalid_token, not yet valid, for it alone, until the clock was right again.",
    clients=with_changes(
        ((AUTOMATION,), {"signs": True, "refreshes": "never", "pace": 0.5, "change": Change(clock=300.0)})
    ),
    faults=(
        Fault(
            layer="authentication",
            statuses=(401,),
            failed=refused(401, "not yet valid"),
            switch_on=begin,
            switch_off=end,
            scope="one",
            pattern="constant",
            deciding=("app.jsonl", "The token is not yet valid"),
            at_least=10,
        ),
    ),
    edge=Edge(log_format="combined"),
    log_style="epoch",
    distractors=(
        "the server's clock and the key are right: the same client got 200 before and after with the same key",
    ),
)

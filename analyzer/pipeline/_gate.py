"""Makes the gate of a run: what its redactor has found, and what its machine is called."""

from __future__ import annotations

from analyzer.pipeline._own_words import is_own_word
from analyzer.pipeline._plan import Plan, Reading
from analyzer.pipeline._tables import raw_texts
from analyzer.redact import Gate, Redactor


def gate_of(plan: Plan, reading: Reading, redactor: Redactor) -> Gate | None:
    """Gives the gate that all outputs of the run must pass, for as long as the work folder is there.

    None where nothing was redacted: then a person has said that secrets may be written.
    """
    if not plan.redact:
        return None
    secrets, recall = ((), redactor.secrets_in) if redactor.recalls else (redactor.secrets_in(None), None)
    return Gate(secrets, plan.machine.words(), lambda word: _stands_in(reading, word) or is_own_word(word), recall)


def _stands_in(reading: Reading, word: str) -> bool:
    """Tells whether an input holds the word: a server's log may well name the host on which it is read."""
    names = any(word in source.name for source in reading.sources)
    documents = (document.path.read_text("utf-8", "replace") for document in reading.documents)
    return (
        names
        or any(
            texts.str.contains(word, literal=True).any() for texts in raw_texts((*reading.parts, *reading.reject_parts))
        )
        or any(word in text for text in documents)
    )

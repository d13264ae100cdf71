"""The question that several vendors' forms begin with."""

from __future__ import annotations

from analyzer.packet._item import Question

PRODUCT = Question(
    "product",
    "Which product, service and category of the vendor's form is it about?",
    "It decides which team reads the case.",
    "Simple Storage Service (S3), category API",
)

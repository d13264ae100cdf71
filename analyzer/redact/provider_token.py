"""Finds keys by the prefixes that their issuers publish.

Stripe, GitHub, GitLab, Slack, OpenAI, Anthropic, AWS, Google, npm, SendGrid.
"""

from __future__ import annotations

from analyzer.redact._detector import Detector

DETECTOR = Detector(
    kind="provider_key",
    pattern=(
        r"\b((?:[a-z]{2,4}_(?:live|test)_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9]{16,}|gh[pousr]_[A-Za-z0-9]{20,}"
        r"|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}"
        r"|sk-(?:[a-z]{3,10}-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{20,})"
        r"|(?:AKIA|ASIA)[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}))"
    ),
    literals=(
        "_live_",
        "_test_",
        "whsec_",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "xox",
        "sk-",
        "akia",
        "asia",
        "aiza",
        "npm_",
        "sg.",
    ),
    finds=(
        ("key sk_live_abcdefgh1234", "sk_live_abcdefgh1234"),
        ("AKIAABCDEFGHIJKLMNOP", "AKIAABCDEFGHIJKLMNOP"),
        ("provided: sk-abcdefghij0123456789.", "sk-abcdefghij0123456789"),
    ),
    ignores=(
        "task-abcdefghij0123456789",
        "sk-abcdefghijklmnopqrstu",
        "unit_test_results",
        "xoxo",
        "asian food",
        "AKIA",
    ),
    confirm=lambda value: any(character.isdigit() for character in value) or value.isupper(),
)

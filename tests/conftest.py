"""How many examples Hypothesis tries: few, as the suite runs often; HYPOTHESIS_PROFILE=thorough tries twenty times as many.

A test that names a number of its own needs that many, or can afford no more.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

pytest_plugins = ["browser", "object_stores"]  # the fixtures of all tests that need Chromium or a store

# A deadline is a clock, which on a busy machine says nothing of the code; so is the check for slow examples.
_ANY_TIME = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", _ANY_TIME, max_examples=40)
settings.register_profile("thorough", _ANY_TIME, max_examples=800)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

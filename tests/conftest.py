"""How many examples Hypothesis tries: few, as the suite runs often; HYPOTHESIS_PROFILE=thorough tries twenty times as many.

A test that names a number of its own needs that many, or can afford no more.
"""

from __future__ import annotations

import os

from hypothesis import settings

# A deadline is a clock, which on a busy machine says nothing of the code.
settings.register_profile("quick", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=800, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

"""Settings for all tests: what is made up is made up alike each time, on any machine."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

signal.signal(signal.SIGINT, signal.default_int_handler)
"""A shell starts what runs in its background with ctrl+c ignored, and what is started from there inherits that."""
settings.register_profile(
    "runwatch",
    max_examples=25,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
settings.register_profile("many", settings.get_profile("runwatch"), max_examples=200, derandomize=False)
"""`pytest --hypothesis-profile=many`: other examples each time, to look for what is not known yet."""
settings.load_profile("runwatch")

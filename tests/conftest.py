"""What all tests share: examples of property tests are the same everywhere, so that a red run can be repeated.

`HYPOTHESIS_PROFILE=random python -m pytest ...` looks for new ones.
"""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

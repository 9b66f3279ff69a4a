"""How often a property is tried: a few times by CI, many times where slow tests are run."""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, settings

Test: TypeAlias = Callable[..., None]
CI, THOROUGH = "ci", "thorough"

ALL = list(HealthCheck)
"""What a property with a database is: slow, and of large examples that share fixtures."""

# A failure prints what reproduces it; no test is judged by the clock.
for profile in (CI, THOROUGH):
    settings.register_profile(profile, print_blob=True, deadline=None)


def tried(few: int, many: int) -> Callable[[Test], Test]:
    """Have a property tried with a few examples; where slow tests are run with many, and the simplest that fails."""
    if settings.get_current_profile_name() == CI:
        return settings(max_examples=few, phases=[Phase.explicit, Phase.generate], suppress_health_check=ALL)
    return lambda test: pytest.mark.slow(settings(max_examples=many, suppress_health_check=ALL)(test))

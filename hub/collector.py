"""How often Python looks for garbage in a process that handles many short-lived things.

What is dropped here is freed at once, for nothing holds itself; looking for more than that costs and finds little.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def spare_collector() -> None:
    """Have Python look for garbage rarely, and never among what is there now: call it once all is up that stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

"""How often Python looks for garbage in processes that serve or load, and among what.

Most of what is dropped here is freed at once, for it does not hold itself; what a server of HTTP leaves does, and is
looked for as usual, or it would pile up.
"""

import gc

YOUNG, MIDDLE, OLD = 50_000, 20, 20


def keep_what_is_there() -> None:
    """Have Python never look for garbage among what is there now: call it once all is up that stays."""
    gc.collect()
    gc.freeze()


def spare_collector() -> None:
    """The same, and look rarely among what comes: lines leave next to nothing."""
    keep_what_is_there()
    gc.set_threshold(YOUNG, MIDDLE, OLD)

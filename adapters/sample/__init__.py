"""A small synthetic city with an answer key: the deliveries of four registers, and what the hub must answer.

Never uses the hub's timeline, merge, intake or desk: the key would prove nothing if it came from the code it checks.
"""

from adapters.sample.city import CitySummary, make_city

__all__ = ["CitySummary", "make_city"]

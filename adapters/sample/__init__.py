"""A small synthetic city with an answer key: the deliveries of every register, and what the hub must answer.

Lives and organisations are told once, in plain data; each register renders what it would know of them; fates befall its
lines; the ledger keeps what was said, and the key is worked out from that. Never uses the hub's timeline, merge, intake
or desk: the key would prove nothing if it came from the code it checks.
"""

from adapters.sample.city import CitySummary, make_city

__all__ = ["CitySummary", "make_city"]

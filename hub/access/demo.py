"""The grants of a development hub, until grants are compiled from the catalog."""

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from hub.access.check import Grant


@cache
def demo_grants() -> tuple[Grant, ...]:
    """The grants of ``demo_grants.toml``."""
    text = (files("hub.access") / "demo_grants.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text)["grant"], tuple[Grant, ...])

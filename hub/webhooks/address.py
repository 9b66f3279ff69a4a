"""Which addresses the hub posts to: none inside its own walls, unless the deployment names the host.

Takes a URL and the hosts that a setting allows; gives the one address to connect to, which is the one that was checked.
"""

import asyncio
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from socket import SOCK_STREAM, gaierror

import httpx

from hub.errors import InvalidArgument

LONGEST_URL = 2_000
LAST_PORT = 65_535
_EMBEDDING = [ip_network(text) for text in ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16")]
"""IPv6 networks whose addresses stand for IPv4 addresses, private ones among them."""


class Unreachable(Exception):
    """There is no address that may be posted to; says why."""


def check_url(text: str, allowed: Collection[str]) -> httpx.URL:
    """The URL, if changes may be posted there by its looks; raises ``InvalidArgument``."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise _refused("it is no URL") from None
    if len(text) > LONGEST_URL:
        raise _refused(f"it is longer than {LONGEST_URL} characters")
    if not url.host or url.scheme not in ("https", "http"):
        raise _refused("it must begin with https:// and name a host")
    if url.scheme == "http" and url.host not in allowed:
        raise _refused("it must begin with https://")
    if url.port is not None and not 0 < url.port <= LAST_PORT:
        raise _refused("it names no port that there is")
    if url.userinfo or url.fragment:
        raise _refused("it must hold no user, password or fragment")
    try:
        literal = ip_address(url.host)
    except ValueError:
        return url
    if url.host not in allowed and not is_public(literal):
        raise _refused("its address is not public")
    return url


async def address_of(url: httpx.URL, allowed: Collection[str]) -> str:
    """An address of the URL's host; raises ``Unreachable`` where one of them is not public and the host not allowed."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, url.port, type=SOCK_STREAM)
    except (gaierror, UnicodeError):
        raise Unreachable("its host has no address") from None
    addresses = [str(entry[4][0]) for entry in found]
    if url.host not in allowed and not all(is_public(ip_address(address)) for address in addresses):
        raise Unreachable("its host has an address that is not public")
    return addresses[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is of the open internet: not private, loopback, link-local, multicast or a disguise of one."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return is_public(address.ipv4_mapped)
    if any(address in network for network in _EMBEDDING):
        return False
    return address.is_global and not address.is_multicast


def _refused(problem: str) -> InvalidArgument:
    return InvalidArgument(name="url", problem=problem)

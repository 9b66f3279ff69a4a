"""The hub posts to the open internet, to hosts that the deployment names, and nowhere else."""

import asyncio
from ipaddress import ip_address

import httpx
import pytest

from hub.errors import InvalidArgument
from hub.webhooks.address import Unreachable, address_of, check_url, is_public


@pytest.mark.parametrize(
    "url",
    [
        "https://",
        "http://receiver.example/",
        "ftp://receiver.example/",
        "receiver.example",
        "https://user:word@receiver.example/",
        "https://receiver.example/#part",
        "https://127.0.0.1/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://receiver.example:99999/",
        "https://receiver.example/" + "x" * 2_000,
    ],
)
def test_an_address_that_looks_wrong_is_refused_at_once(url: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        check_url(url, frozenset())
    assert refused.value.details["name"] == "url"


@pytest.mark.parametrize("url", ["https://receiver.example/changes?key=1", "https://[2606:4700::1111]:8443/"])
def test_an_address_of_the_open_internet_is_taken(url: str) -> None:
    assert str(check_url(url, frozenset())) == url


def test_a_host_that_the_deployment_names_may_be_private_and_without_tls() -> None:
    assert check_url("http://10.0.0.1:8080/", {"10.0.0.1"}).port == 8080


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("0.0.0.0", False),  # noqa: S104 - not listened on
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fe80::1%1", False),
        ("ff02::1", False),
    ],
)
def test_what_is_public_is_told_whatever_it_is_disguised_as(text: str, public: bool) -> None:
    assert is_public(ip_address(text)) is public


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1"])
async def test_a_host_is_judged_by_the_addresses_that_it_has(host: str) -> None:
    with pytest.raises(Unreachable, match="not public"):
        await address_of(httpx.URL(f"https://{host}/"), frozenset())
    assert await address_of(httpx.URL(f"https://{host}/"), {host}) in {"127.0.0.1", "::1"}


async def test_a_host_of_which_one_address_is_private_is_not_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    async def both(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(Unreachable, match="not public"):
        await address_of(httpx.URL("https://receiver.example/"), frozenset())


async def test_a_host_without_an_address_is_not_reached() -> None:
    with pytest.raises(Unreachable, match="no address"):
        await address_of(httpx.URL("https://nobody.invalid/"), frozenset())

"""A worker answers a million keys in the memory that it needs for a few."""

import asyncio
from pathlib import Path

import pytest

from graphql_schema.services import Services
from hub.catalog import EntityKind
from hub.exports import ExportFormat, ExportState, Order, give_list, order
from tests.cli.test_exports_killed import look, working
from tests.offices import Office
from tests.people import id_number
from tests.served import AGENCY

KEYS = 1_000_000
KNOWN = 500
WANTED = Order(EntityKind.NATURAL_PERSON, ("idNumber", "name"), False, ExportFormat.PARQUET)
MORE = 128 * 2**20


def strangers(count: int) -> list[str]:
    """Numbers that lead to nobody."""
    return [
        id_number(n % 999, f"{1900 + n // 999 // 336}{n // 999 // 28 % 12 + 1:02}{n // 999 % 28 + 1:02}")
        for n in range(count)
    ]


def most_held(pid: int) -> int:
    """The most bytes that a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))


@pytest.mark.slow
async def test_a_million_keys_of_which_most_lead_to_nobody_take_no_more_memory_than_a_few(
    hub: dict[str, object], services: Services
) -> None:
    known = [id_number(n, "19990909") for n in range(KNOWN)]
    await Office(services.intake).household(*({"idNumber": one, "name": "王"} for one in known))
    keys = [*strangers(KEYS - KNOWN), *known]
    ordered = await order(services.desk, services.settings, AGENCY, WANTED)
    await give_list(services.desk, services.settings, AGENCY, ordered.export_id, keys)
    with working(hub) as running:
        while (await look(services, ordered.export_id)).done < KEYS // 100:
            await asyncio.sleep(0.1)
            assert running.poll() is None
        early = most_held(running.pid)
        while (export := await look(services, ordered.export_id)).state is not ExportState.READY:
            await asyncio.sleep(1)
            assert running.poll() is None
        assert most_held(running.pid) < early + MORE
    assert (export.done, export.found) == (KEYS, KNOWN)

"""A worker may be killed in the middle of an export: another goes on with it, and the file is the same."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen
from uuid import UUID

from graphql_schema.services import Services
from hub.catalog import EntityKind
from hub.exports import Export, ExportFormat, ExportState, Order, give_list, order, own
from hub.exports.file import pieces
from hub.store.exports import FILE
from tests.cli.running import start_hub
from tests.offices import Office
from tests.people import id_number
from tests.served import AGENCY

PEOPLE = [id_number(n % 1_000, f"{1950 + n // 1_000}0101") for n in range(6_000)]
WANTED = Order(EntityKind.NATURAL_PERSON, ("idNumber", "name"), True, ExportFormat.PARQUET)


@contextmanager
def working(hub: dict[str, object]) -> Iterator[Popen[str]]:
    """A worker, which is killed when the block is left."""
    with start_hub("worker", **hub) as running:
        try:
            yield running
        finally:
            running.send_signal(signal.SIGKILL)
            running.communicate()


async def ordered(services: Services) -> UUID:
    """An export of everybody."""
    export = await order(services.desk, services.settings, AGENCY, WANTED)
    await give_list(services.desk, services.settings, AGENCY, export.export_id, PEOPLE)
    return export.export_id


async def look(services: Services, export_id: UUID) -> Export:
    return await own(services.desk, AGENCY, export_id)


async def content(services: Services, export_id: UUID) -> bytes:
    return b"".join([piece async for piece in pieces(services.desk, export_id, FILE)])


async def test_a_killed_worker_leaves_an_export_that_another_ends_though_no_source_is_declared(
    hub: dict[str, object], services: Services
) -> None:
    people = [{"idNumber": one, "name": f"王{place}"} for place, one in enumerate(PEOPLE[:300])]
    await Office(services.intake).household(*people)
    killed = await ordered(services)
    with working(hub) as running:
        while (await look(services, killed)).chunks == 0:
            assert running.poll() is None
    broken = await look(services, killed)
    assert (broken.state, 0 < broken.done < len(PEOPLE)) == (ExportState.RUNNING, True)
    whole = await ordered(services)
    with working(hub) as running:
        for export_id in (killed, whole):
            while (await look(services, export_id)).state is not ExportState.READY:
                assert running.poll() is None
    first, second = await look(services, killed), await look(services, whole)
    assert (first.digest, first.size, first.found) == (second.digest, second.size, 300)
    assert await content(services, killed) == await content(services, whole)

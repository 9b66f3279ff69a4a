"""Whoever owns the database can do with the log what they like, and it is found and named."""

import asyncio
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from hub.audit import begin
from hub.audit.anchor import anchor_in, signed
from hub.audit.entry import kept_bytes
from hub.clock import now
from hub.store.access_log import AccessLog, Anchoring, make_months
from hub.store.pool import Database
from hub.store.trail import Report, verify
from tests.audit.entries import entry, kept_of, rows_of
from tests.logs import anchoring


@dataclass
class Trail:
    """A log of one writer with ten entries, three of which went in after the last anchor but one."""

    database: Database
    anchoring: Anchoring
    folder: Path
    log: AccessLog

    async def tamper(self, statement: str, *arguments: object) -> None:
        """As a superuser can, whom no trigger stops."""
        async with self.database.transaction() as connection:
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(statement, *arguments)

    async def report(self) -> Report:
        return await verify(self.database, self.anchoring.anchors, self.anchoring.key.public_key())

    async def found(self) -> list[tuple[str, int, int]]:
        return [(one.problem.value, one.first, one.last) for one in (await self.report()).findings]

    @property
    def file(self) -> Path:
        (file,) = self.folder.iterdir()
        return file


@pytest.fixture
async def trail(database: Database, tmp_path: Path) -> Trail:
    how = anchoring(tmp_path / "audit", seconds=0.001)
    async with database.connection() as connection:
        await make_months(connection, date(2026, 1, 1))
        await make_months(connection, now().date())
    log = AccessLog(database, how)
    for place in range(10):
        await log.keep(entry(place))
        await asyncio.sleep(0.002)
    await log.close()
    return Trail(database, how, tmp_path / "audit", log)


async def test_a_log_that_nobody_touched_is_whole(trail: Trail) -> None:
    report = await trail.report()
    assert (report.findings, report.entries, report.writers, report.unanchored) == ([], 10, 1, 0)
    assert len(trail.file.read_bytes().splitlines()) > 3


@pytest.mark.parametrize(
    "change",
    [
        "officer = 'somebody else'",
        "entity_ids = '{}'",
        "denied = '{}'",
        "at = at - interval '1 second'",
        "purpose = ''",
        "digest = '\\x00'",
        "outcome = 'GIVEN'",
        "outcome = 'NOTHING'",
        "items = array[null]::text[]",
        "known_at = 'infinity'",
    ],
)
async def test_one_changed_entry_is_named(trail: Trail, change: str) -> None:
    await trail.tamper(f"update audit.access_log set {change} where position = 4")  # noqa: S608 - our own words
    assert await trail.found() == [("CHANGED", 4, 4)]


async def test_a_missing_entry_is_named(trail: Trail) -> None:
    await trail.tamper("delete from audit.access_log where position = 4")
    assert await trail.found() == [("MISSING", 4, 4)]


async def test_missing_first_entries_are_named(trail: Trail) -> None:
    await trail.tamper("delete from audit.access_log where position < 3")
    assert await trail.found() == [("MISSING", 1, 2)]


async def test_a_tail_that_was_cut_is_named(trail: Trail) -> None:
    await trail.tamper("delete from audit.access_log where position > 7")
    assert await trail.found() == [("TRUNCATED", 8, 10)]


async def test_a_writer_of_whom_nothing_is_left_is_named(trail: Trail) -> None:
    await trail.tamper("truncate audit.access_log")
    assert await trail.found() == [("TRUNCATED", 1, 10)]


@pytest.mark.parametrize(("one", "other"), [(3, 4), (3, 8)])
async def test_two_entries_that_were_swapped_are_named_and_no_others(trail: Trail, one: int, other: int) -> None:
    await trail.tamper(
        "update audit.access_log set position = $1 + $2 - position where position in ($1::bigint, $2::bigint)",
        one,
        other,
    )
    assert await trail.found() == [("MOVED", one, one), ("MOVED", other, other)]


async def test_a_month_that_was_dropped_is_named(trail: Trail) -> None:
    month = (await rows_of(trail.database))[0]["at"].astimezone().strftime("%Y_%m")
    await trail.tamper(f"drop table audit.access_log_{month}")
    assert await trail.found() == [("TRUNCATED", 1, 10)]


async def test_an_entry_put_in_twice_is_named(trail: Trail) -> None:
    (row, *_) = await rows_of(trail.database)
    columns = ", ".join(sorted(dict(row).keys() - {"at"}))
    await trail.tamper(
        f"insert into audit.access_log (at, {columns}) "  # noqa: S608 - our own columns
        f"select at + interval '1 second', {columns} from audit.access_log where position = 4"
    )
    assert await trail.found() == [("DOUBLED", 4, 4)]


async def rewrite(trail: Trail, since: int) -> None:
    """Change an entry and make the chain fit again from there on, as who knows how it is made can."""
    await trail.tamper("update audit.access_log set officer = 'x' where position = $1", since)
    rows = await rows_of(trail.database)
    head = begin(rows[0]["writer"])
    for row in rows:
        head = head.after(kept_bytes(kept_of(row)))
        await trail.tamper("update audit.access_log set digest = $1 where position = $2", head.digest, head.count)


async def test_a_chain_made_anew_does_not_fit_its_anchors(trail: Trail) -> None:
    await rewrite(trail, since=4)
    (first, *_) = await trail.found()
    assert first[0] == "REWRITTEN"
    assert first[1] <= 4 <= first[2], "it is named between which anchors"


async def test_entries_of_a_writer_that_never_was_are_named(trail: Trail) -> None:
    await trail.tamper("update audit.access_log set writer = $1", UUID(int=7))
    assert [problem for problem, _, _ in await trail.found()].count("FOREIGN") == 1
    await trail.tamper("update audit.access_log set writer = $1", UUID(int=0))
    assert await trail.found() == [("TRUNCATED", 1, 10)]
    assert (await trail.report()).unchained == 10


async def test_anchors_that_somebody_else_signed_do_not_count(trail: Trail) -> None:
    forged = signed(anchoring().key, begin(UUID(trail.file.stem)), now())
    trail.file.write_bytes(forged + b"\n" + trail.file.read_bytes())
    assert [problem for problem, _, _ in await trail.found()] == ["UNSIGNED"]
    trail.file.write_bytes(forged + b"\n")
    assert {problem for problem, _, _ in await trail.found()} == {"FOREIGN", "UNSIGNED"}


async def test_what_no_anchor_speaks_for_yet_is_told_and_anchored_when_the_log_is_closed(
    database: Database, tmp_path: Path
) -> None:
    how = anchoring(tmp_path / "audit", seconds=60)
    log = AccessLog(database, how)
    trail = Trail(database, how, tmp_path / "audit", log)
    for place in range(3):
        await log.keep(entry(place))
    report = await trail.report()
    assert (report.unanchored, report.findings) == (3, [])
    assert report.anchored_until is not None
    assert now() - report.anchored_until < timedelta(minutes=1)
    await log.close()
    report = await trail.report()
    assert (report.unanchored, report.anchored_until) == (0, None)


async def test_the_tail_is_anchored_by_itself_once_nobody_asks_any_more(database: Database, tmp_path: Path) -> None:
    how = anchoring(tmp_path / "audit", seconds=0.05)
    await AccessLog(database, how).keep(entry())
    key = how.key.public_key()
    while True:
        (file,) = (tmp_path / "audit").iterdir()
        anchors = [anchor_in(line, key) for line in file.read_bytes().splitlines()]
        if anchors[-1] and anchors[-1].count == 1:
            break
        await asyncio.sleep(0.01)
    assert [anchor and anchor.count for anchor in anchors] == [0, 1]


async def test_nobody_is_answered_whose_chain_cannot_be_anchored(database: Database, tmp_path: Path) -> None:
    place = tmp_path / "audit"
    place.write_text("a file where the folder should be")
    log = AccessLog(database, anchoring(place))
    with pytest.raises(Exception, match="access log"):
        await log.keep(entry())
    assert await rows_of(database) == []
    place.unlink()
    await log.keep(entry())
    assert len(await rows_of(database)) == 1
    await log.close()

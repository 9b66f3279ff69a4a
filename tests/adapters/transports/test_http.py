"""APIs are read page by page over real HTTP, whatever they answer on the way."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from adapters.pulling import pull as spool
from adapters.transports.http_api import wanted_pause
from adapters.transports.pull import HttpSource
from hub.clock import now
from hub.errors import SourceUnavailable, SourceUnusable
from tests.adapters.sources import rows_of
from tests.adapters.web import Answers, serving

LATER = datetime(2100, 1, 1, tzinfo=UTC)
BY_CURSOR = {"by": "cursor", "path": "meta.next", "param": "after"}
PEOPLE = [{"id": number, "changed": f"2024-01-01T10:00:0{number}Z"} for number in range(5)]


def page_of(rows: Sequence[Mapping[str, object]], start: int, size: int = 2) -> dict[str, Any]:
    following = start + size if start + size < len(rows) else None
    return {"items": rows[start : start + size], "meta": {"next": following}}


def paged(request: Request) -> Response:
    """The people, two a page, by cursor."""
    return JSONResponse(page_of(PEOPLE, int(request.query_params.get("after", 0))))


def first_failing(*failures: Response) -> Answers:
    """Answers ``failures`` first, and then the people."""
    left = list(failures)
    return lambda request: left.pop(0) if left else paged(request)


async def test_pages_are_followed_by_their_cursor() -> None:
    async with serving(paged) as api:
        pull = api.opened(paging=BY_CURSOR, params={"city": "4401"}, size_param="limit", page_rows=2)
        assert await rows_of(pull) == PEOPLE
        assert [dict(request.query_params) for request in api.asked] == [
            {"city": "4401", "limit": "2"},
            {"city": "4401", "limit": "2", "after": "2"},
            {"city": "4401", "limit": "2", "after": "4"},
        ]


async def test_a_read_goes_on_behind_any_page() -> None:
    async with serving(paged) as api:
        pull = api.opened(paging=BY_CURSOR)
        cursors = [page.cursor async for page in pull.pages(None)]
        assert [len(await rows_of(pull, cursor)) for cursor in cursors] == [3, 1, 0]
        assert pull.next_start(cursors[-1], LATER) is None


@pytest.mark.parametrize("last", [None, "pages"])
async def test_pages_are_followed_by_their_number(last: str | None) -> None:
    def numbered(request: Request) -> Response:
        start = (int(request.query_params["page"]) - 1) * 2
        return JSONResponse({"items": PEOPLE[start : start + 2], "pages": 3})

    async with serving(numbered) as api:
        paging = {"by": "number", "last": last} if last else {"by": "number"}
        assert await rows_of(api.opened(paging=paging)) == PEOPLE
        assert len(api.asked) == (3 if last else 4)


async def test_pages_are_followed_by_their_links() -> None:
    def linked(request: Request) -> Response:
        page = page_of(PEOPLE, int(request.query_params.get("from", 0)))
        following = page["meta"]["next"]
        link = {"Link": f'</people?from={following}>; rel="next", </help>; rel="help"'} if following else {}
        return JSONResponse(page["items"], headers=link)

    async with serving(linked) as api:
        assert await rows_of(api.opened(rows="", paging={"by": "link"})) == PEOPLE


async def test_a_list_without_pages_is_one_page() -> None:
    async with serving(lambda request: JSONResponse({"items": PEOPLE})) as api:
        assert await rows_of(api.opened()) == PEOPLE


async def test_the_token_is_sent_and_never_told() -> None:
    def guarded(request: Request) -> Response:
        return (
            paged(request) if request.headers.get("Authorization") == "Bearer the-secret-token" else Response("", 401)
        )

    async with serving(guarded) as api:
        assert await rows_of(api.opened(paging=BY_CURSOR, token_env="TOKEN")) == PEOPLE
        with pytest.raises(SourceUnusable, match="answers 401") as refusal:
            await rows_of(api.opened(paging=BY_CURSOR))
        assert "the-secret-token" not in str(refusal.value)


async def test_a_server_that_fails_for_a_while_is_asked_again() -> None:
    async with serving(first_failing(Response("", 429), Response("", 500), Response("<html>busy</html>"))) as api:
        assert await rows_of(api.opened(paging=BY_CURSOR)) == PEOPLE
        assert len(api.asked) == 3 + 3


async def test_a_server_that_goes_on_failing_is_given_up() -> None:
    async with serving(lambda request: Response("", 503)) as api:
        with pytest.raises(SourceUnavailable, match="answers 503"):
            await rows_of(api.opened(attempts=3))
        assert len(api.asked) == 3


async def test_a_pause_that_the_server_wants_is_kept() -> None:
    times: list[datetime] = []

    def hurried(request: Request) -> Response:
        times.append(now())
        return Response("", 429, headers={"Retry-After": "1"}) if len(times) == 1 else paged(request)

    async with serving(hurried) as api:
        await rows_of(api.opened(paging=BY_CURSOR))
        assert times[1] - times[0] >= timedelta(seconds=1)


async def test_a_server_that_wants_a_pause_of_an_hour_is_left_to_the_next_run() -> None:
    async with serving(lambda request: Response("", 429, headers={"Retry-After": "3600"})) as api:
        with pytest.raises(SourceUnavailable):
            await rows_of(api.opened())
        assert len(api.asked) == 1


def test_a_pause_can_be_wanted_until_a_date() -> None:
    assert 50 < wanted_pause(format_datetime(now() + timedelta(minutes=1), usegmt=True)) <= 60
    assert [wanted_pause(header) for header in ("", "soon", "7")] == [0, 0, 7]


async def test_a_body_that_is_cut_in_the_middle_is_asked_for_again() -> None:
    async def half() -> AsyncGenerator[bytes]:
        yield b'{"items": [{"id": 0}'
        raise ConnectionAbortedError

    cut = [StreamingResponse(half()), Response('{"items": [{"id"', media_type="application/json")]
    async with serving(first_failing(*cut)) as api:
        assert await rows_of(api.opened(paging=BY_CURSOR)) == PEOPLE
        assert len(api.asked) == 2 + 3


async def test_an_answer_that_never_ends_is_refused() -> None:
    async def endless() -> AsyncGenerator[bytes]:
        while True:
            yield b'{"id": 0}, ' * 1_000
            await asyncio.sleep(0)

    async with serving(lambda request: StreamingResponse(endless())) as api:
        with pytest.raises(SourceUnusable, match="larger than 65536 bytes"):
            await rows_of(api.opened(max_response_bytes=65_536))


async def test_an_answer_that_does_not_come_is_not_waited_for() -> None:
    async def dripping() -> AsyncGenerator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.1)

    async with serving(lambda request: StreamingResponse(dripping())) as api:
        with pytest.raises(SourceUnavailable, match="no page within 1 seconds"):
            await rows_of(api.opened(timeout=1, attempts=1))


def same_cursor(request: Request) -> Response:
    return JSONResponse({"items": PEOPLE[:2], "meta": {"next": "again"}})


def same_rows(request: Request) -> Response:
    return JSONResponse({"items": PEOPLE[:2]})


async def test_a_source_that_repeats_a_page_is_refused() -> None:
    for answers, paging in ((same_cursor, BY_CURSOR), (same_rows, {"by": "number"})):
        async with serving(answers) as api:
            with pytest.raises(SourceUnusable, match="one page twice"):
                await rows_of(api.opened(paging=paging))
            assert len(api.asked) == 2


def endless_pages(*, empty: bool) -> Answers:
    numbers = count()

    def answer(request: Request) -> Response:
        number = next(numbers)
        return JSONResponse({"items": [] if empty else [{"id": number}], "meta": {"next": f"n{number}"}})

    return answer


async def test_a_source_that_never_ends_is_refused(tmp_path: Path) -> None:
    async with serving(endless_pages(empty=False)) as api:
        with pytest.raises(SourceUnusable, match="more than 10 rows"):
            await spool(api.opened(paging=BY_CURSOR, max_rows=10), None, tmp_path / "spool.jsonl")
    async with serving(endless_pages(empty=True)) as api:
        with pytest.raises(SourceUnusable, match="pages without a row"):
            await rows_of(api.opened(paging=BY_CURSOR))


async def test_a_redirect_is_followed_at_home_only() -> None:
    async with serving(paged) as other:

        def leading_on(request: Request) -> Response:
            if request.url.path == "/people":
                return RedirectResponse("/moved")
            return paged(request) if request.url.path == "/moved" else RedirectResponse(other.url)

        async with serving(leading_on) as api:
            assert len(await rows_of(api.opened())) == 2
            elsewhere = f"http://localhost:{api.url.rpartition(':')[2]}"
            async with serving(lambda request: RedirectResponse(elsewhere)) as strange:
                with pytest.raises(SourceUnusable, match="another host"):
                    await rows_of(strange.opened(token_env="TOKEN"))


async def test_a_link_to_another_host_is_not_followed() -> None:
    link = {"Link": '<http://localhost:1/people>; rel="next"'}
    async with serving(lambda request: JSONResponse([{"id": 1}], headers=link)) as api:
        with pytest.raises(SourceUnusable, match="another host"):
            await rows_of(api.opened(rows="", paging={"by": "link"}))


async def test_a_link_that_is_no_address_is_refused() -> None:
    link = {"Link": '<http://[::1>; rel="next"'}
    async with serving(lambda request: JSONResponse([{"id": 1}], headers=link)) as api:
        with pytest.raises(SourceUnusable, match="no address"):
            await rows_of(api.opened(rows="", paging={"by": "link"}))


async def test_a_redirect_in_a_circle_ends() -> None:
    async with serving(lambda request: RedirectResponse("/people")) as api:
        with pytest.raises(SourceUnusable, match="redirects more than"):
            await rows_of(api.opened())


async def test_what_grew_since_the_last_run_is_asked_for() -> None:
    async with serving(paged) as api:
        read = {"mode": "watermark", "path": "changed", "param": "since", "overlap": 60}
        pull = api.opened(paging=BY_CURSOR, read=read)
        *_, last = [page.cursor async for page in pull.pages(None)]
        start = pull.next_start(last, LATER)
        await rows_of(pull, start)
        assert {request.query_params.get("since") for request in api.asked[3:]} == {"2024-01-01T09:59:04Z"}
        assert pull.next_start(start or "", LATER) == start


async def test_a_feed_goes_on_where_it_ended() -> None:
    events = [{"op": "I", "row": {"id": "a"}}, {"op": "D", "row": {"id": "a"}}, {"op": "I", "row": {"id": "b"}}]

    def feed(request: Request) -> Response:
        start = int(request.query_params.get("after", 0))
        return JSONResponse({"items": events[start : start + 2], "meta": {"next": min(start + 2, len(events))}})

    async with serving(feed) as api:
        read = {"mode": "changes", "operation": "op", "row": "row"}
        pull = api.opened(paging=BY_CURSOR, read=read)
        pages = [page async for page in pull.pages(None)]
        assert [(row["id"], row["_operation"]) for page in pages for row in page.rows] == [
            ("a", "STATE"),
            ("a", "END"),
            ("b", "STATE"),
        ]
        start = pull.next_start(pages[-1].cursor, LATER)
        assert await rows_of(pull, start) == []
        events.append({"op": "U", "row": {"id": "b"}})
        assert await rows_of(pull, start) == [{"id": "b", "_operation": "STATE"}]


async def test_only_what_is_named_is_taken_of_a_row() -> None:
    row = {"id": 1, "address": {"code": "440106", "text": "x"}, "tags": ["a"], "at": "2024-01-31 08:00:00"}
    async with serving(lambda request: JSONResponse({"items": [row, 7]})) as api:
        rows = await rows_of(api.opened(columns=["id", "address.code", "no.such"], stated_at="at"))
        assert {**rows[0], "_statedAt": str(rows[0]["_statedAt"])} == {
            "id": 1,
            "address.code": "440106",
            "_statedAt": "2024-01-31 08:00:00",
        }


async def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    body = '{"items": [{"id": 110105194912310021, "amount": 12345678901234567.10, "n": 5.0, "half": 0.5}]}'
    path = tmp_path / "spool.jsonl"
    async with serving(lambda request: Response(body)) as api:
        await spool(api.opened(), None, path)
    row = msgspec.json.decode(path.read_bytes())
    del row["_statedAt"]
    assert row == {"id": "110105194912310021", "amount": "12345678901234567.10", "n": 5, "half": "0.5"}


@pytest.mark.parametrize("body", [{"items": {}}, {"data": []}, [], None, "text"])
async def test_an_answer_without_a_list_is_refused(body: object) -> None:
    async with serving(lambda request: JSONResponse(body)) as api:
        with pytest.raises(SourceUnusable, match="no list at items"):
            await rows_of(api.opened())


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "ftp://host/x"},
        {"url": "http://[::1"},
        {"url": "http://user:secret@host/x"},
        {"read": {"mode": "changes"}},
        {"paging": {"by": "luck"}},
        {"attempts": 0},
        {"token": "in the file"},
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(settings: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "http", "url": "http://host/x", **settings}, HttpSource)

"""Files that are posted to the hub, over real connections that break, dawdle and lie."""

import asyncio
import gzip
import io
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from adapters.uploading import Uploading
from graphql_schema.services import Services
from hub.access import Viewer
from hub.catalog import Model
from hub.clock import SHANGHAI
from hub.intake.upload import Order
from hub.settings import Settings
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import Server, fresh_database, services_on
from tests.documents import ROOT, commands, read, snippets
from tests.people import id_number
from tests.served import AGENCY, Api, department, served

POLICE = department("PUBLIC_SECURITY")
HOUSEHOLD = "/submissions/household_registration"
CSV = {"Content-Type": "text/csv"}
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_BYTES = 400_000


@pytest.fixture
async def api(services: Services, tmp_path: Path) -> AsyncIterator[Api]:
    """A hub that takes what is larger than 64 KiB in later, and nothing of more than 400 kB."""
    async with receiving(services, tmp_path) as api:
        yield api


@pytest.fixture(scope="module")
async def refusing(
    embedded_server: Server, model: Model, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    """Such a hub for tests that it takes nothing of."""
    async with fresh_database(embedded_server) as database:
        services = services_on(database, model, Vault(new_keys()))
        async with receiving(services, tmp_path_factory.mktemp("refusing")) as api:
            yield api
            assert await submissions(api) == []


@asynccontextmanager
async def receiving(services: Services, folder: Path) -> AsyncIterator[Api]:
    settings = Settings(data_dir=str(folder), upload_at_once=65_536, max_upload_bytes=MOST_BYTES, upload_patience=1.0)
    uploads = Uploading(services.intake, settings, settings.data_path / "uploads")
    tuned = replace(services, settings=settings, uploads=uploads)
    async with uploads.finishing(), served(tuned) as client:
        yield Api(client, tuned)


def csv(people: Iterable[int] = range(3), name: str = "某人") -> bytes:
    lines = (f"{id_number(place % 1_000, f'19{50 + place // 1_000}0101')},{name}{place}" for place in people)
    return "\n".join(["公民身份号码,姓名", *lines, ""]).encode()


def ndjson() -> bytes:
    return b"".join(
        json.dumps({"idNumber": id_number(place), "name": f"某人{place}"}).encode() + b"\n" for place in range(3)
    )


def xlsx() -> bytes:
    book = Workbook()
    for line in csv().decode().splitlines():
        book.worksheets[0].append(line.split(","))
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(*members: tuple[str, bytes]) -> bytes:
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


async def post(
    api: Api,
    content: bytes | AsyncIterator[bytes],
    headers: dict[str, str] | None = None,
    path: str = HOUSEHOLD,
    viewer: Viewer = POLICE,
) -> httpx.Response:
    return await api.client.post(
        path, content=content, headers=api.headers(viewer) | (CSV if headers is None else headers)
    )


def only(response: httpx.Response, status: int = 200) -> dict[str, Any]:
    """The receipt of the only delivery of an upload that was taken."""
    assert response.status_code == status, response.text
    (receipt,) = response.json()["submissions"]
    assert isinstance(receipt, dict)
    return receipt


def assert_refused(response: httpx.Response, status: int, code: str) -> str:
    """The message of an upload that was refused in the form of a GraphQL error."""
    assert response.status_code == status, response.text
    (error,) = response.json()["errors"]
    assert error["extensions"]["code"] == code
    assert error["extensions"]["hint"]
    return str(error["message"])


def kept(api: Api) -> list[str]:
    """What lies in the spool."""
    return [path.name for path in api.services.settings.data_path.joinpath("uploads").rglob("*") if path.is_file()]


async def submissions(api: Api) -> list[tuple[str, int, bool]]:
    """The id, the position and the end of each submission."""
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select submission_id, position, finished_at is not null from submission")
    return [(str(row[0]), row[1], row[2]) for row in rows]


def nameless(value: object) -> str | None:
    """What a test of some content is called: packed content says when it was packed, and a test's name must not."""
    return "content" if isinstance(value, bytes) else None


async def until_nothing_is_kept(api: Api) -> None:
    async with asyncio.timeout(60):
        while kept(api):
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("content", "headers"),
    [
        (csv(), {"Content-Type": "text/csv; charset=gbk"}),
        (csv(), {"Content-Type": "application/octet-stream", "Content-Disposition": 'attachment; filename="a.CSV"'}),
        (ndjson(), {"Content-Type": "application/x-ndjson"}),
        (xlsx(), {"Content-Type": XLSX_TYPE}),
        (gzip.compress(csv()), {"Content-Type": "application/gzip"}),
        (gzip.compress(ndjson()), {"Content-Type": "application/gzip"}),
        (gzip.compress(xlsx()), {"Content-Type": "application/x-gzip"}),
        (gzip.compress(csv()), {"Content-Type": "text/csv", "Content-Encoding": "gzip"}),
        (
            gzip.compress(csv()),
            {"Content-Type": "application/gzip", "Content-Disposition": "a; filename=1.2.csv.gz"},
        ),
        (zipped(("a.csv", csv())), {"Content-Type": "application/zip"}),
    ],
    ids=nameless,
)
async def test_a_file_of_any_kind_is_taken_in_before_it_is_answered(
    api: Api, content: bytes, headers: dict[str, str]
) -> None:
    receipt = only(await post(api, content, headers))
    assert (receipt["recordType"], receipt["finished"], receipt["counts"]) == ("household", True, {"CREATED": 3})
    assert await submissions(api) == [(receipt["submissionId"], 3, True)]
    assert kept(api) == []


@pytest.mark.parametrize("page", ["README.md", "docs/files.md"])
async def test_the_upload_that_a_document_shows_is_taken_in(api: Api, page: str) -> None:
    (curl,) = (
        words for snippet in snippets(read(page), "sh") for words in commands(snippet) if "--data-binary" in words
    )
    path = next(word.partition(":8000")[2] for word in curl if "/submissions/" in word)
    viewer = department(next(word for word in curl if word.startswith("Auth")).split()[-1].rstrip(")"))
    headers = api.headers(viewer) | {"Content-Type": curl[-3].partition(": ")[2]}
    response = await api.client.post(path, content=(ROOT / curl[-1].removeprefix("@")).read_bytes(), headers=headers)
    assert only(response)["counts"]["CREATED"] >= 1


async def test_a_form_with_one_file_is_taken_in(api: Api) -> None:
    files = {"file": ("户籍 2024.csv", csv(), "text/csv")}
    response = await api.client.post(HOUSEHOLD, files=files, headers=api.headers(POLICE))
    assert only(response)["counts"] == {"CREATED": 3}


async def test_a_body_that_is_streamed_slowly_is_taken_in(api: Api) -> None:
    async def slowly() -> AsyncIterator[bytes]:
        for line in csv().splitlines(keepends=True):
            yield line[:10]
            await asyncio.sleep(0.05)
            yield line[10:]

    assert only(await post(api, slowly()))["counts"] == {"CREATED": 3}


async def test_several_deliveries_in_an_archive_have_a_submission_each(api: Api) -> None:
    packed = zipped(("1.csv", csv(range(2))), ("2.csv", csv(range(2, 3))))
    response = await post(api, packed, {"Content-Type": "application/zip", "Idempotency-Key": "january"})
    first, second = response.json()["submissions"]
    assert (first["counts"], second["counts"]) == ({"CREATED": 2}, {"CREATED": 1})
    assert first["submissionId"] != second["submissionId"]


async def test_the_same_upload_again_is_the_same_submission_and_changes_nothing(api: Api) -> None:
    first = only(await post(api, csv()))
    again = only(await post(api, gzip.compress(csv()), {"Content-Type": "application/gzip"}))
    assert again["submissionId"] == first["submissionId"]
    assert again["counts"] == {"UNCHANGED": 3}


async def test_a_key_names_one_delivery_and_no_other(api: Api) -> None:
    headers = CSV | {"Idempotency-Key": "2024-01"}
    first = only(await post(api, csv(), headers))
    assert only(await post(api, csv(), headers))["submissionId"] == first["submissionId"]
    assert_refused(await post(api, csv(name="别人"), headers), 409, "IDEMPOTENCY_KEY_REUSED")
    said_otherwise = await post(api, csv(), headers, f"{HOUSEHOLD}?statedOn=2024-01-31")
    assert_refused(said_otherwise, 409, "IDEMPOTENCY_KEY_REUSED")
    assert only(await post(api, csv(), CSV | {"Idempotency-Key": "2024-02"}))["submissionId"] != first["submissionId"]
    assert kept(api) == []


async def test_what_the_address_says_is_said_with_the_file(api: Api) -> None:
    path = f"{HOUSEHOLD}?record=household&statedOn=2024-03-01&unit=440106&reason=%E6%9B%B4%E6%AD%A3"
    receipt = only(await post(api, csv(), path=path))
    async with api.services.database.connection() as connection:
        row = await connection.fetchrow("select source_unit, sender, reason from submission")
        valid_from = await connection.fetchval("select distinct valid_from::text from state")
    assert row is not None
    assert (*row, valid_from) == ("440106", "reporter-1", "更正", "2024-03-01")
    assert receipt["counts"] == {"CREATED": 3}


async def test_a_file_may_say_at_which_time_it_is_said(api: Api) -> None:
    only(await post(api, csv(), path=f"{HOUSEHOLD}?statedOn=2024-03-01T09:30:00"))
    async with api.services.database.connection() as connection:
        assert await connection.fetchval("select stated_at from submission") == datetime(
            2024, 3, 1, 9, 30, tzinfo=SHANGHAI
        )


async def test_a_full_copy_ends_what_it_leaves_out_where_that_is_accepted(api: Api) -> None:
    first = f"{HOUSEHOLD}?statedOn=2024-01-31&snapshot=true"
    assert only(await post(api, csv(), path=first))["removed"] == 0
    second = f"{HOUSEHOLD}?statedOn=2024-02-29&snapshot=true"
    assert_refused(await post(api, csv(range(1)), path=second), 400, "TOO_MANY_REMOVALS")
    assert only(await post(api, csv(range(1)), path=f"{second}&acceptRemovals=2"))["removed"] == 2
    assert kept(api) == []


async def test_lines_that_cannot_be_taken_in_are_counted_and_columns_that_match_nothing_are_told(api: Api) -> None:
    content = f"公民身份号码,姓名,星座\n{id_number(1)},甲,\n110101199001011230,乙,\n".encode()
    receipt = only(await post(api, content))
    assert receipt["counts"] == {"CREATED": 1, "QUARANTINED": 1}
    assert receipt["unknownColumns"] == ["星座"]


async def test_a_large_upload_is_promised_and_taken_in_while_others_are_answered(api: Api) -> None:
    receipt = only(await post(api, csv(range(2_500))), 202)
    assert (receipt["finished"], receipt["counts"]) == (False, {})
    assert await api.data("{ me { agency } }")
    await until_nothing_is_kept(api)
    assert await submissions(api) == [(receipt["submissionId"], 2_500, True)]


async def test_a_promise_outlives_the_process_that_gave_it(api: Api, tmp_path: Path) -> None:
    settings = api.services.settings
    gone = Uploading(api.services.intake, settings, tmp_path / "elsewhere")
    async with served(replace(api.services, uploads=gone)) as client:  # nobody there finishes anything
        receipt = only(await post(Api(client, api.services), csv(range(2_500))), 202)
    assert await submissions(api) == [(receipt["submissionId"], 0, False)]
    (folder,) = (tmp_path / "elsewhere").iterdir()
    assert sorted(path.name for path in folder.iterdir()) == ["order.json", "upload.csv"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in (folder, *folder.iterdir()))


FAILURE = "query($id: ID!) { submission(id: $id) { state failure { code message hint } } }"


async def state_of(api: Api, receipt: dict[str, Any], awaited: str) -> dict[str, Any]:
    """What is told of a delivery that was promised, once it is in the state that is awaited."""
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = (await api.data(FAILURE, {"id": receipt["submissionId"]}, POLICE))["submission"]
            if found["state"] == awaited:
                return found
            await asyncio.sleep(0.05)


async def failure_of(api: Api, receipt: dict[str, Any]) -> dict[str, Any]:
    """Why a delivery that was promised cannot be taken in."""
    failure: dict[str, Any] = (await state_of(api, receipt, "FAILED"))["failure"]
    return failure


async def test_a_full_copy_that_was_promised_and_is_refused_says_why_and_is_taken_in_once_that_is_accepted(
    api: Api,
) -> None:
    only(await post(api, csv(range(2_700)), path=f"{HOUSEHOLD}?statedOn=2024-01-31&snapshot=true"), 202)
    await until_nothing_is_kept(api)
    path = f"{HOUSEHOLD}?statedOn=2024-02-29&snapshot=true"
    receipt = only(await post(api, csv(range(2_400)), path=path), 202)
    failure = await failure_of(api, receipt)
    assert failure["code"] == "TOO_MANY_REMOVALS"
    assert failure["message"].startswith("The full copy leaves out 300 of 2700 records")
    assert "`acceptRemovals` over HTTP" in failure["hint"]
    again = only(await post(api, csv(range(2_400)), path=f"{path}&acceptRemovals=300"), 202)
    assert again["submissionId"] == receipt["submissionId"]
    assert await state_of(api, again, "FINISHED") == {"state": "FINISHED", "failure": None}


async def test_an_upload_that_is_damaged_after_it_was_promised_says_so(api: Api, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    with Uploading(api.services.intake, api.services.settings, folder).receiving() as draft:
        draft.write(csv(range(2_500)))
        (receipt,) = await draft.take(Order(register="household_registration", sender="test", extension=".csv"))
    (upload,) = folder.glob("*/upload.csv")
    upload.write_bytes(b"")
    draft.spooled.release()
    async with Uploading(api.services.intake, api.services.settings, folder).finishing():
        failure = await failure_of(api, {"submissionId": str(receipt.submission_id)})
    assert (failure["code"], "it is empty" in failure["message"]) == ("UNREADABLE_FILE", True)
    assert upload.exists()


LAYOUT = """
encoding = "UTF-8"
short = true
[[column]]
title = "公民身份号码"
start = 1
width = 18
[[column]]
title = "姓名"
start = 19
width = 9
"""


async def post_fixed_width(api: Api, layout: str | None) -> httpx.Response:
    lines = "".join(f"{id_number(place)}某人{place}\n" for place in range(3))
    parts = {"file": ("residents.txt", lines.encode(), "text/plain")}
    beside = {"layout": ("layout.toml", layout.encode(), "application/toml")} if layout is not None else {}
    return await api.client.post(HOUSEHOLD, files=parts | beside, headers=api.headers(POLICE))


async def test_text_of_fixed_width_comes_in_a_form_with_its_layout(api: Api) -> None:
    assert only(await post_fixed_width(api, LAYOUT))["counts"] == {"CREATED": 3}
    assert kept(api) == []


async def test_a_large_text_of_fixed_width_is_promised_with_its_layout(api: Api) -> None:
    lines = "".join(f"{id_number(place % 1_000, f'{1950 + place // 1_000}0101')}某人\n" for place in range(3_000))
    files = {"layout": (None, LAYOUT.encode()), "file": ("residents.dat", lines.encode())}
    receipt = only(await api.client.post(HOUSEHOLD, files=files, headers=api.headers(POLICE)), 202)
    await until_nothing_is_kept(api)
    assert await submissions(api) == [(receipt["submissionId"], 3_000, True)]


@pytest.mark.parametrize(
    ("layout", "code", "problem"),
    [
        (None, "UNREADABLE_FILE", "give its layout"),
        ("", "UNREADABLE_FILE", "a layout"),
        ("column = 1", "UNREADABLE_FILE", "a layout"),
        ("#" * 70_000, "UPLOAD_UNREADABLE", "its layout has more than 65,536 bytes"),
    ],
)
async def test_text_of_fixed_width_without_a_layout_of_use_is_refused(
    refusing: Api, layout: str | None, code: str, problem: str
) -> None:
    assert problem in assert_refused(await post_fixed_width(refusing, layout), 400, code)
    assert kept(refusing) == []


async def test_another_method_is_refused(refusing: Api) -> None:
    for method in ("GET", "PUT", "DELETE"):
        response = await refusing.client.request(method, HOUSEHOLD, headers=refusing.headers(POLICE))
        assert_refused(response, 405, "METHOD_NOT_ALLOWED")
        assert response.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "application/json"},
        {"Content-Type": "application/octet-stream"},
        {},
        {"Content-Type": "text/csv", "Content-Encoding": "br"},
        {"Content-Type": "text/csv", "Content-Disposition": "attachment; filename=noextension"},
        {"Content-Type": "text/csv", "Content-Disposition": "attachment; filename=../../x/.."},
    ],
)
async def test_what_does_not_say_what_it_is_is_refused(refusing: Api, headers: dict[str, str]) -> None:
    assert_refused(await post(refusing, csv(), headers), 415, "UNSUPPORTED_UPLOAD")
    assert kept(refusing) == []


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("?stated_on=2024-01-01", "stated_on"),
        ("?statedOn=gestern", "statedOn"),
        ("?statedOn=2024-01-01T99", "statedOn"),
        ("?statedOn=2999-01-01", "statedOn"),
        ("?snapshot=yes", "snapshot"),
        ("?acceptRemovals=-1", "acceptRemovals"),
    ],
)
async def test_what_the_address_cannot_mean_is_refused(refusing: Api, query: str, name: str) -> None:
    message = assert_refused(await post(refusing, csv(), path=HOUSEHOLD + query), 400, "INVALID_ARGUMENT")
    assert f"The argument {name} is not usable" in message


@pytest.mark.parametrize("key", ["", "x" * 201, id_number(1)])
async def test_a_key_that_is_no_name_is_refused(refusing: Api, key: str) -> None:
    message = assert_refused(await post(refusing, csv(), CSV | {"Idempotency-Key": key}), 400, "INVALID_ARGUMENT")
    assert id_number(1) not in message


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "it is empty"),
        ("颜色\n红\n".encode(), "does not look like a delivery"),
        (gzip.compress(csv()), "it is packed"),
        (zipped(("a.csv", csv())), "it is a workbook or an archive"),
    ],
    ids=nameless,
)
async def test_a_file_that_cannot_be_read_is_refused_and_not_kept(refusing: Api, content: bytes, problem: str) -> None:
    response = await post(refusing, content)
    assert response.status_code == 400
    assert problem in response.json()["errors"][0]["message"]
    assert kept(refusing) == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"--b\r\n\r\nx\r\n--b--\r\n", "one file and nothing else"),
        (b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--b--\r\n', "one file and nothing else"),
        (
            b'--b\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\nx\r\n' * 2,
            "one file and nothing else",
        ),
        (b'--b\r\nContent-Disposition: form-data; name="a"; filename="a.csv"\r\n\r\nx', "its form broke off"),
        (b"--b--\r\n", "one file and nothing else"),
        (b"no form at all", "its form is malformed"),
        (b"", "its form broke off"),
    ],
)
async def test_a_form_that_is_not_one_file_is_refused(refusing: Api, body: bytes, problem: str) -> None:
    response = await post(refusing, body, {"Content-Type": "multipart/form-data; boundary=b"})
    assert problem in assert_refused(response, 400, "UPLOAD_UNREADABLE")
    assert kept(refusing) == []


class Wire:
    """A connection on which bytes go out one by one, as a careless client sends them."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def open(self, *more: str, path: str = HOUSEHOLD, viewer: Viewer | None = POLICE) -> None:
        """Send the head of a request."""
        url = self._api.client.base_url
        self.reader, self.writer = await asyncio.open_connection(url.host, url.port)
        head = [f"POST {path} HTTP/1.1", f"Host: {url.host}", "Content-Type: text/csv", *more]
        token = self._api.headers(viewer).items() if viewer else ()
        self.writer.write("\r\n".join([*head, *(f"{name}: {text}" for name, text in token), "", ""]).encode())
        await self.writer.drain()

    async def send(self, *pieces: bytes) -> None:
        """Send pieces of a body, each as a chunk."""
        for piece in pieces:
            self.writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await self.writer.drain()

    async def close(self) -> None:
        """Be gone, in the middle of whatever it was."""
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def answer(self) -> tuple[int, dict[str, Any]]:
        """The status and the body that come back, to the end of the connection."""
        async with asyncio.timeout(20):
            head, _, body = (await self.reader.read()).partition(b"\r\n\r\n")
        return int(head.split()[1]), json.loads(body)


@pytest.fixture
async def wire(refusing: Api) -> AsyncIterator[Wire]:
    """A connection to a hub that takes nothing."""
    wire = Wire(refusing)
    yield wire
    await wire.close()


@pytest.mark.parametrize(
    ("path", "viewer", "status", "code"),
    [
        (HOUSEHOLD, AGENCY, 403, "NOT_YOUR_REGISTER"),
        (HOUSEHOLD, department("CIVIL_AFFAIRS"), 403, "NOT_YOUR_REGISTER"),
        ("/submissions/nowhere", POLICE, 404, "UNKNOWN_REGISTER"),
        (HOUSEHOLD, None, 401, "UNAUTHENTICATED"),
    ],
)
async def test_who_has_no_right_is_refused_before_anything_is_read(
    refusing: Api, wire: Wire, path: str, viewer: Viewer | None, status: int, code: str
) -> None:
    await wire.open("Content-Length: 300000", "Expect: 100-continue", path=path, viewer=viewer)
    told, answer = await wire.answer()
    assert (told, answer["errors"][0]["extensions"]["code"]) == (status, code)
    assert kept(refusing) == []


async def test_a_body_that_is_announced_as_too_large_is_refused_before_it_is_sent(refusing: Api, wire: Wire) -> None:
    await wire.open(f"Content-Length: {MOST_BYTES + 1}", "Expect: 100-continue")
    status, answer = await wire.answer()
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "UPLOAD_TOO_LARGE")
    assert kept(refusing) == []


async def test_a_body_that_grows_too_large_is_refused_as_soon_as_it_has(refusing: Api, wire: Wire) -> None:
    await wire.open("Transfer-Encoding: chunked")
    await wire.send(*[b"x" * 100_000] * 4, b"x")  # and it would go on
    status, answer = await wire.answer()
    assert (status, answer["errors"][0]["extensions"]["code"]) == (413, "UPLOAD_TOO_LARGE")
    assert answer["errors"][0]["message"] == f"The upload is larger than {MOST_BYTES} bytes."
    assert kept(refusing) == []


async def test_a_client_that_falls_silent_is_told_and_nothing_is_kept(refusing: Api, wire: Wire) -> None:
    await wire.open("Transfer-Encoding: chunked")
    await wire.send(csv())
    status, answer = await wire.answer()
    assert status == 400
    assert "nothing more came for 1 seconds" in answer["errors"][0]["message"]
    assert kept(refusing) == []


async def test_an_upload_that_breaks_off_leaves_nothing_behind(refusing: Api, wire: Wire) -> None:
    await wire.open("Content-Length: 300000")
    wire.writer.write(csv())
    await wire.writer.drain()
    async with asyncio.timeout(20):
        while not kept(refusing):
            await asyncio.sleep(0.02)
    await wire.close()
    await until_nothing_is_kept(refusing)


async def test_what_is_refused_of_an_upload_is_shown_to_the_department_that_sent_it(api: Api) -> None:
    body = f"子女出生证编号,子女姓名\n{id_number(1)[:10]},\n".encode()
    sent = await api.client.post(
        "/submissions/health?record=birthCertificate", content=body, headers=CSV | api.headers(POLICE)
    )
    assert sent.status_code == 200, sent.text
    query = "{ quarantine { nodes { register } } }"
    for viewer, lines in ((POLICE, 1), (department("HEALTH"), 0)):
        assert len((await api.data(query, viewer=viewer))["quarantine"]["nodes"]) == lines

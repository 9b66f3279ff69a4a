"""One person's number goes in by every door, and comes to light nowhere but in the vault, sealed."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from adapters.loading import load
from adapters.recognising import recognise
from adapters.transports.content import Limits
from adapters.uploading import Uploading
from graphql_schema.services import Services
from hub.catalog import Model
from hub.opening import bring_up_to_date
from hub.settings import Settings
from hub.stewardship.granting import fill_development_grants
from hub.store import embedded
from hub.store.pool import connect_directly
from hub.store.seat import seat_in
from hub.vault.cipher import Vault
from hub.vault.keys import new_keys
from tests.conftest import open_folder, opened, services_on
from tests.logs import all_that_is_logged
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api, department, served
from tests.traced import Recorded, recording

CANARY = id_number(321, "19870605")
SHORT = CANARY[:6] + CANARY[8:17]
WIDE = CANARY.translate({ord(str(digit)): 0xFF10 + digit for digit in range(10)})
SPACED = f"{CANARY[:6]} {CANARY[6:14]} {CANARY[14:]}"
DASHED = SPACED.replace(" ", "-")
SPELT_OUT = (CANARY, WIDE, SPACED, DASHED)
SPELLINGS = (*SPELT_OUT, SHORT)
TRACES = (CANARY[:17], SHORT, WIDE[:17], SPACED[:15], DASHED[:15])
UNLIKE = CANARY[:17] + ("0" if CANARY[17] != "0" else "1")
"""Of the canary's form, with a wrong check digit."""

HOUSEHOLD_FILE = f"""公民身份号码,姓名,性别,备注
{CANARY},王小明,1,
{WIDE},王小明,9,an unknown code
{UNLIKE},王小明,1,a wrong check digit
{SHORT},王小明,1,fifteen digits
{CANARY},{CANARY},1,the number as a name
x{CANARY},王小明,1,a letter before
,王小明 {CANARY},1,no key
"""
PERSON = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { %s } }"
ALL = """idNumber name version sex { code } maritalStatus { code } household { photo source { recordKey sourceUnit } }
    marriageRegistrations { recordedSubject { idNumber name } source { recordKey } }
    positions { role legalEntity { businessRegistration { legalRepresentative { idNumber person { idNumber } } } } }
    provenance { name { source { recordKey } } }"""


def holds_canary(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text]


async def deliver_files(services: Services, folder: Path) -> list[str]:
    """Load a file with good and broken rows twice; gives what the reports say."""
    path = folder / "户籍.csv"
    path.write_text(HOUSEHOLD_FILE, encoding="utf-8")
    lines = [{"idNumber": spelling, "name": "王小明"} for spelling in SPELLINGS] + [
        {"idNumber": [CANARY]},
        {CANARY: "1"},
    ]
    (folder / "户籍.jsonl").write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    (folder / "婚姻.csv").write_text(
        f"公民身份号码,姓名,结婚登记日期,发证机关名称\n{CANARY},王小明,2010-05-06,{CANARY}\n{CANARY},王小明,2011-05-06,区民政局\n"
        f"{CANARY},王小明,{CANARY},区民政局\n",
        encoding="utf-8",
    )
    reports = []
    for name, register, record in (
        ("户籍.csv", "household_registration", "household"),
        ("户籍.jsonl", "household_registration", "household"),
        ("婚姻.csv", "civil_affairs", "marriageRegistrations"),
    ) * 2:
        recognised = recognise(
            services.model,
            register,
            [folder / name],
            record=record,
            stated_on=None,
            source_unit="",
            limits=Limits.of(Settings()),
        )
        report = await load(services.intake, recognised[0], "test", lambda file: None)
        reports.append(f"{report.summary.counts} {report.reasons} {report.unknown_columns}")
    return reports


async def submit(api: Api) -> list[str]:
    """Submit good, broken and impossible records; gives every answer."""
    mutation = """mutation($input: SubmitRecordsInput!) { submitRecords(input: $input) {
        submissionId results { place outcome reason { code column zh en } } } }"""
    values: list[object] = [
        {"idNumber": CANARY, "name": "王小明"},
        {"idNumber": int(SHORT), "name": "王小明"},
        {"idNumber": UNLIKE, "name": CANARY},
        *({"idNumber": id_number(400 + place), "name": f"王（{text}）"} for place, text in enumerate(SPELT_OUT)),
        {"公民身份号码": WIDE, "姓名": "王小明", "备注": CANARY},
        {"idNumber": {"code": CANARY}, "name": [CANARY]},
        {CANARY: CANARY},
        CANARY,
    ]
    told = []
    for register, record in (("household_registration", "household"), ("civil_affairs", "marriageRegistrations")):
        owner = department(api.services.model.registers[register].department)
        for changes in (
            {},
            {"idempotencyKey": CANARY},
            {"sourceUnit": CANARY},
            {"statedOn": CANARY},
            {"register": CANARY},
        ):
            given = {
                "register": register,
                "idempotencyKey": f"k-{record}",
                "records": [{"recordType": record, "values": value} for value in values],
            }
            told.append(json.dumps(await api.ask(mutation, {"input": given | changes}, owner), ensure_ascii=False))
    await api.office.business(
        {
            "creditCode": credit_code(1),
            "name": "公司",
            "legalRepresentative.name": "王小明",
            "legalRepresentative.idNumber": CANARY,
        }
    )
    return told


async def upload(api: Api) -> list[str]:
    """Upload files, good and bad, with numbers wherever one may stand; gives every answer."""
    good = f"公民身份号码,姓名,{CANARY}\n{CANARY},王小明,{CANARY}\n{UNLIKE},{CANARY},\n"
    police = api.headers(department("PUBLIC_SECURITY"))
    told = []
    for path, content, headers in (
        ("household_registration", good, {}),
        ("household_registration", good, {"Idempotency-Key": CANARY}),
        ("household_registration", good, {"Content-Disposition": f'attachment; filename="{CANARY}.csv"'}),
        ("household_registration", good, {"Content-Disposition": f'attachment; filename="a.{CANARY}"'}),
        ("household_registration", good, {"Content-Type": f"text/{CANARY}"}),
        ("household_registration", f"{CANARY},{CANARY}\n", {}),
        ("household_registration", f"{CANARY}\n{CANARY}\n", {}),
        (f"household_registration?unit={CANARY}", good, {}),
        (f"household_registration?record={CANARY}", good, {}),
        (f"household_registration?statedOn={CANARY}", good, {}),
        (f"household_registration?{CANARY}=1", good, {}),
        (CANARY, good, {}),
    ):
        sent = police | {"Content-Type": "text/csv"} | headers
        response = await api.client.post(f"/submissions/{path}", content=content.encode(), headers=sent)
        assert response.status_code < 500, response.text
        told.append(response.text)
    return told


async def ask(api: Api) -> tuple[list[str], list[str]]:
    """Ask in every way that fails or is refused; gives the answers' errors, and apart from them one good answer."""
    good = await api.ask(PERSON % ALL, {"id": SHORT})
    failing: list[tuple[str, Any]] = [
        (PERSON % "name household { photo }", {"id": CANARY}),
        (PERSON % "nothing", {"id": CANARY}),
        (PERSON % "name", {"id": UNLIKE}),
        (PERSON % "name", {"id": [CANARY]}),
        (PERSON % "name", {"id": {"a": CANARY}}),
        (PERSON % "name", {"other": CANARY}),
        (PERSON % f"n{CANARY}: name", {"id": CANARY}),
        (f'{{ naturalPerson(idNumber: "{UNLIKE}") {{ name }} }}', None),
        (f'{{ naturalPerson(idNumber: "{CANARY}", x: {CANARY}) {{ name }} }}', None),
        (f"{{ naturalPerson(idNumber: {CANARY}) {{ household {{ photo }} }} }}", None),
        (f'{{ legalEntity(creditCode: "{CANARY}") {{ name }} }}', None),
        (f'{{ node(id: "{CANARY}") {{ id }} }}', None),
        (f'{{ entity(scheme: CREDIT_CODE, value: "{CANARY}") {{ id }} }}', None),
        (f'{{ entity(scheme: SOCIAL_SECURITY_NUMBER, value: "{CANARY}") {{ id }} }}', None),
        (f'{{ naturalPerson(idNumber: "{CANARY}" ', None),
        (f"{{ naturalPersons(idNumbers: [{CANARY}, {UNLIKE}, {SHORT}]) {{ outcome problem }} }}", None),
    ]
    errors = [json.dumps(await api.ask(query, variables), ensure_ascii=False) for query, variables in failing]
    for content in (
        CANARY,
        f'"{CANARY}',
        f'{{"query": {CANARY}}}',
        f'{{"variables": "{CANARY}", "query": "{CANARY}"}}',
    ):
        response = await api.client.post(
            "/graphql", content=content, headers=api.headers(AGENCY) | {"Content-Type": "application/json"}
        )
        errors.append(response.text)
    for name, value in (("Hub-Purpose", WIDE), ("Hub-Purpose", f"TEST; case={CANARY}"), ("Authorization", CANARY)):
        headers = {key.encode(): text.encode() for key, text in (api.headers(AGENCY) | {name: value}).items()}
        body = {"query": PERSON % "name", "variables": {"id": CANARY}}
        errors.append((await api.client.post("/graphql", json=body, headers=headers)).text)
    errors.append((await api.client.get(f"/graphql?query={CANARY}")).text)
    errors.append((await api.client.get(f"/{CANARY}")).text)
    return errors, [json.dumps(good, ensure_ascii=False)]


async def ask_a_broken_hub(api: Api, admin: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """Ask and submit while statements of the hub fail inside the server."""
    told = []
    for broken, mended in (
        ("alter table view rename to gone", "alter table gone rename to view"),
        ("alter table state rename to gone", "alter table gone rename to state"),
        (
            "alter table quarantine add constraint broken check (false) not valid",
            "alter table quarantine drop constraint broken",
        ),
    ):
        await admin.execute(broken)
        told.append(json.dumps(await api.ask(PERSON % "name", {"id": CANARY})))
        told += await submit_once(api, broken)
        await admin.execute(mended)
    return told


async def submit_once(api: Api, key: str) -> list[str]:
    given = {
        "register": "household_registration",
        "idempotencyKey": key,
        "records": [
            {"recordType": "household", "values": {"idNumber": CANARY, "name": f"王{len(key)}"}},
            {"recordType": "household", "values": {"idNumber": UNLIKE, "name": CANARY}},
        ],
    }
    mutation = "mutation($i: SubmitRecordsInput!) { submitRecords(input: $i) { results { outcome } } }"
    return [json.dumps(await api.ask(mutation, {"i": given}, department("PUBLIC_SECURITY")))]


async def dumped(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """Every table of every schema but the server's own, as text; bytes also as the text they would be."""
    tables = await connection.fetch(
        "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables "
        "where schemaname not in ('pg_catalog', 'information_schema')"
    )
    content = {}
    for table in tables:
        rows = await connection.fetch(f"select * from {table['name']}")  # noqa: S608 - a name of the catalog
        content[table["name"]] = "\n".join(_plain(value) for row in rows for value in row.values())
    return content


async def backed_up(data: Path, url: str) -> str:
    """What `pg_dump` takes out of everything but the vault."""
    dump = await asyncio.create_subprocess_exec(
        seat_in(data).programs / "pg_dump", "--exclude-schema=vault", "--inserts", url, stdout=asyncio.subprocess.PIPE
    )
    text, _ = await dump.communicate()
    assert dump.returncode == 0
    return text.decode()


@asynccontextmanager
async def overhearing(url: str) -> AsyncIterator[set[str]]:
    """The statements of all sessions, as the server shows them to its watchers for as long as the block runs."""
    heard: set[str] = set()

    async def listen() -> None:
        async with connect_directly(url) as connection:
            while True:
                rows = await connection.fetch("select query from pg_stat_activity where pid <> pg_backend_pid()")
                heard.update(row["query"] for row in rows if row["query"])
                await asyncio.sleep(0.005)

    listening = asyncio.create_task(listen())
    try:
        yield heard
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def sampled(connection: "asyncpg.Connection[asyncpg.Record]") -> str:
    """The values of columns that the server keeps samples of, outside the vault."""
    await connection.execute("analyze")
    samples = await connection.fetch(
        "select most_common_vals::text, histogram_bounds::text, most_common_elems::text from pg_stats "
        "where schemaname not in ('pg_catalog', 'information_schema', 'vault')"
    )
    return "\n".join(_plain(value) for row in samples for value in row.values())


def _plain(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


@pytest.fixture
async def recorded() -> AsyncIterator[Recorded]:
    with recording() as kept:
        yield kept


async def test_the_canary_is_heard_nowhere_but_in_the_vault(recorded: Recorded, model: Model) -> None:
    asyncio.get_running_loop().set_debug(False)
    with open_folder() as data, open_folder() as files, all_that_is_logged() as log:
        async with AsyncExitStack() as stack:
            server = await embedded.start(Settings(data_dir=str(data)))
            stack.push_async_callback(server.stop)
            database = await stack.enter_async_context(opened(server.url))
            await bring_up_to_date(database, model)
            await fill_development_grants(database, model)
            services = services_on(database, model, Vault(new_keys()))
            uploads = Uploading(services.intake, services.settings, data / "uploads")
            services = replace(services, uploads=uploads)
            api = Api(await stack.enter_async_context(served(services)), services)
            admin = await stack.enter_async_context(connect_directly(server.url))
            statements = await stack.enter_async_context(overhearing(server.url))
            told = await deliver_files(services, files)
            told += await submit(api)
            told += await upload(api)
            errors, answers = await ask(api)
            told += errors + await ask_a_broken_hub(api, admin)
            tables = await dumped(admin)
            backup, samples = await backed_up(data, server.url), await sampled(admin)
        left = {str(path): path.read_bytes() for path in data.rglob("*") if path.is_file()}

    assert holds_canary(answers[0]) == [CANARY[:17]], "the canary is alive: whoever may see it is shown it"
    for text in told:
        assert not holds_canary(text), text
    assert not holds_canary(log.getvalue())
    assert "an answer failed" in log.getvalue(), "the log is alive"
    assert not holds_canary(recorded.everything())
    assert recorded.names["intake.chunk"] > 5
    assert tables["vault.identifier"]
    assert tables["vault.raw"]
    assert tables["public.state"]
    for name, text in tables.items():
        assert not holds_canary(text), name
    assert "INSERT INTO public.state " in backup
    assert "INSERT INTO audit." in backup
    assert "INSERT INTO vault." not in backup
    assert len(statements) > 10
    assert "household_registration" in samples
    for text in (backup, samples, *statements):
        assert not holds_canary(text)
        assert not [trace for trace in TRACES if trace.encode().hex() in text]
    for name, content in left.items():
        assert not holds_canary(name), name
        assert CANARY[:17].encode() not in content, name
        assert WIDE[:17].encode() not in content, name
    assert any(name.endswith("server.log") for name in left)

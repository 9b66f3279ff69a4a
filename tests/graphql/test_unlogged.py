"""Where the access log cannot be written nothing of anybody is answered, and no longer than that."""

from typing import Any

import httpx

from tests.people import id_number
from tests.served import AGENCY, Api

PERSON = id_number(1)
ASK = "query($id: IdNumber!) { naturalPerson(idNumber: $id) { name } registers { name } }"
SEARCH = '{ searchNaturalPersons(name: "王小明") { totalCount } }'


async def post(api: Api, query: str, variables: dict[str, Any] | None = None) -> httpx.Response:
    body = {"query": query, "variables": variables}
    return await api.client.post("/graphql", json=body, headers=api.headers(AGENCY))


async def execute(api: Api, statement: str) -> None:
    async with api.services.database.connection() as connection:
        await connection.execute(statement)


async def test_a_broken_log_answers_503_with_no_data_until_it_is_mended(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"})
    await execute(api, "alter table audit.access_log add constraint broken check (false) not valid")
    for query in (ASK, SEARCH):
        response = await post(api, query, {"id": PERSON} if query is ASK else None)
        assert response.status_code == 503
        assert response.headers["retry-after"]
        answer = response.json()
        assert "data" not in answer
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["ACCESS_LOG_UNAVAILABLE"]
        assert "王小明" not in response.text
    assert (await post(api, "{ registers { name } }")).status_code == 200, "what is of nobody is answered"
    await execute(api, "alter table audit.access_log drop constraint broken")
    response = await post(api, ASK, {"id": PERSON})
    assert response.json()["data"]["naturalPerson"] == {"name": "王小明"}


async def test_the_log_names_the_document_alike_whatever_values_are_written_into_it(api: Api) -> None:
    await api.office.household({"idNumber": PERSON, "name": "王小明"})
    for number in (PERSON, id_number(2)):
        await api.data(f'{{ naturalPerson(idNumber: "{number}") {{ name }} }}')
        await api.data(f'{{ naturalPerson(idNumber: """{number}""") {{ name }} }} # {number}')
        await api.data(f'{{ naturalPerson(idNumber: "{number}") {{ version }} }}')
    async with api.services.database.connection() as connection:
        rows = await connection.fetch("select document, count(*) from audit.access_log group by 1 order by 2")
    assert [row["count"] for row in rows] == [2, 2, 2]
    assert all(len(row["document"]) == 32 for row in rows)

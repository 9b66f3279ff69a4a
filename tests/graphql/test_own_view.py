"""A data subject sees what is kept of them and who looked at it, and nothing of anybody else on any path."""

from typing import Any
from uuid import UUID

from hub.access import Role, Viewer
from hub.catalog.global_id import parse_global_id
from tests.people import credit_code, id_number
from tests.served import AGENCY, Api

ME, SPOUSE = id_number(1), id_number(2)
OWN = """{ ownView { id name idNumber household { townOrSubdistrict { code } source { recordKey } }
    provenance { name { source { register } } } } }"""
OTHERS = {
    "root": "query($other: IdNumber!) { naturalPerson(idNumber: $other) { id } }",
    "id": "query($id: ID!) { node(id: $id) { id } }",
    "scheme": "query($text: String!) { entity(scheme: ID_NUMBER, value: $text) { id } }",
    "version": "query($other: IdNumber!) { naturalPerson(idNumber: $other, asOf: {version: 1}) { id } }",
    "search": '{ searchNaturalPersons(name: "王家") { totalCount } }',
    "feed": "{ changes(first: 5) { nodes { entityId } } }",
    "changes": "query($id: ID!) { changesOf(id: $id) { nodes { version } } }",
    "claim": 'query($other: IdNumber!) { verifyIdentity(idNumber: $other, name: "王家远") }',
    "company": "query($code: CreditCode!) { legalEntity(creditCode: $code) { name } }",
    "edge": "{ ownView { spouse { person { id } } } }",
    "record": "{ ownView { marriageRegistrations { spouse { name } } } }",
    "reference": "{ ownView { marriageRegistrations { spouse { person { id } } } } }",
    "discrepancies": "{ discrepancies { nodes { id } } }",
    "quarantine": "{ quarantine { nodes { id } } }",
}


def subject(**said: Any) -> Viewer:  # noqa: ANN401
    return Viewer("市民", "citizen-1", frozenset({Role.DATA_SUBJECT}), **said)


async def fill(api: Api) -> dict[str, Any]:
    """A couple and a company; gives what would name the other half, and one's own id."""
    await api.office.household(
        {"idNumber": ME, "name": "王家近", "townOrSubdistrict": "440106001"}, {"idNumber": SPOUSE, "name": "王家远"}
    )
    couple = {"recordedSubject.idNumber": ME, "recordedSubject.name": "王家近"}
    couple |= {"spouse.idNumber": SPOUSE, "spouse.name": "王家远", "issuingAuthority": "天河区民政局"}
    await api.office.marriage(couple | {"marriedOn": "2020-05-20", "maritalStatus": "20"})
    await api.office.business({"creditCode": credit_code(1), "name": "公司"})
    both = """query($a: IdNumber!, $b: IdNumber!) {
        a: naturalPerson(idNumber: $a) { id } b: naturalPerson(idNumber: $b) { id } }"""
    ids = await api.data(both, {"a": ME, "b": SPOUSE})
    return {"other": SPOUSE, "text": SPOUSE, "id": ids["b"]["id"], "code": credit_code(1), "own": ids["a"]["id"]}


async def test_a_subject_sees_their_own_view_and_who_looked_at_it_and_nobody_elses(api: Api) -> None:
    named = await fill(api)
    _, own_id = parse_global_id(named["own"])
    for viewer in (subject(subject=ME), subject(subject_id=own_id)):
        own = (await api.data(OWN, {}, viewer))["ownView"]
        assert (own["id"], own["name"], own["idNumber"]) == (named["own"], "王家近", ME)
        assert own["household"]["townOrSubdistrict"]["code"] == "440106001"
        for path, query in OTHERS.items():
            answer = await api.ask(query, named, viewer)
            told = str(answer.get("data"))
            assert "errors" in answer, path
            assert not any(word in told for word in ("王家远", SPOUSE, named["id"], "公司", "MATCH")), path
    log = "{ accessLog(first: 100) { nodes { agency officer operation items subjects } } }"
    nodes = (await api.data(log, {}, subject(subject=ME)))["accessLog"]["nodes"]
    assert {one for node in nodes for one in node["subjects"]} == {named["own"]}
    assert [node["operation"] for node in nodes if node["agency"] == AGENCY.agency] == ["look up"]
    assert {node["officer"] for node in nodes} == {None}


async def test_one_finds_oneself_by_every_key_and_at_every_moment(api: Api) -> None:
    named = await fill(api)
    asked = """query($id: IdNumber!, $many: [IdNumber!]!) {
        one: naturalPerson(idNumber: $id) { name } many: naturalPersons(idNumbers: $many) { outcome }
        then: ownView(asOf: {version: 1}) { version asOf { knownAt } } }"""
    told = await api.data(asked, {"id": ME, "many": [SPOUSE, ME]}, subject(subject=ME))
    assert told["one"] == {"name": "王家近"}
    assert [one["outcome"] for one in told["many"]] == ["NOT_FOUND", "FOUND"]
    assert told["then"]["version"] == 1
    viewer = subject(subject_id=parse_global_id(named["own"])[1])
    assert (await api.data("query($id: ID!) { node(id: $id) { id } }", {"id": named["own"]}, viewer))["node"]
    rights = '{ me { grants { basis } withheld(entity: NATURAL_PERSON, items: ["name"]) { item } } }'
    me = (await api.data(rights, {}, viewer))["me"]
    assert me == {"grants": [{"basis": "SUBJECT"}], "withheld": []}


async def test_who_is_not_known_as_a_subject_has_no_view_of_their_own(api: Api) -> None:
    await fill(api)
    nobody = subject(subject=id_number(7)), subject(subject_id=UUID(int=7))
    for viewer in (AGENCY, subject(), *nobody):
        answer = await api.ask("{ ownView { name } }", {}, viewer)
        assert answer["data"] == {"ownView": None}
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert codes == ([] if viewer in nobody else ["NOT_YOURS"])

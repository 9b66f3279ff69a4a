"""Past answers keep the rule by which they were given, whenever an entity came to follow another catalog."""

from hub.clock import today
from tests.intake.test_catalog import insured, let_marriages_name_first, marriage, pension, remerged
from tests.people import id_number
from tests.served import Api

ASK = """query($id: IdNumber!, $asOf: AsOf) { naturalPerson(idNumber: $id, asOf: $asOf) {
  version name asOf { validOn knownAt } provenance { name { basis standing catalogVersion source { recordType } } }
  history(item: "name") { value { text } knownFrom knownTo } } }"""


async def test_what_was_told_before_an_entity_followed_another_catalog_is_told_for_ever(api: Api) -> None:
    await insured(api.office, pension(1))
    await api.office.marriage(marriage(1))
    first = (await api.data(ASK, {"id": id_number(1)}))["naturalPerson"]
    number = await let_marriages_name_first(api.office.intake)
    between = (await api.data(ASK, {"id": id_number(1)}))["naturalPerson"]
    assert await remerged(api.office.intake) == [1]
    after = (await api.data(ASK, {"id": id_number(1)}))["naturalPerson"]
    assert (first["name"], between["name"], after["name"]) == ("参保", "参保", "结婚")
    assert between["provenance"] == first["provenance"]
    assert after["provenance"]["name"]["catalogVersion"] == number
    assert after["provenance"]["name"]["source"]["recordType"] == "marriageRegistrations"
    assert after["version"] == first["version"] + 1
    for told in (first, between, after):
        again = await api.data(ASK, {"id": id_number(1), "asOf": told["asOf"]})
        assert again["naturalPerson"] == told
    assert [(era["value"]["text"], era["knownTo"] is None) for era in after["history"]] == [
        ("结婚", False),
        ("结婚", True),
        ("参保", False),
    ]
    assert after["asOf"]["validOn"] == today().isoformat()

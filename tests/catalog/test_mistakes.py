"""Each kind of mistake in a model file stops the start and is shown at its file and line."""

from pathlib import Path
from typing import NamedTuple

import pytest

from hub.errors import InvalidModel
from tests.catalog.registers import FOUNDATIONS, load_with


class Mistake(NamedTuple):
    """The text put in place of ``instead_of``; the line that must be shown begins with ``shown``."""

    instead_of: str
    text: str
    shown: str
    problem: str


LAST_ITEM = 'name = "legalRepresentative"'
CONSTANT = '{ rule = "constant", value = "SOCIAL_GROUP" }'

MISTAKES = {
    "a wrong type": Mistake('"person"', '"persons"', 'type = "persons"', "Invalid enum value"),
    "an unknown key": Mistake('zh = "主体类别"', 'zn = "主体类别"', "[[record.item]]", "unknown field `zn`"),
    "a missing key": Mistake('article = "City Rules Art. 5"\nupdate', "update", "[register]", "missing required field"),
    "a wrong kind of entity": Mistake('"LEGAL_ENTITY"', '"BRIDGE"', 'entity = "BRIDGE"', "Invalid enum value"),
    "a name that is no field": Mistake(LAST_ITEM, 'name = "legal-rep"', 'name = "legal-rep"', "matching regex"),
    "a syntax error": Mistake('title = "Registration of', "title = Registration of", "title = Reg", "Invalid value"),
    "an open text": Mistake('title = "Charity office"', 'title = "Charity office', "title = ", "Illegal character"),
    "an unknown department": Mistake(
        'department = "CHARITY_OFFICE"', 'department = "BRIDGES"', 'department = "BRIDGES"', "no department BRIDGES"
    ),
    "an unknown predecessor": Mistake(
        'zh = "基金会管理部门"',
        'zh = "基金会管理部门"\nsuccessor_of = ["BRIDGES"]',
        "successor_of",
        "no department BRIDGES",
    ),
    "an unknown department of a record": Mistake(
        'cardinality = "one"', 'cardinality = "one"\ndepartment = "BRIDGES"', 'department = "BRIDGES"', "no department"
    ),
    "an unknown code list": Mistake('"legal_entity_kind"', '"kinds"', "[[record.item]]", "no code list kinds"),
    "a coded item without a list": Mistake(
        'codes = "legal_entity_kind"\n', "", "[[record.item]]", "name its code list"
    ),
    "an identifier without a scheme": Mistake('scheme = "CREDIT_CODE"\n', "", "[[record.item]]", "name its scheme"),
    "a former number of another scheme": Mistake(
        'scheme = "CREDIT_CODE"\n',
        'scheme = "CREDIT_CODE"\nformer_of = "kind"\n',
        "[[record.item]]",
        "of the scheme of kind",
    ),
    "an unknown scheme": Mistake('"CREDIT_CODE"', '"PLATE"', 'scheme = "PLATE"', "Invalid enum value 'PLATE'"),
    "a listed item without a number": Mistake(', number = "5.1"', "", "[[record.item]]", "must give its number"),
    "a part that the type lacks": Mistake("parts.name", "parts.age", "[[record.item]]", "has no part age"),
    "a coded part without a list": Mistake(
        'type = "person"\nparts.name =',
        'type = "subject"\nparts.idType =',
        "[[record.item]]",
        "idType is coded and must name its code list",
    ),
    "an unknown rule": Mistake('"constant"', '"guess"', "[[record.item]]", "no rule guess"),
    "a constant without a value": Mistake(CONSTANT, '{ rule = "constant" }', "[[record.item]]", "must give its value"),
    "a rule with too few items": Mistake(
        CONSTANT, '{ rule = "birth_date_of_id_number" }', "[[record.item]]", "another number of items"
    ),
    "a derivation from nothing": Mistake(
        CONSTANT, '{ rule = "birth_date_of_id_number", of = ["idNumber"] }', "[[record.item]]", "derived from idNumber"
    ),
    "two items of one name": Mistake(LAST_ITEM, 'name = "kind"', "[[record]]", "two items of one name"),
    "an unknown identifying item": Mistake('["creditCode"]', '["plate"]', "[[record]]", "names the item plate"),
    "a list without a key": Mistake('cardinality = "one"', 'cardinality = "many"', "[[record]]", "needs a key"),
    "a record type named as a merged item": Mistake(
        '"foundationRegistration"', '"kind"', 'name = "kind"', "also the name of a merged item"
    ),
    "a duplicate record type": Mistake(
        '"foundationRegistration"',
        '"socialGroupRegistration"',
        'name = "socialGroupRegistration"',
        "socialGroupRegistration is defined twice",
    ),
    "a duplicate register": Mistake(
        '"foundations"', '"civil_affairs"', 'name = "civil_affairs"', "civil_affairs is defined twice"
    ),
    "a duplicate department": Mistake(
        'name = "CHARITY_OFFICE"',
        'name = "CIVIL_AFFAIRS"',
        'name = "CIVIL_AFFAIRS"',
        "CIVIL_AFFAIRS is defined twice",
    ),
}


def error_of(directory: Path, content: str | bytes, name: str = "foundations.toml") -> InvalidModel:
    with pytest.raises(InvalidModel) as caught:
        load_with(directory, content, name)
    return caught.value


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_shown_at_its_file_and_line(tmp_path: Path, mistake: Mistake) -> None:
    assert FOUNDATIONS.count(mistake.instead_of) == 1
    text = FOUNDATIONS.replace(mistake.instead_of, mistake.text)
    error = error_of(tmp_path, text)
    line = int(str(error.details["line"]))
    assert error.details["file"] == "foundations.toml"
    assert mistake.problem in str(error.details["problem"])
    assert text.splitlines()[line - 1].startswith(mistake.shown)
    assert str(error).startswith(f"foundations.toml:{line}: ")


def test_a_mistake_inside_an_item_is_shown_at_that_item_and_not_at_another(tmp_path: Path) -> None:
    text = FOUNDATIONS.replace('"legal_entity_kind"', '"kinds"')
    assert error_of(tmp_path, text).details["line"] == text.splitlines().index('name = "kind"')


def test_a_record_type_without_a_register_is_refused(tmp_path: Path) -> None:
    text = FOUNDATIONS[FOUNDATIONS.index("[[record]]") :]
    error = error_of(tmp_path, text)
    assert error.details["line"] == 1
    assert "needs a [register]" in str(error)


def test_authority_over_an_unknown_item_is_refused(tmp_path: Path) -> None:
    text = """\
[[merged_item]]
entity = "LEGAL_ENTITY"
name = "phone"
title = "Telephone"
zh = "联系电话"
article = "GZ-Detail Art. 24"
type = "text"
authority = [
    { from = "socialGroupRegistration.phone", basis = "GZ-Detail Art. 24(2)" },
    { from = "socialGroupRegistration.fax", basis = "GZ-Detail Art. 24(2)" },
]
"""
    error = error_of(tmp_path, text, "phone.toml")
    assert str(error) == "phone.toml:8: there is no item socialGroupRegistration.fax"


def test_authority_that_yields_to_an_unknown_record_type_is_refused(tmp_path: Path) -> None:
    text = """\
[[merged_item]]
entity = "LEGAL_ENTITY"
name = "phone"
title = "Telephone"
zh = "联系电话"
article = "GZ-Detail Art. 24"
type = "text"
authority = [{ from = "socialGroupRegistration.phone", basis = "GZ-Detail Art. 24(2)", unless = ["telephones"] }]
"""
    assert str(error_of(tmp_path, text, "phone.toml")) == "phone.toml:8: there is no record type telephones"


def test_a_merged_item_that_nobody_may_decide_is_refused(tmp_path: Path) -> None:
    text = """\
[[merged_item]]
entity = "LEGAL_ENTITY"
name = "phone"
title = "Telephone"
zh = "联系电话"
article = "GZ-Detail Art. 24"
type = "text"
"""
    assert str(error_of(tmp_path, text, "phone.toml")).startswith("phone.toml:3: phone has no authority")


def test_a_merged_item_defined_in_two_files_is_refused(tmp_path: Path) -> None:
    text = """\
[[merged_item]]
entity = "LEGAL_ENTITY"
name = "name"
title = "Name"
zh = "名称"
article = "GZ-Detail Art. 24"
type = "text"
authority = [{ from = "socialGroupRegistration.name", basis = "GZ-Detail Art. 24(2)" }]
"""
    assert str(error_of(tmp_path, text, "names.toml")) == "names.toml:3: name is defined twice"


@pytest.mark.parametrize(
    ("name", "ways", "shown"),
    [
        ("employees", 'named_in = ["socialInsurances.boss"]', "edge.toml:8: there is no item socialInsurances.boss"),
        ("kind", 'named_in = ["socialInsurances.employer"]', "edge.toml:3: kind is also the name of"),
        ("employees", "", "edge.toml:1: employees goes by no item"),
        (
            "employees",
            'named_in = ["socialInsurances.employerName"]',
            "edge.toml:1: socialInsurances.employerName is no",
        ),
        ("employees", 'names = ["socialInsurances.employer"]', "edge.toml:1: employees goes by an item that is not"),
        ("employees", 'named_in = ["birthCertificate.mother"]', "edge.toml:1: employees goes by an item that is not"),
        (
            "owners",
            'names = ["businessRegistration.registrationAuthority"]',
            "edge.toml:1: Relative leads to entities of",
        ),
        (
            "employees",
            'named_in = ["socialInsurances.employer"]\nended_by = [{ item = "socialInsurances.left" }]',
            "edge.toml:9: there is no item socialInsurances.left",
        ),
    ],
)
def test_an_edge_that_leads_nowhere_or_takes_a_name_is_refused(
    tmp_path: Path, name: str, ways: str, shown: str
) -> None:
    text = f"""\
[[edge]]
entity = "LEGAL_ENTITY"
name = "{name}"
type = "Relative"
title = "People insured by the entity"
zh = "参保人员"
article = "GZ-Detail Art. 14"
{ways}
"""
    assert str(error_of(tmp_path, text, "edge.toml")).startswith(shown)


def test_an_alias_of_no_code_is_refused(tmp_path: Path) -> None:
    text = """\
[code_list]
name = "colours"
version = "1"
title = "Colours"
zh = "颜色"

[code_list.codes]
1 = "红"

[code_list.aliases]
"朱红" = "1"
"蓝" = "2"
"""
    assert str(error_of(tmp_path, text, "colours.toml")) == "colours.toml:12: there is no code 2"


def test_a_file_in_another_encoding_is_shown_at_its_first_wrong_line(tmp_path: Path) -> None:
    assert str(error_of(tmp_path, FOUNDATIONS.encode("gb18030"))) == ("foundations.toml:4: the file is not UTF-8")


def test_a_file_that_ends_too_early_is_shown_at_its_end(tmp_path: Path) -> None:
    error = error_of(tmp_path, "[register]\nname = [\n")
    assert error.details["line"] == 2

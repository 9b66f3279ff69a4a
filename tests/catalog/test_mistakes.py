"""Each kind of mistake in a model file stops the start and is shown at its file and line, with what to do."""

import os
from pathlib import Path
from typing import NamedTuple

import pytest

from hub.catalog import Reserved, examine, load_model
from hub.errors import InvalidModel
from hub.opening import taken_names
from tests.catalog.registers import FOUNDATIONS


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
    "an unknown key": Mistake(
        "joint = []\n",
        'jiont = ["HEALTH"]\n',
        'jiont = ["HEALTH"]',
        "unknown field `jiont`; the keys here are name, title",
    ),
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
    "nothing that names the entity": Mistake(
        '["creditCode"]', "[]", "identified_by", "names no entity; list the items"
    ),
    "an item that finds nobody": Mistake('["creditCode"]', '["kind"]', "identified_by", "kind is no identifier; name"),
    "a key of the other kind of entity": Mistake(
        '"CREDIT_CODE"', '"ID_NUMBER"', "identified_by", "ID_NUMBER does not name a LEGAL_ENTITY"
    ),
    "a state that begins on a text": Mistake(
        'cardinality = "one"',
        'cardinality = "one"\neffective = ["kind"]',
        "effective",
        "kind is of type coded; a state",
    ),
    "an empty alternative of a key": Mistake(
        'cardinality = "one"', 'cardinality = "many"\nkey = [[]]', "key", "an alternative of the key is empty"
    ),
    "a constant of a type that has none": Mistake(
        'type = "coded"\ncodes = "legal_entity_kind"', 'type = "date"', "[[record.item]]", "only a text or a code"
    ),
    "a constant that is no code": Mistake(
        '"SOCIAL_GROUP"', '"BRIDGE"', "[[record.item]]", "BRIDGE, which is no code of"
    ),
    "a derived item that is required": Mistake(
        'basis = "DERIVED"', 'basis = "DERIVED"\nrequired = true', "[[record.item]]", "it cannot be required"
    ),
    "two items with one title": Mistake(
        'zh = "法定代表人"', 'zh = "统一社会信用代码"', "[[record.item]]", "share the column title 统一社会信用代码"
    ),
    "a length that no text has": Mistake(
        'type = "person"', 'type = "person"\nmax_length = 0', "max_length = 0", "Expected `int` >= 1"
    ),
    "a length beyond all bounds": Mistake(
        'type = "person"', f'type = "person"\nmax_length = {10**30}', "max_length = 1", "Expected `int` <= 100000"
    ),
    "an empty title": Mistake('zh = "法定代表人"', 'zh = " "', 'zh = " "', "matching regex"),
    "a type of another record": Mistake(
        '"FoundationRegistration"', '"HouseholdRegistration"', 'type = "House', "share the type HouseholdRegistration"
    ),
    "a duplicate department": Mistake(
        'zh = "基金会管理部门"',
        'zh = "基金会管理部门"\n\n[[department]]\nname = "CIVIL_AFFAIRS"\ntitle = "Civil"\nzh = "民政"',
        'name = "CIVIL_AFFAIRS"',
        "CIVIL_AFFAIRS is defined twice",
    ),
}


@pytest.fixture(scope="session")
def taken() -> Reserved:
    return taken_names()


def mistakes_of(directory: Path, content: str | bytes, name: str = "foundations.toml") -> list[InvalidModel]:
    """Every mistake that one more file brings into the model; the start names the first of them."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return all_mistakes(directory)


def all_mistakes(directory: Path, taken: Reserved | None = None) -> list[InvalidModel]:
    return examine(directory, taken or Reserved())[1]


def error_of(directory: Path, content: str | bytes, name: str = "foundations.toml") -> InvalidModel:
    """The one mistake that a file brings."""
    (mistake,) = mistakes_of(directory, content, name)
    return mistake


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
    assert str(error) == (
        "phone.toml:8: there is no item socialGroupRegistration.fax; name one as record.item or record.item.part"
    )


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
    assert str(error_of(tmp_path, text, "phone.toml")).startswith("phone.toml:8: there is no record type telephones;")


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
    assert str(error_of(tmp_path, text, "names.toml")).startswith("names.toml:3: name is defined twice;")


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
    assert str(error_of(tmp_path, text, "colours.toml")).startswith("colours.toml:12: there is no code 2;")


def test_a_file_in_another_encoding_is_shown_at_its_first_wrong_line(tmp_path: Path) -> None:
    assert str(error_of(tmp_path, FOUNDATIONS.encode("gb18030"))) == (
        "foundations.toml:4: the file is not UTF-8; save it as UTF-8"
    )


def test_a_file_that_ends_too_early_is_shown_at_its_end(tmp_path: Path) -> None:
    error = error_of(tmp_path, "[register]\nname = [\n")
    assert error.details["line"] == 2


def test_a_register_without_a_record_is_refused(tmp_path: Path) -> None:
    error = error_of(tmp_path, FOUNDATIONS[: FOUNDATIONS.index("[[record]]")])
    assert "foundations has no record type; add a [[record]]" in str(error)


@pytest.mark.parametrize(
    ("instead_of", "text", "problem"),
    [
        ('"FoundationRegistration"', '"Coded"', "the schema has a type Coded of its own"),
        ('"FoundationRegistration"', '"IdentifierScheme"', "the schema has a type IdentifierScheme of its own"),
        ('"FoundationRegistration"', '"DateTime"', "the schema has a type DateTime of its own"),
        ('"foundationRegistration"', '"version"', "every entity has a field version of its own"),
        ('"foundationRegistration"', '"id"', "every entity has a field id of its own"),
        ('"foundationRegistration"', '"provenance"', "every entity has a field provenance of its own"),
        ('name = "legalRepresentative"', 'name = "source"', "every record has a field source of its own"),
        ('name = "legalRepresentative"', 'name = "absences"', "every record has a field absences of its own"),
        ('zh = "法定代表人"', 'zh = "操作"', "a column titled 操作 speaks of the line itself"),
    ],
)
def test_a_name_that_schema_or_deliveries_use_themselves_is_refused(
    tmp_path: Path, taken: Reserved, instead_of: str, text: str, problem: str
) -> None:
    content = FOUNDATIONS.replace(instead_of, text)
    (tmp_path / "foundations.toml").write_text(content, encoding="utf-8")
    (mistake,) = all_mistakes(tmp_path, taken)
    assert problem in str(mistake)


GROUP = "socialGroupRegistration"
MERGED = """\
[[merged_item]]
entity = "LEGAL_ENTITY"
name = "{name}"
title = "Telephone"
zh = "联系电话"
article = "GZ-Detail Art. 24"
type = "{type}"
{rules}
"""


@pytest.mark.parametrize(
    ("name", "kind", "rules", "problem"),
    [
        (
            "phone",
            "text",
            'authority = [{ from = "household.name", basis = "GZ-Detail Art. 9" }]',
            ":8: household.name speaks of a NATURAL_PERSON and cannot decide for a LEGAL_ENTITY",
        ),
        (
            "phone",
            "text",
            'authority = [{ from = "socialGroupRegistration.registeredOn", basis = "GZ-Detail Art. 24" }]',
            ":8: socialGroupRegistration.registeredOn is of type",
        ),
        (
            "phone",
            "coded",
            'codes = "GB/T 2260"\nauthority = [{ from = "socialGroupRegistration.groupType", basis = "Art. 24" }]',
            ":9: socialGroupRegistration.groupType is coded by social_group_type and phone by GB/T 2260",
        ),
        (
            "phone",
            "text",
            'authority = [{ from = "socialGroupRegistration.phone", basis = "Art. 24" }]\ncompare = ["household.fax"]',
            ":9: there is no item household.fax",
        ),
        (
            "phone",
            "text",
            f'authority = [{{ from = "{GROUP}.phone", basis = "1", unless = ["{GROUP}"] }}]',
            ":8: socialGroupRegistration.phone would yield to its own record and never decide",
        ),
        ("phone", "person", "", ":7: an item of an entity cannot be of type person; make one for each of its parts"),
        ("phone", "list", "", ":7: an item of an entity cannot be of type list"),
        ("phone", "identifier", "", ":3: phone is an identifier and must name its scheme"),
        ("phone", "identifier", 'scheme = "PASSPORT"', ":8: PASSPORT does not name a LEGAL_ENTITY"),
        (
            "phone",
            "identifier",
            'scheme = "TAXPAYER_ID"\nauthority = [{ from = "socialGroupRegistration.phone", basis = "1" }]',
            ":9: phone is the entity's own key, which nobody decides",
        ),
        (
            "version",
            "text",
            'authority = [{ from = "socialGroupRegistration.phone", basis = "1" }]',
            ":3: every entity has a field version of its own",
        ),
    ],
)
def test_a_merged_item_that_could_not_be_decided_is_refused(
    tmp_path: Path, taken: Reserved, name: str, kind: str, rules: str, problem: str
) -> None:
    (tmp_path / "phone.toml").write_text(MERGED.format(name=name, type=kind, rules=rules), encoding="utf-8")
    (mistake,) = all_mistakes(tmp_path, taken)
    assert str(mistake).startswith(f"phone.toml{problem}")


EDGE = """\
[[edge]]
entity = "LEGAL_ENTITY"
name = "{name}"
type = "{type}"
title = "People insured by the entity"
zh = "参保人员"
article = "GZ-Detail Art. 14"
named_in = {via}
"""


@pytest.mark.parametrize(
    ("name", "kind", "via", "problem"),
    [
        ("employees", "Employee", "[]", ":1: employees goes by no item"),
        ("id", "Employee", '["socialInsurances.employer"]', ":3: every entity has a field id of its own"),
        ("employees", "Source", '["socialInsurances.employer"]', ":4: the schema has a type Source of its own"),
        ("employees", "SchoolEnrolment", '["socialInsurances.employer"]', ":4: an edge and the record type"),
    ],
)
def test_an_edge_that_leads_nowhere_or_takes_a_name_of_the_schema_is_refused(
    tmp_path: Path, taken: Reserved, name: str, kind: str, via: str, problem: str
) -> None:
    (tmp_path / "edge.toml").write_text(EDGE.format(name=name, type=kind, via=via), encoding="utf-8")
    (mistake,) = all_mistakes(tmp_path, taken)
    assert str(mistake).startswith(f"edge.toml{problem}")


@pytest.mark.parametrize(
    ("ending", "problem"),
    [
        ('{ item = "household.gone" }', "there is no item household.gone; name one as record.item"),
        (
            '{ item = "household.cancelledOn" }',
            "employees does not go by the record of household.cancelledOn; name an item of one that it goes by",
        ),
        (
            '{ item = "socialInsurances.enrolledOn", codes = ["1"] }',
            "socialInsurances.enrolledOn is of type partial_date and has no codes; leave codes out, or name a coded",
        ),
        (
            '{ item = "marriageRegistrations.maritalStatus", codes = ["99"] }',
            "99 is no code of GB/T 2261.2; name one that is",
        ),
    ],
)
def test_what_could_never_end_a_tie_is_refused(tmp_path: Path, ending: str, problem: str) -> None:
    text = EDGE.format(name="employees", type="Employee", via='["socialInsurances.employer"]')
    told = mistakes_of(tmp_path, f"{text}ended_by = [{ending}]\n", "edge.toml")
    assert any(str(mistake).startswith(f"edge.toml:9: {problem}") for mistake in told)


PURPOSE = """\
[[purpose]]
name = "RENTING"
title = "Renting"
zh = "租房"
words = ["RENTING"]

[[purpose.forbids]]
entity = "NATURAL_PERSON"
item = "ethnicity"
basis = "City Rules Art. 6"
"""


@pytest.mark.parametrize(
    ("instead_of", "text", "problem"),
    [
        (
            '"ethnicity"',
            '"colour"',
            "9: there is no governed item colour of NATURAL_PERSON; name one, or a record type",
        ),
        ('["RENTING"]', '["RENTING", " "]', "5: an empty word is in the code of every grant; write one, or remove it"),
        ('["RENTING"]', "[]", "5: Expected `array` of length >= 1"),
        ('"RENTING"\ntitle', '"renting"\ntitle', "2: Expected `str` matching regex '^[A-Z]"),
        ('"NATURAL_PERSON"', '"PERSON"', "8: Invalid enum value 'PERSON'; write one of NATURAL_PERSON, LEGAL_ENTITY"),
    ],
)
def test_a_purpose_that_could_forbid_nothing_or_everything_is_refused(
    tmp_path: Path, instead_of: str, text: str, problem: str
) -> None:
    assert PURPOSE.count(instead_of) == 1
    told = error_of(tmp_path, PURPOSE.replace(instead_of, text), "purpose.toml")
    assert str(told).startswith(f"purpose.toml:{problem}")


@pytest.mark.parametrize(
    ("card", "problem"),
    [
        (
            'column = "division"\nfrom = ["household.colour"]',
            "4: household.colour is no item that a NATURAL_PERSON shows; name a merged item of one or record.item",
        ),
        (
            'column = "status"\nfrom = ["businessRegistration.registrationStatus"]',
            "4: businessRegistration.registrationStatus is no item that a NATURAL_PERSON shows; name a merged item",
        ),
        (
            'column = "colour"\nfrom = ["name"]',
            "3: Invalid enum value 'colour'; write one of name, birthDate, division, category, status",
        ),
    ],
)
def test_a_card_filled_from_what_its_entities_do_not_show_is_refused(tmp_path: Path, card: str, problem: str) -> None:
    text = f'[[card]]\nentity = "NATURAL_PERSON"\n{card}\n'
    assert str(error_of(tmp_path, text, "card.toml")).startswith(f"card.toml:{problem}")


CHECK = """\
[[cross_check]]
name = "deathWithoutGrave"
title = "There is a death and no grave"
zh = "有死亡记录而无墓"
entity = "NATURAL_PERSON"
article = "City Rules Art. 7"
rule = "lacks"
codes = ["DEATH"]
of = [["household.cancelReason", "deathCertificate"]]
register = "health"
"""


@pytest.mark.parametrize(
    ("instead_of", "text", "problem"),
    [
        ('"lacks"', '"misses"', "7: there is no rule misses; the rules are begins_otherwise, coded, "),
        ('"health"', '"graves"', "10: there is no register graves; name one of the model, or leave the line out"),
        (', "deathCertificate"', "", "9: the rule lacks takes 2 values, and an entry has 1; list as many"),
        (
            "household.cancelReason",
            "household.colour",
            "9: there is no item household.colour of a NATURAL_PERSON; name a merged item, a record type",
        ),
        (
            '"deathCertificate"',
            '"household.name -> name"',
            "9: household.name refers to no entity; name an item of type person or organization before the arrow",
        ),
        (
            '"deathCertificate"',
            '"birthCertificate.mother -> colour"',
            "9: there is no item colour of a NATURAL_PERSON; after the arrow, name an item of the entity referred to",
        ),
        ('codes = ["DEATH"]\n', "", "1: the rule lacks goes by codes; add them"),
        ('[["household.cancelReason", "deathCertificate"]]', "[]", "9: deathWithoutGrave holds nothing against each"),
        ('"deathWithoutGrave"', '"deathDates"', "2: deathDates is defined twice; choose another name"),
    ],
)
def test_a_cross_check_that_could_find_nothing_is_refused(
    tmp_path: Path, instead_of: str, text: str, problem: str
) -> None:
    assert CHECK.count(instead_of) == 1
    (told, *_) = mistakes_of(tmp_path, CHECK.replace(instead_of, text), "check.toml")
    assert str(told).startswith(f"check.toml:{problem}")


CODES = """\
[code_list]
name = "colours"
version = "1"
title = "Colours"
zh = "颜色"

[code_list.codes]
"""


@pytest.mark.parametrize(
    ("codes", "problem"),
    [
        ("", "2: colours is closed and has no codes; add [code_list.codes] or open = true"),
        ('"" = "红"', "8: a code is empty"),
        ('1 = "红"\n2 = " "', "9: the code 2 has no name"),
        ('1 = "红"\n"１" = "蓝"', "9: １ is the code 1 again, spelt differently"),
        ('1 = "红"\n1 = "蓝"', "9: Cannot overwrite a value"),
        ('1 = "红"\n2 = "蓝"\n\n[code_list.aliases]\n1 = "2"', "12: 1 is no alias"),
        (
            '1 = "红"\n\n[code_list.schemes]\n1 = "PLATE"',
            "11: Invalid enum value 'PLATE'; write one of ID_NUMBER, CREDIT",
        ),
    ],
)
def test_a_code_list_with_empty_or_repeated_codes_is_refused(tmp_path: Path, codes: str, problem: str) -> None:
    assert str(error_of(tmp_path, CODES + codes + "\n", "colours.toml")).startswith(f"colours.toml:{problem}")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("", "1: the file says nothing"),
        ("# later\n", "1: the file says nothing"),
        ("x = " + "[" * 5_000 + "]" * 5_000, "1: brackets stand inside each other too deeply"),
        ("# a number\nx = " + "9" * 5_000, "2: a number has too many digits"),
    ],
    ids=["empty", "only a comment", "brackets without end", "digits without end"],
)
def test_a_file_that_holds_nothing_or_too_much_is_refused(tmp_path: Path, content: str, problem: str) -> None:
    assert str(error_of(tmp_path, content)).startswith(f"foundations.toml:{problem}")


def test_a_link_that_leads_nowhere_and_a_pipe_are_refused_and_not_waited_for(tmp_path: Path) -> None:
    (tmp_path / "away.toml").symlink_to(tmp_path / "gone.toml")
    os.mkfifo(tmp_path / "pipe.toml")
    assert [str(mistake)[:24] for mistake in all_mistakes(tmp_path)] == [
        "away.toml:1: this is no ",
        "pipe.toml:1: this is no ",
    ]


def test_a_folder_that_is_linked_into_itself_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "again").symlink_to(tmp_path)
    (tmp_path / "foundations.toml").write_text(FOUNDATIONS, encoding="utf-8")
    assert all_mistakes(tmp_path) == []


def test_a_volume_that_keeps_its_files_behind_hidden_links_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "..2024").mkdir()
    (tmp_path / "..2024" / "foundations.toml").write_text(FOUNDATIONS, encoding="utf-8")
    (tmp_path / "..data").symlink_to("..2024")
    (tmp_path / "foundations.toml").symlink_to("..data/foundations.toml")
    assert all_mistakes(tmp_path) == []


def test_every_mistake_is_told_at_once_and_none_that_follows_from_another(tmp_path: Path) -> None:
    text = FOUNDATIONS.replace('"person"', '"persons"').replace('"legal_entity_kind"', '"kinds"')
    text = text.replace('identified_by = ["creditCode"]', 'identified_by = ["legalRepresentative.idNumber", "plate"]')
    (tmp_path / "foundations.toml").write_text(text.replace("joint = []", 'joint = ["BRIDGES"]'), encoding="utf-8")
    (tmp_path / "colours.toml").write_text(CODES + '"" = "红"\n', encoding="utf-8")
    (tmp_path / "broken.toml").write_text('[code_list\nname = "shades"\n', encoding="utf-8")
    mistakes = all_mistakes(tmp_path)
    with pytest.raises(InvalidModel) as caught:
        load_model(tmp_path)
    assert str(caught.value) == str(mistakes[0])
    told = [str(mistake).partition(";")[0] for mistake in mistakes]
    assert [one.partition(": ")[2] for one in told] == [
        "Expected ']' at the end of a table declaration",
        "a code is empty",
        "there is no department BRIDGES",
        "foundationRegistration names the item plate, which it does not have",
        "there is no code list kinds",
        "Invalid enum value 'persons'",
    ]

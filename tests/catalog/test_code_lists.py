import pytest

from hub.catalog import CodeList, Model, load_model

DISTRICTS = CodeList(
    name="districts",
    version="1",
    title="Districts",
    zh="区",
    codes={"330105": "拱墅区", "320106": "鼓楼区", "350102": "鼓楼区"},
    aliases={"福州市鼓楼区": "350102"},
)


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model()


@pytest.mark.parametrize(
    ("codes", "text", "code"),
    [
        ("GB/T 2261.1", "1", "1"),
        ("GB/T 2261.1", "男", "1"),
        ("GB/T 2261.1", "男性", "1"),
        ("GB/T 2261.1", "3", None),
        ("GB/T 3304", "01", "01"),
        ("GB/T 3304", "汉族", "01"),
        ("GB/T 3304", "汉", "01"),
        ("GB/T 3304", "1", "01"),
        ("GB/T 3304", "基诺族", "56"),
        ("GB/T 3304", "基诺", "56"),
        ("GB/T 3304", "57", None),
        ("GB/T 2260", "440106", "440106"),
        ("GB/T 2260", "天河区", "440106"),
        ("GB/T 2260", "广东省广州市天河区", "440106"),
        ("GB/T 2260", "广东", "440000"),
        ("GB/T 2261.4", "退休人员", "80"),
        ("GB/T 4754", "软件和信息技术服务业", "65"),
        ("GB/T 4754", "房地产业", "K"),
        ("id_document_type", "居民身份证", "1"),
        ("life_status", "在世", "ALIVE"),
        ("life_status", "健在", "ALIVE"),
        ("household_status", "正常", "NORMAL"),
        ("LD/T 92 insurance type", "养老", "110"),
    ],
)
def test_a_code_is_found_by_itself_its_name_or_another_spelling(
    model: Model, codes: str, text: str, code: str | None
) -> None:
    assert model.code_lists[codes].code_of(text) == code


def test_a_name_that_two_codes_share_means_neither() -> None:
    assert DISTRICTS.code_of("鼓楼区") is None
    assert DISTRICTS.code_of("福州市鼓楼区") == "350102"
    assert DISTRICTS.code_of("拱墅区") == "330105"


def test_all_ethnic_groups_are_there_with_and_without_the_suffix(model: Model) -> None:
    groups = model.code_lists["GB/T 3304"]
    assert set(groups.codes) == {f"{place:02}" for place in range(1, 57)} | {"97", "98"}
    for code, name in groups.codes.items():
        assert groups.code_of(name.removesuffix("族")) == code


def test_every_industry_division_is_there(model: Model) -> None:
    codes = set(model.code_lists["GB/T 4754"].codes)
    assert codes == set("ABCDEFGHIJKLMNOPQRST") | {f"{place:02}" for place in range(1, 98)}


def test_a_division_has_six_digits_and_lies_in_one_of_a_province(model: Model) -> None:
    divisions = model.code_lists["GB/T 2260"].codes
    for code in divisions:
        assert len(code) == 6
        assert f"{code[:2]}0000" in divisions


def test_what_the_law_fixes_is_closed_and_what_changes_is_open(model: Model) -> None:
    assert {name for name, codes in model.code_lists.items() if not codes.open} == {
        "GB/T 2261.1",
        "GB/T 2261.2",
        "GB/T 2261.4",
        "GB/T 3304",
        "age_unit",
        "completion_kind",
        "death_place",
        "disability_category",
        "disability_level",
        "household_cancel_reason",
        "household_status",
        "id_document_type",
        "legal_entity_kind",
        "life_status",
    }


def test_every_code_list_is_used(model: Model) -> None:
    items = [item for record in model.records.values() for item in record.item]
    items += [item for shape in model.shapes.values() for item in shape.item]
    used = {codes for item in items for codes in (item.codes, *(part.codes for part in item.parts.values()))}
    assert used - {None} == set(model.code_lists)


def test_every_constant_is_a_code_of_its_list(model: Model) -> None:
    for record in model.records.values():
        for item in record.item:
            if item.derived and item.derived.value and item.codes:
                assert item.derived.value in model.code_lists[item.codes].codes

from pathlib import Path

import pytest

from hub.catalog import load_model
from hub.errors import InvalidSetting
from tests.catalog.registers import FOUNDATIONS, load_with

SEXES = """\
[code_list]
name = "GB/T 2261.1"
version = "1980"
title = "Sex of a person"
zh = "人的性别代码"

[code_list.codes]
0 = "未知"
1 = "男"
2 = "女"
"""


def test_a_file_in_the_model_directory_adds_a_register(tmp_path: Path) -> None:
    model = load_with(tmp_path, FOUNDATIONS)
    record = model.records["foundationRegistration"]
    assert (record.register, record.department) == ("foundations", "CHARITY_OFFICE")
    assert model.registers.keys() - load_model().registers.keys() == {"foundations"}
    assert model.departments["CHARITY_OFFICE"].zh == "基金会管理部门"


def test_adding_a_register_leaves_the_shipped_ones_as_they_are(tmp_path: Path) -> None:
    added = load_with(tmp_path, FOUNDATIONS)
    shipped = load_model()
    assert {name: added.records[name] for name in shipped.records} == shipped.records
    assert added.merged_items == shipped.merged_items


def test_a_record_type_may_belong_to_another_department_than_its_register(tmp_path: Path) -> None:
    text = FOUNDATIONS.replace("cardinality =", 'department = "CIVIL_AFFAIRS"\ncardinality =')
    assert load_with(tmp_path, text).records["foundationRegistration"].department == "CIVIL_AFFAIRS"


def test_a_file_of_the_same_name_replaces_a_shipped_code_list(tmp_path: Path) -> None:
    sexes = load_with(tmp_path, SEXES, "code_lists/gb_t_2261_1.toml").code_lists["GB/T 2261.1"]
    assert sexes.version == "1980"
    assert sexes.code_of("9") is None


def test_a_file_may_begin_with_a_byte_order_mark_and_end_its_lines_as_windows_does(tmp_path: Path) -> None:
    content = FOUNDATIONS.replace("\n", "\r\n").encode("utf-8-sig")
    assert "foundationRegistration" in load_with(tmp_path, content).records


def test_other_files_beside_the_model_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("about these files", encoding="utf-8")
    assert load_model(tmp_path) == load_model()


def test_a_model_directory_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="there is no directory"):
        load_model(tmp_path / "nowhere")

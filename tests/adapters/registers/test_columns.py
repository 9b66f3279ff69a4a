"""Columns match by Chinese title, English name or a mapping; what matches nothing is reported."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

import pytest

from adapters.registers import ColumnMap, choose_record, refuse_twins
from adapters.transports import Row
from hub.catalog import Model
from hub.errors import UnknownRecordType, UnknownRegister, UnrecognisedColumns
from hub.intake.delivery import BrokenLine, Line, Operation


def only_line(columns: ColumnMap, cells: Mapping[str, object]) -> Line | BrokenLine:
    (line,) = columns.lines([Row(1, cells)])
    return line


def household(model: Model, mapping: Mapping[str, str] | None = None) -> ColumnMap:
    return ColumnMap(model.records["household"], mapping or {})


def test_chinese_titles_english_names_and_mapped_titles_mean_the_same_item(model: Model) -> None:
    for title in ("姓名", "name", "名字"):
        line = only_line(household(model, {"名字": "name"}), {title: "王"})
        assert isinstance(line, Line)
        assert line.values == {"name": "王"}


def test_an_empty_cell_is_silent_and_null_says_there_is_none(model: Model) -> None:
    line = only_line(household(model), {"姓名": "", "民族": None})
    assert isinstance(line, Line)
    assert line.values == {"ethnicity": None}


def test_a_column_that_matches_nothing_is_reported_and_stays_with_its_line(model: Model) -> None:
    columns = household(model)
    line = only_line(columns, {"姓名": "王", "备注": "x"})
    assert isinstance(line, Line)
    assert (list(columns.unknown), line.cells["备注"]) == (["备注"], "x")


def test_columns_of_the_line_say_what_it_does_and_when(model: Model) -> None:
    cells = {"姓名": "王", "操作": "终止", "变更时间": "2024-05-01T08:00:00", "_validFrom": "2024-04-30"}
    line = only_line(household(model), cells)
    assert isinstance(line, Line)
    assert line.operation is Operation.END
    assert line.stated_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert line.valid_from == date(2024, 4, 30)


@pytest.mark.parametrize("cells", [{"操作": "删"}, {"变更时间": "昨天"}, {"生效日期": "2024-02-30"}])
def test_a_line_that_says_nonsense_of_itself_is_broken_and_kept_whole(
    model: Model, cells: Mapping[str, object]
) -> None:
    line = only_line(household(model), {"姓名": "王", **cells})
    assert isinstance(line, BrokenLine)
    assert "王" in line.raw.decode()


def test_the_list_is_told_by_its_columns_or_by_name(model: Model) -> None:
    marriage = ["身份证件号码", "结婚登记日期", "发证机关名称"]
    assert choose_record(model, "civil_affairs", marriage, "f.csv", None).name == "marriageRegistrations"
    named = choose_record(model, "civil_affairs", ["身份证件号码"], "f.csv", "adoptionRegistrations")
    assert named.name == "adoptionRegistrations"
    with pytest.raises(UnrecognisedColumns):
        choose_record(model, "civil_affairs", ["身份证件号码"], "f.csv", None)
    with pytest.raises(UnrecognisedColumns):
        choose_record(model, "civil_affairs", ["结婚登记日期"], "f.csv", None)
    with pytest.raises(UnknownRegister):
        choose_record(model, "nothing", marriage, "f.csv", None)
    with pytest.raises(UnknownRecordType):
        choose_record(model, "civil_affairs", marriage, "f.csv", "household")


def test_two_columns_for_one_item_are_refused(model: Model) -> None:
    refuse_twins(model.records["household"], ["姓名", "公民身份号码"], "f.csv")
    with pytest.raises(UnrecognisedColumns, match="身份证号 and 公民身份号码 stand for the same item"):
        refuse_twins(model.records["household"], ["姓名", "身份证号", "公民身份号码"], "f.csv")


@pytest.mark.parametrize("mark", ["1", "Y", "d", "是", "删除", "１", 1, 1.0, True])
def test_a_mark_of_the_source_ends_a_record_or_takes_it_back_as_declared(model: Model, mark: object) -> None:
    for meaning, operation in (("_ended", Operation.END), ("_withdrawn", Operation.WITHDRAW)):
        line = only_line(household(model, {"删除标志": meaning}), {"姓名": "王", "删除标志": mark})
        assert isinstance(line, Line)
        assert line.operation is operation


@pytest.mark.parametrize("mark", ["", None, "0", "N", "u", "否", 0, 0.0, False])
def test_a_line_without_the_mark_says_what_holds(model: Model, mark: object) -> None:
    line = only_line(household(model, {"删除标志": "_ended"}), {"姓名": "王", "删除标志": mark})
    assert isinstance(line, Line)
    assert line.operation is Operation.STATE


def test_a_mark_that_nobody_knows_is_refused_and_one_that_was_not_declared_marks_nothing(model: Model) -> None:
    refused = only_line(household(model, {"删除标志": "_ended"}), {"姓名": "王", "删除标志": "可能"})
    assert isinstance(refused, BrokenLine)
    assert (refused.reason.code.name, "可能" in refused.reason.zh) == ("UNKNOWN_CODE", False)
    columns = household(model)
    line = only_line(columns, {"姓名": "王", "删除标志": "1"})
    assert isinstance(line, Line)
    assert (line.operation, list(columns.unknown)) == (Operation.STATE, ["删除标志"])


def test_what_is_spelt_out_outweighs_a_mark(model: Model) -> None:
    line = only_line(household(model, {"删除标志": "_ended"}), {"姓名": "王", "删除标志": "1", "操作": "撤回"})
    assert isinstance(line, Line)
    assert line.operation is Operation.WITHDRAW

"""Why a record could not be taken in, in words a clerk understands.

A reason names the column and the rule, never the value: values stay in quarantine, where they are encrypted.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

from hub.redaction import redact

LONGEST_NAME = 200
"""Characters that a reason repeats of what a source made up."""


class ReasonCode(StrEnum):
    """The closed list of reasons, each with its Chinese and its English sentence."""

    zh: str
    en: str

    def __new__(cls, code: str, zh: str, en: str) -> "ReasonCode":
        """A member that is its code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.zh, member.en = zh, en
        return member

    MISSING_KEY = ("MISSING_KEY", "缺少主键「{column}」", "The key column “{column}” is empty")
    MISSING_VALUE = ("MISSING_VALUE", "必填项「{column}」为空", "The required column “{column}” is empty")
    WRONG_CHECK_DIGIT = ("WRONG_CHECK_DIGIT", "「{column}」校验码不正确", "The check digit of “{column}” is wrong")
    MALFORMED_NUMBER = (
        "MALFORMED_NUMBER",
        "「{column}」号码格式不正确",
        "“{column}” is not a number of the right form",
    )
    IMPOSSIBLE_DATE = ("IMPOSSIBLE_DATE", "「{column}」不是有效日期", "“{column}” is not a date that exists")
    STATED_IN_FUTURE = (
        "STATED_IN_FUTURE",
        "「{column}」晚于当前时间",
        "“{column}” lies in the future: nobody can have said it yet",
    )
    UNKNOWN_CODE = (
        "UNKNOWN_CODE",
        "「{column}」的代码不在代码表 {codes} 中",
        "The code in “{column}” is not in the list {codes}",
    )
    CODE_NAME_MISMATCH = (
        "CODE_NAME_MISMATCH",
        "「{column}」代码与名称不一致",
        "Code and name in “{column}” do not agree",
    )
    NOT_A_NUMBER = ("NOT_A_NUMBER", "「{column}」不是数字", "“{column}” is not a whole number")
    NOT_A_BOOLEAN = ("NOT_A_BOOLEAN", "「{column}」不是“是/否”", "“{column}” is neither yes nor no")
    NOT_A_LIST = ("NOT_A_LIST", "「{column}」不是有效的列表", "“{column}” is not a list that can be read")
    REPEATED_ENTRY = (
        "REPEATED_ENTRY",
        "「{column}」中有两条主键相同的记录",
        "Two entries of “{column}” have the same key",
    )
    NOT_TEXT = ("NOT_TEXT", "「{column}」不是文本", "“{column}” is not a text")
    TOO_LONG = ("TOO_LONG", "「{column}」超过 {limit} 个字符", "“{column}” is longer than {limit} characters")
    CONTAINS_NUL = ("CONTAINS_NUL", "「{column}」含有空字符(NUL)", "“{column}” contains a NUL character")
    INVALID_ENCODING = ("INVALID_ENCODING", "该行不是有效的 {encoding} 文本", "The line is not valid {encoding} text")
    FORMULA = ("FORMULA", "「{column}」是公式而不是数值", "“{column}” holds a formula, not a value")
    MALFORMED_LINE = ("MALFORMED_LINE", "该行无法解析：{problem_zh}", "The line cannot be parsed: {problem}")
    WRONG_NUMBER_OF_CELLS = (
        "WRONG_NUMBER_OF_CELLS",
        "该行有 {cells} 列，表头有 {columns} 列",
        "The line has {cells} cells where the header has {columns}",
    )
    UNKNOWN_ITEM = ("UNKNOWN_ITEM", "没有名为「{column}」的数据项", "There is no item named “{column}”")
    UNKNOWN_RECORD_TYPE = (
        "UNKNOWN_RECORD_TYPE",
        "没有名为「{record_type}」的记录类型",
        "There is no record type named “{record_type}”",
    )
    DUPLICATE_KEY = ("DUPLICATE_KEY", "同一批数据中主键重复", "Another line of the same delivery has the same key")
    IDENTITY_IN_TEXT = (
        "IDENTITY_IN_TEXT",
        "「{column}」文本中含有公民身份号码",
        "The text in “{column}” contains an ID number",
    )


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason with the particulars of its record."""

    code: ReasonCode
    column: str | None
    zh: str
    en: str

    def titled(self, title: str) -> "Reason":
        """The same, with the column named by ``title`` in English."""
        return replace(self, en=self.en.replace(f"“{self.column}”", f"“{title}”"))


def reason(code: ReasonCode, **particulars: object) -> Reason:
    """Fill the sentences of ``code``; the English one names the column by ``title`` where one is given."""
    said = {name: named(str(value)) for name, value in particulars.items() if value is not None}
    return Reason(
        code=code,
        column=said.get("column"),
        zh=code.zh.format(**said),
        en=code.en.format(**said | {"column": said.get("title", said.get("column"))}),
    )


def named(name: str) -> str:
    """A name that a source made up, fit for a sentence: short, with nobody's number and without unprintable signs."""
    plain = redact(name)
    short = plain if len(plain) <= LONGEST_NAME else f"{plain[:LONGEST_NAME]}…"
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in short)

"""How a department's columns map to the model.

Takes the rows of a transport; gives intake the lines of a delivery. Never checks a value.
"""

from adapters.registers.columns import LINE_COLUMNS, ColumnMap, choose_record, refuse_strangers, refuse_twins

__all__ = ["LINE_COLUMNS", "ColumnMap", "choose_record", "refuse_strangers", "refuse_twins"]

"""How a department's columns map to the model.

Takes the rows of a transport; gives intake the lines of a delivery. Never checks a value.
"""

from adapters.registers.columns import ColumnMap, choose_record, refuse_twins

__all__ = ["ColumnMap", "choose_record", "refuse_twins"]

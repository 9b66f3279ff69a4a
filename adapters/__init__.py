"""How departments deliver: transports bring rows, registers say which item each column is.

Gives intake a delivery of lines. Never writes to the hub's database and never decides a value.
"""

"""The only writer: check, identify, compare, write, merge, publish.

Takes a delivery of lines and gives an outcome for each. Never answers a query and never knows a file format.
"""

"""Measure the hub on the machine at hand: `python -m bench --help`.

Takes a synthetic city; gives figures, as ratios to a hand-written service that answers the same questions.
Not a part of the hub: no setting of it serves a measurement, and nothing here ships.
"""

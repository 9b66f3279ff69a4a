"""What has to be settled between departments: discrepancies, found by the hub and never a reason to refuse a record.

Takes views as intake publishes them; opens and closes what stands between registers. Never changes a view.
"""

"""Tell which administrative divisions an entity belongs to, so that those who serve one can follow its changes.

Pure: takes a view; gives the codes that its records name, each with the item that names it. Decides no access.
"""

from hub.catalog import Model
from hub.merge import View

CODE_LIST = "GB/T 2260"


def divisions(model: Model, view: View | None) -> set[str]:
    """The divisions that the records of a view name, each as ``record.item=code``."""
    return {
        f"{name}.{item.name}={value['code']}"
        for name, records in (view.records.items() if view else ())
        for item in model.records[name].shown
        if item.codes == CODE_LIST
        for record in records
        if isinstance(value := record.values.get(item.name), dict) and "code" in value
    }

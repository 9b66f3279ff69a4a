"""Answer long lists of keys into a file that is fetched later: ordered, worked at in chunks, kept sealed, destroyed."""

from hub.exports.export import Export, ExportFormat, ExportState, Order, Row
from hub.exports.keeping import cancel, exports_of, fetched, give_list, order, own
from hub.exports.working import Answering, Exporter, exporting

__all__ = [
    "Answering",
    "Export",
    "ExportFormat",
    "ExportState",
    "Exporter",
    "Order",
    "Row",
    "cancel",
    "exporting",
    "exports_of",
    "fetched",
    "give_list",
    "order",
    "own",
]

"""The data dictionary: what the model holds, as tables for people who know the law and not the code.

Takes a model, or a version of the catalog; gives tables, and these as Markdown or as a page to print. Says nothing that
these do not say.
"""

from hub.catalog.dictionary.markdown import as_markdown
from hub.catalog.dictionary.page import as_page
from hub.catalog.dictionary.shared import shared_items
from hub.catalog.dictionary.tables import Table, tables

__all__ = ["Table", "as_markdown", "as_page", "shared_items", "tables"]

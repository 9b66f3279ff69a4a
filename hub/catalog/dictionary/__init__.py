"""The data dictionary: what the model holds, as tables for people who know the law and not the code.

Takes a model; gives tables, and these as Markdown. Says nothing that the model does not say.
"""

from hub.catalog.dictionary.markdown import as_markdown
from hub.catalog.dictionary.tables import Table, tables

__all__ = ["Table", "as_markdown", "tables"]

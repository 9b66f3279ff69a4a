"""A code list: a standard's codes and their names, decoded from a ``[code_list]`` table.

Takes a code, a name or another spelling of either; gives the code.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from hub.catalog.kinds import Text
from hub.identifiers.schemes import Scheme


class CodeList(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """A standard's codes and their names. An unknown code of an ``open`` list is kept as it came.

    A list of kinds of document names in ``schemes`` what kind of number the documents of each code bear.
    """

    name: Text
    version: Text
    title: Text
    zh: Text
    open: bool = False
    codes: dict[str, str] = {}
    aliases: dict[str, str] = {}
    schemes: dict[str, Scheme] = {}

    def code_of(self, text: str) -> str | None:
        """The code that ``text`` is, or is the name of; None also for a name that several codes share."""
        if text in self.codes:
            return text
        return self._by_name.get(text)

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        uses = Counter(self.codes.values())
        return {name: code for code, name in self.codes.items() if uses[name] == 1} | self.aliases

"""What the law forbids for the purpose that a request names (Shaanxi Art. 19; Hubei Art. 6), whatever grants say.

Pure: takes the model and a viewer's purpose; gives the prohibitions of the purposes that it names.
"""

import re
import unicodedata

from hub.catalog import EntityKind, Model, Prohibition, Purpose


def prohibitions(model: Model, purpose: str, kind: EntityKind) -> tuple[Prohibition, ...]:
    """What is forbidden of entities of ``kind`` to a request of ``purpose``: a grant code, then perhaps a case."""
    named = purposes_named(model, purpose)
    return tuple(
        prohibition
        for declared in model.purposes
        if declared.name in named
        for prohibition in declared.forbids
        if prohibition.entity is kind
    )


def purposes_named(model: Model, purpose: str) -> frozenset[str]:
    """The names of the purposes that a request of ``purpose`` is for."""
    code = code_of(purpose)
    return frozenset(declared.name for declared in model.purposes if is_named(declared, code))


def code_of(purpose: str) -> str:
    """The grant code that a purpose begins with, before any case number, without characters that nobody sees."""
    seen = "".join(letter for letter in unicodedata.normalize("NFKC", purpose) if unicodedata.category(letter) != "Cf")
    return seen.partition(";")[0].strip()


def is_named(purpose: Purpose, code: str) -> bool:
    """Whether the grant code holds one of the purpose's words: CREDIT-7 and 信用评价 do, ACCREDITATION does not."""
    words = "|".join(map(re.escape, purpose.words))
    return re.search(rf"(?<![A-Za-z])(?:{words})(?![A-Za-z])", code, re.IGNORECASE) is not None

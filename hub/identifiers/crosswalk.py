"""What one number says of another: keys that embed keys, and documents that are another than they are said to be.

Pure: takes and gives identifiers; never looks anything up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from hub.errors import InvalidIdentifier
from hub.identifiers import documents, organization
from hub.identifiers.schemes import Identifier, Scheme, normalise

_MAY_BE: Mapping[Scheme, tuple[Scheme, ...]] = {
    Scheme.OTHER_DOCUMENT: (Scheme.ID_NUMBER, Scheme.PERMANENT_RESIDENCE_CARD),
}
"""Documents whose number tells by its form that it belongs to a stronger scheme."""


def read_document(scheme: Scheme, text: str) -> Identifier:
    """The identifier that a document of ``scheme`` bears; raises ``InvalidIdentifier``."""
    for stronger in _MAY_BE.get(scheme, ()):
        if stronger is Scheme.ID_NUMBER and documents.id_number_in(normalise(scheme, text)) is None:
            continue
        try:
            return Identifier(stronger, normalise(stronger, text))
        except InvalidIdentifier:
            continue
    return Identifier(scheme, normalise(scheme, text))


def implied(keys: Iterable[Identifier]) -> Iterator[Identifier]:
    """The identifiers that ``keys`` embed, of schemes that ``keys`` do not give themselves."""
    given = list(keys)
    schemes = {key.scheme for key in given}
    for key in given:
        for scheme, found in _EMBEDDED.get(key.scheme, _nothing)(key.value):
            if scheme not in schemes:
                schemes.add(scheme)
                given.append(Identifier(scheme, found))
                yield given[-1]


def _nothing(_value: str) -> Iterator[tuple[Scheme, str]]:
    return iter(())


def _citizen(value: str) -> Iterator[tuple[Scheme, str]]:
    if number := documents.id_number_in(value):
        yield Scheme.ID_NUMBER, number


def _organization(value: str) -> Iterator[tuple[Scheme, str]]:
    """The organisation code in a credit code, unless the character that checks it is another one."""
    if organization.is_organization_code(value[8:17]):
        yield Scheme.ORGANIZATION_CODE, value[8:17]


def _taxpayer(value: str) -> Iterator[tuple[Scheme, str]]:
    """A credit code since the three certificates became one; before, division and organisation code."""
    try:
        if len(value) == organization.CREDIT_CODE_LENGTH:
            yield Scheme.CREDIT_CODE, organization.credit_code(value)
        elif len(value) == organization.OLD_TAXPAYER_ID_LENGTH:
            yield Scheme.ORGANIZATION_CODE, organization.organization_code(value[6:])
    except InvalidIdentifier:
        return


_EMBEDDED: Mapping[Scheme, Callable[[str], Iterator[tuple[Scheme, str]]]] = {
    Scheme.RESIDENCE_PERMIT: _citizen,
    Scheme.STUDENT_NUMBER: _citizen,
    Scheme.DISABILITY_CERTIFICATE: _citizen,
    Scheme.CREDIT_CODE: _organization,
    Scheme.TAXPAYER_ID: _taxpayer,
}

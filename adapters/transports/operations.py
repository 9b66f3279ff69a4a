"""What a source calls what happened to a row, as the operation of a line.

Takes the source's word; gives the hub's. A word that nobody has explained is left as it is, for quarantine.
"""

from collections.abc import Mapping

from hub.intake.delivery import Operation

OPERATIONS: Mapping[str, Operation] = {
    **dict.fromkeys(("I", "INSERT", "U", "UPDATE", "STATE"), Operation.STATE),
    **dict.fromkeys(("D", "DELETE", "END"), Operation.END),
    "WITHDRAW": Operation.WITHDRAW,
}
"""What words mean where a source says nothing else."""


def operation_of(word: object, meanings: Mapping[str, Operation]) -> str:
    """The operation that ``word`` means, in capitals or not."""
    said = str(word).strip().upper()
    return str({one.upper(): operation for one, operation in meanings.items()}.get(said, said))

"""Who asks: takes what a request brings to prove it; gives the viewer, or refuses.

Never decides what a viewer may see (that is ``hub.access``), and never keeps or repeats a token.
"""

from hub.identity.accounts import AccessToken, Accounts, new_account
from hub.identity.budgets import Budgets
from hub.identity.gate import Admitted, Gate
from hub.identity.local import LocalIssuer
from hub.identity.opening import open_accounts, open_gate

__all__ = [
    "AccessToken",
    "Accounts",
    "Admitted",
    "Budgets",
    "Gate",
    "LocalIssuer",
    "new_account",
    "open_accounts",
    "open_gate",
]

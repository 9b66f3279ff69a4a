"""Who asks: takes what a request brings to prove it; gives the viewer, or refuses.

Never decides what a viewer may see (that is ``hub.access``), and never keeps or repeats a token.
"""

from hub.identity.local import LocalIssuer

__all__ = ["LocalIssuer"]

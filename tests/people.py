"""Synthetic people and organisations for tests: valid numbers that belong to no one."""

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from hub.identifiers.organization import organization_check


def id_number(place: int, birth: str = "19900101") -> str:
    """A valid ID number; the sex digit follows the parity of ``place``."""
    body = f"440106{birth}{place % 1000:03d}"
    return body + mod_11_2.calc_check_digit(body)


def credit_code(place: int, prefix: str = "91") -> str:
    """A valid unified social credit code."""
    subject = f"MA5{place:05d}"
    body = f"{prefix}440106{subject}{organization_check(subject)}"
    return body + uscc.calc_check_digit(body)

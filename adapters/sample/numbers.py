"""Make the numbers of a city that does not exist: each is valid, and none is dealt out twice.

Takes a source of chance; gives ID numbers, credit codes and the registers' own numbers.
"""

from collections.abc import Callable
from datetime import date
from random import Random

from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_2

from hub.identifiers.organization import organization_check

_SUBJECT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Numbers:
    """Deals out numbers; ``random`` decides which."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._dealt: set[str] = set()

    def id_number(self, division: str, born: date, *, male: bool) -> str:
        """A citizen ID number; the last digit of its sequence is odd for men (GB 11643)."""

        def draw() -> str:
            sequence = 2 * self._random.randrange(500) + male
            body = f"{division}{born:%Y%m%d}{sequence:03}"
            return body + mod_11_2.calc_check_digit(body)

        return self._unused(draw)

    def credit_code(self, prefix: str, division: str) -> str:
        """A unified social credit code with both check characters; ``prefix`` says who registered what (GB 32100)."""

        def draw() -> str:
            subject = "MA" + "".join(self._random.choices(_SUBJECT_CHARACTERS, k=6))
            body = prefix + division + subject + organization_check(subject)
            return body + uscc.calc_check_digit(body)

        return self._unused(draw)

    def registration_number(self, division: str) -> str:
        """A registration number of 15 digits, as businesses had before they had credit codes."""
        return self._unused(lambda: f"{division}{self._random.randrange(10**9):09}")

    def social_security_number(self) -> str:
        """A person's number with social security."""
        return self._unused(lambda: f"GZ{self._random.randrange(10**9):09}")

    def certificate(self, prefix: str, year: int) -> str:
        """The number of a certificate of ``prefix`` issued in ``year``."""
        return self._unused(lambda: f"{prefix}{year}{self._random.randrange(10**8):08}")

    def passport(self) -> str:
        """The number of a passport."""
        return self._unused(lambda: f"{self._random.choice('ABCEGKLNPRX')}{self._random.randrange(10**8):08}")

    def travel_permit(self, region: str) -> str:
        """The number of a mainland travel permit for ``region``: H, M or none for Taiwan, then eight digits."""
        return self._unused(lambda: f"{region}{self._random.randrange(10**7, 10**8):08}")

    def birth_certificate(self, year: int) -> str:
        """The number of a medical certificate of birth."""
        return self._unused(lambda: f"{'OPQRSTU'[year % 7]}44{self._random.randrange(10**7):07}")

    def digits(self, prefix: str, count: int) -> str:
        """``prefix`` and so many digits."""
        return self._unused(lambda: f"{prefix}{self._random.randrange(10**count):0{count}}")

    def _unused(self, draw: Callable[[], str]) -> str:
        number = draw()
        while number in self._dealt:
            number = draw()
        self._dealt.add(number)
        return number

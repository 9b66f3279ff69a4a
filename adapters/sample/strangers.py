"""People from beyond the border and abroad, who have no household here and other documents.

Takes a source of chance and of numbers; gives lives.
"""

from datetime import date
from random import Random

from adapters.sample import names
from adapters.sample.days import any_day
from adapters.sample.lives import HONG_KONG_MACAO, ID_CARD, PASSPORT, TAIWAN, Document, Life, Origin
from adapters.sample.numbers import Numbers
from adapters.sample.places import DISTRICTS, address

_REGIONS = (
    ("HKG", "810000", HONG_KONG_MACAO, "H"),
    ("MAC", "820000", HONG_KONG_MACAO, "M"),
    ("TWN", "830000", TAIWAN, ""),
)
"""Region, beginning of the ID numbers of its residents, kind and letter of their travel permit."""
_COUNTRIES = ("USA", "GBR", "FRA", "DEU", "JPN", "KOR", "IND", "THA")
_UNSTATED_ETHNICITY = "01"


class Strangers:
    """Brings people into the city from beyond its country's registers."""

    def __init__(self, random: Random, numbers: Numbers) -> None:
        self._random = random
        self._numbers = numbers

    def from_beyond_the_border(self) -> Life:
        """Somebody with an ID number of Hong Kong, Macao or Taiwan, a travel permit, or first the permit alone."""
        region, division, kind, letter = self._random.choice(_REGIONS)
        born, male = self._birth()
        permit = Document(kind, self._numbers.travel_permit(letter), region)
        number = Document(ID_CARD, self._numbers.id_number(division, born, male=male), region)
        document, earlier = self._random.choice(((permit, None), (number, None), (number, permit)))
        name = names.surname(self._random) + names.given_name(self._random, male=male)
        return self._life(document, earlier, name, born, Origin.BEYOND_THE_BORDER, male=male)

    def from_abroad(self) -> Life:
        """A foreigner with a passport."""
        born, male = self._birth()
        passport = Document(PASSPORT, self._numbers.passport(), self._random.choice(_COUNTRIES))
        return self._life(passport, None, names.foreign(self._random), born, Origin.ABROAD, male=male)

    def _birth(self) -> tuple[date, bool]:
        return any_day(self._random, date(1955, 1, 1), date(1998, 1, 1)), self._random.random() < 0.5

    def _life(
        self, document: Document, earlier: Document | None, name: str, born: date, origin: Origin, *, male: bool
    ) -> Life:
        district = self._random.choice(DISTRICTS)
        return Life(
            document=document,
            earlier_document=earlier,
            name=name,
            sex="1" if male else "2",
            ethnicity=_UNSTATED_ETHNICITY,
            born=born,
            district=district,
            origin=origin,
            address=address(self._random, district),
        )

"""The districts of Guangzhou, streets in them, and divisions elsewhere that people come from (GB/T 2260)."""

from dataclasses import dataclass
from random import Random

_STREETS = (
    "和平",
    "新华",
    "文昌",
    "龙津",
    "光明",
    "东山",
    "南园",
    "西关",
    "北苑",
    "沙河",
    "石牌",
    "同福",
    "昌岗",
    "永平",
)
_ROADS = ("解放路", "中山大道", "建设路", "文明路", "环市路", "滨江路", "黄埔大道", "新港路", "花城大道", "工业大道")


@dataclass(frozen=True, slots=True)
class District:
    """A district of the city."""

    code: str
    name: str

    @property
    def police_station(self) -> str:
        """The code of its police station (GA/T 380)."""
        return f"{self.code}510000"

    def office(self, of: str) -> str:
        """The name of one of its authorities, such as 民政局."""
        return f"广州市{self.name}{of}"


DISTRICTS = (
    District("440103", "荔湾区"),
    District("440104", "越秀区"),
    District("440105", "海珠区"),
    District("440106", "天河区"),
    District("440111", "白云区"),
    District("440112", "黄埔区"),
    District("440113", "番禺区"),
    District("440114", "花都区"),
    District("440115", "南沙区"),
    District("440117", "从化区"),
    District("440118", "增城区"),
)

ELSEWHERE = {
    "110105": "北京市朝阳区",
    "310104": "上海市徐汇区",
    "330106": "杭州市西湖区",
    "360102": "南昌市东湖区",
    "420106": "武汉市武昌区",
    "430102": "长沙市芙蓉区",
    "440305": "深圳市南山区",
    "450103": "南宁市青秀区",
    "500103": "重庆市渝中区",
    "510104": "成都市锦江区",
    "610103": "西安市碑林区",
}
"""Divisions elsewhere, by the code that the ID numbers of people from elsewhere begin with."""


def town(random: Random, district: District) -> str:
    """A town or subdistrict as household registration writes it: by a code of six or nine digits, or by name."""
    street = random.randrange(len(_STREETS))
    return random.choice((district.code, f"{district.code}{street + 1:03}", f"{_STREETS[street]}街道"))


def address(random: Random, district: District) -> str:
    """A full address."""
    return f"广州市{district.name}{random.choice(_ROADS)}{random.randrange(1, 900)}号"


def phone(random: Random) -> str:
    """A telephone number of the city."""
    return f"020-{random.randrange(10**7, 10**8)}"


def subdistrict(random: Random) -> str:
    """The name of a subdistrict."""
    return f"{random.choice(_STREETS)}街道"


def community(random: Random) -> str:
    """The name of a neighbourhood committee."""
    return f"{random.choice(_STREETS)}社区居民委员会"

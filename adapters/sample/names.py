"""Names for persons and organisations who do not exist."""

from random import Random

_COMMON_SURNAMES = "陈李黄张王林刘梁吴罗"
_SURNAMES = (
    "何郭周邓谢曾叶冯钟麦潘苏杨赵徐孙胡朱高马卢彭谭莫邱江袁蔡崔戴范方傅龚"
    "韩侯黎廖陆孟倪区欧钱秦邵沈石唐田汪魏温夏萧熊许严姚易余尹詹郑庄邹"
)
_RARE_SURNAMES = ("欧阳", "司徒", "上官", "司马", "诸葛", "皇甫")
_MALE = "伟强军勇杰涛斌超波辉刚健明永志国文建华平俊峰浩宇博天佑子轩泽启航睿嘉铭家豪锦荣卓然"
_FEMALE = "芳娜敏静丽艳娟霞秀英慧玲婷雪琳梅兰莹倩颖萍红玉珍淑仪佩雯诗涵梓欣怡思琪美嘉晓彤惠雅"
_TRADE_NAMES = "粤海穗珠云天河江越秀鼎盛恒泰瑞丰和信诚达通远华瀚博雅启明星辰新宏创源正隆昌兴嘉润"
_TRADES = (
    "科技",
    "贸易",
    "物流",
    "建筑工程",
    "餐饮管理",
    "信息技术",
    "服装",
    "电子",
    "医药",
    "文化传播",
    "房地产",
    "汽车服务",
)
_SHOPS = ("便利店", "小吃店", "理发店", "五金店", "水果店", "服装店", "茶行", "维修部", "花店", "早餐店")
_SCHOOLS = ("幼儿园", "职业培训学校", "社会工作服务中心", "青少年宫", "门诊部", "体育俱乐部")
_GROUPS = ("商会", "行业协会", "书法家协会", "志愿者协会", "羽毛球协会", "企业家联合会")
_FOREIGN_FIRST = ("ALEX", "KIM", "ROBIN", "SASHA", "NOA", "JAMIE", "ALEXIS", "MIKA", "DANA", "LEE", "SAM", "TONI")
_FOREIGN_LAST = ("SAMPLE", "EXAMPLE", "MODEL", "PATTERN", "MUSTER", "SPECIMEN", "TRIAL", "DRAFT", "SKETCH", "DEMO")
_HOMES = ("敬老院", "养老院", "福利院", "颐养中心")


def surname(random: Random) -> str:
    """A surname; a few are common, fewer still have two characters."""
    roll = random.random()
    if roll < 0.5:
        return random.choice(_COMMON_SURNAMES)
    return random.choice(_SURNAMES) if roll < 0.99 else random.choice(_RARE_SURNAMES)


def given_name(random: Random, *, male: bool) -> str:
    """A given name of one or two characters."""
    characters = _MALE if male else _FEMALE
    return "".join(random.sample(characters, k=1 if random.random() < 0.2 else 2))


def altered(random: Random, name: str) -> str:
    """``name`` with another last character: misspelt by a clerk, or changed by its owner."""
    others = (_MALE + _FEMALE).replace(name[-1], "")
    return name[:-1] + random.choice(others)


def _trade_name(random: Random) -> str:
    return "".join(random.sample(_TRADE_NAMES, k=random.choice((2, 2, 3))))


def company(random: Random) -> str:
    """The name of an enterprise."""
    return f"广州市{_trade_name(random)}{random.choice(_TRADES)}有限公司"


def shop(random: Random, district: str) -> str:
    """The name of an individual business."""
    return f"广州市{district}{_trade_name(random)}{random.choice(_SHOPS)}"


def school(random: Random, district: str) -> str:
    """The name of a private non-enterprise unit."""
    return f"广州市{district}{_trade_name(random)}{random.choice(_SCHOOLS)}"


def group(random: Random, district: str) -> str:
    """The name of a social group."""
    return f"广州市{district}{_trade_name(random)}{random.choice(_GROUPS)}"


def home(random: Random, district: str) -> str:
    """The name of a welfare institution."""
    return f"广州市{district}{_trade_name(random)}{random.choice(_HOMES)}"


def institution(random: Random, district: str, office: str) -> str:
    """The name of a public institution; ``office`` is what it does."""
    return f"广州市{district}{_trade_name(random)}{office}"


def foreign(random: Random) -> str:
    """The name of a foreigner, in Latin letters and from no country."""
    return f"{random.choice(_FOREIGN_LAST)} {random.choice(_FOREIGN_FIRST)}"

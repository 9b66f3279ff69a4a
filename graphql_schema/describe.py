"""Descriptions that teach: what an item is called in Chinese, who decides it and under which article."""

from hub.catalog import Edge, Item, MergedItem, Model, RecordType, Shape

_SENSITIVITY = {"O": "organisation data", "P": "personal data", "S": "sensitive personal data"}
_PARTS = {
    "name": "Name · 名称.",
    "idNumber": "Number of the identity document: a citizen ID number (GB 11643) unless idType says otherwise · "
    "证件号码.",
    "creditCode": "Unified social credit code · 统一社会信用代码 (GB 32100).",
    "code": "The source's own code · 代码.",
    "idType": "Kind of identity document · 身份证件类型.",
    "sex": "Sex · 性别.",
    "ethnicity": "Ethnicity · 民族.",
    "birthDate": "Date of birth · 出生日期.",
    "householdAddress": "Household address · 户籍地址.",
    "countryOrRegion": "Country or region · 国家或地区.",
    "birthPlace": "Place of birth · 出生地.",
    "householdPlace": "Place of the household · 户籍所在地.",
    "person": "The person, once the hub knows records of theirs · 自然人.",
    "legalEntity": "The legal entity, once the hub knows records of it · 法人.",
    "PersonReference": "A person named in a record · 记录中的自然人.",
    "OrganizationReference": "An organisation named in a record · 记录中的单位.",
    "RecordedSubject": "The person as the register wrote them down, for comparison · 比对信息 (GZ-Detail Art. 19).",
}


def describe_part(name: str) -> str:
    """The description of a part of a compound value, or of a compound type."""
    return _PARTS[name]


def describe_item(record: RecordType, item: Item) -> str:
    """The description of an item of a record."""
    numbers = ", ".join(item.numbers)
    return _sentences(
        f"{item.title} · {item.zh}",
        f"Item {numbers} of {record.article}" if numbers else f"{item.basis.value.lower()}, not in {record.article}",
        f"codes: {item.codes}" if item.codes else "",
        _SENSITIVITY[item.sensitivity],
        item.note.rstrip("."),
    )


def describe_member(item: Item) -> str:
    """The description of an item of a small record inside a record."""
    return _sentences(
        f"{item.title} · {item.zh}",
        f"Item {item.number}" if item.number else "",
        f"codes: {item.codes}" if item.codes else "",
        item.note.rstrip("."),
    )


def describe_shape(shape: Shape) -> str:
    """The description of a small record inside a record."""
    return _sentences(f"{shape.title} · {shape.zh}")


def describe_merged(item: MergedItem) -> str:
    """The description of a merged item, with the registers that may decide it, in order."""
    deciders = ", then ".join(dict.fromkeys(authority.record_type for authority in item.authority))
    return _sentences(
        f"{item.title} · {item.zh}",
        item.article,
        f"decided by {deciders}" if deciders else "",
        f"codes: {item.codes}" if item.codes else "",
        _SENSITIVITY[item.sensitivity],
    )


def describe_record(model: Model, record: RecordType) -> str:
    """The description of a record type."""
    department = model.departments[record.department]
    register = model.registers[record.register]
    return _sentences(
        f"{record.title} · {record.zh}",
        record.article,
        f"responsible: {department.title} · {department.zh}",
        f"update duty: {register.update_duty}",
    )


def describe_edge(edge: Edge) -> str:
    """The description of a reverse edge."""
    return _sentences(f"{edge.title} · {edge.zh}", edge.article, _SENSITIVITY[edge.sensitivity])


def _sentences(*parts: str) -> str:
    return ". ".join(part[0].upper() + part[1:] for part in parts if part) + "."

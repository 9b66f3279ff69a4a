"""Descriptions that teach: what an item is called in Chinese, why it is there, who decides it and how soon.

Takes the model and a thing in it; gives sentences. Each fact is read from the model and said nowhere else.
"""

from collections.abc import Iterable, Iterator

from hub.catalog import Basis, Edge, Item, MergedItem, Model, RecordType, Shape

_SENSITIVITY = {"O": "organisation data", "P": "personal data", "S": "sensitive personal data"}
_BASIS = {
    Basis.LISTED: "listed in {article}",
    Basis.COMPARISON: "sent for comparison (GZ-Detail Art. 19), not in {article}",
    Basis.EXTENSION: "extension of this hub, not in {article}",
    Basis.DERIVED: "derived by the hub, not in {article}",
}
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
    "match": "By what the legal entity was found; null while the hub knows none by it · 匹配方式.",
    "legalEntity": "The legal entity, once the hub knows records of it · 法人.",
    "PersonReference": "A person named in a record · 记录中的自然人.",
    "OrganizationReference": "An organisation named in a record · 记录中的单位.",
    "RecordedSubject": "The person as the register wrote them down, for comparison · 比对信息 (GZ-Detail Art. 19).",
}


def describe_part(name: str) -> str:
    """The description of a part of a compound value, or of a compound type."""
    return _PARTS[name]


def describe_item(model: Model, record: RecordType, item: Item) -> str:
    """The description of an item of a record, which its own register decides."""
    return _sentences(
        f"{item.title} · {item.zh}",
        _reason(item, record.article),
        f"decided by {_decider(model, record)}",
        _parts(model, item),
        _codes(model, item.codes),
        _SENSITIVITY[item.sensitivity],
        f"update duty: {model.registers[record.register].update_duty}",
        item.note.rstrip("."),
    )


def describe_member(model: Model, shape: Shape, item: Item) -> str:
    """The description of an item of a small record, with what is true of it wherever that stands."""
    uses = list(_uses(model, shape))
    return _sentences(
        f"{item.title} · {item.zh}",
        _reason(item, _listed(record.article for record, _ in uses)),
        f"decided by {_listed(_decider(model, record) for record, _ in uses)}" if uses else "",
        _codes(model, item.codes),
        _listed(_SENSITIVITY[user.sensitivity] for _, user in uses),
        f"update duty: {_duties(model, (record for record, _ in uses))}" if uses else "",
        item.note.rstrip("."),
    )


def describe_shape(model: Model, shape: Shape) -> str:
    """The description of a small record inside a record, with the items that hold it."""
    holders = _listed(f"{record.name}.{item.name}" for record, item in _uses(model, shape))
    return _sentences(f"{shape.title} · {shape.zh}", f"stands in {holders}" if holders else "")


def describe_merged(model: Model, item: MergedItem) -> str:
    """The description of a merged item, with the registers that may decide it, in order."""
    records = [model.records[authority.record_type] for authority in item.authority]
    duties = _duties(model, records)
    deciders = ", then ".join(dict.fromkeys(_named_decider(model, record) for record in records))
    return _sentences(
        f"{item.title} · {item.zh}",
        item.article,
        f"decided by {deciders}" if deciders else "the entity's own key, which nobody decides",
        _codes(model, item.codes),
        _SENSITIVITY[item.sensitivity],
        f"update duty: {duties}" if duties else "",
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


def describe_edge(model: Model, edge: Edge) -> str:
    """The description of an edge, with the items that it goes by and the registers that decide them."""
    records = [model.records[path.partition(".")[0]] for path in edge.ways]
    return _sentences(
        f"{edge.title} · {edge.zh}",
        edge.article,
        f"goes by {', '.join(edge.ways)}",
        f"decided by {_listed(_named_decider(model, record) for record in records)}",
        _SENSITIVITY[edge.sensitivity],
        f"update duty: {_duties(model, records)}",
    )


def _reason(item: Item, article: str) -> str:
    """Why an item is in the model."""
    if item.numbers:
        return f"item {', '.join(item.numbers)} of {article}"
    if item.derived and item.derived.of:
        return f"derived by the hub from {', '.join(item.derived.of)}, not in {article}"
    return _BASIS[item.basis].format(article=article)


def _decider(model: Model, record: RecordType) -> str:
    department = model.departments[record.department]
    return f"{department.title} · {department.zh}"


def _named_decider(model: Model, record: RecordType) -> str:
    return f"{record.name} of {_decider(model, record)}"


def _duties(model: Model, records: Iterable[RecordType]) -> str:
    """How soon the registers of ``records`` must tell a change."""
    return _listed(model.registers[record.register].update_duty for record in records)


def _codes(model: Model, name: str | None) -> str:
    """A code list with the version of its standard."""
    return f"codes: {name}, version {model.code_lists[name].version}" if name else ""


def _parts(model: Model, item: Item) -> str:
    """The parts that an item's register delivers, as it titles them."""
    parts = (
        f"{name} {part.zh} ({_codes(model, part.codes)})" if part.codes else f"{name} {part.zh}"
        for name, part in item.parts.items()
    )
    return f"parts: {', '.join(parts)}" if item.parts else ""


def _uses(model: Model, shape: Shape) -> Iterator[tuple[RecordType, Item]]:
    """The items that hold small records of ``shape``."""
    return ((record, item) for record in model.records.values() for item in record.item if item.shape == shape.name)


def _listed(texts: Iterable[str]) -> str:
    """Each of ``texts`` once."""
    return "; ".join(dict.fromkeys(texts))


def _sentences(*parts: str) -> str:
    return ". ".join(part[0].upper() + part[1:] for part in parts if part) + "."

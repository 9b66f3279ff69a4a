"""A register that the shipped model does not have, as a deployment would add it."""

from pathlib import Path

from hub.catalog import Model, load_model

FOUNDATIONS = """\
[[department]]
name = "CHARITY_OFFICE"
title = "Charity office"
zh = "基金会管理部门"

[register]
name = "foundations"
title = "Foundation registration"
zh = "基金会登记"
department = "CHARITY_OFFICE"
article = "City Rules Art. 5"
update_duty = "within 3 days of creation"
joint = []

[[record]]
name = "foundationRegistration"
type = "FoundationRegistration"
title = "Registration of a foundation"
zh = "基金会登记信息"
article = "City Rules Art. 5"
entity = "LEGAL_ENTITY"
cardinality = "one"
identified_by = ["creditCode"]

[[record.item]]
name = "creditCode"
title = "Unified social credit code"
zh = "统一社会信用代码"
type = "identifier"
scheme = "CREDIT_CODE"
basis = "EXTENSION"

[[record.item]]
name = "kind"
title = "Kind of legal entity"
zh = "主体类别"
type = "coded"
codes = "legal_entity_kind"
basis = "DERIVED"
derived = { rule = "constant", value = "SOCIAL_GROUP" }

[[record.item]]
name = "legalRepresentative"
title = "Legal representative"
zh = "法定代表人"
type = "person"
parts.name = { zh = "法定代表人姓名", number = "5.1" }
"""


def load_with(directory: Path, content: str | bytes, name: str = "foundations.toml") -> Model:
    """The shipped model with one file of a deployment's own."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_model(directory)

"""A register that the shipped model does not have, as a deployment would add it."""

from pathlib import Path

from hub.catalog import Model, load_model

PUBLIC_INSTITUTIONS = """\
[[department]]
name = "STAFFING_OFFICE"
title = "Staffing office"
zh = "机构编制管理部门"

[register]
name = "public_institutions"
title = "Public institution registration"
zh = "事业单位登记"
department = "STAFFING_OFFICE"
article = "GZ-Detail Art. 25"
update_duty = "within 3 days of creation"

[[record]]
name = "publicInstitutionRegistration"
type = "PublicInstitutionRegistration"
title = "Registration of a public institution"
zh = "事业单位登记信息"
article = "GZ-Detail Art. 25"
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
derived = { rule = "constant", value = "PUBLIC_INSTITUTION" }

[[record.item]]
name = "legalRepresentative"
title = "Legal representative"
zh = "法定代表人"
type = "person"
parts.name = { zh = "法定代表人姓名", number = "25.5" }
"""


def load_with(directory: Path, content: str | bytes, name: str = "public_institutions.toml") -> Model:
    """The shipped model with one file of a deployment's own."""
    path = directory / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_model(directory)

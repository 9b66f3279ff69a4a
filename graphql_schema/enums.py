"""The hub's closed lists as GraphQL enums, each of their values described."""

from collections.abc import Mapping
from enum import StrEnum

import strawberry

from hub.access import GrantBasis, GrantState, Role
from hub.access.reasons import Withheld
from hub.catalog import EntityKind, Need, ObjectionPolicy, SharingMode, SharingType, Standing, Topic
from hub.desk import Match
from hub.desk.objections import ObjectionState
from hub.desk.search import NameMatch
from hub.exports import ExportFormat, ExportState
from hub.identifiers.schemes import SCHEMES, Scheme
from hub.identifiers.standing import Status as IdentifierStatus
from hub.intake.delivery import Operation
from hub.stewardship.anomalies import AnomalyKind
from hub.stewardship.application import Party as ApplicationParty
from hub.stewardship.application import Stage as ApplicationStage
from hub.stewardship.application import Step as ApplicationStep
from hub.stewardship.catalog_draft import DraftState
from hub.store.quarantine import LineStatus
from hub.timeline import Outcome
from hub.webhooks import WebhookState

__all__ = [
    "AnomalyKind",
    "ApplicationParty",
    "ApplicationStage",
    "ApplicationStep",
    "DraftState",
    "EntityKind",
    "ExportFormat",
    "ExportState",
    "GrantBasis",
    "GrantState",
    "IdentifierStatus",
    "LineStatus",
    "Match",
    "NameMatch",
    "Need",
    "ObjectionPolicy",
    "ObjectionState",
    "Operation",
    "Outcome",
    "Role",
    "Scheme",
    "SharingMode",
    "SharingType",
    "Standing",
    "Topic",
    "WebhookState",
    "Withheld",
]


def _enum(cls: type[StrEnum], name: str, description: str, values: Mapping[StrEnum, str]) -> None:
    """Make ``cls`` the GraphQL enum ``name``."""
    strawberry.enum(cls, name=name, description=description)
    for choice in cls.__strawberry_definition__.values:  # type: ignore[attr-defined]
        choice.description = values[cls[choice.name]]


_enum(
    EntityKind,
    "EntityKind",
    "The two kinds of entity.",
    {EntityKind.NATURAL_PERSON: "A natural person · 自然人.", EntityKind.LEGAL_ENTITY: "A legal entity · 法人."},
)
_enum(
    Role,
    "Role",
    "What somebody is to the hub · 角色.",
    {
        Role.QUERY_OFFICER: "Asks for entities on behalf of an agency · 查询员.",
        Role.VERIFIER: "May ask whether a number and a name are one person's, and sees no value · 核验员.",
        Role.REPORTER: "Submits to the registers of a department and sees what it is responsible for · 报送员.",
        Role.INFORMATION_MANAGER: "Settles what registers contradict each other in; sees no value · 信息管理员.",
        Role.CATALOG_OFFICE: "Drafts, approves and publishes changes of the catalog; sees no value · 目录主管.",
        Role.AUDITOR: "Reads who asked for what · 审计员.",
        Role.SECURITY_ADMINISTRATOR: "Keeps accounts and ends sessions; sees no value and changes none · 安全管理员.",
        Role.UNIT_HEAD: "Approves, as head of a unit, what its officers ask for in a case; sees no value · 单位负责人.",
        Role.DATA_SUBJECT: "Asks about themselves · 本人.",
        Role.DEVELOPER: "Sees schema and catalog, no value · 开发者.",
    },
)
_enum(
    Topic,
    "CatalogTopic",
    "What the catalog says something of.",
    {
        Topic.AUTHORITY: "Who decides a merged item, in order · 权威顺序.",
        Topic.SENSITIVITY: "How sensitive an item is, on which access is decided · 敏感度.",
        Topic.UPDATE_DUTY: "How soon a register must deliver what changed · 更新周期.",
        Topic.SHARING: "On which terms an item is shared · 共享条件.",
    },
)
_enum(
    SharingType,
    "Shareability",
    "Who may have an item · 共享类型.",
    {
        SharingType.OPEN: "Every agency in scope, at once · 无条件共享.",
        SharingType.CONDITIONAL: "Who applies for it with a legal basis, once that is approved · 有条件共享.",
        SharingType.NOT_SHARED: "Nobody but the department that is responsible for it · 不予共享.",
    },
)
_enum(
    SharingMode,
    "SharingMode",
    "In which way an item may be used · 共享方式.",
    {
        SharingMode.QUERY: "Shown, of an entity that is known · 查询.",
        SharingMode.SEARCH: "To find entities by it · 检索.",
        SharingMode.VERIFY: "To verify what is known already; nothing is shown · 核验.",
    },
)
_enum(
    Need,
    "SharingNeed",
    "What an item needs besides a grant.",
    {
        Need.CONSENT: "The written consent of the person or enterprise · 主体书面同意.",
        Need.UNIT_HEAD: "The approval of the head of the asking unit, for the case · 查询单位负责人批准.",
        Need.OFFICE: "Before it is granted, the approval of the platform office too · 主管部门复核.",
    },
)
_enum(
    ObjectionPolicy,
    "ObjectionPolicy",
    "What is done with an item while its value is disputed · 异议期间的处理.",
    {
        ObjectionPolicy.FLAG: "It is shown, and flagged as disputed · 标注.",
        ObjectionPolicy.SUSPEND: "It is not disclosed · 暂停披露.",
    },
)
_enum(
    Scheme,
    "IdentifierScheme",
    "What kind of number an identifier is · 标识类型.",
    {scheme: f"{rule.title} · {rule.title_zh}." for scheme, rule in SCHEMES.items()},
)
_enum(
    IdentifierStatus,
    "IdentifierStatus",
    "Whether a number is an entity's · 标识状态.",
    {
        IdentifierStatus.CURRENT: "The entity bears it.",
        IdentifierStatus.FORMER: "Another number has taken its place; it leads to the entity still.",
        IdentifierStatus.REVOKED: "It was given to the entity by mistake and leads to another one.",
    },
)
_enum(
    Standing,
    "Standing",
    "With what right a register decides a merged item.",
    {
        Standing.AUTHORITATIVE: "The law makes it the register that decides.",
        Standing.FALLBACK: "It is heard where the registers before it hold no record.",
        Standing.DERIVED: "The hub works the value out from what the register says.",
    },
)
_enum(
    Operation,
    "RecordOperation",
    "What a line says about its record.",
    {
        Operation.STATE: "This is what holds.",
        Operation.END: "The record has ended.",
        Operation.WITHDRAW: "What was said for this day is taken back; what stood before it shows again.",
    },
)
_enum(
    Outcome,
    "Outcome",
    "What came of one record of a submission.",
    {
        Outcome.CREATED: "The hub knew nothing of the record before.",
        Outcome.UPDATED: "It opens a new state of the record.",
        Outcome.CORRECTED: "It takes the place of what was said for the same day.",
        Outcome.UNCHANGED: "It says what stands already.",
        Outcome.SUPERSEDED: "It is kept, but something said later stands.",
        Outcome.ENDED: "It ends the record.",
        Outcome.WITHDRAWN: "It takes back what was said.",
        Outcome.QUARANTINED: "It could not be taken in and is kept whole, with the reason.",
    },
)
_enum(
    AnomalyKind,
    "AnomalyKind",
    "What is unusual about a submission · 异常类型.",
    {
        AnomalyKind.VOLUME: "Far more or fewer lines than usual of the source.",
        AnomalyKind.SHRUNKEN: "A tenth of the lines that are usual, or fewer: a copy that was cut off, perhaps.",
        AnomalyKind.ERROR_SHARE: "Far more of its lines were refused than usual.",
        AnomalyKind.CLOCK_AHEAD: "The source states things in the future: its clock is ahead.",
    },
)
_enum(
    LineStatus,
    "LineStatus",
    "What became of a line in quarantine · 处理状态.",
    {
        LineStatus.OPEN: "Nothing yet; its department has to deal with it · 未处理.",
        LineStatus.MENDED: "Its department corrected it, and it was taken in again · 已更正.",
        LineStatus.RETRIED: "It was taken in again as it was, by other rules · 已重新处理.",
        LineStatus.DISMISSED: "It need not be taken in · 不再处理.",
        LineStatus.REDELIVERED: "Its source delivered it anew, mended · 已重新报送.",
    },
)
_enum(
    Match,
    "Match",
    "By what the entity that a record names was found · 匹配方式.",
    {
        Match.IDENTITY_NUMBER: "The number of the identity document · 证件号码.",
        Match.CREDIT_CODE: "The unified social credit code · 统一社会信用代码.",
        Match.EMPLOYER_NUMBER: "The employer's social security number, which a record named together with the credit "
        "code of this legal entity and of no other · 单位社保号.",
        Match.NAME: "The name, which no other legal entity bears; look twice · 名称.",
    },
)
_enum(
    NameMatch,
    "NameMatch",
    "How a name that is asked for lies in the name of an entity.",
    {
        NameMatch.EXACT: "It is the whole name.",
        NameMatch.PREFIX: "The name begins with it.",
        NameMatch.PART: "The name has it somewhere.",
    },
)
_enum(
    WebhookState,
    "WebhookState",
    "How a webhook fares · 推送状态.",
    {
        WebhookState.ACTIVE: "It takes what is posted.",
        WebhookState.FAILING: "The last attempts failed; they are repeated.",
        WebhookState.SUSPENDED: "It has taken nothing for long, or no grant covers it any more; it waits for "
        "`retryWebhook`.",
        WebhookState.STOPPED: "It answered 410: it wants nothing more.",
    },
)
_enum(
    GrantBasis,
    "GrantBasis",
    "On what a grant rests · 授权依据.",
    {
        GrantBasis.CATALOG: "The catalog opens the items · 目录无条件共享.",
        GrantBasis.RESPONSIBILITY: "Your department is responsible for them · 责任部门.",
        GrantBasis.APPLICATION: "They were applied for and provided · 申请获准.",
        GrantBasis.SUBJECT: "They are about yourself · 本人信息.",
        GrantBasis.DEVELOPMENT: "The hub is for development · 开发环境.",
    },
)
_enum(
    GrantState,
    "GrantState",
    "Whether a grant is in force · 授权状态.",
    {
        GrantState.PENDING: "It has yet to begin · 尚未生效.",
        GrantState.IN_FORCE: "It is in force · 有效.",
        GrantState.ENDED: "Its time is over · 已到期.",
        GrantState.REVOKED: "It was taken back · 已撤销.",
    },
)
_enum(
    Withheld,
    "WithheldReason",
    "Why an item is not given · 未授权的原因.",
    {
        Withheld.UNKNOWN_ITEM: "The catalog has no such item · 目录中没有该项.",
        Withheld.FORBIDDEN_PURPOSE: "It is forbidden for the purpose you named · 用途被禁止.",
        Withheld.ROLE: "Your roles do not let you use grants of your agency · 角色无查询权限.",
        Withheld.NOT_SHARED: "It is not shared, or not to be queried · 不予共享.",
        Withheld.OUT_OF_SCOPE: "Your agency is not in its scope of use · 不在使用范围.",
        Withheld.NO_GRANT: "Your agency has no grant of it: apply for it · 未申请.",
        Withheld.REVOKED: "The grant was taken back · 授权已撤销.",
        Withheld.ENDED: "The grant has ended: apply anew · 授权已到期.",
        Withheld.PENDING: "The grant has yet to begin · 授权尚未生效.",
        Withheld.OTHER_PURPOSE: "The grant is for another purpose than the one you named · 用途不符.",
        Withheld.UNIT_HEAD: "The head of your unit has not approved it for this case · 须单位负责人批准.",
        Withheld.CONSENT: "It is given of those only who have consented in writing · 须主体书面同意.",
        Withheld.DIVISION: "It is given in some divisions only · 仅限部分区划.",
    },
)
_enum(
    ApplicationParty,
    "ApplicationParty",
    "Who has to do with an application · 申请各方.",
    {
        ApplicationParty.APPLICANT: "The agency that asks · 申请机关.",
        ApplicationParty.PROVIDER: "The department that is responsible for the items · 责任部门.",
        ApplicationParty.OFFICE: "The catalog office · 目录主管.",
    },
)
_enum(
    ApplicationStage,
    "ApplicationStage",
    "Where an application stands · 申请阶段.",
    {
        ApplicationStage.DECISION: "The department has ten working days to decide · 责任部门答复.",
        ApplicationStage.CONFIRMATION: "The office has ten working days to confirm · 主管部门复核.",
        ApplicationStage.PROVISION: "The department has five working days to provide · 责任部门提供.",
        ApplicationStage.REFUSED: "It was refused; the applicant may ask for mediation · 不同意.",
        ApplicationStage.MEDIATION: "The office mediates · 协调.",
        ApplicationStage.REVIEW: "The offices review it jointly · 联合评审.",
        ApplicationStage.RULING: "The city rules · 裁定.",
        ApplicationStage.PROVIDED: "The items are granted · 已提供.",
        ApplicationStage.DENIED: "It was ruled against · 裁定不予共享.",
        ApplicationStage.WITHDRAWN: "The applicant has withdrawn it · 已撤回.",
    },
)
_enum(
    ApplicationStep,
    "ApplicationStep",
    "What somebody does about an application · 申请步骤.",
    {
        ApplicationStep.APPROVE: "The department agrees · 同意.",
        ApplicationStep.REFUSE: "The department, or the office after it, refuses · 不同意.",
        ApplicationStep.CONFIRM: "The office agrees too · 复核同意.",
        ApplicationStep.PROVIDE: "The department provides: the grant is in force at once · 提供.",
        ApplicationStep.ASK_MEDIATION: "The applicant asks for mediation, after refusal or silence · 申请协调.",
        ApplicationStep.SETTLE: "Mediation succeeds; its result is published · 协调一致.",
        ApplicationStep.REFER: "Mediation fails, which is published; the offices review jointly · 协调未果.",
        ApplicationStep.REVIEW: "The joint review is done; the city rules · 联合评审完毕.",
        ApplicationStep.RULE_FOR: "The city rules that the items are provided · 裁定提供.",
        ApplicationStep.RULE_AGAINST: "The city rules that they are not · 裁定不予提供.",
        ApplicationStep.WITHDRAW: "The applicant withdraws it · 撤回.",
    },
)
_enum(
    ObjectionState,
    "ObjectionState",
    "How an objection stands · 异议状态.",
    {
        ObjectionState.OPEN: "It is being checked · 核查中.",
        ObjectionState.UPHELD: "The items were wrong, and their department corrects them · 成立.",
        ObjectionState.REJECTED: "The items were right · 不成立.",
        ObjectionState.WITHDRAWN: "It was withdrawn · 已撤回.",
    },
)
_enum(
    DraftState,
    "CatalogDraftState",
    "Where a draft of the catalog stands · 草案状态.",
    {
        DraftState.DRAFTED: "It was drafted; another officer has to approve it · 已起草.",
        DraftState.APPROVED: "Another officer has approved it; it may be published · 已批准.",
        DraftState.PUBLISHED: "It is the next version of the catalog · 已发布.",
        DraftState.WITHDRAWN: "It was withdrawn or rejected · 已撤回.",
    },
)
_enum(
    ExportFormat,
    "ExportFormat",
    "What the file of an export is · 导出格式.",
    {
        ExportFormat.NDJSON: "A line of JSON for each key · 每个键一行 JSON.",
        ExportFormat.PARQUET: "A Parquet file: a row for each key, its columns typed as in the schema · 列式文件.",
    },
)
_enum(
    ExportState,
    "ExportState",
    "Where an export stands · 导出状态.",
    {
        ExportState.LISTING: "It waits for the list of its keys · 待提交名单.",
        ExportState.WAITING: "It waits for its turn · 排队中.",
        ExportState.RUNNING: "Its keys are being answered · 进行中.",
        ExportState.READY: "Its file can be fetched · 可下载.",
        ExportState.FAILED: "It has failed; there is no file · 失败.",
        ExportState.CANCELLED: "It was cancelled; there is no file · 已取消.",
        ExportState.EXPIRED: "Its time is over; the file is destroyed · 已过期.",
    },
)

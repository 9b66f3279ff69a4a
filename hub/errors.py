"""Everything the hub refuses, said once.

An error's docstring is its message, its ``code`` is what a program tells it by, its ``hint`` names the way out.
Details that fill a message are names and numbers of things, never a value of a person.
"""

from enum import StrEnum
from functools import partial
from typing import ClassVar

from hub.redaction import redact


class Kind(StrEnum):
    """The closed list of ways in which a request can fail."""

    INCORRECT = "incorrect"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not found"
    METHOD_NOT_ALLOWED = "method not allowed"
    NOT_ACCEPTABLE = "not acceptable"
    UNFINISHED = "unfinished"
    CONFLICT = "conflict"
    TOO_LARGE = "too large"
    EXHAUSTED = "exhausted"
    UNSUPPORTED = "unsupported"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"
    FAULT = "fault"


HTTP_STATUS: dict[Kind, int] = {
    Kind.INCORRECT: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.METHOD_NOT_ALLOWED: 405,
    Kind.NOT_ACCEPTABLE: 406,
    Kind.UNFINISHED: 408,
    Kind.CONFLICT: 409,
    Kind.TOO_LARGE: 413,
    Kind.EXHAUSTED: 429,
    Kind.UNSUPPORTED: 415,
    Kind.BUSY: 503,
    Kind.UNAVAILABLE: 503,
    Kind.FAULT: 500,
}


class HubError(Exception):
    """The hub met a fault of its own."""

    kind: ClassVar[Kind] = Kind.FAULT
    code: ClassVar[str] = "FAULT"
    hint: ClassVar[str] = "Try again; if it happens again, tell the platform office the trace id."

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message)

    def __reduce__(self) -> tuple[object, ...]:
        """How it goes from one process to another."""
        return partial(type(self), **self.details), ()

    @property
    def message(self) -> str:
        """The docstring of the class, filled with the details of this occurrence, nobody's number among them."""
        return redact((self.__doc__ or "").format(**self.details))

    @property
    def http_status(self) -> int:
        """The HTTP status that answers this error when it concerns the whole request."""
        return HTTP_STATUS[self.kind]


class InvalidSetting(HubError):
    """The setting {name} is not usable: {problem}."""

    kind = Kind.INCORRECT
    code = "INVALID_SETTING"
    hint = "README.md lists every setting with its form and default."


class InvalidModel(HubError):
    """{file}:{line}: {problem}"""

    kind = Kind.INCORRECT
    code = "INVALID_MODEL"
    hint = "Mend the model file; `hub model check` lists every mistake, docs/model.md says what a file may hold."


class InvalidSources(InvalidModel):
    """{file}:{line}: {problem}"""

    code = "INVALID_SOURCES"
    hint = "Mend the file; `hub sources check` lists every mistake, docs/sources.md says what it may hold."


class InvalidIdentifier(HubError):
    """The value given is not a valid {scheme}: {problem}."""

    kind = Kind.INCORRECT
    code = "INVALID_IDENTIFIER"
    hint = "Compare the number with the document, character by character."


class UnknownRegister(HubError):
    """There is no register named {register}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_REGISTER"
    hint = "`hub registers` lists the registers."


class UnknownRecordType(HubError):
    """The register {register} has no record type {record_type}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_RECORD_TYPE"
    hint = "`hub registers` lists the record types of each register."


class FileNotOpened(HubError):
    """{file} cannot be opened: {problem}."""

    kind = Kind.INCORRECT
    code = "FILE_NOT_OPENED"
    hint = "Check the path, and that the hub may read what is there."


class UnreadableFile(HubError):
    """{file} cannot be read as {format}: {problem}."""

    kind = Kind.INCORRECT
    code = "UNREADABLE_FILE"
    hint = "docs/files.md says how a file of each format must look; its extension says which format it is."


class UnrecognisedColumns(HubError):
    """{file} does not look like a delivery of {register}: {problem}."""

    kind = Kind.INCORRECT
    code = "UNRECOGNISED_COLUMNS"
    hint = "Name columns by Chinese title or English item name, map them with --columns, or say the list with --record."


class SourceUnusable(HubError):
    """The source cannot be read as it is set: {problem}."""

    kind = Kind.INCORRECT
    code = "SOURCE_UNUSABLE"
    hint = "Mend what adapters.toml says of the source; docs/pulls.md explains every key."


class SourceUnavailable(HubError):
    """The source does not answer: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "SOURCE_UNAVAILABLE"
    hint = "Run it again when the source is up: it goes on where it stopped."


class SourceMoved(HubError):
    """Another run has moved the source {source} on meanwhile."""

    kind = Kind.CONFLICT
    code = "SOURCE_MOVED"
    hint = "Run it again: it goes on from where the other run came to."


class SubmissionConflict(HubError):
    """The idempotency key was used before for another delivery."""

    kind = Kind.CONFLICT
    code = "IDEMPOTENCY_KEY_REUSED"
    hint = "Send the same body again to repeat a delivery, or choose a new key."


class SubmissionInProgress(HubError):
    """Another process is taking in the same delivery to {register} right now."""

    kind = Kind.CONFLICT
    code = "SUBMISSION_IN_PROGRESS"
    hint = "Wait until it has finished; sending it again then does no harm."


class CopyInProgress(SubmissionInProgress):
    """Another full copy of {record_type} of {register} is being taken in for the same unit right now."""

    code = "COPY_IN_PROGRESS"
    hint = "Wait until it has finished, then send this one; in which order they come makes no difference."


class UnknownSource(HubError):
    """There is no source named {source}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_SOURCE"
    hint = "`hub sources` lists the sources that adapters.toml declares."


class SourceBusy(HubError):
    """Another process is running the source {source} right now."""

    kind = Kind.CONFLICT
    code = "SOURCE_BUSY"
    hint = "Wait until it has ended, or stop it with `hub cancel`; `hub runs` lists the run."


class RunKeepsBreaking(HubError):
    """The run was broken off {times} times, whoever went on with it."""

    kind = Kind.FAULT
    code = "RUN_KEEPS_BREAKING"
    hint = "See in the worker's log what ends it, as too little memory; `hub sync` tries again."


class UnknownRun(HubError):
    """No run {run} is going on."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_RUN"
    hint = "`hub runs` lists runs; one that has ended cannot be cancelled."


class TooManyRemovals(HubError):
    """The full copy leaves out {missing} of {standing} records that stand, more than {share}: none has ended."""

    kind = Kind.INCORRECT
    code = "TOO_MANY_REMOVALS"
    hint = (
        "Its lines are in. If it was cut off, send all of it; if so many have ended indeed, send it again with "
        "`--accept-removals` (`acceptRemovals` over HTTP) and that number."
    )


class LoaderLost(HubError):
    """One of the processes that shared the file has ended before its share was taken in."""

    kind = Kind.UNAVAILABLE
    code = "LOADER_LOST"
    hint = "Load the file again; it goes on after what was taken in."


class SubmissionTooLarge(HubError):
    """One call may carry at most {limit} records."""

    kind = Kind.TOO_LARGE
    code = "SUBMISSION_TOO_LARGE"
    hint = "Send several submissions, or load a file with `hub load`."


class ReasonRequired(HubError):
    """Records are ended or withdrawn, and no reason is given."""

    kind = Kind.INCORRECT
    code = "REASON_REQUIRED"
    hint = "Say in `reason` why, with its legal basis; it is kept, and shown with the versions that it makes."


class ListTooLong(HubError):
    """One request may ask for at most {limit} keys, in all its lists together."""

    kind = Kind.TOO_LARGE
    code = "LIST_TOO_LONG"
    hint = "Ask in several requests."


class AnswerTooLarge(HubError):
    """The answer would hold more than {limit} fields."""

    kind = Kind.TOO_LARGE
    code = "ANSWER_TOO_LARGE"
    hint = "Ask for fewer keys or fewer fields in one request."


class TooManyReferrers(HubError):
    """More than {limit} entities refer to those asked about."""

    kind = Kind.TOO_LARGE
    code = "TOO_MANY_REFERRERS"
    hint = "Ask about fewer entities in one request."


class BudgetExhausted(HubError):
    """Your agency may have {limit} {thing} in its time, and fewer are left than this request asks for."""

    kind = Kind.EXHAUSTED
    code = "BUDGET_EXHAUSTED"
    hint = "Wait until the budget begins anew, as `Retry-After` says, or ask for less."


class RequestTooSlow(HubError):
    """The request took longer than {seconds} seconds and was given up."""

    kind = Kind.BUSY
    code = "REQUEST_TOO_SLOW"
    hint = "Ask for less in one request, or try again when there is less to do."


class ClientGone(HubError):
    """Nobody waits for the answer any more."""

    kind = Kind.INCORRECT
    code = "CLIENT_GONE"
    hint = "Wait for the answer; a query that nobody waits for is given up."


class IntrospectionRefused(HubError):
    """The schema of this hub is not told to you."""

    kind = Kind.FORBIDDEN
    code = "INTROSPECTION_REFUSED"
    hint = "Ask as a developer, or ask the platform office for the schema."


class DocumentNotTrusted(HubError):
    """The hub runs no documents but those that its office trusts, and this is none of them."""

    kind = Kind.FORBIDDEN
    code = "DOCUMENT_NOT_TRUSTED"
    hint = "Ask the platform office to take the document among the trusted ones."


class InvalidArgument(HubError):
    """The argument {name} is not usable: {problem}."""

    kind = Kind.INCORRECT
    code = "INVALID_ARGUMENT"
    hint = "The description of the argument in the schema says what it takes."


class Unauthenticated(HubError):
    """The request carries no valid token: {problem}."""

    kind = Kind.UNAUTHENTICATED
    code = "UNAUTHENTICATED"
    hint = "Send `Authorization: Bearer <token>`; on a development hub `hub token` makes one."


class SessionEnded(Unauthenticated):
    """The session has ended: {problem}."""

    code = "SESSION_ENDED"
    hint = "Log in again with your identity provider, and send the new token."


class IdentityProviderUnavailable(HubError):
    """The identity provider {issuer} does not tell its keys, so none of its tokens can be checked."""

    kind = Kind.BUSY
    code = "IDENTITY_PROVIDER_UNAVAILABLE"
    hint = "Try again in a moment; if it lasts, tell whoever runs your identity provider."


class RolesNotCombinable(HubError):
    """These roles may not be held together: {roles}."""

    kind = Kind.FORBIDDEN
    code = "ROLES_NOT_COMBINABLE"
    hint = "Who queries, reports or manages does one of these; who audits or administers security does nothing else."


class NotYourRegister(HubError):
    """Only the departments that are responsible for {register} may submit to it."""

    kind = Kind.FORBIDDEN
    code = "NOT_YOUR_REGISTER"
    hint = "The query `registers` names the department responsible for each register."


class FieldNotGranted(HubError):
    """No grant of yours covers {item}."""

    kind = Kind.FORBIDDEN
    code = "FIELD_NOT_GRANTED"
    hint = "Apply to the responsible department for the item, naming its legal basis."


class FieldForbidden(HubError):
    """{item} is forbidden for the purpose that the request names: {basis}."""

    kind = Kind.FORBIDDEN
    code = "FIELD_FORBIDDEN"
    hint = "No grant changes that: do without the item, or ask for another purpose where the law gives you one."


class FieldSuspended(HubError):
    """{item} of this entity is disputed, and not disclosed until that is settled."""

    kind = Kind.FORBIDDEN
    code = "FIELD_SUSPENDED"
    hint = "Ask again later; `disputed` of the entity says since when."


class UnknownAccount(HubError):
    """There is no open account of this name."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_ACCOUNT"
    hint = "`accounts` lists them."


class UnknownObjection(HubError):
    """There is no such objection that is open."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_OBJECTION"
    hint = "`objections` lists those that you may see."


class FieldNotForPurpose(HubError):
    """Your grants of {item} are for other purposes than the request names."""

    kind = Kind.FORBIDDEN
    code = "FIELD_NOT_FOR_PURPOSE"
    hint = "`me { grants { purpose } }` tells for which: name it in `Hub-Purpose` if you ask for that, or apply."


class UnknownIdentifier(HubError):
    """The hub knows no entity by this {scheme}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_IDENTIFIER"
    hint = "Check the number; one that no register has delivered needs no reassignment."


class UnknownEntity(HubError):
    """The hub knows no entity with the id given as {name}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_ENTITY"
    hint = "Use the `id` of an entity as an answer of this hub gives it."


class LinkedAlready(HubError):
    """The entity is linked into another one already."""

    kind = Kind.CONFLICT
    code = "LINKED_ALREADY"
    hint = "Unlink it first, or link the entity that stands for it."


class NotLinked(HubError):
    """The entity is not linked into another one."""

    kind = Kind.CONFLICT
    code = "NOT_LINKED"
    hint = "The field `mergedFrom` of an entity lists the ids of those that are linked into it."


class LinkNotGranted(HubError):
    """No grant of yours lets you link, part or split entities."""

    kind = Kind.FORBIDDEN
    code = "LINK_NOT_GRANTED"
    hint = "The platform office links entities: tell it which two are one, or which one is two, and why."


class PublishNotGranted(HubError):
    """No grant of yours lets you publish the catalog."""

    kind = Kind.FORBIDDEN
    code = "PUBLISH_NOT_GRANTED"
    hint = "The platform office publishes the catalog: tell it who is to decide the item, and by which article."


class GrantNotYours(HubError):
    """No role of yours lets you take a grant back."""

    kind = Kind.FORBIDDEN
    code = "GRANT_NOT_YOURS"
    hint = "The catalog office revokes grants: tell it which one, and why."


class UnknownGrant(HubError):
    """There is no such grant in force that could be revoked."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_GRANT"
    hint = "`me { grants { id } }` lists grants; what the catalog opens is closed by publishing other terms."


class ApplyNotGranted(HubError):
    """No role of yours lets you apply for items."""

    kind = Kind.FORBIDDEN
    code = "APPLY_NOT_GRANTED"
    hint = "Officers of your agency with the role query_officer apply."


class UnknownApplication(HubError):
    """There is no such application that you have to do with."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_APPLICATION"
    hint = "`sharingApplications` lists those that you made, or that your department or office has to decide."


class StepNotPossible(HubError):
    """The step {step} is not possible while the application is in the stage {stage}."""

    kind = Kind.CONFLICT
    code = "STEP_NOT_POSSIBLE"
    hint = "`sharingApplications { nodes { stage steps } }` tells which steps are; docs/access.md has all of them."


class NotYourStep(HubError):
    """The step {step} is for another party to take: {party}."""

    kind = Kind.FORBIDDEN
    code = "NOT_YOUR_STEP"
    hint = "Applicants ask and withdraw, the department approves and provides, the catalog office does the rest."


class NotApplicable(HubError):
    """The items cannot be applied for together: {problem}."""

    kind = Kind.INCORRECT
    code = "NOT_APPLICABLE"
    hint = "Name items of one responsible department that are shared on condition, each with its legal basis."


class NotYours(HubError):
    """Only officers with the role {role} may do so."""

    kind = Kind.FORBIDDEN
    code = "NOT_YOURS"
    hint = "`me { roles }` tells yours; the security administrator of your agency gives roles."


class UnknownConsent(HubError):
    """There is no such consent to your agency that stands."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_CONSENT"
    hint = "Name the subject and the id that `recordConsent` gave."


class RemovalNotApproved(HubError):
    """These items would be shared no more, which the government has to approve: {items}."""

    kind = Kind.FORBIDDEN
    code = "REMOVAL_NOT_APPROVED"
    hint = "Name the document of the approval, as `publishCatalogChange(approval:)`."


class UnknownDraft(HubError):
    """There is no such draft of the catalog."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_DRAFT"
    hint = "`catalogChanges` lists the drafts."


class DraftStepNotPossible(HubError):
    """A draft of the catalog that is {state} cannot become {step}."""

    kind = Kind.CONFLICT
    code = "DRAFT_STEP_NOT_POSSIBLE"
    hint = "A draft is approved, then published; until then it may be withdrawn. `catalogChanges { nodes { next } }`."


class OwnDraft(HubError):
    """Who drafted a change of the catalog cannot approve it."""

    kind = Kind.FORBIDDEN
    code = "OWN_DRAFT"
    hint = "Another officer of the catalog office approves it."


class OwnApproval(HubError):
    """Who approved a change of the catalog that was drafted on the machine cannot publish it as well."""

    kind = Kind.FORBIDDEN
    code = "OWN_APPROVAL"
    hint = "Another officer of the catalog office publishes it."


class CatalogInUse(HubError):
    """The hub knows entities, so that its catalog is changed by two officers, not by a command."""

    kind = Kind.CONFLICT
    code = "CATALOG_IN_USE"
    hint = "`hub catalog draft` drafts what the model says; one officer approves it, another publishes it."


class VerifyNotGranted(HubError):
    """No grant of yours lets you verify identities."""

    kind = Kind.FORBIDDEN
    code = "VERIFY_NOT_GRANTED"
    hint = "Apply to the department that is responsible for household registration, naming the legal basis."


class TooManySubscriptions(HubError):
    """One connection may carry at most {limit} subscriptions."""

    kind = Kind.BUSY
    code = "TOO_MANY_SUBSCRIPTIONS"
    hint = "Complete one first, widen the filter of one, or open another connection."


class TooManyWebhooks(HubError):
    """An agency may keep at most {limit} webhooks."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_WEBHOOKS"
    hint = "Remove one first, or widen the filter of one."


class UnknownWebhook(HubError):
    """You have no webhook {id}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_WEBHOOK"
    hint = "The query `webhooks` lists yours."


class TooManyExports(HubError):
    """An agency may have {limit} exports under way at most."""

    kind = Kind.CONFLICT
    code = "TOO_MANY_EXPORTS"
    hint = "Wait until one is ready, or cancel one; the query `exports` lists yours."


class UnknownExport(HubError):
    """Your agency has no export {id}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_EXPORT"
    hint = "The query `exports` lists yours."


class ExportListed(HubError):
    """The export {id} does not wait for a list of keys."""

    kind = Kind.CONFLICT
    code = "EXPORT_LISTED"
    hint = "A list is given once. Order another export for other keys."


class ExportNotReady(HubError):
    """The export {id} has no file: it is {state}."""

    kind = Kind.CONFLICT
    code = "EXPORT_NOT_READY"
    hint = "Ask `export` for its state until it is READY; order what has failed, expired or was cancelled once more."


class ExportTooLarge(HubError):
    """An export may be about at most {limit} {things}."""

    kind = Kind.TOO_LARGE
    code = "EXPORT_TOO_LARGE"
    hint = "Order several exports, or fewer items."


class ExportShredded(HubError):
    """The file held a number that was destroyed by order."""

    kind = Kind.CONFLICT
    code = "EXPORT_SHREDDED"
    hint = "Order it once more: it has all else, and the absence SHREDDED where the number was."


class ExportAccessEnded(HubError):
    """What the export was ordered with is not given to you any more."""

    kind = Kind.FORBIDDEN
    code = "EXPORT_ACCESS_ENDED"
    hint = "Name the purpose that it was ordered for; `me { withheld }` says what is not given, and why."


class ExportKeepsBreaking(HubError):
    """The export has come no further in {times} attempts."""

    kind = Kind.FAULT
    code = "EXPORT_KEEPS_BREAKING"
    hint = "Order it once more; if it happens again, tell the platform office the id of the export."


class UnknownLine(HubError):
    """No line {id} that your department delivered is in quarantine."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_LINE"
    hint = "`hub quarantine` and the query `quarantine` list the lines, each with its id."


class LineSettled(HubError):
    """The line {id} in quarantine was settled already."""

    kind = Kind.CONFLICT
    code = "LINE_SETTLED"
    hint = "The line says how, by whom and in which submission; what is wrong there is corrected by a new delivery."


class UnknownAnomaly(HubError):
    """You are concerned by no anomaly {id}."""

    kind = Kind.NOT_FOUND
    code = "UNKNOWN_ANOMALY"
    hint = "`hub anomalies` and the query `anomalies` list them, each with its id."


class AnomalySettled(HubError):
    """The anomaly {id} was dealt with already."""

    kind = Kind.CONFLICT
    code = "ANOMALY_SETTLED"
    hint = "It says by whom, when and with what words."


class SearchNotGranted(HubError):
    """No grant of yours lets you search for a {kind}."""

    kind = Kind.FORBIDDEN
    code = "SEARCH_NOT_GRANTED"
    hint = "Ask by the key where you have it. To search, apply to the platform office, naming the legal basis."


class TooManyHits(HubError):
    """More than {limit} entities are like the one sought."""

    kind = Kind.TOO_LARGE
    code = "TOO_MANY_HITS"
    hint = "Say more of it: the whole name, a birth date, a division. A search is for one entity, not for a list."


class BadRequest(HubError):
    """The request is not a GraphQL request: {problem}."""

    kind = Kind.INCORRECT
    code = "BAD_REQUEST"
    hint = "POST a JSON object with `query`, and if needed `variables` and `operationName`."


class InvalidDocument(HubError):
    """The GraphQL document is not valid: {problem}."""

    kind = Kind.INCORRECT
    code = "INVALID_DOCUMENT"
    hint = "The schema is at /schema.graphql; the explorer completes and checks as you type."


class InvalidGlobalId(HubError):
    """The id given is not one that this hub gave out."""

    kind = Kind.INCORRECT
    code = "INVALID_ID"
    hint = "Use the `id` of an entity as an earlier answer gave it."


class InvalidCursor(HubError):
    """The cursor given is not one that this hub gave out for this list."""

    kind = Kind.INCORRECT
    code = "INVALID_CURSOR"
    hint = (
        "Use a cursor as an earlier answer of the same field gave it. Without one a list begins at its beginning, and "
        "a subscription now."
    )


class CursorLost(HubError):
    """The change that the cursor names is not in this hub: its data was restored to an earlier state."""

    kind = Kind.CONFLICT
    code = "CURSOR_LOST"
    hint = "Take a cursor from `latestChange`, read anew the entities you follow, then go on from that cursor."


class NoSuchVersion(HubError):
    """The entity has no version {version}."""

    kind = Kind.NOT_FOUND
    code = "NO_SUCH_VERSION"
    hint = "The field `versions` lists an entity's versions."


class NoSuchCatalogVersion(HubError):
    """The catalog has no version {version}."""

    kind = Kind.NOT_FOUND
    code = "NO_SUCH_CATALOG_VERSION"
    hint = "The query `catalogVersions` lists its versions."


class HistoryTooLong(HubError):
    """The history of {item} has more than {limit} turns."""

    kind = Kind.TOO_LARGE
    code = "HISTORY_TOO_LONG"
    hint = "Ask for the versions of the entity, and for the item as of those that interest you."


class RequestTooLarge(HubError):
    """The request is larger than {limit} bytes."""

    kind = Kind.TOO_LARGE
    code = "REQUEST_TOO_LARGE"
    hint = "Ask for less in one request."


class RequestUnfinished(HubError):
    """The request had not come to its end after {seconds} seconds."""

    kind = Kind.UNFINISHED
    code = "REQUEST_UNFINISHED"
    hint = "Send as many bytes as Content-Length says, or end the last chunk."


class NotServed(HubError):
    """The hub serves nothing at this address."""

    kind = Kind.NOT_FOUND
    code = "NOT_SERVED"
    hint = (
        "It serves /graphql, /submissions/{register}, /exports/{id} and its list at /exports/{id}/keys, /token, "
        "/schema.graphql, /explorer, and /healthz and /readyz for whoever watches it."
    )


class MethodNotAllowed(HubError):
    """The address answers no method but {allowed}."""

    kind = Kind.METHOD_NOT_ALLOWED
    code = "METHOD_NOT_ALLOWED"
    hint = "POST a document and its variables as a JSON body, a file as it is."


class PostOnly(HubError):
    """The document writes, or has arguments in which somebody could be named, and every proxy logs addresses."""

    kind = Kind.METHOD_NOT_ALLOWED
    code = "POST_ONLY"
    hint = "POST it. A GET takes queries with no arguments but cursors, numbers, dates, Booleans and enum values."


class NotAcceptable(HubError):
    """The request accepts no media type that the hub answers with."""

    kind = Kind.NOT_ACCEPTABLE
    code = "NOT_ACCEPTABLE"
    hint = "Send `Accept: application/graphql-response+json`."


class UploadUnreadable(HubError):
    """The upload cannot be read: {problem}."""

    kind = Kind.INCORRECT
    code = "UPLOAD_UNREADABLE"
    hint = "Send it again, whole; nothing of it was kept."


class UploadTooLarge(HubError):
    """The upload is larger than {limit} bytes."""

    kind = Kind.TOO_LARGE
    code = "UPLOAD_TOO_LARGE"
    hint = "Send it packed with gzip, or in parts; the platform office sets HUB_MAX_UPLOAD_BYTES."


class UnsupportedUpload(HubError):
    """What the upload holds cannot be told by its content type or its name."""

    kind = Kind.UNSUPPORTED
    code = "UNSUPPORTED_UPLOAD"
    hint = "docs/files.md lists the content types; in a form the file's name says by its extension what it is."


class SpoolUnusable(HubError):
    """What is uploaded cannot be kept: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "SPOOL_UNUSABLE"
    hint = "Check that HUB_DATA_DIR has room and that the hub may write there."


class UnsupportedMediaType(HubError):
    """The request's content type is not supported."""

    kind = Kind.UNSUPPORTED
    code = "UNSUPPORTED_MEDIA_TYPE"
    hint = "Send `Content-Type: application/json`, in UTF-8 and not compressed."


class QueryTooDeep(HubError):
    """The document nests more than {limit} levels deep."""

    kind = Kind.INCORRECT
    code = "QUERY_TOO_DEEP"
    hint = "Ask in several requests, following the ids of the first answer."


class QueryTooLarge(HubError):
    """The document has more than {limit} {things}."""

    kind = Kind.INCORRECT
    code = "QUERY_TOO_LARGE"
    hint = "Ask in several requests; name each field once, and give keys as lists in variables."


class Unavailable(HubError):
    """The hub cannot answer at the moment."""

    kind = Kind.UNAVAILABLE
    code = "UNAVAILABLE"
    hint = "Try again in a moment."


class Stopping(HubError):
    """The process of the hub that was asked is being stopped."""

    kind = Kind.BUSY
    code = "STOPPING"
    hint = "Ask again: another process answers, or this one once it has started anew."


class AccessLogUnavailable(HubError):
    """The access log cannot be written, and without it nothing of anybody is answered."""

    kind = Kind.BUSY
    code = "ACCESS_LOG_UNAVAILABLE"
    hint = "Try again in a moment; the platform office sees in the hub's log what keeps it from being written."


class DatabaseBusy(HubError):
    """The database had no free connection in time."""

    kind = Kind.BUSY
    code = "DATABASE_BUSY"
    hint = "Try again in a moment."


class DatabaseFull(HubError):
    """The database has no room left."""

    kind = Kind.UNAVAILABLE
    code = "DATABASE_FULL"
    hint = "Make room on its disk; what is in stays, and the same command goes on where it stopped."


class DatabaseTooSlow(HubError):
    """The database took longer over one statement than it may."""

    kind = Kind.BUSY
    code = "DATABASE_TOO_SLOW"
    hint = "Ask for less in one request, or try again when there is less to do."


class DatabaseUnavailable(HubError):
    """The database cannot be reached: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "DATABASE_UNAVAILABLE"
    hint = "Check HUB_DATABASE_URL and that the server is up."


class KnownTimeNotSettled(HubError):
    """Somebody is still writing since before the instant asked about."""

    kind = Kind.BUSY
    code = "KNOWN_TIME_NOT_SETTLED"
    hint = "Try again in a moment, ask about an earlier instant, or leave `knownAt` out."


class KnownTimeInFuture(HubError):
    """The hub cannot tell what it will know at an instant that has not come."""

    kind = Kind.INCORRECT
    code = "KNOWN_TIME_IN_FUTURE"
    hint = "Leave `knownAt` out to ask what is known now; the answer can name its instant."


class AsOfContradiction(HubError):
    """`asOf` names a version and a time, which may contradict each other."""

    kind = Kind.INCORRECT
    code = "AS_OF_CONTRADICTION"
    hint = "Give `version` alone, or `validOn` and `knownAt` without it."


class VersionOfMany(HubError):
    """`asOf` names a version where several entities are asked about, and each has versions of its own."""

    kind = Kind.INCORRECT
    code = "VERSION_OF_MANY"
    hint = "Ask about one entity, or give `validOn` and `knownAt`."


class CatalogChanged(HubError):
    """Version {version} of the catalog is not in force any more."""

    kind = Kind.CONFLICT
    code = "CATALOG_CHANGED"
    hint = "See in `catalogVersions` what was published meanwhile, then publish after that."


class MigrationChanged(HubError):
    """The migration {name} is not the one this database was built with."""

    kind = Kind.CONFLICT
    code = "MIGRATION_CHANGED"
    hint = "Migrations are never edited once released: restore the file, or start from an empty database."


class AddressUnusable(HubError):
    """The hub cannot listen on {host}:{port}: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "ADDRESS_UNUSABLE"
    hint = "Set HUB_PORT to another port, or to 0 for a free one; HUB_HOST must be an address of this machine."


class VaultKeyMissing(HubError):
    """The identity vault cannot be opened: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "VAULT_KEY_MISSING"
    hint = "Restore the key file from its backup (made by `hub keys backup`); without it identity data is unreadable."


class KeyServiceUnusable(HubError):
    """The service that keeps the vault's keys cannot be used: {problem}."""

    kind = Kind.UNAVAILABLE
    code = "KEY_SERVICE_UNUSABLE"
    hint = "Identity data is answered again as soon as the service is; docs/keys.md says what each problem asks for."


class ValueShredded(HubError):
    """What was kept of a subject has been shredded."""

    kind = Kind.NOT_FOUND
    code = "VALUE_SHREDDED"
    hint = (
        "Nobody can bring it back. `hub keys shreddings` says by which order; the source may still have what it sent."
    )


class OwnShredding(HubError):
    """Who ordered that a subject is shredded cannot approve it."""

    kind = Kind.FORBIDDEN
    code = "OWN_SHREDDING"
    hint = "Another security administrator gives the same command in their own name: `hub keys shred`."


class KeyInUse(HubError):
    """The key {key_id} is in the way: {problem}."""

    kind = Kind.CONFLICT
    code = "KEY_IN_USE"
    hint = "`hub keys list` shows what lies under each key, and `hub keys rotate` seals it with the current one."


def all_errors() -> list[type[HubError]]:
    """Every error class, for the documentation and for the test that each has a code of its own."""
    found: list[type[HubError]] = [HubError]
    for parent in found:
        found.extend(parent.__subclasses__())
    return found

"""What a deployment may set, each with a default that protects.

Takes environment variables named ``HUB_…``; gives one immutable ``Settings``. Never reads anything else.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.errors import InvalidSetting

PREFIX = "HUB_"
_WORDS = {
    "`int`": "a whole number",
    "`float`": "a number",
    "`str`": "a text",
    "matching regex": "of the form",
    ">= ": "of at least ",
    "<= ": "of at most ",
    "> ": "greater than ",
}


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Every setting; the description of each is what README.md prints."""

    host: Annotated[str, Meta(description="Address to listen on; the default is reachable from this machine only.")] = (
        "127.0.0.1"
    )
    port: Annotated[int, Meta(ge=0, le=65535, description="Port to listen on; 0 takes a free one.")] = 8000
    workers: Annotated[int, Meta(ge=1, le=64, description="Processes that serve on one socket.")] = 1
    worker_timeout: Annotated[
        float, Meta(ge=1, description="Seconds after which one of several processes that hangs is replaced.")
    ] = 30.0
    drain_notice: Annotated[
        float,
        Meta(ge=0, description="Seconds that a server told to stop still takes requests, while /readyz says 503."),
    ] = 2.0
    drain_timeout: Annotated[
        int, Meta(ge=1, description="Seconds after that in which requests that run may end; then they are broken off.")
    ] = 20
    data_dir: Annotated[
        str, Meta(description="Where the embedded PostgreSQL, the keys and the access tokens' secret live.")
    ] = ".hub"
    database_url: Annotated[
        str | None, Meta(description="PostgreSQL 15+ to use; without it an embedded server is started.")
    ] = None
    database_direct_url: Annotated[
        str | None, Meta(description="The same database without a transaction pooler, for migrations.")
    ] = None
    model_dir: Annotated[
        str | None, Meta(description="Directory of further model files: registers, code lists, departments.")
    ] = None
    holidays_file: Annotated[
        str | None, Meta(description="TOML file of the days off and make-up days of years that the calendar lacks.")
    ] = None
    sources_file: Annotated[str, Meta(description="File that declares the sources the hub fetches from.")] = (
        "adapters.toml"
    )
    max_runs: Annotated[int, Meta(ge=1, le=100, description="Most sources that one worker runs at the same time.")] = 2
    vault_key_file: Annotated[
        str | None,
        Meta(description="Key file of the identity vault, mode 0600; by default vault.keys in the data dir."),
    ] = None
    vault_suite: Annotated[
        Literal["AES", "SM4"],
        Meta(description="Algorithms of vault keys that are made from now on: AES-256-GCM, or SM4-GCM with SM3."),
    ] = "AES"
    key_service: Annotated[
        Literal["file", "pkcs11"],
        Meta(description="What keeps the vault's keys secret: their file itself, or a key in a PKCS#11 token."),
    ] = "file"
    key_lease: Annotated[
        float, Meta(gt=0, description="Seconds that a process holds keys that a token has unwrapped.")
    ] = 300.0
    pkcs11_module: Annotated[
        str | None, Meta(description="The PKCS#11 module of the token, a shared library of its vendor.")
    ] = None
    pkcs11_label: Annotated[str, Meta(description="The label of the token.")] = "jizhun"
    pkcs11_pin_file: Annotated[
        str | None, Meta(description="File that holds the PIN of the token's user, mode 0600.")
    ] = None
    audit_key_file: Annotated[
        str | None,
        Meta(description="Key that signs the access log, mode 0600; by default audit.key beside the vault's keys."),
    ] = None
    audit_dir: Annotated[
        str | None,
        Meta(
            description="Where signed heads of the access log go, out of the database's reach; by default audit in the "
            "data dir."
        ),
    ] = None
    audit_interval: Annotated[
        float, Meta(gt=0, description="Seconds after which what was added to the access log is signed.")
    ] = 1.0
    pool_size: Annotated[
        int,
        Meta(
            ge=1,
            le=500,
            description="Most database connections per process, but for one of the access log and four of look-ups.",
        ),
    ] = 10
    acquire_timeout: Annotated[float, Meta(gt=0, description="Seconds a request waits for a database connection.")] = (
        5.0
    )
    statement_timeout: Annotated[
        float, Meta(gt=0, description="Seconds a statement may take; longer ones are cancelled.")
    ] = 30.0
    settle_timeout: Annotated[
        float, Meta(ge=0, description="Seconds a question about a past instant waits for writers that began before it.")
    ] = 2.0
    max_request_bytes: Annotated[int, Meta(ge=1024, description="Largest HTTP request body, in bytes.")] = 1_048_576
    max_query_tokens: Annotated[int, Meta(ge=100, description="Most tokens in a GraphQL document.")] = 4_000
    max_query_depth: Annotated[int, Meta(ge=3, description="Most levels of nesting in a GraphQL document.")] = 16
    max_query_fields: Annotated[
        int, Meta(ge=100, description="Most fields in a GraphQL document, fragments counted wherever they are spread.")
    ] = 2_000
    max_root_fields: Annotated[int, Meta(ge=1, description="Most questions in one request: fields of its root.")] = 20
    max_answer_fields: Annotated[
        int, Meta(ge=100, description="Most fields in one answer, by the entities and records found.")
    ] = 50_000
    request_timeout: Annotated[
        float,
        Meta(gt=0, description="Seconds a query may take; then it is given up, in the database too."),
    ] = 60.0
    points_per_minute: Annotated[
        int, Meta(ge=1, description="Points that an agency may spend on queries in a minute, one for each field asked.")
    ] = 1_000_000
    persons_per_hour: Annotated[
        int, Meta(ge=1, description="Natural persons that may be shown to an agency in an hour, by all its queries.")
    ] = 20_000
    introspection: Annotated[
        Literal["everyone", "developers", "nobody"],
        Meta(description="Who may read the schema from the hub: everyone, developers or nobody."),
    ] = "everyone"
    explorer: Annotated[bool, Meta(description="Whether there is an explorer.")] = True
    trusted_documents: Annotated[
        str | None, Meta(description="Folder of .graphql files; with it no other documents are run.")
    ] = None
    allowed_origins: Annotated[
        str, Meta(description="Origins, parted by commas, whose pages may ask the hub from a browser.")
    ] = ""
    tls_cert_file: Annotated[
        str | None, Meta(description="Certificate chain in PEM; with it the hub speaks TLS and nothing else.")
    ] = None
    tls_key_file: Annotated[str | None, Meta(description="Private key of the certificate, in PEM.")] = None
    max_keys: Annotated[int, Meta(ge=1, le=500, description="Most keys in one request, in all lists together.")] = 500
    max_hits: Annotated[
        int, Meta(ge=1, le=10_000, description="Most entities that a search may find; where more are, it shows none.")
    ] = 200
    max_records: Annotated[int, Meta(ge=1, le=10_000, description="Most records in one submitRecords call.")] = 1_000
    clock_tolerance: Annotated[
        float, Meta(ge=0, description="Seconds by which a source's clock may be ahead; what is said later is refused.")
    ] = 7_200.0
    max_removed_share: Annotated[
        float,
        Meta(ge=0, le=1, description="Largest share of what stands that a full copy may end without being asked."),
    ] = 0.1
    max_cell_characters: Annotated[int, Meta(ge=100, description="Longest cell of a delivery, in characters.")] = (
        100_000
    )
    max_upload_bytes: Annotated[int, Meta(ge=1024, description="Largest file that may be uploaded, in bytes.")] = (
        1_073_741_824
    )
    upload_at_once: Annotated[
        int, Meta(ge=0, description="Largest upload that is taken in before it is answered, in bytes unpacked.")
    ] = 131_072
    upload_patience: Annotated[
        float, Meta(gt=0, description="Seconds that an upload may be silent before it is dropped.")
    ] = 60.0
    max_unpacked_bytes: Annotated[
        int, Meta(ge=1024, description="Most bytes that a packed delivery may unpack to, all its files together.")
    ] = 8_589_934_592
    max_unpacked_ratio: Annotated[
        int, Meta(ge=2, description="Most times that a packed delivery may be larger when unpacked.")
    ] = 200
    max_subscribers: Annotated[int, Meta(ge=0, description="Most WebSocket connections per process.")] = 500
    max_subscriptions: Annotated[int, Meta(ge=1, description="Most subscriptions per WebSocket connection.")] = 10
    feed_poll: Annotated[
        float, Meta(gt=0, description="Seconds after which a subscription looks for changes, woken or not.")
    ] = 2.0
    heartbeat: Annotated[
        float, Meta(gt=0, description="Seconds between pings over a WebSocket; who answers none in time is cut off.")
    ] = 20.0
    webhook_hosts: Annotated[
        str,
        Meta(description="Hosts, parted by commas, that webhooks may reach by http too and at private addresses."),
    ] = ""
    webhook_timeout: Annotated[float, Meta(gt=0, description="Seconds in which a webhook must have answered.")] = 10.0
    webhook_attempts: Annotated[
        int, Meta(ge=1, description="Times that changes are posted before they become a dead letter.")
    ] = 12
    webhook_backoff: Annotated[
        float,
        Meta(
            gt=0, description="Seconds before the second attempt; each further pause is twice as long, up to an hour."
        ),
    ] = 1.0
    webhook_patience: Annotated[
        float, Meta(gt=0, description="Seconds after which a webhook that takes nothing is suspended.")
    ] = 86_400.0
    max_webhooks: Annotated[int, Meta(ge=0, description="Most webhooks of one agency.")] = 20
    max_exports: Annotated[
        int, Meta(ge=0, description="Most exports of one agency that are under way at the same time.")
    ] = 4
    max_export_keys: Annotated[int, Meta(ge=1, description="Most keys of one export.")] = 1_000_000
    max_export_bytes: Annotated[int, Meta(ge=1024, description="Largest file of an export, in bytes.")] = 4_294_967_296
    max_exported_persons: Annotated[
        int, Meta(ge=0, description="Natural persons that an agency may list for exports in 24 hours.")
    ] = 1_000_000
    export_lifetime: Annotated[
        float, Meta(gt=0, description="Seconds that the file of an export is kept, or its list is waited for.")
    ] = 86_400.0
    identity_file: Annotated[
        str | None, Meta(description="TOML file of the identity providers whose tokens are taken.")
    ] = None
    local_tokens: Annotated[
        bool | None,
        Meta(description="Whether tokens of `hub token` are taken; by default only where there is no identity file."),
    ] = None
    session_idle: Annotated[
        float, Meta(gt=0, description="Seconds after which an officer's session that is not used has ended.")
    ] = 1_800.0
    session_lifetime: Annotated[
        float, Meta(gt=0, description="Seconds that an officer's session lasts at most, however often it is used.")
    ] = 43_200.0
    log_level: Annotated[
        str, Meta(pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    ] = "info"
    otlp_endpoint: Annotated[
        str | None, Meta(description="OTLP/HTTP address for traces and metrics; without it none are sent.")
    ] = None

    @property
    def data_path(self) -> Path:
        """``data_dir`` as an absolute path."""
        return Path(self.data_dir).absolute()

    @property
    def reachable_hosts(self) -> frozenset[str]:
        """The hosts that ``webhook_hosts`` names."""
        return frozenset(filter(None, (host.strip().lower() for host in self.webhook_hosts.split(","))))

    @property
    def origins(self) -> list[str]:
        """The origins that ``allowed_origins`` names."""
        return sorted(filter(None, (origin.strip().rstrip("/") for origin in self.allowed_origins.split(","))))

    @property
    def takes_local_tokens(self) -> bool:
        """Whether tokens that this hub signs for development are taken."""
        return self.identity_file is None if self.local_tokens is None else self.local_tokens

    @property
    def holidays_path(self) -> Path | None:
        """``holidays_file`` as a path."""
        return Path(self.holidays_file) if self.holidays_file else None

    @property
    def vault_key_path(self) -> Path:
        """Where the vault's keys are kept."""
        return Path(self.vault_key_file) if self.vault_key_file else self.data_path / "vault.keys"

    @property
    def audit_key_path(self) -> Path:
        """Where the key is kept that signs the access log."""
        return Path(self.audit_key_file) if self.audit_key_file else self.vault_key_path.with_name("audit.key")

    @property
    def audit_path(self) -> Path:
        """Where signed heads of the access log are kept."""
        return Path(self.audit_dir).absolute() if self.audit_dir else self.data_path / "audit"


def load_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read ``HUB_…`` variables; raise ``InvalidSetting`` for one that is unknown or out of range."""
    environment = os.environ if environment is None else environment
    given = {key.removeprefix(PREFIX).lower(): text for key, text in environment.items() if key.startswith(PREFIX)}
    unknown = sorted(given.keys() - set(Settings.__struct_fields__))
    if unknown:
        raise InvalidSetting(name=PREFIX + unknown[0].upper(), problem="there is no such setting")
    try:
        return msgspec.convert({key: text for key, text in given.items() if text}, Settings, strict=False)
    except msgspec.ValidationError as error:
        problem, _, path = str(error).partition(" - at `$.")
        raise InvalidSetting(name=PREFIX + path.rstrip("`").upper(), problem=_plain(problem)) from None


def _plain(problem: str) -> str:
    """What a setting must be, in words."""
    expected = problem.removeprefix("Expected ").partition(", got ")[0]
    for kind, word in _WORDS.items():
        expected = expected.replace(kind, word)
    return f"it must be {expected}"

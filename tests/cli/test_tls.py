"""With a certificate the hub speaks TLS and nothing else."""

import re
import ssl
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.clock import now
from tests.cli.running import start_hub

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that vouches for itself; its key lies beside it."""
    folder, key = tmp_path_factory.mktemp("tls"), generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hub")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HERE))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, SHA256())
    )
    path = folder / "hub.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    path.with_suffix(".key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


@pytest.fixture
def address(hub: dict[str, object], certificate: Path) -> Iterator[str]:
    """Where a hub serves with the certificate, as it says itself."""
    tls = {"HUB_TLS_CERT_FILE": certificate, "HUB_TLS_KEY_FILE": certificate.with_suffix(".key")}
    with start_hub("serve", HUB_PORT=0, **hub, **tls) as process:
        try:
            yield next(found[0] for line in process.stdout or () if (found := re.search(r"https?://[\d.:]+", line)))
        finally:
            process.terminate()
            process.communicate()


def test_who_trusts_the_certificate_is_answered_by_tls_12_or_later_and_nobody_otherwise(
    address: str, certificate: Path
) -> None:
    assert address.startswith(f"https://{HERE}:")
    trusting = ssl.create_default_context(cafile=str(certificate))
    with httpx.Client(base_url=address, verify=trusting, trust_env=False) as client:
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=")

    outdated = ssl.create_default_context(cafile=str(certificate))
    outdated.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        outdated.minimum_version = outdated.maximum_version = ssl.TLSVersion.TLSv1_1
    for doubting in (ssl.create_default_context(), outdated):
        with httpx.Client(verify=doubting, trust_env=False) as client, pytest.raises(httpx.ConnectError):
            client.get(f"{address}/healthz")
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.TransportError):
        client.get(f"{address.replace('https', 'http')}/healthz")

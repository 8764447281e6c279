"""A certificate of TLS that ends is said before: without it no country and no browser reaches the node."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from node.crypto.certificates import holds_until
from node.crypto.errors import BadKey
from tests.cli_world import NOW, copied_node, make_node, run


def certificate(folder: Path, days: int) -> Path:
    """A certificate of our own that holds for so many days, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node.example")])
    now = datetime.fromtimestamp(NOW, UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now - timedelta(90), now + timedelta(days))
    (folder / "cert.pem").write_bytes(made.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "cert.key").write_bytes(private)
    return folder / "cert.pem"


def test_the_end_of_a_certificate_is_read_and_what_is_none_is_refused(tmp_path: Path):
    assert holds_until(certificate(tmp_path, 5).read_bytes()) == NOW + 5 * 86_400
    with pytest.raises(BadKey):
        holds_until(b"no certificate")


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [(60, "ok", "is valid"), (5, "warning", "holds for 5 days more"), (-2, "wrong", "has ended")],
)
def test_the_doctor_says_it_three_weeks_before(tmp_path: Path, days: int, level: str, says: str):
    """Interface O3: certificates with their end."""
    folder = copied_node("a stopped node", lambda new: (make_node(new), None)[1], tmp_path)
    certificate(folder, days)
    with (folder / "node.toml").open("a") as config:
        config.write(f'\n[tls]\ncert_file = "{folder}/cert.pem"\nkey_file = "{folder}/cert.key"\n')

    told = next(line for line in run(folder, "doctor").output.splitlines() if " config " in line)

    assert told.startswith(level) and says in told

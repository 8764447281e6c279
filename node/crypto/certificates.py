"""Until when a certificate of TLS holds. Nothing else of it is looked at: browsers and peers judge it."""

from cryptography import x509

from node.crypto.errors import BadKey


def holds_until(pem: bytes) -> int:
    """UTC seconds until which the first certificate of a PEM file holds; BadKey where there is none."""
    try:
        return int(x509.load_pem_x509_certificate(pem).not_valid_after_utc.timestamp())
    except ValueError:
        raise BadKey("the file holds no certificate") from None

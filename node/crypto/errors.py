"""What can go wrong with bytes and keys; no message ever holds a key or a plaintext."""


class CryptoError(Exception):
    """Bytes or a key are not what they should be."""


class BadSignature(CryptoError):
    """A signature does not verify, in either half."""


class OpenFailed(CryptoError):
    """Sealed bytes do not open with this key and this binding."""


class BadKey(CryptoError):
    """A public key that must never be admitted."""


class MissingPrimitive(CryptoError):
    """The installed library lacks, or gets wrong, something this node cannot do without."""


class BadReceipt(CryptoError):
    """A receipt slot with any wrong field or signature: the sender treats it as no answer at all."""


class BadBundle(CryptoError):
    """A prekey bundle that is not signed, not strict, or not nine weekly epochs."""


class BadBlock(CryptoError):
    """An office block that does not open, or does not belong to this letter."""


class BadText(CryptoError):
    """JSON or an encoding inside signed bytes that is not strict."""


class BadStream(CryptoError):
    """An attachment that is damaged, cut, lengthened, or not the one announced."""


class BadSheet(CryptoError):
    """A recovery sheet that is mistyped, or two that do not belong together."""

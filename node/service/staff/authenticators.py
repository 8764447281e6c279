"""What py_webauthn makes and checks for a passkey: the options for a device, and what the device answers.

Read when a passkey is first used (`passkeys`): the library is a seventh of a node's start. Source: WebAuthn Level 3.
"""

import json
from collections.abc import Iterable
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

DOES_NOT_FIT = (WebAuthnException, ValueError)  # what the two checks raise


def to_sign_in(host: str, challenge: bytes, prf_input: str) -> str:
    """What to ask a device of somebody who signs in, as JSON."""
    options = generate_authentication_options(
        rp_id=host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return _with_prf(options, prf_input)


def to_add(
    host: str, desk: str, user_id: bytes, login: str, challenge: bytes, known: Iterable[bytes], prf_input: str
) -> str:
    """What to ask a new device, as JSON; those in `known` are told that they are known."""
    options = generate_registration_options(
        rp_id=host,
        rp_name=desk,
        user_id=user_id,
        user_name=login,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=one) for one in known],
    )
    return _with_prf(options, prf_input)


def made(response: str, challenge: bytes, host: str, site: str) -> VerifiedRegistration:
    """The new credential; raises one of DOES_NOT_FIT."""
    return verify_registration_response(
        credential=response, expected_challenge=challenge, expected_rp_id=host, expected_origin=site,
        require_user_verification=True,
    )  # fmt: skip


def read(response: str) -> AuthenticationCredential:
    """What a device answered, not yet believed; raises one of DOES_NOT_FIT."""
    return parse_authentication_credential_json(response)


def proved(
    given: AuthenticationCredential, challenge: bytes, host: str, site: str, public_key: bytes, sign_count: int
) -> VerifiedAuthentication:
    """The answer, once its signature, challenge and address are right; raises one of DOES_NOT_FIT."""
    return verify_authentication_response(
        credential=given, expected_challenge=challenge, expected_rp_id=host, expected_origin=site,
        credential_public_key=public_key, credential_current_sign_count=sign_count, require_user_verification=True,
    )  # fmt: skip


def _with_prf(options: Any, prf_input: str) -> str:
    found = json.loads(options_to_json(options))
    found["extensions"] = {**(found.get("extensions") or {}), "prf": {"eval": {"first": prf_input}}}
    return json.dumps(found)

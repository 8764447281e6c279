"""What a file or a folder of the registry holds, in lines a maintainer reads before signing or publishing."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from node.crypto.errors import BadText
from node.crypto.text import from_base64url, read_json
from node.errors import BadInput, OpenTRMError, counted
from registry.delegations import read_delegations
from registry.errors import BadRegistryFile
from registry.names import country_role, when
from registry.proposal import Proposal, read_proposal
from registry.removal import named_removed
from registry.repository import Repository
from registry.request import Request, read_request
from registry.suspension import Suspension, read_suspension

Kind = Literal["request", "proposal", "suspension"]


def describe_file(data: bytes) -> tuple[Kind, list[str]]:
    """(kind, lines) of a file that travels; BadRegistryFile for any other. None of its texts is a line of its own."""
    kind, lines = _described(data)
    return kind, [_printable(line) for line in lines]


def _described(data: bytes) -> tuple[Kind, list[str]]:
    try:
        value = read_json(data)
    except BadText:
        value = {}
    match value.get("format"):
        case "trm/v1/request":
            return "request", _request_lines(read_request(data))
        case "trm/v1/proposal":
            return "proposal", _proposal_lines(read_proposal(data))
        case "trm/v1/suspension":
            suspension = _suspension_in(value)
            until = f"{when(suspension.until):%Y-%m-%d %H:%M} UTC"
            return "suspension", [f"{suspension.maintainer} suspends {suspension.country} until {until}"]
    raise BadRegistryFile("file is no request, proposal or suspension; expected one that trm-registry wrote")


def describe_copy(repository: Repository) -> str:
    """What a signer compares a proposal with, in one line: a copy that somebody else brought has another first root."""
    timestamp = repository.timestamp()
    since = "never published" if timestamp is None else f"good until {timestamp.expires:%Y-%m-%d %H:%M} UTC"
    return f"compared with your copy, {since}, whose first root has sha256 {repository.first_root_sha256()}"


def must_not_be_lost(path: Path, kind: Literal["request", "suspension"], country: str) -> None:
    """BadInput where a file stands that is no older one of the same kind and country: it may be a key."""
    if path.exists() and not _is_one(path, kind, country):
        raise BadInput(f"{path.name} exists already and is no {kind} of {country}; name another file with --out")


def _is_one(path: Path, kind: str, country: str) -> bool:
    try:
        value = read_json(path.read_bytes()) if path.is_file() else {}
        match value.get("format"):
            case "trm/v1/request":
                return kind == "request" and read_request(path.read_bytes()).code == country
            case "trm/v1/suspension":
                return kind == "suspension" and _suspension_in(value).country == country
    except (BadText, OpenTRMError):
        pass
    return False


def _suspension_in(value: Mapping[str, object]) -> Suspension:
    try:
        return read_suspension(from_base64url(str(value.get("suspension"))))
    except BadText:
        raise BadRegistryFile("suspension is damaged; have it made and copied again") from None


def describe_registry(repository: Repository) -> list[str]:
    """Versions, expiry and countries of a publisher's folder."""
    root, timestamp = repository.root(), repository.timestamp()
    targets = repository.role("targets")
    if timestamp is None or targets is None:
        raise BadRegistryFile("folder holds no published registry; run `init` first")
    table = repository.maintainers()
    lines = [
        f"root {root.version} until {root.expires:%Y-%m-%d}, {table.needed} of "
        f"{counted(len(table.public), 'maintainer')}: " + ", ".join(table.public),
        f"targets {targets.signed.version} until {targets.signed.expires:%Y-%m-%d}",
        f"timestamp {timestamp.version} until {timestamp.expires:%Y-%m-%d %H:%M} UTC",
    ]
    for code in countries_of(repository):
        role, record = repository.role(country_role(code)), repository.record(code)
        if role is not None and record is not None:
            name = next(iter(record.authority.names.values()))
            lines.append(f"{code} record {record.serial}, role until {role.signed.expires:%Y-%m-%d}: {name}")
    return lines


def countries_of(repository: Repository) -> list[str]:
    """The codes of the countries that are delegated now."""
    targets = repository.role("targets") if repository.metadata.exists() else None
    return sorted(read_delegations(targets.signed, repository.maintainers()).countries) if targets else []


def _request_lines(request: Request) -> list[str]:
    record = request.record
    names = [f"name ({language}): {name}" for language, name in record.authority.names.items()]
    offices = [
        f"office key: {key.holder}, {key.kind}{', police powers' if key.police_powers else ''}"
        for key in record.office_keys
    ]
    addresses = [f"address: {endpoint.url}" for endpoint in record.endpoints]
    # The fingerprint is not among these lines: it is typed as heard, never read here first (attack 41).
    return [
        f"country {request.code}, record {record.serial}, role version {request.version}",
        *names,
        *offices,
        *addresses,
    ]


def _proposal_lines(proposal: Proposal) -> list[str]:
    signed, so_far = proposal.metadata.signed, len(proposal.metadata.signatures)
    head = (
        f"{proposal.kind} version {proposal.version}, good until {signed.expires:%Y-%m-%d}, "
        f"{counted(so_far, 'signature')} so far"
    )
    removed = sorted(named_removed(signed)) if proposal.kind == "targets" else []
    head_lines = [head, *(f"removes {code} from the registry: its keys count no more" for code in removed)]
    return [*head_lines, *(line for request in proposal.read_requests() for line in _request_lines(request))]


def _printable(line: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in line)

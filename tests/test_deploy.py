"""The samples under deploy/ agree with the program as far as that can be seen without starting them."""

import configparser
import re
from pathlib import Path

from node.config import load, sections

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
LARGEST_REQUEST_BYTES = 64 * 262_144  # wire 5: 64 envelopes of the largest size


def text(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[method-assign,assignment] # systemd's keys have capitals
    parser.read_string(text("opentrm-node.service"))
    return parser["Service"]


def test_the_proxies_let_the_largest_request_through_and_keep_no_access_log():
    nginx = re.search(r"client_max_body_size (\d+)m;", text("nginx.conf"))
    caddy = re.search(r"max_size (\d+)MB", text("Caddyfile"))

    assert nginx
    assert caddy
    assert int(nginx[1]) * 1024 * 1024 >= LARGEST_REQUEST_BYTES
    assert int(caddy[1]) * 1_000_000 >= LARGEST_REQUEST_BYTES
    assert "access_log off;" in text("nginx.conf")
    assert not re.search(r"^\s*log\b", text("Caddyfile"), re.M)


def test_the_proxies_point_at_the_port_of_the_sample_configuration():
    port = load(DEPLOY / "node.toml", env={}).config.listen.port

    assert f"proxy_pass http://127.0.0.1:{port};" in text("nginx.conf")
    assert f"reverse_proxy node:{port}" in text("Caddyfile")
    assert f"EXPOSE {port}" in text("Containerfile")


def test_every_variable_that_the_samples_set_is_known():
    names = re.findall(
        r"\bTRM_([A-Z]+)__([A-Z_]+)", "".join(text(p.name) for p in DEPLOY.iterdir() if p.suffix != ".md")
    )

    known = {f"{s}.{f}" for s, kind in sections().items() for f in kind.__struct_fields__}
    wanted = {f"{section.lower()}.{key.lower()}" for section, key in names} - {"section.key"}
    assert len(wanted) >= 3
    assert wanted <= known


def test_the_unit_runs_this_program_with_its_own_data_folder_and_a_secret_handed_over():
    service = unit()

    assert service["ExecStart"].endswith("-m node --config /etc/opentrm/node.toml serve")
    assert f"/var/lib/{service['StateDirectory']}" == str(load(DEPLOY / "node.toml", env={}).config.node.data_dir)
    assert service["LoadCredential"] == "passphrase:/etc/opentrm/passphrase"


def test_the_unit_gives_away_nothing_it_does_not_need():
    """Interface 2.2: hardened; no capability, nothing writable but the data folder, no memory written out."""
    service = unit()

    wanted = {
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "MemoryDenyWriteExecute": "yes",
        "LockPersonality": "yes",
        "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
        "UMask": "0077",
        "LimitCORE": "0",
        "MemorySwapMax": "0",
        "DynamicUser": "yes",
    }
    assert {key: service[key] for key in wanted} == wanted


def test_what_the_container_copies_exists_and_it_runs_as_nobody_in_particular():
    containerfile = text("Containerfile")

    for source in re.findall(r"^COPY (?!--from)(\S+) ", containerfile, re.M):
        assert (ROOT / source).exists()
    assert "--require-hashes" in containerfile
    assert containerfile.index("USER 10001") < containerfile.index("ENTRYPOINT")

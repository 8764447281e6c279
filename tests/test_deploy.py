"""The samples under deploy/ agree with the program as far as that can be seen without starting them."""

import configparser
import re
from pathlib import Path

from click.testing import CliRunner

from node.app import unlock_of
from node.cli import main
from node.config import load, sections
from tests.cli_world import SECRETS, prepare

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


def test_the_answers_of_the_sample_make_a_node_that_the_samples_can_serve(tmp_path: Path):
    """What compose and the unit do, without them: the same words, with this folder in the place of theirs."""
    places = {"/etc/opentrm": str(tmp_path), "/var/lib/opentrm": str(tmp_path / "data"), "/run/secrets": str(tmp_path)}
    words = re.search(r"^    command: >\n((?: {6}.+\n)+)", text("compose.yaml"), re.M)
    assert words
    prepare(tmp_path)
    answers, command = text("answers.json"), words[1].split()
    for place, here in places.items():
        answers, command = answers.replace(place, here), [word.replace(place, here) for word in command]
    (tmp_path / "answers.json").write_text(answers)

    made = CliRunner().invoke(main, ["--config", str(tmp_path / "node.toml"), *command], env={"TRM_CONFIG": None})

    assert made.exit_code == 0, made.output
    named = dict(re.findall(r"^    (TRM_[A-Z_]+): (\S+)", text("compose.yaml"), re.M))
    served = load(
        tmp_path / "node.toml", {name: value.replace("/run/secrets", str(tmp_path)) for name, value in named.items()}
    )
    assert unlock_of(served.config).passphrase == SECRETS["passphrase"]
    assert served.config.listen.host == "0.0.0.0"


def test_the_node_that_the_operators_page_makes_is_opened_by_the_secret_of_the_unit():
    """A key file beside the unit's passphrase would be two, and no node starts with two."""
    page = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    init = re.search(r"trm-node --config node.toml init .*?--sheets sheets", page, re.S)

    assert init and "--passphrase-file /etc/opentrm/passphrase" in init[0] and "--key-file" not in init[0]
    assert "setup --passphrase-file /etc/opentrm/passphrase" in text("opentrm-node.service")

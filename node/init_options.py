"""What `trm-node init` was told, and the configuration that says the same."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class InitOptions:
    """Names as on the command line."""

    country: str
    url: str
    authority: str
    contact: str
    out_of_hours: str = ""
    mirrors: tuple[str, ...]
    root: Path
    after: Path | None = None
    holder: str | None
    holder_kind: str
    time_zone: str
    holidays: tuple[str, ...]
    weekend: tuple[int, ...] = ()
    data: Path
    listen: str
    metrics_port: int
    passphrase_file: Path | None
    key_file: Path | None
    login: str
    password_file: Path | None
    sheets: Path | None
    clock_file: Path | None
    fast_kdf: bool
    training: bool = False


def toml_of(options: InitOptions) -> str:
    """The text of node.toml; files by their whole path, so that it may be moved."""
    host, _, port = options.listen.rpartition(":")
    mirrors = ", ".join(map(_text, options.mirrors))
    lines = ["[node]", f"country = {_text(options.country)}", f"data_dir = {_path(options.data)}"]
    if options.clock_file is not None:
        lines.append(f"clock_file = {_path(options.clock_file)}")
    if options.training:
        lines.append("training = true")
    lines += ["", "[listen]", f"host = {_text(host)}", f"port = {int(port)}", f"metrics_port = {options.metrics_port}"]
    lines += ["", "[registry]", f"mirrors = [{mirrors}]", f"root_file = {_path(options.root)}", "", "[keys]"]
    if options.key_file is not None:
        lines.append(f"key_file = {_path(options.key_file)}")
    elif options.passphrase_file is not None:
        lines.append(f"passphrase_file = {_path(options.passphrase_file)}")
    return "\n".join(lines) + "\n"


def _path(path: Path) -> str:
    return _text(str(path.resolve()))


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # as TOML writes it, too; \ud83d\ude00 for one sign would not be

#!/bin/sh
# Makes .venv with the locked packages and the commands trm-node and trm-registry, once: a second run finds it and needs no network.
# Called by the Makefile from the project folder. PYTHON=/path/to/python3 chooses another interpreter.
set -eu

stop() {
    echo "OpenTRM cannot be set up: $1" >&2
    exit 1
}

fits() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for name in ${PYTHON:+"$PYTHON"} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    stop "Python 3.11 or newer is missing; install it (with its venv module) and try again"
}

# Every start of a node or a command is a second faster; as pip does it for the packages, and wherever the folder may be written.
compile() {
    .venv/bin/python -m compileall -q node registry >/dev/null 2>&1 || true
}

[ -f requirements/dev.txt ] || stop "requirements/dev.txt is missing; run make in the project folder"
command -v git >/dev/null 2>&1 || stop "git is missing; install it and try again"

wanted="$(cksum requirements/dev.txt pyproject.toml)
$PWD"  # a folder that was moved: the commands name their old place
if [ -x .venv/bin/python ] && [ "$(cat .venv/.ready 2>/dev/null || true)" = "$wanted" ] && fits .venv/bin/python; then
    compile
    exit 0
fi

python=$(find_python)
"$python" -c 'import venv, ensurepip' >/dev/null 2>&1 ||
    stop "the venv module of $("$python" -V) is missing; install it (on Debian: python3-venv) and try again"

echo "Setting up .venv with the packages of requirements/dev.txt; this happens once" >&2
# A broken or moved environment is made anew; a good one is kept, so that only what changed is installed.
{ [ -x .venv/bin/python ] && fits .venv/bin/python; } || "$python" -m venv --clear .venv >&2
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/dev.txt >&2 ||
    stop "the packages could not be installed; the lines above say why (the first set-up needs a network or a package mirror)"
# The commands trm-node and trm-registry, running from this folder; the build backend is in the lock, so no network.
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-index --no-build-isolation --no-deps -e . >&2 ||
    stop "the commands trm-node and trm-registry could not be installed; the lines above say why"
echo "$wanted" > .venv/.ready
compile

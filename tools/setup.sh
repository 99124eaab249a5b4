#!/usr/bin/env bash
# Installs what this machine lacks, and nothing when it lacks nothing:
#   tools/setup.sh run    to run the application
#   tools/setup.sh test   also to test it
# System packages come from apt (with sudo unless root), Python ones from the lock file.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?run or test}
mkdir -p var
export UV_SYSTEM_CERTS=1 UV_PYTHON_DOWNLOADS=never  # networks of offices have certificates of their own
export UV_COMPILE_BYTECODE=1  # once here, not by each process that starts
packages=()

libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p)
lacks_library() { [[ $libraries != *"$1"* ]]; }
lacks_program() { ! command -v "$1" >/dev/null; }
need() { packages+=("$@"); }

python=$(command -v python3 || true)
if [[ -z $python ]] || ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "Python 3.11 or newer is needed (python3)." >&2
  exit 1
fi

lacks_library libpango-1.0.so.0 && need libpango-1.0-0
lacks_library libpangoft2-1.0.so.0 && need libpangoft2-1.0-0
lacks_library libharfbuzz.so.0 && need libharfbuzz0b
lacks_library libharfbuzz-subset.so.0 && need libharfbuzz-subset0
lacks_library libfontconfig.so.1 && need libfontconfig1
lacks_library libgobject-2.0.so.0 && need libglib2.0-0
uv=$(command -v uv || true)
[[ -z $uv && -x var/uv/bin/uv ]] && uv=var/uv/bin/uv
if [[ -z $uv ]] && ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then need python3-venv; fi

playwrights_chromium=false
if [[ $purpose == test ]]; then
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need postgresql
  lacks_program pdftoppm && need poppler-utils
  lacks_program npm && need npm
  if lacks_program chromium && lacks_program google-chrome; then
    # Ubuntu's package is a stub for another store: there Playwright brings its own.
    if grep -q '^ID=ubuntu' /etc/os-release; then playwrights_chromium=true; else need chromium; fi
  fi
fi

if ((${#packages[@]})); then
  echo "Missing on this machine: ${packages[*]}" >&2
  if lacks_program apt-get; then
    echo "Install these (or what they are called here), then run this again." >&2
    exit 1
  fi
  as_root=()
  ((EUID == 0)) || as_root=(sudo)
  "${as_root[@]}" apt-get update -q
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -qy --no-install-recommends "${packages[@]}"
fi

if [[ -z $uv ]]; then
  "$python" -m venv var/uv
  var/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
  uv=var/uv/bin/uv
fi
if [[ $purpose == test ]]; then
  "$uv" sync --quiet --frozen
else
  "$uv" sync --quiet --frozen --no-dev --inexact
fi

if [[ $purpose == test ]]; then
  if ! cmp -s tools/axe/package-lock.json var/axe/package-lock.json; then
    rm -rf var/axe
    cp -r tools/axe var/axe
    (cd var/axe && npm ci --silent --ignore-scripts --no-audit --no-fund) || { rm -rf var/axe; exit 1; }
  fi
  if $playwrights_chromium; then
    browser=(.venv/bin/playwright install chromium)
    if ! ls -d "${PLAYWRIGHT_BROWSERS_PATH:-$HOME/.cache/ms-playwright}"/chromium-* >/dev/null 2>&1; then
      browser+=(--with-deps)
    fi
    "${browser[@]}"
  fi
fi

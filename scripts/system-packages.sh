#!/usr/bin/env bash
# Make sure Chromium, PostgreSQL, a C compiler, poppler, LibreOffice and a Japanese font are there for the tests: as root fetch what is missing, else name it.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
command -v gcc >/dev/null || missing+=(gcc libc6-dev)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
command -v soffice >/dev/null || missing+=(libreoffice-writer-nogui libreoffice-impress-nogui)
[ -n "$(fc-list :lang=ja family 2>/dev/null)" ] || missing+=(fonts-noto-cjk)

[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "Fetching system packages for the tests: ${missing[*]}"
  log=$(mktemp)
  if ! { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -20 "$log"
    rm -f "$log"
    exit 1
  fi
  rm -f "$log"
else
  echo "Missing system packages (tests that need them are skipped): ${missing[*]}"
  echo "Install them with: sudo apt-get install --no-install-recommends ${missing[*]}"
fi

#!/usr/bin/env bash
# Makes the PTX beside each source: build.sh NVRTCC, a program that compiles FILE for ARCH to OUT with NVRTC 13. File names in the PTX are without their folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for source in *.cu; do
  "$1" "$source" compute_80 "${source%.cu}.ptx" --device-int128
  sed -i -E 's#^(\s*\.file\s+[0-9]+ ")[^"]*/#\1#' "${source%.cu}.ptx"
done

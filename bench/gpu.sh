#!/usr/bin/env bash
# bench/gpu.sh bundle [FILE]: packs tests, benchmarks and peers for a Linux machine with a GPU and without .NET into one archive (artifacts/spa-gpu.tar.xz unless named).
# There: tar xf spa-gpu.tar.xz && spa-gpu/run.sh correctness|goldens|sanitizer|calibrate|bench|peers|all (bench/README.md).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

[ "${1:-}" = bundle ] || { echo "error: expected 'bundle', found '${1:-nothing}'" >&2; exit 2; }
archive="$(realpath -m "${2:-artifacts/spa-gpu.tar.xz}")"
limit=$((60 << 20))
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
app="$work/spa-gpu/spa/app"

# All programs share one folder and one runtime; reflection finds tests and benchmarks, so nothing is trimmed.
for project in bench/Spa.Benchmarks tests/Spa.Engine.Tests tests/Spa.Emulator.Tests; do
  dotnet publish "$project" -c Release -r linux-x64 --self-contained true -o "$app" -v q -p:DebugType=none -p:GenerateDocumentationFile=false -p:SatelliteResourceLanguages=en
done
# What only the build script's tests, Windows and BenchmarkDotNet's own compilations need.
find "$app" \( -name '*.xml' -o -name '*.pdb' -o -name 'System.Management.Automation*.dll' -o -name 'Microsoft.Management.Infrastructure*.dll' -o -name 'msdia*.dll' \
  -o -name 'KernelTraceControl*.dll' -o -name '*.Designer.dll' \) -delete
rm -rf "$app/runtimes/win" "$app/amd64" "$app/x86" "$app/arm64" "$app/ref" "$app/demo-model"

# The tests find their root by Spa.sln and the fixtures beside it.
cp Spa.sln "$work/spa-gpu/spa/"
cp -r bench/peers/gpu "$work/spa-gpu/peers"
cp bench/gpu/run.sh "$work/spa-gpu/run.sh"
chmod +x "$work/spa-gpu/run.sh"
git describe --always --dirty > "$work/spa-gpu/version.txt" 2>/dev/null || true
if [ -d ../shared/fixtures/models ]; then
  mkdir -p "$work/spa-gpu/shared/fixtures"
  cp -r --no-preserve=mode ../shared/fixtures/models ../shared/fixtures/training "$work/spa-gpu/shared/fixtures/"
else
  echo "note: ../shared/fixtures is not beside this checkout; the bundle has no golden models" >&2
fi

mkdir -p "$(dirname "$archive")"
tar -C "$work" -c spa-gpu | xz -T0 -6 > "$archive"
size=$(stat -c %s "$archive")
echo "$archive: $((size >> 20)) MiB"
[ "$size" -le "$limit" ] || { echo "error: the bundle has $((size >> 20)) MiB, expected at most $((limit >> 20))" >&2; exit 1; }

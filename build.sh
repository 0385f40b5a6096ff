#!/usr/bin/env bash
# build.sh VERB: build | test | bench | kernels | pack | format | clean. The twin of build.ps1; every verb is one dotnet call.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

verb="${1:-build}"
[ $# -gt 0 ] && shift
case "$verb" in
  build)  dotnet build Spa.sln -c Release "$@" ;;
  test)   dotnet test --solution Spa.sln -c Release "$@" ;;
  bench)  dotnet run -c Release --project bench/Spa.Benchmarks -- "$@" ;;
  kernels) dotnet run -c Release --project src/Spa.Cli -- kernels build --archive native/kernels.ptx.br "$@" ;;
  pack)   dotnet pack Spa.sln -c Release -o artifacts "$@" ;;
  format) dotnet format Spa.sln "$@" ;;
  clean)  dotnet clean Spa.sln -c Release "$@" && rm -rf artifacts ;;
  *) echo "error: unknown verb '$verb'; expected build, test, bench, kernels, pack, format or clean" >&2; exit 2 ;;
esac

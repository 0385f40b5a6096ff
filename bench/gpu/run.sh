#!/usr/bin/env bash
# run.sh PART...: correctness | goldens | sanitizer | calibrate | bench | peers | all. Each part ends within SPA_GPU_LIMIT seconds (600) and leaves its files in results/PART.
#   SPA_GPU_DEVICE   number of the device (0), or 'emulator', which stands in for one
#   SPA_GPU_RESULTS  where results go (results beside this script)
#   SPA_GPU_FILTER   a filter in the place of the part's own: of tests, or of benchmarks
#   SPA_GPU_BASELINE a baseline to compare the benchmarks with
set -uo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
app="$here/spa/app"
device="${SPA_GPU_DEVICE:-0}"
limit="${SPA_GPU_LIMIT:-600}"
results="${SPA_GPU_RESULTS:-$here/results}"
export SPA_TEST_DEVICE="$device" SPA_BENCH_DEVICE="$device" SPA_JIT_CACHE="${SPA_JIT_CACHE:-$here/kernel-cache}"
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 TESTINGPLATFORM_TELEMETRY_OPTOUT=1

# Runs a program of the bundle within the part's time; what it prints goes to a file too. The runtime is the bundle's.
limited() { # FILE SECONDS PROGRAM ARGUMENTS
  local file="$1" seconds="$2"
  shift 2
  env -u DOTNET_ROOT timeout -k 10 "$seconds" "$@" 2>&1 | tee "$file" | grep -E "^(error|Test run|  (total|failed|succeeded|skipped|duration):|.*cases of .* instructions|.*MiB|note:|Global total)|^failed " 
  return "${PIPESTATUS[0]}"
}

correctness() {
  local status=0 filter="${SPA_GPU_FILTER:-FullyQualifiedName~CudaDevice&FullyQualifiedName~Compute}"
  limited "$1/conformance.txt" "$((limit / 6))" "$app/Spa.Emulator.Tests" --filter "FullyQualifiedName~DeviceConformanceTests" --output Detailed || status=1
  limited "$1/ops.txt" "$((limit - limit / 6))" "$app/Spa.Engine.Tests" --filter "$filter" || status=1
  return $status
}

goldens() { limited "$1/goldens.txt" "$limit" "$app/Spa.Engine.Tests" --filter "${SPA_GPU_FILTER:-FullyQualifiedName~CudaDevice&FullyQualifiedName!~Compute}"; }

# Every kernel under the checkers of the toolkit; the emulated device checks by itself.
sanitizer() {
  local status=0 tool tools="${SPA_GPU_TOOLS:-memcheck racecheck initcheck synccheck}" filter="${SPA_GPU_FILTER:-FullyQualifiedName~CudaDevice&FullyQualifiedName~Compute}"
  if [ "$device" = emulator ]; then echo "note: skipped: the emulated device checks every access itself"; return 0; fi
  command -v compute-sanitizer >/dev/null || { echo "note: skipped: compute-sanitizer is not on the PATH; it comes with the CUDA toolkit" | tee "$1/skipped.txt"; return 0; }
  for tool in $tools; do
    echo "-- $tool"
    limited "$1/$tool.tests.txt" "$((limit / $(wc -w <<< "$tools")))" compute-sanitizer --tool "$tool" --log-file "$1/$tool.txt" --error-exitcode 86 --print-limit 50 \
      "$app/Spa.Engine.Tests" --filter "$filter" || status=1
    tail -n 1 "$1/$tool.txt" 2>/dev/null
  done
  return $status
}

benchmarks() { (cd "$1" && limited "$1/log.txt" "$limit" "$app/Spa.Benchmarks" --artifacts "$1" --filter "${@:2}"); }

calibrate() { benchmarks "$1" '*DeviceCalibrationBenchmark*' '*DeviceMatMulBenchmark*'; }

bench() {
  local status=0 from=(--from "$1")
  # shellcheck disable=SC2086
  benchmarks "$1" ${SPA_GPU_FILTER:-*DeviceRowBenchmark* *DeviceAttentionBenchmark* *DeviceHeadBenchmark* *DeviceOptimizerBenchmark* *DevicePhaseBenchmark*} || status=1
  [ -d "$results/calibrate/results" ] && from+=(--from "$results/calibrate")
  "$app/Spa.Benchmarks" baseline --machine baseline "${from[@]}" --into "$1" || status=1
  if [ -n "${SPA_GPU_BASELINE:-}" ]; then "$app/Spa.Benchmarks" compare --baseline "$SPA_GPU_BASELINE" "${from[@]}" > "$1/compare.txt" || status=1; fi
  return $status
}

peers() {
  local status=0 from=() files=() folder script
  python3 -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null || { echo "note: skipped: python3 has no torch with a device" | tee "$1/skipped.txt"; return 0; }
  for script in kernels train generate; do
    (cd "$here/peers" && timeout -k 10 "$((limit / 3))" python3 "$script.py" > "$1/$script.jsonl" 2> "$1/$script.log") || { echo "error: $script.py: $(tail -n 1 "$1/$script.log")"; status=1; }
    [ -s "$1/$script.jsonl" ] && files+=(--peers "$1/$script.jsonl")
  done
  for folder in calibrate bench; do [ -d "$results/$folder/results" ] && from+=(--from "$results/$folder"); done
  if [ ${#files[@]} -gt 0 ] && [ ${#from[@]} -gt 0 ]; then "$app/Spa.Benchmarks" peers "${from[@]}" "${files[@]}" > "$1/table.md" || status=1; fi
  return $status
}

[ $# -gt 0 ] || { echo "error: expected parts: correctness, goldens, sanitizer, calibrate, bench, peers or all" >&2; exit 2; }
parts=("$@")
[ "$1" = all ] && parts=(correctness goldens sanitizer calibrate bench peers)
status=0
for part in "${parts[@]}"; do
  case "$part" in
    correctness|goldens|sanitizer|calibrate|bench|peers) ;;
    *) echo "error: unknown part '$part'; expected correctness, goldens, sanitizer, calibrate, bench, peers or all" >&2; exit 2 ;;
  esac
  mkdir -p "$results/$part"
  folder="$(cd "$results/$part" && pwd)"
  echo "== $part"
  begin=$SECONDS
  if "$part" "$folder"; then verdict=passed; else verdict=FAILED; status=1; fi
  echo "$part: $verdict in $((SECONDS - begin)) s" | tee "$folder/verdict.txt"
done
exit $status

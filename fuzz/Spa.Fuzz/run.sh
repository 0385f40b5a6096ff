#!/usr/bin/env bash
# run.sh [SECONDS] [TARGET...]: coverage-guided fuzzing of the readers with AFL++ and SharpFuzz, SECONDS (60) each, from Corpus/ and back into it, minimised.
# Needs afl-fuzz (apt-get install afl++). What crashes or hangs is left in out/TARGET/default/{crashes,hangs} and named at the end.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
seconds="${1:-60}"
[ $# -gt 0 ] && shift
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(safetensors gguf tokenizer template rows parquet)

# afl-cmin wants a path, not a name.
dotnet=$(readlink -f "$(command -v dotnet)")
out=out
mkdir -p "$out"
[ -x "$out/tool/sharpfuzz" ] || dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tool"
dotnet publish Spa.Fuzz.csproj -c Release -o "$out/bin" -v q -nologo
for assembly in Spa.Engine Parquet; do "$out/tool/sharpfuzz" "$out/bin/$assembly.dll"; done

# The engine is managed code: no binary to check, no core pattern to honour. A .NET process needs address space, not memory, without limit.
export AFL_SKIP_BIN_CHECK=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 DOTNET_TieredPGO=0
for target in "${targets[@]}"; do
  rm -rf "${out:?}/$target"
  dictionary=()
  [ -f "Dictionaries/$target.dict" ] && dictionary=(-x "Dictionaries/$target.dict")
  afl-fuzz -i "Corpus/$target" -o "$out/$target" -V "$seconds" -t 5000 -m none "${dictionary[@]}" -- "$dotnet" "$out/bin/Spa.Fuzz.dll" "$target" > "$out/$target.log" 2>&1 || { tail -20 "$out/$target.log"; exit 1; }
  rm -rf "$out/$target.min"
  afl-cmin -i "$out/$target/default/queue" -o "$out/$target.min" -t 5000 -m none -- "$dotnet" "$out/bin/Spa.Fuzz.dll" "$target" > "$out/$target.cmin.log" 2>&1
  # Kept: what adds coverage and is small; names are content hashes, so that a second run adds and renames nothing needlessly.
  for file in "$out/$target.min"/*; do
    [ "$(stat -c %s "$file")" -le 8192 ] && cp "$file" "Corpus/$target/$(sha256sum "$file" | cut -c1-12)"
  done
  runs=$(grep -oP 'execs_done\s*:\s*\K\d+' "$out/$target/default/fuzzer_stats")
  crashes=$(find "$out/$target/default/crashes" -type f -name 'id*' | wc -l)
  hangs=$(find "$out/$target/default/hangs" -type f -name 'id*' | wc -l)
  echo "$target: $runs runs, $(ls "Corpus/$target" | wc -l) kept, $crashes crashes, $hangs hangs"
done

#!/bin/sh
# Prints one JSON line per library, form and shape of MatMulBenchmark.
#   run.sh [THREADS] [ROUNDS] [FOLDER]     defaults: 2, 15, ./bin beside this script
set -eu
here=$(cd "$(dirname "$0")" && pwd)
threads=${1:-2}
rounds=${2:-15}
bin=${3:-$here/bin}
export OMP_NUM_THREADS="$threads" OPENBLAS_NUM_THREADS="$threads"
for form in nt nn tn; do
  for shape in "1024 1024 1024" "512 1536 576" "512 576 1536" "512 49152 576"; do
    for library in gemm_dnnl gemm_openblas; do
      # shellcheck disable=SC2086 # the shape is three arguments
      "$bin/$library" "$form" $shape "$rounds"
    done
  done
done

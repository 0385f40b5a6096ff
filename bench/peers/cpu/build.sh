#!/bin/sh
# Builds gemm_dnnl and gemm_openblas into the folder given (default: ./bin beside this script).
# Needs a C compiler and, on Debian or Ubuntu, the packages libdnnl-dev and libopenblas-dev.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/bin}
mkdir -p "$out"
cc -O2 -Wall -Wextra -DUSE_DNNL "$here/gemm.c" -o "$out/gemm_dnnl" -ldnnl
cc -O2 -Wall -Wextra "$here/gemm.c" -o "$out/gemm_openblas" -lopenblas

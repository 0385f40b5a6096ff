// Times one single-precision matrix product in a native library and prints one line of JSON.
//
//   gemm_dnnl | gemm_openblas  FORM M N K ROUNDS
//
// FORM  nt: Y[M,N] = X[M,K] W[N,K]^T   the forward pass of a linear layer
//       nn: Y[M,N] = X[M,K] W[K,N]     its input gradient
//       tn: Y[M,N] += X[K,M]^T W[K,N]  its weight gradient
// The thread count comes from OMP_NUM_THREADS (oneDNN) or OPENBLAS_NUM_THREADS. Data are random: zeros run faster than any real input.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef USE_DNNL
#include <oneapi/dnnl/dnnl.h>
static const char *const kLibrary = "oneDNN";
#else
#include <cblas.h>
static const char *const kLibrary = "OpenBLAS";
#endif

static void multiply(int ta, int tb, long m, long n, long k, const float *a, const float *b, float beta, float *c) {
    long lda = ta ? m : k, ldb = tb ? k : n;
#ifdef USE_DNNL
    if (dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', m, n, k, 1.0f, a, lda, b, ldb, beta, c, n) != dnnl_success) {
        fprintf(stderr, "dnnl_sgemm refused %ld x %ld x %ld\n", m, n, k);
        exit(1);
    }
#else
    cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, m, n, k, 1.0f, a, lda, b, ldb, beta, c, n);
#endif
}

static float *random_floats(size_t count) {
    float *data = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
    if (!data) {
        fprintf(stderr, "no memory for %zu floats\n", count);
        exit(1);
    }
    unsigned long long state = 0x9E3779B97F4A7C15ull;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        data[i] = (float)(int)(state >> 32) / 2147483648.0f;
    }
    return data;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec * 1e-9;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc != 6 || strlen(argv[1]) != 2) {
        fprintf(stderr, "usage: %s nt|nn|tn M N K ROUNDS\n", argv[0]);
        return 2;
    }
    int ta = argv[1][0] == 't', tb = argv[1][1] == 't';
    long m = atol(argv[2]), n = atol(argv[3]), k = atol(argv[4]), rounds = atol(argv[5]);
    if (m < 1 || n < 1 || k < 1 || rounds < 1) {
        fprintf(stderr, "M, N, K and ROUNDS must be positive\n");
        return 2;
    }
    float *a = random_floats((size_t)m * k), *b = random_floats((size_t)n * k), *c = random_floats((size_t)m * n);
    float beta = ta ? 1.0f : 0.0f;
    double *times = malloc(rounds * sizeof(double));
    for (int i = 0; i < 2; i++) multiply(ta, tb, m, n, k, a, b, beta, c);
    for (long i = 0; i < rounds; i++) {
        double start = seconds();
        multiply(ta, tb, m, n, k, a, b, beta, c);
        times[i] = seconds() - start;
    }
    qsort(times, rounds, sizeof(double), ascending);
    double flops = 2.0 * m * n * k;
    printf("{\"library\":\"%s\",\"form\":\"%s\",\"m\":%ld,\"n\":%ld,\"k\":%ld,\"gflops_median\":%.1f,\"gflops_best\":%.1f}\n",
           kLibrary, argv[1], m, n, k, flops / times[rounds / 2] * 1e-9, flops / times[0] * 1e-9);
    free(times);
    free(a);
    free(b);
    free(c);
    return 0;
}

// Draws one token per row: tokens[R], logps[R] from logits [R, V] and a row's temperature, top-k, top-p and random address.
//
//   x = capped logits;  w = exp((x - max x) / temperature)
//   kept: x among the k largest (all that equal the k-th), then the smallest set of largest w whose sum reaches p times theirs, of equals the
//   lower ids;  token = first id at which the running sum of kept w, in id order, exceeds u * total, u from Philox;  temperature 0: the
//   first largest x;  logp = x[token] - LSE(x), the scorer's bits.
//
// A row without a finite log-sum-exp gets token -1, logp NaN and a fault. Nothing of a row depends on the others. Nothing is sorted: the k-th
// largest and the key at mass p come from radix histograms (common/select.cuh), masses as integers of 2^-44. One CTA a row; logits are read
// twice where nothing is filtered, up to nine times otherwise, from the second-level cache after the first time.
// Dimensions: R rows, V vocabulary (at most 2^19: masses fit 64 bits).
#include "common/fault.cuh"
#include "common/philox.cuh"
#include "common/select.cuh"

constexpr int kThreads = kSelectThreads;
// Elements whose weights are summed before they join the running sum; the CPU's block.
constexpr int kBlock = 1024;

struct SamplingRow
{
    float temperature;
    int top_k;
    float top_p;
    unsigned prompt, sample, token;
    unsigned long long seed;
};

struct SampleArgs
{
    int* tokens;              // [R]
    float* logps;             // [R]
    const void* logits;       // [R, V] Logit
    const SamplingRow* rows;  // [R]
    FaultRecord* fault;
    int stride, vocabulary;
    float cap;
};

static_assert(sizeof(SamplingRow) == 32);
static_assert(sizeof(SampleArgs) == 56);

struct Scratch
{
    union {
        SelectScratch select;
        double sums[kLaneWarps];
        double warps[kSelectWarps];
        float maxima[kSelectThreads];
    };
    double value, before;
    float maximum;
    int block, token, last;
};

// One row under its settings.
struct Row
{
    const Logit* logits;
    int count;
    float cap, maximum, scale;

    __device__ __forceinline__ float at(int id) const { return logit_at(logits, id, cap); }

    __device__ __forceinline__ float weight(float x) const { return exp_exact(__fmul_rn(__fsub_rn(x, maximum), scale)); }

    // The weight as an integer: exact from 2^-20 on, rounded to 2^-44 below.
    __device__ __forceinline__ Amount mass(float x) const { return __float2ull_rn(__fmul_rn(weight(x), 17592186044416.0f)); }
};

// The tokens that are left: keys above `last`, and those equal to it up to id `cut`.
struct Kept
{
    unsigned last = 0;
    int cut = 0x7fffffff;

    __device__ __forceinline__ bool holds(float x, int id) const
    {
        const unsigned key = order_key(x);
        return key > last || (key == last && id <= cut);
    }
};

// masses[i] = sum of weight(id) over block i, a fixed tree in double: a warp a block.
template <typename Weight>
__device__ __forceinline__ void sum_blocks(int count, Weight weight, double* masses)
{
    const int lane = threadIdx.x & 31;
    for (int block = threadIdx.x >> 5; block * kBlock < count; block += kSelectWarps) {
        const int end = min((block + 1) * kBlock, count);
        double sum = 0.0;
        for (int id = block * kBlock + lane; id < end; id += 32) sum += weight(id);
        for (int mask = 16; mask > 0; mask >>= 1) sum += __shfl_xor_sync(0xffffffffu, sum, mask);
        if (lane == 0) masses[block] = sum;
    }
    // Masses are read by other warps.
    __syncthreads();
}

// The same in float32 and in the CPU's order (RunningLse.SumOfExp), for rows of which every token is kept: four chains of sixteen lanes, two
// chains to a warp's lane.
__device__ __forceinline__ void sum_blocks_exact(const Row& row, double* masses)
{
    const int lane = threadIdx.x & 31;
    for (int block = threadIdx.x >> 5; block * kBlock < row.count; block += kSelectWarps) {
        const int start = block * kBlock, n = min(kBlock, row.count - start), quads = n / 64 * 64, whole = n / 16 * 16;
        float first = 0.0f, second = 0.0f;
        for (int i = lane; i < quads; i += 64) {
            first = __fadd_rn(first, row.weight(row.at(start + i)));
            second = __fadd_rn(second, row.weight(row.at(start + i + 32)));
        }
        // Groups of sixteen that fill no four go into the first chain, the last part of a group into the second.
        if (lane < 16) {
            for (int i = quads + lane; i < whole; i += 16) first = __fadd_rn(first, row.weight(row.at(start + i)));
        } else if (whole + lane - 16 < n) {
            first = __fadd_rn(first, row.weight(row.at(start + whole + lane - 16)));
        }
        float sum = __fadd_rn(first, second);
        for (int mask = 16; mask > 0; mask >>= 1) sum = __fadd_rn(sum, __shfl_xor_sync(0xffffffffu, sum, mask));
        if (lane == 0) masses[block] = sum;
    }
    // Masses are read by other warps.
    __syncthreads();
}

// Sum of the masses, block by block; the same in all threads.
__device__ __forceinline__ double total_of(const double* masses, int count, Scratch& s)
{
    if (threadIdx.x == 0) {
        double total = 0.0;
        for (int i = 0; i * kBlock < count; i++) total += masses[i];
        s.value = total;
    }
    // One thread wrote, all read.
    __syncthreads();
    return s.value;
}

// The first id at which the running weight exceeds the target, or, if rounding keeps it below, the last with a weight: first the block, then
// inside it.
template <typename Weight>
__device__ __forceinline__ int first_exceeding(int count, Weight weight, double target, const double* masses, Scratch& s)
{
    if (threadIdx.x == 0) {
        double running = 0.0;
        s.block = 0, s.before = 0.0, s.token = 0x7fffffff, s.last = 0;
        for (int i = 0; i * kBlock < count; i++) {
            if (masses[i] == 0.0) continue;
            s.block = i, s.before = running;
            running += masses[i];
            if (running > target) break;
        }
    }
    // One thread chose the block, all search it.
    __syncthreads();
    const int id = s.block * kBlock + 2 * threadIdx.x;
    const double a = id < count ? weight(id) : 0.0, b = id + 1 < count ? weight(id + 1) : 0.0;
    double total;
    const double before = s.before + sum_before(a + b, s.warps, total);
    if (a != 0.0 && before + a > target) atomicMin(&s.token, id);
    else if (b != 0.0 && before + a + b > target) atomicMin(&s.token, id + 1);
    if (b != 0.0) atomicMax(&s.last, id + 1);
    else if (a != 0.0) atomicMax(&s.last, id);
    // All candidates are in.
    __syncthreads();
    const int token = s.token == 0x7fffffff ? s.last : s.token;
    // The next search may begin.
    __syncthreads();
    return token;
}

// Top-k, then top-p.
__device__ __forceinline__ Kept filter(const Row& row, const SamplingRow& settings, const RunningSum& own, double* masses, Scratch& s)
{
    Kept kept;
    float bound = minus_infinity();
    const bool top_k = settings.top_k > 0 && settings.top_k < row.count;
    if (top_k) {
        bound = bound_of_kth(own, settings.top_k, s.maxima);
        const auto one = [&](int id, unsigned& key) {
            const float x = row.at(id);
            key = order_key(x);
            return static_cast<Amount>(x >= bound);
        };
        kept.last = select_key(row.count, settings.top_k, one, s.select).key;
    }
    if (!(settings.top_p < 1.0f)) return kept;

    if (top_k) sum_blocks(row.count, [&](int id) { const float x = row.at(id); return kept.holds(x, id) ? row.weight(x) : 0.0f; }, masses);
    else sum_blocks_exact(row, masses);
    const double total = total_of(masses, row.count, s), share = settings.top_p;
    // Tokens that weigh less than (1 - p) total / V sum to less than (1 - p) total, so the others reach p without them; lowered by more than
    // all rounding.
    const float least = static_cast<float>((1.0 - share) * total / row.count * 0.999);
    const auto mass = [&](int id, unsigned& key) {
        const float x = row.at(id);
        key = order_key(x);
        return key >= kept.last && row.weight(x) >= least ? row.mass(x) : static_cast<Amount>(0);
    };
    Amount target = __double2ull_ru(share * total * 17592186044416.0);
    if (target == 0) target = 1;
    const Selected found = select_key(row.count, target, mass, s.select);
    // Of the tokens that share the last key, as many as reach the target: first ids first.
    const Amount each = row.mass(value_of_key(found.key)), wanted = target > found.above ? (target - found.above + each - 1) / each : 1;
    kept.last = found.key;
    if (wanted * each >= found.inside) return kept;
    const auto tie = [&](int id) { return order_key(row.at(id)) == kept.last ? 1.0f : 0.0f; };
    sum_blocks(row.count, tie, masses);
    kept.cut = first_exceeding(row.count, tie, static_cast<double>(wanted - 1), masses, s);
    return kept;
}

// 53 random bits: with 24, a vocabulary of 256k would see steps of a few percent of a rare token's probability.
__device__ __forceinline__ double uniform(const SamplingRow& row)
{
    const uint4 words = philox(row.seed, make_uint4(row.prompt, row.sample, row.token, 0));
    return static_cast<double>((static_cast<unsigned long long>(words.x) << 32 | words.y) >> 11) * (1.0 / 9007199254740992.0);
}

__device__ __forceinline__ int first_largest(const Row& row, Scratch& s)
{
    if (threadIdx.x == 0) s.token = 0x7fffffff;
    // The minimum begins before anyone adds to it.
    __syncthreads();
    for (int id = threadIdx.x; id < row.count; id += kThreads) {
        if (row.at(id) < row.maximum) continue;
        atomicMin(&s.token, id);
        break;
    }
    // All candidates are in.
    __syncthreads();
    return s.token;
}

extern "C" __global__ void __launch_bounds__(kThreads, 1) sample(const __grid_constant__ SampleArgs args)
{
    extern __shared__ double masses[];  // [ceil(V / kBlock)]
    __shared__ Scratch s;
    const int row_index = blockIdx.x;
    const SamplingRow settings = args.rows[row_index];
    Row row = {static_cast<const Logit*>(args.logits) + static_cast<long long>(row_index) * args.stride, args.vocabulary, args.cap, 0.0f, 1.0f / settings.temperature};

    // The untempered log-sum-exp, by the first kLanes threads.
    RunningSum own;
    if (threadIdx.x < kLanes) {
        const RowLse lse = row_lse(row.logits, row.count, row.cap, s.sums);
        own = lse.own;
        if (threadIdx.x == 0) s.value = lse.value, s.maximum = lse.maximum;
    }
    // The first lane wrote, all read; the value is kept, because the scratch is used again.
    __syncthreads();
    const double lse = s.value;
    row.maximum = s.maximum;
    __syncthreads();
    if (!isfinite(lse)) {
        if (threadIdx.x != 0) return;
        args.tokens[row_index] = -1;
        args.logps[row_index] = __int_as_float(0x7fc00000);
        report_fault(args.fault, kFaultLogits, 0, row_index, isnan(lse));
        return;
    }

    // A temperature so small that its inverse is infinite is as good as 0.
    int token;
    if (isinf(row.scale)) {
        token = first_largest(row, s);
    } else if (settings.top_p < 1.0f || (settings.top_k > 0 && settings.top_k < row.count)) {
        const Kept kept = filter(row, settings, own, masses, s);
        const auto weight = [&](int id) { const float x = row.at(id); return kept.holds(x, id) ? row.weight(x) : 0.0f; };
        sum_blocks(row.count, weight, masses);
        token = first_exceeding(row.count, weight, uniform(settings) * total_of(masses, row.count, s), masses, s);
    } else {
        sum_blocks_exact(row, masses);
        const double target = uniform(settings) * total_of(masses, row.count, s);
        token = first_exceeding(row.count, [&](int id) { return row.weight(row.at(id)); }, target, masses, s);
    }
    if (threadIdx.x != 0) return;
    args.tokens[row_index] = token;
    args.logps[row_index] = static_cast<float>(row.at(token) - lse);
}

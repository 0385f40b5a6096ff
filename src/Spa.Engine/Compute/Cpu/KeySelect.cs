using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Order statistics without sorting: three passes over the bits of keys that order as the floats do, each counting 2,048 bins and going on
/// in the one that holds the answer. Values must not be NaN.
/// </summary>
internal static unsafe class KeySelect
{
    private const int Bins = 2048;

    // 11 + 11 + 10 bits, from the top.
    private static ReadOnlySpan<byte> Shifts => [21, 10, 0];

    /// <summary>An unsigned key that orders like the value; +0 and -0 are equal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Key(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value + 0f);
        return bits ^ ((uint)((int)bits >> 31) | 0x80000000);
    }

    /// <summary>Key of the k-th largest value, k in [1, n].</summary>
    [SkipLocalsInit]
    public static uint KthLargest(float* values, int n, int k)
    {
        int* counts = stackalloc int[Bins];
        uint prefix = 0, mask = 0;
        foreach (byte shift in Shifts)
        {
            int bins = BinsOf(shift);
            new Span<int>(counts, bins).Clear();
            for (int i = 0; i < n; i++)
            {
                uint key = Key(values[i]);
                if ((key & mask) == prefix) counts[(key >> shift) & (uint)(bins - 1)]++;
            }
            int bin = bins - 1;
            for (; k > counts[bin]; bin--) k -= counts[bin];
            prefix |= (uint)bin << shift;
            mask |= (uint)(bins - 1) << shift;
        }
        return prefix;
    }

    /// <summary>
    /// The largest key down to which (inclusive) the weights sum to at least <paramref name="target"/>, or the smallest key with weight, if
    /// rounding keeps the sum below. <paramref name="above"/> is the weight of the keys that are larger.
    /// </summary>
    [SkipLocalsInit]
    public static uint KeyAtMass(float* values, float* weights, int n, double target, out double above)
    {
        double* masses = stackalloc double[Bins];
        uint prefix = 0, mask = 0;
        above = 0;
        foreach (byte shift in Shifts)
        {
            int bins = BinsOf(shift);
            new Span<double>(masses, bins).Clear();
            for (int i = 0; i < n; i++)
            {
                uint key = Key(values[i]);
                if ((key & mask) == prefix) masses[(key >> shift) & (uint)(bins - 1)] += weights[i];
            }
            double sum = above;
            int chosen = 0;
            for (int bin = bins - 1; bin >= 0; bin--)
            {
                if (masses[bin] == 0) continue;
                (chosen, above) = (bin, sum);
                sum += masses[bin];
                if (sum >= target) break;
            }
            prefix |= (uint)chosen << shift;
            mask |= (uint)(bins - 1) << shift;
        }
        return prefix;
    }

    private static int BinsOf(byte shift) => shift == 0 ? 1024 : Bins;
}

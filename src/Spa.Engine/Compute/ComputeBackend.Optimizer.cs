using System.Runtime.CompilerServices;

namespace Spa.Engine.Compute;

/// <content>
/// Updates of a flat range (docs/training.md). All take weights float32, or bfloat16 with their float32 master copy (weights get its rounding; absent for float32 weights), gradients
/// float32, and norm [1, 1] of all gradients from <see cref="GradientNorm"/>, which is read on the device: a norm that is not finite leaves weights and states as they are.
/// </content>
public abstract partial class ComputeBackend
{
    /// <summary>Elements that share a scale in <see cref="AdamW8Bit"/>.</summary>
    public const int MomentBlock = 256;

    /// <summary>
    /// <see cref="AdamW"/> with moments in 8 bits (Dettmers et al. 2022): m and v of <see cref="MomentBlock"/> elements are a scale each, their largest magnitude, and a byte per element,
    /// the number of the nearest value of a dynamic map. All zero is the beginning. v above 0 never becomes the code of 0, because m divided by epsilon alone would throw the weight away.
    /// </summary>
    /// <param name="weights">Float32 or bfloat16, N elements.</param>
    /// <param name="master">Float32, N elements, if the weights are bfloat16; else absent.</param>
    /// <param name="gradients">Float32, N elements.</param>
    /// <param name="mCodes">Bytes of m as int32, ceil(N / 4) elements.</param>
    /// <param name="vCodes">Bytes of v as int32, ceil(N / 4) elements.</param>
    /// <param name="mScales">Float32, one for each block.</param>
    /// <param name="vScales">Float32, one for each block.</param>
    /// <param name="norm">Norm of all gradients, read even without clipping.</param>
    /// <param name="step">Settings.</param>
    public abstract void AdamW8Bit(Tensor weights, Tensor master, Tensor gradients, Tensor mCodes, Tensor vCodes, Tensor mScales, Tensor vScales, Tensor norm, in AdamWStep step);

    /// <summary>
    /// <see cref="AdamW"/> with weights and moments in bfloat16 and no master copy. New values are rounded stochastically with Philox, key <paramref name="seed"/>,
    /// counter (index of the pair of elements, step): the mean over draws is the float32 value, so a small step is not lost for good.
    /// </summary>
    /// <param name="weights">Bfloat16, N elements.</param>
    /// <param name="gradients">Float32, N elements.</param>
    /// <param name="m">Bfloat16, N elements.</param>
    /// <param name="v">Bfloat16, N elements.</param>
    /// <param name="norm">Norm of all gradients, read even without clipping.</param>
    /// <param name="step">Settings.</param>
    /// <param name="seed">Key of the random numbers.</param>
    /// <param name="first">Index of element 0 in the whole model, even: a range updated on its own draws what it would draw as a part.</param>
    public abstract void AdamWBf16(Tensor weights, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step, ulong seed, long first = 0);

    /// <summary>
    /// One Lion update (Chen et al. 2023, algorithm 2). With g the clipped gradient: c = m + (1 - b1)(g - m); w = w (1 - lr decay) - lr sign(c); m += (1 - b2)(g - m). m float32,
    /// N elements; sign(0) = 0.
    /// </summary>
    public abstract void Lion(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor norm, in LionStep step);

    /// <summary>
    /// One Adafactor update (Shazeer and Stern 2018) of one parameter [R, C], as transformers computes it with scale_parameter and relative_step off. With g the clipped gradient and
    /// b = 1 - t^-0.8: rows [R, 1] += (1 - b)(mean over columns of g^2 + 1e-30 - rows), columns [1, C] the same over rows; u = g / sqrt(rows columns / mean(rows));
    /// w = w (1 - lr decay) - lr u / max(1, rms(u)). A vector has absent rows, and its columns are the second moment itself: u = g / sqrt(columns). Sums are double.
    /// </summary>
    /// <param name="weights">[R, C], contiguous.</param>
    /// <param name="master">[R, C] or absent.</param>
    /// <param name="gradients">[R, C], contiguous.</param>
    /// <param name="rows">Float32 [R, 1]; absent for a vector, R = 1.</param>
    /// <param name="columns">Float32 [1, C].</param>
    /// <param name="norm">Norm of all gradients.</param>
    /// <param name="step">Settings.</param>
    public abstract void Adafactor(Tensor weights, Tensor master, Tensor gradients, Tensor rows, Tensor columns, Tensor norm, in AdafactorStep step);

    /// <summary>
    /// First part of a Muon update (Jordan et al. 2024): with g the clipped gradient, m += (1 - momentum)(g - m), then output = g + momentum (m - g), which is Nesterov's. All float32,
    /// N elements. After a norm that is not finite m stays and the output is 0.
    /// </summary>
    public abstract void MuonMomentum(Tensor output, Tensor m, Tensor gradients, Tensor norm, double momentum, double maxGradNorm);

    /// <summary>output = input / max(norm, epsilon); norm [1, 1] float32 on the device. Same shape, contiguous; output float32 or bfloat16, input float32.</summary>
    public abstract void DivideByNorm(Tensor output, Tensor input, Tensor norm, double epsilon);

    /// <summary>output = a x + b y. One shape and type (float32 or bfloat16), contiguous; the output may be x or y.</summary>
    public abstract void Combine(Tensor output, double a, Tensor x, double b, Tensor y);

    /// <summary>Last part of a Muon update: w = keep w - rate update, update float32 or bfloat16, N elements.</summary>
    public abstract void MuonUpdate(Tensor weights, Tensor master, Tensor update, double keep, double rate);

    /// <summary>Throws with the op's name unless weights, master and gradients fit together.</summary>
    private protected static void CheckUpdate(Tensor weights, Tensor master, Tensor gradients, [CallerMemberName] string op = "")
    {
        CheckWeights(weights, master, op);
        RequireVector(gradients, DType.Float32, weights.Count, op: op);
    }

    private protected static void CheckWeights(Tensor weights, Tensor master, [CallerMemberName] string op = "")
    {
        bool narrow = weights.Type == DType.BFloat16;
        RequireVector(weights, narrow ? DType.BFloat16 : DType.Float32, weights.Count, op: op);
        if (narrow) RequireVector(master, DType.Float32, weights.Count, op: op);
        else if (!master.IsAbsent) throw new ArgumentException($"{op}: float32 weights are their own master");
    }

    private protected static void CheckAdamW8Bit(Tensor weights, Tensor master, Tensor gradients, Tensor mCodes, Tensor vCodes, Tensor mScales, Tensor vScales, Tensor norm)
    {
        long count = weights.Count, blocks = (count + MomentBlock - 1) / MomentBlock;
        CheckUpdate(weights, master, gradients, nameof(AdamW8Bit));
        RequireVector(mCodes, DType.Int32, (count + 3) / 4, op: nameof(AdamW8Bit));
        RequireVector(vCodes, DType.Int32, (count + 3) / 4, op: nameof(AdamW8Bit));
        RequireVector(mScales, DType.Float32, blocks, op: nameof(AdamW8Bit));
        RequireVector(vScales, DType.Float32, blocks, op: nameof(AdamW8Bit));
        RequireVector(norm, DType.Float32, 1, op: nameof(AdamW8Bit));
    }

    private protected static void CheckAdamWBf16(Tensor weights, Tensor gradients, Tensor m, Tensor v, Tensor norm, long first)
    {
        RequireVector(weights, DType.BFloat16, weights.Count, op: nameof(AdamWBf16));
        RequireVector(gradients, DType.Float32, weights.Count, op: nameof(AdamWBf16));
        RequireVector(m, DType.BFloat16, weights.Count, op: nameof(AdamWBf16));
        RequireVector(v, DType.BFloat16, weights.Count, op: nameof(AdamWBf16));
        RequireVector(norm, DType.Float32, 1, op: nameof(AdamWBf16));
        if (first < 0 || first % 2 != 0) throw new ArgumentOutOfRangeException(nameof(first), first, $"{nameof(AdamWBf16)}: expected an even index that is not negative");
    }

    private protected static void CheckAdafactor(Tensor weights, Tensor master, Tensor gradients, Tensor rows, Tensor columns, Tensor norm)
    {
        CheckUpdate(weights, master, gradients, nameof(Adafactor));
        RequireFloat(gradients, weights.Rows, weights.Columns, op: nameof(Adafactor));
        if (!rows.IsAbsent) RequireVector(rows, DType.Float32, weights.Rows, op: nameof(Adafactor));
        else if (weights.Rows != 1) ThrowShape(weights, nameof(Adafactor), "one row where there are no row statistics");
        RequireVector(columns, DType.Float32, weights.Columns, op: nameof(Adafactor));
        RequireVector(norm, DType.Float32, 1, op: nameof(Adafactor));
    }

    private protected static void CheckMuonMomentum(Tensor output, Tensor m, Tensor gradients, Tensor norm)
    {
        RequireVector(output, DType.Float32, m.Count, op: nameof(MuonMomentum));
        RequireVector(m, DType.Float32, m.Count, op: nameof(MuonMomentum));
        RequireVector(gradients, DType.Float32, m.Count, op: nameof(MuonMomentum));
        RequireVector(norm, DType.Float32, 1, op: nameof(MuonMomentum));
    }

    private protected static void CheckDivideByNorm(Tensor output, Tensor input, Tensor norm)
    {
        RequireWeight(output, input.Rows, input.Columns, op: nameof(DivideByNorm));
        RequireVector(output, output.Type, input.Count, op: nameof(DivideByNorm));
        RequireVector(input, DType.Float32, input.Count, op: nameof(DivideByNorm));
        RequireVector(norm, DType.Float32, 1, op: nameof(DivideByNorm));
    }

    private protected static void CheckCombine(Tensor output, Tensor x, Tensor y)
    {
        RequireWeight(output, output.Rows, output.Columns, op: nameof(Combine));
        RequireVector(output, output.Type, output.Count, op: nameof(Combine));
        RequireVector(x, output.Type, output.Count, op: nameof(Combine));
        RequireVector(y, output.Type, output.Count, op: nameof(Combine));
    }

    private protected static void CheckMuonUpdate(Tensor weights, Tensor master, Tensor update)
    {
        CheckWeights(weights, master, nameof(MuonUpdate));
        RequireVector(update, update.Type == DType.BFloat16 ? DType.BFloat16 : DType.Float32, weights.Count, op: nameof(MuonUpdate));
    }
}

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // An update streams seven values of an element (weight, gradient and two moments in, three out).
    private const int AdamWCost = 4;

    // Codes are found one element after the other, random bits are drawn for pairs: some nanoseconds for each.
    private const int NarrowCost = 32;

    private readonly AlignedBuffer _adafactorScratch = new(nameof(Adafactor));

    // One partial sum per block of gradients; grows with the largest model seen and stays.
    private double[] _squareSums = [];

    public override void GradientNorm(Tensor norm, Tensor gradients)
    {
        RequireVector(norm, DType.Float32, 1);
        RequireVector(gradients, DType.Float32, gradients.Count);
        int blocks = (int)((gradients.Count + SquareSumKernel.Block - 1) / SquareSumKernel.Block);
        if (_squareSums.Length < blocks) _squareSums = new double[blocks];
        fixed (double* sums = _squareSums) Split(new SquareSumKernel(gradients, sums), blocks, SquareSumKernel.Block);
        double total = 0;
        for (int i = 0; i < blocks; i++) total += _squareSums[i];
        norm.Floats()[0] = (float)Math.Sqrt(total);
    }

    public override void AdamW(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step)
    {
        CheckUpdate(weights, master, gradients);
        RequireVector(m, DType.Float32, weights.Count);
        RequireVector(v, DType.Float32, weights.Count);
        if (step.MaxGradNorm > 0) RequireVector(norm, DType.Float32, 1);
        var arithmetic = new AdamWArithmetic(step, Clip(norm, step.MaxGradNorm));
        SplitBlocks(new AdamWKernel(weights, MasterOf(weights, master), gradients, m, v, arithmetic), weights.Count, AdamWKernel.Block, AdamWCost);
    }

    public override void AdamW8Bit(Tensor weights, Tensor master, Tensor gradients, Tensor mCodes, Tensor vCodes, Tensor mScales, Tensor vScales, Tensor norm, in AdamWStep step)
    {
        CheckAdamW8Bit(weights, master, gradients, mCodes, vCodes, mScales, vScales, norm);
        if (!float.IsFinite(norm.Floats()[0])) return;
        var arithmetic = new AdamWArithmetic(step, Clip(norm, step.MaxGradNorm));
        SplitBlocks(new AdamW8BitKernel(weights, MasterOf(weights, master), gradients, mCodes, vCodes, mScales, vScales, arithmetic), weights.Count, MomentBlock, NarrowCost);
    }

    public override void AdamWBf16(Tensor weights, Tensor gradients, Tensor m, Tensor v, Tensor norm, in AdamWStep step, ulong seed, long first = 0)
    {
        CheckAdamWBf16(weights, gradients, m, v, norm, first);
        if (!float.IsFinite(norm.Floats()[0])) return;
        var arithmetic = new AdamWArithmetic(step, Clip(norm, step.MaxGradNorm));
        SplitBlocks(new AdamWBf16Kernel(weights, gradients, m, v, arithmetic, seed, first, step.Step), weights.Count, AdamWBf16Kernel.Block, NarrowCost);
    }

    public override void Lion(Tensor weights, Tensor master, Tensor gradients, Tensor m, Tensor norm, in LionStep step)
    {
        CheckUpdate(weights, master, gradients);
        RequireVector(m, DType.Float32, weights.Count);
        RequireVector(norm, DType.Float32, 1);
        if (!float.IsFinite(norm.Floats()[0])) return;
        SplitBlocks(new LionKernel(weights, MasterOf(weights, master), gradients, m, Clip(norm, step.MaxGradNorm), step), weights.Count, LionKernel.Block, AdamWCost);
    }

    public override void Adafactor(Tensor weights, Tensor master, Tensor gradients, Tensor rows, Tensor columns, Tensor norm, in AdafactorStep step)
    {
        CheckAdafactor(weights, master, gradients, rows, columns, norm);
        if (weights.Count == 0 || !float.IsFinite(norm.Floats()[0])) return;
        int width = gradients.Columns;
        float clip = Clip(norm, step.MaxGradNorm);
        double clipSquare = (double)clip * clip, decay = step.Decay, mean = 1;
        var squares = (double*)_adafactorScratch.Reserve(gradients.Rows * sizeof(double) + (long)width * sizeof(float));
        var factors = (float*)(squares + gradients.Rows);
        if (!rows.IsAbsent)
        {
            Split(new AdafactorRowsKernel(gradients, rows, clipSquare, decay), gradients.Rows, width);
            mean = 0;
            for (long row = 0; row < rows.Count; row++) mean += rows.Floats()[row];
            mean /= rows.Count;
        }

        SplitColumns(new AdafactorColumnsKernel(gradients, columns, factors, clipSquare, decay), width, gradients.Rows);
        Split(new AdafactorSquaresKernel(gradients, rows, factors, squares, mean, clip), gradients.Rows, width);
        double sum = 0;
        for (long row = 0; row < gradients.Rows; row++) sum += squares[row];
        float stepSize = (float)(-step.LearningRate / Math.Max(1, Math.Sqrt(sum / gradients.Count))), keep = (float)(1 - step.LearningRate * step.WeightDecay);
        Split(new AdafactorUpdateKernel(weights, MasterOf(weights, master), gradients, rows, factors, mean, clip, keep, stepSize), gradients.Rows, width);
    }

    public override void MuonMomentum(Tensor output, Tensor m, Tensor gradients, Tensor norm, double momentum, double maxGradNorm)
    {
        CheckMuonMomentum(output, m, gradients, norm);
        if (!float.IsFinite(norm.Floats()[0])) Zero(output);
        else SplitBlocks(new MuonMomentumKernel(output, m, gradients, Clip(norm, maxGradNorm), momentum), m.Count, MuonMomentumKernel.Block, AdamWCost);
    }

    public override void DivideByNorm(Tensor output, Tensor input, Tensor norm, double epsilon)
    {
        CheckDivideByNorm(output, input, norm);
        SplitBlocks(new DivideKernel(output, input, MathF.Max(norm.Floats()[0], (float)epsilon)), input.Count, MuonMomentumKernel.Block, 1);
    }

    public override void Combine(Tensor output, double a, Tensor x, double b, Tensor y)
    {
        CheckCombine(output, x, y);
        SplitBlocks(new CombineKernel(output, (float)a, x, (float)b, y), output.Count, MuonMomentumKernel.Block, 1);
    }

    public override void MuonUpdate(Tensor weights, Tensor master, Tensor update, double keep, double rate)
    {
        CheckMuonUpdate(weights, master, update);
        SplitBlocks(new MuonUpdateKernel(weights, MasterOf(weights, master), update, (float)keep, (float)rate), weights.Count, MuonMomentumKernel.Block, 2);
    }

    private static Tensor MasterOf(Tensor weights, Tensor master) => weights.Type == DType.BFloat16 ? master : weights;

    // In float32, as torch.nn.utils.clip_grad_norm_; a NaN norm stays NaN.
    private static float Clip(Tensor norm, double maxGradNorm) => maxGradNorm > 0 ? MathF.Min(1, (float)maxGradNorm / (norm.Floats()[0] + 1e-6f)) : 1;

    private void SplitBlocks<TKernel>(in TKernel kernel, long count, int block, int cost) where TKernel : struct, IRangeKernel => Split(kernel, (count + block - 1) / block, (long)block * cost);
}

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // An update streams seven values of an element (weight, gradient and two moments in, three out).
    private const int AdamWCost = 4;

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
        long count = weights.Count;
        bool narrow = weights.Type == DType.BFloat16;
        RequireVector(weights, narrow ? DType.BFloat16 : DType.Float32, count);
        if (narrow) RequireVector(master, DType.Float32, count);
        else if (!master.IsAbsent) throw new ArgumentException($"{nameof(AdamW)}: float32 weights are their own master");
        RequireVector(gradients, DType.Float32, count);
        RequireVector(m, DType.Float32, count);
        RequireVector(v, DType.Float32, count);
        float clip = 1;
        if (step.MaxGradNorm > 0)
        {
            RequireVector(norm, DType.Float32, 1);
            // In float32, as torch.nn.utils.clip_grad_norm_; a NaN norm stays NaN.
            clip = MathF.Min(1, (float)step.MaxGradNorm / (norm.Floats()[0] + 1e-6f));
        }
        var kernel = new AdamWKernel(weights, narrow ? master : weights, gradients, m, v, clip, step);
        Split(kernel, (count + AdamWKernel.Block - 1) / AdamWKernel.Block, AdamWKernel.Block * AdamWCost);
    }
}

using System.Runtime.CompilerServices;
using Spa.Engine.Compute.Cuda.Arguments;
using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    // common/norm.cuh
    private const int NormThreads = 256;
    private const int NormWarps = NormThreads / 32;
    private const int NormKept = 4;

    // Two blocks for each multiprocessor of an H100: fixed, so that the order of a sum over rows does not depend on the device.
    private const int MaxNormBlocks = 264;

    /// <inheritdoc/>
    public override void RmsNormForward(Tensor output, Tensor rstd, Tensor input, Tensor weight, float epsilon, bool unitOffset, Tensor residual = default)
    {
        NormShape norm = CheckNorm(output, input, weight);
        if (!rstd.IsAbsent) RequireFloat(rstd, input.Rows, norm.Groups);
        if (!residual.IsAbsent) RequireActivation(residual, input.Type, input.Rows, input.Columns);
        int vector = norm.Vector & Vector(norm.Chunk, output, input, weight, residual);
        Launch(NormKernels.RmsNormForward.With(Bf16(input), Bf16(weight), vector), new LaunchShape(norm.Blocks, 1, 1, NormThreads), new RmsNormForwardArgs
        {
            Output = output.Address,
            Rstd = rstd.Address,
            Input = input.Address,
            Weight = weight.Address,
            Residual = residual.Address,
            Items = norm.Items,
            Groups = norm.Groups,
            Width = weight.Columns,
            OutputStride = output.Stride,
            RstdStride = rstd.Stride,
            InputStride = input.Stride,
            ResidualStride = residual.Stride,
            IsWide = norm.IsWide ? 1 : 0,
            Epsilon = epsilon,
            Offset = unitOffset ? 1 : 0,
        });
    }

    /// <inheritdoc/>
    public override void RmsNormBackward(Tensor dinput, Tensor dweight, Tensor dout, Tensor input, Tensor weight, Tensor rstd, bool unitOffset, bool accumulate)
    {
        NormShape norm = CheckNorm(dinput, input, weight);
        RequireActivation(dout, input.Type, input.Rows, input.Columns);
        RequireFloat(rstd, input.Rows, norm.Groups);
        if (!dweight.IsAbsent) RequireFloat(dweight, 1, weight.Columns);
        if (norm.Items == 0) return;
        int blocks = Math.Min(MaxNormBlocks, norm.Blocks);
        nint partial = dweight.IsAbsent ? 0 : Scratch((long)blocks * weight.Columns * sizeof(float));
        int vector = norm.Vector & Vector(norm.Chunk, dinput, dout, input, weight);
        Launch(NormKernels.RmsNormBackward.With(Bf16(input), Bf16(weight), vector), new LaunchShape(blocks, 1, 1, NormThreads), new RmsNormBackwardArgs
        {
            Dinput = dinput.Address,
            Partial = partial,
            Dout = dout.Address,
            Input = input.Address,
            Weight = weight.Address,
            Rstd = rstd.Address,
            Items = norm.Items,
            Groups = norm.Groups,
            Width = weight.Columns,
            DinputStride = dinput.Stride,
            DoutStride = dout.Stride,
            InputStride = input.Stride,
            RstdStride = rstd.Stride,
            IsWide = norm.IsWide ? 1 : 0,
            Accumulate = accumulate ? 1 : 0,
            Offset = unitOffset ? 1 : 0,
        });
        if (!dweight.IsAbsent) AddPartials(dweight, partial, blocks);
    }

    /// <inheritdoc/>
    public override void LayerNormForward(Tensor output, Tensor statistics, Tensor input, Tensor weight, Tensor bias, float epsilon, Tensor residual = default)
    {
        NormShape norm = CheckNorm(output, input, weight);
        Require(norm.Groups == 1, weight, expected: "weight of the input's width");
        RequireActivation(bias, weight.Type, 1, input.Columns);
        if (!statistics.IsAbsent) RequireFloat(statistics, input.Rows, 2);
        if (!residual.IsAbsent) RequireActivation(residual, input.Type, input.Rows, input.Columns);
        int vector = norm.Vector & Vector(norm.Chunk, output, input, weight, bias, residual);
        Launch(NormKernels.LayerNormForward.With(Bf16(input), Bf16(weight), vector), new LaunchShape(norm.Blocks, 1, 1, NormThreads), new LayerNormForwardArgs
        {
            Output = output.Address,
            Statistics = statistics.Address,
            Input = input.Address,
            Weight = weight.Address,
            Bias = bias.Address,
            Residual = residual.Address,
            Items = norm.Items,
            Width = weight.Columns,
            OutputStride = output.Stride,
            StatisticsStride = statistics.Stride,
            InputStride = input.Stride,
            ResidualStride = residual.Stride,
            IsWide = norm.IsWide ? 1 : 0,
            Epsilon = epsilon,
        });
    }

    /// <inheritdoc/>
    public override void LayerNormBackward(Tensor dinput, Tensor dweight, Tensor dbias, Tensor dout, Tensor input, Tensor weight, Tensor statistics, bool accumulate)
    {
        NormShape norm = CheckNorm(dinput, input, weight);
        Require(norm.Groups == 1, weight, expected: "weight of the input's width");
        RequireActivation(dout, input.Type, input.Rows, input.Columns);
        RequireFloat(statistics, input.Rows, 2);
        if (!dweight.IsAbsent) RequireFloat(dweight, 1, input.Columns);
        if (!dbias.IsAbsent) RequireFloat(dbias, 1, input.Columns);
        if (norm.Items == 0) return;
        int blocks = Math.Min(MaxNormBlocks, norm.Blocks);
        // Both partial sums begin on 256 bytes.
        long bytes = ((long)blocks * weight.Columns * sizeof(float) + 255) / 256 * 256;
        nint partial = dweight.IsAbsent && dbias.IsAbsent ? 0 : Scratch(2 * bytes);
        int vector = norm.Vector & Vector(norm.Chunk, dinput, dout, input, weight);
        Launch(NormKernels.LayerNormBackward.With(Bf16(input), Bf16(weight), vector), new LaunchShape(blocks, 1, 1, NormThreads), new LayerNormBackwardArgs
        {
            Dinput = dinput.Address,
            WeightPartial = dweight.IsAbsent ? 0 : partial,
            BiasPartial = dbias.IsAbsent ? 0 : partial + (nint)bytes,
            Dout = dout.Address,
            Input = input.Address,
            Weight = weight.Address,
            Statistics = statistics.Address,
            Items = norm.Items,
            Width = weight.Columns,
            DinputStride = dinput.Stride,
            DoutStride = dout.Stride,
            InputStride = input.Stride,
            StatisticsStride = statistics.Stride,
            IsWide = norm.IsWide ? 1 : 0,
            Accumulate = accumulate ? 1 : 0,
        });
        if (!dweight.IsAbsent) AddPartials(dweight, partial, blocks);
        if (!dbias.IsAbsent) AddPartials(dbias, partial + (nint)bytes, blocks);
    }

    private static NormShape CheckNorm(Tensor output, Tensor input, Tensor weight, [CallerMemberName] string op = "")
    {
        RequireActivation(input, input.Type, input.Rows, output.Columns, op: op);
        RequireActivation(output, input.Type, input.Rows, input.Columns, op: op);
        RequireWeight(weight, 1, weight.Columns, op: op);
        Require(weight.Columns > 0 && input.Columns % weight.Columns == 0, weight, op, "weight whose width divides the input's");
        int groups = input.Columns / weight.Columns, chunk = ChunkOf(input), items = checked((int)(input.Rows * groups));
        bool isWide = weight.Columns > NormKept * 32 * chunk;
        return new NormShape(groups, items, isWide ? items : Blocks(items, NormWarps), chunk, weight.Columns % chunk == 0 ? 1 : 0, isWide);
    }

    /// <param name="Groups">Groups of a row: how often the weight fits into it.</param>
    /// <param name="Items">Groups of all rows.</param>
    /// <param name="Blocks">Blocks that give every group a team.</param>
    /// <param name="Chunk">Elements of an access.</param>
    /// <param name="Vector">1 if groups are whole chunks.</param>
    /// <param name="IsWide">A team is a block instead of a warp.</param>
    private readonly record struct NormShape(int Groups, int Items, int Blocks, int Chunk, int Vector, bool IsWide);
}

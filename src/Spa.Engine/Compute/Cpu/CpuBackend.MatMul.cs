using System.Runtime.Intrinsics;

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    // Packed rows of one round. They are read once per task of columns, so the third-level cache (or memory at under 2 GB/s) keeps up.
    private const long MaxPackedBytes = 32L << 20;

    // At least this many groups of rows a round, so that panels are not packed for a handful of rows when k is huge.
    private const int MinRoundGroups = 16;

    // Elements below which one thread packs the rows: some microseconds.
    private const long MinPackedElements = 16_384;

    private readonly AlignedBuffer _matMulRows = new("MatMul");
    private readonly AlignedBuffer _matMulScratch = new("MatMul");

    public override void MatMul(Tensor output, Tensor a, Tensor b, bool transposeA = false, bool transposeB = false, bool accumulate = false, Tensor bias = default, Tensor residual = default)
    {
        CheckMatMul(output, a, b, transposeA, transposeB, bias, residual, floatOnly: true);
        var operands = new MatMulOperands(output, a, b, transposeA, transposeB, accumulate, bias, residual);
        if (operands.Rows == 0 || operands.Columns == 0) return;
        if (_simd == SimdLevel.Vector512) MatMul<Vector512<float>, MatMulVector512>(operands);
        else if (_simd == SimdLevel.Vector256) MatMul<Vector256<float>, MatMulVector256>(operands);
        else MatMul<Vector128<float>, MatMulVector128>(operands);
    }

    public override Tensor TakePacked(Arena arena, string name, Tensor weight)
    {
        RequireMatrix(weight, weight.Layout == TensorLayout.RowMajor, "a row-major weight", nameof(TakePacked));
        long panels = (weight.Rows + PanelPacking.Width - 1) / PanelPacking.Width;
        nint address = arena.TakeBytes(name, panels * PanelPacking.Width * weight.Columns * weight.Type.Size());
        return new Tensor(address, weight.Type, weight.Rows, weight.Columns, 0, TensorLayout.Packed);
    }

    public override void PackWeight(Tensor packed, Tensor weight)
    {
        CheckPackWeight(packed, weight);
        if (!packed.IsContiguous) ThrowShape(packed, nameof(PackWeight), $"{weight.Type}[{weight.Rows}, {weight.Columns}] packed");
        int panels = (int)((weight.Rows + PanelPacking.Width - 1) / PanelPacking.Width);
        if (weight.Type == DType.BFloat16) _pool.Run(new PackWeightJob<ushort>(packed, weight), panels);
        else _pool.Run(new PackWeightJob<float>(packed, weight), panels);
    }

    private void MatMul<TVector, TOps>(in MatMulOperands operands) where TVector : struct where TOps : IMatMulVector<TVector>
    {
        long perRow = Math.Max(1, operands.Depth * sizeof(float));
        long round = Math.Min(operands.Rows, Math.Max(MaxPackedBytes / perRow, MinRoundGroups * TOps.TileRows));
        for (long row = 0; row < operands.Rows; row += round)
        {
            var plan = new MatMulPlan(Math.Min(round, operands.Rows - row), operands.Columns, operands.Depth, TOps.TileRows, _pool.Threads);
            var packed = (float*)_matMulRows.Reserve(sizeof(float) * (long)MatMulPackJob.Group(plan, operands.Depth, plan.Groups));
            var scratch = (float*)_matMulScratch.Reserve(sizeof(float) * plan.Parts * MatMulJob<TVector, TOps>.ScratchFloats(plan, operands.Depth));
            int shares = (int)Math.Clamp(plan.Rows * operands.Depth / MinPackedElements, 1, plan.Parts);
            _pool.Run(new MatMulPackJob(operands, plan, row, packed, shares), shares);
            _pool.Run(new MatMulJob<TVector, TOps>(operands, plan, row, packed, scratch), plan.Parts);
        }
    }
}

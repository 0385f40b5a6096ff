namespace Spa.Engine.Compute.Cpu;

/// <summary>Packs the rows of a plan, a share of its groups per part.</summary>
internal readonly unsafe struct MatMulPackJob(MatMulOperands operands, MatMulPlan plan, long firstRow, float* packed, int shares) : IJob
{
    /// <summary>Offset in floats of a group's panel. The gap between panels keeps them apart in the cache sets when the depth is a power of two.</summary>
    public static nint Group(in MatMulPlan plan, nint depth, int group) => group * (depth + PanelPacking.DepthStep) * plan.RowsStride;

    public void Execute(int index)
    {
        int first = MatMulPlan.Share(plan.Groups, index, shares), end = MatMulPlan.Share(plan.Groups, index + 1, shares);
        nint step = operands.ADepthMajor ? PanelPacking.DepthStep : Math.Max(operands.Depth, 1);
        for (nint k = 0; k < operands.Depth; k += step)
        {
            for (int group = first; group < end; group++) Pack(group, k, Math.Min(step, operands.Depth - k));
        }
    }

    private void Pack(int group, nint k, nint depth)
    {
        int row = MatMulPlan.Share(plan.Rows, group, plan.Groups);
        int rows = MatMulPlan.Share(plan.Rows, group + 1, plan.Groups) - row;
        float* panel = packed + Group(plan, operands.Depth, group) + k * plan.RowsStride;
        nint source = (nint)firstRow + row;
        if (operands.ADepthMajor) PanelPacking.FromDepth(operands.A + k * operands.AStride + source, operands.AStride, rows, depth, panel, plan.RowsStride);
        else PanelPacking.FromLanes(operands.A + source * operands.AStride + k, operands.AStride, rows, depth, panel, plan.RowsStride);
    }
}

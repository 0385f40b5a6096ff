namespace Spa.Engine.Compute.Cpu;

/// <summary>Packs the rows of a plan, a share of its groups per part. Group g begins at [firstRowOfGroup... * depth], see <see cref="Group"/>.</summary>
internal readonly unsafe struct MatMulPackJob(MatMulOperands operands, MatMulPlan plan, long firstRow, float* packed, int shares) : IJob
{
    /// <summary>Offset in floats of a group's panel.</summary>
    public static nint Group(in MatMulPlan plan, nint depth, int group) => group * depth * plan.RowsStride;

    public void Execute(int index)
    {
        int end = MatMulPlan.Share(plan.Groups, index + 1, shares);
        for (int group = MatMulPlan.Share(plan.Groups, index, shares); group < end; group++)
        {
            int row = MatMulPlan.Share(plan.Rows, group, plan.Groups);
            int rows = MatMulPlan.Share(plan.Rows, group + 1, plan.Groups) - row;
            float* panel = packed + Group(plan, operands.Depth, group);
            nint source = (nint)firstRow + row;
            if (operands.ADepthMajor) PanelPacking.FromDepth(operands.A + source, operands.AStride, rows, operands.Depth, panel, plan.RowsStride);
            else PanelPacking.FromLanes(operands.A + source * operands.AStride, operands.AStride, rows, operands.Depth, panel, plan.RowsStride);
        }
    }
}

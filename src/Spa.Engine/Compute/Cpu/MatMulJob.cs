namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The tasks of a plan. A part takes the next task until none is left; consecutive tasks share their columns, so a part that goes down a column
/// packs its panels once.
/// </summary>
internal unsafe struct MatMulJob<TVector, TOps>(MatMulOperands operands, MatMulPlan plan, long firstRow, float* packedRows, float* scratch) : IJob
    where TVector : struct
    where TOps : IMatMulVector<TVector>
{
    // Above this many groups, bfloat16 panels are widened once per task instead of once per group.
    private const int MaxGroupsOnBf16 = 4;

    private int _next;

    /// <summary>Panels are read where they lie.</summary>
    private readonly bool InPlace => operands.BIsPacked && (!operands.BIsBf16 || plan.Groups <= MaxGroupsOnBf16);

    /// <summary>Floats of scratch memory per part: a task's panels over a slice, and its partial sums where there are several slices.</summary>
    public static long ScratchFloats(in MatMulPlan plan, nint depth)
    {
        long panels = (long)plan.TaskPanels * PanelPacking.Width * plan.Slice;
        return panels + (depth > plan.Slice ? (long)plan.TaskRows * plan.TaskPanels * PanelPacking.Width : 0);
    }

    public void Execute(int index)
    {
        float* panels = scratch + index * ScratchFloats(plan, operands.Depth);
        int packedColumn = -1;
        for (int task = Interlocked.Increment(ref _next) - 1; task < plan.Tasks; task = Interlocked.Increment(ref _next) - 1)
        {
            int column = task / plan.RowTasks, row = task % plan.RowTasks;
            for (nint k = 0; k == 0 || k < operands.Depth; k += plan.Slice)
            {
                nint depth = Math.Min(plan.Slice, operands.Depth - k);
                if (!InPlace && (packedColumn != column || operands.Depth > plan.Slice)) PackPanels(column, k, depth, panels);
                Multiply(column, row, k, depth, panels);
            }
            packedColumn = column;
        }
    }

    private readonly int FirstPanel(int column) => MatMulPlan.Share(plan.Panels, column, plan.ColumnTasks);

    private readonly void PackPanels(int column, nint k, nint depth, float* panels)
    {
        int first = FirstPanel(column), end = FirstPanel(column + 1);
        nint step = operands.BDepthMajor ? PanelPacking.DepthStep : Math.Max(depth, 1);
        for (nint done = 0; done < depth; done += step)
        {
            nint count = Math.Min(step, depth - done);
            for (int panel = first; panel < end; panel++)
            {
                float* target = panels + ((panel - first) * depth + done) * PanelPacking.Width;
                if (operands.BIsBf16) PackPanel((ushort*)operands.B, panel, k + done, count, target);
                else PackPanel((float*)operands.B, panel, k + done, count, target);
            }
        }
    }

    private readonly void PackPanel<T>(T* b, int panel, nint k, nint depth, float* target) where T : unmanaged
    {
        const int Width = PanelPacking.Width;
        nint first = (nint)panel * Width;
        int lanes = (int)Math.Min(Width, operands.Columns - first);
        if (operands.BIsPacked) PanelPacking.FromDepth(b + (panel * operands.Depth + k) * Width, Width, Width, depth, target, Width);
        else if (operands.BDepthMajor) PanelPacking.FromDepth(b + k * operands.BStride + first, operands.BStride, lanes, depth, target, Width);
        else PanelPacking.FromLanes(b + first * operands.BStride + k, operands.BStride, lanes, depth, target, Width);
    }

    private readonly void Multiply(int column, int row, nint k, nint depth, float* panels)
    {
        int panel = FirstPanel(column), firstGroup = MatMulPlan.Share(plan.Groups, row, plan.RowTasks), endGroup = MatMulPlan.Share(plan.Groups, row + 1, plan.RowTasks);
        int firstColumn = panel * PanelPacking.Width;
        float* partial = panels + (nint)plan.TaskPanels * PanelPacking.Width * plan.Slice;
        nint partialStride = (nint)plan.TaskPanels * PanelPacking.Width;
        bool first = k == 0, last = k + depth == operands.Depth, inPlace = InPlace, bf16 = inPlace && operands.BIsBf16;

        MatMulSlice slice = default;
        slice.Columns = Math.Min(operands.Columns, FirstPanel(column + 1) * PanelPacking.Width) - firstColumn;
        slice.PanelStride = (inPlace ? operands.Depth : depth) * PanelPacking.Width;
        slice.Tile.B = inPlace ? operands.B + (panel * operands.Depth + k) * PanelPacking.Width * (bf16 ? sizeof(ushort) : sizeof(float)) : panels;
        slice.Tile.Depth = depth;
        slice.Tile.RowsStride = plan.RowsStride;
        slice.Tile.SourceStride = first ? operands.OutputStride : partialStride;
        slice.Tile.OutputStride = last ? operands.OutputStride : partialStride;
        slice.Tile.Bias = last && operands.Bias != null ? operands.Bias + firstColumn : null;
        slice.Tile.ResidualStride = operands.ResidualStride;

        int taskRow = MatMulPlan.Share(plan.Rows, firstGroup, plan.Groups);
        for (int group = firstGroup; group < endGroup; group++)
        {
            int groupRow = MatMulPlan.Share(plan.Rows, group, plan.Groups);
            int rows = MatMulPlan.Share(plan.Rows, group + 1, plan.Groups) - groupRow;
            nint outputRow = (nint)firstRow + groupRow;
            float* output = operands.Output + outputRow * operands.OutputStride + firstColumn;
            // Sums of earlier slices wait in scratch memory: in the output they would overwrite a residual that is the output itself.
            float* sums = partial + (groupRow - taskRow) * partialStride;
            slice.Tile.A = packedRows + MatMulPackJob.Group(plan, operands.Depth, group) + k * plan.RowsStride;
            slice.Tile.Source = !first ? sums : operands.Accumulate ? output : null;
            slice.Tile.Output = last ? output : sums;
            slice.Tile.Residual = last && operands.Residual != null ? operands.Residual + outputRow * operands.ResidualStride + firstColumn : null;
            if (bf16) Dispatch<ushort>(rows, slice);
            else Dispatch<float>(rows, slice);
        }
    }

    private static void Dispatch<TPanel>(int rows, in MatMulSlice slice) where TPanel : unmanaged
    {
        switch (rows)
        {
            case 1: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R1>.Run(slice); break;
            case 2: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R2>.Run(slice); break;
            case 3: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R3>.Run(slice); break;
            case 4: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R4>.Run(slice); break;
            case 5: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R5>.Run(slice); break;
            case 6: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R6>.Run(slice); break;
            case 7: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R7>.Run(slice); break;
            case 8: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R8>.Run(slice); break;
            case 9: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R9>.Run(slice); break;
            case 10: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R10>.Run(slice); break;
            case 11: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R11>.Run(slice); break;
            case 12: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R12>.Run(slice); break;
            case 13: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R13>.Run(slice); break;
            case 14: MatMulGroup<TVector, TOps, TPanel, MatMulRows.R14>.Run(slice); break;
        }
    }
}

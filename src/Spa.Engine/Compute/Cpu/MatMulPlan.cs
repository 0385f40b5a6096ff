namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// How a product of some rows is cut. Rows are dealt evenly to groups of at most a tile's rows, columns to panels of 32. A task is
/// a range of groups times a range of panels; it goes through the depth in slices and through a slice group by group, so that the slice of its panels stays
/// in the second-level cache while packed rows stream past. The cut never changes a result: each element is one chain over k in any plan.
/// </summary>
internal readonly struct MatMulPlan
{
    // Half of a 1 MiB second-level cache for the panels of a task; the rows that stream past and the output take the rest.
    private const int PanelBytes = 512 * 1024;

    // Longest slice of k. A tile's accumulators are stored and loaded once per slice, which at 1,024 is under 1 % of its time.
    private const int MaxDepth = 1024;

    // Bounds the partial sums of a task and lets a large batch be dealt to many threads; repacking panels for every 1,024 rows costs under 1 %.
    private const int MaxTaskRows = 1024;

    // Multiply-adds below which another thread costs more to wake (some microseconds) than it saves.
    private const long MinWorkPerPart = 400_000;

    // A row's share of the time when it is bound by memory: reading a panel costs about as much as multiplying it with eight rows.
    private const int MemoryRows = 8;

    // Packing a panel costs about as much as multiplying it with this many rows.
    private const int PackRows = 12;

    // Cuts that are tried: wider tasks are better until the last ones leave threads idle.
    private const int MaxRounds = 5;
    private const int MaxRowFactor = 8;

    public MatMulPlan(long rows, int columns, nint depth, int tileRows, int threads)
    {
        Rows = (int)rows;
        Groups = (Rows + tileRows - 1) / tileRows;
        RowsStride = Stride((Rows + Groups - 1) / Groups);
        nint slices = Math.Max(1, (depth + MaxDepth - 1) / MaxDepth);
        Slice = Math.Max(1, (depth + slices - 1) / slices);
        Panels = (columns + PanelPacking.Width - 1) / PanelPacking.Width;

        long work = (rows + MemoryRows) * columns * Math.Max(depth, 1);
        int parts = (int)Math.Clamp(work / MinWorkPerPart, 1, threads);
        int widest = (int)Math.Clamp(PanelBytes / (Slice * PanelPacking.Width * sizeof(float)), 1, Panels);
        (ColumnTasks, RowTasks) = Cut(widest, parts);
        Parts = Math.Min(parts, Tasks);
        TaskPanels = Ceiling(Panels, ColumnTasks);
        TaskRows = Ceiling(Groups, RowTasks) * Ceiling(Rows, Groups);
    }

    public int Rows { get; }

    /// <summary>Groups of rows; rows are dealt to them evenly.</summary>
    public int Groups { get; }

    /// <summary>Floats from one k to the next in packed rows.</summary>
    public int RowsStride { get; }

    /// <summary>Longest slice of k, at least 1.</summary>
    public nint Slice { get; }

    public int Panels { get; }

    public int ColumnTasks { get; }

    public int RowTasks { get; }

    public int Tasks => ColumnTasks * RowTasks;

    /// <summary>Threads that are worth waking.</summary>
    public int Parts { get; }

    /// <summary>Most panels of a task.</summary>
    public int TaskPanels { get; }

    /// <summary>Most rows of a task.</summary>
    public int TaskRows { get; }

    /// <summary>
    /// The cut with the shortest time of the busiest thread. Tasks are as wide as the cache allows, or a little narrower where that divides the columns
    /// evenly among the threads; rows are cut too where columns alone do not.
    /// </summary>
    private (int Columns, int Rows) Cut(int widest, int parts)
    {
        int fewest = Ceiling(Panels, widest), fewestRows = Math.Min(Groups, Ceiling(Rows, MaxTaskRows));
        (int Columns, int Rows) best = (fewest, fewestRows);
        long shortest = long.MaxValue;
        for (int round = 0; round <= MaxRounds; round++)
        {
            int columns = Math.Min(Panels, round == 0 ? fewest : (Ceiling(fewest, parts) + round - 1) * parts);
            for (int factor = 1; factor <= MaxRowFactor; factor++)
            {
                int rows = Math.Min(Groups, fewestRows * factor);
                long time = (long)Ceiling(columns * rows, parts) * Ceiling(Panels, columns) * (Ceiling(Groups, rows) * Ceiling(Rows, Groups) + PackRows);
                if (time >= shortest) continue;
                shortest = time;
                best = (columns, rows);
            }
        }
        return best;
    }

    /// <summary>Where share <paramref name="index"/> begins when <paramref name="count"/> things are dealt evenly to <paramref name="shares"/>.</summary>
    public static int Share(int count, int index, int shares) => (int)((long)count * index / shares);

    private static int Ceiling(int count, int size) => (count + size - 1) / size;

    // Packed in blocks of eight rows; a single row, as in decoding, stays dense.
    private static int Stride(int groupRows) => groupRows == 1 ? 1 : (groupRows + 7) / 8 * 8;
}

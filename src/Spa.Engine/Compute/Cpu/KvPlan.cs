namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// Tiles of the rows of a generation step: consecutive rows of one sequence, so that a prompt that is being read shares every block of
/// keys among many queries. Built once per step and kept in <see cref="PagedRows.BackendState"/>; its array is reused.
/// </summary>
internal sealed class KvPlan
{
    private (int First, int Count)[] _tiles = new (int, int)[64];
    private int _count;
    private int _version = -1;
    private int _tileRows;

    /// <summary>Rows [First, First + Count) of the step.</summary>
    public ReadOnlySpan<(int First, int Count)> Tiles => _tiles.AsSpan(0, _count);

    public static KvPlan Of(PagedRows rows, int tileRows)
    {
        if (rows.BackendState is not KvPlan plan) rows.BackendState = plan = new KvPlan();
        if (plan._version != rows.Version || plan._tileRows != tileRows)
        {
            plan._version = -1;
            plan.Build(rows, tileRows);
            (plan._version, plan._tileRows) = (rows.Version, tileRows);
        }
        return plan;
    }

    private void Build(PagedRows rows, int tileRows)
    {
        _count = 0;
        ReadOnlySpan<int> sequence = rows.Sequence, position = rows.Position;
        for (int first = 0, end; first < rows.Count; first = end)
        {
            if (position[first] < 0) throw new ArgumentException($"paged rows: row {first} has position {position[first]}");
            for (end = first + 1; end < rows.Count && end - first < tileRows && sequence[end] == sequence[first]; end++)
            {
                if (position[end] <= position[end - 1]) throw new ArgumentException($"paged rows: positions of sequence {sequence[end]} do not ascend at row {end}");
            }
            if (_count == _tiles.Length) Array.Resize(ref _tiles, 2 * _count);
            _tiles[_count++] = (first, end - first);
        }
    }
}

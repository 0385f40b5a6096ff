using Spa.Engine.Compute;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Compute;

/// <summary>A cache of two layers, full of NaN at first, with room for some sequences on scattered pages; the tests use the second layer.</summary>
internal sealed class KvCacheBox : IDisposable
{
    private const int Layer = 1;

    private readonly ComputeBackend _backend;
    private readonly Arena _arena;
    private readonly int[][] _pages;

    public KvCacheBox(ComputeBackend backend, AttentionShape shape, int[] lengths, DType type)
    {
        _backend = backend;
        int count = 0;
        // Every other page from the end, so that neighbours in a sequence are no neighbours in memory.
        _pages = [.. lengths.Select(length => Enumerable.Range(0, (length + KvCache.PageTokens - 1) / KvCache.PageTokens).Select(_ => 2 * count++).ToArray())];
        int pages = 2 * count;
        foreach (int[] table in _pages) Array.Reverse(table);
        _arena = backend.CreateArena("cache", arena => _ = new KvCache(2, shape.KvHeads, shape.HeadDim, pages, type, arena));
        _arena.Release(default);
        Cache = new KvCache(2, shape.KvHeads, shape.HeadDim, pages, type, _arena);
        foreach (Tensor tensor in new[] { Cache.Keys, Cache.Values }) backend.Upload<ushort>(new Tensor(tensor.Address, DType.BFloat16, tensor.Bytes / 2, 1), Enumerable.Repeat((ushort)0x7FC0, (int)tensor.Bytes / 2).ToArray());
    }

    public KvCache Cache { get; }

    /// <summary>Appends and attends rows first, first + 1, ... of a case in steps of the given sizes; the outputs of all steps.</summary>
    public float[] Read(AttentionCase c, int sequence, int[] steps, int first = 0)
    {
        var outputs = new List<float>();
        foreach (int step in steps)
        {
            outputs.AddRange(Step([(c, sequence, first, step)])[0]);
            first += step;
        }
        return [.. outputs];
    }

    /// <summary>All rows of sequence i = case i in one step.</summary>
    public float[][] ReadTogether(AttentionCase[] cases) => Step([.. cases.Select((c, i) => (c, i, 0, c.Rows))]);

    /// <summary>Gives a sequence the first rows of another: whole pages by name, the last one as a copy.</summary>
    public void Fork(int from, int to, int rows)
    {
        int whole = rows / KvCache.PageTokens;
        Array.Copy(_pages[from], _pages[to], whole);
        if (rows % KvCache.PageTokens > 0) _backend.KvCopyPage(Cache, _pages[to][whole], _pages[from][whole]);
    }

    /// <summary>Takes the first pages of a sequence out of its table.</summary>
    public void Forget(int sequence, int count) => Array.Fill(_pages[sequence], -1, 0, count);

    public int[] PagesOf(int sequence) => _pages[sequence];

    /// <summary>A step of the first rows of a sequence.</summary>
    public PagedRows AllRows(int sequence, int count)
    {
        var rows = new PagedRows();
        rows.SetPages(sequence, _pages[sequence]);
        for (int i = 0; i < count; i++) rows.Add(sequence, i);
        return rows;
    }

    public void Dispose() => _arena.Dispose();

    private float[][] Step((AttentionCase Case, int Sequence, int First, int Count)[] parts)
    {
        using var box = new TensorBox(_backend);
        var rows = new PagedRows();
        foreach ((_, int sequence, int first, int count) in parts)
        {
            rows.SetPages(sequence, _pages[sequence]);
            for (int i = 0; i < count; i++) rows.Add(sequence, first + i);
        }
        AttentionCase any = parts[0].Case;
        Tensor q = Rows(box, parts, c => c.Q, any.QueryColumns), k = Rows(box, parts, c => c.K, any.KeyColumns), v = Rows(box, parts, c => c.V, any.KeyColumns);
        Tensor output = box.Poisoned(rows.Count, any.QueryColumns);
        _backend.KvAppend(Cache, Layer, k, v, rows);
        _backend.AttentionPaged(output, q, Cache, Layer, rows, any.Shape);
        float[] all = box.Read(output);
        int row = 0;
        return [.. parts.Select(p => all[(row * any.QueryColumns)..((row += p.Count) * any.QueryColumns)])];
    }

    private static Tensor Rows(TensorBox box, (AttentionCase Case, int Sequence, int First, int Count)[] parts, Func<AttentionCase, float[]> data, int width)
    {
        float[] rows = [.. parts.SelectMany(p => data(p.Case)[(p.First * width)..((p.First + p.Count) * width)])];
        return box.Of(rows, rows.Length / width, width);
    }
}

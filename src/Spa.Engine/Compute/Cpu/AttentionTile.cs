using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>
/// The working memory of one part: a tile of M query rows (queries ascending, for each the heads of its group side by side) and one block
/// of up to 64 keys. P is the head size rounded up to a whole number of vectors; the columns between are zero in everything gathered.
/// </summary>
internal readonly unsafe struct AttentionTile
{
    /// <summary>Keys of a block.</summary>
    public const int Keys = KvCache.PageTokens;

    // Rows of a tile: enough that gathering a block costs little beside using it, few enough that the tile stays in the second-level cache.
    private const int TargetRows = 192;
    private const int MaxQueries = 128;

    private readonly int _group;
    private readonly int _headDim;

    public AttentionTile(float* memory, AttentionShape shape)
    {
        (_group, _headDim, Padded) = (shape.Heads / shape.KvHeads, shape.HeadDim, PaddedDim(shape));
        int rows = QueriesOf(shape) * _group, width = Padded;
        Q = Take(ref memory, rows * width);
        Dout = Take(ref memory, rows * width);
        Sum = Take(ref memory, rows * width);
        Scores = Take(ref memory, rows * Keys);
        Dscores = Take(ref memory, rows * Keys);
        K = Take(ref memory, Keys * width);
        V = Take(ref memory, Keys * width);
        KColumns = Take(ref memory, Keys * width);
        VColumns = Take(ref memory, Keys * width);
        Dk = Take(ref memory, Keys * width);
        Dv = Take(ref memory, Keys * width);
        Max = Take(ref memory, rows);
        Total = Take(ref memory, rows);
        Lse = Take(ref memory, rows);
        Delta = Take(ref memory, rows);
        Position = (int*)Take(ref memory, rows);
        From = (int*)Take(ref memory, rows);
        To = (int*)Take(ref memory, rows);
        FirstRow = (int*)Take(ref memory, Keys);
        EndRow = (int*)Take(ref memory, Keys);
        Ramp = Take(ref memory, Keys);
        for (int i = 0; i < Keys; i++) Ramp[i] = i;
    }

    /// <summary>P.</summary>
    public int Padded { get; }

    /// <summary>[M, P].</summary>
    public float* Q { get; }

    /// <summary>[M, P].</summary>
    public float* Dout { get; }

    /// <summary>[M, P]: the output before division, or dq.</summary>
    public float* Sum { get; }

    /// <summary>[M, 64]: scores, then probabilities.</summary>
    public float* Scores { get; }

    /// <summary>[M, 64]: gradient of the probabilities, then of the products q.k.</summary>
    public float* Dscores { get; }

    /// <summary>[64, P].</summary>
    public float* K { get; }

    /// <summary>[64, P].</summary>
    public float* V { get; }

    /// <summary>[D, 64].</summary>
    public float* KColumns { get; }

    /// <summary>[D, 64].</summary>
    public float* VColumns { get; }

    /// <summary>[64, P].</summary>
    public float* Dk { get; }

    /// <summary>[64, P].</summary>
    public float* Dv { get; }

    /// <summary>[M]: running maximum of the scores.</summary>
    public float* Max { get; }

    /// <summary>[M]: running sum of the probabilities.</summary>
    public float* Total { get; }

    /// <summary>[M].</summary>
    public float* Lse { get; }

    /// <summary>[M]: dout . output.</summary>
    public float* Delta { get; }

    /// <summary>[M]: logical position of the row.</summary>
    public int* Position { get; }

    /// <summary>[M]: first key of the present block that the row sees.</summary>
    public int* From { get; }

    /// <summary>[M]: end of the keys of the present block that the row sees.</summary>
    public int* To { get; }

    /// <summary>[64]: first row of the tile that sees the key.</summary>
    public int* FirstRow { get; }

    /// <summary>[64]: end of the rows of the tile that see the key.</summary>
    public int* EndRow { get; }

    /// <summary>[64]: 0, 1, 2, ...</summary>
    public float* Ramp { get; }

    /// <summary>Query heads per key/value head.</summary>
    public int Group => _group;

    /// <summary>D.</summary>
    public int HeadDim => _headDim;

    /// <summary>Vectors of a row.</summary>
    public int Vectors => Padded / 16;

    /// <summary>The most queries of a tile.</summary>
    public static int QueriesOf(AttentionShape shape) => Math.Clamp(TargetRows / (shape.Heads / shape.KvHeads), 1, MaxQueries);

    /// <summary>Bytes that a tile needs.</summary>
    public static long BytesOf(AttentionShape shape)
    {
        long rows = (long)QueriesOf(shape) * (shape.Heads / shape.KvHeads), width = PaddedDim(shape);
        return sizeof(float) * ((rows * (3 * width + 2 * Keys + 8)) + (Keys * (6 * width + 3)) + (32 * 16));
    }

    /// <summary>Copies the group's heads of <paramref name="count"/> rows of a [T, H*D] tensor from <paramref name="source"/>, the first row's first head, into [M, P].</summary>
    public void Gather<TLanes>(float* destination, float* source, nint stride, int count) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++, source += stride)
        {
            for (int g = 0; g < _group; g++, destination += Padded) AttentionCopy.Row<TLanes>(destination, source + g * _headDim, _headDim, Padded);
        }
    }

    /// <summary>The inverse of <see cref="Gather"/>, without the padding.</summary>
    public void Scatter<TLanes>(float* destination, float* source, nint stride, int count) where TLanes : unmanaged, ILanes<TLanes>
    {
        for (int i = 0; i < count; i++, destination += stride)
        {
            for (int g = 0; g < _group; g++, source += Padded) AttentionCopy.Row<TLanes>(destination + g * _headDim, source, _headDim, _headDim);
        }
    }

    /// <summary>Sets <see cref="From"/> and <see cref="To"/> for the block of keys at <paramref name="start"/>; returns the rows [first, end) that see any of them.</summary>
    public (int First, int End) Bound(int rows, int start, int keys, int window)
    {
        int first = rows, end = 0;
        for (int r = 0; r < rows; r++)
        {
            int offset = Position[r] - start;
            To[r] = Math.Clamp(offset + 1, 0, keys);
            From[r] = window > 0 ? (int)Math.Clamp((long)offset - window + 1, 0, keys) : 0;
            if (To[r] <= From[r]) continue;
            first = Math.Min(first, r);
            end = r + 1;
        }
        return (first, end);
    }

    private static int PaddedDim(AttentionShape shape) => (shape.HeadDim + 15) / 16 * 16;

    private static float* Take(ref float* memory, int count)
    {
        float* taken = memory;
        // Every array starts on a cache line.
        memory += (count + 15) / 16 * 16;
        return taken;
    }
}

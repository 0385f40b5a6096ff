using Spa.Engine.Compute.Cpu.Simd;

namespace Spa.Engine.Compute.Cpu;

/// <summary>Writes rows of keys and values to their places in the cache; one part is one key/value head of all rows.</summary>
internal unsafe struct KvAppendJob<TLanes> : IJob where TLanes : unmanaged, ILanes<TLanes>
{
    private const int Tokens = KvCache.PageTokens;

    public required PagedRows Rows;
    public required KvPages Pages;
    public required int HeadDim;
    public required AttentionRows K;
    public required AttentionRows V;

    public readonly void Execute(int kvHead)
    {
        ReadOnlySpan<int> sequence = Rows.Sequence, position = Rows.Position;
        for (int r = 0; r < Rows.Count; r++)
        {
            int page = Pages.Page(Rows, sequence[r], position[r] / Tokens), slot = position[r] % Tokens;
            float* key = K.At(r, kvHead * HeadDim), value = V.At(r, kvHead * HeadDim);
            if (Pages.IsBf16)
            {
                Scatter((ushort*)Pages.Keys(page, kvHead) + slot, Tokens, key);
                Scatter((ushort*)Pages.Values(page, kvHead) + slot * HeadDim, 1, value);
                continue;
            }
            float* column = (float*)Pages.Keys(page, kvHead) + slot;
            for (int d = 0; d < HeadDim; d++) column[d * Tokens] = key[d];
            AttentionCopy.Row<TLanes>((float*)Pages.Values(page, kvHead) + slot * HeadDim, value, HeadDim, HeadDim);
        }
    }

    /// <summary>Rounds a row to bfloat16 and writes it with a distance between elements.</summary>
    private readonly void Scatter(ushort* destination, int step, float* source)
    {
        float* values = stackalloc float[ILanes<TLanes>.Width];
        ushort* rounded = stackalloc ushort[ILanes<TLanes>.Width];
        for (int d = 0; d < HeadDim; d += ILanes<TLanes>.Width)
        {
            int count = Math.Min(ILanes<TLanes>.Width, HeadDim - d);
            AttentionCopy.Row<TLanes>(values, source + d, count, ILanes<TLanes>.Width);
            TLanes.StoreBf16(TLanes.Load(values), rounded);
            for (int i = 0; i < count; i++) destination[(d + i) * step] = rounded[i];
        }
    }
}

namespace Spa.Engine.Compute;

/// <summary>
/// Memory for the keys and values of live sequences, in pages of <see cref="PageTokens"/> tokens. Which page holds which tokens is the
/// caller's business (page tables in <see cref="PagedRows"/>), how a page is laid out the backend's. On the CPU: keys transposed,
/// [layer][page][Hkv][D][PageTokens], values [layer][page][Hkv][PageTokens][D], so that a page is exactly one block of the attention kernel.
/// </summary>
public sealed class KvCache
{
    /// <summary>Tokens of a page, and keys of an attention block.</summary>
    public const int PageTokens = 64;

    public KvCache(int layers, int kvHeads, int headDim, int pages, DType type, Arena arena)
    {
        (Layers, KvHeads, HeadDim, Pages, Type) = (layers, kvHeads, headDim, pages, type);
        Keys = arena.Take("kv/keys", type, (long)layers * pages * kvHeads * headDim, PageTokens);
        Values = arena.Take("kv/values", type, (long)layers * pages * kvHeads * PageTokens, headDim);
    }

    public int Layers { get; }

    public int KvHeads { get; }

    public int HeadDim { get; }

    public int Pages { get; }

    public DType Type { get; }

    public Tensor Keys { get; }

    public Tensor Values { get; }

    /// <summary>Elements of one page of one layer, keys or values.</summary>
    public int PageElements => KvHeads * HeadDim * PageTokens;
}

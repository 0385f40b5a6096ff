using Spa.Engine.Compute.Cuda.Kernels;

namespace Spa.Engine.Compute.Cuda;

/// <summary>Tile sizes of the attention kernels for a head size: the constants of their sources, and what a launch needs of them.</summary>
/// <param name="HeadDim">Padded head size, one of <see cref="AttentionKernels.HeadDims"/>.</param>
/// <param name="IsFloat">The float32 kernels, instead of those on tensor cores.</param>
internal readonly record struct AttentionTiling(int HeadDim, bool IsFloat)
{
    /// <summary>Keys of a block of the running softmax.</summary>
    public const int BlockKeys = KvCache.PageTokens;

    /// <summary>Blocks of a chunk, which has a softmax of its own.</summary>
    public const int ChunkBlocks = 16;

    public const int ChunkKeys = ChunkBlocks * BlockKeys;

    /// <summary>Packed rows of a tile of one warp, which decodes.</summary>
    public const int WarpRows = 16;

    public const int Threads = 128;

    /// <summary>Packed rows of a tile.</summary>
    public int Rows => IsFloat ? 16 : HeadDim <= 128 ? 128 : 64;

    /// <summary>Packed rows of a tile of four warps in paged attention.</summary>
    public int PagedRows => IsFloat ? 16 : 64;

    public int ForwardShared => IsFloat ? sizeof(float) * (Rows * HeadDim + Rows * BlockKeys + BlockKeys * (HeadDim + 1)) : sizeof(ushort) * (Rows + 2 * BlockKeys) * HeadDim + sizeof(int) * Rows;

    public int PagedShared => IsFloat ? ForwardShared : sizeof(ushort) * (PagedRows + 2 * BlockKeys) * HeadDim + sizeof(int) * PagedRows;

    public int DecodeShared => sizeof(ushort) * (WarpRows + 2 * BlockKeys) * HeadDim + sizeof(int) * WarpRows;

    /// <summary>Floats that a block of the forward kernel keeps of the chunks before, for tiles of <paramref name="rows"/>.</summary>
    public int KeptFloats(int rows) => Threads * (IsFloat ? 4 * (HeadDim / 32 + 2) : rows / 64 * (HeadDim / 2 + 4));

    /// <summary>Blocks of the query gradient for one item.</summary>
    public int QueryParts => IsFloat ? 1 : Rows / 64;

    public int QueryShared => IsFloat
        ? sizeof(float) * (2 * Rows * HeadDim + Rows * 32 + 2 * 32 * (HeadDim + 1))
        : sizeof(ushort) * 2 * (64 + (HeadDim <= 128 ? 64 : 32)) * HeadDim;

    /// <summary>Blocks of the key gradient for one tile of keys.</summary>
    public int KeyParts => IsFloat ? BlockKeys / FloatKeys : 1;

    public int KeyThreads => IsFloat || HeadDim <= 128 ? 128 : 256;

    public int KeyShared => IsFloat
        ? sizeof(float) * 2 * (FloatKeys * HeadDim + FloatKeys * 32 + 32 * (HeadDim + 1))
        : sizeof(ushort) * 2 * (BlockKeys + 32 * KeyStages) * HeadDim + 16 * 32 * KeyStages;

    private int FloatKeys => HeadDim <= 128 ? 16 : 8;

    private int KeyStages => HeadDim <= 128 ? 2 : 1;
}

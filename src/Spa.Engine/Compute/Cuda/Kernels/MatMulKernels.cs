namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.MatMul.cs</c>.</summary>
internal static class MatMulKernels
{
    /// <summary>Rows and columns of the large tile, and of the one for few rows or columns and for rows that do not start on 16 bytes.</summary>
    public const int LargeTile = 128;

    public const int SmallTile = 64;

    /// <summary>The most rows of <see cref="Rows"/>, and its columns of a block.</summary>
    public const int FewRows = 16;

    public const int RowsColumns = 32;

    public const int RowsFewColumns = 16;

    /// <summary>128 registers are two blocks of 256 threads a multiprocessor, or four of 128.</summary>
    public static readonly KernelTemplate Tiles = new("matmul", "matmul", ["SPA_TRANSPOSE_A", "SPA_TRANSPOSE_B", "SPA_VECTOR", "SPA_TILE"], registers: 128, variants:
    [
        [0, 1, 1, LargeTile], [0, 0, 1, LargeTile], [1, 0, 1, LargeTile],
        [0, 1, 1, SmallTile], [0, 0, 1, SmallTile], [1, 0, 1, SmallTile], [1, 1, 1, SmallTile],
        [0, 1, 0, SmallTile], [0, 0, 0, SmallTile], [1, 0, 0, SmallTile], [1, 1, 0, SmallTile],
    ]);

    public static readonly KernelTemplate Rows = new("matmul_rows", "matmul_rows", ["SPA_TILE_N"], registers: 64, variants: [[RowsColumns], [RowsFewColumns]]);

    /// <summary>80 registers are three blocks of 256 threads a multiprocessor; this is the path for parity.</summary>
    public static readonly KernelTemplate Float = new("matmul_float", "matmul_float", ["SPA_A_BF16", "SPA_B_BF16", "SPA_TILE_M"], registers: 80,
        variants: [[0, 0, SmallTile], [0, 1, SmallTile], [1, 0, SmallTile], [0, 0, FewRows], [0, 1, FewRows], [1, 0, FewRows]]);

    public static IEnumerable<KernelTemplate> All => [Tiles, Rows, Float];

    /// <summary>Bytes of dynamic shared memory of <see cref="Tiles"/>: four stages of both operands, 32 deep.</summary>
    public static int TilesShared(int tile) => 4 * 2 * tile * 32 * sizeof(ushort);

    public static int TilesThreads(int tile) => tile == LargeTile ? 256 : 128;

    /// <summary>Bytes of dynamic shared memory of <see cref="Rows"/>: five stages of both operands, 128 deep.</summary>
    public static int RowsShared(int columns) => 5 * (FewRows + columns) * 128 * sizeof(ushort);

    /// <summary>A warp for every eight columns.</summary>
    public static int RowsThreads(int columns) => columns * 4;
}

namespace Spa.Emulator;

/// <summary>Blocks of a grid, threads of a block and dynamic shared memory in bytes.</summary>
public readonly record struct LaunchGeometry(int GridX, int GridY, int GridZ, int BlockX, int BlockY, int BlockZ, int DynamicSharedBytes)
{
    /// <summary>A one-dimensional launch.</summary>
    public static LaunchGeometry Linear(int blocks, int threads, int dynamicSharedBytes = 0) => new(blocks, 1, 1, threads, 1, 1, dynamicSharedBytes);

    /// <summary>Blocks in the grid.</summary>
    public long Blocks => (long)GridX * GridY * GridZ;

    /// <summary>Threads in a block.</summary>
    public int Threads => BlockX * BlockY * BlockZ;
}

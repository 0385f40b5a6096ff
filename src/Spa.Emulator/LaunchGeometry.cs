namespace Spa.Emulator;

/// <summary>Blocks of a grid, threads of a block, and bytes of dynamic shared memory of a block.</summary>
public readonly record struct LaunchGeometry(int GridX, int GridY, int GridZ, int BlockX, int BlockY, int BlockZ, int DynamicSharedBytes)
{
    public int Threads => BlockX * BlockY * BlockZ;

    public long Blocks => (long)GridX * GridY * GridZ;
}

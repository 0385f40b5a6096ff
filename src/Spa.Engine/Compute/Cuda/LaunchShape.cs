namespace Spa.Engine.Compute.Cuda;

/// <summary>How many blocks of how many threads a launch has.</summary>
/// <param name="GridX">Blocks; 0 anywhere means that there is nothing to do.</param>
/// <param name="GridY">Blocks, at most 65,535.</param>
/// <param name="GridZ">Blocks, at most 65,535.</param>
/// <param name="Threads">Threads of a block, in one dimension.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block, bytes.</param>
public readonly record struct LaunchShape(int GridX, int GridY, int GridZ, int Threads, int SharedBytes = 0)
{
    public override string ToString() => $"grid ({GridX}, {GridY}, {GridZ}), {Threads} threads, {SharedBytes} bytes of shared memory";
}

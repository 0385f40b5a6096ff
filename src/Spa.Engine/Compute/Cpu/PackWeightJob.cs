namespace Spa.Engine.Compute.Cpu;

/// <summary>Packs one panel of 32 rows of a weight per part.</summary>
internal readonly unsafe struct PackWeightJob<T>(Tensor packed, Tensor weight) : IJob where T : unmanaged
{
    public void Execute(int index)
    {
        long first = (long)index * PanelPacking.Width;
        int rows = (int)Math.Min(PanelPacking.Width, weight.Rows - first);
        nint depth = weight.Columns;
        PanelPacking.FromLanes((T*)weight.Address + (nint)first * weight.Stride, weight.Stride, rows, depth, (T*)packed.Address + (nint)first * depth, PanelPacking.Width);
    }
}

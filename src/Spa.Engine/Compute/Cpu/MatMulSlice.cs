namespace Spa.Engine.Compute.Cpu;

/// <summary>A group of rows times neighbouring panels over a slice of k: what <see cref="MatMulGroup{TVector, TOps, TPanel, TRows}"/> cuts into tiles.</summary>
internal unsafe struct MatMulSlice
{
    /// <summary>The tile of the first column; the others follow to its right.</summary>
    public MatMulTile Tile;

    /// <summary>Elements from one panel to the next.</summary>
    public nint PanelStride;

    /// <summary>Columns that exist; the last panel may be part empty.</summary>
    public int Columns;
}

namespace Spa.Emulator.Warp;

/// <summary>Lanes of a warp that are at the same instruction.</summary>
internal struct LaneGroup
{
    public int Pc;
    public uint Mask;
    public LaneGroupState State;

    /// <summary>Number of the barrier, or the member mask it waits for.</summary>
    public uint Wanted;
}

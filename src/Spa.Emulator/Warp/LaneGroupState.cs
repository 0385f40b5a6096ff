namespace Spa.Emulator.Warp;

internal enum LaneGroupState : byte
{
    Ready,

    /// <summary>At a warp-wide instruction that names lanes which are elsewhere.</summary>
    AtGate,

    /// <summary>At <c>bar.warp.sync</c>.</summary>
    AtWarpBarrier,
    AtBarrier,
}

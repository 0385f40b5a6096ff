using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>reward_metrics</c> in <c>reward.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RewardMetricsArgs
{
    public nint Metrics; // [16]
    public nint Results; // [P, 8]
    public nint Scores; // [P, 6]
    public nint Margins; // [P], or 0
    public nint Flags; // [P], or 0
    public nint Threshold; // [1], or 0
    public nint Segments; // [2P, 2]
    public nint Entropy; // [R] each, or 0
    public nint MeanLogit;
    public nint Top1;
    public int Pairs;
}

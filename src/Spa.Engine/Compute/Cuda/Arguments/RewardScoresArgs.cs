using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>reward_scores</c> in <c>reward.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RewardScoresArgs
{
    public nint Scores; // [P, 6]
    public nint Segments; // [2P, 2]
    public nint Policy; // [R]
    public nint Reference; // [R], or 0
    public nint Extrapolated; // [R], or 0
    public nint Known; // [P, 2], or 0
    public double Tail;
    public int Pairs;
}

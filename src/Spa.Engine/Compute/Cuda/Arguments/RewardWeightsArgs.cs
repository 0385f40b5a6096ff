using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>reward_weights</c> in <c>reward.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RewardWeightsArgs
{
    public nint Weights; // [P]
    public nint Segments; // [2P, 2]
    public nint Policy; // [R]
    public nint Squares; // [R]
    public int Pairs;
}

using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>reward_loss</c> in <c>reward.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct RewardLossArgs
{
    public nint Results; // [P, 8]
    public nint Coefficient; // [R]
    public nint Scores; // [P, 6]
    public nint Segments; // [2P, 2]
    public nint Flags; // [P], or 0
    public nint Weights; // [P], or 0
    public double Beta;
    public double Smoothing;
    public double Weight;
    public double Scale;
    public double Tail;
    public double Tau;
    public double Alpha;
    public int Pairs;
    public int Accumulate;
    public int Divergence;
    public int FlagEffect;
}

using System.Numerics;
using Spa.Emulator.Counters;

namespace Spa.Emulator.Warp;

internal static class CountExtensions
{
    public static void Count(this LaunchCounts counts, Instruction instruction, uint exec)
    {
        counts.Add(instruction.Class);
        int lanes = BitOperations.PopCount(exec);
        counts.LaneInstructions += lanes;
        if (instruction.Flops == 0 || lanes == 0) return;
        if (instruction.Class == InstructionClass.Matrix)
        {
            counts.MatrixFlops += instruction.Flops;
            counts.Flops += instruction.Flops;
        }
        else
        {
            counts.Flops += (long)instruction.Flops * lanes;
        }
    }
}

using System.Numerics;

namespace Spa.Emulator.Warp;

/// <summary>barrier.red: a predicate of all threads that come to a barrier.</summary>
internal sealed unsafe partial class BlockState
{
    private readonly List<(WarpState Warp, Instruction Instruction, uint Lanes)>[] _reductions = [.. Enumerable.Range(0, Barriers).Select(_ => new List<(WarpState, Instruction, uint)>())];

    private void Reduce(WarpState warp, Instruction instruction, int id, uint lanes)
    {
        if (instruction.C >= 0) _reductions[id].Add((warp, instruction, lanes));
    }

    private void FinishReduction(int id)
    {
        if (_reductions[id].Count == 0) return;
        int count = 0, all = 0;
        foreach ((WarpState warp, Instruction instruction, uint lanes) in _reductions[id])
        {
            uint predicate = *(uint*)(warp.File + instruction.C);
            count += BitOperations.PopCount((instruction.Signed ? ~predicate : predicate) & lanes);
            all += BitOperations.PopCount(lanes);
        }
        foreach ((WarpState warp, Instruction instruction, uint lanes) in _reductions[id])
        {
            if (instruction.Mode == 0)
            {
                for (uint left = lanes; left != 0; left &= left - 1) warp.Lanes(instruction.D)[BitOperations.TrailingZeroCount(left)] = (uint)count;
                continue;
            }
            bool value = instruction.Mode == 1 ? count == all : count > 0;
            uint* bits = (uint*)(warp.File + instruction.D);
            *bits = value ? *bits | lanes : *bits & ~lanes;
        }
        _reductions[id].Clear();
    }
}

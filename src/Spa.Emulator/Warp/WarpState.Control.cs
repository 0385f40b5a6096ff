using System.Numerics;
using Spa.Emulator.Checks;

namespace Spa.Emulator.Warp;

/// <summary>Branches, calls, exits and what lanes wait at.</summary>
internal sealed unsafe partial class WarpState
{
    /// <summary>Runs an instruction that is not plain. Returns where the group goes on with the lanes that are left in <paramref name="active"/>.</summary>
    private int Control(Instruction* i, int pc, uint mask, ref uint active)
    {
        if (mask == 0) return pc + 1;
        switch (i->Kind)
        {
            case InstructionKind.Branch:
                if (mask == active) return i->Target;
                active &= ~mask;
                Add(i->Target, mask, LaneGroupState.Ready, 0);
                return pc + 1;
            case InstructionKind.BranchIndexed:
                return BranchIndexed(i, pc, mask, ref active);
            case InstructionKind.Call:
                Lanes.Broadcast((uint)(pc + 1), (uint*)(Registers + i->D), mask);
                if (mask == active) return i->Target;
                active &= ~mask;
                Add(i->Target, mask, LaneGroupState.Ready, 0);
                return pc + 1;
            case InstructionKind.Return:
                return Return(i, pc, mask, ref active);
            case InstructionKind.Exit:
                active &= ~mask;
                Exit(mask);
                return pc + 1;
            case InstructionKind.Gated:
                return Gate(i, pc, mask, ref active);
            case InstructionKind.WarpBarrier:
                return WarpBarrier(i, pc, mask, ref active);
            case InstructionKind.Barrier:
                return Barrier(i, pc, mask, ref active);
            default:
                return pc + 1;
        }
    }

    private int BranchIndexed(Instruction* i, int pc, uint mask, ref uint active)
    {
        uint* index = (uint*)(Registers + i->A);
        active &= ~mask;
        for (uint rest = mask; rest != 0;)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            uint same = SameLanes(index, index[lane], rest);
            if (index[lane] >= (uint)i->Count) throw Fault(DeviceFaultKind.OutOfBounds, lane, $"brx.idx with index {index[lane]}, its list has {i->Count} targets");
            Add(i->List[index[lane]], same, LaneGroupState.Ready, 0);
            rest &= ~same;
        }
        return pc + 1;
    }

    private int Return(Instruction* i, int pc, uint mask, ref uint active)
    {
        uint* to = (uint*)(Registers + i->A);
        uint first = to[BitOperations.TrailingZeroCount(mask)];
        if (mask == active && SameLanes(to, first, mask) == mask) return (int)first;
        active &= ~mask;
        for (uint rest = mask; rest != 0;)
        {
            uint place = to[BitOperations.TrailingZeroCount(rest)], same = SameLanes(to, place, rest);
            Add((int)place, same, LaneGroupState.Ready, 0);
            rest &= ~same;
        }
        return pc + 1;
    }

    private static uint SameLanes(uint* values, uint value, uint mask)
    {
        uint same = 0;
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (values[lane] == value) same |= 1u << lane;
        }
        return same;
    }

    private void Exit(uint mask)
    {
        Alive &= ~mask;
        // Who waits for these lanes looks again.
        for (int g = 0; g < _count; g++) if (_groups[g].State == LaneGroupState.AtGate) _groups[g].State = LaneGroupState.Ready;
        ReleaseWarpBarrier();
        if (Alive == 0) Block.LiveWarps--;
        Block.ThreadsExited(BitOperations.PopCount(mask));
    }

    /// <summary>A warp-wide instruction: the lanes that it names come together first.</summary>
    private int Gate(Instruction* i, int pc, uint mask, ref uint active)
    {
        uint members = Members(i, mask);
        if ((members & Alive & ~mask) == 0)
        {
            i->Execute(this, i, mask);
            if (i->Class == Counters.InstructionClass.Warp && mask == Alive && _exchanges < AccessShadow.ManyExchanges) _exchanges++;
            return pc + 1;
        }
        active &= ~mask;
        Add(pc, mask, LaneGroupState.AtGate, members);
        return pc + 1;
    }

    /// <summary>The member mask, which must be the same for all lanes and name each of them.</summary>
    private uint Members(Instruction* i, uint mask)
    {
        uint* masks = (uint*)(Registers + i->C);
        int first = BitOperations.TrailingZeroCount(mask);
        uint members = masks[first];
        for (uint rest = mask; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            if (masks[lane] != members) throw Fault(DeviceFaultKind.WarpSync, lane, $"member masks differ within a warp: 0x{members:x8} in lane {first}, 0x{masks[lane]:x8} in lane {lane}");
        }
        uint strangers = mask & ~members;
        if (strangers == 0) return members;
        int stranger = BitOperations.TrailingZeroCount(strangers);
        throw Fault(DeviceFaultKind.WarpSync, stranger, $"lane {stranger} executes a warp-wide instruction whose member mask 0x{members:x8} does not name it");
    }

    private int WarpBarrier(Instruction* i, int pc, uint mask, ref uint active)
    {
        uint members = Members(i, mask);
        if ((members & Alive & ~mask) == 0)
        {
            Tick();
            return pc + 1;
        }
        active &= ~mask;
        Add(pc + 1, mask, LaneGroupState.AtWarpBarrier, members);
        ReleaseWarpBarrier();
        return pc + 1;
    }

    private void ReleaseWarpBarrier()
    {
        for (int g = 0; g < _count; g++)
        {
            if (_groups[g].State != LaneGroupState.AtWarpBarrier) continue;
            uint wanted = _groups[g].Wanted, here = 0;
            for (int other = 0; other < _count; other++)
                if (_groups[other].State == LaneGroupState.AtWarpBarrier && _groups[other].Wanted == wanted) here |= _groups[other].Mask;
            if ((wanted & Alive & ~here) != 0) continue;
            for (int other = 0; other < _count; other++)
                if (_groups[other].State == LaneGroupState.AtWarpBarrier && _groups[other].Wanted == wanted) _groups[other].State = LaneGroupState.Ready;
            Tick();
        }
    }

    /// <summary>What this warp has done so far lies before what its lanes do next.</summary>
    private void Tick()
    {
        Seen[Index] = Clock;
        Clock++;
        _exchanges = 0;
    }

    private int Barrier(Instruction* i, int pc, uint mask, ref uint active)
    {
        bool aligned = (i->Target & BarrierForm.Aligned) != 0;
        if (aligned && (Alive & ~mask) != 0)
        {
            // Lanes that took another way may still come here.
            active &= ~mask;
            Add(pc, mask, LaneGroupState.AtGate, Alive);
            return pc + 1;
        }
        int first = BitOperations.TrailingZeroCount(mask);
        uint number = ((uint*)(Registers + i->A))[first];
        int expected = (i->Target & BarrierForm.Counted) != 0 ? (int)((uint*)(Registers + i->B))[first] : 0;
        if (number >= BlockState.Barriers) throw Fault(DeviceFaultKind.Barrier, first, $"barrier {number}: expected 0 to 15");
        if (expected % Lanes.Count != 0) throw Fault(DeviceFaultKind.Barrier, first, $"barrier {number} counts {expected} threads: expected a multiple of 32");
        BarrierState barrier = Block.Named[number];
        if (barrier.Arrived > 0 && barrier.Expected != expected)
            throw Fault(DeviceFaultKind.Barrier, first, $"barrier {number} counts {Describe(expected)} here, {Describe(barrier.Expected)} where others wait");
        barrier.Expected = expected;
        // The last warp of a block may be short; with a count it stands for 32 threads.
        barrier.Arrived += expected != 0 && mask == Alive ? Lanes.Count : BitOperations.PopCount(mask);
        if (barrier.Expected != 0 && barrier.Arrived > barrier.Expected)
            throw Fault(DeviceFaultKind.Barrier, first, $"barrier {number} counts {expected} threads, {barrier.Arrived} have arrived");
        for (int w = 0; w < 32; w++) barrier.Clocks[w] = Math.Max(barrier.Clocks[w], Seen[w]);
        barrier.Clocks[Index] = Math.Max(barrier.Clocks[Index], Clock);
        if ((i->Target & BarrierForm.Reduce) != 0)
        {
            uint predicate = *(uint*)(Registers + i->C) ^ ((i->Target & BarrierForm.Negated) != 0 ? Lanes.All : 0);
            barrier.True += BitOperations.PopCount(predicate & mask);
            barrier.Reduced += BitOperations.PopCount(mask);
        }
        if ((i->Target & BarrierForm.Arrive) != 0)
        {
            Tick();
            Block.TryRelease((int)number);
            return pc + 1;
        }
        active &= ~mask;
        Add(pc + 1, mask, LaneGroupState.AtBarrier, number);
        Block.TryRelease((int)number);
        return pc + 1;
    }

    private static string Describe(int expected) => expected == 0 ? "all threads" : $"{expected} threads";

    /// <summary>A barrier has all its threads: this warp's lanes that wait there go on, and see what all of them did.</summary>
    public void LeaveBarrier(int number, BarrierState barrier)
    {
        bool left = false;
        for (int g = 0; g < _count; g++)
        {
            if (_groups[g].State != LaneGroupState.AtBarrier || _groups[g].Wanted != (uint)number) continue;
            _groups[g].State = LaneGroupState.Ready;
            Instruction* i = _program.Code + _groups[g].Pc - 1;
            if ((i->Target & BarrierForm.Reduce) != 0) Reduce(i, _groups[g].Mask, barrier);
            left = true;
        }
        if (!left) return;
        for (int w = 0; w < 32; w++) Seen[w] = Math.Max(Seen[w], barrier.Clocks[w]);
        Tick();
    }

    private void Reduce(Instruction* i, uint mask, BarrierState barrier)
    {
        if ((i->Target & BarrierForm.Popc) != 0)
        {
            Lanes.Broadcast((uint)barrier.True, (uint*)(Registers + i->D), mask);
            return;
        }
        bool value = (i->Target & BarrierForm.And) != 0 ? barrier.True == barrier.Reduced : barrier.True > 0;
        uint* predicate = (uint*)(Registers + i->D);
        *predicate = value ? *predicate | mask : *predicate & ~mask;
    }

    /// <summary>What the lanes of this warp wait for, for the report of a deadlock.</summary>
    public IEnumerable<string> DescribeWaits()
    {
        for (int g = 0; g < _count; g++) yield return DescribeWait(_groups[g]);
    }

    private string DescribeWait(LaneGroup group)
    {
        string lanes = $"warp {Index} lanes 0x{group.Mask:x8}";
        return group.State switch
        {
            LaneGroupState.AtBarrier => $"{lanes} wait at barrier {group.Wanted} ({_program.DescribePlace(group.Pc - 1)})",
            LaneGroupState.AtWarpBarrier => $"{lanes} wait at bar.warp.sync for lanes 0x{group.Wanted & Alive & ~group.Mask:x8} ({_program.DescribePlace(group.Pc - 1)})",
            LaneGroupState.AtGate => $"{lanes} wait for lanes 0x{group.Wanted & Alive & ~group.Mask:x8} ({_program.DescribePlace(group.Pc)})",
            _ => $"{lanes} can run",
        };
    }
}

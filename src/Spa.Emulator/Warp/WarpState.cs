using System.Numerics;
using System.Runtime.InteropServices;

namespace Spa.Emulator.Warp;

/// <summary>
/// 32 threads in step. Registers lie lane by lane, so that an instruction is a few vector operations. Lanes that went different ways form groups; the group with the lowest
/// instruction runs first, and groups that meet join, which brings lanes together again behind a branch.
/// </summary>
internal sealed unsafe partial class WarpState : IDisposable
{
    private readonly LaunchState _launch;
    private readonly KernelProgram _program;
    private readonly uint _lanes;
    private readonly LaneGroup[] _groups = new LaneGroup[Lanes.Count];
    private readonly byte* _local;
    private int _count;
    private int _pc;
    private long _budget;

    public WarpState(LaunchState launch, BlockState block, int index, int threads)
    {
        _launch = launch;
        _program = launch.Program;
        Block = block;
        Index = index;
        _lanes = threads >= Lanes.Count ? Lanes.All : (1u << threads) - 1;
        Registers = (byte*)NativeMemory.AlignedAlloc((nuint)_program.RegisterBytes, 64);
        NativeMemory.Clear(Registers, (nuint)_program.RegisterBytes);
        _local = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, (long)_program.LocalBytes * Lanes.Count), 64);
        Seen = (uint*)NativeMemory.AlignedAlloc(32 * sizeof(uint), 64);
        *(uint*)(Registers + KernelProgram.True) = Lanes.All;
        foreach ((int offset, int laneBytes, ulong value) in _program.Constants)
        {
            if (laneBytes == 2) Lanes.Broadcast((ushort)value, (ushort*)(Registers + offset), Lanes.All);
            else if (laneBytes == 4) Lanes.Broadcast((uint)value, (uint*)(Registers + offset), Lanes.All);
            else if (laneBytes == 8) Lanes.Broadcast(value, (ulong*)(Registers + offset), Lanes.All);
            else *(uint*)(Registers + offset) = value != 0 ? Lanes.All : 0;
        }
    }

    public BlockState Block { get; }

    public LaunchState Launch => _launch;

    public KernelProgram Program => _program;

    /// <summary>Number in the block.</summary>
    public int Index { get; }

    public byte* Registers { get; }

    /// <summary>Lanes that have not exited.</summary>
    public uint Alive { get; private set; }

    /// <summary>Barriers passed, from 1; accesses carry it.</summary>
    public uint Clock { get; private set; }

    /// <summary>For every warp of the block: the clock up to which its accesses lie before this warp's next one.</summary>
    public uint* Seen { get; }

    /// <summary>Instruction that is running.</summary>
    public int Pc => _pc;

    public void Start()
    {
        Alive = _lanes;
        _count = 1;
        _groups[0] = new LaneGroup { Pc = _program.Entry, Mask = _lanes };
        _budget = _launch.Options.InstructionBudget;
        Clock = 1;
        _exchanges = 0;
        for (int w = 0; w < 32; w++) Seen[w] = 0;
        _copies.Clear();
        Array.Clear(_committed);
        Specials.Fill(this);
    }

    public bool CanRun
    {
        get
        {
            for (int g = 0; g < _count; g++) if (_groups[g].State == LaneGroupState.Ready) return true;
            return false;
        }
    }

    /// <summary>Local memory of a lane.</summary>
    public byte* LocalOf(int lane) => _local + (long)lane * _program.LocalBytes;

    /// <summary>Runs until all lanes wait or have exited, or for that many instructions.</summary>
    public void Run(int turn)
    {
        Instruction* code = _program.Code;
        long* executions = _launch.Executions;
        int left = turn;
        while (left > 0)
        {
            int picked = Pick();
            if (picked < 0) break;
            int pc = _groups[picked].Pc;
            uint active = _groups[picked].Mask;
            _groups[picked] = _groups[--_count];
            int stop = NextStop(pc);
            while (true)
            {
                if (pc >= stop || left <= 0)
                {
                    Add(pc, active, LaneGroupState.Ready, 0);
                    break;
                }
                left--;
                _pc = pc;
                Instruction* i = code + pc;
                uint mask = active & (*(uint*)(Registers + i->Predicate) ^ i->PredicateFlip);
                if (executions != null)
                {
                    executions[2 * pc]++;
                    executions[2 * pc + 1] += BitOperations.PopCount(mask);
                }
                if (i->Kind == InstructionKind.Plain)
                {
                    if (mask != 0) i->Execute(this, i, mask);
                    pc++;
                    continue;
                }
                if (i->Kind == InstructionKind.Pause) left = 0;
                pc = Control(i, pc, mask, ref active);
                if (active == 0) break;
                stop = _count == 0 ? int.MaxValue : NextStop(pc);
            }
        }
        int executed = turn - Math.Max(left, 0);
        _launch.Clock += executed;
        _budget -= executed;
        if (_budget < 0)
        {
            throw Fault(Checks.DeviceFaultKind.InstructionBudget, BitOperations.TrailingZeroCount(Alive),
                $"no end after {_launch.Options.InstructionBudget:N0} instructions of one warp: an endless loop, or a wait for a block that cannot run");
        }
    }

    private void Add(int pc, uint mask, LaneGroupState state, uint wanted) => _groups[_count++] = new LaneGroup { Pc = pc, Mask = mask, State = state, Wanted = wanted };

    /// <summary>Joins what stands at the lowest ready place and returns its index, or -1.</summary>
    private int Pick()
    {
        int best = -1;
        for (int g = 0; g < _count; g++)
            if (_groups[g].State == LaneGroupState.Ready && (best < 0 || _groups[g].Pc < _groups[best].Pc)) best = g;
        if (best < 0 || _count == 1) return best;
        for (int g = _count - 1; g >= 0; g--)
        {
            if (g == best || _groups[g].Pc != _groups[best].Pc || _groups[g].State > LaneGroupState.AtGate) continue;
            _groups[best].Mask |= _groups[g].Mask;
            _groups[g] = _groups[--_count];
            if (best == _count) best = g;
        }
        return best;
    }

    /// <summary>Where a group at <paramref name="pc"/> has to stop: at once where another is ready before it, else at the first place where one stands.</summary>
    private int NextStop(int pc)
    {
        int stop = int.MaxValue;
        for (int g = 0; g < _count; g++)
        {
            ref LaneGroup group = ref _groups[g];
            if (group.State == LaneGroupState.Ready) stop = Math.Min(stop, group.Pc);
            else if (group.State == LaneGroupState.AtGate && group.Pc >= pc) stop = Math.Min(stop, group.Pc);
        }
        return stop;
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(Registers);
        NativeMemory.AlignedFree(_local);
        NativeMemory.AlignedFree(Seen);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Spa.Emulator.Checks;
using Spa.Emulator.Counters;

namespace Spa.Emulator.Warp;

/// <summary>
/// A warp: its registers, and its lanes in groups that stand at the same instruction. The group with the lowest instruction runs first, which
/// brings lanes together again behind a branch.
/// </summary>
internal sealed unsafe partial class WarpState
{
    private const byte Ready = 0, Converging = 1, AtBarrier = 2;

    private readonly int[] _places = new int[32];
    private readonly uint[] _masks = new uint[32];
    private readonly byte[] _states = new byte[32];
    private int _groups;

    /// <summary>Return places of each lane per called function.</summary>
    private readonly Dictionary<int, int[]> _returns = [];

    public WarpState(BlockState block, int index)
    {
        Block = block;
        Index = index;
        Counts = block.Counts;
    }

    public BlockState Block { get; }

    /// <summary>Number of the warp in its block.</summary>
    public int Index { get; }

    public LaunchCounts? Counts { get; }

    /// <summary>The register file: 32 lanes of four bytes (eight for 64-bit registers) each, predicates one word.</summary>
    public byte* File { get; private set; }

    /// <summary>Lanes for which the present instruction runs.</summary>
    public uint Exec { get; private set; }

    /// <summary>Lanes that have not ended.</summary>
    public uint Live { get; private set; }

    public Instruction Current { get; private set; } = null!;

    /// <summary>Copies issued and not yet committed, and committed groups, oldest first.</summary>
    public List<AsyncCopy> Uncommitted { get; } = [];

    public Queue<AsyncCopy[]> Committed { get; } = [];

    public bool HasEnded => Live == 0;

    /// <summary>Whether some group can run.</summary>
    public bool CanRun
    {
        get
        {
            for (int g = 0; g < _groups; g++) if (_states[g] == Ready) return true;
            return false;
        }
    }

    public void Start(byte* file, uint live)
    {
        File = file;
        Live = live;
        _groups = 1;
        (_places[0], _masks[0], _states[0]) = (0, live, Ready);
        Uncommitted.Clear();
        Committed.Clear();
        LaneBits.Fill(this, live);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint* Lanes(int offset) => (uint*)(File + offset);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong* Wide(int offset) => (ulong*)(File + offset);

    /// <summary>Value of a lane of a register of 4 or 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Get(int offset, int lane, int width) => width == 8 ? Wide(offset)[lane] : Lanes(offset)[lane];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int offset, int lane, int width, ulong value)
    {
        if (width == 8) Wide(offset)[lane] = value;
        else Lanes(offset)[lane] = (uint)value;
    }

    /// <summary>Sets the bits of a predicate for the lanes that run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void SetPredicate(int offset, uint bits)
    {
        uint* predicate = (uint*)(File + offset);
        *predicate = (*predicate & ~Exec) | (bits & Exec);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(int offset, Vector512<uint> low, Vector512<uint> high)
    {
        byte* p = File + offset;
        if (Exec == uint.MaxValue)
        {
            low.Store((uint*)p);
            high.Store((uint*)p + 16);
            return;
        }
        Vector512.ConditionalSelect(LaneBits.Mask32(Exec), low, Vector512.Load((uint*)p)).Store((uint*)p);
        Vector512.ConditionalSelect(LaneBits.Mask32(Exec >> 16), high, Vector512.Load((uint*)p + 16)).Store((uint*)p + 16);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void PutWide(int offset, int part, Vector512<ulong> value)
    {
        ulong* p = (ulong*)(File + offset) + 8 * part;
        if (Exec == uint.MaxValue) value.Store(p);
        else Vector512.ConditionalSelect(LaneBits.Mask64(Exec >> (8 * part)), value, Vector512.Load(p)).Store(p);
    }

    /// <summary>Runs until every lane waits or has ended.</summary>
    public void Run()
    {
        Instruction[] code = Block.Program.Code;
        while (Pick() is var group && group >= 0)
        {
            int place = _places[group];
            uint mask = _masks[group];
            int stop = NextPlace(group, place);
            while (true)
            {
                if (place >= stop) break;
                Instruction instruction = code[place];
                Current = instruction;
                uint exec = mask;
                if (instruction.Guard >= 0)
                {
                    uint predicate = *(uint*)(File + instruction.Guard);
                    exec &= instruction.GuardNegated ? ~predicate : predicate;
                }
                Exec = exec;
                Block.Step();
                Counts?.Count(instruction, exec);
                if (instruction.Kind == InstructionKind.Plain)
                {
                    if (exec != 0) instruction.Run(this, instruction);
                    place++;
                    continue;
                }
                if (!Control(instruction, group, ref place, ref mask, exec)) break;
                // A split made another group, whose place may come first or be met.
                stop = NextPlace(group, place);
            }
            // A group that has ended, waits or was split off has written itself; the others go on from here.
            if (_active == group)
            {
                _places[group] = place;
                _masks[group] = mask;
            }
        }
    }

    /// <summary>Group that Run is working on; -1 once it wrote itself back.</summary>
    private int _active;

    /// <summary>Lets a waiting group go on.</summary>
    public void Release(int barrier)
    {
        for (int g = 0; g < _groups; g++)
        {
            if (_states[g] != AtBarrier || _barriers[g] != barrier) continue;
            _states[g] = Ready;
        }
    }

    private readonly int[] _barriers = new int[32];

    /// <summary>The ready group with the lowest place, joined with all others at that place; -1 where none is ready.</summary>
    private int Pick()
    {
        int best = -1;
        for (int g = 0; g < _groups; g++)
            if (_states[g] == Ready && (best < 0 || _places[g] < _places[best])) best = g;
        if (best < 0) return _active = -1;
        for (int g = _groups - 1; g >= 0; g--)
        {
            if (g == best || _states[g] == AtBarrier || _places[g] != _places[best]) continue;
            _masks[best] |= _masks[g];
            int last = _groups - 1;
            bool bestIsLast = best == last;
            Remove(g);
            if (bestIsLast) best = g;
        }
        return _active = best;
    }

    /// <summary>The lowest place at or above <paramref name="place"/> where another group stands, and at which this one must stop; a lower one stops it at once.</summary>
    private int NextPlace(int group, int place)
    {
        int next = int.MaxValue;
        for (int g = 0; g < _groups; g++)
        {
            if (g == group || _states[g] == AtBarrier) continue;
            if (_states[g] == Ready && _places[g] < place) return 0;
            if (_places[g] >= place) next = Math.Min(next, _places[g]);
        }
        return next;
    }

    private void Remove(int group)
    {
        int last = --_groups;
        (_places[group], _masks[group], _states[group], _barriers[group]) = (_places[last], _masks[last], _states[last], _barriers[last]);
    }

    private void AddGroup(int place, uint mask, byte state = Ready, int barrier = 0)
    {
        (_places[_groups], _masks[_groups], _states[_groups], _barriers[_groups]) = (place, mask, state, barrier);
        _groups++;
    }

    /// <summary>Control flow. True: the group goes on at <paramref name="place"/> with <paramref name="mask"/>; false: it is done for now.</summary>
    private bool Control(Instruction i, int group, ref int place, ref uint mask, uint exec)
    {
        switch (i.Kind)
        {
            case InstructionKind.Converging:
                uint needed = NamedLanes(i, exec) & Live;
                if (exec != 0 && (exec & needed) != needed)
                {
                    _places[group] = place;
                    _masks[group] = mask;
                    _states[group] = Converging;
                    _active = -1;
                    return false;
                }
                if (exec != 0) i.Run(this, i);
                place++;
                return true;
            case InstructionKind.Branch:
                if (exec == mask)
                {
                    place = i.Target;
                    return true;
                }
                if (exec == 0)
                {
                    place++;
                    return true;
                }
                if (Counts is not null) Counts.DivergentBranches++;
                AddGroup(i.Target, exec);
                mask &= ~exec;
                place++;
                return true;
            case InstructionKind.IndexedBranch:
                Split(mask & ~exec, place + 1);
                for (uint left = exec; left != 0;)
                {
                    uint index = Lanes(i.A)[BitOperations.TrailingZeroCount(left)];
                    uint same = 0;
                    for (uint rest = left; rest != 0; rest &= rest - 1)
                        if (Lanes(i.A)[BitOperations.TrailingZeroCount(rest)] == index) same |= 1u << BitOperations.TrailingZeroCount(rest);
                    if (index >= i.Targets.Length) throw Block.Fault(this, same, DeviceFaultKind.OutOfBounds, $"brx.idx with index {index} of {i.Targets.Length} targets");
                    AddGroup(i.Targets[index], same);
                    left &= ~same;
                }
                return Leave(group);
            case InstructionKind.Call:
                return Call(i, group, ref place, ref mask, exec);
            case InstructionKind.Return:
                return Return(i, group, ref place, ref mask, exec);
            case InstructionKind.Exit:
                End(exec);
                mask &= ~exec;
                place++;
                return mask != 0 || Leave(group);
            default:
                return Barrier(i, group, ref place, ref mask, exec);
        }
    }

    private void Split(uint mask, int place)
    {
        if (mask != 0) AddGroup(place, mask);
    }

    /// <summary>Takes the group away; its lanes are elsewhere now.</summary>
    private bool Leave(int group)
    {
        Remove(group);
        _active = -1;
        return false;
    }

    private void End(uint exec)
    {
        if (exec == 0) return;
        Live &= ~exec;
        Block.LanesEnded();
    }

    private bool Call(Instruction i, int group, ref int place, ref uint mask, uint exec)
    {
        if (exec == 0)
        {
            place++;
            return true;
        }
        var call = (CallSite)i.Extra!;
        if (!_returns.TryGetValue(call.Function, out int[]? places)) _returns[call.Function] = places = new int[32];
        for (uint left = exec; left != 0; left &= left - 1)
        {
            int lane = BitOperations.TrailingZeroCount(left);
            places[lane] = place + 1;
            byte* local = Block.LocalOf(this, lane);
            foreach ((int from, int to, int bytes) in call.Arguments) Buffer.MemoryCopy(local + from, local + to, bytes, bytes);
        }
        Split(mask & ~exec, place + 1);
        AddGroup(i.Target, exec);
        return Leave(group);
    }

    private bool Return(Instruction i, int group, ref int place, ref uint mask, uint exec)
    {
        if (i.Mode < 0)
        {
            End(exec);
            mask &= ~exec;
            place++;
            return mask != 0 || Leave(group);
        }
        if (exec == 0)
        {
            place++;
            return true;
        }
        int[] places = _returns[i.Mode];
        Split(mask & ~exec, place + 1);
        for (uint left = exec; left != 0;)
        {
            int to = places[BitOperations.TrailingZeroCount(left)];
            uint same = 0;
            for (uint rest = left; rest != 0; rest &= rest - 1)
                if (places[BitOperations.TrailingZeroCount(rest)] == to) same |= 1u << BitOperations.TrailingZeroCount(rest);
            AddGroup(to, same);
            left &= ~same;
        }
        return Leave(group);
    }

    private bool Barrier(Instruction i, int group, ref int place, ref uint mask, uint exec)
    {
        if (exec == 0)
        {
            place++;
            return true;
        }
        int lane = BitOperations.TrailingZeroCount(exec);
        int id = (int)Lanes(i.A)[lane], threads = i.B < 0 ? 0 : (int)Lanes(i.B)[lane];
        if ((uint)id > 15) throw Block.Fault(this, exec, DeviceFaultKind.Deadlock, $"barrier {id}: expected 0 to 15");
        Split(mask & ~exec, place + 1);
        bool waits = i.Kind == InstructionKind.Barrier;
        if (waits) AddGroup(place + 1, exec, AtBarrier, id);
        else AddGroup(place + 1, exec);
        Leave(group);
        Block.Arrive(this, i, id, threads, exec);
        return false;
    }

    /// <summary>Lanes that must be here for the instruction to run.</summary>
    private uint NamedLanes(Instruction i, uint exec)
    {
        if (i.E < 0 || exec == 0) return uint.MaxValue;
        uint named = Lanes(i.E)[BitOperations.TrailingZeroCount(exec)];
        if ((named & exec) != exec) throw Block.Fault(this, exec & ~named, DeviceFaultKind.WarpMask, $"{i}: a lane runs it that its mask 0x{named:x8} does not name");
        return named;
    }

    /// <summary>Where lanes stand that wait, one line each.</summary>
    public IEnumerable<string> Waiting()
    {
        for (int g = 0; g < _groups; g++)
        {
            Instruction at = Block.Program.Code[_states[g] == AtBarrier ? _places[g] - 1 : _places[g]];
            string what = _states[g] == AtBarrier ? $"at barrier {_barriers[g]}" : $"at {at}";
            yield return $"warp {Index}, lanes 0x{_masks[g]:x8}: {what}, {Block.Program.Place(at)}";
        }
    }
}

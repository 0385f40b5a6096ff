using System.Numerics;
using System.Runtime.InteropServices;
using Spa.Emulator.Checks;
using Spa.Emulator.Counters;
using Spa.Emulator.Memory;

namespace Spa.Emulator.Warp;

/// <summary>A block: shared and local memory, barriers, and the turns of its warps. Used for one block of a launch after the other.</summary>
internal sealed unsafe partial class BlockState : IDisposable
{
    private const int Barriers = 16;

    private readonly LaunchState _launch;
    private readonly WarpState[] _warps;
    private readonly byte* _files;
    private readonly byte* _local;
    private readonly int[] _arrived = new int[Barriers];
    private readonly int[] _expected = new int[Barriers];
    private readonly ulong[] _participants = new ulong[Barriers];
    private readonly uint[] _lastSync;
    private long _steps;

    public BlockState(LaunchState launch)
    {
        _launch = launch;
        Program = launch.Program;
        Counts = launch.Counts;
        Threads = launch.Geometry.Threads;
        _warps = new WarpState[(Threads + 31) / 32];
        for (int i = 0; i < _warps.Length; i++) _warps[i] = new WarpState(this, i);
        _files = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, (long)Program.FileBytes * _warps.Length), 64);
        NativeMemory.Clear(_files, (nuint)((long)Program.FileBytes * _warps.Length));
        SharedBytes = Program.StaticSharedBytes + launch.Geometry.DynamicSharedBytes;
        Shared = new Allocation(0, Math.Max(1, SharedBytes), "shared memory");
        Shared.TrackRaces();
        _local = (byte*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, (long)Program.LocalBytes * _warps.Length * 32), 64);
        _lastSync = new uint[_warps.Length * _warps.Length];
    }

    public PtxProgram Program { get; }

    public LaunchCounts? Counts { get; }

    public LaunchState Launch => _launch;

    public int Threads { get; }

    public int SharedBytes { get; }

    public Allocation Shared { get; }

    /// <summary>Linear number of the block in the grid.</summary>
    public int Index { get; private set; }

    /// <summary>Time when the block began.</summary>
    public uint StartTime { get; private set; }

    public (int X, int Y, int Z) Place => (Index % _launch.Geometry.GridX, Index / _launch.Geometry.GridX % _launch.Geometry.GridY, Index / _launch.Geometry.GridX / _launch.Geometry.GridY);

    /// <summary>Local memory of a lane's thread.</summary>
    public byte* LocalOf(WarpState warp, int lane) => _local + (long)Program.LocalBytes * (warp.Index * 32 + lane);

    public void Run(int index)
    {
        Index = index;
        _steps = 0;
        StartTime = _launch.Tick();
        NativeMemory.Clear(Shared.State, (nuint)Shared.Bytes);
        NativeMemory.Fill(Shared.Data, (nuint)Shared.Bytes, 0xFF);
        Array.Clear(_arrived);
        Array.Clear(_participants);
        Array.Clear(_lastSync);
        for (int i = 0; i < _warps.Length; i++)
        {
            int threads = Math.Min(32, Threads - 32 * i);
            _warps[i].Start(_files + (long)Program.FileBytes * i, threads == 32 ? uint.MaxValue : (1u << threads) - 1);
        }
        while (true)
        {
            // The first that can run from a place drawn anew every time.
            int first = _launch.Random.Next(_warps.Length);
            WarpState? next = null;
            bool ended = true;
            for (int i = 0; i < _warps.Length && next is null; i++)
            {
                WarpState warp = _warps[(first + i) % _warps.Length];
                ended &= warp.HasEnded;
                if (warp.CanRun) next = warp;
            }
            if (next is not null) next.Run();
            else if (ended && _warps.All(warp => warp.HasEnded)) return;
            else throw Deadlock();
        }
    }

    /// <summary>Counts an instruction against the budget.</summary>
    public void Step()
    {
        if (++_steps > _launch.Options.BlockBudget) throw new DeviceFaultException(DeviceFaultKind.InstructionBudget, $"{Program.Name}, block {Place}: no end after {_launch.Options.BlockBudget:N0} instructions; an endless loop, or a wait for a block that has not run");
    }

    /// <summary>Lanes of a warp come to a barrier.</summary>
    public void Arrive(WarpState warp, Instruction instruction, int id, int threads, uint lanes)
    {
        if (threads != 0 && _expected[id] != 0 && _expected[id] != threads && _arrived[id] > 0)
            throw Fault(warp, lanes, DeviceFaultKind.Deadlock, $"barrier {id} is waited for by {threads} threads here and by {_expected[id]} elsewhere");
        _expected[id] = threads;
        // A warp at the end of the block that is not full counts as one.
        int arriving = threads != 0 && lanes == warp.Live && warp.Index == _warps.Length - 1 ? 32 : BitOperations.PopCount(lanes);
        _arrived[id] += arriving;
        _participants[id] |= 1ul << warp.Index;
        Reduce(warp, instruction, id, lanes);
        Complete(id);
    }

    /// <summary>Threads that have ended are not waited for.</summary>
    public void LanesEnded()
    {
        for (int id = 0; id < Barriers; id++) if (_arrived[id] > 0) Complete(id);
    }

    private void Complete(int id)
    {
        int needed = _expected[id];
        if (needed == 0) foreach (WarpState warp in _warps) needed += BitOperations.PopCount(warp.Live);
        if (_arrived[id] < needed) return;
        uint now = _launch.Tick();
        ulong participants = _participants[id];
        for (int i = 0; i < _warps.Length; i++)
        {
            if ((participants >> i & 1) == 0) continue;
            for (int j = 0; j < _warps.Length; j++) if ((participants >> j & 1) != 0) _lastSync[i * _warps.Length + j] = now;
        }
        FinishReduction(id);
        _arrived[id] = 0;
        _participants[id] = 0;
        foreach (WarpState warp in _warps) warp.Release(id);
    }

    /// <summary>Whether everything that a warp did until <paramref name="time"/> lies before what another does now.</summary>
    public bool IsOrdered(int earlierWarp, int laterWarp, uint time) => time < StartTime || _lastSync[earlierWarp * _warps.Length + laterWarp] > time;

    /// <summary>The same for a word that several warps touched: a barrier of all is needed.</summary>
    public bool IsOrderedAfterAll(int laterWarp, uint time)
    {
        if (time < StartTime) return true;
        for (int i = 0; i < _warps.Length; i++) if (i != laterWarp && _lastSync[i * _warps.Length + laterWarp] <= time && !_warps[i].HasEnded) return false;
        return true;
    }

    public uint Special(string name, int warp, int thread)
    {
        LaunchGeometry g = _launch.Geometry;
        (int x, int y, int z) = Place;
        return name switch
        {
            "%tid.x" => (uint)(thread % g.BlockX),
            "%tid.y" => (uint)(thread / g.BlockX % g.BlockY),
            "%tid.z" => (uint)(thread / g.BlockX / g.BlockY),
            "%ntid.x" => (uint)g.BlockX,
            "%ntid.y" => (uint)g.BlockY,
            "%ntid.z" => (uint)g.BlockZ,
            "%ctaid.x" => (uint)x,
            "%ctaid.y" => (uint)y,
            "%ctaid.z" => (uint)z,
            "%nctaid.x" => (uint)g.GridX,
            "%nctaid.y" => (uint)g.GridY,
            "%nctaid.z" => (uint)g.GridZ,
            "%laneid" => (uint)(thread & 31),
            "%warpid" => (uint)warp,
            "%nwarpid" => (uint)_warps.Length,
            "%smid" => 0,
            "%nsmid" => 1,
            "%gridid" => 1,
            "%lanemask_eq" => 1u << (thread & 31),
            "%lanemask_lt" => (1u << (thread & 31)) - 1,
            "%lanemask_le" => (uint)((2ul << (thread & 31)) - 1),
            "%lanemask_gt" => ~(uint)((2ul << (thread & 31)) - 1),
            "%lanemask_ge" => ~((1u << (thread & 31)) - 1),
            "%dynamic_smem_size" => (uint)g.DynamicSharedBytes,
            "%total_smem_size" => (uint)SharedBytes,
            _ => throw new InvalidOperationException(name),
        };
    }

    /// <summary>A report about the first of some lanes, at the instruction that runs.</summary>
    public DeviceFaultException Fault(WarpState warp, uint lanes, DeviceFaultKind kind, string what)
    {
        int lane = lanes == 0 ? 0 : BitOperations.TrailingZeroCount(lanes), thread = warp.Index * 32 + lane;
        LaunchGeometry g = _launch.Geometry;
        return new DeviceFaultException(kind, $"{Program.Name}, {Program.Place(warp.Current)}, block {Place}, thread ({thread % g.BlockX}, {thread / g.BlockX % g.BlockY}, {thread / g.BlockX / g.BlockY}): {DeviceFaultKinds.Words(kind)}{what} [{warp.Current}]");
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(_files);
        NativeMemory.AlignedFree(_local);
        Shared.Release();
    }

    private DeviceFaultException Deadlock()
    {
        string[] waiting = [.. _warps.SelectMany(warp => warp.Waiting())];
        return new DeviceFaultException(DeviceFaultKind.Deadlock, $"{Program.Name}, block {Place}: no thread can go on, {string.Join("; ", waiting.Take(8))}{(waiting.Length > 8 ? $"; and {waiting.Length - 8} more" : "")}");
    }
}

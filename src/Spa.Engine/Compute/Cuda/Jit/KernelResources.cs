using System.Globalization;
using System.Text.RegularExpressions;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>What a kernel takes of a multiprocessor, as the assembler reports it.</summary>
/// <param name="Registers">Registers of a thread.</param>
/// <param name="SharedBytes">Shared memory that the kernel declares, of a block.</param>
/// <param name="StackBytes">Local memory of a thread.</param>
/// <param name="SpillStoreBytes">Registers written to local memory because there are too few.</param>
/// <param name="SpillLoadBytes">The same, read back.</param>
/// <param name="MaxThreads">Threads of a block that the kernel allows; 0 where it does not say.</param>
public sealed partial record KernelResources(int Registers, int SharedBytes, int StackBytes, int SpillStoreBytes, int SpillLoadBytes, int MaxThreads)
{
    public bool HasSpills => SpillStoreBytes + SpillLoadBytes > 0;

    /// <summary>Reads the messages of <c>--ptxas-options=-v</c> about one entry; null where there are none.</summary>
    /// <param name="log">The compiler's log.</param>
    /// <param name="entry">The kernel.</param>
    /// <param name="ptx">The kernel's PTX, for the number of threads that it allows.</param>
    public static KernelResources? Parse(string log, string entry, string ptx)
    {
        int start = log.IndexOf($"Compiling entry function '{entry}'", StringComparison.Ordinal);
        if (start < 0) return null;
        int end = log.IndexOf("Compiling entry function", start + 1, StringComparison.Ordinal);
        string part = end < 0 ? log[start..] : log[start..end];
        int entryAt = ptx.IndexOf($".entry {entry}(", StringComparison.Ordinal);
        int bodyAt = entryAt < 0 ? -1 : ptx.IndexOf('{', entryAt);
        string head = bodyAt < 0 ? "" : ptx[entryAt..bodyAt];
        return new KernelResources(Number(UsedRegisters(), part), Number(SharedMemory(), part), Number(StackFrame(), part), Number(SpillStores(), part), Number(SpillLoads(), part), Number(MaxThreadsOfPtx(), head));
    }

    private static int Number(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex UsedRegisters();

    [GeneratedRegex(@"(\d+) bytes smem")]
    private static partial Regex SharedMemory();

    [GeneratedRegex(@"(\d+) bytes stack frame")]
    private static partial Regex StackFrame();

    [GeneratedRegex(@"(\d+) bytes spill stores")]
    private static partial Regex SpillStores();

    [GeneratedRegex(@"(\d+) bytes spill loads")]
    private static partial Regex SpillLoads();

    [GeneratedRegex(@"\.maxntid (\d+)")]
    private static partial Regex MaxThreadsOfPtx();
}

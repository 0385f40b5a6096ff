namespace Spa.Emulator.Counters;

/// <summary>Sectors and bank conflicts of one request of a warp.</summary>
internal static class MemoryCounts
{
    private const int SectorBytes = 32, Banks = 32;

    public static void Global(LaunchCounts counts, Span<ulong> addresses, int bytes, bool write)
    {
        counts.GlobalRequests++;
        if (write) counts.GlobalWrittenBytes += (long)addresses.Length * bytes;
        else counts.GlobalReadBytes += (long)addresses.Length * bytes;
        addresses.Sort();
        ulong last = ulong.MaxValue;
        foreach (ulong address in addresses)
        {
            for (ulong sector = address / SectorBytes; sector <= (address + (ulong)bytes - 1) / SectorBytes; sector++)
            {
                if (last != ulong.MaxValue && sector <= last) continue;
                counts.GlobalSectors++;
                last = sector;
            }
        }
    }

    /// <summary>A pass serves one word of each bank; lanes that want the same word share it. Wide accesses go in parts of 128 bytes: half or quarter warps.</summary>
    public static void Shared(LaunchCounts counts, Span<ulong> addresses, int bytes)
    {
        counts.SharedRequests++;
        counts.SharedBytes += (long)addresses.Length * bytes;
        int perPart = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8, words = Math.Max(1, bytes / 4);
        Span<ulong> seen = stackalloc ulong[32];
        Span<int> perBank = stackalloc int[Banks];
        for (int start = 0; start < addresses.Length; start += perPart)
        {
            perBank.Clear();
            int distinct = 0;
            foreach (ulong address in addresses.Slice(start, Math.Min(perPart, addresses.Length - start)))
            {
                for (int w = 0; w < words; w++)
                {
                    ulong word = address / 4 + (ulong)w;
                    if (seen[..distinct].Contains(word)) continue;
                    if (distinct < seen.Length) seen[distinct++] = word;
                    perBank[(int)(word % Banks)]++;
                }
            }
            int passes = 1;
            foreach (int n in perBank) passes = Math.Max(passes, n);
            counts.BankConflicts += passes - 1;
        }
    }
}

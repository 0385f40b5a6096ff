using System.Numerics;
using Spa.Emulator.Warp;

namespace Spa.Emulator.Counters;

/// <summary>Running counts of the memory accesses of one launch.</summary>
internal sealed unsafe class AccessCounts
{
    private const int SectorBytes = 32, Banks = 32;

    public long GlobalLoads, GlobalStores, GlobalAtomics;
    public long GlobalLoadSectors, GlobalStoreSectors, GlobalAtomicSectors;
    public long GlobalLoadBytes, GlobalStoreBytes, GlobalAtomicBytes;
    public long SharedRequests, SharedPasses, BankConflicts, SharedBytes;
    public long LocalBytes, ConstBytes, ParameterBytes;

    /// <summary>A request to global memory: the distinct stretches of 32 bytes that its lanes touch.</summary>
    public void CountGlobal(ulong* addresses, uint mask, int bytes, AccessFlags access)
    {
        int sectors = Sectors(addresses, mask, bytes);
        long moved = (long)bytes * BitOperations.PopCount(mask);
        if ((access & AccessFlags.Atomic) != 0)
        {
            GlobalAtomics++;
            GlobalAtomicSectors += sectors;
            GlobalAtomicBytes += moved;
        }
        else if ((access & AccessFlags.Write) != 0)
        {
            GlobalStores++;
            GlobalStoreSectors += sectors;
            GlobalStoreBytes += moved;
        }
        else
        {
            GlobalLoads++;
            GlobalLoadSectors += sectors;
            GlobalLoadBytes += moved;
        }
    }

    /// <summary>
    /// A request to shared memory. A pass serves one word of each of 32 banks, and lanes that want the same word share it. Accesses of 8 bytes go by half warps, of 16 by quarters;
    /// what these need beyond one pass each is a conflict.
    /// </summary>
    public void CountShared(ulong* addresses, uint mask, int bytes)
    {
        SharedRequests++;
        SharedBytes += (long)bytes * BitOperations.PopCount(mask);
        int lanes = bytes <= 4 ? 32 : bytes == 8 ? 16 : 8, words = Math.Max(1, bytes / 4);
        uint* seen = stackalloc uint[Lanes.Count];
        byte* perBank = stackalloc byte[Banks];
        for (int first = 0; first < Lanes.Count; first += lanes)
        {
            uint part = mask >> first & (lanes == 32 ? uint.MaxValue : (1u << lanes) - 1);
            if (part == 0) continue;
            uint start = (uint)(addresses[first] >> 2);
            bool together = bytes >= 4;
            for (int lane = 1; together && lane < lanes; lane++) together = (part >> lane & 1) == 0 || (uint)(addresses[first + lane] >> 2) == start + (uint)(lane * words);
            int passes = 1;
            if (!together || (part & 1) == 0) passes = Passes(addresses + first, part, words, seen, perBank);
            SharedPasses += passes;
            BankConflicts += passes - 1;
        }
    }

    private static int Passes(ulong* addresses, uint part, int words, uint* seen, byte* perBank)
    {
        new Span<byte>(perBank, Banks).Clear();
        int distinct = 0, passes = 1;
        for (; part != 0; part &= part - 1)
        {
            uint word = (uint)(addresses[BitOperations.TrailingZeroCount(part)] >> 2);
            for (int w = 0; w < words; w++, word++)
            {
                if (new ReadOnlySpan<uint>(seen, distinct).Contains(word)) continue;
                if (distinct < Lanes.Count) seen[distinct++] = word;
                passes = Math.Max(passes, ++perBank[word % Banks]);
            }
        }
        return passes;
    }

    private static int Sectors(ulong* addresses, uint mask, int bytes)
    {
        // Sorted distinct sectors: lanes mostly come in order, so that each is compared with the last one only.
        ulong* sectors = stackalloc ulong[2 * Lanes.Count];
        int count = 0;
        for (; mask != 0; mask &= mask - 1)
        {
            ulong address = addresses[BitOperations.TrailingZeroCount(mask)];
            for (ulong sector = address / SectorBytes, last = (address + (ulong)bytes - 1) / SectorBytes; sector <= last; sector++)
            {
                int at = count;
                while (at > 0 && sectors[at - 1] > sector) at--;
                if (at > 0 && sectors[at - 1] == sector) continue;
                for (int k = count++; k > at; k--) sectors[k] = sectors[k - 1];
                sectors[at] = sector;
            }
        }
        return count;
    }
}

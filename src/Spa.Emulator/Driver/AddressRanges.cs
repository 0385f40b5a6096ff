namespace Spa.Emulator.Driver;

/// <summary>Search in ranges of addresses, sorted by their start, that do not overlap.</summary>
internal static class AddressRanges
{
    /// <summary>The range that holds the address, or null.</summary>
    public static (ulong Start, long Bytes)? Find(SortedList<ulong, long> ranges, ulong address)
    {
        int low = 0, high = ranges.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            ulong start = ranges.Keys[middle];
            if (address < start) high = middle - 1;
            else if (address - start >= (ulong)ranges.Values[middle]) low = middle + 1;
            else return (start, ranges.Values[middle]);
        }

        return null;
    }
}

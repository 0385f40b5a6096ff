namespace Spa.Engine.Text.Templates;

/// <summary>Stable sorting by Python's order, which can fail and so cannot be handed to <see cref="Array.Sort(Array)"/>.</summary>
internal static class Sorting
{
    /// <summary>The items in the order of their keys; equal keys keep their order, also in reverse.</summary>
    public static T[] Sort<T>(RenderContext context, T[] items, object?[] keys, bool reverse)
    {
        int[] order = new int[items.Length];
        int[] spare = new int[items.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        MergeSort(context, order, spare, keys, 0, order.Length, reverse);
        T[] sorted = new T[items.Length];
        for (int i = 0; i < sorted.Length; i++) sorted[i] = items[order[i]];
        return sorted;
    }

    private static void MergeSort(RenderContext context, int[] order, int[] spare, object?[] keys, int start, int end, bool reverse)
    {
        if (end - start < 2) return;
        int middle = (start + end) / 2;
        MergeSort(context, order, spare, keys, start, middle, reverse);
        MergeSort(context, order, spare, keys, middle, end, reverse);
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++)
        {
            bool takeRight = left == middle || (right < end && Precedes(context, keys[order[right]], keys[order[left]], reverse));
            spare[i] = takeRight ? order[right++] : order[left++];
        }

        Array.Copy(spare, start, order, start, end - start);
    }

    private static bool Precedes(RenderContext context, object? a, object? b, bool reverse) =>
        reverse ? Comparison.Order(context, b, a, "<") < 0 : Comparison.Order(context, a, b, "<") < 0;
}

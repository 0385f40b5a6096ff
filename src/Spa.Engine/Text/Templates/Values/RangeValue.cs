namespace Spa.Engine.Text.Templates;

/// <summary>A Python range of at most <see cref="MaxCount"/> integers.</summary>
internal sealed class RangeValue(long start, long stop, long step)
{
    /// <summary>The reference sandbox's own limit.</summary>
    public const int MaxCount = 100_000;

    public long Start => start;

    public long Stop => stop;

    public long Step => step;

    public int Count { get; } = CountOf(start, stop, step);

    public object At(int i) => Box.Of(start + i * step);

    /// <summary>How many integers there are; <see cref="MaxCount"/> + 1 stands for every larger number.</summary>
    public static int CountOf(long start, long stop, long step)
    {
        Int128 distance = step > 0 ? (Int128)stop - start : (Int128)start - stop;
        if (distance <= 0) return 0;
        return (int)Int128.Min((distance - 1) / Int128.Abs(step) + 1, MaxCount + 1);
    }
}

namespace Spa.Engine.Compute;

/// <summary>
/// The segments of one packed batch, built on the host once and used by every layer, forward and backward. Reused from batch to batch
/// without allocating. A backend may keep what it derives from it (tiles, a device work list) in <see cref="BackendState"/> as long as
/// <see cref="Version"/> stands.
/// </summary>
public sealed class AttentionBatch
{
    private AttentionSegment[] _segments = new AttentionSegment[16];

    public int Count { get; private set; }

    /// <summary>Changes whenever the segments do.</summary>
    public int Version { get; private set; }

    public object? BackendState { get; set; }

    public ReadOnlySpan<AttentionSegment> Segments => _segments.AsSpan(0, Count);

    public void Clear()
    {
        Count = 0;
        Version++;
    }

    public void Add(AttentionSegment segment)
    {
        if (segment.Start < 0 || segment.Count < 0 || segment.PrefixStart < 0 || segment.PrefixCount < 0 || segment.PrefixStart + segment.PrefixCount > segment.Start)
            throw new ArgumentException($"segment {segment}: a prefix must lie before the rows that see it");
        if (Count == _segments.Length) Array.Resize(ref _segments, 2 * Count);
        _segments[Count++] = segment;
        Version++;
    }

    /// <summary>Puts another segment in the place of the last one.</summary>
    public void ReplaceLast(AttentionSegment segment)
    {
        Count--;
        Add(segment);
    }
}

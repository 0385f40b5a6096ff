namespace Spa.Engine.Compute.Cpu;

/// <summary>Up to 64 keys and values of one key/value head, float32 or bfloat16 (ushort).</summary>
internal readonly unsafe struct AttentionBlock<TElement>(TElement* keys, TElement* values, int valueStride, nint afterKeys = 0, nint afterValues = 0) where TElement : unmanaged
{
    /// <summary>[D, 64].</summary>
    public TElement* Keys { get; } = keys;

    /// <summary>[64, <see cref="ValueStride"/>].</summary>
    public TElement* Values { get; } = values;

    public int ValueStride { get; } = valueStride;

    /// <summary>Elements from a key to what is worth fetching from memory meanwhile; 0: nothing.</summary>
    public nint AfterKeys { get; } = afterKeys;

    /// <summary>The same for a value.</summary>
    public nint AfterValues { get; } = afterValues;
}

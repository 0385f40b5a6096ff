using System.Runtime.InteropServices;
using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// Codes and scales of a weight from its values, on the host, so that every backend has the same base. A block becomes its largest magnitude and the codes nearest to its values divided by
/// that; double quantisation takes the mean off the scales, codes them in blocks of 256 by the signed dynamic map and keeps the mean (Dettmers et al. 2023, section 3).
/// </summary>
public sealed class WeightQuantiser
{
    private readonly QuantisedWeight _weight;
    private readonly byte[] _bytes;
    private readonly float[] _scales;
    private long _next;

    /// <param name="format">How.</param>
    /// <param name="rows">N.</param>
    /// <param name="columns">K.</param>
    public WeightQuantiser(QuantisedFormat format, long rows, int columns)
    {
        _weight = new QuantisedWeight(0, 0, format, rows, columns);
        (_bytes, _scales) = (new byte[_weight.Bytes], new float[_weight.Scales]);
    }

    /// <summary>The next values in order; whole rows, and whole blocks of 64 unless they are the last.</summary>
    public void Add(ReadOnlyMemory<float> values)
    {
        int share = _weight.Is4Bit ? QuantisedWeight.Block : _weight.Columns;
        if (values.Length % _weight.Columns != 0 || values.Length > _weight.Count - _next || (_next + values.Length < _weight.Count && values.Length % share != 0))
            throw new ArgumentException($"expected whole rows and blocks of {_weight}, found {values.Length} values behind {_next}");
        long first = _next / share;
        Parallel.For(0, (values.Length + share - 1) / share, block =>
        {
            ReadOnlySpan<float> part = values.Span[(block * share)..Math.Min(values.Length, (block + 1) * share)];
            long element = (first + block) * share;
            _scales[first + block] = _weight.Is4Bit ? Encode4Bit(part, element) : EncodeInt8(part, element);
        });
        _next += values.Length;
    }

    /// <summary>The bytes as <see cref="QuantisedWeight"/> describes them.</summary>
    public byte[] Finish()
    {
        if (_next != _weight.Count) throw new InvalidOperationException($"{_weight} has got {_next} of {_weight.Count} values");
        if (_weight.IsNested) NestScales();
        else MemoryMarshal.AsBytes<float>(_scales).CopyTo(_bytes.AsSpan((int)_weight.ScalesOffset));
        return _bytes;
    }

    private float Encode4Bit(ReadOnlySpan<float> values, long element)
    {
        CodeBook book = CodeBook.Of(_weight.Format.Code);
        float scale = Largest(values), unit = Unit(scale);
        // Blocks begin on even elements.
        Span<byte> codes = _bytes.AsSpan((int)(element / 2), (values.Length + 1) / 2);
        for (int i = 0; i < values.Length; i++) codes[i / 2] |= (byte)(book.Nearest(values[i] * unit) << (i % 2 == 0 ? 4 : 0));
        return scale;
    }

    private float EncodeInt8(ReadOnlySpan<float> values, long element)
    {
        float scale = Largest(values), unit = scale == 0 ? 0 : 127 / scale;
        Span<byte> codes = _bytes.AsSpan((int)element, values.Length);
        for (int i = 0; i < values.Length; i++) codes[i] = (byte)(sbyte)Math.Clamp(MathF.Round(values[i] * unit), -127, 127);
        return scale;
    }

    private void NestScales()
    {
        double sum = 0;
        foreach (float scale in _scales) sum += scale;
        float mean = (float)(sum / _scales.Length);
        Span<float> nested = MemoryMarshal.Cast<byte, float>(_bytes.AsSpan((int)_weight.NestedOffset));
        for (int first = 0; first < _scales.Length; first += QuantisedWeight.NestedBlock)
        {
            Span<float> block = _scales.AsSpan(first, Math.Min(QuantisedWeight.NestedBlock, _scales.Length - first));
            foreach (ref float scale in block) scale -= mean;
            float largest = Largest(block), unit = Unit(largest);
            nested[first / QuantisedWeight.NestedBlock] = largest;
            for (int i = 0; i < block.Length; i++) _bytes[_weight.ScalesOffset + first + i] = (byte)DynamicMap.Signed.EncodeSigned(block[i] * unit);
        }
        nested[(int)_weight.NestedScales] = mean;
    }

    private static float Largest(ReadOnlySpan<float> values)
    {
        float largest = 0;
        foreach (float x in values) largest = MathF.Max(largest, MathF.Abs(x));
        return largest;
    }

    // The reciprocal of a subnormal scale would be infinite: such values become 0.
    private static float Unit(float scale) => scale >= 1.17549435e-38f ? 1 / scale : 0;
}

namespace Spa.Engine.Compute;

/// <summary>Element types of a <see cref="Tensor"/>.</summary>
public enum DType : byte
{
    /// <summary>IEEE binary32.</summary>
    Float32,

    /// <summary>The upper half of a binary32, rounded to nearest even.</summary>
    BFloat16,

    /// <summary>Token ids, positions, labels, row indices.</summary>
    Int32,

    /// <summary>IEEE binary64: sums, losses and thresholds of preference pairs.</summary>
    Float64,
}

public static class DTypes
{
    /// <summary>Bytes of one element.</summary>
    public static int Size(this DType type) => type switch { DType.BFloat16 => 2, DType.Float64 => 8, _ => 4 };
}

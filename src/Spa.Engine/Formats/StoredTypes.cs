namespace Spa.Engine.Formats;

/// <summary>Sizes and names of <see cref="StoredType"/>s.</summary>
public static class StoredTypes
{
    /// <summary>Types whose values can be read as float32, for messages.</summary>
    internal const string Readable = "F32, F16, BF16, F64, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K, IQ4_NL, IQ4_XS";

    /// <summary>Elements of a block, and its bytes; (1, size) for plain types. Quantised rows are whole blocks.</summary>
    public static (int Elements, int Bytes) Block(this StoredType type) => type switch
    {
        StoredType.F64 or StoredType.I64 or StoredType.U64 => (1, 8),
        StoredType.F32 or StoredType.I32 or StoredType.U32 => (1, 4),
        StoredType.F16 or StoredType.BF16 or StoredType.I16 or StoredType.U16 => (1, 2),
        StoredType.I8 or StoredType.U8 or StoredType.Bool or StoredType.F8E4M3 or StoredType.F8E5M2 => (1, 1),
        StoredType.Q4_0 or StoredType.IQ4_NL => (32, 18),
        StoredType.Q4_1 => (32, 20),
        StoredType.Q5_0 => (32, 22),
        StoredType.Q5_1 => (32, 24),
        StoredType.Q8_0 => (32, 34),
        StoredType.Q8_1 => (32, 36),
        StoredType.MXFP4 => (32, 17),
        StoredType.Q2_K => (256, 84),
        StoredType.Q3_K or StoredType.IQ3_S => (256, 110),
        StoredType.Q4_K => (256, 144),
        StoredType.Q5_K => (256, 176),
        StoredType.Q6_K => (256, 210),
        StoredType.Q8_K => (256, 292),
        StoredType.IQ1_S => (256, 50),
        StoredType.IQ1_M => (256, 56),
        StoredType.IQ2_XXS or StoredType.TQ2_0 => (256, 66),
        StoredType.IQ2_XS => (256, 74),
        StoredType.IQ2_S => (256, 82),
        StoredType.IQ3_XXS => (256, 98),
        StoredType.IQ4_XS => (256, 136),
        StoredType.TQ1_0 => (256, 54),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>Whether <see cref="TensorSource.ReadFloat32"/> understands the type.</summary>
    public static bool IsReadable(this StoredType type) => type is StoredType.F32 or StoredType.F16 or StoredType.BF16 or StoredType.F64
        or StoredType.Q8_0 or StoredType.Q4_0 or StoredType.Q4_1 or StoredType.Q5_0 or StoredType.Q5_1 or StoredType.IQ4_NL or StoredType.IQ4_XS
        or StoredType.Q2_K or StoredType.Q3_K or StoredType.Q4_K or StoredType.Q5_K or StoredType.Q6_K;

    /// <summary>Whether <see cref="TensorSource.ReadInt64"/> understands the type.</summary>
    public static bool IsInteger(this StoredType type) => type is StoredType.I64 or StoredType.I32 or StoredType.I16 or StoredType.I8
        or StoredType.U32 or StoredType.U16 or StoredType.U8 or StoredType.Bool;

    /// <summary>The type of a safetensors header's <c>dtype</c>, or null.</summary>
    internal static StoredType? FromSafetensors(string name) => name switch
    {
        "F64" => StoredType.F64,
        "F32" => StoredType.F32,
        "F16" => StoredType.F16,
        "BF16" => StoredType.BF16,
        "I64" => StoredType.I64,
        "I32" => StoredType.I32,
        "I16" => StoredType.I16,
        "I8" => StoredType.I8,
        "U64" => StoredType.U64,
        "U32" => StoredType.U32,
        "U16" => StoredType.U16,
        "U8" => StoredType.U8,
        "BOOL" => StoredType.Bool,
        "F8_E4M3" => StoredType.F8E4M3,
        "F8_E5M2" => StoredType.F8E5M2,
        _ => null,
    };

    /// <summary>The <c>dtype</c> to write for a type that our writer offers.</summary>
    internal static string ToSafetensors(this StoredType type) => type switch
    {
        StoredType.Bool => "BOOL",
        _ when type.Block().Elements == 1 && type is not (StoredType.F8E4M3 or StoredType.F8E5M2) => type.ToString(),
        _ => throw new ArgumentException($"safetensors are not written as {type}"),
    };

    /// <summary>The number in ggml of a type that our writer offers.</summary>
    internal static uint ToGgml(this StoredType type) => type switch
    {
        StoredType.F32 => 0,
        StoredType.F16 => 1,
        StoredType.Q8_0 => 8,
        StoredType.BF16 => 30,
        _ => throw new ArgumentException($"GGUF is not written as {type}"),
    };

    /// <summary>The type with this number in ggml (<c>enum ggml_type</c>), or null for numbers that were removed or are unknown.</summary>
    internal static StoredType? FromGgml(uint id) => id switch
    {
        0 => StoredType.F32,
        1 => StoredType.F16,
        2 => StoredType.Q4_0,
        3 => StoredType.Q4_1,
        6 => StoredType.Q5_0,
        7 => StoredType.Q5_1,
        8 => StoredType.Q8_0,
        9 => StoredType.Q8_1,
        10 => StoredType.Q2_K,
        11 => StoredType.Q3_K,
        12 => StoredType.Q4_K,
        13 => StoredType.Q5_K,
        14 => StoredType.Q6_K,
        15 => StoredType.Q8_K,
        16 => StoredType.IQ2_XXS,
        17 => StoredType.IQ2_XS,
        18 => StoredType.IQ3_XXS,
        19 => StoredType.IQ1_S,
        20 => StoredType.IQ4_NL,
        21 => StoredType.IQ3_S,
        22 => StoredType.IQ2_S,
        23 => StoredType.IQ4_XS,
        24 => StoredType.I8,
        25 => StoredType.I16,
        26 => StoredType.I32,
        27 => StoredType.I64,
        28 => StoredType.F64,
        29 => StoredType.IQ1_M,
        30 => StoredType.BF16,
        34 => StoredType.TQ1_0,
        35 => StoredType.TQ2_0,
        39 => StoredType.MXFP4,
        _ => null,
    };
}

namespace Spa.Engine.Formats;

/// <summary>How the elements of a tensor lie in a file: the types of safetensors and of GGUF, with their names there.</summary>
public enum StoredType : byte
{
    F32,
    F64,
    F16,
    BF16,
    I64,
    I32,
    I16,
    I8,
    U64,
    U32,
    U16,
    U8,
    Bool,
    F8E4M3,
    F8E5M2,

    /// <summary>Blocks of 32: a half scale d and 4-bit q; d * (q - 8).</summary>
    Q4_0,

    /// <summary>Blocks of 32: half d and m, 4-bit q; d * q + m.</summary>
    Q4_1,
    Q5_0,
    Q5_1,

    /// <summary>Blocks of 32: a half scale d and signed bytes q; d * q.</summary>
    Q8_0,
    Q8_1,
    Q2_K,
    Q3_K,
    Q4_K,
    Q5_K,
    Q6_K,
    Q8_K,
    IQ1_S,
    IQ1_M,
    IQ2_XXS,
    IQ2_XS,
    IQ2_S,
    IQ3_XXS,
    IQ3_S,
    IQ4_NL,
    IQ4_XS,
    TQ1_0,
    TQ2_0,
    MXFP4,
}

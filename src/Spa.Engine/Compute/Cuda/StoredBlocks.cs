namespace Spa.Engine.Compute.Cuda;

/// <summary>How weights lie in a file that the device unpacks; the numbers of <c>native/kernels/dequantise.cu</c>, the names of ggml.</summary>
public enum StoredBlocks
{
    F16,
    BF16,

    /// <summary>Blocks of 32 in 34 bytes: half d, signed bytes q; d * q.</summary>
    Q8_0,

    /// <summary>Blocks of 32 in 18 bytes: half d, 4-bit q; d * (q - 8).</summary>
    Q4_0,

    /// <summary>Blocks of 32 in 20 bytes: half d and m, 4-bit q; d * q + m.</summary>
    Q4_1,
}

namespace Spa.Interop.CublasLt;

/// <summary>What an algorithm may use.</summary>
public readonly record struct cublasLtMatmulPreference_t(nint Value);

namespace Spa.Interop.CublasLt;

/// <summary>Settings of a product.</summary>
public readonly record struct cublasLtMatmulDesc_t(nint Value);

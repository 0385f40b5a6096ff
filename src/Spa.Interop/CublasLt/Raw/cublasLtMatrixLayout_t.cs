namespace Spa.Interop.CublasLt;

/// <summary>Type, shape and strides of a matrix.</summary>
public readonly record struct cublasLtMatrixLayout_t(nint Value);

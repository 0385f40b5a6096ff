namespace Spa.Interop.CublasLt;

/// <summary>The library, on the device that was current when it was made.</summary>
public readonly record struct cublasLtHandle_t(nint Value);

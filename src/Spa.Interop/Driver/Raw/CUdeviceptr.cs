namespace Spa.Interop.Driver;

/// <summary>An address in device memory.</summary>
public readonly record struct CUdeviceptr(ulong Value);

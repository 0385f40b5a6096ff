namespace Spa.Interop.Driver;

/// <summary>A device by its ordinal.</summary>
public readonly record struct CUdevice(int Value);

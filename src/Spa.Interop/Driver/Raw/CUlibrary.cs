namespace Spa.Interop.Driver;

/// <summary>Loaded code, bound to no context.</summary>
public readonly record struct CUlibrary(nint Value);

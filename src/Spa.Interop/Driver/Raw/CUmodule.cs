namespace Spa.Interop.Driver;

/// <summary>Loaded code, bound to the context in which it was loaded.</summary>
public readonly record struct CUmodule(nint Value);

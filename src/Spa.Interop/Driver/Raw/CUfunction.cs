namespace Spa.Interop.Driver;

/// <summary>A kernel that can be launched in the current context.</summary>
public readonly record struct CUfunction(nint Value);

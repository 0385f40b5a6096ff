namespace Spa.Interop.Driver;

/// <summary>Work that one call launches.</summary>
public readonly record struct CUgraphExec(nint Value);

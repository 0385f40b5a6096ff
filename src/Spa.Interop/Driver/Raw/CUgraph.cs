namespace Spa.Interop.Driver;

/// <summary>Recorded work, to be instantiated.</summary>
public readonly record struct CUgraph(nint Value);

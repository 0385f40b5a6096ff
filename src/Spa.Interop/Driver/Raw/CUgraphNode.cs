namespace Spa.Interop.Driver;

/// <summary>One piece of work in a <see cref="CUgraph"/>.</summary>
public readonly record struct CUgraphNode(nint Value);

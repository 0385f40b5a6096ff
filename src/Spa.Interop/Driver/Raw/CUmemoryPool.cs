namespace Spa.Interop.Driver;

/// <summary>Where stream-ordered allocations come from.</summary>
public readonly record struct CUmemoryPool(nint Value);

namespace Spa.Interop.Driver;

/// <summary>A queue of work; 0 is the default stream of the context.</summary>
public readonly record struct CUstream(nint Value);

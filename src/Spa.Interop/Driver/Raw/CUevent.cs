namespace Spa.Interop.Driver;

/// <summary>A mark in a stream.</summary>
public readonly record struct CUevent(nint Value);

namespace Spa.Interop.Driver;

/// <summary>State of one device in this process.</summary>
public readonly record struct CUcontext(nint Value);

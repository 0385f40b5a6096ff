namespace Spa.Interop.Driver;

/// <summary>A kernel of a <see cref="CUlibrary"/>.</summary>
public readonly record struct CUkernel(nint Value);

namespace Spa.Interop.Nvrtc;

/// <summary>A source on its way through the compiler.</summary>
public readonly record struct nvrtcProgram(nint Value);

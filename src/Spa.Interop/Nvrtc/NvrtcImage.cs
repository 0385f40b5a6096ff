namespace Spa.Interop.Nvrtc;

/// <summary>What became of a source.</summary>
/// <param name="Cubin">Machine code; null where the architecture was a virtual one (<c>compute_80</c>).</param>
/// <param name="Ptx">PTX text without a zero at its end.</param>
/// <param name="Log">The compiler's messages: warnings, and resources with <c>--ptxas-options=-v</c>.</param>
public sealed record NvrtcImage(byte[]? Cubin, byte[] Ptx, string Log);

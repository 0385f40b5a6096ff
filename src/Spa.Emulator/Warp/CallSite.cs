namespace Spa.Emulator.Warp;

/// <summary>A call: which function, and the copies between the local places of the caller's and the callee's parameters.</summary>
/// <param name="Function">Number of the function.</param>
/// <param name="Arguments">From the caller's to the callee's, in bytes of local memory.</param>
internal sealed record CallSite(int Function, (int From, int To, int Bytes)[] Arguments);

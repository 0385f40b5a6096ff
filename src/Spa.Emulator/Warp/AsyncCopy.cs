namespace Spa.Emulator.Warp;

/// <summary>A cp.async of one lane: what was read when it was issued, and where in shared memory it arrives.</summary>
internal readonly record struct AsyncCopy(int Destination, int Bytes, ulong Low, ulong High);

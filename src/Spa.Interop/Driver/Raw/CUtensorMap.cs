using System.Runtime.CompilerServices;

namespace Spa.Interop.Driver;

/// <summary>Encoded description of a tensor, 128 bytes; the driver wants it at an address that 64 divides.</summary>
[InlineArray(16)]
public struct CUtensorMap
{
    private ulong _first;
}

using System.Runtime.CompilerServices;

namespace Spa.Interop.Driver;

/// <summary>Sixteen bytes that name a device on every machine.</summary>
[InlineArray(16)]
public struct CUuuid
{
    private byte _first;
}

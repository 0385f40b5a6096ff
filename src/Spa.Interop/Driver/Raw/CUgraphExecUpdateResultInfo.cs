using System.Runtime.InteropServices;

namespace Spa.Interop.Driver;

/// <summary>Where an update of an instantiated graph failed.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct CUgraphExecUpdateResultInfo
{
    public CUgraphExecUpdateResult result;
    public CUgraphNode errorNode;
    public CUgraphNode errorFromNode;
}

using System.Runtime.CompilerServices;

namespace Spa.Interop.CublasLt;

/// <summary>An algorithm with its settings, 64 bytes that may be stored and given to the same version of the library again.</summary>
[InlineArray(8)]
public struct cublasLtMatmulAlgo_t
{
    private ulong _first;
}

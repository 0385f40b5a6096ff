using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Spa.Interop.CublasLt;

/// <summary>One proposal of the heuristics.</summary>
[StructLayout(LayoutKind.Sequential)]
public struct cublasLtMatmulHeuristicResult_t
{
    public cublasLtMatmulAlgo_t algo;
    public nuint workspaceSize;
    public cublasStatus_t state;
    public float wavesCount;
    public ReservedWords reserved;

    [InlineArray(4)]
    public struct ReservedWords
    {
        private int _first;
    }
}

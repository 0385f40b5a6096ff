using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of <c>embedding_forward</c> in <c>embedding.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct EmbeddingForwardArgs
{
    public nint Output; // [T, C]
    public nint Weight; // [V, C]
    public nint Ids; // [T]
    public nint Fault;
    public long Rows;
    public long Columns;
    public long Vocabulary;
    public int OutputStride;
    public int WeightStride;
    public int Shift;
    public float Scale;
}

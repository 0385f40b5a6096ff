using System.Runtime.InteropServices;

namespace Spa.Engine.Compute.Cuda.Arguments;

/// <summary>Argument of every kernel in <c>adafactor.cu</c>, field by field.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct AdafactorArgs
{
    public nint Weights; // [R, C]; bfloat16 only
    public nint Master; // [R, C]
    public nint Gradients; // [R, C]
    public nint Rows; // [R], or null
    public nint Columns; // [C]
    public nint Norm; // [1]
    public nint Partial; // [partials, C] double
    public nint Squares; // [R] double
    public nint Factors; // [C]
    public nint Scalars; // mean of rows, stepSize
    public double Decay; // b
    public double Epsilon;
    public double StepSize; // -lr
    public int RowCount; // R
    public int ColumnCount; // C
    public int Partials;
    public int RowsPerPartial;
    public float Keep; // 1 - lr decay
    public float MaxNorm; // 0: no clipping
}

namespace Spa.Engine.Compute.Cpu;

/// <summary>A float32 tensor as a kernel sees it.</summary>
internal readonly unsafe struct AttentionRows(Tensor tensor)
{
    private readonly float* _data = (float*)tensor.Address;
    private readonly nint _stride = tensor.Stride;

    /// <summary>Elements from one row to the next.</summary>
    public nint Stride => _stride;

    public float* At(long row, int column) => _data + (nint)row * _stride + column;
}

namespace Spa.Engine.Compute.Cpu;

/// <summary>Addresses inside tensors that lie in host memory.</summary>
internal static unsafe class TensorRows
{
    /// <summary>First element of a row of a float32 tensor.</summary>
    public static float* Row(this Tensor tensor, long row) => (float*)tensor.Address + row * tensor.Stride;

    /// <summary>First element of an int32 vector.</summary>
    public static int* Ints(this Tensor tensor) => (int*)tensor.Address;

    /// <summary>First element of a float32 vector.</summary>
    public static float* Floats(this Tensor tensor) => (float*)tensor.Address;

    /// <summary>First element of a float64 matrix.</summary>
    public static double* Doubles(this Tensor tensor) => (double*)tensor.Address;
}

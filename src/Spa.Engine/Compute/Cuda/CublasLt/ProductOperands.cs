using Spa.Interop.Driver;

namespace Spa.Engine.Compute.Cuda.CublasLt;

/// <summary>D = op(A) op(B) + beta C (+ bias).</summary>
/// <param name="A">Address of A.</param>
/// <param name="B">Address of B.</param>
/// <param name="C">Address of C; D where there is none.</param>
/// <param name="D">Address of D.</param>
/// <param name="Bias">Address of the bias, where the shape has one.</param>
/// <param name="Beta">0 or 1.</param>
internal readonly record struct ProductOperands(CUdeviceptr A, CUdeviceptr B, CUdeviceptr C, CUdeviceptr D, CUdeviceptr Bias, float Beta);

namespace Spa.Engine.Compute.Cuda;

public sealed unsafe partial class CudaBackend
{
    private static bool TryLibrary(Tensor output, Tensor a, Tensor b, int k, bool transposeA, bool transposeB, bool accumulate, Tensor bias, Tensor residual) => false;
}

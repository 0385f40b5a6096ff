namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void MatMul(Tensor output, Tensor a, Tensor b, bool transposeA = false, bool transposeB = false, bool accumulate = false, Tensor bias = default, Tensor residual = default) => throw new NotImplementedException();

    public override Tensor TakePacked(Arena arena, string name, Tensor weight) => throw new NotImplementedException();

    public override void PackWeight(Tensor packed, Tensor weight) => throw new NotImplementedException();
}

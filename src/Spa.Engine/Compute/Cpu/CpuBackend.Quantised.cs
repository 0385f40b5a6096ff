namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void DequantiseWeight(Tensor output, in QuantisedWeight weight, long firstRow = 0)
    {
        CheckDequantiseWeight(output, weight, firstRow);
        Split(new DequantiseWeightKernel(output, weight, firstRow), output.Rows, output.Columns);
    }
}

namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void Zero(Tensor destination)
    {
        var plan = new ElementPlan(destination, destination.IsContiguous);
        Split(new ZeroKernel(plan, destination), plan.Rows, plan.Columns);
    }

    public override void Copy(Tensor destination, Tensor source)
    {
        RequireSameShape(destination, source);
        if (destination.Type != source.Type) Require(destination.Type != DType.Int32 && source.Type != DType.Int32, destination);
        var plan = new ElementPlan(destination, destination.IsContiguous && source.IsContiguous);
        Split(new CopyKernel(plan, destination, source), plan.Rows, plan.Columns);
    }

    public override void Add(Tensor destination, Tensor source)
    {
        RequireSameShape(destination, source);
        Require(destination.Type == DType.Float32 && source.Type == DType.Float32, destination);
        var plan = new ElementPlan(destination, destination.IsContiguous && source.IsContiguous);
        Split(new AddKernel(plan, destination, source), plan.Rows, plan.Columns);
    }

    public override void BiasBackward(Tensor dbias, Tensor dout)
    {
        RequireFloat(dout, dout.Rows, dbias.Columns);
        RequireFloat(dbias, 1, dout.Columns);
        SplitColumns(new ColumnSumKernel(dbias, dout), dout.Columns, dout.Rows);
    }
}

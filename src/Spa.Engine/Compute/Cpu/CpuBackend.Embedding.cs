namespace Spa.Engine.Compute.Cpu;

public sealed unsafe partial class CpuBackend
{
    public override void EmbeddingForward(Tensor output, Tensor ids, Tensor weight, float scale)
    {
        RequireVector(ids, DType.Int32, output.Rows);
        RequireFloat(output, ids.Count, weight.Columns);
        RequireWeight(weight, weight.Rows, output.Columns);
        CheckIds(ids, weight.Rows);
        Split(new EmbeddingKernel(output, ids, weight, scale), output.Rows, output.Columns);
    }

    public override void EmbeddingBackward(Tensor dweight, Tensor ids, Tensor dout, float scale)
    {
        RequireVector(ids, DType.Int32, dout.Rows);
        RequireFloat(dout, ids.Count, dweight.Columns);
        RequireFloat(dweight, dweight.Rows, dout.Columns);
        CheckIds(ids, dweight.Rows);
        SplitColumns(new ScatterAddKernel(dweight, dout, ids, scale), dout.Columns, dout.Rows);
    }

    public override void GatherRows(Tensor output, Tensor input, Tensor indices)
    {
        RequireVector(indices, DType.Int32, output.Rows);
        Require(output.Type == input.Type && output.Columns == input.Columns, output);
        CheckIndices(indices, input.Rows, nameof(GatherRows));
        Split(new GatherKernel(output, input, indices), output.Rows, output.Columns);
    }

    public override void ScatterRowsAdd(Tensor output, Tensor input, Tensor indices)
    {
        RequireVector(indices, DType.Int32, input.Rows);
        RequireFloat(input, indices.Count, output.Columns);
        RequireFloat(output, output.Rows, input.Columns);
        CheckIndices(indices, output.Rows, nameof(ScatterRowsAdd));
        SplitColumns(new ScatterAddKernel(output, input, indices, 1), input.Columns, input.Rows);
    }

    private static void CheckIds(Tensor ids, long vocabulary)
    {
        int* id = ids.Ints();
        for (long i = 0; i < ids.Count; i++)
        {
            if ((ulong)id[i] >= (ulong)vocabulary)
                throw new SpaException($"token id {id[i]} at position {i} of the batch is outside the model's vocabulary of {vocabulary:N0}; use the tokenizer that belongs to the model");
        }
    }

    private static void CheckIndices(Tensor indices, long rows, string op)
    {
        int* index = indices.Ints();
        for (long i = 0; i < indices.Count; i++)
        {
            if ((ulong)index[i] >= (ulong)rows) throw new ArgumentException($"{op}: index {index[i]} at {i} is outside [0, {rows})");
        }
    }
}

using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>An adapter added to its base for good.</summary>
public static class AdapterMerge
{
    private const int Rows = 256;

    /// <summary>
    /// W = W + s B A, or m (W + s B A) / |W + s B A| for DoRA, in float32, rounded once to how W is stored. Changes the weights of <paramref name="model"/> in place, also for models that share
    /// them; what computes the same afterwards is the model without its adapter.
    /// </summary>
    public static void Apply(Model model)
    {
        Adapter adapter = model.Adapter ?? throw new ArgumentException("the model has no adapter");
        foreach (AdapterModule m in adapter.Layout.Modules) Apply(model, adapter, m);
    }

    private static void Apply(Model model, Adapter adapter, AdapterModule m)
    {
        ComputeBackend backend = model.Backend;
        Tensor weight = model.Weight(model.Table[m.Weight]), combined = default, scaledB = default;
        using Arena arena = backend.CreateArena("merge", a =>
        {
            combined = a.Take("combined", DType.Float32, Rows, m.Columns);
            scaledB = a.Take("scaled_b", adapter.Layout.Type, Rows, m.Rank);
        });
        var magnitudes = new float[m.Rows];
        if (adapter.Layout.IsDora) backend.Download<float>(magnitudes, adapter.Weight(adapter.Table[m.Magnitude]));
        var values = new float[Rows * m.Columns];
        for (int row = 0; row < m.Rows; row += Rows)
        {
            int count = Math.Min(Rows, m.Rows - row);
            Tensor part = combined.RowRange(0, count);
            adapter.Combine(part, model, m, row, scaledB.RowRange(0, count));
            if (adapter.Layout.IsDora)
            {
                backend.Download(values.AsSpan(0, count * m.Columns), part);
                for (int i = 0; i < count; i++) Normalise(values.AsSpan(i * m.Columns, m.Columns), magnitudes[row + i]);
                backend.Upload(part, (ReadOnlySpan<float>)values.AsSpan(0, count * m.Columns));
            }
            backend.Copy(weight.RowRange(row, count), part);
        }
    }

    private static void Normalise(Span<float> row, double magnitude)
    {
        double sum = 0;
        foreach (float x in row) sum += (double)x * x;
        double factor = magnitude / Math.Sqrt(sum);
        foreach (ref float x in row) x = (float)(x * factor);
    }
}

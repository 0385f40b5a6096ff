using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>An adapter's weights in one arena, and what DoRA keeps of its base: the norms of the rows of W + s B A.</summary>
public sealed class Adapter : IDisposable
{
    // Elements of W + s B A that exist at once while their norms are taken.
    private const long NormElements = 1 << 22;

    private readonly ComputeBackend _backend;
    private readonly Arena _arena;
    private readonly nint _address;
    private readonly Dictionary<AdapterModule, Tensor> _inverseNorms = [];
    private readonly Tensor _combined, _scaledB, _rootMean, _zeros;

    /// <param name="backend">Device.</param>
    /// <param name="layout">What it holds; all weights are 0 at first.</param>
    public Adapter(ComputeBackend backend, AdapterLayout layout)
    {
        (_backend, Layout) = (backend, layout);
        nint address = 0;
        Tensor combined = default, scaledB = default, rootMean = default, zeros = default;
        _arena = backend.CreateArena("adapter", arena =>
        {
            address = arena.TakeBytes("weights", layout.Table.WeightBytes);
            if (!layout.IsDora) return;
            foreach (AdapterModule m in layout.Modules) _inverseNorms[m] = arena.Take($"{m.Name}/inverse_norm", DType.Float32, 1, m.Rows);
            long rows = layout.Modules.Max(NormRows);
            combined = arena.Take("combined", DType.Float32, layout.Modules.Max(m => NormRows(m) * m.Columns), 1);
            scaledB = arena.Take("scaled_b", layout.Type, layout.Modules.Max(m => NormRows(m) * m.Rank), 1);
            rootMean = arena.Take("root_mean", DType.Float32, rows, 1);
            zeros = arena.Take("zeros", DType.Float32, 1, layout.Inputs);
        });
        (_address, _combined, _scaledB, _rootMean, _zeros) = (address, combined, scaledB, rootMean, zeros);
        // Alignment gaps are updated along with the rest; they must stay finite.
        backend.Zero(new Tensor(_address, DType.Float32, layout.Table.WeightBytes / sizeof(float), 1));
        if (!zeros.IsAbsent) backend.Zero(zeros);
        Layers = layout.Bind(Weight, m => _inverseNorms[m]);
    }

    public AdapterLayout Layout { get; }

    public ParameterTable Table => Layout.Table;

    /// <summary>adapter_config.json that it was read from or that it is written with.</summary>
    public required Formats.PeftAdapterConfig Config { get; init; }

    public long Bytes => _arena.Capacity;

    /// <summary>[layer][slot].</summary>
    internal LinearAdapter?[][] Layers { get; }

    /// <summary>A parameter's weights.</summary>
    public Tensor Weight(Parameter parameter) => ParameterTable.Weight(_address, parameter);

    /// <summary>Fresh masks for an update: they depend on seed, update, product and the tokens up to a row, and on nothing else.</summary>
    public void BeginUpdate(ulong seed, int update)
    {
        foreach (LinearAdapter?[] layer in Layers)
            foreach (LinearAdapter? product in layer)
                if (product is not null) product.Seed = (uint)seed | (ulong)(uint)update << 32;
    }

    /// <summary>Takes DoRA's norms of the weights as they are now; call it when they have changed. Nothing to do for LoRA.</summary>
    /// <param name="model">The base.</param>
    public void Refresh(Model model)
    {
        if (!Layout.IsDora) return;
        // Once an update: an enumerator would be an object.
        for (int i = 0; i < Layout.Modules.Count; i++)
        {
            AdapterModule m = Layout.Modules[i];
            Tensor inverse = _inverseNorms[m];
            long step = NormRows(m);
            for (long row = 0; row < m.Rows; row += step)
            {
                int rows = (int)Math.Min(step, m.Rows - row);
                Tensor combined = _combined.Flat(0, (long)rows * m.Columns).Reshape(rows, m.Columns), rootMean = _rootMean.RowRange(0, rows);
                Combine(combined, model, m, row, _scaledB.Flat(0, (long)rows * m.Rank).Reshape(rows, m.Rank));
                // rstd is sqrt(K) over the norm; with a weight of 1 + 0 the rows become something that nobody reads.
                _backend.RmsNormForward(combined, rootMean, combined, _zeros.ColumnRange(0, m.Columns), 0, unitOffset: true);
                _backend.Scale(inverse.ColumnRange((int)row, rows), rootMean.Reshape(1, rows), (float)(1 / Math.Sqrt(m.Columns)));
            }
        }
    }

    /// <summary>combined = rows of W + s B A in float32. scaledB is scratch.</summary>
    internal void Combine(Tensor combined, Model model, AdapterModule m, long firstRow, Tensor scaledB)
    {
        long rows = combined.Rows;
        model.CopyWeight(combined, model.Table[m.Weight], firstRow);
        _backend.Scale(scaledB, Weight(Table[m.B]).RowRange(firstRow, rows), (float)m.Scale);
        _backend.MatMul(combined, scaledB, Weight(Table[m.A]), accumulate: true);
    }

    /// <summary>The same weights as another adapter of this layout.</summary>
    public void CopyFrom(Adapter other)
    {
        foreach (Parameter p in Table.Parameters) _backend.Copy(Weight(p), other.Weight(other.Table[p.Name]));
        foreach (AdapterModule m in _inverseNorms.Keys) _backend.Copy(_inverseNorms[m], other._inverseNorms[m]);
    }

    public void Dispose() => _arena.Dispose();

    private static long NormRows(AdapterModule m) => Math.Clamp(NormElements / m.Columns, 1, m.Rows);
}

using Spa.Engine.Compute;

namespace Spa.Engine.Models.Adapters;

/// <summary>An adapter's parameters in one table, and the views of a buffer of them that the decoder uses.</summary>
public sealed class AdapterLayout
{
    private readonly int _layers;

    /// <param name="config">The base model's options.</param>
    /// <param name="names">Tensor names of its family.</param>
    /// <param name="modules">What is adapted, in the order of <see cref="AdapterTargets.All"/>.</param>
    /// <param name="dora">With a magnitude for every module.</param>
    /// <param name="dropout">In training.</param>
    /// <param name="type">Storage of A and B; magnitudes are float32.</param>
    public AdapterLayout(DecoderConfig config, ParameterNames names, IReadOnlyList<AdapterModule> modules, bool dora, double dropout, DType type)
    {
        (_layers, Modules, IsDora, Dropout, Type) = (config.Layers, modules, dora, dropout, type);
        foreach (IGrouping<(int Layer, LinearSlot Slot), AdapterModule> slot in modules.GroupBy(m => (m.Layer, m.Slot)))
        {
            // The A of modules with one input lie one behind the other: they are one product.
            Table.AddGroup(type, true, [.. slot.Select(m => (m.A, (long)m.Rank, m.Columns))]);
            foreach (AdapterModule m in slot)
            {
                Table.AddGroup(type, true, (m.B, m.Rows, m.Rank));
                if (dora) Table.AddGroup(DType.Float32, true, (m.Magnitude, 1, m.Rows));
            }
        }
        IReadOnlyList<AdapterModule> all = AdapterTargets.All(config, names);
        bool Has(AdapterModule m) => modules.Any(x => x.Slot == m.Slot);
        Rank = modules.Count == 0 ? 0 : modules.GroupBy(m => (m.Layer, m.Slot)).Max(g => g.Sum(m => m.Rank));
        Inputs = all.Where(Has).Select(m => m.Columns).DefaultIfEmpty().Max();
        Outputs = all.Where(Has).Select(m => m.Start + m.Rows).DefaultIfEmpty().Max();
        SlotWidth = slot => all.Where(m => m.Layer == 0 && m.Slot == slot).Max(m => m.Start + m.Rows);
    }

    public ParameterTable Table { get; } = new();

    public IReadOnlyList<AdapterModule> Modules { get; }

    public bool IsDora { get; }

    /// <summary>Share of inputs that training drops.</summary>
    public double Dropout { get; }

    /// <summary>Storage of A and B.</summary>
    public DType Type { get; }

    /// <summary>Most rows of the A of one product.</summary>
    public int Rank { get; }

    /// <summary>Widest input of an adapted product, and its widest output.</summary>
    public int Inputs { get; }

    public int Outputs { get; }

    private Func<LinearSlot, int> SlotWidth { get; }

    /// <summary>Views into whatever buffer <paramref name="at"/> finds parameters in: [layer][slot], null where nothing is adapted.</summary>
    /// <param name="at">A parameter's part of the buffer.</param>
    /// <param name="inverseNorm">[1, N] of a module, for DoRA's weights; null for gradients.</param>
    internal LinearAdapter?[][] Bind(Func<Parameter, Tensor> at, Func<AdapterModule, Tensor>? inverseNorm = null)
    {
        var layers = new LinearAdapter?[_layers][];
        for (int layer = 0; layer < _layers; layer++) layers[layer] = new LinearAdapter?[Enum.GetValues<LinearSlot>().Length];
        foreach (IGrouping<(int Layer, LinearSlot Slot), AdapterModule> slot in Modules.GroupBy(m => (m.Layer, m.Slot)))
            layers[slot.Key.Layer][(int)slot.Key.Slot] = Bind([.. slot], at, inverseNorm);
        return layers;
    }

    private LinearAdapter Bind(AdapterModule[] modules, Func<Parameter, Tensor> at, Func<AdapterModule, Tensor>? inverseNorm)
    {
        AdapterModule first = modules[0];
        int rank = modules.Sum(m => m.Rank), next = 0, row = 0;
        var parts = new List<AdapterPart>();
        void Gap(int end)
        {
            if (end > next) parts.Add(new AdapterPart { Start = next, Rows = end - next });
        }

        foreach (AdapterModule m in modules)
        {
            Gap(m.Start);
            parts.Add(new AdapterPart
            {
                Start = m.Start,
                Rows = m.Rows,
                RankStart = row,
                Rank = m.Rank,
                Scale = (float)m.Scale,
                B = at(Table[m.B]),
                Magnitude = IsDora ? at(Table[m.Magnitude]) : default,
                InverseNorm = IsDora && inverseNorm is not null ? inverseNorm(m) : default,
            });
            (next, row) = (m.Start + m.Rows, row + m.Rank);
        }
        Gap(SlotWidth(first.Slot));
        Tensor a = at(Table[first.A]);
        return new LinearAdapter(new Tensor(a.Address, a.Type, rank, first.Columns), [.. parts], IsDora, Dropout, (uint)(first.Layer * Enum.GetValues<LinearSlot>().Length + (int)first.Slot));
    }
}

using Spa.Engine.Compute;
using Spa.Engine.Formats;

namespace Spa.Engine.Models.Adapters;

/// <summary>Adapters from PEFT folders, new ones, and their tensors as files hold them: every shape and name checked before anything is read.</summary>
public static class AdapterFiles
{
    private const string ASuffix = ".lora_A.weight", BSuffix = ".lora_B.weight", MagnitudeSuffix = ".lora_magnitude_vector";

    // Counter of the draws of A, beside those of everything else that a seed feeds.
    private const uint InitialStream = 0x6C6F_7261;

    /// <summary>A model with an adapter from a folder; the base's weights are shared, not copied.</summary>
    /// <exception cref="SpaException">The adapter does not fit the base.</exception>
    public static Model Load(Model model, PeftAdapterFolder folder)
    {
        IReadOnlyList<AdapterModule> modules = Modules(model, folder);
        PeftAdapterConfig config = folder.Config;
        var adapter = new Adapter(model.Backend, Layout(model, modules, config.UseDora, config.Dropout)) { Config = config };
        try
        {
            foreach (Parameter p in adapter.Table.Parameters) Read(model.Backend, adapter.Weight(p), p, folder.Tensors);
            return model.WithAdapter(adapter);
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A model with a new adapter that computes what the base computes, as PEFT begins: A uniform in +-1 / sqrt(K) (Kaiming with a = sqrt(5)), B zero, magnitudes the norms of W's rows.
    /// </summary>
    /// <exception cref="UsageException">A target is no linear layer of the model.</exception>
    public static Model Create(Model model, AdapterSettings settings, ulong seed)
    {
        IReadOnlyList<AdapterModule> modules = AdapterTargets.Select(model.Config, model.Family.Names, settings);
        var adapter = new Adapter(model.Backend, Layout(model, modules, settings.UseDora, settings.Dropout))
        {
            Config = PeftAdapterConfig.Create(settings.Rank, settings.Alpha, settings.Dropout, settings.UseRslora, settings.UseDora, AdapterTargets.Short(modules)),
        };
        try
        {
            for (int i = 0; i < modules.Count; i++)
            {
                AdapterModule m = modules[i];
                var values = new float[(long)m.Rank * m.Columns];
                float bound = (float)(1 / Math.Sqrt(m.Columns));
                for (int at = 0; at < values.Length; at++) values[at] = bound * (2 * Philox.Uniform(Philox.Next(seed, (uint)at, (uint)i, 0, InitialStream).X) - 1);
                Upload(model.Backend, adapter.Weight(adapter.Table[m.A]), values);
                if (settings.UseDora) InitialMagnitude(model, adapter, m);
            }
            return model.WithAdapter(adapter);
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>A and B of every module, and DoRA's magnitudes, as float32 under PEFT's names.</summary>
    /// <param name="model">With an adapter.</param>
    /// <param name="master">Flat float32 copy that is more exact than the adapter's storage; absent: none.</param>
    public static IReadOnlyList<TensorContent> Contents(Model model, Tensor master = default)
    {
        Adapter adapter = model.Adapter ?? throw new ArgumentException("the model has no adapter");
        return [.. adapter.Table.Parameters.Select(p =>
        {
            Tensor weight = adapter.Weight(p);
            bool isMaster = p.Type != DType.Float32 && !master.IsAbsent;
            if (isMaster) weight = ParameterTable.InFlat(master, p);
            return TensorContent.FromFloats(p.Name, StoredType.F32, p.Name.EndsWith(MagnitudeSuffix, StringComparison.Ordinal) ? [p.Columns] : [p.Rows, p.Columns], (first, values) =>
            {
                Tensor part = weight.Flat(first, values.Length);
                if (part.Type == DType.Float32)
                {
                    model.Backend.Download(values, part);
                    return;
                }
                var narrow = new ushort[values.Length];
                model.Backend.Download<ushort>(narrow, part);
                Bf16.Widen(narrow, values);
            });
        })];
    }

    private static AdapterLayout Layout(Model model, IReadOnlyList<AdapterModule> modules, bool dora, double dropout) =>
        new(model.Config, model.Family.Names, modules, dora, dropout, model.ActivationType);

    // What the file holds says which modules have an adapter, whatever pattern once chose them.
    private static List<AdapterModule> Modules(Model model, PeftAdapterFolder folder)
    {
        TensorSource source = folder.Tensors;
        PeftAdapterConfig config = folder.Config;
        var modules = new List<AdapterModule>();
        var expected = new HashSet<string>();
        foreach (AdapterModule m in AdapterTargets.All(model.Config, model.Family.Names))
        {
            if (!source.Tensors.ContainsKey(m.A)) continue;
            int rank = config.RankOf(m.Name);
            RequireShape(source, m.A, [rank, m.Columns]);
            RequireShape(source, m.B, [m.Rows, rank]);
            if (config.UseDora) RequireShape(source, m.Magnitude, [m.Rows]);
            expected.UnionWith(config.UseDora ? [m.A, m.B, m.Magnitude] : [m.A, m.B]);
            modules.Add(m with { Rank = rank, Scale = config.ScaleOf(m.Name) });
        }
        foreach (string name in source.Tensors.Keys)
        {
            if (!expected.Contains(name))
                throw new SpaException($"'{source.Path}': tensor '{name}' has no place in an adapter of a '{model.Family.ModelType}' model; adapters of linear layers in blocks are supported: "
                    + $"{AdapterModule.Prefix}NAME{ASuffix}, {BSuffix}{(config.UseDora ? ", " + MagnitudeSuffix : "")}");
        }
        return modules.Count > 0 ? modules : throw new SpaException($"'{source.Path}' adapts nothing: it has no tensor");
    }

    private static void RequireShape(TensorSource source, string name, long[] expected)
    {
        StoredTensor stored = source.Find(name);
        if (!stored.Shape.AsSpan().SequenceEqual(expected))
            throw new SpaException($"'{stored.File}': tensor '{name}' must have shape [{string.Join(", ", expected)}] by the base model and adapter_config.json, found "
                + $"[{string.Join(", ", stored.Shape)}]; they do not belong together");
    }

    private static void Read(ComputeBackend backend, Tensor target, Parameter p, TensorSource source)
    {
        var values = new float[p.Count];
        source.ReadFloat32(p.Name, values);
        if (FiniteCheck.FirstNonFinite(values) is >= 0 and var at)
            throw new SpaException($"'{source.Path}': tensor '{p.Name}' has the value {values[at]} at element {at}; the file is damaged or training diverged");
        Upload(backend, target, values);
    }

    private static void Upload(ComputeBackend backend, Tensor target, float[] values)
    {
        if (target.Type == DType.Float32)
        {
            backend.Upload<float>(target, values);
            return;
        }
        var narrow = new ushort[values.Length];
        Bf16.Narrow(values, narrow);
        backend.Upload<ushort>(target, narrow);
    }

    // Norms of W's rows, in double on the host: once, before training.
    private static void InitialMagnitude(Model model, Adapter adapter, AdapterModule m)
    {
        const int Rows = 64;
        var norms = new float[m.Rows];
        var values = new float[Rows * m.Columns];
        using Arena arena = model.Backend.CreateArena("magnitude", Arena.Measure(a => a.Take("rows", DType.Float32, Rows, m.Columns)));
        Tensor all = arena.Take("rows", DType.Float32, Rows, m.Columns);
        for (int row = 0; row < m.Rows; row += Rows)
        {
            int count = Math.Min(Rows, m.Rows - row);
            Tensor rows = all.RowRange(0, count);
            model.CopyWeight(rows, model.Table[m.Weight], row);
            model.Backend.Download(values.AsSpan(0, count * m.Columns), rows);
            for (int i = 0; i < count; i++)
            {
                double sum = 0;
                foreach (float x in values.AsSpan(i * m.Columns, m.Columns)) sum += (double)x * x;
                norms[row + i] = (float)Math.Sqrt(sum);
            }
        }
        model.Backend.Upload<float>(adapter.Weight(adapter.Table[m.Magnitude]), norms);
    }
}

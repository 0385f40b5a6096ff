using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// A model under training: its weights (or its adapter's, where it has one), float32 gradients, both AdamW moments and, for bfloat16 weights, the float32 master copy. All of it
/// is allocated once.
/// </summary>
public sealed class PolicyState : IDisposable
{
    private readonly Arena _arena;
    private readonly List<Range> _ranges;
    private readonly Tensor _norm;
    private readonly float[] _hostNorm = new float[1];

    public PolicyState(Model model)
    {
        Model = model;
        Table = model.Trainable;
        _ranges = Merge(Table);
        Gradients? gradients = null;
        Tensor m = default, v = default, master = default, norm = default;
        _arena = model.Backend.CreateArena("optimizer", arena =>
        {
            gradients = new Gradients(model, arena);
            m = arena.Take("first_moment", DType.Float32, Table.FlatCount, 1);
            v = arena.Take("second_moment", DType.Float32, Table.FlatCount, 1);
            if (Table.Parameters.Any(p => p.Type != DType.Float32)) master = arena.Take("master", DType.Float32, Table.FlatCount, 1);
            norm = arena.Take("norm", DType.Float32, 1, 1);
        });
        (Gradients, FirstMoment, SecondMoment, Master, _norm) = (gradients!, m, v, master, norm);
        model.Backend.Zero(Gradients.Flat);
        model.Backend.Zero(m);
        model.Backend.Zero(v);
        if (!master.IsAbsent) FillMaster();
    }

    public Model Model { get; }

    /// <summary>What is trained.</summary>
    public ParameterTable Table { get; }

    public Gradients Gradients { get; }

    /// <summary>[FlatCount, 1] each; the master copy is absent for float32 weights.</summary>
    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    public Tensor Master { get; }

    public long Bytes => _arena.Capacity;

    /// <summary>The weights of a parameter of <see cref="Table"/>.</summary>
    public Tensor Weight(Parameter parameter) => Model.TrainableWeight(parameter);

    /// <summary>No gradients, and the adapter's masks of this update.</summary>
    public void BeginUpdate(ulong seed, int update)
    {
        Model.Backend.Zero(Gradients.Flat);
        Model.Adapter?.BeginUpdate(seed, update);
    }

    /// <summary>Weights were changed: what depends on them follows.</summary>
    public void Refresh() => Model.Adapter?.Refresh(Model);

    /// <summary>Norm of all gradients, as it is before clipping. Waits for the device.</summary>
    public double GradientNorm()
    {
        Model.Backend.GradientNorm(_norm, Gradients.Flat);
        Model.Backend.Download<float>(_hostNorm, _norm);
        return _hostNorm[0];
    }

    /// <summary>One AdamW update with the norm that <see cref="GradientNorm"/> left; decay only where the table says so.</summary>
    public void Update(AdamWStep step)
    {
        foreach (Range range in _ranges)
        {
            Tensor weights = Weight(range.First);
            weights = new Tensor(weights.Address, weights.Type, range.Count, 1);
            Tensor Flat(Tensor buffer) => buffer.Flat(range.First.Offset, range.Count);
            Tensor master = weights.Type == DType.Float32 ? default : Flat(Master);
            Model.Backend.AdamW(weights, master, Flat(Gradients.Flat), Flat(FirstMoment), Flat(SecondMoment), _norm,
                range.First.Decay ? step : step with { WeightDecay = 0 });
        }
        Refresh();
    }

    /// <summary>Fills the master copy from the weights, after loading them.</summary>
    public void FillMaster()
    {
        foreach (Parameter p in Table.Parameters)
            if (p.Type != DType.Float32) Model.Backend.Copy(ParameterTable.InFlat(Master, p), Weight(p));
    }

    public void Dispose() => _arena.Dispose();

    // Neighbours of one type and one decay rule are one range, gaps included (they hold zeros and stay zero).
    private static List<Range> Merge(ParameterTable table)
    {
        var ranges = new List<Range>();
        foreach (Parameter p in table.Parameters)
        {
            if (ranges.Count > 0 && ranges[^1].First is var first && first.Decay == p.Decay && first.Type == p.Type
                && p.ByteOffset - first.ByteOffset == (p.Offset - first.Offset) * p.Type.Size())
                ranges[^1] = new Range(first, p.Offset + p.Count - first.Offset);
            else
                ranges.Add(new Range(p, p.Count));
        }
        return ranges;
    }

    private readonly record struct Range(Parameter First, long Count);
}

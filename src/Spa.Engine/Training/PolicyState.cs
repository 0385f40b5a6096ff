using Spa.Engine.Compute;
using Spa.Engine.Models;
using Spa.Engine.Training.Optimizers;

namespace Spa.Engine.Training;

/// <summary>
/// A model under training: its weights (or its adapter's, where it has one), float32 gradients, the optimiser's states and, for bfloat16 weights, the float32 master copy where the optimiser needs one. All of it
/// is allocated once.
/// </summary>
public sealed class PolicyState : IDisposable
{
    private readonly Arena _arena;
    private readonly Optimizer _optimizer;
    private readonly OptimizerTarget _target;
    private readonly float[] _hostNorm = new float[1];

    /// <param name="model">What is trained.</param>
    /// <param name="optimizer">How.</param>
    /// <param name="seed">Of stochastic rounding.</param>
    public PolicyState(Model model, OptimizerKind optimizer = OptimizerKind.AdamW, ulong seed = 0)
    {
        Model = model;
        Table = model.Trainable;
        _optimizer = new Optimizer(Table, model.Layout, optimizer, model.ActivationType, seed);
        Gradients? gradients = null;
        Tensor master = default, norm = default;
        _arena = model.Backend.CreateArena("optimizer", arena =>
        {
            gradients = new Gradients(model, arena);
            if (_optimizer.NeedsMaster) master = arena.Take("master", DType.Float32, Table.FlatCount, 1);
            norm = arena.Take("norm", DType.Float32, 1, 1);
            _optimizer.Lay(arena);
        });
        (Gradients, Master) = (gradients!, master);
        _target = new OptimizerTarget(model.Backend, Weight, Gradients.Flat, master, norm);
        model.Backend.Zero(Gradients.Flat);
        foreach (OptimizerState state in _optimizer.States) model.Backend.Zero(state.Tensor);
        if (master.IsAbsent) return;
        // Gaps between parameters are updated along with the rest; they must stay finite.
        model.Backend.Zero(master);
        FillMaster();
    }

    public Model Model { get; }

    /// <summary>What is trained.</summary>
    public ParameterTable Table { get; }

    public Gradients Gradients { get; }

    /// <summary>[FlatCount, 1]; absent for float32 weights and where the optimiser needs none.</summary>
    public Tensor Master { get; }

    /// <summary>What the optimiser goes on from, beside the weights: a checkpoint holds all of it.</summary>
    public IEnumerable<OptimizerState> States => Master.IsAbsent ? _optimizer.States : _optimizer.States.Append(new OptimizerState("master", Master));

    public long Bytes => _arena.Capacity;

    /// <summary>The weights of a parameter of <see cref="Table"/>.</summary>
    public Tensor Weight(Parameter parameter) => Model.TrainableWeight(parameter);

    /// <summary>Bytes of gradients and states before a model is loaded.</summary>
    /// <param name="layout">Of the model.</param>
    /// <param name="optimizer">Of the stage.</param>
    /// <param name="productType">Type of activations.</param>
    /// <param name="trained">What is trained; null: the whole model.</param>
    public static long Measure(DecoderLayout layout, OptimizerKind optimizer, DType productType, ParameterTable? trained = null)
    {
        ParameterTable table = trained ?? layout.Table;
        var states = new Optimizer(table, layout, optimizer, productType, 0);
        return Arena.Measure(arena =>
        {
            arena.Take("gradients", DType.Float32, table.FlatCount, 1);
            if (states.NeedsMaster) arena.Take("master", DType.Float32, table.FlatCount, 1);
            states.Lay(arena);
        });
    }

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
        Model.Backend.GradientNorm(_target.Norm, Gradients.Flat);
        Model.Backend.Download<float>(_hostNorm, _target.Norm);
        return _hostNorm[0];
    }

    /// <summary>One update with the norm that <see cref="GradientNorm"/> left; decay only where the table says so. An optimiser takes of the settings what it has.</summary>
    public void Update(AdamWStep step)
    {
        _optimizer.Update(_target, step);
        Refresh();
    }

    /// <summary>Fills the master copy from the weights, after loading them.</summary>
    public void FillMaster()
    {
        foreach (Parameter p in Table.Parameters)
            if (p.Type != DType.Float32) Model.Backend.Copy(ParameterTable.InFlat(Master, p), Weight(p));
    }

    public void Dispose() => _arena.Dispose();
}

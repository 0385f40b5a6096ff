using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training.Optimizers;

/// <summary>The rules that together update every parameter of a table. What a rule does not suit (vectors, say) AdamW takes.</summary>
internal sealed class Optimizer
{
    private readonly List<IUpdateRule> _rules = [];

    /// <param name="table">What is trained.</param>
    /// <param name="layout">Says which parameters are the model's embedding and head.</param>
    /// <param name="kind">How.</param>
    /// <param name="productType">Type of matrix products (<see cref="ComputeBackend.ActivationType"/>).</param>
    /// <param name="seed">Of stochastic rounding.</param>
    public Optimizer(ParameterTable table, DecoderLayout layout, OptimizerKind kind, DType productType, ulong seed)
    {
        Func<Parameter, bool> isSuited = kind switch
        {
            OptimizerKind.AdamW => _ => false,
            OptimizerKind.AdamW8Bit => p => !p.IsVector && !layout.IsEmbedding(p),
            OptimizerKind.AdamWBf16 => p => p.Type == DType.BFloat16,
            OptimizerKind.Muon => p => !p.IsVector && !layout.IsEmbedding(p) && !layout.IsHead(p),
            _ => _ => true,
        };
        ParameterRange[] rest = ParameterRange.Of(table, p => !isSuited(p), merge: true);
        ParameterRange[] suited = ParameterRange.Of(table, isSuited, merge: kind is not (OptimizerKind.Adafactor or OptimizerKind.Muon));
        if (rest.Length > 0) _rules.Add(new AdamWRule(rest));
        if (suited.Length > 0) _rules.Add(Rule(kind, suited, productType, seed));
        if (kind == OptimizerKind.AdamWBf16 && suited.Length == 0)
            throw new UsageException("'optim: adamw_bf16' rounds bfloat16 weights, and all that are trained here are float32; set dtype: bfloat16, or another optim "
                + "(adapters are bfloat16 on CUDA alone)");
        NeedsMaster = kind != OptimizerKind.AdamWBf16 && table.Parameters.Any(p => p.Type != DType.Float32);
    }

    /// <summary>Whether bfloat16 weights need a float32 copy.</summary>
    public bool NeedsMaster { get; }

    /// <summary>What a checkpoint must hold, beside the master copy.</summary>
    public IEnumerable<OptimizerState> States => _rules.SelectMany(rule => rule.States);

    /// <summary>Takes all states; called once to measure and once for real.</summary>
    public void Lay(Arena arena)
    {
        foreach (IUpdateRule rule in _rules) rule.Lay(arena);
    }

    /// <summary>One update of all parameters.</summary>
    public void Update(OptimizerTarget target, in AdamWStep step)
    {
        foreach (IUpdateRule rule in _rules) rule.Update(target, step);
    }

    private static IUpdateRule Rule(OptimizerKind kind, ParameterRange[] ranges, DType productType, ulong seed) => kind switch
    {
        OptimizerKind.AdamW8Bit => new AdamW8BitRule(ranges),
        OptimizerKind.AdamWBf16 => new AdamWBf16Rule(ranges, seed),
        OptimizerKind.Lion => new LionRule(ranges),
        OptimizerKind.Adafactor => new AdafactorRule(ranges),
        OptimizerKind.Muon => new MuonRule(ranges, productType),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no such optimiser"),
    };
}

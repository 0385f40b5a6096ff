using Spa.Engine.Configuration;
using Spa.Engine.Data;
using Spa.Engine.Pipeline.Estimates;

namespace Spa.Engine.Pipeline;

/// <summary>A single stage whose rows are preference pairs.</summary>
internal abstract class PairData : TaskData
{
    private protected PairData(RunConfig config, ModelBundle bundle, RunContext context) : base(config, bundle, context)
    {
    }

    public override string Unit => "pairs";

    public override int Count => Pairs.Count;

    public override string Hash => LoopData.Hash(Pairs);

    public override int EvaluationCount => Held.Count;

    public override string EvaluationHash => LoopData.Hash(Held);

    public override IReadOnlyList<SequenceLengths> Lengths => [.. Pairs.Select(SequenceLengths.Of)];

    /// <summary>What is trained on.</summary>
    protected IReadOnlyList<TokenizedPair> Pairs { get; private protected init; } = [];

    /// <summary>The rows of eval_dataset; empty without it.</summary>
    protected IReadOnlyList<TokenizedPair> Held { get; private protected init; } = [];
}

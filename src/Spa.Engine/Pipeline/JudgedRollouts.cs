using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline.Judges;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>Responses sampled from a policy under training, the reward that a judge gives them, and their log-ratio to a reference.</summary>
internal sealed class JudgedRollouts : IRolloutSource
{
    private readonly IReadOnlyList<LoopPrompt> _prompts;
    private readonly IResponseJudge _judge;
    private readonly ModelTokenizer _tokenizer;
    private readonly Generator _generator;
    private readonly Scorer? _reference;
    private readonly SamplingSettings _sampling;

    /// <param name="policy">What is sampled from; may change between two draws.</param>
    /// <param name="reference">pi_ref, or null.</param>
    /// <param name="judge">Who rewards; goes with this object.</param>
    /// <param name="prompts">All prompts.</param>
    /// <param name="sampling">How to draw; at temperature 1, for the gradient is of the untempered distribution.</param>
    /// <param name="tokenizer">Of the policy.</param>
    public JudgedRollouts(Model policy, Model? reference, IResponseJudge judge, IReadOnlyList<LoopPrompt> prompts, SamplingSettings sampling, ModelTokenizer tokenizer)
    {
        (_judge, _prompts, _sampling, _tokenizer) = (judge, prompts, sampling, tokenizer);
        PromptLengths = [.. prompts.Select(p => p.Ids.Length)];
        int longest = PromptLengths.Max();
        int[] limits = new int[sampling.Samples];
        Array.Fill(limits, sampling.MaxNewTokens);
        _generator = new Generator(policy, sampling, longest);
        _reference = reference is null ? null : new Scorer(reference, null, 0, PackedBatch.RowsFor(reference.Config, longest, limits));
    }

    public IReadOnlyList<int> PromptLengths { get; }

    public int Samples => _sampling.Samples;

    public int MaxNewTokens => _sampling.MaxNewTokens;

    /// <exception cref="SpaException">The judge gave a response no reward: names the prompt.</exception>
    public IReadOnlyList<Rollout> Draw(ReadOnlySpan<int> prompts, int update)
    {
        int[] chosen = prompts.ToArray();
        SampledRow[] rows = new SampledRow[chosen.Length];
        _generator.Refresh();
        // A key for every draw of the stage: a prompt that comes again is drawn for anew.
        _generator.Generate([.. chosen.Select((p, i) => new GenerationPrompt(_prompts[p].Ids, (uint)update * (uint)chosen.Length + (uint)i))], (i, responses) =>
        {
            LoopPrompt prompt = _prompts[chosen[i]];
            rows[i] = new SampledRow(prompt.Row, prompt.Source, prompt.Ids, [.. responses.Select(r => SampledResponse.From(r, _tokenizer))]) { Arguments = prompt.Arguments };
        });
        double[][] rewards = Rewards(_judge, rows), ratios = new double[rows.Length][];
        if (_reference is null) for (int i = 0; i < rows.Length; i++) ratios[i] = new double[Samples];
        else _reference.Score([.. rows.Select(r => r.Item)], (i, scores) => ratios[i] = [.. rows[i].Responses.Zip(scores, (sampled, scored) => sampled.Logp - scored.Logp)]);
        return [.. rows.Select((row, i) => new Rollout(row.PromptIds, row.Item.Responses, rewards[i], ratios[i], [.. row.Responses.Select(r => r.FinishReason == FinishReason.Length)]))];
    }

    public void Dispose()
    {
        _reference?.Dispose();
        _generator.Dispose();
        _judge.Dispose();
    }

    /// <summary>Rewards of rows, all of them finite.</summary>
    /// <exception cref="SpaException">The judge gave a response no reward: names the prompt.</exception>
    internal static double[][] Rewards(IResponseJudge judge, SampledRow[] rows)
    {
        double[][] rewards = new double[rows.Length][];
        judge.Judge(rows, (i, verdict) => rewards[i] = verdict.Rewards, CancellationToken.None);
        for (int i = 0; i < rows.Length; i++)
        {
            if (!Array.TrueForAll(rewards[i], double.IsFinite))
                throw new SpaException($"the judge {judge.Name} gave a response to prompt {rows[i].Index} no reward; policy optimisation needs a judge that scores every response");
        }
        return rewards;
    }
}

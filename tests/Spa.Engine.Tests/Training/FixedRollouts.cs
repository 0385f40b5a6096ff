using Spa.Engine.Tests.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Training;

/// <summary>Responses that do not come from the policy: two to each of four prompts, of odd lengths.</summary>
internal sealed class FixedRollouts : IRolloutSource
{
    private readonly Rollout[] _rollouts;

    public FixedRollouts()
    {
        var random = new Random(11);
        _rollouts = [.. Enumerable.Range(0, 4).Select(i => new Rollout(TinyModel.Ids(random, 1 + 3 * i), [TinyModel.Ids(random, 1 + i), TinyModel.Ids(random, 7 - i)],
            [random.NextDouble(), random.NextDouble()], [random.NextDouble(), -random.NextDouble()], [false, i == 0]))];
    }

    public IReadOnlyList<int> PromptLengths => [.. _rollouts.Select(r => r.Prompt.Length)];

    public int Samples => 2;

    public int MaxNewTokens => 8;

    public IReadOnlyList<Rollout> All => _rollouts;

    public IReadOnlyList<Rollout> Draw(ReadOnlySpan<int> prompts, int update) => [.. prompts.ToArray().Select(p => _rollouts[p])];

    public void Dispose() { }
}

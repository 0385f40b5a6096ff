using System.CommandLine;
using Spa.Cli.Options;
using Spa.Engine.Generation;

namespace Spa.Cli.Commands;

/// <summary>How <c>spa generate</c> draws.</summary>
internal sealed class SamplingOptions
{
    private readonly Option<int?> _samples = Opt.Whole("--samples", "K", "Responses per prompt; default 1.", min: 1, max: 10_000);
    private readonly Option<int?> _maxNewTokens = Opt.Whole("--max-new-tokens", "N", "Longest response in tokens.", min: 1);
    private readonly Option<double?> _temperature = Opt.Number("--temperature", "T", "0 is greedy.", min: 0);
    private readonly Option<double?> _topP = Opt.Number("--top-p", "P", "Draw from the most probable tokens that together have probability P; 1 is off.", min: 0, max: 1);
    private readonly Option<int?> _topK = Opt.Whole("--top-k", "K", "Draw from the K most probable tokens; 0 is off.", min: 0);
    private readonly Option<int?> _topLogprobs = Opt.Whole("--top-logprobs", "N", "Also report the N most probable tokens at every position.", min: 0, max: 1000);
    private readonly Option<string[]> _stop = Opt.Texts("--stop", "STRING", "End a response at this string; may be given several times.");

    public IEnumerable<Option> All => [_samples, _maxNewTokens, _temperature, _topP, _topK, _topLogprobs, _stop];

    /// <summary>The defaults with what the user said.</summary>
    public SamplingSettings Apply(SamplingSettings defaults, CommandContext context)
    {
        SamplingSettings settings = defaults with
        {
            Samples = context.Get(_samples) ?? defaults.Samples,
            MaxNewTokens = context.Get(_maxNewTokens) ?? defaults.MaxNewTokens,
            Temperature = context.Get(_temperature) ?? defaults.Temperature,
            TopP = context.Get(_topP) ?? defaults.TopP,
            TopK = context.Get(_topK) ?? defaults.TopK,
            TopLogProbs = context.Get(_topLogprobs) ?? defaults.TopLogProbs,
            StopStrings = [.. (context.Get(_stop) ?? []).Where(text => text.Length > 0)],
            Seed = (ulong)context.Seed,
        };
        settings.Validate();
        return settings;
    }
}

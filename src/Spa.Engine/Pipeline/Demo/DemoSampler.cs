using Spa.Engine.Data;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Pipeline.Demo;

/// <summary>Answers of a model to prompts of the demo.</summary>
internal sealed class DemoSampler(ModelTokenizer tokenizer, RunContext context)
{
    // As in recipes/demo/spa.yaml: seed pairs and evaluation see what the loop samples.
    private const double Temperature = 0.8;

    private const int MaxNewTokens = 64;

    /// <summary>The prompt in tokens, with the assistant's header.</summary>
    public int[] Encode(DemoPrompt prompt) =>
        tokenizer.Encode(tokenizer.Render([new Message(Message.User, prompt.Text)], addGenerationPrompt: true), addSpecialTokens: false);

    /// <summary>Per prompt <paramref name="samples"/> answers; the same seed gives the same draws.</summary>
    public DemoAnswer[][] Draw(Model model, IReadOnlyList<DemoPrompt> prompts, int samples, ulong seed, string phase)
    {
        var answers = new DemoAnswer[prompts.Count][];
        int[][] ids = [.. prompts.Select(Encode)];
        var settings = new SamplingSettings { Temperature = Temperature, MaxNewTokens = MaxNewTokens, Samples = samples, StopTokens = tokenizer.EndIds, Seed = seed };
        using var generator = new Generator(model, settings, ids.Max(p => p.Length));
        generator.Generate([.. ids.Select((p, i) => new GenerationPrompt(p, (uint)i))], (i, responses) =>
        {
            answers[i] = [.. responses.Select(r => DemoAnswer.Of(r, tokenizer, prompts[i].Fact))];
            context.Log.Progress(phase, i + 1, prompts.Count, "prompts");
        }, context.Cancel);
        return answers;
    }
}

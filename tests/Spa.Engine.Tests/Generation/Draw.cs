using Spa.Engine.Compute.Cpu;
using Spa.Engine.Generation;
using Spa.Engine.Models;

namespace Spa.Engine.Tests.Generation;

/// <summary>Runs a generator once, and compares what came out.</summary>
internal static class Draw
{
    public static CpuBackend Backend(int threads = 2) => new(new CpuOptions { Threads = threads });

    /// <summary>Responses by prompt.</summary>
    public static GeneratedResponse[][] All(Model model, SamplingSettings settings, IReadOnlyList<GenerationPrompt> prompts, GeneratorLimits? limits = null,
        Func<Func<int, string>>? decoders = null)
    {
        using var generator = new Generator(model, settings, prompts.Max(p => p.Ids.Length), limits, decoders);
        int pages = generator.FreePages;
        GeneratedResponse[][] all = All(generator, prompts);
        Assert.That(generator.FreePages, Is.EqualTo(pages), "pages are not all given back");
        return all;
    }

    public static GeneratedResponse[][] All(Generator generator, IReadOnlyList<GenerationPrompt> prompts)
    {
        var all = new List<GeneratedResponse[]>();
        generator.Generate(prompts, (i, responses) =>
        {
            Assert.That(i, Is.EqualTo(all.Count), "responses come in the order of the prompts");
            all.Add(responses);
        });
        Assert.That(all, Has.Count.EqualTo(prompts.Count));
        return [.. all];
    }

    public static void AssertSame(GeneratedResponse actual, GeneratedResponse expected, string what)
    {
        Assert.That(actual.Ids, Is.EqualTo(expected.Ids), what);
        Assert.That(actual.TokenLogps.Select(BitConverter.SingleToInt32Bits), Is.EqualTo(expected.TokenLogps.Select(BitConverter.SingleToInt32Bits)), $"{what}: bits of the log-probs");
        Assert.That(actual.FinishReason, Is.EqualTo(expected.FinishReason), what);
    }

    public static void AssertSame(GeneratedResponse[][] actual, GeneratedResponse[][] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < actual.Length; i++)
        {
            Assert.That(actual[i], Has.Length.EqualTo(expected[i].Length));
            for (int s = 0; s < actual[i].Length; s++) AssertSame(actual[i][s], expected[i][s], $"{what}, prompt {i}, sample {s}");
        }
    }
}

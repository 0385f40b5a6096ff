using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Models;

namespace Spa.Engine.Tests.Generation;

/// <summary>A response depends on model, prompt, key, seed and settings, never on what else is in flight, how much at once, or where.</summary>
internal sealed class GeneratorIndependenceTests : IDisposable
{
    private static readonly SamplingSettings s_settings = new() { Temperature = 0.9, MaxNewTokens = 20, StopTokens = [1], Samples = 2, Seed = 11 };

    private readonly CpuBackend _backend = Draw.Backend();
    private readonly Model _model;
    private readonly GenerationPrompt[] _prompts;

    public GeneratorIndependenceTests()
    {
        _model = TinyModel.Create(_backend);
        var random = new Random(3);
        _prompts = [.. Enumerable.Range(0, 11).Select(i => new GenerationPrompt(TinyModel.Ids(random, 1 + i * i % 37), (uint)i * 5))];
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }

    [TestCase(1, 1)]
    [TestCase(2, 66)]
    [TestCase(3, 70)]
    [TestCase(5, 400)]
    [TestCase(22, 1)]
    [TestCase(64, 256)]
    public void Limits_of_live_sequences_and_step_rows_change_nothing(int live, int rows)
    {
        GeneratedResponse[][] expected = Draw.All(_model, s_settings, _prompts);
        Draw.AssertSame(Draw.All(_model, s_settings, _prompts, new GeneratorLimits { LiveSequences = live, StepRows = rows }), expected, $"{live} live, {rows} rows");
    }

    [Test]
    public void A_long_prompt_read_in_pieces_beside_others_changes_nothing()
    {
        GenerationPrompt[] prompts = [new(TinyModel.Ids(new Random(8), 200), 77), .. _prompts];
        GeneratedResponse[][] expected = Draw.All(_model, s_settings, prompts, new GeneratorLimits { StepRows = 600 });
        Draw.AssertSame(Draw.All(_model, s_settings, prompts, new GeneratorLimits { LiveSequences = 4, StepRows = 68 }), expected, "read in pieces of 64");
    }

    [Test]
    public void Order_and_company_of_prompts_change_nothing()
    {
        GeneratedResponse[][] expected = Draw.All(_model, s_settings, _prompts);
        GenerationPrompt[] reversed = [.. _prompts.Reverse()];
        Draw.AssertSame([.. Draw.All(_model, s_settings, reversed).Reverse()], expected, "in reverse");
        for (int i = 0; i < _prompts.Length; i++) Draw.AssertSame(Draw.All(_model, s_settings, [_prompts[i]]), [expected[i]], $"prompt {i} alone");
    }

    [Test]
    public void K_samples_equal_the_first_K_of_more_and_share_one_reading_of_the_prompt()
    {
        SamplingSettings five = s_settings with { Samples = 5 };
        using var many = new Generator(_model, five, 37);
        GeneratedResponse[][] expected = Draw.All(many, _prompts);
        Assert.That(many.PromptTokens, Is.EqualTo(_prompts.Sum(p => p.Ids.Length)), "a prompt is read once for all its samples");
        for (int samples = 1; samples < 5; samples++)
            Draw.AssertSame(Draw.All(_model, s_settings with { Samples = samples }, _prompts), [.. expected.Select(e => e[..samples])], $"{samples} samples");
        Assert.That(expected.Count(r => r.Select(x => string.Join(' ', x.Ids)).Distinct().Count() > 1), Is.EqualTo(_prompts.Length), "samples of one prompt differ");
    }

    [Test]
    public void Threads_and_vector_widths_change_nothing()
    {
        GeneratedResponse[][] expected = Draw.All(_model, s_settings, _prompts);
        foreach (SimdLevel simd in SimdLevels.Available)
        {
            foreach (int threads in new[] { 1, 3 })
            {
                using CpuBackend backend = new(new CpuOptions { Threads = threads, Simd = simd });
                using Model model = TinyModel.Create(backend);
                Draw.AssertSame(Draw.All(model, s_settings, _prompts), expected, $"{simd}, {threads} threads");
            }
        }
    }

    [Test]
    public void Another_seed_or_key_draws_something_else()
    {
        GeneratedResponse[][] first = Draw.All(_model, s_settings, _prompts);
        GeneratedResponse[][] seed = Draw.All(_model, s_settings with { Seed = 12 }, _prompts), key = Draw.All(_model, s_settings, [.. _prompts.Select(p => p with { Key = p.Key + 1 })]);
        int Different(GeneratedResponse[][] other) => first.Zip(other).Count(x => !x.First[0].Ids.SequenceEqual(x.Second[0].Ids));
        Assert.That(Different(seed), Is.GreaterThan(8));
        Assert.That(Different(key), Is.GreaterThan(8));
    }

    [TestCase(63)]
    [TestCase(64)]
    [TestCase(65)]
    [TestCase(128)]
    public void Forks_at_page_borders_equal_separate_readings(int length)
    {
        Assert.That(KvCache.PageTokens, Is.EqualTo(64), "the lengths of this test are chosen around a page");
        var prompt = new GenerationPrompt(TinyModel.Ids(new Random(length), length), 9);
        SamplingSettings settings = s_settings with { Samples = 3, MaxNewTokens = 70, StopTokens = [] };
        GeneratedResponse[] forked = Draw.All(_model, settings, [prompt])[0];
        using var scorer = new Scorer(_model, null, 0, length + 3 * 70);
        scorer.Score([new ScoreItem(prompt.Ids, [.. forked.Select(r => r.Ids)])], (_, scores) =>
        {
            for (int s = 0; s < 3; s++) Assert.That(forked[s].TokenLogps, Is.EqualTo(scores[s].TokenLogps), $"sample {s} sees exactly its own tokens behind the prompt");
        });
    }

    [Test]
    public void A_small_cache_takes_many_prompts_one_after_the_other_and_gives_every_page_back()
    {
        GenerationPrompt[] prompts = [.. Enumerable.Range(0, 40).Select(i => new GenerationPrompt(TinyModel.Ids(new Random(i), 1 + i * 29 % 180), (uint)i))];
        SamplingSettings settings = s_settings with { Samples = 3, MaxNewTokens = 70 };
        GeneratedResponse[][] expected = Draw.All(_model, settings, prompts);
        foreach (long bytes in new long[] { 0, 60_000, 200_000 })
            Draw.AssertSame(Draw.All(_model, settings, prompts, new GeneratorLimits { LiveSequences = 64, CacheBytes = bytes }), expected, $"cache of {bytes} bytes");
    }

    [Test]
    public void A_cancelled_call_gives_every_page_back_and_the_next_one_is_as_ever()
    {
        using var generator = new Generator(_model, s_settings, 37, new GeneratorLimits { LiveSequences = 6 });
        int pages = generator.FreePages;
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => generator.Generate(_prompts, (i, _) =>
        {
            if (i == 2) cancel.Cancel();
        }, cancel.Token));
        Assert.That(generator.FreePages, Is.EqualTo(pages));
        Draw.AssertSame(Draw.All(generator, _prompts), Draw.All(_model, s_settings, _prompts), "after a cancelled call");
    }
}

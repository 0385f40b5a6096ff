using Spa.Engine.Compute;
using Spa.Engine.Compute.Cpu;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Tests.Models;

namespace Spa.Engine.Tests.Generation;

/// <summary>What is drawn, its log-probs, and where a response ends.</summary>
internal sealed class GeneratorTests : IDisposable
{
    private readonly CpuBackend _backend = Draw.Backend();
    private readonly Model _model;
    private readonly GenerationPrompt[] _prompts;

    public GeneratorTests()
    {
        _model = TinyModel.Create(_backend);
        var random = new Random(5);
        _prompts = [.. Enumerable.Range(0, 8).Select(i => new GenerationPrompt(TinyModel.Ids(random, 2 + 3 * i), (uint)i))];
    }

    public void Dispose()
    {
        _model.Dispose();
        _backend.Dispose();
    }

    [Test]
    public void Sampler_and_scorer_agree_in_every_bit([Values] bool bf16)
    {
        using Model model = TinyModel.Create(_backend, 3, type: bf16 ? DType.BFloat16 : DType.Float32);
        var settings = new SamplingSettings { Temperature = 0.7, TopP = 0.9, TopK = 20, MaxNewTokens = 40, Samples = 2 };
        GeneratedResponse[][] drawn = Draw.All(model, settings, _prompts);
        using var scorer = new Scorer(model, null, 0, 200);
        scorer.Score([.. _prompts.Select((p, i) => new ScoreItem(p.Ids, [.. drawn[i].Select(r => r.Ids)]))], (i, scores) =>
        {
            for (int s = 0; s < 2; s++)
            {
                Assert.That(drawn[i][s].TokenLogps, Is.EqualTo(scores[s].TokenLogps), "log-probs are of the untempered, unfiltered distribution");
                Assert.That(drawn[i][s].Logp, Is.EqualTo(scores[s].Logp));
            }
        });
    }

    [Test]
    public void Greedy_is_the_most_probable_token_at_every_step()
    {
        var settings = new SamplingSettings { Temperature = 0, MaxNewTokens = 25, TopLogProbs = 3 };
        foreach (GeneratedResponse[] responses in Draw.All(_model, settings, _prompts))
        {
            GeneratedResponse r = responses[0];
            Assert.That(r.TopLogProbs!.Select(t => t[0]), Is.EqualTo(r.Ids.Zip(r.TokenLogps, (id, logp) => new TokenAlternative(id, logp))));
        }
    }

    [Test]
    public void Greedy_does_not_depend_on_the_seed_and_samples_are_alike()
    {
        var settings = new SamplingSettings { Temperature = 0, MaxNewTokens = 10, Samples = 2, Seed = 1 };
        GeneratedResponse[][] first = Draw.All(_model, settings, _prompts);
        Draw.AssertSame(Draw.All(_model, settings with { Seed = 2 }, _prompts), first, "another seed");
        foreach (GeneratedResponse[] pair in first) Draw.AssertSame(pair[1], pair[0], "second sample");
    }

    [Test]
    public void Top_log_probs_are_the_scores_of_every_possible_token()
    {
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 6, TopLogProbs = TinyModel.Vocabulary };
        GeneratedResponse drawn = Draw.All(_model, settings, [_prompts[4]])[0][0];
        using var scorer = new Scorer(_model, null, 0, 400);
        for (int t = 0; t < drawn.Ids.Length; t++)
        {
            int[] prefix = [.. _prompts[4].Ids, .. drawn.Ids[..t]];
            var expected = new List<TokenAlternative>();
            scorer.Score([new ScoreItem(prefix, [.. Enumerable.Range(0, TinyModel.Vocabulary).Select(id => new[] { id })])], (_, scores) =>
                expected.AddRange(scores.Select((s, id) => new TokenAlternative(id, s.TokenLogps[0]))));
            Assert.That(drawn.TopLogProbs![t], Is.EqualTo(expected.OrderByDescending(a => a.Logp).ThenBy(a => a.Id)), $"token {t}");
        }
    }

    [Test]
    public void Top_k_of_one_is_greedy_and_top_p_keeps_to_the_nucleus()
    {
        var greedy = new SamplingSettings { Temperature = 0, MaxNewTokens = 15 };
        Draw.AssertSame(Draw.All(_model, greedy with { Temperature = 1, TopK = 1 }, _prompts), Draw.All(_model, greedy, _prompts), "top-k 1");
        foreach (GeneratedResponse[] r in Draw.All(_model, new SamplingSettings { Temperature = 1, TopP = 0.5, MaxNewTokens = 15, TopLogProbs = TinyModel.Vocabulary }, _prompts))
        {
            for (int t = 0; t < r[0].Ids.Length; t++)
            {
                double before = r[0].TopLogProbs![t].TakeWhile(a => a.Id != r[0].Ids[t]).Sum(a => Math.Exp(a.Logp));
                Assert.That(before, Is.LessThan(0.5 + 1e-5), "tokens before the drawn one do not fill the nucleus already");
            }
        }
    }

    [Test]
    public void A_stop_token_ends_the_response_and_is_its_last_token()
    {
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 40, StopTokens = [5, 9], Samples = 3 };
        GeneratedResponse[] all = [.. Draw.All(_model, settings, _prompts).SelectMany(r => r)];
        foreach (GeneratedResponse r in all)
        {
            bool stopped = r.Ids[^1] is 5 or 9;
            Assert.That(r.FinishReason, Is.EqualTo(stopped ? FinishReason.Stop : FinishReason.Length));
            Assert.That(r.Ids[..^1], Has.None.AnyOf(5, 9));
            if (!stopped) Assert.That(r.Ids, Has.Length.EqualTo(40));
        }
        Assert.That(all.Select(r => r.FinishReason).Distinct().Count(), Is.EqualTo(2), "both ends occur");
    }

    [Test]
    public void Stopping_only_cuts_what_would_have_been_drawn()
    {
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 40 };
        GeneratedResponse[][] free = Draw.All(_model, settings, _prompts), stopped = Draw.All(_model, settings with { StopTokens = [5, 9] }, _prompts);
        for (int i = 0; i < free.Length; i++) Assert.That(free[i][0].Ids[..stopped[i][0].Ids.Length], Is.EqualTo(stopped[i][0].Ids));
    }

    [Test]
    public void A_stop_string_is_found_across_token_borders()
    {
        // Each token is two letters, so a string of five spans three tokens.
        static string Text(int id) => $"{(char)('a' + id / 8)}{(char)('A' + id % 8)}";
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 30 };
        GeneratedResponse[][] free = Draw.All(_model, settings, _prompts);
        string whole = string.Concat(free[3][0].Ids.Select(Text));
        string stop = whole[9..14];
        GeneratedResponse cut = Draw.All(_model, settings with { StopStrings = ["never", stop] }, [_prompts[3]], decoders: () => Text)[0][0];
        int tokens = (whole.IndexOf(stop, StringComparison.Ordinal) + stop.Length + 1) / 2;
        Assert.That(cut.FinishReason, Is.EqualTo(FinishReason.Stop));
        Assert.That(cut.Ids, Is.EqualTo(free[3][0].Ids[..tokens]), "ends with the token that completes the string");
    }

    [Test]
    public void Stop_strings_of_parallel_responses_do_not_mix()
    {
        static string Text(int id) => ((char)('A' + id)).ToString();
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 30, Samples = 4, StopStrings = ["AB", "BC"] };
        GeneratedResponse[][] together = Draw.All(_model, settings, _prompts, decoders: () => Text);
        for (int i = 0; i < _prompts.Length; i++) Draw.AssertSame(Draw.All(_model, settings, [_prompts[i]], decoders: () => Text), [together[i]], "alone");
    }

    [Test]
    public void The_context_limit_ends_a_response_as_cut()
    {
        using Model model = TinyModel.Create(_backend, config: TinyModel.Config(positions: 40));
        var settings = new SamplingSettings { Temperature = 1, MaxNewTokens = 100, Samples = 2 };
        GenerationPrompt[] prompts = [new(TinyModel.Ids(new Random(1), 39), 0), new(TinyModel.Ids(new Random(2), 10), 1)];
        GeneratedResponse[][] all = Draw.All(model, settings, prompts);
        Assert.That(all[0].Select(r => r.Ids.Length), Is.All.EqualTo(1));
        Assert.That(all[1].Select(r => r.Ids.Length), Is.All.EqualTo(30));
        Assert.That(all.SelectMany(r => r).Select(r => r.FinishReason), Is.All.EqualTo(FinishReason.Length));
    }

    [Test]
    public void Bad_prompts_are_named()
    {
        using var generator = new Generator(_model, new SamplingSettings { MaxNewTokens = 4 }, 8);
        int pages = generator.FreePages;
        Assert.Multiple(() =>
        {
            Assert.That(() => generator.Generate([_prompts[0], new([], 0)], (_, _) => { }), Throws.TypeOf<SpaException>()
                .With.Message.EqualTo("prompt 2 has no token: give it a text, or a tokenizer that adds a BOS"));
            Assert.That(() => generator.Generate([_prompts[0], new(new int[9], 0)], (_, _) => { }), Throws.TypeOf<SpaException>()
                .With.Message.EqualTo("prompt 2 has 9 tokens, memory is planned for 8; shorten it or plan for longer ones"));
            Assert.That(() => generator.Generate([new([TinyModel.Vocabulary], 0)], (_, _) => { }), Throws.TypeOf<SpaException>()
                .With.Message.Contains($"token id {TinyModel.Vocabulary} at position 0 of the batch is outside the model's vocabulary of 67"));
            Assert.That(() => new Generator(_model, new SamplingSettings(), 256), Throws.TypeOf<SpaException>()
                .With.Message.EqualTo("a prompt has 256 tokens, the model's context is 256 with at least one new token; shorten it or set max_prompt_length"));
        });
        Assert.That(generator.FreePages, Is.EqualTo(pages), "an error gives pages back too");
        Assert.That(Draw.All(generator, [_prompts[0]])[0][0].Ids, Has.Length.EqualTo(4));
    }

    [Test]
    public void Settings_out_of_range_are_usage_errors()
    {
        void Refused(SamplingSettings settings, string message) =>
            Assert.That(() => new Generator(_model, settings, 8, decoders: () => _ => ""), Throws.TypeOf<UsageException>().With.Message.EqualTo(message));
        var fine = new SamplingSettings();
        Assert.Multiple(() =>
        {
            Refused(fine with { Temperature = -1 }, "temperature must be 0 (greedy) or larger, found -1");
            Refused(fine with { Temperature = double.NaN }, "temperature must be 0 (greedy) or larger, found NaN");
            Refused(fine with { TopP = 0 }, "top_p must be in (0, 1], found 0");
            Refused(fine with { TopK = -1 }, "top_k must be 0 (off) or larger, found -1");
            Refused(fine with { MaxNewTokens = 0 }, "max_new_tokens must be at least 1, found 0");
            Refused(fine with { Samples = 0 }, "samples per prompt must be at least 1, found 0");
            Refused(fine with { StopStrings = ["x", ""] }, "a stop string is empty: every response would end at once; leave it out");
            Refused(fine with { TopLogProbs = 68 }, "top_logprobs must be at most the model's 67 tokens, found 68");
            Refused(fine with { TopLogProbs = 1001 }, "top_logprobs must be between 0 and 1000, found 1001");
        });
    }
}

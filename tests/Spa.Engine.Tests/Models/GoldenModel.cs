using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Preference;
using Spa.Engine.Tests.Compute;
using Spa.Engine.Tests.Preference;
using Spa.Engine.Tests.Support;
using Spa.Engine.Training;

namespace Spa.Engine.Tests.Models;

/// <summary>A fixture model with its reference and goldens: two pairs, packed as chosen 0, rejected 0, chosen 1, rejected 1.</summary>
internal sealed class GoldenModel : IDisposable
{
    private readonly TensorSource _golden;

    public GoldenModel(string family, TestedBackend tested = TestedBackend.Cpu, DType type = DType.Float32)
    {
        string folder = Fixtures.Require($"fixtures/models/{family}");
        Backend = tested.Create();
        Config = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "config.json")))!.AsObject();
        Policy = Load(folder, "model.safetensors", type);
        Reference = Load(folder, "reference.safetensors", type);
        _golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
    }

    public ComputeBackend Backend { get; }

    /// <summary>config.json.</summary>
    public JsonObject Config { get; }

    public Model Policy { get; }

    public Model Reference { get; }

    public float[] Floats(string name)
    {
        var values = new float[_golden.Find(name).Count];
        _golden.ReadFloat32(name, values);
        return values;
    }

    public double[] Doubles(string name) => Array.ConvertAll(Floats(name), x => (double)x);

    public int[] Ints(string name)
    {
        var values = new long[_golden.Find(name).Count];
        _golden.ReadInt64(name, values);
        return Array.ConvertAll(values, x => (int)x);
    }

    /// <summary>Where a sequence's response stands in the packed tokens.</summary>
    public (int Start, int Count) Response(int sequence)
    {
        int[] bounds = Ints("cu_seqlens"), prompts = Ints("prompt_lens");
        int start = bounds[sequence] + prompts[sequence];
        return (start, bounds[sequence + 1] - start);
    }

    /// <summary>Each sequence by itself.</summary>
    public ScoreItem[] SingleItems()
    {
        int[] ids = Ints("input_ids"), bounds = Ints("cu_seqlens"), prompts = Ints("prompt_lens");
        return [.. Enumerable.Range(0, 4).Select(s => new ScoreItem(ids[bounds[s]..(bounds[s] + prompts[s])], [ids[(bounds[s] + prompts[s])..bounds[s + 1]]]))];
    }

    /// <summary>Each pair with its prompt once.</summary>
    public ScoreItem[] SharedItems()
    {
        ScoreItem[] single = SingleItems();
        return [.. Enumerable.Range(0, 2).Select(p => new ScoreItem(single[2 * p].Prompt, [single[2 * p].Responses[0], single[2 * p + 1].Responses[0]]))];
    }

    public ScoredResponse[] Score(Scorer scorer)
    {
        var all = new List<ScoredResponse>();
        scorer.Score(SharedItems(), (_, scores) => all.AddRange(scores));
        return [.. all];
    }

    public PairLogProbs[] Pairs(ScoredResponse[] s) =>
    [
        .. Enumerable.Range(0, 2).Select(i => new PairLogProbs
        {
            PolicyChosen = s[2 * i].Logp,
            PolicyRejected = s[2 * i + 1].Logp,
            ReferenceChosen = s[2 * i].ReferenceLogp!.Value,
            ReferenceRejected = s[2 * i + 1].ReferenceLogp!.Value,
            ExtrapolatedChosen = s[2 * i].ExtrapolatedLogp!.Value,
            ExtrapolatedRejected = s[2 * i + 1].ExtrapolatedLogp!.Value,
        }),
    ];

    /// <summary>Mean loss with the golden's flags z = [1, 0].</summary>
    public double SpaLoss(PairLogProbs[] pairs) => (PairLoss.Refined(pairs[0].Margin, 0.1, 0.1).Loss + PairLoss.Refined(pairs[1].Margin, 0.1, 0).Loss) / 2;

    /// <summary>[tokens * vocab], from a packed batch in which every row is scored.</summary>
    public float[] Logits(Model model)
    {
        int[] ids = Ints("input_ids"), bounds = Ints("cu_seqlens");
        var batch = new PackedBatch();
        for (int s = 0; s < 4; s++) batch.AddMarked(ids.AsSpan(bounds[s], bounds[s + 1] - bounds[s]), new bool[bounds[s + 1] - bounds[s]]);
        DecoderWorkspace? space = null;
        Tensor logits = default;
        using Arena arena = Backend.CreateArena("test", a =>
        {
            space = new DecoderWorkspace(model.Config, ActivationPlan.Inference, ids.Length, ids.Length, model.ActivationType, a);
            logits = a.Take("logits", DType.Float32, ids.Length, model.Config.VocabSize);
        });
        using var decoder = new Decoder(Backend, model.Config, 256);
        decoder.Forward(model.Tensors, space!, batch);
        Backend.Upload<int>(space!.ResponseRows, Enumerable.Range(0, ids.Length).ToArray());
        Tensor hidden = decoder.FinalHidden(model.Tensors, space, ids.Length, ids.Length);
        Backend.MatMul(logits, hidden, model.Tensors.Head, transposeB: true, bias: model.Tensors.HeadBias);
        var result = new float[logits.Count];
        Backend.Download<float>(result, logits);
        float cap = model.Config.LogitSoftCap;
        return cap == 0 ? result : Array.ConvertAll(result, x => cap * MathF.Tanh(x / cap));
    }

    /// <summary>Gradients of the mean SPA loss with flags z = [1, 0], by name.</summary>
    public IReadOnlyDictionary<string, float[]> Gradients(double beta, double alpha, bool checkpointed)
    {
        using var state = new PolicyState(Policy);
        ScoreItem[] items = SharedItems();
        int tokens = items.Sum(i => PackedBatch.RowsFor(i.Prompt.Length, i.Responses[0].Length, i.Responses[1].Length));
        int rows = items.Sum(i => i.Responses.Sum(r => r.Length));
        using var pass = new TrainingPass(state, Reference, tokens, rows, 256, checkpointed);
        foreach (ScoreItem item in items) pass.Batch.AddShared(item.Prompt, item.Responses);
        pass.Forward(0.5, withReference: true);
        float[] policy = new float[rows], reference = new float[rows], coefficients = new float[rows];
        Backend.Download<float>(policy, pass.Rows.Policy);
        Backend.Download<float>(reference, pass.Rows.Reference);
        for (int p = 0; p < 2; p++)
        {
            double Sum(ReadOnlySpan<float> values, PackedSequence s) => values.Slice(s.Start, s.Count).ToArray().Sum(x => (double)x);
            PackedSequence chosen = pass.Batch.Sequences[2 * p], rejected = pass.Batch.Sequences[2 * p + 1];
            double margin = Sum(policy, chosen) - Sum(policy, rejected) - Sum(reference, chosen) + Sum(reference, rejected);
            PairLoss loss = PairLoss.Refined(margin, beta, p == 0 ? alpha : 0);
            coefficients.AsSpan(chosen.Start, chosen.Count).Fill((float)(loss.DChosen / 2));
            coefficients.AsSpan(rejected.Start, rejected.Count).Fill((float)(loss.DRejected / 2));
        }
        Backend.Upload<float>(pass.Coefficient, coefficients);
        pass.Backward();
        return Policy.Table.Parameters.ToDictionary(p => p.Name, p =>
        {
            var gradient = new float[p.Count];
            Backend.Download<float>(gradient, ParameterTable.InFlat(state.Gradients.Flat, p));
            return gradient;
        });
    }

    /// <summary>Token log-probs have the same bits with sequences packed together behind a shared prompt, each alone, and drawn by the sampler.</summary>
    public void AssertBitsOfPackedSharedSingleAndSampled()
    {
        using var scorer = new Scorer(Policy, null, 0, 512);
        var together = new List<float[]>();
        scorer.Score(SharedItems(), (_, scores) => together.AddRange(scores.Select(s => s.TokenLogps)));
        var single = new List<float[]>();
        foreach (ScoreItem item in SingleItems()) scorer.Score([item], (_, scores) => single.Add(scores[0].TokenLogps));
        Assert.That(together, Is.EqualTo(single));

        int[] prompt = Ints("greedy_prompt");
        using var generator = new Generator(Policy, new SamplingSettings { Temperature = 0.8, MaxNewTokens = 20, Samples = 3 }, prompt.Length);
        generator.Generate([new GenerationPrompt(prompt, 7)], (_, responses) => scorer.Score([new ScoreItem(prompt, [.. responses.Select(r => r.Ids)])],
            (_, scores) => Assert.That(scores.Select(s => s.TokenLogps), Is.EqualTo(responses.Select(r => r.TokenLogps)))));
    }

    public void Dispose()
    {
        _golden.Dispose();
        Policy.Dispose();
        Reference.Dispose();
        Backend.Dispose();
    }

    private Model Load(string folder, string file, DType type)
    {
        using TensorSource source = SafetensorsFile.Open(Path.Combine(folder, file));
        return ModelLoader.Load(Backend, source, Config, Path.Combine(folder, "config.json"), type);
    }
}

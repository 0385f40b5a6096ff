using Spa.Engine.Compute;
using Spa.Engine.Data;
using Spa.Engine.Models;

namespace Spa.Engine.Evaluation;

/// <summary>Scores examples as supervised fine-tuning sees them, forward only, in batches of bounded size; results do not depend on the batching.</summary>
public sealed class ExampleScorer : IDisposable
{
    private const int BatchTokens = 1024;

    private readonly IReadOnlyList<TokenizedExample> _examples;
    private readonly Model _model;
    private readonly int _capacity;
    private readonly Decoder _decoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _space;
    private readonly Head _head;
    private readonly LogProbRows _rows;
    private readonly PackedModel _packed;
    private readonly PackedBatch _batch = new();
    private readonly float[] _logps, _entropy, _top1;

    /// <param name="model">The model that is scored.</param>
    /// <param name="examples">At least one; memory is planned for the longest.</param>
    public ExampleScorer(Model model, IReadOnlyList<TokenizedExample> examples)
    {
        (_model, _examples) = (model, examples);
        int longest = examples.Max(e => e.Tokens.Length);
        _capacity = Math.Max(longest, BatchTokens);
        _decoder = new Decoder(model.Backend, model.Config, longest);
        DecoderWorkspace? space = null;
        Head? head = null;
        LogProbRows rows = default;
        void Lay(Arena arena)
        {
            space = new DecoderWorkspace(model.Config, ActivationPlan.Inference, _capacity, _capacity, model.ActivationType, arena, model.Adapter?.Layout);
            head = new Head(model.Backend, model.Config, _capacity, withReference: false, arena);
            Tensor Rows(string name) => arena.Take(name, DType.Float32, _capacity, 1);
            rows = new LogProbRows { Policy = Rows("logp"), Entropy = Rows("entropy"), Top1 = Rows("top1") };
        }

        _arena = model.Backend.CreateArena("evaluation", Lay);
        (_space, _head, _rows) = (space!, head!, rows);
        _packed = new PackedModel(model);
        (_logps, _entropy, _top1) = (new float[_capacity], new float[_capacity], new float[_capacity]);
    }

    /// <summary>Scores the examples from <paramref name="first"/> on, in order; <paramref name="done"/> gets each one's score.</summary>
    public void Score(int first, Action<ExampleScore> done, CancellationToken cancel = default)
    {
        while (first < _examples.Count)
        {
            cancel.ThrowIfCancellationRequested();
            _batch.Clear();
            int next = first;
            while (next < _examples.Count && (next == first || _batch.Tokens + _examples[next].Tokens.Length <= _capacity))
                _batch.AddMarked(_examples[next].Tokens, _examples[next++].Scored);
            Forward();
            foreach (PackedSequence sequence in _batch.Sequences) done(Sum(sequence));
            first = next;
        }
    }

    public void Dispose()
    {
        _packed.Dispose();
        _arena.Dispose();
        _decoder.Dispose();
    }

    private void Forward()
    {
        int rows = _batch.ResponseRows;
        _decoder.Forward(_packed.Tensors, _space, _batch);
        Tensor hidden = _decoder.FinalHidden(_packed.Tensors, _space, _batch.Tokens, rows);
        LogProbRows cut = new()
        {
            Policy = DecoderWorkspace.For(_rows.Policy, rows),
            Entropy = DecoderWorkspace.For(_rows.Entropy, rows),
            Top1 = DecoderWorkspace.For(_rows.Top1, rows)
        };
        _head.Forward(cut, hidden, _packed.Tensors, default, null, DecoderWorkspace.For(_space.Labels, rows), 0);
        _model.Backend.Download(_logps.AsSpan(0, rows), cut.Policy);
        _model.Backend.Download(_entropy.AsSpan(0, rows), cut.Entropy);
        _model.Backend.Download(_top1.AsSpan(0, rows), cut.Top1);
    }

    private ExampleScore Sum(PackedSequence sequence)
    {
        double loss = 0, correct = 0, entropy = 0;
        for (int r = sequence.Start; r < sequence.Start + sequence.Count; r++)
        {
            loss -= _logps[r];
            correct += _top1[r];
            entropy += _entropy[r];
        }
        return new ExampleScore(loss, correct, entropy, sequence.Count);
    }
}

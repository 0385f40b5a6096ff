using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// One forward and backward pass over a packed batch, with the log-probs of its response rows on the host in between. Owns the memory of
/// activations and logits; allocates nothing once built.
/// </summary>
internal sealed class TrainingPass : IDisposable
{
    private readonly PolicyState _policy;
    private readonly Model? _reference;
    private readonly Decoder _decoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _space;
    private readonly DecoderWorkspace? _referenceSpace;
    private readonly Head _head;
    private readonly LogProbRows _rows;
    private readonly Tensor _coefficient;
    private readonly float[] _policyLogps, _referenceLogps, _extrapolatedLogps, _entropy, _meanLogit, _top1, _coefficients;

    /// <param name="policy">What is trained.</param>
    /// <param name="reference">pi_ref where passes need its logits or log-probs; same shape as the policy.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="responseRows">Most scored rows of a batch.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="checkpointed">Keep only block inputs.</param>
    public TrainingPass(PolicyState policy, Model? reference, int tokens, int responseRows, int positions, bool checkpointed)
    {
        (_policy, _reference) = (policy, reference);
        Model model = policy.Model;
        if (positions > model.Config.MaxPositions)
            throw new SpaException($"the longest example has {positions} tokens, the model takes {model.Config.MaxPositions}; lower max_length");
        _decoder = new Decoder(model.Backend, model.Config, positions);
        DecoderWorkspace? space = null, referenceSpace = null;
        Head? head = null;
        LogProbRows rows = default;
        Tensor coefficient = default;
        void Lay(Arena arena)
        {
            space = new DecoderWorkspace(model.Config, checkpointed ? ActivationPlan.Checkpointed : ActivationPlan.Training, tokens, responseRows,
                model.ActivationType, arena, model.Adapter?.Layout);
            if (reference is not null) referenceSpace = new DecoderWorkspace(model.Config, ActivationPlan.Inference, tokens, responseRows, model.ActivationType, arena, reference.Adapter?.Layout);
            head = new Head(model.Backend, model.Config, responseRows, reference is not null, arena, gradients: model.ActivationType);
            Tensor Column(string name) => arena.Take(name, DType.Float32, responseRows, 1);
            rows = new LogProbRows
            {
                Policy = Column("logp"),
                PolicyLse = Column("lse"),
                Entropy = Column("entropy"),
                MeanLogit = Column("mean_logit"),
                Top1 = Column("top1"),
            };
            if (reference is not null) (rows.Reference, rows.Extrapolated) = (Column("reference_logp"), Column("extrapolated_logp"));
            coefficient = Column("coefficient");
        }

        _arena = model.Backend.CreateArena("activations", Lay);
        (_space, _referenceSpace, _head, _rows, _coefficient) = (space!, referenceSpace, head!, rows, coefficient);
        float[] Host() => new float[responseRows];
        (_policyLogps, _referenceLogps, _extrapolatedLogps, _entropy, _meanLogit, _top1, _coefficients) = (Host(), Host(), Host(), Host(), Host(), Host(), Host());
    }

    /// <summary>Fill it, then call <see cref="Forward"/>.</summary>
    public PackedBatch Batch { get; } = new();

    /// <summary>[R] each, valid after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> PolicyLogps => _policyLogps;

    public ReadOnlySpan<float> ReferenceLogps => _referenceLogps;

    public ReadOnlySpan<float> ExtrapolatedLogps => _extrapolatedLogps;

    public ReadOnlySpan<float> Entropy => _entropy;

    public ReadOnlySpan<float> MeanLogit => _meanLogit;

    public ReadOnlySpan<float> Top1 => _top1;

    /// <summary>[R] d loss / d logp, to be filled before <see cref="Backward"/>.</summary>
    public Span<float> Coefficients => _coefficients;

    public long Bytes => _arena.Capacity;

    /// <summary>Computes everything above. The reference's part is computed only where asked for.</summary>
    public void Forward(double lambda, bool withReference)
    {
        int tokens = Batch.Tokens, rows = Batch.ResponseRows;
        ComputeBackend backend = _policy.Model.Backend;
        DecoderTensors weights = _policy.Model.Tensors, referenceWeights = _reference?.Tensors ?? weights;
        LogProbRows outputs = Cut(rows, withReference);
        Tensor referenceHidden = default;
        if (withReference)
        {
            _decoder.Forward(referenceWeights, _referenceSpace!, Batch);
            referenceHidden = _decoder.FinalHidden(referenceWeights, _referenceSpace!, tokens, rows);
        }
        _decoder.Forward(weights, _space, Batch);
        Tensor hidden = _decoder.FinalHidden(weights, _space, tokens, rows);
        _head.Forward(outputs, hidden, weights, referenceHidden, withReference ? referenceWeights : null, DecoderWorkspace.For(_space.Labels, rows), (float)lambda);
        backend.Download(_policyLogps.AsSpan(0, rows), outputs.Policy);
        backend.Download(_entropy.AsSpan(0, rows), outputs.Entropy);
        backend.Download(_meanLogit.AsSpan(0, rows), outputs.MeanLogit);
        backend.Download(_top1.AsSpan(0, rows), outputs.Top1);
        if (!withReference) return;
        backend.Download(_referenceLogps.AsSpan(0, rows), outputs.Reference);
        backend.Download(_extrapolatedLogps.AsSpan(0, rows), outputs.Extrapolated);
    }

    /// <summary>Adds the gradient of sum_r Coefficients[r] logp[r] to the policy's.</summary>
    public void Backward()
    {
        int rows = Batch.ResponseRows;
        ComputeBackend backend = _policy.Model.Backend;
        DecoderTensors weights = _policy.Model.Tensors, gradients = _policy.Gradients.Tensors;
        Tensor coefficient = DecoderWorkspace.For(_coefficient, rows);
        backend.Upload<float>(coefficient, _coefficients.AsSpan(0, rows));
        _head.Backward(DecoderWorkspace.For(_space.HiddenGradient, rows), gradients, DecoderWorkspace.For(_space.Hidden, rows), weights,
            DecoderWorkspace.For(_space.Labels, rows), DecoderWorkspace.For(_rows.PolicyLse, rows), coefficient);
        _decoder.Backward(weights, gradients, _space, Batch);
    }

    public void Dispose()
    {
        _arena.Dispose();
        _decoder.Dispose();
    }

    private LogProbRows Cut(int rows, bool withReference) => new()
    {
        Policy = DecoderWorkspace.For(_rows.Policy, rows),
        PolicyLse = DecoderWorkspace.For(_rows.PolicyLse, rows),
        Entropy = DecoderWorkspace.For(_rows.Entropy, rows),
        MeanLogit = DecoderWorkspace.For(_rows.MeanLogit, rows),
        Top1 = DecoderWorkspace.For(_rows.Top1, rows),
        Reference = withReference ? DecoderWorkspace.For(_rows.Reference, rows) : default,
        Extrapolated = withReference ? DecoderWorkspace.For(_rows.Extrapolated, rows) : default,
    };
}

using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>
/// One forward and backward pass over a packed batch; what happens between the two is the task's. Owns the memory of activations and logits;
/// allocates nothing once built, and waits only where the host asks for rows.
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
    private readonly float[] _policyLogps, _entropy, _top1, _coefficients;

    /// <param name="policy">What is trained.</param>
    /// <param name="reference">pi_ref where passes need its logits or log-probs; same shape as the policy.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="responseRows">Most scored rows of a batch.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="checkpointed">Keep only block inputs.</param>
    /// <param name="layTask">Takes the task's own tensors from the arena.</param>
    /// <param name="squares">Compute <see cref="LogProbRows.Squares"/> too.</param>
    public TrainingPass(PolicyState policy, Model? reference, int tokens, int responseRows, int positions, bool checkpointed, Action<Arena>? layTask = null, bool squares = false)
    {
        (_policy, _reference) = (policy, reference);
        Model model = policy.Model;
        Batch = new PackedBatch(model.Config);
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
            if (squares) rows.Squares = Column("squares");
            coefficient = Column("coefficient");
            layTask?.Invoke(arena);
        }

        _arena = model.Backend.CreateArena("activations", Lay);
        (_space, _referenceSpace, _head, _rows, _coefficient) = (space!, referenceSpace, head!, rows, coefficient);
        float[] Host() => new float[responseRows];
        (_policyLogps, _entropy, _top1, _coefficients) = (Host(), Host(), Host(), Host());
    }

    /// <summary>Fill it, then call <see cref="Forward"/>.</summary>
    public PackedBatch Batch { get; }

    /// <summary>Rows of the batch on the device, valid after <see cref="Forward"/>; the reference's are absent where its pass did not run.</summary>
    public LogProbRows Rows { get; private set; }

    /// <summary>[R, 1] d loss / d logp on the device, to be filled before <see cref="Backward"/>.</summary>
    public Tensor Coefficient => DecoderWorkspace.For(_coefficient, Batch.ResponseRows);

    /// <summary>[R] each, valid after <see cref="Download"/>.</summary>
    public ReadOnlySpan<float> PolicyLogps => _policyLogps;

    public ReadOnlySpan<float> Entropy => _entropy;

    public ReadOnlySpan<float> Top1 => _top1;

    public long Bytes => _arena.Capacity;

    /// <summary>Computes everything above. The reference's part is computed only where asked for.</summary>
    public void Forward(double lambda, bool withReference)
    {
        int tokens = Batch.Tokens, rows = Batch.ResponseRows;
        ComputeBackend backend = _policy.Model.Backend;
        DecoderTensors weights = _policy.Model.Tensors, referenceWeights = _reference?.Tensors ?? weights;
        Rows = Cut(rows, withReference);
        Tensor referenceHidden = default;
        if (withReference)
        {
            _decoder.Forward(referenceWeights, _referenceSpace!, Batch);
            referenceHidden = _decoder.FinalHidden(referenceWeights, _referenceSpace!, tokens, rows);
        }
        _decoder.Forward(weights, _space, Batch);
        Tensor hidden = _decoder.FinalHidden(weights, _space, tokens, rows);
        _head.Forward(Rows, hidden, weights, referenceHidden, withReference ? referenceWeights : null, DecoderWorkspace.For(_space.Labels, rows), (float)lambda);
    }

    /// <summary>Copies rows of the policy to the host; waits for the device.</summary>
    public void Download()
    {
        int rows = Batch.ResponseRows;
        ComputeBackend backend = _policy.Model.Backend;
        backend.Download(_policyLogps.AsSpan(0, rows), Rows.Policy);
        backend.Download(_entropy.AsSpan(0, rows), Rows.Entropy);
        backend.Download(_top1.AsSpan(0, rows), Rows.Top1);
    }

    /// <summary>[R] on the host, for <see cref="UploadCoefficients"/>.</summary>
    public Span<float> Coefficients => _coefficients.AsSpan(0, Batch.ResponseRows);

    /// <summary>Copies what was written into <see cref="Coefficients"/> to the device.</summary>
    public void UploadCoefficients() => _policy.Model.Backend.Upload<float>(Coefficient, Coefficients);

    /// <summary>Every row gets the same coefficient.</summary>
    public void SetCoefficient(float value)
    {
        Coefficients.Fill(value);
        UploadCoefficients();
    }

    /// <summary>Adds the gradient of sum_r coefficient[r] logp[r] to the policy's.</summary>
    public void Backward()
    {
        int rows = Batch.ResponseRows;
        DecoderTensors weights = _policy.Model.Tensors, gradients = _policy.Gradients.Tensors;
        _head.Backward(DecoderWorkspace.For(_space.HiddenGradient, rows), gradients, DecoderWorkspace.For(_space.Hidden, rows), weights,
            DecoderWorkspace.For(_space.Labels, rows), DecoderWorkspace.For(_rows.PolicyLse, rows), Coefficient);
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
        Squares = _rows.Squares.IsAbsent ? default : DecoderWorkspace.For(_rows.Squares, rows),
        Reference = withReference ? DecoderWorkspace.For(_rows.Reference, rows) : default,
        Extrapolated = withReference ? DecoderWorkspace.For(_rows.Extrapolated, rows) : default,
    };
}

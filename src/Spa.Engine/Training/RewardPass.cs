using Spa.Engine.Compute;
using Spa.Engine.Models;

namespace Spa.Engine.Training;

/// <summary>One forward and backward pass of a reward model over a packed batch of whole responses. Owns the memory of activations; allocates nothing once built.</summary>
internal sealed class RewardPass : IDisposable
{
    private readonly PolicyState _policy;
    private readonly Decoder _decoder;
    private readonly Arena _arena;
    private readonly DecoderWorkspace _space;
    private readonly Tensor _rewards, _gradients;
    private readonly float[] _hostRewards, _hostGradients;

    /// <param name="policy">What is trained; has a reward head.</param>
    /// <param name="tokens">Most tokens of a batch.</param>
    /// <param name="sequences">Most sequences of a batch.</param>
    /// <param name="positions">Longest sequence.</param>
    /// <param name="checkpointed">Keep only block inputs.</param>
    public RewardPass(PolicyState policy, int tokens, int sequences, int positions, bool checkpointed)
    {
        _policy = policy;
        Model model = policy.Model;
        Batch = new PackedBatch(model.Config);
        if (positions > model.Config.MaxPositions)
            throw new SpaException($"the longest example has {positions} tokens, the model takes {model.Config.MaxPositions}; lower max_length");
        _decoder = new Decoder(model.Backend, model.Config, positions);
        DecoderWorkspace? space = null;
        Tensor rewards = default, gradients = default;
        _arena = model.Backend.CreateArena("activations", arena =>
        {
            space = new DecoderWorkspace(model.Config, checkpointed ? ActivationPlan.Checkpointed : ActivationPlan.Training, tokens, sequences, model.ActivationType, arena,
                model.Adapter?.Layout);
            rewards = arena.Take("rewards", DType.Float32, sequences, 1);
            gradients = arena.Take("d_rewards", DType.Float32, sequences, 1);
        });
        (_space, _rewards, _gradients) = (space!, rewards, gradients);
        (_hostRewards, _hostGradients) = (new float[sequences], new float[sequences]);
    }

    /// <summary>Fill it with whole responses, then call <see cref="Forward"/>.</summary>
    public PackedBatch Batch { get; }

    /// <summary>[sequences] valid after <see cref="Forward"/>.</summary>
    public ReadOnlySpan<float> Rewards => _hostRewards.AsSpan(0, Batch.ResponseRows);

    /// <summary>[sequences] d loss / d reward, to be filled before <see cref="Backward"/>.</summary>
    public Span<float> Gradients => _hostGradients.AsSpan(0, Batch.ResponseRows);

    /// <summary>Computes the rewards; waits for the device.</summary>
    public void Forward()
    {
        DecoderTensors weights = _policy.Model.Tensors;
        int rows = Batch.ResponseRows;
        _decoder.Forward(weights, _space, Batch);
        Tensor rewards = DecoderWorkspace.For(_rewards, rows);
        RewardHead.Forward(_policy.Model.Backend, rewards, _decoder.FinalHidden(weights, _space, Batch.Tokens, rows), weights);
        _policy.Model.Backend.Download(_hostRewards.AsSpan(0, rows), rewards);
    }

    /// <summary>Adds the gradient of sum_i gradient[i] reward[i] to the policy's.</summary>
    public void Backward()
    {
        int rows = Batch.ResponseRows;
        DecoderTensors weights = _policy.Model.Tensors, gradients = _policy.Gradients.Tensors;
        Tensor drewards = DecoderWorkspace.For(_gradients, rows);
        _policy.Model.Backend.Upload<float>(drewards, _hostGradients.AsSpan(0, rows));
        RewardHead.Backward(_policy.Model.Backend, DecoderWorkspace.For(_space.HiddenGradient, rows), gradients, DecoderWorkspace.For(_space.Hidden, rows), weights, drewards);
        _decoder.Backward(weights, gradients, _space, Batch);
    }

    public void Dispose()
    {
        _arena.Dispose();
        _decoder.Dispose();
    }
}

namespace Spa.Engine.Models;

/// <summary>What a forward pass keeps.</summary>
public enum ActivationPlan : byte
{
    /// <summary>Nothing: scoring and generation.</summary>
    Inference,

    /// <summary>Everything that backward would have to multiply matrices for; norm outputs and activations are recomputed.</summary>
    Training,

    /// <summary>Only the input of each block; backward runs the block again (gradient_checkpointing).</summary>
    Checkpointed,
}

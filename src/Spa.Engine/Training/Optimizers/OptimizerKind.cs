namespace Spa.Engine.Training.Optimizers;

/// <summary>How weights follow their gradients; docs/training.md has the formulas and what each keeps.</summary>
public enum OptimizerKind : byte
{
    /// <summary>AdamW with float32 moments.</summary>
    AdamW,

    /// <summary>AdamW with moments in 8 bits for matrices; the embedding and vectors keep float32 ones, as in transformers with bitsandbytes.</summary>
    AdamW8Bit,

    /// <summary>AdamW with bfloat16 weights and moments, rounded stochastically, and no master copy; float32 vectors keep float32 moments.</summary>
    AdamWBf16,

    /// <summary>Lion with a float32 moment.</summary>
    Lion,

    /// <summary>Adafactor with scale_parameter and relative_step off, as transformers' trainer sets it.</summary>
    Adafactor,

    /// <summary>Muon for the matrices of the layers, AdamW for embedding, head and vectors.</summary>
    Muon,
}

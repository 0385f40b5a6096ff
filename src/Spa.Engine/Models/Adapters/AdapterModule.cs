namespace Spa.Engine.Models.Adapters;

/// <summary>One linear layer that has an adapter, as its family stores it.</summary>
/// <param name="Name">Hugging Face name without <c>.weight</c>, such as <c>model.layers.0.self_attn.q_proj</c>.</param>
/// <param name="Layer">Block, from 0.</param>
/// <param name="Slot">The product that it is part of.</param>
/// <param name="Start">First of its rows in the slot's weight.</param>
/// <param name="Rows">N: outputs.</param>
/// <param name="Columns">K: inputs.</param>
/// <param name="Rank">r.</param>
/// <param name="Scale">Factor on B A x.</param>
public sealed record AdapterModule(string Name, int Layer, LinearSlot Slot, int Start, int Rows, int Columns, int Rank, double Scale)
{
    /// <summary>[r, K].</summary>
    public string A { get; } = Prefix + Name + ".lora_A.weight";

    /// <summary>[N, r].</summary>
    public string B { get; } = Prefix + Name + ".lora_B.weight";

    /// <summary>[N], DoRA.</summary>
    public string Magnitude { get; } = Prefix + Name + ".lora_magnitude_vector";

    /// <summary>[N, K]: the base's weight.</summary>
    public string Weight { get; } = Name + ".weight";

    /// <summary>What PEFT puts before a module's name in a file.</summary>
    internal const string Prefix = "base_model.model.";
}

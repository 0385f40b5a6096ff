namespace Spa.Engine.Pipeline.Judges;

/// <summary>In which order a pairwise judge sees two responses.</summary>
public enum ShownOrders : byte
{
    /// <summary>In both, which cancels a preference for a position and measures it.</summary>
    Both,

    /// <summary>In one that the instruction decides, as AlpacaEval's published runs do.</summary>
    ByInstruction,
}

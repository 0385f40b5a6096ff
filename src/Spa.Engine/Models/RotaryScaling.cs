namespace Spa.Engine.Models;

public enum RotaryScaling : byte
{
    None,

    /// <summary>All frequencies divided by the factor.</summary>
    Linear,

    /// <summary>NTK: beyond the original length the base grows with the length of the sequence.</summary>
    Dynamic,

    /// <summary>Llama 3.1: low frequencies divided by the factor, high ones kept, a smooth band between.</summary>
    Llama3,

    /// <summary>YaRN (arXiv 2309.00071): as Llama 3.1 with a ramp over dimensions, and a factor on the table.</summary>
    Yarn,

    /// <summary>LongRoPE (arXiv 2402.13753): a divisor for each frequency, one list up to the original length and another beyond, and a factor on the table.</summary>
    LongRope,
}

namespace Spa.Engine.Models;

public enum RotaryScaling : byte
{
    None,

    /// <summary>All frequencies divided by the factor.</summary>
    Linear,

    /// <summary>Llama 3.1: low frequencies divided by the factor, high ones kept, a smooth band between.</summary>
    Llama3,
}

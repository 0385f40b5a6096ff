namespace Spa.Engine.Models;

/// <summary>Which rotary embedding a layer uses.</summary>
public enum LayerRotary : byte
{
    /// <summary><see cref="DecoderConfig.Rotary"/>.</summary>
    Main,

    /// <summary><see cref="DecoderConfig.LocalRotary"/>: layers with a window (Gemma 3).</summary>
    Local,

    /// <summary>None: positions enter through the causal mask alone (SmolLM3).</summary>
    None,
}

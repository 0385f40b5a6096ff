namespace Spa.Engine.Text.Tokenization;

/// <summary>Where Metaspace puts a mark that stands for no space of the text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece between added tokens.</summary>
    Always,

    /// <summary>Before the piece that begins the text.</summary>
    First,

    /// <summary>Nowhere.</summary>
    Never,
}

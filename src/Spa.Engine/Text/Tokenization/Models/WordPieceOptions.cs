namespace Spa.Engine.Text.Tokenization;

/// <summary>What a WordPiece model does beside looking tokens up; the defaults are those of tokenizer.json.</summary>
/// <param name="UnknownToken">Stands for a word that cannot be cut into tokens.</param>
/// <param name="ContinuingPrefix">What tokens that do not begin a word begin with.</param>
/// <param name="MaxWordLength">Words of more characters (code points) are unknown.</param>
internal sealed record WordPieceOptions(string UnknownToken = "[UNK]", string ContinuingPrefix = "##", int MaxWordLength = 100);

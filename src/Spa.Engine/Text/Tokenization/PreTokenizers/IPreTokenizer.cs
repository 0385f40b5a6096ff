using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Cuts pieces into smaller ones (or rewrites them); the model never merges across a cut. Thread-safe.</summary>
internal interface IPreTokenizer
{
    /// <summary>Appends the parts of one piece, in order, none of them empty.</summary>
    void Split(in Piece piece, List<Piece> output);

    /// <summary>Writes the object that tokenizer.json has for this.</summary>
    void Write(Utf8JsonWriter json);
}

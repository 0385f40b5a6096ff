using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>Turns pieces into ids. Thread-safe; what changes lies in the scratch.</summary>
internal interface ITokenModel
{
    /// <summary>One past the highest id.</summary>
    int VocabularySize { get; }

    int? IdOf(string token);

    /// <summary>The token of an id, or null for an id that is out of range or not used.</summary>
    string? TokenOf(int id);

    /// <summary>Appends the ids of one piece to <see cref="EncodeScratch.Ids"/>.</summary>
    /// <param name="piece">Not empty, without unpaired surrogates.</param>
    /// <param name="asBytes">Whether the symbols are the piece's UTF-8 bytes in <see cref="ByteAlphabet"/> rather than its characters.</param>
    /// <param name="scratch">Where to work; always used by one model and one value of <paramref name="asBytes"/>, for it caches words.</param>
    void Encode(ReadOnlySpan<char> piece, bool asBytes, EncodeScratch scratch);

    void Write(Utf8JsonWriter json);
}

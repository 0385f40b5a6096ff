using System.Buffers;
using System.Text.Json;

namespace Spa.Engine.Text.Tokenization;

/// <summary>What all models share: words that were met before are not worked out again, and bytes are written as characters once for each.</summary>
internal abstract class CachedTokenModel : ITokenModel
{
    public abstract int VocabularySize { get; }

    public abstract int? IdOf(string token);

    public abstract string? TokenOf(int id);

    public abstract void Write(Utf8JsonWriter json);

    public virtual void Encode(ReadOnlySpan<char> piece, bool asBytes, EncodeScratch scratch) => EncodeWord(piece, asBytes, scratch);

    /// <summary>Adds the ids of a word to <see cref="EncodeScratch.Word"/>, which is empty.</summary>
    protected abstract void EncodeSymbols(ReadOnlySpan<char> word, EncodeScratch scratch);

    /// <summary>Appends the ids of a word, from the cache if it was met before.</summary>
    protected void EncodeWord(ReadOnlySpan<char> word, bool asBytes, EncodeScratch scratch)
    {
        if (word.Length > WordCache.MaxWord)
        {
            EncodeAnew(word, asBytes, scratch);
            scratch.Ids.AddRange(scratch.Word.Ids);
            return;
        }
        if (!scratch.Words.TryGet(word, out ReadOnlySpan<int> ids))
        {
            EncodeAnew(word, asBytes, scratch);
            ids = scratch.Word.Ids;
            scratch.Words.Add(word, ids);
        }
        scratch.Ids.AddRange(ids);
    }

    private void EncodeAnew(ReadOnlySpan<char> word, bool asBytes, EncodeScratch scratch)
    {
        scratch.Word.Clear();
        if (!asBytes)
        {
            EncodeSymbols(word, scratch);
            return;
        }
        char[] mapped = ArrayPool<char>.Shared.Rent(ByteAlphabet.MaxLength(word.Length));
        EncodeSymbols(mapped.AsSpan(0, ByteAlphabet.Map(word, mapped)), scratch);
        ArrayPool<char>.Shared.Return(mapped);
    }
}

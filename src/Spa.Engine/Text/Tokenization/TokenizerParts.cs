namespace Spa.Engine.Text.Tokenization;

/// <summary>The components of a tokenizer as its files list them.</summary>
internal sealed record TokenizerParts(ITokenModel Model)
{
    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    public INormalizer? Normalizer { get; init; }

    public IPreTokenizer? PreTokenizer { get; init; }

    public IPostProcessor? PostProcessor { get; init; }

    public IDecoder? Decoder { get; init; }

    /// <exception cref="FormatException">An added token contradicts the model, or the post-processor adds an id that nothing has.</exception>
    public void CheckIds(int vocabularySize)
    {
        foreach (AddedToken token in AddedTokens)
        {
            if (Model.IdOf(token.Content) is int id && id != token.Id)
                throw new FormatException($"the added token '{JsonCursor.Shorten(token.Content)}' has id {token.Id}, but the vocabulary gives it {id}");
            if (Model.TokenOf(token.Id) is string other && other != token.Content)
                throw new FormatException($"the added token '{JsonCursor.Shorten(token.Content)}' has the id {token.Id} of '{JsonCursor.Shorten(other)}'");
        }
        foreach (int id in PostProcessor?.AddedIds ?? [])
            if (id < 0 || id >= vocabularySize)
                throw new FormatException($"the post-processor adds the id {id}, but the vocabulary ends at {vocabularySize - 1}");
    }
}

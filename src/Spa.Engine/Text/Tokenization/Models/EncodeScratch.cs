namespace Spa.Engine.Text.Tokenization;

/// <summary>Everything one Encode call works in, kept for the next one so that a warm call allocates little more than its result.</summary>
internal sealed class EncodeScratch
{
    /// <summary>A buffer that one huge text made larger than this is dropped rather than kept.</summary>
    private const int MaxKept = 1 << 20;

    private WordCache? _words;

    /// <summary>The ids found so far.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>The pieces of the current stretch.</summary>
    public List<Piece> Pieces { get; private set; } = [];

    /// <summary>Where the next pre-tokenizer writes.</summary>
    public List<Piece> NextPieces { get; private set; } = [];

    /// <summary>Made when first asked for: cutting alone needs none.</summary>
    public WordCache Words => _words ??= new WordCache();

    public BpeWord Word { get; } = new();

    public UnigramPath Path { get; } = new();

    /// <summary>Whether this may be kept for another call.</summary>
    public bool IsSmall => Ids.Capacity <= MaxKept && Pieces.Capacity <= MaxKept && NextPieces.Capacity <= MaxKept && Word.Capacity <= MaxKept && Path.Capacity <= MaxKept;

    public void SwapPieces() => (Pieces, NextPieces) = (NextPieces, Pieces);
}

namespace Spa.Engine.Text.Tokenization;

/// <summary>A pre-tokenizer laid out as a flat list of steps, so that encoding can run it on two lists that are kept between calls.</summary>
internal sealed class PreTokenizerPlan
{
    private readonly List<IPreTokenizer> _steps = [];

    /// <param name="root">The component, or null: then the whole text is one piece.</param>
    public PreTokenizerPlan(IPreTokenizer? root)
    {
        if (root is not null) Flatten(root);
        if (_steps.Count == 0 || _steps[^1] is not ByteLevelPreTokenizer last) return;
        _steps[^1] = last.WithoutMapping();
        EndsInBytes = true;
    }

    /// <summary>Whether the pieces are plain text of which the model must take the UTF-8 bytes, in <see cref="ByteAlphabet"/>.</summary>
    public bool EndsInBytes { get; }

    /// <summary>Cuts one piece; the result lies in <see cref="EncodeScratch.Pieces"/> until the next call.</summary>
    public void Run(in Piece piece, EncodeScratch scratch)
    {
        scratch.Pieces.Clear();
        scratch.Pieces.Add(piece);
        foreach (IPreTokenizer step in _steps)
        {
            scratch.NextPieces.Clear();
            foreach (Piece part in scratch.Pieces) step.Split(part, scratch.NextPieces);
            scratch.SwapPieces();
        }
    }

    private void Flatten(IPreTokenizer step)
    {
        if (step is not SequencePreTokenizer sequence)
        {
            _steps.Add(step);
            return;
        }
        foreach (IPreTokenizer inner in sequence.Steps) Flatten(inner);
    }
}

namespace Spa.Engine.Text.Tokenization;

/// <summary>Cuts a piece where some of its stretches match and the others do not. Feed the stretches in order, then call <see cref="Finish"/>.</summary>
internal ref struct MatchSplitter(Piece piece, SplitBehavior behavior, List<Piece> output)
{
    private int _heldStart;
    private int _heldEnd;
    private bool _holds;
    private bool _previousMatched;

    /// <summary>Chars start to end of the piece, a match or what lies between two matches.</summary>
    public void Add(int start, int end, bool matched)
    {
        switch (behavior)
        {
            case SplitBehavior.Removed:
                if (!matched) Emit(start, end);
                return;
            case SplitBehavior.Isolated:
                Emit(start, end);
                return;
        }
        if (_holds && Joins(matched)) _heldEnd = end;
        else
        {
            Finish();
            (_heldStart, _heldEnd, _holds) = (start, end, true);
        }
        _previousMatched = matched;
    }

    /// <summary>Emits what is still held.</summary>
    public void Finish()
    {
        if (_holds) Emit(_heldStart, _heldEnd);
        _holds = false;
    }

    private readonly bool Joins(bool matched) => behavior switch
    {
        SplitBehavior.MergedWithPrevious => matched && !_previousMatched,
        SplitBehavior.MergedWithNext => !matched && _previousMatched,
        _ => matched == _previousMatched,
    };

    private readonly void Emit(int start, int end)
    {
        if (end > start) output.Add(piece.Slice(start, end));
    }
}

namespace Spa.Engine.Text.Tokenization;

/// <summary>The best cuts of one word up to each of its characters (Viterbi), and the way back through them. Reused from word to word.</summary>
internal sealed class UnigramPath
{
    private const int None = -1;

    private double[] _scores = new double[64];
    private int[] _starts = new int[64];
    private int[] _ids = new int[64];

    /// <summary>First char, one past the last, and id of each token of the best way, in order; valid until the next word.</summary>
    public List<(int Start, int End, int Id)> Parts { get; } = [];

    /// <summary>Chars that fit without growing.</summary>
    public int Capacity => _ids.Length;

    public void Begin(int length)
    {
        if (_ids.Length <= length)
        {
            int size = Math.Max(length + 1, 2 * _ids.Length);
            (_scores, _starts, _ids) = (new double[size], new int[size], new int[size]);
        }
        _starts.AsSpan(0, length + 1).Fill(None);
        _scores[0] = 0;
    }

    /// <summary>A token from start to end; of equal sums the first one offered stays.</summary>
    public void Offer(int start, int end, int id, double score)
    {
        double sum = score + _scores[start];
        if (_starts[end] != None && !(sum > _scores[end])) return;
        (_scores[end], _starts[end], _ids[end]) = (sum, start, id);
    }

    /// <summary>Fills <see cref="Parts"/>; neighbouring parts of <paramref name="fusedId"/> become one.</summary>
    public void Trace(int length, int? fusedId)
    {
        Parts.Clear();
        for (int end = length; end > 0; end = _starts[end])
        {
            if (_ids[end] == fusedId && Parts.Count > 0 && Parts[^1].Id == fusedId) Parts[^1] = (_starts[end], Parts[^1].End, _ids[end]);
            else Parts.Add((_starts[end], end, _ids[end]));
        }
        Parts.Reverse();
    }
}

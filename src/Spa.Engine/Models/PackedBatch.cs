using System.Runtime.InteropServices;
using Spa.Engine.Compute;

namespace Spa.Engine.Models;

/// <summary>
/// Tokens of several sequences one after the other, without padding, and the rows whose next token is scored. A prompt with several
/// responses is stored once (once for each way of rotating it, where that depends on a sequence's length). The last token of a response predicts nothing, so it is a label but not a row. Built on the host and
/// uploaded; reused from batch to batch without allocating once it has grown.
/// </summary>
public sealed class PackedBatch
{
    private readonly List<int> _ids = [];
    private readonly List<int> _positions = [];
    private readonly List<ulong> _keys = [];
    private readonly List<int> _lengths = [];
    private readonly List<int> _responseRows = [];
    private readonly List<int> _labels = [];
    private readonly List<PackedSequence> _sequences = [];
    private readonly List<(int Start, int Length)> _prompts = [];
    private readonly DecoderConfig[] _models;

    /// <param name="models">Whose passes it is for: a prompt is shared by responses that all of them rotate alike (<see cref="DecoderConfig.RotatesAlike"/>).</param>
    public PackedBatch(params ReadOnlySpan<DecoderConfig> models) => _models = models.ToArray();

    public AttentionBatch Attention { get; } = new();

    /// <summary>T.</summary>
    public int Tokens => _ids.Count;

    /// <summary>R: rows that enter the head.</summary>
    public int ResponseRows => _labels.Count;

    /// <summary>Tokens of all sequences as they would stand unshared and whole; what <c>num_tokens</c> counts.</summary>
    public int UnsharedTokens { get; private set; }

    public IReadOnlyList<PackedSequence> Sequences => _sequences;

    public ReadOnlySpan<int> Ids => CollectionsMarshal.AsSpan(_ids);

    public ReadOnlySpan<int> Positions => CollectionsMarshal.AsSpan(_positions);

    /// <summary>
    /// [T, 2]: a hash of the tokens of a row's sequence up to and including its own, so the same for a row wherever it lies and whether or not its prompt is shared.
    /// </summary>
    public ReadOnlySpan<int> RowKeys => MemoryMarshal.Cast<ulong, int>(CollectionsMarshal.AsSpan(_keys));

    /// <summary>[T]: tokens of the whole sequence that a row belongs to, the last token included.</summary>
    public ReadOnlySpan<int> Lengths => CollectionsMarshal.AsSpan(_lengths);

    /// <summary>[R]: row of the packed batch whose output predicts the label.</summary>
    public ReadOnlySpan<int> ResponseRowIndices => CollectionsMarshal.AsSpan(_responseRows);

    /// <summary>[R]: the token that follows.</summary>
    public ReadOnlySpan<int> Labels => CollectionsMarshal.AsSpan(_labels);

    /// <summary>Rows that <see cref="AddShared"/> takes for a prompt with these responses, where all of them share it.</summary>
    public static int RowsFor(int prompt, params ReadOnlySpan<int> responses)
    {
        int rows = prompt;
        foreach (int length in responses) rows += Math.Max(0, length - 1);
        return rows;
    }

    /// <summary>Rows that <see cref="AddWhole"/> takes for a prompt with these responses under one model.</summary>
    public static int WholeRowsFor(DecoderConfig model, int prompt, params ReadOnlySpan<int> responses)
    {
        int rows = RowsFor(model, prompt, responses);
        foreach (int length in responses) rows += Math.Min(1, length);
        return rows;
    }

    /// <summary>Rows that <see cref="AddShared"/> takes for a prompt with these responses under one model.</summary>
    public static int RowsFor(DecoderConfig model, int prompt, params ReadOnlySpan<int> responses)
    {
        int rows = RowsFor(prompt, responses);
        for (int i = 1; i < responses.Length; i++)
        {
            bool shared = false;
            for (int j = 0; j < i; j++) shared |= model.RotatesAlike(prompt + responses[i], prompt + responses[j]);
            if (!shared) rows += prompt;
        }
        return rows;
    }

    public void Clear()
    {
        _ids.Clear();
        _positions.Clear();
        _keys.Clear();
        _lengths.Clear();
        _responseRows.Clear();
        _labels.Clear();
        _sequences.Clear();
        Attention.Clear();
        UnsharedTokens = 0;
    }

    /// <summary>Adds a prompt followed by one response. The prompt has at least one token.</summary>
    public void Add(ReadOnlySpan<int> prompt, ReadOnlySpan<int> response)
    {
        AddPrompt(prompt, prompt.Length + response.Length);
        AddResponse(prompt.Length, response);
    }

    /// <summary>Adds a prompt with responses that all follow it: as many sequences, in this order. The prompt is stored once for all that rotate it alike.</summary>
    public void AddShared(ReadOnlySpan<int> prompt, params ReadOnlySpan<int[]> responses)
    {
        _prompts.Clear();
        if (responses.IsEmpty) AddPrompt(prompt, prompt.Length);
        foreach (int[] response in responses) AddBranch(PromptFor(prompt, prompt.Length + response.Length), prompt.Length, response);
    }

    /// <summary>
    /// Adds one sequence of which every token with a mark is scored (the mark of token 0 is ignored: nothing precedes it). For
    /// conversations with several scored turns.
    /// </summary>
    public void AddMarked(ReadOnlySpan<int> ids, ReadOnlySpan<bool> scored)
    {
        int start = _ids.Count, firstLabel = _labels.Count;
        Append(ids, 0, ids.Length, 0);
        Attention.Add(new AttentionSegment(start, ids.Length));
        for (int i = 1; i < ids.Length; i++)
            if (scored[i]) AddLabel(start + i - 1, ids[i]);
        _sequences.Add(new PackedSequence(firstLabel, _labels.Count - firstLabel));
        UnsharedTokens += ids.Length;
    }

    /// <summary>
    /// Adds a prompt with whole responses that all follow it, last tokens included: as many sequences, in this order, of one row each, that of the token which a reward model's
    /// head reads (<see cref="RewardConfig.LastToken"/>). Labels mean nothing.
    /// </summary>
    /// <param name="prompt">At least one token.</param>
    /// <param name="padToken">See <see cref="DecoderConfig.PadToken"/>.</param>
    /// <param name="responses">At least one.</param>
    public void AddWhole(ReadOnlySpan<int> prompt, int? padToken, params ReadOnlySpan<int[]> responses)
    {
        _prompts.Clear();
        foreach (int[] response in responses)
        {
            int promptStart = PromptFor(prompt, prompt.Length + response.Length), start = _ids.Count;
            AppendBranch(promptStart, prompt.Length, response, prompt.Length + response.Length);
            int last = padToken is { } pad ? response.AsSpan().LastIndexOfAnyExcept(pad) : response.Length - 1;
            _sequences.Add(new PackedSequence(_labels.Count, 1));
            AddLabel(last >= 0 ? start + last : promptStart + RewardConfig.LastToken(prompt, padToken), 0);
            UnsharedTokens += prompt.Length + response.Length;
        }
    }

    // Where this call's prompt stands for a sequence of that length; adds it if no sequence before was rotated alike.
    private int PromptFor(ReadOnlySpan<int> prompt, int length)
    {
        foreach ((int start, int other) in _prompts)
            if (RotateAlike(length, other)) return start;
        _prompts.Add((_ids.Count, length));
        AddPrompt(prompt, length);
        return _prompts[^1].Start;
    }

    private bool RotateAlike(int first, int second)
    {
        foreach (DecoderConfig model in _models)
            if (!model.RotatesAlike(first, second)) return false;
        return true;
    }

    private void AddPrompt(ReadOnlySpan<int> prompt, int length)
    {
        if (prompt.IsEmpty) throw new SpaException("a prompt has no token: the model needs at least one before a response (a BOS or a prompt text)");
        Attention.Add(new AttentionSegment(_ids.Count, prompt.Length));
        Append(prompt, 0, length, 0);
    }

    // One segment: the prompt's rows, extended by the response's.
    private void AddResponse(int promptLength, ReadOnlySpan<int> response)
    {
        int start = _ids.Count - promptLength;
        if (response.Length > 1)
        {
            Append(response[..^1], promptLength, promptLength + response.Length, _keys[^1]);
            Attention.ReplaceLast(new AttentionSegment(start, promptLength + response.Length - 1));
        }
        AddLabels(start + promptLength - 1, start + promptLength, response);
        UnsharedTokens += promptLength + response.Length;
    }

    // A segment of its own that sees the prompt as its prefix.
    private void AddBranch(int promptStart, int promptLength, ReadOnlySpan<int> response)
    {
        int start = _ids.Count;
        AppendBranch(promptStart, promptLength, response[..^Math.Min(1, response.Length)], promptLength + response.Length);
        AddLabels(promptStart + promptLength - 1, start, response);
        UnsharedTokens += promptLength + response.Length;
    }

    private void AppendBranch(int promptStart, int promptLength, ReadOnlySpan<int> tokens, int length)
    {
        if (tokens.IsEmpty) return;
        int start = _ids.Count;
        Append(tokens, promptLength, length, _keys[promptStart + promptLength - 1]);
        Attention.Add(new AttentionSegment(start, tokens.Length, promptStart, promptLength));
    }

    // The first token is predicted by the prompt's last row, token i by the row of token i - 1.
    private void AddLabels(int promptEnd, int firstRow, ReadOnlySpan<int> response)
    {
        _sequences.Add(new PackedSequence(_labels.Count, response.Length));
        for (int i = 0; i < response.Length; i++) AddLabel(i == 0 ? promptEnd : firstRow + i - 1, response[i]);
    }

    private void AddLabel(int row, int label)
    {
        _responseRows.Add(row);
        _labels.Add(label);
    }

    private void Append(ReadOnlySpan<int> ids, int firstPosition, int length, ulong key)
    {
        for (int i = 0; i < ids.Length; i++)
        {
            _ids.Add(ids[i]);
            _positions.Add(firstPosition + i);
            _lengths.Add(length);
            key = Mix(key ^ (uint)ids[i]);
            _keys.Add(key);
        }
    }

    // One step of SplitMix64 (Steele et al. 2014): every bit of the input reaches every bit of the result.
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

namespace Spa.Engine.Data;

/// <summary>Tokens of what follows a prompt, and of whole texts and conversations.</summary>
internal sealed class ResponseEncoder(IRowTokenizer tokenizer, RowReport report)
{
    /// <summary>
    /// The response's tokens as they continue <paramref name="promptTokens"/>, with exactly one end token where it is complete and none
    /// where it was cut.
    /// </summary>
    public int[] Encode(RowContent prompt, int[] promptTokens, RowContent response, ResponseEnd end, RowLocation location)
    {
        if (response.Ids is not null) return response.Ids;
        if (response.Text is not null)
        {
            int[] tokens = prompt.Text is null
                ? tokenizer.Encode(response.Text, addSpecialTokens: false)
                : Continue(promptTokens, OpenText(prompt.Text + response.Text), response.Text);
            return Close(tokens, HasEnd(tokens), end);
        }

        IReadOnlyList<Message> turns = response.Messages!;
        string head = tokenizer.Render(prompt.Messages!, addGenerationPrompt: true);
        string full = tokenizer.Render([.. prompt.Messages!, .. turns], addGenerationPrompt: false);
        if (full.StartsWith(head, StringComparison.Ordinal))
        {
            int[] tokens = Continue(promptTokens, tokenizer.Encode(full, addSpecialTokens: false), full[head.Length..]);
            return Close(tokens, WritesEnd(full, turns[^1].Content), end);
        }

        if (turns.Count != 1)
        {
            throw new SpaException($"{location}: the chat template renders the prompt otherwise once it is answered, so a response of {turns.Count} turns cannot be "
                + "found in it; give one turn");
        }

        report.AddTemplateMismatch();
        return Close(tokenizer.Encode(turns[0].Content, addSpecialTokens: false), endWritten: false, end);
    }

    /// <summary>A text's tokens with its special tokens once: no second BOS where the text writes one itself, and no EOS that was added.</summary>
    public int[] OpenText(string text)
    {
        int[] tokens = tokenizer.Encode(text, addSpecialTokens: true);
        int from = tokens.Length > 1 && tokens[0] == tokenizer.BosId && tokens[1] == tokenizer.BosId ? 1 : 0;
        int added = HasEnd(tokens) ? EndsOf(tokens) - EndsOf(tokenizer.Encode(text, addSpecialTokens: false)) : 0;
        return tokens[from..^added];
    }

    /// <summary>A whole text or conversation with its targets.</summary>
    public TokenizedExample EncodeWhole(ResponseRow row, ScoredTurns turns)
    {
        RowContent content = row.Response;
        if (content.Messages is not null && turns is ScoredTurns.Assistant or ScoredTurns.Last) return EncodeTurns(row, turns == ScoredTurns.Last);
        int[] tokens = content.Ids ?? (content.Text is not null
            ? OpenText(content.Text)
            : tokenizer.Encode(tokenizer.Render(content.Messages!, addGenerationPrompt: false), addSpecialTokens: false));
        if (content.Text is not null) tokens = Close(tokens, HasEnd(tokens), row.End);
        bool[] scored = new bool[tokens.Length];
        if (scored.Length > 0) scored.AsSpan(1).Fill(true);
        return new TokenizedExample(tokens, scored, row.End == ResponseEnd.Complete);
    }

    /// <summary>
    /// Scores assistant turns: each is what the conversation up to its end adds to the conversation up to its header, up to the last end
    /// token. The pieces are tokenised apart, which special tokens at their borders make equal to the whole.
    /// </summary>
    private TokenizedExample EncodeTurns(ResponseRow row, bool onlyLast)
    {
        IReadOnlyList<Message> turns = row.Response.Messages!;
        string full = tokenizer.Render(turns, addGenerationPrompt: false);
        List<int> tokens = [];
        List<bool> scored = [];
        int done = 0;
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role != Message.Assistant || (onlyLast && i < turns.Count - 1)) continue;
            string head = tokenizer.Render([.. turns.Take(i)], addGenerationPrompt: true);
            string upTo = tokenizer.Render([.. turns.Take(i + 1)], addGenerationPrompt: false);
            if (!full.StartsWith(upTo, StringComparison.Ordinal) || !upTo.StartsWith(head, StringComparison.Ordinal) || head.Length < done)
            {
                throw new SpaException($"{row.Location}: the chat template rewrites earlier turns, so turn {i + 1} cannot be scored alone; score the last turn or "
                    + "all tokens");
            }

            Add(full[done..head.Length], isTarget: false);
            Add(upTo[head.Length..], isTarget: true);
            done = upTo.Length;
        }

        Add(full[done..], isTarget: false);
        if (!tokens.SequenceEqual(tokenizer.Encode(full, addSpecialTokens: false))) report.AddBoundaryMerge();
        if (scored.Count > 0) scored[0] = false;
        return new TokenizedExample([.. tokens], [.. scored], row.End == ResponseEnd.Complete);

        void Add(string piece, bool isTarget)
        {
            if (piece.Length == 0) return;
            int[] ids = tokenizer.Encode(piece, addSpecialTokens: false);
            int targets = isTarget ? ids.Length - Trailing(ids) : 0;
            tokens.AddRange(ids);
            for (int i = 0; i < ids.Length; i++) scored.Add(i < targets);
        }
    }

    /// <summary>
    /// What the joined text adds to the prompt's tokens, as TRL takes it. Where a token spans the border the response is tokenised by
    /// itself: that is what a sampler that was given the prompt would go on with.
    /// </summary>
    private int[] Continue(int[] prompt, int[] joined, string response)
    {
        if (joined.AsSpan().StartsWith(prompt)) return joined[prompt.Length..];
        report.AddBoundaryMerge();
        return tokenizer.Encode(response, addSpecialTokens: false);
    }

    /// <summary>End tokens that the sequence closes with.</summary>
    private int EndsOf(int[] tokens)
    {
        int count = 0;
        while (count < tokens.Length && tokenizer.EndIds.Contains(tokens[^(count + 1)])) count++;
        return count;
    }

    private bool HasEnd(int[] tokens) => tokens.Length > 0 && tokenizer.EndIds.Contains(tokens[^1]);

    /// <summary>Whether the template closes the last turn with an end token; one inside the content does not count.</summary>
    private bool WritesEnd(string rendered, string content)
    {
        string text = content.Trim();
        int at = rendered.LastIndexOf(text, StringComparison.Ordinal);
        return at >= 0 && Array.Exists(tokenizer.Encode(rendered[(at + text.Length)..], addSpecialTokens: false), id => tokenizer.EndIds.Contains(id));
    }

    /// <summary>Tokens behind the last end token; 0 where there is none.</summary>
    private int Trailing(int[] tokens)
    {
        int at = Array.FindLastIndex(tokens, id => tokenizer.EndIds.Contains(id));
        return at < 0 ? 0 : tokens.Length - 1 - at;
    }

    /// <summary>
    /// The response up to and with its one end token if it is complete, up to and without it if it was cut. With
    /// <paramref name="endWritten"/> the last end token among <paramref name="tokens"/> is the one that closes it.
    /// </summary>
    private int[] Close(int[] tokens, bool endWritten, ResponseEnd end)
    {
        int at = endWritten ? Array.FindLastIndex(tokens, id => tokenizer.EndIds.Contains(id)) : -1;
        if (end == ResponseEnd.Cut) return at < 0 ? tokens : tokens[..at];
        if (at >= 0) return tokens[..(at + 1)];
        return tokenizer.EndIds.Count > 0 ? [.. tokens, tokenizer.EndIds[0]] : tokens;
    }
}

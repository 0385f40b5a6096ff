using Spa.Engine.Text;

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
    /// token.
    /// </summary>
    private TokenizedExample EncodeTurns(ResponseRow row, bool onlyLast)
    {
        IReadOnlyList<Message> turns = row.Response.Messages!;
        RenderResult marked = tokenizer.RenderMarked(turns);
        if (!onlyLast && marked.GenerationSpans.Count > 0) return EncodeMarked(row, marked);
        string full = marked.Text;
        List<(string Text, bool IsTarget)> pieces = [];
        int done = 0;
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role != Message.Assistant || (onlyLast && i < turns.Count - 1)) continue;
            string head = tokenizer.Render([.. turns.Take(i)], addGenerationPrompt: true);
            string upTo = tokenizer.Render([.. turns.Take(i + 1)], addGenerationPrompt: false);
            if (!full.StartsWith(upTo, StringComparison.Ordinal) || !upTo.StartsWith(head, StringComparison.Ordinal) || head.Length < done)
            {
                throw new SpaException($"{row.Location}: the chat template rewrites earlier turns, so turn {i + 1} cannot be scored alone; use a template that marks "
                    + "what is generated ({% generation %}), or score the last turn or all tokens");
            }

            pieces.Add((full[done..head.Length], false));
            pieces.Add((upTo[head.Length..], true));
            done = upTo.Length;
        }

        pieces.Add((full[done..], false));
        return EncodePieces(row, full, pieces, toLastEnd: true);
    }

    /// <summary>Scores what the template marks as generated, all of it and nothing else, as TRL does.</summary>
    private TokenizedExample EncodeMarked(ResponseRow row, RenderResult marked)
    {
        List<(string Text, bool IsTarget)> pieces = [];
        int done = 0;
        foreach (GenerationSpan span in marked.GenerationSpans.OrderBy(span => span.StartUtf16))
        {
            int start = Math.Max(done, span.StartUtf16);
            if (span.EndUtf16 <= start) continue;
            pieces.Add((marked.Text[done..start], false));
            pieces.Add((marked.Text[start..span.EndUtf16], true));
            done = span.EndUtf16;
        }

        pieces.Add((marked.Text[done..], false));
        return EncodePieces(row, marked.Text, pieces, toLastEnd: false);
    }

    /// <param name="row">The row.</param>
    /// <param name="whole">All pieces together.</param>
    /// <param name="pieces">Its parts in order; targets are scored.</param>
    /// <param name="toLastEnd">Whether what stands behind the last end token of a target is not scored.</param>
    private TokenizedExample EncodePieces(ResponseRow row, string whole, List<(string Text, bool IsTarget)> pieces, bool toLastEnd)
    {
        int[] tokens = tokenizer.Encode(whole, addSpecialTokens: false);
        bool[] scored = new bool[tokens.Length];
        List<(int From, int To)> places = PlacesApart(pieces, tokens) ?? PlacesInside(whole, pieces, tokens);
        for (int i = 0; i < pieces.Count; i++)
        {
            (int from, int to) = places[i];
            if (pieces[i].IsTarget) scored.AsSpan(from, to - from - (toLastEnd ? Trailing(tokens[from..to]) : 0)).Fill(true);
        }

        if (scored.Length > 0) scored[0] = false;
        return new TokenizedExample(tokens, scored, row.End == ResponseEnd.Complete);
    }

    /// <summary>Where the tokens of every piece are, or null where pieces that are tokenised apart do not come to the tokens of the whole.</summary>
    private List<(int From, int To)>? PlacesApart(List<(string Text, bool IsTarget)> pieces, ReadOnlySpan<int> tokens)
    {
        List<(int From, int To)> places = [];
        int from = 0;
        foreach ((string text, _) in pieces)
        {
            int[] ids = text.Length == 0 ? [] : tokenizer.Encode(text, addSpecialTokens: false);
            if (!tokens[from..].StartsWith(ids)) return null;
            places.Add((from, from += ids.Length));
        }

        return from == tokens.Length ? places : null;
    }

    /// <summary>The same by what the whole up to each border comes to. A token that spans a border belongs to both sides, as in TRL.</summary>
    private List<(int From, int To)> PlacesInside(string whole, List<(string Text, bool IsTarget)> pieces, ReadOnlySpan<int> tokens)
    {
        List<(int From, int To)> places = [];
        (int end, int from, bool merges) = (0, 0, false);
        foreach ((string text, _) in pieces)
        {
            end += text.Length;
            ReadOnlySpan<int> before = end == whole.Length ? tokens : tokenizer.Encode(whole[..end], addSpecialTokens: false);
            int common = tokens.CommonPrefixLength(before);
            bool spans = common < before.Length && common < tokens.Length;
            merges |= spans;
            places.Add((from, Math.Max(from, spans ? common + 1 : common)));
            from = common;
        }

        if (merges) report.AddBoundaryMerge();
        return places;
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

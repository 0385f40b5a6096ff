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
            return Close(tokens, HasEnd(tokens) ? 1 : 0, end);
        }

        IReadOnlyList<Message> turns = response.Messages!;
        string head = tokenizer.Render(prompt.Messages!, addGenerationPrompt: true, prompt.Arguments);
        string full = tokenizer.Render([.. prompt.Messages!, .. turns], addGenerationPrompt: false, prompt.Arguments);
        if (full.StartsWith(head, StringComparison.Ordinal))
        {
            int[] tokens = Continue(promptTokens, tokenizer.Encode(full, addSpecialTokens: false), full[head.Length..]);
            return Close(tokens, EndsBehind(full[head.Length..], turns), end);
        }

        if (turns.Count != 1)
        {
            throw new SpaException($"{location}: the chat template renders the prompt otherwise once it is answered, so a response of {turns.Count} turns cannot be "
                + "found in it; give one turn");
        }

        if (turns[0].CallsTools)
            throw new SpaException($"{location}: the chat template renders the prompt otherwise once it is answered, so the tool calls of the response cannot be found in it; use a template that does not");
        report.AddTemplateMismatch();
        return Close(tokenizer.Encode(turns[0].Content, addSpecialTokens: false), endsWritten: 0, end);
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
            : tokenizer.Encode(tokenizer.Render(content.Messages!, addGenerationPrompt: false, content.Arguments), addSpecialTokens: false));
        if (content.Text is not null) tokens = Close(tokens, HasEnd(tokens) ? 1 : 0, row.End);
        bool[] scored = new bool[tokens.Length];
        if (scored.Length > 0) scored.AsSpan(1).Fill(true);
        return new TokenizedExample(tokens, scored, row.End == ResponseEnd.Complete);
    }

    /// <summary>
    /// Scores assistant turns: each is what the conversation up to its end adds to the conversation up to its header, up to the first end
    /// token behind its content.
    /// </summary>
    private TokenizedExample EncodeTurns(ResponseRow row, bool onlyLast)
    {
        IReadOnlyList<Message> turns = row.Response.Messages!;
        RenderResult marked = tokenizer.RenderMarked(turns, row.Response.Arguments);
        if (!onlyLast && marked.GenerationSpans.Count > 0) return EncodeMarked(row, marked);
        string full = marked.Text;
        List<TurnPiece> pieces = [];
        int done = 0;
        for (int i = 0; i < turns.Count; i++)
        {
            if (turns[i].Role != Message.Assistant || (onlyLast && i < turns.Count - 1)) continue;
            string head = tokenizer.Render([.. turns.Take(i)], addGenerationPrompt: true, row.Response.Arguments);
            string upTo = tokenizer.Render([.. turns.Take(i + 1)], addGenerationPrompt: false, row.Response.Arguments);
            if (!full.StartsWith(upTo, StringComparison.Ordinal) || !upTo.StartsWith(head, StringComparison.Ordinal) || head.Length < done)
            {
                if (i == turns.Count - 1 && pieces.Count == 0) return EncodeLast(row, turns);
                throw new SpaException($"{row.Location}: the chat template rewrites earlier turns, so turn {i + 1} cannot be scored alone; use a template that marks "
                    + "what is generated ({% generation %}), or score the last turn or all tokens");
            }

            string said = upTo[head.Length..];
            pieces.Add(new(full[done..head.Length], false, 0));
            pieces.Add(new(said, true, EndsBehind(said, [turns[i]])));
            done = upTo.Length;
        }

        pieces.Add(new(full[done..], false, 0));
        return EncodePieces(row, full, pieces);
    }

    /// <summary>A conversation of which only the last turn is scored, as a response to the turns before it.</summary>
    private TokenizedExample EncodeLast(ResponseRow row, IReadOnlyList<Message> turns)
    {
        RowContent prompt = RowContent.OfMessages([.. turns.Take(turns.Count - 1)]).With(row.Response.Arguments);
        int[] head = tokenizer.Encode(tokenizer.Render(prompt.Messages!, addGenerationPrompt: true, prompt.Arguments), addSpecialTokens: false);
        int[] response = Encode(prompt, head, RowContent.OfMessages([turns[^1]]), row.End, row.Location);
        bool[] scored = new bool[head.Length + response.Length];
        scored.AsSpan(Math.Min(Math.Max(head.Length, 1), scored.Length)).Fill(true);
        return new TokenizedExample([.. head, .. response], scored, row.End == ResponseEnd.Complete);
    }

    /// <summary>Scores what the template marks as generated, all of it and nothing else, as TRL does.</summary>
    private TokenizedExample EncodeMarked(ResponseRow row, RenderResult marked)
    {
        List<TurnPiece> pieces = [];
        int done = 0;
        foreach (GenerationSpan span in marked.GenerationSpans.OrderBy(span => span.StartUtf16))
        {
            int start = Math.Max(done, span.StartUtf16);
            if (span.EndUtf16 <= start) continue;
            pieces.Add(new(marked.Text[done..start], false, 0));
            pieces.Add(new(marked.Text[start..span.EndUtf16], true, 0));
            done = span.EndUtf16;
        }

        pieces.Add(new(marked.Text[done..], false, 0));
        return EncodePieces(row, marked.Text, pieces);
    }

    /// <param name="row">The row.</param>
    /// <param name="whole">All pieces together.</param>
    /// <param name="pieces">Its parts in order; targets are scored, each to the end token that closes it.</param>
    private TokenizedExample EncodePieces(ResponseRow row, string whole, List<TurnPiece> pieces)
    {
        int[] tokens = tokenizer.Encode(whole, addSpecialTokens: false);
        bool[] scored = new bool[tokens.Length];
        List<(int From, int To)> places = PlacesApart(pieces, tokens) ?? PlacesInside(whole, pieces, tokens);
        for (int i = 0; i < pieces.Count; i++)
        {
            (int from, int to) = places[i];
            if (!pieces[i].IsTarget) continue;
            int closing = ClosingEnd(tokens.AsSpan(from, to - from), pieces[i].Ends);
            scored.AsSpan(from, closing < 0 ? to - from : closing + 1).Fill(true);
        }

        if (scored.Length > 0) scored[0] = false;
        return new TokenizedExample(tokens, scored, row.End == ResponseEnd.Complete);
    }

    /// <summary>Where the tokens of every piece are, or null where pieces that are tokenised apart do not come to the tokens of the whole.</summary>
    private List<(int From, int To)>? PlacesApart(List<TurnPiece> pieces, ReadOnlySpan<int> tokens)
    {
        List<(int From, int To)> places = [];
        int from = 0;
        foreach ((string text, _, _) in pieces)
        {
            int[] ids = text.Length == 0 ? [] : tokenizer.Encode(text, addSpecialTokens: false);
            if (!tokens[from..].StartsWith(ids)) return null;
            places.Add((from, from += ids.Length));
        }

        return from == tokens.Length ? places : null;
    }

    /// <summary>The same by what the whole up to each border comes to. A token that spans a border belongs to both sides, as in TRL.</summary>
    private List<(int From, int To)> PlacesInside(string whole, List<TurnPiece> pieces, ReadOnlySpan<int> tokens)
    {
        List<(int From, int To)> places = [];
        (int end, int from, bool merges) = (0, 0, false);
        foreach ((string text, _, _) in pieces)
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

    /// <summary>
    /// How many end tokens the template writes behind the content of the last of <paramref name="turns"/>; those inside a content do not count. A
    /// content that the template shortens, as where it drops the reasoning, is found by its last line.
    /// </summary>
    /// <param name="rendered">The turns without the header of the first.</param>
    /// <param name="turns">In order.</param>
    private int EndsBehind(string rendered, IReadOnlyList<Message> turns)
    {
        int behind = 0;
        foreach (Message turn in turns)
        {
            string content = turn.Content.Trim(), lastLine = content[(content.LastIndexOf('\n') + 1)..];
            int at = rendered.IndexOf(content, behind, StringComparison.Ordinal);
            if (at >= 0) behind = at + content.Length;
            else if ((at = rendered.IndexOf(lastLine, behind, StringComparison.Ordinal)) >= 0) behind = at + lastLine.Length;
        }

        return tokenizer.Encode(rendered[behind..], addSpecialTokens: false).Count(tokenizer.EndIds.Contains);
    }

    /// <summary>Where the first of the last <paramref name="ends"/> end tokens is; -1 where there are none.</summary>
    private int ClosingEnd(ReadOnlySpan<int> tokens, int ends)
    {
        int at = -1;
        for (int i = tokens.Length - 1; i >= 0 && ends > 0; i--)
        {
            if (!tokenizer.EndIds.Contains(tokens[i])) continue;
            at = i;
            ends--;
        }

        return at;
    }

    /// <summary>
    /// The response up to and with its one end token if it is complete, up to and without it if it was cut. The first of the last
    /// <paramref name="endsWritten"/> end tokens among <paramref name="tokens"/> is the one that closes it.
    /// </summary>
    private int[] Close(int[] tokens, int endsWritten, ResponseEnd end)
    {
        int at = ClosingEnd(tokens, endsWritten);
        if (end == ResponseEnd.Cut) return at < 0 ? tokens : tokens[..at];
        if (at >= 0) return tokens[..(at + 1)];
        return tokenizer.EndIds.Count > 0 ? [.. tokens, tokenizer.EndIds[0]] : tokens;
    }

    /// <summary>A stretch of a rendered conversation.</summary>
    /// <param name="Text">What it says.</param>
    /// <param name="IsTarget">Whether it is scored.</param>
    /// <param name="Ends">End tokens behind the content: what follows the first of them is not scored. 0: all of it is.</param>
    private readonly record struct TurnPiece(string Text, bool IsTarget, int Ends);
}

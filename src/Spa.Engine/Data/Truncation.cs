namespace Spa.Engine.Data;

/// <summary>
/// TRL's length rules over token arrays, in one place.
/// <para><c>max_prompt_length</c> (TRL up to 0.24) applies only to rows longer than <c>max_length</c>, and keeps the prompt's last tokens:
/// its end is the header that the response follows.</para>
/// <para><c>max_length</c> bounds prompt plus response. A response is cut to what the prompt at hand leaves, not to
/// <c>max_length - max_prompt_length</c>, so none is cut while there is room. Both responses of a pair keep one and the same prompt: the
/// longer decides, where TRL cuts each sequence by itself.</para>
/// <para>A limit that is null does not apply.</para>
/// </summary>
public sealed record Truncation(int? MaxLength = null, int? MaxPromptLength = null, TruncationMode Mode = TruncationMode.KeepStart)
{
    /// <summary>Cuts nothing.</summary>
    public static Truncation None { get; } = new();

    /// <summary>The pair within the limits, or null where no room is left for a response.</summary>
    public TokenizedPair? Apply(TokenizedPair pair, TruncationCounts counts)
    {
        if (MaxLength is not { } limit || pair.Length <= limit) return pair;
        if (KeptPrompt(pair.Prompt.Length, pair.Length - pair.Prompt.Length, limit) is not { } kept)
        {
            counts.AddDropped();
            return null;
        }

        int[] prompt = pair.Prompt[^kept..];
        int[] chosen = Head(pair.Chosen, limit - kept), rejected = Head(pair.Rejected, limit - kept);
        counts.AddPrompt(pair.Prompt.Length - kept);
        counts.AddResponse(pair.Chosen.Length - chosen.Length);
        counts.AddResponse(pair.Rejected.Length - rejected.Length);
        return new TokenizedPair(
            prompt, chosen, rejected, pair.ChosenComplete && chosen.Length == pair.Chosen.Length,
            pair.RejectedComplete && rejected.Length == pair.Rejected.Length, pair.PromptCut || kept < pair.Prompt.Length);
    }

    /// <summary>
    /// The example within the limits, or null where no target is left. The first <paramref name="promptLength"/> tokens are the prompt; 0
    /// for a whole text.
    /// </summary>
    public TokenizedExample? Apply(TokenizedExample example, int promptLength, TruncationCounts counts)
    {
        int total = example.Tokens.Length;
        if (MaxLength is not { } limit || total <= limit) return example;
        int? kept = promptLength == 0 ? 0 : KeptPrompt(promptLength, total - promptLength, limit);
        if (kept is not { } prompt)
        {
            counts.AddDropped();
            return null;
        }

        int response = Math.Min(total - promptLength, limit - prompt);
        int from = promptLength == 0 && Mode == TruncationMode.KeepEnd ? total - response : promptLength - prompt;
        int[] tokens = example.Tokens[from..(from + prompt + response)];
        bool[] scored = example.Scored[from..(from + prompt + response)];
        scored[0] = false;
        if (!scored.Contains(true))
        {
            counts.AddDropped();
            return null;
        }

        counts.AddPrompt(promptLength - prompt);
        counts.AddResponse(total - promptLength - response);
        return new TokenizedExample(tokens, scored, example.Complete && from + tokens.Length == total);
    }

    /// <summary>The prompt's last tokens, so many that <paramref name="newTokens"/> still fit behind them; null where none fits.</summary>
    public TokenizedPrompt? Apply(TokenizedPrompt prompt, int newTokens, TruncationCounts counts)
    {
        int limit = Math.Min(MaxPromptLength ?? int.MaxValue, MaxLength is { } total ? total - newTokens : int.MaxValue);
        if (limit < 1)
        {
            counts.AddDropped();
            return null;
        }

        if (prompt.Tokens.Length <= limit) return prompt;
        counts.AddPrompt(prompt.Tokens.Length - limit);
        return new TokenizedPrompt(prompt.Tokens[^limit..], Cut: true);
    }

    private static int[] Head(int[] tokens, int length) => tokens.Length <= length ? tokens : tokens[..length];

    /// <summary>How many of the prompt's last tokens stay in a row that does not fit; null where it must be left out.</summary>
    private int? KeptPrompt(int prompt, int response, int limit)
    {
        int kept = Math.Min(prompt, MaxPromptLength ?? prompt);
        if (Mode == TruncationMode.KeepEnd) kept = Math.Min(kept, Math.Max(1, limit - response));
        return kept < limit ? kept : null;
    }
}

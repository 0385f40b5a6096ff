using Spa.Engine.Text;

namespace Spa.Engine.Data;

/// <summary>
/// Turns rows into tokens and cuts them to length. The rules that keep scored tokens equal to sampled ones:
/// <list type="bullet">
/// <item>Ids are taken as they are.</item>
/// <item>Messages are rendered by the template, which writes its own BOS; text gets the tokenizer's special tokens; never two BOS.</item>
/// <item>The prompt ends with the assistant's header, so a response holds no header.</item>
/// <item>A complete response ends with exactly one end token and nothing behind it (a template's line feed after the turn end was never
/// sampled); a cut response has no end token.</item>
/// </list>
/// </summary>
public sealed class RowTokenization(IRowTokenizer tokenizer, Truncation truncation, RowReport report)
{
    private readonly ResponseEncoder _responses = new(tokenizer, report);

    /// <summary>The prompt, cut so that <paramref name="newTokens"/> fit behind it; null where none fits (counted in the report).</summary>
    public TokenizedPrompt? Prompt(PromptRow row, int newTokens)
    {
        int[] tokens = At(row.Location, () => EncodePrompt(row.Prompt, row.Location));
        report.AddLengths(tokens.Length, 0);
        return truncation.Apply(new TokenizedPrompt(tokens, Cut: false), newTokens, report.Truncation);
    }

    /// <summary>The pair; null where it has an empty response or does not fit (counted in the report).</summary>
    public TokenizedPair? Pair(PreferenceRow row) => At(row.Location, () => PairOf(row));

    /// <summary>The example; null where nothing is left to score (counted in the report).</summary>
    public TokenizedExample? Example(ResponseRow row, ScoredTurns turns = ScoredTurns.Auto) =>
        Whole(row, turns, out int prompt) is { } whole ? truncation.Apply(whole, prompt, report.Truncation) : null;

    /// <summary>The example before anything is cut, and the length of its prompt; null where there is nothing to score (counted in the report).</summary>
    public TokenizedExample? Whole(ResponseRow row, ScoredTurns turns, out int promptLength)
    {
        (TokenizedExample? whole, promptLength) = At(row.Location, () => WholeOf(row, turns));
        return whole;
    }

    // The template knows nothing of rows, and the user must find the one that it refuses.
    private static T At<T>(RowLocation location, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (TemplateException refusal)
        {
            throw new SpaException($"{location}: the chat template refuses the row: {refusal.Message}", refusal);
        }
    }

    private TokenizedPair? PairOf(PreferenceRow row)
    {
        int[] prompt = EncodePrompt(row.Prompt, row.Location);
        int[] chosen = _responses.Encode(row.Prompt, prompt, row.Chosen, row.ChosenEnd, row.Location);
        int[] rejected = _responses.Encode(row.Prompt, prompt, row.Rejected, row.RejectedEnd, row.Location);
        report.AddLengths(prompt.Length, Math.Max(chosen.Length, rejected.Length));
        if (chosen.Length == 0 || rejected.Length == 0)
        {
            report.AddEmptyResponse();
            return null;
        }

        TokenizedPair pair = new(prompt, chosen, rejected, row.ChosenEnd == ResponseEnd.Complete, row.RejectedEnd == ResponseEnd.Complete, PromptCut: false);
        return truncation.Apply(pair, report.Truncation);
    }

    private (TokenizedExample? Whole, int PromptLength) WholeOf(ResponseRow row, ScoredTurns turns)
    {
        int[] prompt = row.Prompt is null ? [] : EncodePrompt(row.Prompt, row.Location);
        TokenizedExample whole;
        if (row.Prompt is not null)
        {
            int[] response = _responses.Encode(row.Prompt, prompt, row.Response, row.End, row.Location);
            whole = Join(prompt, response, scorePrompt: turns == ScoredTurns.All, row.End);
        }
        else
        {
            whole = _responses.EncodeWhole(row, turns);
        }

        report.AddLengths(prompt.Length, whole.Tokens.Length - prompt.Length);
        if (whole.ScoredCount > 0) return (whole, prompt.Length);
        report.AddEmptyResponse();
        return (null, prompt.Length);
    }

    private static TokenizedExample Join(int[] prompt, int[] response, bool scorePrompt, ResponseEnd end)
    {
        bool[] scored = new bool[prompt.Length + response.Length];
        scored.AsSpan(scorePrompt ? 1 : prompt.Length).Fill(true);
        return new TokenizedExample([.. prompt, .. response], scored, end == ResponseEnd.Complete);
    }

    private int[] EncodePrompt(RowContent prompt, RowLocation location)
    {
        int[] tokens = prompt.Ids ?? (prompt.Text is not null
            ? _responses.OpenText(prompt.Text)
            : tokenizer.Encode(tokenizer.Render(prompt.Messages!, addGenerationPrompt: true, prompt.Arguments), addSpecialTokens: false));
        return tokens.Length > 0 ? tokens : throw new SpaException($"{location}: the prompt comes to no token; give it text, or use a tokenizer with BOS");
    }
}

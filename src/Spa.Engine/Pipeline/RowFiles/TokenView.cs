using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>A sequence of a row with the role of every token, for <c>spa inspect-tokens</c>.</summary>
/// <param name="Name"><c>response</c>, <c>chosen</c> or <c>rejected</c>.</param>
/// <param name="Ids">Tokens before anything was cut.</param>
/// <param name="Roles">As many roles.</param>
/// <param name="Complete">False where the response has no end token because it was cut.</param>
public sealed record TokenView(string Name, int[] Ids, TokenRole[] Roles, bool Complete)
{
    /// <summary>The views of one row of a file; preference rows give two. A row that does not fit is cut wholly.</summary>
    /// <param name="path">Preference or response rows.</param>
    /// <param name="index">Row, from 0.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="truncation">What training would cut.</param>
    /// <exception cref="SpaException">There is no such row, or it cannot be used; names file and line.</exception>
    public static IReadOnlyList<TokenView> Of(string path, int index, IRowTokenizer tokenizer, Truncation truncation)
    {
        SourceRow? source = RowReader.Read(path).Skip(index).FirstOrDefault();
        if (source is null) throw new SpaException($"{path}: there is no row {index}; rows are counted from 0");
        RowReport report = new();
        RowTokenization whole = new(tokenizer, Truncation.None, report);
        return source.Json.ContainsKey("chosen") || source.Json.ContainsKey("chosen_ids")
            ? OfPair(Data.Rows.ReadPreferences(path, report).ElementAt(index), whole, truncation)
            : [OfExample(Data.Rows.ReadResponses(path, report).ElementAt(index), whole, truncation)];
    }

    private static TokenView[] OfPair(PreferenceRow row, RowTokenization whole, Truncation truncation)
    {
        TokenizedPair pair = whole.Pair(row) ?? throw Nothing(row.Location);
        TokenizedPair? kept = truncation.Apply(pair, new TruncationCounts());
        return
        [
            Of("chosen", pair.Prompt, pair.Chosen, kept?.Prompt.Length ?? 0, kept?.Chosen.Length ?? 0, kept?.ChosenComplete ?? false),
            Of("rejected", pair.Prompt, pair.Rejected, kept?.Prompt.Length ?? 0, kept?.Rejected.Length ?? 0, kept?.RejectedComplete ?? false),
        ];
    }

    private static TokenView OfExample(ResponseRow row, RowTokenization whole, Truncation truncation)
    {
        ScoredTurns turns = row.Prompt is null && row.Response.Messages is not null ? ScoredTurns.Assistant : ScoredTurns.Auto;
        TokenizedExample example = whole.Example(row, turns) ?? throw Nothing(row.Location);
        int prompt = row.Prompt is null ? 0 : Array.IndexOf(example.Scored, true);
        TokenizedExample? kept = truncation.Apply(example, prompt, new TruncationCounts());
        int from = 0, count = kept?.Tokens.Length ?? 0;
        while (count > 0 && !example.Tokens.AsSpan(from, count).SequenceEqual(kept!.Tokens)) from++;
        TokenRole[] roles = new TokenRole[example.Tokens.Length];
        for (int i = 0; i < roles.Length; i++) roles[i] = i < from || i >= from + count ? TokenRole.Cut : kept!.Scored[i - from] ? TokenRole.Scored : TokenRole.Prompt;
        return new TokenView("response", example.Tokens, roles, kept?.Complete ?? false);
    }

    // The end of the prompt and the beginning of the response are what is kept.
    private static TokenView Of(string name, int[] prompt, int[] response, int keptPrompt, int keptResponse, bool complete)
    {
        TokenRole[] roles = new TokenRole[prompt.Length + response.Length];
        for (int i = 0; i < roles.Length; i++)
        {
            roles[i] = i < prompt.Length - keptPrompt || i >= prompt.Length + keptResponse ? TokenRole.Cut : i < prompt.Length ? TokenRole.Prompt : TokenRole.Scored;
        }

        return new TokenView(name, [.. prompt, .. response], roles, complete);
    }

    private static SpaException Nothing(RowLocation location) => new($"{location}: a response comes to no token");
}

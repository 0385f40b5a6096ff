using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>One row of a file as the model sees it: every sequence that is trained on, scored or sampled from.</summary>
/// <param name="Location">File and line.</param>
/// <param name="Reading">What the row was taken for, in a few words.</param>
/// <param name="IsConversation">Whether it is a whole conversation without a prompt, of which training scores all tokens unless asked otherwise.</param>
/// <param name="Sequences">Two for a preference row, one for an example or a prompt, one for each of several responses.</param>
/// <param name="Report">What tokenising noticed.</param>
public sealed record RowView(RowLocation Location, string Reading, bool IsConversation, IReadOnlyList<TokenView> Sequences, RowReport Report)
{
    private static readonly string[] s_answers = ["completion", "response", "messages", "conversations", "output", "text", "response_ids"];

    /// <summary>Looks at one row; the others of the file are not looked into.</summary>
    /// <param name="path">Rows of any kind that Spa reads.</param>
    /// <param name="index">Row, from 0.</param>
    /// <param name="tokenizer">Of the model.</param>
    /// <param name="truncation">What training would cut.</param>
    /// <param name="turns">What of an example is scored.</param>
    /// <exception cref="SpaException">There is no such row, or it cannot be used; names file and line.</exception>
    public static RowView Of(string path, int index, IRowTokenizer tokenizer, Truncation truncation, ScoredTurns turns)
    {
        int count = 0;
        SourceRow? source = null;
        foreach (SourceRow row in RowReader.Read(path))
        {
            source = row;
            if (count++ == index) return new Reader(row, tokenizer, truncation, turns).Read();
        }

        throw new SpaException(source is null ? $"{path}: expected rows, found none" : $"{path}: there is no row {index}; the last of its {count} rows is {count - 1}, for rows are counted from 0");
    }

    private sealed class Reader(SourceRow source, IRowTokenizer tokenizer, Truncation truncation, ScoredTurns turns)
    {
        private readonly RowReport _report = new();
        private string _reading = "";
        private bool _isConversation;

        private RowTokenization Tokenization => field ??= new RowTokenization(tokenizer, Truncation.None, _report);

        public RowView Read()
        {
            TokenView[] sequences =
                Has("chosen") || Has("chosen_ids") || (Has("completions") && Has("instruction")) ? OfPair(Rows.ToPreference(source, out _reading))
                : source.Json["responses"] is JsonArray responses ? OfResponses(responses)
                : IsPrompt() ? [OfPrompt(Rows.ToPrompt(source, out _reading))]
                : [OfExample("response", Rows.ToResponse(source, out _reading), turns)];
            return new RowView(source.Location, _reading, _isConversation, sequences, _report);
        }

        private bool Has(string name) => source.Json.ContainsKey(name);

        // A conversation that the user or a tool ended waits for an answer.
        private bool IsPrompt()
        {
            if (!Array.Exists(s_answers, Has)) return true;
            return (source.Json["messages"] ?? source.Json["conversations"]) is JsonArray { Count: > 0 } list && !Has("prompt")
                && list[^1] is JsonObject last && (last["role"] ?? last["from"])?.ToString() is "user" or "human" or "tool" or "observation";
        }

        private TokenView[] OfPair(PreferenceRow row)
        {
            TokenizedPair pair = Tokenization.Pair(row) ?? throw Nothing();
            TokenizedPair? kept = truncation.Apply(pair, new TruncationCounts());
            return
            [
                Continued("chosen", pair.Prompt, pair.Chosen, kept?.Prompt.Length ?? 0, kept?.Chosen.Length ?? 0, kept?.ChosenComplete ?? false, kept is null),
                Continued("rejected", pair.Prompt, pair.Rejected, kept?.Prompt.Length ?? 0, kept?.Rejected.Length ?? 0, kept?.RejectedComplete ?? false, kept is null),
            ];
        }

        private TokenView OfPrompt(PromptRow row)
        {
            int[] tokens = Tokenization.Prompt(row, 1)!.Tokens;
            int kept = truncation.Apply(new TokenizedPrompt(tokens, Cut: false), 1, new TruncationCounts())?.Tokens.Length ?? 0;
            return Continued("prompt", tokens, [], kept, 0, complete: false, leftOut: kept == 0);
        }

        private TokenView[] OfResponses(JsonArray responses)
        {
            PromptRow row = Rows.ToPrompt(source, out _reading);
            _reading += ", with responses";
            int[] prompt = Tokenization.Prompt(row, 1)!.Tokens;
            return [.. responses.Select((response, i) => OfExample($"responses[{i}]", Example(row, prompt, response), ScoredTurns.Auto))];
        }

        // Ids as they were drawn; text as it would be tokenised behind the prompt.
        private ResponseRow Example(PromptRow row, int[] prompt, JsonNode? response)
        {
            ResponseEnd end = response is JsonObject given && given["finish_reason"]?.ToString() == "length" ? ResponseEnd.Cut : ResponseEnd.Complete;
            if (response is JsonObject { } json && json["ids"] is JsonArray list && list.All(id => id is JsonValue value && value.TryGetValue(out int _)))
                return new ResponseRow(RowContent.OfIds(prompt), RowContent.OfIds([.. list.Select(id => id!.GetValue<int>())]), end, source.Json, source.Location);
            if (response is not JsonObject || response["text"] is not JsonValue node || !node.TryGetValue(out string? text))
                throw new SpaException($"{source.Location}: expected every entry of 'responses' to be an object with 'ids' or 'text'");
            RowContent answer = row.Prompt.Messages is null ? RowContent.OfText(text) : RowContent.OfMessages([new Message(Message.Assistant, text)]);
            return new ResponseRow(row.Prompt, answer, end, source.Json, source.Location);
        }

        private TokenView OfExample(string name, ResponseRow row, ScoredTurns scored)
        {
            _isConversation = row.Prompt is null && row.Response.Messages is not null;
            TokenizedExample whole = Tokenization.Whole(row, scored, out int prompt) ?? throw Nothing();
            // Cut by position instead of by token, so that what is left tells where it stood.
            TokenizedExample? kept = truncation.Apply(whole with { Tokens = [.. Enumerable.Range(0, whole.Tokens.Length)] }, prompt, new TruncationCounts());
            TokenRole[] roles = new TokenRole[whole.Tokens.Length];
            roles.AsSpan().Fill(TokenRole.Cut);
            for (int i = 0; i < kept?.Tokens.Length; i++) roles[kept.Tokens[i]] = kept.Scored[i] ? TokenRole.Scored : TokenRole.Prompt;
            return new TokenView(name, whole.Tokens, roles, kept?.Complete ?? false, kept is null);
        }

        // The end of the prompt and the beginning of the response are what is kept.
        private static TokenView Continued(string name, int[] prompt, int[] response, int keptPrompt, int keptResponse, bool complete, bool leftOut)
        {
            TokenRole[] roles = new TokenRole[prompt.Length + response.Length];
            for (int i = 0; i < roles.Length; i++)
            {
                roles[i] = i < prompt.Length - keptPrompt || i >= prompt.Length + keptResponse ? TokenRole.Cut : i < prompt.Length ? TokenRole.Prompt : TokenRole.Scored;
            }

            return new TokenView(name, [.. prompt, .. response], roles, complete, leftOut);
        }

        private SpaException Nothing() => new($"{source.Location}: a response comes to no token");
    }
}

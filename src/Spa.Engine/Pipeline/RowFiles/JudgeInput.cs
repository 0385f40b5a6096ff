using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Generation;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// Rows with a prompt and <c>responses</c> as a judge wants them: tokens for a model's reward (ids as they were drawn; a response without ids is tokenised),
/// text for a judge that reads (a response without text is decoded). Only the former needs a model.
/// </summary>
/// <param name="model">Whose tokens; null: the judge reads text.</param>
public sealed class JudgeInput(ModelBundle? model)
{
    private readonly RowTokenization? _tokenization = model is null ? null : new RowTokenization(model.RowTokenizer, Truncation.None, new RowReport());

    /// <summary>The row, checked against the model where there is one.</summary>
    /// <param name="row">As it was read.</param>
    /// <param name="index">Its number in the file, from 0.</param>
    /// <exception cref="SpaException">The row cannot be judged; names file and line.</exception>
    public SampledRow Convert(PromptRow row, int index)
    {
        int[] prompt = [];
        if (_tokenization is not null)
        {
            prompt = _tokenization.Prompt(row, 1)!.Tokens;
            RowChecks.RequireIds(prompt, model!.Config, row.Location);
        }

        JsonNode? shown = PromptJson.Of(row.Prompt) ?? Written(row);
        if (shown is null && model is { HasTokenizer: true }) shown = model.Tokenizer.Decode(row.Prompt.Ids!);
        if (shown is null && model is null) throw new SpaException($"{row.Location}: the prompt is token ids, and this judge reads text; name the --tokenizer that they belong to");
        // Ids pass no template, and the judge's own may read the messages beside them.
        TemplateArguments? arguments = row.Prompt.Arguments ?? (shown is JsonArray ? TemplateArguments.Of(row.Source, row.Location) : null);
        return new SampledRow(index, shown, prompt, [.. Responses(row).Select(r => Response(row, r, prompt))]) { Arguments = arguments };
    }

    // Rows of spa generate hold the prompt as it was written beside its ids.
    private static JsonNode? Written(PromptRow row) => row.Source["prompt"] switch
    {
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text,
        JsonArray { Count: > 0 } turns when turns.All(turn => turn is JsonObject message && (message["content"] is JsonValue || Message.CallsToolsIn(message))) => turns,
        _ => null,
    };

    private static List<JsonObject> Responses(PromptRow row)
    {
        if (row.Source["responses"] is not JsonArray list)
            throw new SpaException($"{row.Location}: expected 'responses', a list as 'spa generate' writes it; found none");
        if (list.Count < 2) throw new SpaException($"{row.Location}: a judge compares responses and needs two or more, found {list.Count}; generate with --samples 2");
        List<JsonObject> responses = [.. list.OfType<JsonObject>()];
        return responses.Count == list.Count ? responses
            : throw new SpaException($"{row.Location}: expected every entry of 'responses' to be an object with 'ids' or 'text'");
    }

    private SampledResponse Response(PromptRow row, JsonObject response, int[] prompt)
    {
        bool cut = response["finish_reason"] is JsonValue reason && reason.ToString() == "length";
        string? text = response["text"] is JsonValue value && value.TryGetValue(out string? given) ? given : null;
        int[]? ids = response.ContainsKey("ids") ? Ids(row, response) : null;
        if (ids is null && text is null) throw new SpaException($"{row.Location}: expected 'ids' or 'text' in every response, found neither");
        if (_tokenization is not null)
        {
            ids ??= Encoded(row, text!, prompt, cut ? ResponseEnd.Cut : ResponseEnd.Complete);
            RowChecks.RequireIds(ids, model!.Config, row.Location);
            RowChecks.RequireFit(prompt.Length, ids.Length, model.Config, row.Location);
            if (text is null && model.HasTokenizer) text = model.Tokenizer.Decode(ids);
        }
        else if (text is null) throw new SpaException($"{row.Location}: a response has token ids and no 'text', which this judge reads; name the --tokenizer that they belong to");

        // What ended by itself holds its end token; where nothing is said, a single token is a response.
        FinishReason finish = response["finish_reason"]?.ToString() == "stop" ? FinishReason.Stop : FinishReason.Length;
        return new SampledResponse(ids ?? [], text ?? "", [], finish);
    }

    private static int[] Ids(PromptRow row, JsonObject response)
    {
        if (response["ids"] is JsonArray list && list.All(id => id is JsonValue value && value.TryGetValue(out int _)))
            return [.. list.Select(id => id!.GetValue<int>())];
        throw new SpaException($"{row.Location}: expected 'ids' of a response to be a list of whole numbers");
    }

    private int[] Encoded(PromptRow row, string text, int[] prompt, ResponseEnd end)
    {
        RowContent content = row.Prompt.Messages is null ? RowContent.OfText(text) : RowContent.OfMessages([new Message(Message.Assistant, text)]);
        TokenizedExample? example = _tokenization!.Example(new ResponseRow(row.Prompt, content, end, row.Source, row.Location));
        return example is null ? [] : example.Tokens[prompt.Length..];
    }
}

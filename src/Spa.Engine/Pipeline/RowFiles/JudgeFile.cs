using System.Text.Json.Nodes;
using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Rows with a prompt and <c>responses</c>, as <c>spa generate</c> writes them. Ids are taken as they were drawn; a response without ids is tokenised.</summary>
public sealed class JudgeFile
{
    private readonly string _path;
    private readonly ModelBundle _model;

    /// <summary>Reads the whole file once, so that a bad row is found before the first expensive step.</summary>
    /// <exception cref="SpaException">The file or a row cannot be used; names file and line.</exception>
    public JudgeFile(string path, ModelBundle model)
    {
        (_path, _model) = (path, model);
        foreach (ScoredRow row in Rows())
        {
            Count++;
            LargestRow = Math.Max(LargestRow, row.BatchRows);
        }
    }

    public long Count { get; }

    /// <summary>Batch rows of the largest row.</summary>
    public int LargestRow { get; }

    /// <summary>The rows in order; the file is read again.</summary>
    public IEnumerable<ScoredRow> Rows()
    {
        RowTokenization tokenization = new(_model.RowTokenizer, Truncation.None, new RowReport());
        foreach (PromptRow row in Data.Rows.ReadPrompts(_path, new RowReport()))
        {
            int[] prompt = tokenization.Prompt(row, 1)!.Tokens;
            RowChecks.RequireIds(prompt, _model.Config, row.Location);
            yield return new ScoredRow(row.Source, row.Location, prompt, [.. Responses(row).Select(r => Tokens(row, r, prompt, tokenization))]);
        }
    }

    private static List<JsonObject> Responses(PromptRow row)
    {
        if (row.Source["responses"] is not JsonArray list)
            throw new SpaException($"{row.Location}: expected 'responses', a list as 'spa generate' writes it; found none");
        if (list.Count < 2) throw new SpaException($"{row.Location}: a judge compares responses and needs two or more, found {list.Count}; generate with --samples 2");
        List<JsonObject> responses = [.. list.OfType<JsonObject>()];
        return responses.Count == list.Count ? responses
            : throw new SpaException($"{row.Location}: expected every entry of 'responses' to be an object with 'ids' or 'text'");
    }

    private int[] Tokens(PromptRow row, JsonObject response, int[] prompt, RowTokenization tokenization)
    {
        int[] ids = response.ContainsKey("ids") ? Ids(row, response) : Encoded(row, response, prompt, tokenization);
        RowChecks.RequireIds(ids, _model.Config, row.Location);
        RowChecks.RequireFit(prompt.Length, ids.Length, _model.Config, row.Location);
        return ids;
    }

    private static int[] Ids(PromptRow row, JsonObject response)
    {
        if (response["ids"] is JsonArray list && list.All(id => id is JsonValue value && value.TryGetValue(out int _)))
            return [.. list.Select(id => id!.GetValue<int>())];
        throw new SpaException($"{row.Location}: expected 'ids' of a response to be a list of whole numbers");
    }

    private static int[] Encoded(PromptRow row, JsonObject response, int[] prompt, RowTokenization tokenization)
    {
        if (response["text"] is not JsonValue value || !value.TryGetValue(out string? text))
            throw new SpaException($"{row.Location}: expected 'ids' or 'text' in every response, found neither");
        ResponseEnd end = response["finish_reason"] is JsonValue reason && reason.ToString() == "length" ? ResponseEnd.Cut : ResponseEnd.Complete;
        RowContent content = row.Prompt.Messages is null ? RowContent.OfText(text) : RowContent.OfMessages([new Message(Message.Assistant, text)]);
        TokenizedExample? example = tokenization.Example(new ResponseRow(row.Prompt, content, end, row.Source, row.Location));
        return example is null ? [] : example.Tokens[prompt.Length..];
    }
}

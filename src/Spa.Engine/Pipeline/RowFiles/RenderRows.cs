using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Text;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// <c>spa render</c>: rows to <c>{text}</c>, or to <c>{error}</c> where the template refuses a row. A row <c>{context}</c> is rendered with exactly these
/// variables; a row <c>{messages, ...}</c> as Hugging Face's <c>apply_chat_template</c> does, its other fields being further variables.
/// </summary>
public sealed class RenderRows
{
    private const string Phase = "render";

    private readonly ChatTemplate? _template, _toolTemplate;
    private readonly IReadOnlyDictionary<string, string> _specialTokens;
    private readonly RenderOptions _options;

    /// <param name="template">The template of all rows; null where every row brings its own as <c>template</c>.</param>
    /// <param name="specialTokens"><c>bos_token</c> and the like, for rows that do not set them.</param>
    /// <param name="now">What <c>strftime_now</c> shows; null for the time of day.</param>
    /// <param name="toolTemplate">The template of rows with <c>tools</c>, where it is another.</param>
    public RenderRows(ChatTemplate? template, IReadOnlyDictionary<string, string> specialTokens, DateTimeOffset? now, ChatTemplate? toolTemplate = null)
    {
        (_template, _toolTemplate, _specialTokens) = (template, toolTemplate, specialTokens);
        _options = now is { } time ? new RenderOptions { Clock = new FixedClock(time) } : RenderOptions.Default;
    }

    /// <summary>Renders every row of a file.</summary>
    /// <exception cref="SpaException">A row is not of a form above; names file and line.</exception>
    public void Run(string input, int threads, RowSink sink, RunLog log, CancellationToken cancel) => ParallelRows.Run(Phase, input, threads, Render, sink, log, cancel);

    private JsonObject Render(SourceRow row)
    {
        try
        {
            ChatTemplate template = _template ?? Own(row);
            bool isChat = row.Json["messages"] is JsonArray && !row.Json.ContainsKey("context");
            return new JsonObject { ["text"] = (isChat ? Chat(template, row.Json, row.Json["messages"]!.AsArray()) : Plain(template, row)).Text };
        }
        catch (TemplateException error)
        {
            // What a template raises itself comes through word for word.
            return new JsonObject { ["error"] = error.Kind == TemplateErrorKind.RaiseException ? error.Reason : error.Message };
        }
    }

    private static ChatTemplate Own(SourceRow row) => row.Json["template"] is JsonValue value && value.TryGetValue(out string? source)
        ? ChatTemplate.Parse(source, $"{row.Location}")
        : throw new SpaException($"{row.Location}: expected a row {{\"template\": \"...\", \"context\": {{...}}}}, found no string 'template'; or name one with "
        + "--template or --tokenizer");

    private RenderResult Plain(ChatTemplate template, SourceRow row) => row.Json["context"] is JsonObject context
        ? template.Render(context, _options)
        : throw new SpaException($"{row.Location}: expected a row {{\"messages\": [...]}} or {{\"context\": {{...}}}}, found neither");

    private RenderResult Chat(ChatTemplate template, JsonObject row, JsonArray messages)
    {
        Dictionary<string, object?> variables = _specialTokens.ToDictionary(pair => pair.Key, object? (pair) => pair.Value);
        foreach ((string key, JsonNode? value) in row)
            if (key is not ("messages" or "tools" or "documents" or "add_generation_prompt")) variables[key] = value;
        bool header = row["add_generation_prompt"] is JsonValue flag && flag.TryGetValue(out bool wanted) && wanted;
        if (row["tools"] is JsonArray) template = _toolTemplate ?? template;
        return template.RenderChat(messages, header, row["tools"] as JsonArray, row["documents"] as JsonArray, variables, _options);
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Spa.Engine.Data;

/// <summary>What a row gives to the chat template beside its messages: <c>tools</c> and <c>chat_template_kwargs</c>, passed on as TRL does.</summary>
public sealed class TemplateArguments
{
    internal const string ToolsField = "tools";
    internal const string VariablesField = "chat_template_kwargs";

    // What transformers' apply_chat_template takes itself; no template sees these as given.
    private static readonly string[] s_notVariables =
    [
        "conversation", "messages", ToolsField, "chat_template", "add_generation_prompt", "continue_final_message", "tokenize", "padding", "truncation", "max_length", "return_tensors",
        "return_dict", "return_assistant_tokens_mask", "tokenizer_kwargs",
    ];

    private TemplateArguments(JsonArray? tools, JsonObject? variables)
    {
        (Tools, Variables) = (tools, variables);
        Key = new JsonObject { [ToolsField] = tools?.DeepClone(), [VariablesField] = variables?.DeepClone() }.ToJsonString();
    }

    /// <summary>JSON schemas of the tools; null where the row names none.</summary>
    public JsonArray? Tools { get; }

    /// <summary>Variables of the template, such as <c>enable_thinking</c>; null where the row sets none.</summary>
    public JsonObject? Variables { get; }

    /// <summary>Equal arguments have equal keys.</summary>
    public string Key { get; }

    /// <summary>The arguments of a row; null where it gives none. Either field may be written as text that holds the JSON, as data sets often store it.</summary>
    /// <exception cref="SpaException">A field holds something else; the message names no place.</exception>
    public static TemplateArguments? Of(JsonObject row)
    {
        JsonNode? tools = Read(row, ToolsField), variables = Read(row, VariablesField);
        if (tools is not (null or JsonArray)) throw new SpaException($"'{ToolsField}' is {JsonRow.NameOf(tools)}, expected a list of JSON schemas");
        if (variables is not (null or JsonObject)) throw new SpaException($"'{VariablesField}' is {JsonRow.NameOf(variables)}, expected an object");
        RequireObjects(tools, ToolsField);
        foreach ((string name, JsonNode? value) in variables as JsonObject ?? [])
        {
            if (s_notVariables.Contains(name)) throw new SpaException($"'{VariablesField}' sets '{name}', which is no variable of a template");
            if (name != "documents") continue;
            if (value is not JsonArray) throw new SpaException($"'{VariablesField}.documents' is {JsonRow.NameOf(value)}, expected a list of objects");
            RequireObjects(value, $"{VariablesField}.documents");
        }

        return tools is null && variables is not JsonObject { Count: > 0 } ? null : new TemplateArguments(tools as JsonArray, variables as JsonObject);
    }

    /// <summary>As for <see cref="Of(JsonObject)"/>.</summary>
    /// <exception cref="SpaException">A field holds something else; the message names the place.</exception>
    internal static TemplateArguments? Of(JsonObject row, RowLocation location)
    {
        try
        {
            return Of(row);
        }
        catch (SpaException problem)
        {
            throw new SpaException($"{location}: {problem.Message}", problem);
        }
    }

    /// <summary>Puts the fields into a row that is written.</summary>
    internal void AddTo(JsonObject row)
    {
        if (Tools is not null) row[ToolsField] = Tools.DeepClone();
        if (Variables is not null) row[VariablesField] = Variables.DeepClone();
    }

    private static JsonNode? Read(JsonObject row, string name)
    {
        JsonNode? value = row[name];
        if (value?.GetValueKind() != JsonValueKind.String) return JsonRow.WithoutNulls(value);
        string text = value.GetValue<string>();
        return string.IsNullOrWhiteSpace(text) ? null : JsonRow.ParseValue(Encoding.UTF8.GetBytes(text), new RowLocation($"'{name}'", 1, IsLine: true), 1, RowLimits.Default);
    }

    private static void RequireObjects(JsonNode? list, string name)
    {
        for (int i = 0; i < (list as JsonArray)?.Count; i++)
            if (list[i] is not JsonObject) throw new SpaException($"'{name}[{i}]' is {JsonRow.NameOf(list[i])}, expected an object");
    }
}

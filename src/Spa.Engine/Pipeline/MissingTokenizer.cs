using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Data;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>
/// Stands in for the tokenizer of a model folder that has none: rows of token ids need no tokenizer, and anything else says what is
/// missing.
/// </summary>
internal sealed class MissingTokenizer(ModelFiles files) : IRowTokenizer
{
    public int? BosId => Ids("bos_token_id") is [var id, ..] ? id : null;

    /// <summary>Ids that end a response, from generation_config.json or else config.json.</summary>
    public IReadOnlyList<int> EndIds { get; } = Ids(files, "eos_token_id");

    public int[] Encode(string text, bool addSpecialTokens) => throw Missing();

    public string Render(IReadOnlyList<Message> messages, bool addGenerationPrompt, TemplateArguments? arguments = null) => throw Missing();

    /// <summary>The error for everything that needs text.</summary>
    public SpaException Missing() =>
        new($"'{files.Path}' has no tokenizer.json, and rows of text or messages need one; add it, name another with --tokenizer, or give rows of token ids");

    private int[] Ids(string key) => Ids(files, key);

    // One id or a list of ids.
    private static int[] Ids(ModelFiles files, string key)
    {
        JsonNode? value = files.GenerationConfig?[key] ?? files.Config[key];
        JsonNode?[] items = value is JsonArray list ? [.. list] : [value];
        return [.. items.Where(item => item?.GetValueKind() == JsonValueKind.Number).Select(item => item!.AsValue().TryGetValue(out int id) ? id : -1)
            .Where(id => id >= 0)];
    }
}

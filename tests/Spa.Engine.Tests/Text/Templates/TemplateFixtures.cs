using System.Text.Json.Nodes;
using Spa.Engine.Tests.Support;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Reads the golden files of chat templates and compares a rendering with one of their rows.</summary>
internal static class TemplateFixtures
{
    private const string Folder = "fixtures/chat-templates";

    /// <summary>The goldens' clock: Friday, 7 March 2025, 09:05:03.</summary>
    public static readonly RenderOptions Options = new() { Clock = new FixedClock(new DateTimeOffset(2025, 3, 7, 9, 5, 3, TimeSpan.Zero)) };

    public static IEnumerable<JsonObject> Rows(string file) =>
        File.ReadLines(Fixtures.Require($"{Folder}/{file}")).Select(line => JsonNode.Parse(line)!.AsObject());

    /// <summary>A template file, or the <c>chat_template</c> inside a tokenizer_config.json.</summary>
    public static ChatTemplate Load(string template)
    {
        string text = File.ReadAllText(Fixtures.Require($"{Folder}/{template}"));
        if (template.EndsWith(".json", StringComparison.Ordinal)) text = JsonNode.Parse(text)!["chat_template"]!.GetValue<string>();
        return ChatTemplate.Parse(text, template);
    }

    /// <summary>Null if the row came out as it should; else what was expected and what came.</summary>
    public static string? Mismatch(JsonObject row, Func<RenderResult> render)
    {
        string? expected = row["expected"]?.GetValue<string>();
        string? error = row["error"]?.GetValue<string>();
        try
        {
            RenderResult result = render();
            if (expected is null) return $"expected the error '{error}', got '{result.Text}'";
            if (result.Text != expected) return $"expected\n    {Quote(expected)}\n  got\n    {Quote(result.Text)}";
            return SpanMismatch(row, result);
        }
        catch (TemplateException e)
        {
            if (expected is not null) return $"expected\n    {Quote(expected)}\n  got {e.Kind}: {e.Message}";
            string kind = row["error_kind"]!.GetValue<string>();
            string got = e.Kind == TemplateErrorKind.RaiseException ? "raise_exception" : e.Kind.ToString();
            return got == kind && (kind != "raise_exception" || e.Reason == error) ? null : $"expected {kind}: {error}\n  got {got}: {e.Reason}";
        }
    }

    private static string? SpanMismatch(JsonObject row, RenderResult result)
    {
        if (row["generation_spans"] is not JsonArray spans) return null;
        string expected = string.Join(" ", spans.Select(span => $"{span![0]}-{span[1]}"));
        string got = string.Join(" ", result.GenerationSpans.Select(span => $"{span.Start}-{span.End}"));
        return expected == got ? null : $"expected the generation spans {expected}, got {got}";
    }

    private static string Quote(string text) => JsonValue.Create(text).ToJsonString();
}

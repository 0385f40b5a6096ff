using System.Text.Json;
using Spa.Engine.Tests.Support;

namespace Spa.Engine.Tests.Text.Tokenization;

/// <summary>Rows of the tokenizer fixtures, and a collector that shows the first few that differ.</summary>
internal static class GoldenRows
{
    public static readonly string[] Folders = ["qwen3", "tiny-bytelevel", "tiny-digits", "tiny-cl100k", "tiny-metaspace", "llama2"];

    private static readonly Dictionary<string, Lazy<Spa.Engine.Text.Tokenizer>> s_tokenizers =
        Folders.ToDictionary(folder => folder, folder => new Lazy<Spa.Engine.Text.Tokenizer>(() => Spa.Engine.Text.TokenizerJson.Load(PathOf(folder, "tokenizer.json"))));

    public static string PathOf(string folder, string file) => Fixtures.Require($"fixtures/tokenizers/{folder}/{file}");

    /// <summary>The tokenizer of a folder, read once for all tests.</summary>
    public static Spa.Engine.Text.Tokenizer Tokenizer(string folder)
    {
        Fixtures.Require($"fixtures/tokenizers/{folder}/tokenizer.json");
        return s_tokenizers[folder].Value;
    }

    public static IEnumerable<JsonElement> Read(string folder, string file) =>
        File.ReadLines(PathOf(folder, file)).Select(line => JsonDocument.Parse(line).RootElement);

    public static int[] Ints(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(item => item.GetInt32())];

    public static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    /// <summary>Asserts over all rows of a file at once: <paramref name="check"/> returns what is wrong with a row, or null.</summary>
    public static void AssertAll(string folder, string file, Func<JsonElement, string?> check)
    {
        int count = 0;
        List<string> wrong = [];
        foreach (JsonElement row in Read(folder, file))
        {
            count++;
            if (check(row) is string difference) wrong.Add($"row {count}: {difference}");
        }
        Assert.That(count, Is.GreaterThan(0));
        Assert.That(wrong, Is.Empty, $"{wrong.Count} of {count} rows differ:\n{string.Join('\n', wrong.Take(5))}");
    }

    public static string Show(string text) => JsonSerializer.Serialize(text);

    public static string Show(IEnumerable<int> ids) => string.Join(' ', ids);
}

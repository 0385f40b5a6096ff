using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Reporting;

namespace Spa.Engine.Pipeline;

/// <summary>What a model says of itself that holds for everything made from it: its name on the hub, licence and languages, from the front matter of its README.md or from GGUF's metadata.</summary>
internal sealed record BaseCard
{
    // Front matter is a few lines; cards with pictures inside are not read.
    private const int MaxBytes = 1 << 20;

    /// <summary><c>owner/name</c> of the hub where it is known, else the path.</summary>
    public required string Name { get; init; }

    public string License { get; init; } = "";

    /// <summary>Name of a licence that is <c>other</c>.</summary>
    public string LicenseName { get; init; } = "";

    /// <summary>Where the text of such a licence stands.</summary>
    public string LicenseLink { get; init; } = "";

    public IReadOnlyList<string> Languages { get; init; } = [];

    public static BaseCard Of(ModelBundle bundle)
    {
        string name = HubNames.OfCachePath(bundle.BasePath) ?? bundle.BasePath;
        return bundle.GgufMetadata is { } metadata ? OfGguf(metadata, name) : OfFolder(Path.Combine(bundle.BasePath, "README.md"), name);
    }

    /// <summary>The entries of a GGUF file that say the same.</summary>
    public IEnumerable<KeyValuePair<string, object>> ToGguf()
    {
        if (License.Length > 0) yield return new("general.license", License);
        if (LicenseName.Length > 0) yield return new("general.license.name", LicenseName);
        if (LicenseLink.Length > 0) yield return new("general.license.link", LicenseLink);
        if (Languages.Count > 0) yield return new("general.languages", Languages.ToArray());
    }

    private static BaseCard OfGguf(IReadOnlyDictionary<string, object> metadata, string name)
    {
        const string Hub = "https://huggingface.co/";
        string Value(string key) => metadata.GetValueOrDefault(key) as string ?? "";
        string? address = new[] { "general.source.repo_url", "general.repo_url" }.Select(Value).FirstOrDefault(a => a.StartsWith(Hub, StringComparison.Ordinal));
        return new BaseCard
        {
            Name = address is not null && ModelCardWriter.IsHubId(address[Hub.Length..]) ? address[Hub.Length..] : name,
            License = Value("general.license"),
            LicenseName = Value("general.license.name"),
            LicenseLink = Value("general.license.link"),
            Languages = metadata.GetValueOrDefault("general.languages") as string[] ?? [],
        };
    }

    // Somebody else's file: one that cannot be understood says nothing.
    private static BaseCard OfFolder(string file, string name)
    {
        var card = new BaseCard { Name = name };
        if (FrontMatter(file) is not JsonObject matter) return card;
        string Value(string key) => matter[key] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.String ? value.GetValue<string>() : "";
        return card with
        {
            License = Value("license"),
            LicenseName = Value("license_name"),
            LicenseLink = Value("license_link"),
            Languages = matter["language"] switch
            {
                JsonArray list => [.. list.OfType<JsonValue>().Select(x => x.ToString())],
                JsonValue one => [one.ToString()],
                _ => [],
            },
        };
    }

    private static JsonNode? FrontMatter(string file)
    {
        if (!File.Exists(file) || new FileInfo(file).Length > MaxBytes) return null;
        try
        {
            string[] parts = File.ReadAllText(file).ReplaceLineEndings("\n").Split("---\n", 3);
            return parts is ["", var matter, _] ? YamlReader.ReadValue(new ConfigurationDocument(file), matter) : null;
        }
        catch (Exception error) when (error is UsageException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

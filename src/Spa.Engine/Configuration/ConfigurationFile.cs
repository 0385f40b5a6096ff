using System.Text;
using System.Text.Json.Nodes;

namespace Spa.Engine.Configuration;

/// <summary>Reads configuration files (YAML, or JSON, which is YAML) and applies <c>--set</c> overrides to them.</summary>
public static class ConfigurationFile
{
    /// <summary>Far above any configuration; a data file given by mistake ends here.</summary>
    private const long MaxBytes = 4 << 20;

    /// <exception cref="UsageException">The file is missing, too large, not UTF-8 or not valid YAML; names file and line.</exception>
    public static ConfigurationDocument Load(string path)
    {
        byte[] bytes;
        try
        {
            FileInfo file = new(path);
            if (file.Exists && file.Length > MaxBytes)
                throw new UsageException($"{path}: expected a configuration file, found {file.Length >> 20} MiB; is this a data file?");
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new UsageException($"{path}: cannot read the configuration: {e.Message.ReplaceLineEndings(" ")}");
        }

        try
        {
            string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
            return Parse(text.TrimStart('\uFEFF'), path);
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + bytes.AsSpan(0, Math.Clamp(e.Index, 0, bytes.Length)).Count((byte)'\n');
            throw new UsageException($"{path}:{line}: not UTF-8 text; save the file as UTF-8");
        }
    }

    /// <summary>The same from text; <paramref name="name"/> stands for the file in messages.</summary>
    public static ConfigurationDocument Parse(string text, string name)
    {
        ConfigurationDocument document = new(name);
        if (!text.AsSpan().TrimStart().StartsWith("{") || !JsonConfiguration.TryRead(document, text)) YamlReader.Read(document, text);
        return document;
    }

    /// <summary>Applies one <c>a.b=value</c>, the value written as in YAML; sections that are not there yet are made.</summary>
    /// <exception cref="UsageException">There is no <c>=</c>, the value is not valid YAML, or a part of the path is not a section.</exception>
    public static void Apply(ConfigurationDocument document, string assignment)
    {
        int equals = assignment.IndexOf('=', StringComparison.Ordinal);
        string path = equals < 0 ? "" : assignment[..equals].Trim();
        string[] parts = path.Split('.');
        if (parts.Any(string.IsNullOrWhiteSpace)) throw new UsageException($"--set {assignment}: expected key=value, such as spa.noise_quantile=0.2");
        JsonNode? value = YamlReader.ReadValue(new ConfigurationDocument($"--set {path}"), assignment[(equals + 1)..].Trim());
        JsonObject section = document.Root;
        foreach (string part in parts.SkipLast(1))
        {
            if (!section.TryGetPropertyValue(part, out JsonNode? inner) || inner is null) section[part] = inner = new JsonObject();
            section = inner as JsonObject ?? throw new UsageException($"--set {path}: '{part}' is a value, not a section");
        }

        section[parts[^1]] = value;
        document.SetPlace(path, $"--set {path}");
    }
}

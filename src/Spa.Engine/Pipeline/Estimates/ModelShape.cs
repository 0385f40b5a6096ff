using System.Reflection;
using System.Text.Json.Nodes;
using Spa.Engine.Configuration;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Models.Families;

namespace Spa.Engine.Pipeline.Estimates;

/// <summary>What a model is like; its weights need not be there.</summary>
/// <param name="Config">Options of the decoder.</param>
/// <param name="Names">Names of its tensors.</param>
/// <param name="Assumption">Where it comes from if not from the model itself, for people; null: from the model.</param>
public sealed record ModelShape(DecoderConfig Config, ParameterNames Names, string? Assumption)
{
    private const string Prefix = "architectures/", Suffix = ".json";

    /// <summary>Models whose published config.json the program carries (recipes/architectures).</summary>
    public static IReadOnlyList<string> Published { get; } = [.. Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..^Suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>The shape of an open model.</summary>
    public static ModelShape Of(ModelBundle model) => new(model.Config, model.Family.Names, null);

    /// <summary>The shape of a model without its weights: of a folder with config.json, or by the last part of its path if that is a published model.</summary>
    /// <exception cref="SpaException">There is neither.</exception>
    public static ModelShape WithoutWeights(string path)
    {
        string config = Path.Combine(path, "config.json"), name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        if (File.Exists(config)) return Read(JsonFiles.ReadObject(config), config, $"the shape of {config}, which has no weights beside it");
        using Stream? stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Prefix + name + Suffix);
        if (stream is null)
            throw new SpaException($"model '{path}' does not exist and is none whose shape is known{Spelling.Hint(name, Published)}; name a folder with its config.json, or one of {string.Join(", ", Published)}");
        return Read(JsonNode.Parse(stream)!.AsObject(), name, $"the published shape of {name}, as '{path}' does not exist");
    }

    private static ModelShape Read(JsonObject json, string file, string assumption)
    {
        var reader = new ConfigReader(TextParts.Config(json) ?? json, file);
        ModelFamily family = ModelFamily.Find(reader);
        return new ModelShape(family.Load(reader), family.Names, assumption);
    }
}

using System.Text.RegularExpressions;

namespace Spa.Engine.Formats;

/// <summary>
/// Writes a Hugging Face model folder that loads again bit-equal. A new folder appears whole or not at all. In a folder that already has
/// files each one is replaced whole; config.json goes first and comes back last, so that a half-written model never loads.
/// </summary>
public static partial class HuggingFaceWriter
{
    private const string ConfigName = "config.json";
    private const string TemplateName = "chat_template.jinja";
    private const string TemplatesFolder = "additional_chat_templates";

    private static readonly string[] s_tokenizerFiles =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt", "tokenizer.model", TemplateName,
    ];

    /// <exception cref="SpaException">The disk is full or the folder cannot be written.</exception>
    public static void Write(string folder, HuggingFaceContent content)
    {
        if (File.Exists(folder) || AtomicFolder.IsFree(folder))
        {
            using var atomic = new AtomicFolder(folder);
            WriteFiles(atomic.WorkPath, content);
            atomic.Commit();
            return;
        }
        Delete(Path.Combine(folder, ConfigName));
        WriteFiles(folder, content);
    }

    private static void WriteFiles(string folder, HuggingFaceContent content)
    {
        IReadOnlyList<string> weights = SafetensorsWriter.WriteSharded(folder, content.Tensors, content.MaxShardBytes);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            if (WeightsName().IsMatch(Path.GetFileName(file)) && !weights.Contains(Path.GetFileName(file))) Delete(file);
        }
        WriteTokenizer(folder, content.TokenizerFolder, content.ChatTemplate, content.NamedTemplates, content.TextFiles);
        if (content.GenerationConfig is not null) JsonFiles.WriteObject(Path.Combine(folder, "generation_config.json"), content.GenerationConfig);
        JsonFiles.WriteObject(Path.Combine(folder, ConfigName), content.Config);
    }

    /// <summary>The files of a model folder: those in it, and its named chat templates.</summary>
    internal static IEnumerable<string> FilesOf(string folder) => [.. Directory.GetFiles(folder), .. NamedTemplatesIn(folder)];

    /// <summary>Tokenizer files, chat templates and further text files of a model or adapter.</summary>
    internal static void WriteTokenizer(string folder, string? source, string? chatTemplate, IReadOnlyDictionary<string, string> namedTemplates,
        IReadOnlyDictionary<string, string> textFiles)
    {
        if (source is not null) CopyTokenizer(source, folder, chatTemplate, textFiles);
        if (chatTemplate is not null) AtomicFile.WriteAllText(Path.Combine(folder, TemplateName), chatTemplate);
        WriteNamedTemplates(folder, namedTemplates);
        foreach ((string name, string text) in textFiles) AtomicFile.WriteAllText(Path.Combine(folder, RequirePlain(name)), text);
    }

    // Files stand for a list of templates in tokenizer_config.json, so there must be one for each; those of another tokenizer must go.
    private static void WriteNamedTemplates(string folder, IReadOnlyDictionary<string, string> templates)
    {
        string place = Path.Combine(folder, TemplatesFolder);
        foreach (string file in NamedTemplatesIn(folder))
            if (!templates.ContainsKey(Path.GetFileNameWithoutExtension(file))) Delete(file);
        foreach ((string name, string template) in templates) AtomicFile.WriteAllText(Path.Combine(place, RequirePlain($"{name}.jinja")), template);
    }

    private static string[] NamedTemplatesIn(string folder) =>
        Path.Combine(folder, TemplatesFolder) is var place && Directory.Exists(place) ? Directory.GetFiles(place, "*.jinja") : [];

    private static void CopyTokenizer(string source, string folder, string? chatTemplate, IReadOnlyDictionary<string, string> textFiles)
    {
        if (Path.GetFullPath(source) == Path.GetFullPath(folder)) return;
        foreach (string name in s_tokenizerFiles)
        {
            bool replaced = textFiles.ContainsKey(name) || (name == TemplateName && chatTemplate is not null);
            string file = Path.Combine(source, name);
            if (!replaced && File.Exists(file)) AtomicFile.Copy(file, Path.Combine(folder, name));
        }
    }

    private static string RequirePlain(string name) => Path.GetFileName(name) == name && name is not (ConfigName or "" or "." or "..")
        ? name
        : throw new ArgumentException($"'{name}' is not the plain name of a further file");

    // Weights that an earlier write left in the folder, also half-written ones.
    [GeneratedRegex(@"^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?(\.partial)?$")]
    private static partial Regex WeightsName();

    private static void Delete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception error) when (FileErrors.IsFileError(error))
        {
            throw FileErrors.Writing(file, error);
        }
    }
}

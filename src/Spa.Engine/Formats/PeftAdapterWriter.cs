using System.Text.Json.Nodes;

namespace Spa.Engine.Formats;

/// <summary>Writes a PEFT adapter folder that peft and transformers load; it appears whole or not at all.</summary>
public static class PeftAdapterWriter
{
    /// <param name="folder">Absent or empty.</param>
    /// <param name="config">adapter_config.json.</param>
    /// <param name="tensors">A, B and magnitudes under PEFT's names.</param>
    /// <param name="tokenizerFolder">Where tokenizer files are copied from; null: nowhere.</param>
    /// <param name="chatTemplate">chat_template.jinja; null: none.</param>
    /// <param name="namedTemplates">Chat templates beside it, by name.</param>
    /// <param name="textFiles">Further files by plain name.</param>
    /// <exception cref="SpaException">The disk is full or the folder cannot be written.</exception>
    public static void Write(string folder, JsonObject config, IReadOnlyList<TensorContent> tensors, string? tokenizerFolder, string? chatTemplate,
        IReadOnlyDictionary<string, string> namedTemplates, IReadOnlyDictionary<string, string> textFiles)
    {
        using var target = new AtomicFolder(folder);
        SafetensorsWriter.Write(Path.Combine(target.WorkPath, PeftAdapterFolder.WeightsName), tensors);
        HuggingFaceWriter.WriteTokenizer(target.WorkPath, tokenizerFolder, chatTemplate, namedTemplates, textFiles);
        JsonFiles.WriteObject(Path.Combine(target.WorkPath, PeftAdapterConfig.FileName), config);
        target.Commit();
    }
}

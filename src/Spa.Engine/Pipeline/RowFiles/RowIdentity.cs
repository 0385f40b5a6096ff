using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Descriptions of inputs that change when the inputs change.</summary>
public static class RowIdentity
{
    /// <summary>
    /// A model by its files' names, sizes and times: reading gigabytes of weights to hash them would cost more than the work that a resumed
    /// command saves.
    /// </summary>
    /// <param name="path">The model; null: none.</param>
    /// <param name="baseModel">The base of an adapter whose own path does not exist.</param>
    public static JsonNode? OfModel(string? path, string? baseModel = null)
    {
        if (path is null) return null;
        if (Formats.PeftAdapterFolder.IsAdapter(path))
        {
            using Formats.PeftAdapterFolder adapter = Formats.PeftAdapterFolder.Open(path);
            return new JsonArray(OfFiles(path), OfFiles(adapter.FindBase(baseModel)));
        }
        return OfFiles(path);
    }

    private static JsonArray OfFiles(string path)
    {
        FileSystemInfo[] files = Directory.Exists(path) ? [.. Formats.HuggingFaceWriter.FilesOf(path).Select(file => new FileInfo(file)).OrderBy(f => f.FullName, StringComparer.Ordinal)] : [new FileInfo(path)];
        return new JsonArray([.. files.Select(f => (JsonNode)$"{f.Name} {(f is FileInfo { Exists: true } file ? file.Length : 0)} {f.LastWriteTimeUtc.Ticks}")]);
    }

    /// <summary>A file of rows by its content.</summary>
    /// <exception cref="SpaException">It cannot be read.</exception>
    public static string OfRows(string path)
    {
        try
        {
            return ContentHash.OfPath(path);
        }
        catch (Exception error) when (Formats.FileErrors.IsFileError(error))
        {
            throw Formats.FileErrors.Reading(path, error);
        }
    }
}

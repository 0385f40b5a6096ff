using System.Text.Json.Nodes;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>Descriptions of inputs that change when the inputs change.</summary>
public static class RowIdentity
{
    /// <summary>
    /// A model by its files' names, sizes and times: reading gigabytes of weights to hash them would cost more than the work that a resumed
    /// command saves.
    /// </summary>
    public static JsonNode? OfModel(string? path)
    {
        if (path is null) return null;
        FileSystemInfo[] files = Directory.Exists(path) ? [.. new DirectoryInfo(path).GetFiles().OrderBy(f => f.Name, StringComparer.Ordinal)] : [new FileInfo(path)];
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

using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>Names for contents: equal inputs have equal names, so a phase knows whether it was done.</summary>
public static class ContentHash
{
    /// <summary>Hash of a model: of its files, and of its base's where it is an adapter.</summary>
    public static string OfModel(ModelBundle model) => model.IsAdapter
        ? Of(new JsonObject { ["adapter"] = OfPath(model.Path), ["base"] = OfPath(model.BasePath) })
        : OfPath(model.Path);

    /// <summary>SHA-256 of a description, as lower-case hexadecimal.</summary>
    public static string Of(JsonObject description) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(description.ToJsonString())));

    // It tells about a model and is written anew whenever there is more to tell; no result depends on it.
    private const string CardName = "README.md";

    /// <summary>SHA-256 of a file, or of all files of a folder (and a model's named chat templates) with their names, a model's card left out.</summary>
    public static string OfPath(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        bool isFolder = Directory.Exists(path);
        string[] files = isFolder ? [.. HuggingFaceWriter.FilesOf(path).Where(file => Path.GetFileName(file) != CardName).Order(StringComparer.Ordinal)] : [path];
        byte[] buffer = new byte[1 << 20];
        foreach (string file in files)
        {
            hash.AppendData(Encoding.UTF8.GetBytes((isFolder ? Path.GetRelativePath(path, file) : Path.GetFileName(file)) + "\n"));
            using FileStream stream = File.OpenRead(file);
            for (int read = stream.Read(buffer); read > 0; read = stream.Read(buffer)) hash.AppendData(buffer, 0, read);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

using System.Text.RegularExpressions;

namespace Spa.Engine.Configuration;

/// <summary>Names of data sets on the Hugging Face Hub, which stand where a file is expected, and of models that were brought from there.</summary>
public static partial class HubNames
{
    /// <summary>Whether this is <c>owner/name</c> and no file or folder here.</summary>
    public static bool IsLike(string name) => OwnerAndName().IsMatch(name) && !DataFile().IsMatch(name) && !File.Exists(name) && !Directory.Exists(name);

    /// <summary>What to do about it.</summary>
    public static string Advice(string name) => $"download it ('hf download {name} --repo-type dataset')";

    /// <summary>The <c>owner/name</c> of a model whose files lie in a cache of the hub (<c>models--owner--name</c> in the path), or null.</summary>
    public static string? OfCachePath(string path) => CachedModel().Match(Path.GetFullPath(path)) is { Success: true } match ? $"{match.Groups[1].Value}/{match.Groups[2].Value}" : null;

    [GeneratedRegex(@"[/\\]models--([\w.-]+?)--([\w.-]+?)[/\\]")]
    private static partial Regex CachedModel();

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]*/[\w.-]+$")]
    private static partial Regex OwnerAndName();

    [GeneratedRegex(@"\.(jsonl?|parquet|gz)$", RegexOptions.IgnoreCase)]
    private static partial Regex DataFile();
}

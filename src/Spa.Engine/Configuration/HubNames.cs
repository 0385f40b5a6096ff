using System.Text.RegularExpressions;

namespace Spa.Engine.Configuration;

/// <summary>Names of data sets on the Hugging Face Hub, which stand where a file is expected.</summary>
public static partial class HubNames
{
    /// <summary>Whether this is <c>owner/name</c> and no file or folder here.</summary>
    public static bool IsLike(string name) => OwnerAndName().IsMatch(name) && !DataFile().IsMatch(name) && !File.Exists(name) && !Directory.Exists(name);

    /// <summary>What to do about it.</summary>
    public static string Advice(string name) => $"download it ('hf download {name} --repo-type dataset')";

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]*/[\w.-]+$")]
    private static partial Regex OwnerAndName();

    [GeneratedRegex(@"\.(jsonl?|parquet|gz)$", RegexOptions.IgnoreCase)]
    private static partial Regex DataFile();
}

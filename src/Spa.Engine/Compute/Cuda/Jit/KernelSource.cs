using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>
/// One <c>.cu</c> with every header that it includes, directly or not. An include names a file from <c>native/kernels</c> or beside the including
/// file; it is rewritten to the former, because the compiler gets the headers by name and not from folders.
/// </summary>
public sealed partial class KernelSource
{
    private readonly Dictionary<string, string> _headers = [];

    /// <param name="files">Where the files are.</param>
    /// <param name="name">The file, with <c>.cu</c>.</param>
    /// <exception cref="SpaException">A file is missing, or includes something that is not ours.</exception>
    public KernelSource(KernelSources files, string name)
    {
        Name = name;
        Text = Resolve(files, name);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string file, string text) in _headers.OrderBy(header => header.Key, StringComparer.Ordinal).Prepend(new(name, Text)))
            hash.AppendData(Encoding.UTF8.GetBytes($"{file}\0{text.Length}\0{text}"));
        Hash = Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public string Name { get; }

    public string Text { get; }

    /// <summary>Texts of the headers by the name in their include.</summary>
    public IReadOnlyDictionary<string, string> Headers => _headers;

    /// <summary>SHA-256 over the file and all headers.</summary>
    public string Hash { get; }

    /// <summary>All texts one behind the other, for a person to read.</summary>
    public string Listing() => string.Concat(_headers.OrderBy(h => h.Key, StringComparer.Ordinal).Append(new(Name, Text)).Select(file => $"// ---- {file.Key}\n{file.Value}\n"));

    /// <summary>A line of the file or of a header, counted from 1; empty where there is none.</summary>
    public string Line(string file, int number)
    {
        string text = file == Name ? Text : _headers.GetValueOrDefault(file, "");
        return text.Split('\n').ElementAtOrDefault(number - 1)?.Trim() ?? "";
    }

    private string Resolve(KernelSources files, string name) => Include().Replace(files.Text(name), match =>
    {
        string path = match.Groups["path"].Value;
        if (path.Length == 0) throw new SpaException($"native/kernels/{name}: '{match.Value.Trim()}': kernels include nothing but files of native/kernels, in quotes");
        string folder = name.Contains('/', StringComparison.Ordinal) ? name[..(name.LastIndexOf('/') + 1)] : "";
        string found = files.Find(folder + path) is not null ? folder + path : files.Find(path) is not null ? path
            : throw new SpaException($"native/kernels/{name} includes '{path}', which is not in native/kernels");
        // The entry comes before the recursion, so that a circle of headers ends.
        if (_headers.TryAdd(found, "")) _headers[found] = Resolve(files, found);
        return $"{match.Groups["before"].Value}\"{found}\"";
    });

    [GeneratedRegex("""^(?<before>[ \t]*#[ \t]*include[ \t]*)("(?<path>[^"\n]+)"|<[^>\n]*>)""", RegexOptions.Multiline)]
    private static partial Regex Include();
}

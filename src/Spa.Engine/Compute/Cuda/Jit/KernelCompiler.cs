using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Spa.Interop.Nvrtc;

namespace Spa.Engine.Compute.Cuda.Jit;

/// <summary>Turns a kernel's source into machine code or PTX. Safe on several threads.</summary>
/// <param name="compiler">NVRTC.</param>
public sealed partial class KernelCompiler(NvrtcCompiler compiler)
{
    /// <summary>13000 is 13.0.</summary>
    public int Version => compiler.Version;

    /// <summary>The library's path.</summary>
    public string Description => compiler.Description;

    /// <exception cref="SpaException">The source does not compile; the message has the first error with its line.</exception>
    public KernelImage Compile(KernelKey key)
    {
        try
        {
            NvrtcImage result = compiler.Compile(key.Source.Text, key.Source.Name, key.Source.Headers, key.Options);
            string ptx = WithoutFolders(Encoding.UTF8.GetString(result.Ptx), key.Source);
            byte[] code = key.Target.IsPtx ? Encoding.UTF8.GetBytes(ptx) : result.Cubin ?? throw new SpaException($"{key.Variant}: NVRTC made no machine code for {key.Target}");
            return new KernelImage(code, KernelResources.Parse(result.Log, key.Variant.Template.Entry, ptx), Warnings(result.Log));
        }
        catch (NvrtcException error)
        {
            throw new SpaException(Explain(key, error), error);
        }
    }

    private static string Explain(KernelKey key, NvrtcException error)
    {
        string what = $"kernel {key.Variant} for {key.Target} does not compile";
        if (ErrorLine().Match(error.Log) is not { Success: true } match) return $"{what}: {error.Message}{(error.Log.Length > 0 ? $": {error.Log.Trim()}" : "")}";
        int line = int.Parse(match.Groups["line"].Value, CultureInfo.InvariantCulture);
        string file = match.Groups["file"].Value;
        int errors = ErrorLine().Count(error.Log);
        return $"{what}: {file}({line}): {match.Groups["text"].Value.Trim()}: `{key.Source.Line(file, line)}`{(errors > 1 ? $" (the first of {errors} errors; --verbose shows all)" : "")}";
    }

    private static string Warnings(string log) => string.Join('\n', log.Split('\n').Where(line => line.Contains("warning", StringComparison.OrdinalIgnoreCase)));

    // NVRTC writes names of files with the folder of the process before them; line information must be the same everywhere.
    private static string WithoutFolders(string ptx, KernelSource source) => FileLine().Replace(ptx, match =>
    {
        string path = match.Groups["path"].Value.Replace("\\\\", "/", StringComparison.Ordinal).Replace('\\', '/');
        string? known = source.Headers.Keys.Prepend(source.Name).FirstOrDefault(name => path == name || path.EndsWith($"/{name}", StringComparison.Ordinal));
        return known is null ? match.Value : $"{match.Groups["before"].Value}\"{known}\"";
    });

    [GeneratedRegex(@"^(?<file>[^\s(]+)\((?<line>\d+)\): (?<text>(?:catastrophic )?error.*)$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();

    [GeneratedRegex("""^(?<before>\s*\.file\s+\d+\s+)"(?<path>[^"]*)".*$""", RegexOptions.Multiline)]
    private static partial Regex FileLine();
}

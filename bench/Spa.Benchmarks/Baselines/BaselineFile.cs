using System.Text.Encodings.Web;
using System.Text.Json;

namespace Spa.Benchmarks.Baselines;

/// <summary>Baselines as JSON: one case per entry, ordered by name, so that a change of one is a change of few lines.</summary>
public static class BaselineFile
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>Writes the file, its folder if need be.</summary>
    /// <exception cref="BaselineException">It cannot be written.</exception>
    public static void Write(string path, Baseline baseline)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            File.WriteAllText(path, JsonSerializer.Serialize(baseline, s_options) + "\n");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BaselineException($"cannot write '{path}': {error.Message.TrimEnd('.')}; check that the folder may be written", error);
        }
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="BaselineException">It is missing or no baseline.</exception>
    public static Baseline Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<Baseline>(File.ReadAllText(path), s_options) ?? throw new JsonException("it is null");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BaselineException($"cannot read baseline '{path}': {error.Message.TrimEnd('.')}; name a file of bench/baselines with --baseline", error);
        }
        catch (JsonException error)
        {
            throw new BaselineException($"'{path}' is not a baseline ({error.Message.ReplaceLineEndings(" ").TrimEnd('.')}); write it again with the verb "
                + "baseline", error);
        }
    }
}

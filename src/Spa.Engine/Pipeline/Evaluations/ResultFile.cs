using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline.Evaluations;

/// <summary>
/// The figures of an evaluation in a file, with the key of everything that went in and the versions that made them. The same evaluation again reads the file and computes
/// nothing; another one replaces it.
/// </summary>
public static class ResultFile
{
    private const string Key = "key";

    /// <param name="path">Where the figures are kept; null: they are computed and kept nowhere.</param>
    /// <param name="identity">Everything that the figures depend on.</param>
    /// <param name="environment">Versions and device, for the record.</param>
    /// <param name="log">Told where nothing is computed.</param>
    /// <param name="compute">Makes the figures.</param>
    /// <exception cref="SpaException">The file cannot be read or written.</exception>
    public static JsonObject Run(string? path, JsonObject identity, Func<JsonObject> environment, RunLog log, Func<JsonObject> compute)
    {
        if (path is null) return compute();
        string key = ContentHash.Of(identity);
        if (File.Exists(path))
        {
            JsonObject known = JsonFiles.ReadObject(path);
            if (known[Key]?.ToString() == key)
            {
                log.Notice($"{path}: done before");
                return known;
            }

            // Only what such an evaluation wrote is replaced.
            if (!known.ContainsKey(Key)) throw new SpaException($"'{path}' exists and holds no figures of an evaluation; name another --output");
        }

        JsonObject result = compute();
        (result["environment"], result[Key]) = (environment(), key);
        JsonFiles.WriteObject(path, result);
        return result;
    }
}

using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>
/// Phases that several runs have in common, kept by their keys: a phase with the same inputs is done by one run and copied by the others. Good for several
/// runs at once.
/// </summary>
/// <param name="folder">Made when the first phase is kept.</param>
/// <param name="shares">Whether a phase of this name may be of use to another run.</param>
public sealed class PhaseStore(string folder, Func<string, bool> shares)
{
    private const string RecordName = "record.json";

    /// <summary>Copies the outputs of a kept phase to where a run wants them; null if there is none.</summary>
    /// <exception cref="SpaException">A file cannot be copied.</exception>
    public PhaseRecord? Take(string name, string key, IReadOnlyList<string> outputs)
    {
        string entry = Path.Combine(folder, key);
        if (!shares(name) || !Directory.Exists(entry)) return null;
        for (int i = 0; i < outputs.Count; i++) Copy(Path.Combine(entry, $"{i}"), outputs[i]);
        JsonObject record = JsonFiles.ReadObject(Path.Combine(entry, RecordName));
        return new PhaseRecord(name, key, 0, record["tokens"]!.GetValue<long>(), DateTimeOffset.UtcNow, record["summary"]!.DeepClone().AsObject());
    }

    /// <summary>Keeps a phase that was done; one that another run kept meanwhile stays.</summary>
    /// <exception cref="SpaException">A file cannot be copied.</exception>
    public void Keep(PhaseRecord record, IReadOnlyList<string> outputs)
    {
        string entry = Path.Combine(folder, record.Key), temporary = $"{entry}.{Guid.NewGuid():N}";
        if (!shares(record.Name) || Directory.Exists(entry)) return;
        for (int i = 0; i < outputs.Count; i++) Copy(outputs[i], Path.Combine(temporary, $"{i}"));
        JsonFiles.WriteObject(Path.Combine(temporary, RecordName), new JsonObject { ["name"] = record.Name, ["tokens"] = record.Tokens, ["summary"] = record.Summary.DeepClone() });
        try
        {
            Directory.Move(temporary, entry);
        }
        catch (IOException) when (Directory.Exists(entry))
        {
            Directory.Delete(temporary, recursive: true);
        }
    }

    private static void Copy(string source, string destination)
    {
        if (!Directory.Exists(source))
        {
            AtomicFile.Copy(source, destination);
            return;
        }
        if (Directory.Exists(destination)) Directory.Delete(destination, recursive: true);
        using AtomicFolder copy = new(destination);
        foreach (string file in Directory.EnumerateFiles(source)) AtomicFile.Copy(file, Path.Combine(copy.WorkPath, Path.GetFileName(file)));
        copy.Commit();
    }
}

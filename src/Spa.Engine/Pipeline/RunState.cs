using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Pipeline;

/// <summary>
/// run.json: which phases are done, by the hash of what went into them. A phase that is done with the same inputs is passed over; one
/// whose inputs changed is done again. Written anew, atomically, after every phase.
/// </summary>
public sealed class RunState
{
    private const int Version = 1;

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    private readonly string _path;
    private readonly PhaseStore? _shared;
    private JsonObject _environment;
    private readonly Dictionary<string, PhaseRecord> _phases = [];
    private readonly List<string> _order = [];
    private TimeSpan _inner;

    /// <param name="path">run.json; read if it exists.</param>
    /// <param name="environment">Versions and device, for the record; null: those of the file.</param>
    /// <param name="shared">Phases that other runs have done; null: none.</param>
    public RunState(string path, JsonObject? environment, PhaseStore? shared = null)
    {
        (_path, _environment, _shared) = (path, environment ?? [], shared);
        if (File.Exists(path)) Read(keepEnvironment: environment is null);
    }

    public IEnumerable<PhaseRecord> Phases => _order.Select(name => _phases[name]);

    public JsonObject Environment => _environment;

    /// <summary>A finished phase, or null.</summary>
    public PhaseRecord? Find(string name) => _phases.GetValueOrDefault(name);

    /// <summary>Does the phase unless it is done with the same key and its outputs are there. Phases may be done inside one another; each counts its own time.</summary>
    /// <param name="name">Stable name.</param>
    /// <param name="inputs">Everything that its outputs depend on.</param>
    /// <param name="outputs">Files or folders that it makes.</param>
    /// <param name="log">Told when a phase is passed over or done again.</param>
    /// <param name="work">Gets the key; makes the outputs, each whole or not at all.</param>
    public PhaseRecord Run(string name, JsonObject inputs, IReadOnlyList<string> outputs, RunLog log, Func<string, PhaseResult> work)
    {
        inputs["phase"] = name;
        inputs["version"] = Version;
        string key = ContentHash.Of(inputs);
        bool present = outputs.All(o => File.Exists(o) || Directory.Exists(o));
        if (Find(name) is { } done)
        {
            if (done.Key == key && present)
            {
                log.Notice($"{name}: done before");
                return done;
            }
            log.Notice(done.Key == key ? $"{name}: its output is missing, done again" : $"{name}: its inputs changed, done again");
        }
        if (_shared?.Take(name, key, outputs) is { } taken)
        {
            log.Notice($"{name}: done by another run");
            return Add(taken);
        }
        var watch = Stopwatch.StartNew();
        TimeSpan before = _inner;
        _inner = default;
        PhaseResult result = work(key);
        TimeSpan all = watch.Elapsed, own = all - _inner;
        _inner = before + all;
        var record = new PhaseRecord(name, key, own.TotalSeconds, result.Tokens, DateTimeOffset.UtcNow, result.Summary);
        _shared?.Keep(record, outputs);
        return Add(record);
    }

    /// <summary>Writes run.json.</summary>
    public void Write()
    {
        var phases = new JsonArray();
        foreach (PhaseRecord p in Phases)
        {
            phases.Add(new JsonObject
            {
                ["name"] = p.Name,
                ["key"] = p.Key,
                ["status"] = "done",
                ["seconds"] = p.Seconds,
                ["tokens"] = p.Tokens,
                ["finished"] = p.Finished.ToString("O"),
                ["summary"] = p.Summary.DeepClone(),
            });
        }
        var document = new JsonObject { ["version"] = Version, ["environment"] = _environment.DeepClone(), ["phases"] = phases };
        AtomicFile.WriteAllText(_path, document.ToJsonString(s_indented) + "\n");
    }

    private PhaseRecord Add(PhaseRecord record)
    {
        if (_phases.TryAdd(record.Name, record)) _order.Add(record.Name);
        _phases[record.Name] = record;
        Write();
        return record;
    }

    private void Read(bool keepEnvironment)
    {
        try
        {
            JsonObject document = JsonNode.Parse(File.ReadAllText(_path))!.AsObject();
            if (keepEnvironment) _environment = document["environment"]!.DeepClone().AsObject();
            foreach (JsonNode? node in document["phases"]!.AsArray())
            {
                JsonObject p = node!.AsObject();
                var record = new PhaseRecord(p["name"]!.GetValue<string>(), p["key"]!.GetValue<string>(), p["seconds"]!.GetValue<double>(), p["tokens"]!.GetValue<long>(),
                    DateTimeOffset.Parse(p["finished"]!.GetValue<string>(), null), p["summary"]!.DeepClone().AsObject());
                _phases[record.Name] = record;
                _order.Add(record.Name);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or NullReferenceException or FormatException)
        {
            throw new SpaException($"'{_path}' is not a run state of this engine ({error.Message}); restore it, or choose another output_dir");
        }
    }
}

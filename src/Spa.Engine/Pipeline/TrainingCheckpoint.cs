using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Compute;
using Spa.Engine.Formats;
using Spa.Engine.Models;
using Spa.Engine.Training;

namespace Spa.Engine.Pipeline;

/// <summary>
/// <c>checkpoints/step-N/</c>: what is trained (all weights, or the adapter's), optimiser and the task's state with its tensors; together they continue a stage with the same bits. The folder
/// appears whole. state.json names the stage's key, so a checkpoint of other inputs is never taken up.
/// </summary>
internal static class TrainingCheckpoint
{
    private const string StateName = "state.json", OptimizerName = "optimizer.safetensors", TaskName = "task.safetensors", Prefix = "step-";

    /// <summary>Writes a checkpoint and removes older ones beyond the limit.</summary>
    public static void Save(string folder, string key, Trainer trainer, PolicyState policy, ITrainingTask task, int keep)
    {
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Prefix + trainer.Step);
        // Asked to stop right after a regular checkpoint: it is there already, and the same.
        if (Directory.Exists(path)) return;
        using (var target = new AtomicFolder(path))
        {
            SafetensorsWriter.Write(Path.Combine(target.WorkPath, SafetensorsWriter.SingleName),
                [.. policy.Table.Parameters.Select(p => ModelBundle.Content(policy.Model.Backend, policy.Weight(p), p))]);
            SafetensorsWriter.Write(Path.Combine(target.WorkPath, OptimizerName), [.. policy.States.Select(state => FlatContent(policy.Model.Backend, state.Name, state.Tensor))]);
            TensorContent[] own = [.. task.States.Select(state => FlatContent(policy.Model.Backend, state.Name, state.Tensor))];
            if (own.Length > 0) SafetensorsWriter.Write(Path.Combine(target.WorkPath, TaskName), own);
            var state = new JsonObject { ["key"] = key, ["trainer"] = trainer.SaveState(), ["task"] = task.SaveState() };
            AtomicFile.WriteAllText(Path.Combine(target.WorkPath, StateName), state.ToJsonString());
            target.Commit();
        }
        if (keep <= 0) return;
        foreach ((_, string old) in Steps(folder).OrderByDescending(s => s.Step).Skip(keep)) Remove(old);
    }

    /// <summary>Takes up the latest checkpoint with this key, if there is one. Checkpoints of other keys are removed.</summary>
    public static void Restore(string folder, string key, Trainer trainer, PolicyState policy, ITrainingTask task)
    {
        bool restored = false;
        foreach ((_, string path) in Steps(folder).OrderByDescending(s => s.Step))
        {
            JsonObject? state = ReadState(path);
            if (state?["key"]?.GetValue<string>() != key)
            {
                Remove(path);
                continue;
            }
            if (restored) continue;
            Load(path, policy);
            task.RestoreState(state["task"]!.AsObject());
            LoadTask(path, policy.Model.Backend, task);
            trainer.RestoreState(state["trainer"]!.AsObject());
            restored = true;
        }
    }

    /// <summary>Removes all checkpoints of a finished stage.</summary>
    public static void Clear(string folder)
    {
        foreach ((_, string path) in Steps(folder)) Remove(path);
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    // The state goes first: a folder that lost only some of its files to an interruption must not be taken for a checkpoint.
    private static void Remove(string path)
    {
        File.Delete(Path.Combine(path, StateName));
        Directory.Delete(path, recursive: true);
    }

    private static void Load(string path, PolicyState policy)
    {
        ComputeBackend backend = policy.Model.Backend;
        using (TensorSource weights = SafetensorsFile.Open(Path.Combine(path, SafetensorsWriter.SingleName)))
        {
            foreach (Parameter p in policy.Table.Parameters) Upload(backend, policy.Weight(p).Flat(0, p.Count), weights, p.Name);
        }
        using TensorSource optimizer = SafetensorsFile.Open(Path.Combine(path, OptimizerName));
        foreach ((string name, Tensor tensor) in policy.States) Upload(backend, tensor, optimizer, name);
        policy.Refresh();
    }

    private static void LoadTask(string path, ComputeBackend backend, ITrainingTask task)
    {
        string file = Path.Combine(path, TaskName);
        if (!File.Exists(file)) return;
        using TensorSource states = SafetensorsFile.Open(file);
        foreach ((string name, Tensor tensor) in task.States) Upload(backend, tensor, states, name);
        task.Refresh();
    }

    // Bytes go through as they are: nothing is rounded on the way.
    private static void Upload(ComputeBackend backend, Tensor flat, TensorSource source, string name)
    {
        StoredTensor stored = source.Find(name);
        if (stored.Count != flat.Count)
            throw new SpaException($"'{source.Path}': '{name}' has {stored.Count} elements, expected {flat.Count}; the checkpoint belongs to another model");
        const long Part = 1 << 24;
        for (long row = 0, columns = stored.Columns; row < stored.Rows;)
        {
            long rows = Math.Max(1, Math.Min(stored.Rows - row, Part / columns));
            if (!source.TryGetRawRows(name, row, rows, out ReadOnlySpan<byte> bytes)) throw new SpaException($"'{source.Path}': '{name}' cannot be read in parts");
            Tensor target = flat.Flat(row * columns, rows * columns);
            if (flat.Type.Size() == sizeof(float)) backend.Upload(target, MemoryMarshal.Cast<byte, int>(bytes));
            else backend.Upload(target, MemoryMarshal.Cast<byte, ushort>(bytes));
            row += rows;
        }
    }

    // Rows of 1 Mi elements at most, so that no row is longer than a span when it is read again.
    private static TensorContent FlatContent(ComputeBackend backend, string name, Tensor flat)
    {
        (StoredType type, int size) = (TypeOf(flat), flat.Type.Size());
        return TensorContent.FromBytes(name, type, [flat.Count, 1], (offset, bytes) =>
        {
            Tensor part = flat.Flat(offset / size, bytes.Length / size);
            if (size == sizeof(int)) backend.Download(MemoryMarshal.Cast<byte, int>(bytes), part);
            else backend.Download(MemoryMarshal.Cast<byte, ushort>(bytes), part);
        });
    }

    private static StoredType TypeOf(Tensor tensor) => tensor.Type switch { DType.BFloat16 => StoredType.BF16, DType.Int32 => StoredType.I32, _ => StoredType.F32 };

    private static JsonObject? ReadState(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(Path.Combine(path, StateName)))?.AsObject();
        }
        catch (Exception error) when (error is IOException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<(int Step, string Path)> Steps(string folder)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (string path in Directory.GetDirectories(folder, Prefix + "*"))
            if (int.TryParse(Path.GetFileName(path).AsSpan(Prefix.Length), out int step)) yield return (step, path);
    }
}

using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Spa.Engine.Formats;

namespace Spa.Engine.Reporting;

/// <summary>
/// The progress of a training stage as Hugging Face's Trainer saves it in a checkpoint (<c>trainer_state.json</c>), so that tools which
/// plot or resume from that file find what they expect.
/// </summary>
public sealed record TrainerState
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, NewLine = "\n" };

    /// <summary>Epochs done, with fraction.</summary>
    public required double Epoch { get; init; }

    /// <summary>Updates done.</summary>
    public required long GlobalStep { get; init; }

    /// <summary>Updates of the whole stage.</summary>
    public required long MaxSteps { get; init; }

    public required int NumTrainEpochs { get; init; }

    /// <summary>Updates between two log entries.</summary>
    public int LoggingSteps { get; init; } = 1;

    /// <summary>Updates between two checkpoints.</summary>
    public int SaveSteps { get; init; } = 500;

    /// <summary>Rows per device and micro-batch.</summary>
    public int TrainBatchSize { get; init; } = 1;

    public long NumInputTokensSeen { get; init; }

    /// <summary>Floating-point operations done.</summary>
    public double TotalFlos { get; init; }

    /// <summary>The stage's entries so far; their stage name is not written.</summary>
    public IReadOnlyList<MetricsEntry> LogHistory { get; init; } = [];

    /// <summary>Writes the file atomically.</summary>
    public void Write(string path) => AtomicFile.WriteAllBytes(path, ToJson());

    /// <summary>Gives a file another history and leaves all else as it is; one that has this history is not written.</summary>
    public static void ReplaceHistory(string path, IReadOnlyList<MetricsEntry> history)
    {
        JsonObject state = JsonFiles.ReadObject(path);
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer))
        {
            json.WriteStartObject();
            WriteHistory(json, history);
            json.WriteEndObject();
        }
        JsonNode made = JsonNode.Parse(buffer.WrittenSpan)!["log_history"]!;
        if (JsonNode.DeepEquals(state["log_history"], made)) return;
        state["log_history"] = made.DeepClone();
        AtomicFile.WriteAllText(path, state.ToJsonString(s_indented) + "\n");
    }

    /// <summary>The file's bytes: keys sorted as the Trainer sorts them, two blanks of indent, a final line feed.</summary>
    public byte[] ToJson()
    {
        ArrayBufferWriter<byte> buffer = new();
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" })) WriteBody(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private void WriteBody(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNull("best_global_step");
        json.WriteNull("best_metric");
        json.WriteNull("best_model_checkpoint");
        json.WriteNumber("epoch", Epoch);
        json.WriteNumber("eval_steps", SaveSteps);
        json.WriteNumber("global_step", GlobalStep);
        json.WriteBoolean("is_hyper_param_search", false);
        json.WriteBoolean("is_local_process_zero", true);
        json.WriteBoolean("is_world_process_zero", true);
        WriteHistory(json, LogHistory);
        json.WriteNumber("logging_steps", LoggingSteps);
        json.WriteNumber("max_steps", MaxSteps);
        json.WriteNumber("num_input_tokens_seen", NumInputTokensSeen);
        json.WriteNumber("num_train_epochs", NumTrainEpochs);
        json.WriteNumber("save_steps", SaveSteps);
        json.WriteStartObject("stateful_callbacks");
        json.WriteEndObject();
        json.WriteNumber("total_flos", TotalFlos);
        json.WriteNumber("train_batch_size", TrainBatchSize);
        json.WriteNull("trial_name");
        json.WriteNull("trial_params");
        json.WriteEndObject();
    }

    private static void WriteHistory(Utf8JsonWriter json, IReadOnlyList<MetricsEntry> history)
    {
        json.WriteStartArray("log_history");
        foreach (MetricsEntry entry in history)
        {
            json.WriteStartObject();
            MetricsLine.WriteValues(json, entry.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal));
            json.WriteNumber("step", entry.Step);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

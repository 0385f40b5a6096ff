using System.Text.Json;
using Spa.Engine.Reporting;

namespace Spa.Engine.Tests.Reporting;

public sealed class TrainerStateTests
{
    [Test]
    public void The_file_has_the_keys_of_the_Trainer_sorted()
    {
        TrainerState state = new()
        {
            Epoch = 0.5,
            GlobalStep = 2,
            MaxSteps = 4,
            NumTrainEpochs = 1,
            LogHistory = [new("stage-1", 1, new Dictionary<string, double> { ["loss"] = 0.6931471805599453 }),
                new("stage-1", 2, new Dictionary<string, double> { ["loss"] = double.NaN })],
        };
        using TemporaryFolder folder = new();
        state.Write(folder.File("trainer_state.json"));
        using JsonDocument file = JsonDocument.Parse(File.ReadAllBytes(folder.File("trainer_state.json")));
        string[] keys = [.. file.RootElement.EnumerateObject().Select(property => property.Name)];
        Assert.That(keys, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
        Assert.That(keys, Is.SupersetOf(new[] { "epoch", "global_step", "log_history", "max_steps", "num_train_epochs",
            "stateful_callbacks", "total_flos" }));
        Assert.That(file.RootElement.GetProperty("global_step").GetInt64(), Is.EqualTo(2));
        JsonElement history = file.RootElement.GetProperty("log_history");
        Assert.That(history[0].GetProperty("loss").GetDouble(), Is.EqualTo(0.6931471805599453));
        Assert.That(history[0].GetProperty("step").GetInt64(), Is.EqualTo(1));
        Assert.That(history[1].GetProperty("loss").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(Directory.GetFiles(folder.FullName), Has.Length.EqualTo(1), "no temporary file stays");
    }
}

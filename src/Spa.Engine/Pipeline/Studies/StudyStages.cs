using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Studies;

/// <summary>What a finished run folder says about its stages.</summary>
internal static class StudyStages
{
    /// <summary>0, where there is a seed stage, and the iterations.</summary>
    public static IEnumerable<int> Of(RunConfig config) => Enumerable.Range(0, config.Spa.Iterations + 1).Where(stage => stage > 0 || config.Spa.SeedDataset is not null);

    /// <summary>Updates of all stages.</summary>
    public static int Updates(RunFolder folder, RunConfig config)
    {
        var state = new RunState(folder.State, null);
        return Of(config).Sum(stage => state.Find($"{RunFolder.StageName(stage)}/train")!.Summary["updates"]!.GetValue<int>());
    }

    /// <summary>Seconds of all phases of an arm, those of its reward model among them.</summary>
    public static double Seconds(string folder) => Directory.EnumerateDirectories(folder).Prepend(folder).Select(part => Path.Combine(part, "run.json")).Where(File.Exists)
        .Sum(path => new RunState(path, null).Phases.Sum(phase => phase.Seconds));

    /// <summary>Removes the models of a run; its figures, samples and pairs stay.</summary>
    public static void RemoveModels(string folder)
    {
        foreach (string model in Directory.EnumerateDirectories(folder).Select(stage => Path.Combine(stage, "model")).Where(Directory.Exists)) Directory.Delete(model, recursive: true);
    }
}

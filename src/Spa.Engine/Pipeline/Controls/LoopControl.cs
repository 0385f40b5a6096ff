using Spa.Engine.Configuration;

namespace Spa.Engine.Pipeline.Controls;

/// <summary>
/// A control of a loop: a run of its own in a sub-folder, which goes on and is passed over as the loop is. A control with another judge begins with the loop's
/// model behind the seed stage and takes the loop's samples where both would draw the same.
/// </summary>
/// <param name="Kind">Which.</param>
public sealed record LoopControl(ControlKind Kind)
{
    private static readonly (string Key, string Folder, string Title)[] s_names =
    [
        ("seed_only", "control-seed-only", "Seed DPO"), ("random_judge", "control-random-judge", "Random judge"), ("gold_judge", "control-gold-judge", "Gold judge"),
    ];

    /// <summary>All that there are.</summary>
    public static IReadOnlyList<LoopControl> All { get; } = [.. Enum.GetValues<ControlKind>().Select(kind => new LoopControl(kind))];

    /// <summary>Name of its sub-folder in the loop's run folder.</summary>
    public string FolderName => s_names[(int)Kind].Folder;

    /// <summary>Those that <c>spa.controls</c> names, each once.</summary>
    public static IReadOnlyList<LoopControl> Of(SpaConfig spa) => [.. All.Where(control => spa.Controls?.Contains(s_names[(int)control.Kind].Key) == true)];

    /// <summary>What people call its model behind a stage.</summary>
    /// <param name="stage">0: its seed stage.</param>
    /// <param name="updates">Of a seed stage.</param>
    public string Title(int stage, int updates) => Kind == ControlKind.SeedOnly ? $"{s_names[0].Title}, {updates} updates" : $"{s_names[(int)Kind].Title} {stage}";

    /// <summary>Phases of the control in their order, without its folder.</summary>
    internal IEnumerable<string> Phases(SpaConfig spa) => Kind == ControlKind.SeedOnly
        ? [$"{RunFolder.StageName(0)}/train", $"{RunFolder.StageName(0)}/evaluate"]
        : Enumerable.Range(1, spa.Iterations).SelectMany(RunStatus.IterationPhases);

    /// <summary>The configuration of its run.</summary>
    /// <param name="config">The loop's.</param>
    /// <param name="output">Its folder.</param>
    /// <param name="updates">Updates of the whole loop.</param>
    internal RunConfig Configure(RunConfig config, string output, int updates)
    {
        SpaConfig spa = config.Spa with { Controls = null };
        TrainingConfig training = config.Training with { OutputDir = output };
        return Kind == ControlKind.SeedOnly
            ? config with { Training = training with { MaxSteps = updates }, Spa = spa with { Iterations = 0 } }
            : config with
            {
                Training = training,
                Spa = spa with
                {
                    Judge = Kind == ControlKind.RandomJudge ? "random" : "gold",
                    Judging = spa.Judging with { Length = "none", Calibrate = false },
                },
            };
    }
}
